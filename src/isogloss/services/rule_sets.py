"""Which rule sets there are, and how they stand."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from isogloss.errors import NotFound
from isogloss.governance.regime import Binding
from isogloss.governance.rulebook import Rulebook
from isogloss.model.admission import Finding
from isogloss.model.rdf import Iri
from isogloss.model.rules import Progress, RuleSet, Stage
from isogloss.services.admission import check_set
from isogloss.services.catalog import Catalog
from isogloss.services.judge import Clock
from isogloss.services.quorum import Quorum
from isogloss.services.regimes import Regimes, binding_of, bound
from isogloss.services.rule_records import read_rules
from isogloss.store.graph import Reader
from isogloss.store.mesh import Mesh
from isogloss.store.named_graphs import RULES

_LIVING = frozenset({Stage.PROPOSED, Stage.ADOPTED, Stage.GRACE, Stage.IN_FORCE})


class RuleSets:
    """The rule sets of the mesh."""

    def __init__(
        self, mesh: Mesh, catalog: Catalog, regimes: Regimes, quorum: Quorum, clock: Clock
    ) -> None:
        self._mesh = mesh
        self._catalog = catalog
        self._regimes = regimes
        self._quorum = quorum
        self._clock = clock

    def versions(self, domain: str | None = None) -> tuple[Progress, ...]:
        """List every version, of all domains or of one, by domain, name and number.

        Raises:
            NotFound: there is no such domain.
        """
        owner = None if domain is None else self._catalog.get_domain(domain).id
        sets, now = self.sets(), self._clock()
        return tuple(self._progress(s, sets, now) for s in sets if owner in (None, s.owner))

    def version(self, id: Iri) -> Progress:
        """Find a version.

        Raises:
            NotFound: there is no such version.
        """
        sets = self.sets()
        return self._progress(found_in(sets, id), sets, self._clock())

    def check(self, files: Mapping[str, str], domain: str, name: str) -> tuple[Finding, ...]:
        """Say what there is to say of files as a set of a domain; what blocks is not admitted.

        Raises:
            NotFound: there is no such domain.
            ValidationFailed: the rules could not be checked.
        """
        owner = self._catalog.get_domain(domain)
        return check_set(
            files,
            bound(Iri(""), Rulebook({}), name, owner.id, self._catalog),
            self.known(self.sets(), self._clock()),
            self._mesh.graph,
        )

    def sets(self) -> tuple[RuleSet, ...]:
        """Read every version as the newest commit has it."""
        return read_rules(self._state().quads([RULES]))[0]

    def known(self, sets: Iterable[RuleSet], now: datetime) -> list[Binding]:
        """List what judges, and what is on its way to."""
        there = self._quorum.there()
        living = [
            binding_of(found, self._catalog)
            for found in sets
            if found.owner in there and found.stage(now, sets) in _LIVING
        ]
        return [*self._regimes.at(self._state(), now).bindings, *living]

    def _progress(self, found: RuleSet, sets: Iterable[RuleSet], now: datetime) -> Progress:
        approvals = self._quorum.approvals(found)
        return Progress(found, found.stage(now, sets), approvals, self._quorum.needed(found))

    def _state(self) -> Reader:
        return self._mesh.at(self._mesh.journal.head.sequence)


def found_in(sets: Iterable[RuleSet], id: Iri) -> RuleSet:
    """Find a version among others.

    Raises:
        NotFound: it is not there.
    """
    found = next((one for one in sets if one.id == id), None)
    if found is None:
        raise NotFound(
            f"There is no rule set version <{id}>: `isogloss rules versions` has them all."
        )
    return found
