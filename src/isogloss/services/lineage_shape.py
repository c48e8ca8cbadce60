"""Ask what the lineage of a level looks like, in a domain or everywhere."""

from collections.abc import Sequence
from typing import TypeVar

import isogloss.lineage.shape as look
from isogloss.lineage.cut_out import cut_out
from isogloss.model.lineage import Direction, Level
from isogloss.model.lineage_answers import Circle, Critical, Hub, LineageFilter, Shape
from isogloss.model.rdf import Iri
from isogloss.services.lineage_asking import Asking, Filters
from isogloss.services.lineage_pages import Place, cut, place_of
from isogloss.services.lineage_snapshots import Snapshots

T = TypeVar("T")

MAX_FOUND = 20
_ALL = LineageFilter()


class LineageShape:
    """Answers from all edges of a level; `domain` keeps what is in it, or touches it."""

    def __init__(self, snapshots: Snapshots) -> None:
        self._snapshots = snapshots

    def cycles(
        self,
        domain: str | None = None,
        *,
        level: Level = Level.DATASET,
        filter: LineageFilter = _ALL,
        first: int = MAX_FOUND,
        after: str | None = None,
    ) -> Shape[Circle]:
        """Find the nodes that all depend on each other, largest circle first.

        Raises:
            NotFound: the mesh does not know the domain.
            InvalidArgument: a limit that is none, or a cursor of another question.
        """
        asked = _Asked(self._snapshots, "cycles", domain, level, filter, after)
        touching = None if domain is None else asked.nodes
        return asked.page(look.circles(asked.graph, touching), first, "circles")

    def orphans(
        self,
        domain: str | None = None,
        *,
        level: Level = Level.DATASET,
        filter: LineageFilter = _ALL,
        first: int = MAX_FOUND,
        after: str | None = None,
    ) -> Shape[Iri]:
        """List the nodes without any lineage that the filter lets pass, by IRI.

        Raises:
            NotFound: the mesh does not know the domain.
            InvalidArgument: a limit that is none, or a cursor of another question.
        """
        asked = _Asked(self._snapshots, "orphans", domain, level, filter, after)
        return asked.page(look.orphans(asked.graph, asked.nodes), first, f"{level.value}s")

    def hubs(
        self,
        domain: str | None = None,
        *,
        level: Level = Level.DATASET,
        filter: LineageFilter = _ALL,
        first: int = MAX_FOUND,
        after: str | None = None,
    ) -> Shape[Hub]:
        """Order the nodes by how many others are next to them, most first.

        Raises:
            NotFound: the mesh does not know the domain.
            InvalidArgument: a limit that is none, or a cursor of another question.
        """
        asked = _Asked(self._snapshots, "hubs", domain, level, filter, after)
        return asked.page(look.hubs(asked.graph, asked.nodes), first, f"{level.value}s")

    def critical(
        self,
        domain: str | None = None,
        *,
        level: Level = Level.DATASET,
        filter: LineageFilter = _ALL,
        first: int = MAX_FOUND,
        after: str | None = None,
    ) -> Shape[Critical]:
        """Order the nodes by how many others depend on them, most first.

        Raises:
            NotFound: the mesh does not know the domain.
            InvalidArgument: a limit that is none, or a cursor of another question.
        """
        asked = _Asked(self._snapshots, "critical", domain, level, filter, after)
        found = look.critical(asked.graph, asked.nodes)
        return asked.page(found, first, f"{level.value}s")


class _Asked:
    """The whole graph of a level with the filters of one question, and its place."""

    def __init__(
        self,
        snapshots: Snapshots,
        name: str,
        domain: str | None,
        level: Level,
        filter: LineageFilter,
        after: str | None,
    ) -> None:
        self.question = repr((name, domain, level, filter))
        self.place: Place = place_of(after, self.question, snapshots.sequence)
        filters = Filters(snapshots.at(self.place.sequence))
        self.asking: Asking = filters.asking(level, filter)
        kept = {node for node in filters.nodes(level) if self.asking.keeps(node)}
        found = self.asking(kept, Direction.DOWNSTREAM)
        above = self.asking(kept, Direction.UPSTREAM)
        self.graph = cut_out({*found.links, *above.links})
        self.nodes: set[Iri] = kept & filters.nodes(level, domain) if domain else kept

    def page(self, every: Sequence[T], first: int, what: str) -> Shape[T]:
        most = ("first", first)
        chosen, truncation = cut(every, self.place, self.question, most=most, what=what)
        return Shape(tuple(chosen), self.asking.extent(truncation))
