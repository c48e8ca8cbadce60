"""Relay connections over sorted IRIs.

Source: https://relay.dev/graphql/connections.htm, forward paging; a cursor is the IRI itself,
so a page goes on where it stopped although rows came or went meanwhile.
"""

from bisect import bisect_right
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Annotated, Generic, Protocol, TypeVar

import strawberry

from isogloss.errors import InvalidArgument
from isogloss.model.rdf import Iri


class HasId(Protocol):
    """A row that knows its IRI."""

    id: strawberry.ID


N = TypeVar("N", bound=HasId)

MAX_PAGE_SIZE = 100

First = Annotated[
    int, strawberry.argument(description=f"How many rows at the most, 1 to {MAX_PAGE_SIZE}.")
]
After = Annotated[
    str | None, strawberry.argument(description="The `endCursor` of the page before.")
]


@strawberry.type(description="Where a page ends, and whether another follows.")
class PageInfo:
    """Relay's PageInfo."""

    has_next_page: bool = strawberry.field(description="Whether rows follow this page.")
    has_previous_page: bool = strawberry.field(description="Whether rows precede this page.")
    start_cursor: str | None = strawberry.field(description="Cursor of the first row.")
    end_cursor: str | None = strawberry.field(
        description="Cursor of the last row; give it as `after`."
    )


@strawberry.type(description="A row and its cursor.")
class Edge(Generic[N]):
    """Relay's edge."""

    cursor: str = strawberry.field(description="Give it as `after` to go on from this row.")
    node: N = strawberry.field(description="The row.")


@strawberry.type(description="A page of rows, in the order of their IRIs.")
class Connection(Generic[N]):
    """Relay's connection."""

    total_count: int = strawberry.field(description="How many rows there are on all pages.")
    page_info: PageInfo = strawberry.field(description="Where this page ends.")
    edges: list[Edge[N]] = strawberry.field(description="The rows with their cursors.")
    nodes: list[N] = strawberry.field(description="The rows without their cursors.")


async def page(
    ids: Collection[Iri],
    first: int,
    after: str | None,
    read: Callable[[Sequence[Iri]], Awaitable[Sequence[N]]],
) -> Connection[N]:
    """Cut one page out of sorted IRIs and read its rows; one gone meanwhile is left out.

    Raises:
        InvalidArgument: `first` is not in 1..MAX_PAGE_SIZE.
    """
    if not 1 <= first <= MAX_PAGE_SIZE:
        raise InvalidArgument(
            f"`first` is {first}: ask for 1 to {MAX_PAGE_SIZE} rows, and go on with `after`."
        )
    ordered = list(ids)
    start = bisect_right(ordered, after) if after else 0
    chosen = ordered[start : start + first]
    nodes = list(await read(chosen))
    return Connection(
        total_count=len(ordered),
        page_info=PageInfo(
            has_next_page=start + first < len(ordered),
            has_previous_page=start > 0,
            start_cursor=nodes[0].id if nodes else None,
            end_cursor=chosen[-1] if chosen else None,
        ),
        edges=[Edge(cursor=node.id, node=node) for node in nodes],
        nodes=nodes,
    )
