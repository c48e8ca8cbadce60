"""Ask what the lineage of a level looks like, in a domain or everywhere."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TypeVar

import isogloss.lineage.shape as look
from isogloss.lineage.whole import Whole
from isogloss.model.lineage import Level
from isogloss.model.lineage_answers import Circle, Critical, Hub, LineageFilter, Shape
from isogloss.model.rdf import Iri
from isogloss.services.lineage_asking import Asking, Filters
from isogloss.services.lineage_pages import Place, cut, place_of
from isogloss.services.lineage_snapshots import Snapshots

T = TypeVar("T")

MAX_FOUND = 20
_ALL = LineageFilter()


@dataclass(frozen=True, slots=True)
class ShapeAsked:
    """What is asked of: a level, in a domain or everywhere, as far as a filter lets pass.

    `first` is how many to show at the most, `after` the cursor of an answer that was cut.
    """

    domain: str | None = None
    level: Level = Level.DATASET
    filter: LineageFilter = _ALL
    first: int = MAX_FOUND
    after: str | None = None


class LineageShape:
    """Answers from all arcs of a level; a domain keeps what is in it, or touches it.

    Each raises NotFound where the mesh does not know the domain, and InvalidArgument of a limit
    that is none, or a cursor of another question.
    """

    def __init__(self, snapshots: Snapshots) -> None:
        self._snapshots = snapshots

    def cycles(self, asked: ShapeAsked) -> Shape[Circle]:
        """Find the nodes that all depend on each other, largest circle first."""
        found = self._look("cycles", asked)
        touching = None if asked.domain is None else found.nodes
        return found.page(look.circles(found.whole, touching), "circles")

    def orphans(self, asked: ShapeAsked) -> Shape[Iri]:
        """List the nodes without any lineage that the filter lets pass, by IRI."""
        found = self._look("orphans", asked)
        return found.page(look.orphans(found.whole, found.nodes))

    def hubs(self, asked: ShapeAsked) -> Shape[Hub]:
        """Order the nodes by how many others are next to them, most first."""
        found = self._look("hubs", asked)
        return found.page(look.hubs(found.whole, found.nodes))

    def critical(self, asked: ShapeAsked) -> Shape[Critical]:
        """Order the nodes by how many others depend on them, most first."""
        found = self._look("critical", asked)
        return found.page(look.critical(found.whole, found.nodes))

    def _look(self, name: str, asked: ShapeAsked) -> "_Looked":
        level = asked.level
        question = repr((name, asked.domain, level, asked.filter))
        place = place_of(asked.after, question, self._snapshots.sequence)
        filters = Filters(self._snapshots.at(place.sequence))
        asking = filters.asking(level, asked.filter)
        nodes = {node for node in filters.nodes(level) if asking.keeps(node)}
        whole = asking.whole(nodes)
        if asked.domain is not None:
            nodes &= filters.nodes(level, asked.domain)
        return _Looked(asked, asking, question, place, whole, nodes)


@dataclass(frozen=True, slots=True)
class _Looked:
    """All arcs that one question is about, and the nodes that it lists."""

    asked: ShapeAsked
    asking: Asking
    question: str
    place: Place
    whole: Whole
    nodes: Collection[Iri]

    def page(self, every: Sequence[T], what: str | None = None) -> Shape[T]:
        """Give the next of all."""
        what = what or f"{self.asked.level.value}s"
        most = ("first", self.asked.first)
        chosen, truncation = cut(every, self.place, self.question, most=most, what=what)
        return Shape(tuple(chosen), self.asking.extent(truncation))
