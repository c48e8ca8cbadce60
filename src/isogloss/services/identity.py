"""Which names are one dataset: what the mesh found out, and what stewards decide about it."""

from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256

from isogloss.errors import Forbidden, InvalidArgument, NotFound
from isogloss.lineage.group_history import Group
from isogloss.lineage.identity import Identity, Reason
from isogloss.model.change import SourceEdit
from isogloss.model.rdf import Iri, Literal, Triple, text
from isogloss.services.catalog import GOVERNANCE
from isogloss.services.commits import Commits
from isogloss.services.delegates import check_reason
from isogloss.services.loading import Loaded
from isogloss.services.ownership import IDENTITY_SOURCE, OPERATOR
from isogloss.services.projection import Projection
from isogloss.store.graph import Reader
from isogloss.vocab import DCTERMS, MESH, RDF, XSD


@dataclass(frozen=True, slots=True)
class Merge:
    """Several names of one dataset, why they are one, and which commit made them that.

    `reasons` also tell of the splits that somebody decided about any of them.
    """

    canonical: Iri
    names: tuple[Iri, ...]
    reasons: tuple[Reason, ...]
    since: int


@dataclass(frozen=True, slots=True)
class Decided(Loaded):
    """What became of a decision, and the IRI by which it can be undone."""

    decision: Iri


class Identities:
    """The names of datasets as of the newest commit, and decisions, each of which is a commit."""

    def __init__(
        self,
        graph: Reader,
        projection: Projection,
        commits: Commits,
    ) -> None:
        self._graph = graph
        self._projection = projection
        self._commits = commits

    def merges(self) -> tuple[Merge, ...]:
        """List the datasets of several names, by canonical name."""
        identity = self._follow()
        with self._projection.lock:
            return tuple(self._merge(group) for group in identity.merged())

    def splits(self) -> tuple[Reason, ...]:
        """List which names somebody keeps apart."""
        identity = self._follow()
        with self._projection.lock:
            return tuple(identity.splits())

    def suggestions(self) -> tuple[Reason, ...]:
        """List which names are linked, but not by all whose they are."""
        identity = self._follow()
        with self._projection.lock:
            return tuple(identity.suggestions())

    def merge_of(self, name: Iri) -> Merge:
        """Tell by which names a dataset goes, and which are kept apart from it.

        Raises:
            NotFound: nobody speaks of such a dataset.
        """
        self._known([name])
        with self._projection.lock:
            return self._merge(self._projection.identity.group(name))

    def decide(
        self, names: Collection[Iri], reason: str, *, same: bool, author: Iri = OPERATOR
    ) -> Decided:
        """Say that names are one dataset, or that they are not; it replaces what was said so far.

        It goes into the source `identity` of the first domain that has one of the names and
        lets the author write there, or of the governance group. A domain that parts names from
        its own has at most one other among them.

        Raises:
            InvalidArgument: fewer than two names, or no reason.
            NotFound: nobody speaks of such a dataset.
            Forbidden: the author is a steward or owner of none of these domains, or would part
                two names that are others'.
        """
        wanted = sorted(set(names))
        check_reason(reason)
        if len(wanted) < 2:
            raise InvalidArgument("A decision is about two names of datasets or more.")
        self._known(wanted)
        domain, space = self._place(wanted, author, same=same)
        decision = Iri(f"{space}identity/{_digest(wanted)}")
        said = {
            Triple(decision, RDF.type, MESH.IdentityDecision),
            Triple(decision, MESH.same, Literal(str(same).lower(), XSD.boolean)),
            Triple(decision, DCTERMS.description, text(reason, "en")),
            *(Triple(decision, MESH.concerns, name) for name in wanted),
        }
        edit = SourceEdit(domain, IDENTITY_SOURCE, lambda now: _without(now, decision) | said)
        what = "One dataset" if same else "Not one dataset"
        message = f"{what}: {', '.join(wanted)}. {reason}"
        outcome = self._commits.replace([edit], author=author, message=message[:1000])
        return Decided(outcome, (), decision)

    def undo(self, decision: Iri, reason: str, *, author: Iri = OPERATOR) -> Loaded:
        """Take a decision back, so that what it decided is as if it had never been.

        Raises:
            InvalidArgument: no reason.
            NotFound: there is no such decision.
            Forbidden: the author may not write the source that has it.
        """
        check_reason(reason)
        if decision not in self._follow().decisions:
            raise NotFound(f"<{decision}> is no decision about names: list them with merges.")
        domain = self._commits.ownership().owner_of(decision)
        if domain is None:
            raise NotFound(f"<{decision}> lies in no domain's space.")
        edit = SourceEdit(domain.name, IDENTITY_SOURCE, lambda now: _without(now, decision))
        message = f"Undo the decision {decision}. {reason}"
        return Loaded(self._commits.replace([edit], author=author, message=message[:1000]), ())

    def _merge(self, group: Group) -> Merge:
        identity = self._projection.identity
        decided = {n for d in identity.decisions_about(group.members).values() for n in d.names}
        reasons = [
            reason
            for reason in identity.reasons({*group.members, *decided})
            if reason.one in group.members or reason.other in group.members
        ]
        since = identity.since(group.canonical) or 0
        return Merge(group.canonical, group.members, tuple(reasons), since)

    def _place(self, names: Collection[Iri], author: Iri, *, same: bool) -> tuple[str, str]:
        ownership = self._commits.ownership()
        with self._projection.lock:
            standing = self._projection.identity.standing()
            owners = {name: standing.owners(name) for name in names}
        refusals = []
        for domain in dict.fromkeys(d for name in names for d in sorted(owners[name]) if d):
            place = ownership.place(domain, IDENTITY_SOURCE)
            others = [name for name in names if domain not in owners[name]]
            try:
                ownership.authorise(author, place)
            except Forbidden as error:
                refusals.append(error)
                continue
            if same or len(others) < 2:
                return place.domain.name, place.domain.uri_space
            refusals.append(
                Forbidden(
                    f"The domain {place.domain.name!r} may not part <{others[0]}> from "
                    f"<{others[1]}>, neither of which is its own: part them from its own names "
                    "one by one, or ask the governance group."
                )
            )
        place = ownership.place(GOVERNANCE, IDENTITY_SOURCE)
        try:
            ownership.authorise(author, place)
        except Forbidden as error:
            raise (refusals or [error])[-1] from None
        return GOVERNANCE, place.domain.uri_space

    def _known(self, names: Collection[Iri]) -> None:
        identity = self._follow()
        for name in names:
            if not identity.knows(name):
                raise NotFound(f"Nobody speaks of a dataset <{name}>: look its IRI up.")

    def _follow(self) -> Identity:
        self._projection.follow(self._graph.sequence)
        return self._projection.identity


def _without(said: frozenset[Triple], decision: Iri) -> frozenset[Triple]:
    return frozenset(triple for triple in said if triple.subject != decision)


def _digest(names: Collection[Iri]) -> str:
    return sha256(" ".join(names).encode()).hexdigest()[:16]
