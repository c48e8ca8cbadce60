"""The question where something comes from, or what depends on it, as GraphQL."""

from collections.abc import Iterable, Iterator
from typing import Annotated

import strawberry
from anyio import to_thread
from strawberry.types.nodes import SelectedField, Selection

from isogloss.api.graphql.context import Info
from isogloss.api.graphql.lineage import Lineage
from isogloss.api.graphql.lineage_asking import (
    AfterCut,
    Filter,
    LineageFilter,
    OfThing,
    pinned,
    question,
)
from isogloss.model.lineage import Direction, Level
from isogloss.model.rdf import parse_iri
from isogloss.services.lineage import MAX_HOPS, MAX_NODES

MaxHops = Annotated[int, strawberry.argument(description="Go so many hops at the most, 1 to 1000.")]


@strawberry.type
class LineageTraceQuery:
    """The question what is reached."""

    @question(description="Where something comes from, or what depends on it.")
    async def lineage(
        self,
        info: Info,
        of: OfThing,
        direction: Annotated[Direction, strawberry.argument(description="Which way to go.")],
        max_hops: MaxHops = MAX_HOPS,
        level: Annotated[
            Level, strawberry.argument(description="What the nodes of the answer are.")
        ] = Level.COLUMN,
        max_nodes: Annotated[
            int, strawberry.argument(description="Give so many nodes at the most.")
        ] = MAX_NODES,
        filter: Filter = None,
        after: AfterCut = None,
    ) -> Lineage:
        """Trace lineage."""
        start, chosen = parse_iri(of), LineageFilter.model(filter)
        view = await pinned(info, after)

        def answer() -> Lineage:
            found = view.questions.lineage(
                start,
                direction,
                level=level,
                filter=chosen,
                max_hops=max_hops,
                max_nodes=max_nodes,
                after=after,
                through=asks_for(info, "edges", "through"),
                columnless=asks_for(info, "columnless"),
            )
            if level is not Level.COLUMN or not asks_for(info, "edges", "meaning"):
                return Lineage.of(found)
            return Lineage.of(found, view.verdicts.of_edges(found.edges, found.extent.as_of_commit))

        return await to_thread.run_sync(answer)


def asks_for(info: Info, *names: str) -> bool:
    """Tell whether the query asks for a field of a field of the answer, and so on."""
    found: list[Selection] = list(info.selected_fields)
    for name in names:
        below = [part for one in found for part in one.selections]
        found = [one for one in _fields(below) if one.name == name]
    return bool(found)


def _fields(selections: Iterable[Selection]) -> Iterator[SelectedField]:
    for one in selections:
        if isinstance(one, SelectedField):
            yield one
        else:  # a fragment
            yield from _fields(one.selections)
