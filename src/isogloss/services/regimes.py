"""Find what judges the mesh at an instant, in the state that it then has."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from isogloss import __version__
from isogloss.errors import ValidationFailed
from isogloss.governance.regime import Binding, Regime
from isogloss.governance.rulebook import Rulebook
from isogloss.model.catalog import Domain
from isogloss.model.rdf import Iri, Quad
from isogloss.model.rules import RuleSet, Stage
from isogloss.services.catalog import GOVERNANCE, Catalog
from isogloss.services.rule_records import read_rules
from isogloss.store.graph import Reader
from isogloss.store.named_graphs import RULES
from isogloss.vocab import VOID

SHIPPED = "isogloss"
"""The name of the rule set that travels with the package; the governance group may replace it."""

SHIPPED_VERSION = Iri(f"https://w3id.org/isogloss/shapes/{__version__}")
"""The version of these rules, for reports."""


def is_rule_change(quads: Iterable[Quad]) -> bool:
    """Tell whether a change may change what judges: rules, or whose is what."""
    return any(quad.graph == RULES or quad.predicate == VOID.uriSpace for quad in quads)


@dataclass(frozen=True, slots=True)
class Regimes:
    """What judges, in any state and at any instant; `shipped` as long as nothing replaces it."""

    shipped: Rulebook
    base_iri: Iri

    def at(self, state: Reader, at: datetime) -> Regime:
        """Read what judges a state at an instant."""
        sets, waivers = read_rules(state.quads([RULES]))
        domains = Catalog(state, self.base_iri)
        known = {domain.id for domain in domains.domains()} | {domains.get_domain(GOVERNANCE).id}
        bindings: dict[tuple[Iri | None, str], Binding] = {
            (None, SHIPPED): Binding(SHIPPED_VERSION, self.shipped, SHIPPED)
        }
        for found in sets:
            stage = found.stage(at, sets)
            if found.owner in known and stage in (Stage.GRACE, Stage.IN_FORCE):
                try:
                    binding = binding_of(found, domains, grace=stage is Stage.GRACE)
                except ValidationFailed as error:
                    # Whoever compiles it then learns whose it is, and that it cannot judge.
                    nothing = bound(found.id, Rulebook({}), found.name, found.owner, domains)
                    binding = replace(nothing, trouble=str(error))
                bindings[(binding.owner, found.name)] = binding
        instants = [
            instant
            for found in sets
            for instant in (found.valid_from, found.blocks_from, found.valid_until)
        ] + [waiver.until for waiver in waivers]
        ahead = [instant for instant in instants if instant is not None and instant > at]
        # Those that bind all come first, so that they wait for nobody's own.
        ordered = sorted(bindings.values(), key=lambda binding: binding.owner is not None)
        return Regime(at, tuple(ordered), waivers, min(ahead, default=None))

    def turn(self, state: Reader, start: datetime, end: datetime) -> datetime:
        """Find the last instant, from one to another, at which what judges a state changed."""
        while (until := self.at(state, start).until) is not None and until <= end:
            start = until
        return start


def binding_of(found: RuleSet, domains: Catalog, *, grace: bool = False) -> Binding:
    """Say whom a version binds; as `bound` does."""
    rulebook = _parsed(found.id, found.turtle)
    return bound(found.id, rulebook, found.name, found.owner, domains, grace=grace)


def bound(
    id: Iri, rulebook: Rulebook, name: str, owner: str, domains: Catalog, *, grace: bool = False
) -> Binding:
    """Say whom rules bind: all if they are the governance group's, else their own domain.

    Raises:
        NotFound: there is no such domain.
    """
    domain = domains.get_domain(owner)
    if domain.id == domains.get_domain(GOVERNANCE).id:
        return Binding(id, rulebook, name, grace=grace)
    others = spaces_within(domain, domains)
    return Binding(id, rulebook, name, domain.id, domain.uri_space, others, grace)


def spaces_within(domain: Domain, domains: Catalog) -> tuple[str, ...]:
    """List the spaces that other domains have inside that of a domain."""
    return tuple(
        other.uri_space
        for other in domains.domains()
        if other.id != domain.id and other.uri_space.startswith(domain.uri_space)
    )


@lru_cache(maxsize=256)
def _parsed(id: Iri, turtle: str) -> Rulebook:
    return Rulebook({id: turtle})
