"""Ask the past: what was there when, who changed it, and how two instants differ."""

import re
from collections.abc import Callable, Collection
from datetime import UTC, datetime, time

from isogloss.errors import InvalidArgument, NotFound
from isogloss.model.journal import Difference, Entry
from isogloss.model.past import CommitChange, Comparison, Moment, ResourceChange
from isogloss.model.rdf import Iri, Literal, Triple
from isogloss.services.catalog import Catalog
from isogloss.services.ownership import Ownership
from isogloss.services.wording import by_resource
from isogloss.store.mesh import Mesh
from isogloss.vocab import DCAT, DPROD, MESH, ODRL, PROV

__all__ = ["History", "Moment", "parse_moment"]

_PARTS = frozenset(
    {
        DPROD.inputPort,
        DPROD.outputPort,
        DPROD.outputDataset,
        DCAT.distribution,
        ODRL.hasPolicy,
        ODRL.obligation,
        ODRL.constraint,
        PROV.qualifiedAttribution,
        PROV.qualifiedDerivation,
        PROV.qualifiedInfluence,
        MESH.transformation,
    }
)
"""What makes one resource a part of another; its columns say mesh:fieldOf."""


def parse_moment(text: str) -> Moment:
    """Read a commit's number or an ISO 8601 instant; a date means its end, all in UTC.

    Raises:
        InvalidArgument: it is neither.

    >>> parse_moment("12")
    12
    >>> parse_moment("2026-03-31").isoformat()
    '2026-03-31T23:59:59.999999+00:00'
    """
    if text.isascii() and text.isdigit() and len(text) < 12:
        return int(text)
    try:
        moment = datetime.fromisoformat(text)
        if re.fullmatch(r"\d{4}-?\d\d-?\d\d", text):
            moment = datetime.combine(moment, time.max)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidArgument(
            f"{text[:100]!r} is no point in time: give the number of a commit, as 12, or an "
            "instant, as 2026-03-31 or 2026-03-31T12:00:00Z."
        ) from error


class History:
    """The journal, read for people."""

    def __init__(self, mesh: Mesh, catalog: Catalog, base_iri: Iri) -> None:
        self._mesh = mesh
        self._base_iri = base_iri
        self._catalog = catalog

    def resolve(self, moment: Moment) -> int:
        """Find the newest commit that was there at a moment; 0 if there was none.

        Raises:
            NotFound: a commit that the mesh has not reached.
        """
        head = self._mesh.journal.head.sequence
        if isinstance(moment, datetime):
            return self._mesh.journal.sequence_at(moment)
        if moment > head:
            raise NotFound(f"There is no commit {moment} yet: the newest is {head}.")
        return moment

    def entries(
        self,
        *,
        first: int = 20,
        before: int | None = None,
        seen: Callable[[Entry], bool] = lambda entry: True,
    ) -> list[Entry]:
        """List what happened and may be seen, newest first, attempts that failed included."""
        found: list[Entry] = []
        while len(found) < first:
            some = self._mesh.journal.entries(newest=100, before=before)
            found += [entry for entry in some if seen(entry)]
            if len(some) < 100:
                break
            before = some[-1].position
        return found[:first]

    def history(self, of: Iri, *, first: int = 20, before: int | None = None) -> list[CommitChange]:
        """List the commits that changed a resource or its parts, newest first.

        `before` is the number of a commit, from which on nothing is listed.
        """
        subjects = self._mesh.journal.ever_parts(of, _PARTS, [MESH.fieldOf])
        touching = self._mesh.journal.commits_touching(subjects)
        chosen = [n for n in touching if before is None or n < before][:first]
        entries = {
            entry.sequence: entry
            for entry in self._mesh.journal.entries(newest=len(chosen), sequences=chosen)
        }
        return [
            CommitChange(entries[number], self._changes(number - 1, number, subjects))
            for number in chosen
        ]

    def diff(self, start: int, end: int, of: Iri | None = None) -> Comparison:
        """Compare two states: of a domain, of a resource with its parts, or of everything.

        Raises:
            NotFound: `of` is nothing that either state speaks of.
        """
        if of is None:
            return Comparison(start, end, self._changes(start, end, None))
        domain = next(iter(self._catalog.domains_by_id([of])), None)
        if domain is not None:
            space = f"{domain.uri_space}graph/"
            return Comparison(start, end, self._changes(start, end, None, space))
        subjects = self._with_parts(of, {start, end})
        if not any(self._mesh.at(n).describe([of])[of] for n in (start, end)):
            raise NotFound(f"Neither commit {start} nor commit {end} says anything of {of}.")
        return Comparison(start, end, self._changes(start, end, subjects))

    def said(self, domain: str, source: str, sequence: int) -> frozenset[Triple]:
        """Give what a source said as of a commit.

        Raises:
            NotFound: the mesh does not know the domain.
        """
        state = self._mesh.at(sequence)
        ownership = Ownership(state, self._base_iri)
        place = ownership.place(domain, source)
        quads = ownership.part(place, state.quads([place.graph]))
        return frozenset(Triple(*quad[:3]) for quad in quads)

    def _with_parts(self, of: Iri, sequences: Collection[int]) -> set[Iri]:
        """Collect a resource and its parts, in any of the states."""
        found: set[Iri] = {of}
        for sequence in sequences:
            state = self._mesh.at(sequence)
            reached, fresh = {of}, {of}
            while fresh:
                parts = {
                    Iri(str(quad.object))
                    for quads in state.describe(fresh).values()
                    for quad in quads
                    if quad.predicate in _PARTS and not isinstance(quad.object, Literal)
                }
                columns = state.referrers(MESH.fieldOf, fresh).values()
                fresh = (parts | {iri for some in columns for iri in some}) - reached
                reached |= fresh
            found |= reached
        return found

    def _changes(
        self, start: int, end: int, subjects: Collection[Iri] | None, graphs: str = ""
    ) -> tuple[ResourceChange, ...]:
        found = self._mesh.journal.difference(start, end, subjects)
        return by_resource(
            Difference(
                frozenset(quad for quad in found.added if quad.graph.startswith(graphs)),
                frozenset(quad for quad in found.removed if quad.graph.startswith(graphs)),
            ),
            self._mesh.at(start),
        )
