"""The search of few nodes at a time, as one Python function per combination of filters.

Each is put together from the constant lines below, and nothing else, so that a filter that is
not asked for costs nothing.
"""

from collections.abc import Callable, Iterator
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from isogloss.lineage.search import Layer, Search

Loop: TypeAlias = "Callable[[Search, list[int], list[Layer], list[int], int], int]"
"""Adds layers to those given, and ignored nodes to those; gives how many hops are left."""

# A line with a mark is there only if what the mark says is asked for. ROW is one row's edges.
_LOOP = """
def loop(search, nodes, layers, passed, hops):
    reached, widest, longest = search.reached_of, search.widest, search.longest
    class_of, class_passes = search.class_of, search.class_passes  #: classes
    source_of, source_passes = search.source_of, search.source_passes  #: sources
    at, began, until_of = search.at, search.began, search.until_of  #: past
    verdict_of, enters = search.entered.verdict_of, search.entered.has  #: entered
    ignores = search.ignored.has  #: ignored
    live_start, live_length = search.live.start_of, search.live.length_of
    live_neighbour, live_edge = search.live.neighbour_at, search.live.edge_at
    ended_row, ended_last = search.ended_row_of, search.ended_last_of  #: past
    ended_start, ended_length = search.ended.start_of, search.ended.length_of  #: past
    ended_neighbour, ended_edge = search.ended.neighbour_at, search.ended.edge_at  #: past
    while nodes and hops and len(nodes) <= widest:
        nodes = nodes.copy()  #: ignored
        following = []
        for node in nodes:
            length = live_length[node]
            if length > longest:
                search.finish(nodes, following, layers, passed)
                return hops - 1
            first = live_start[node]
            ROW live
            row = ended_row[node]  #: past
            if ended_last[row] <= at:  #: past
                continue  #: past
            length = ended_length[row]  #: past
            first = ended_start[row]  #: past
            ROW ended
        nodes = following
        layers.append(nodes)
        hops -= 1
    return hops
"""
_ROW = """
            for place in range(first, first + length):
                other = HERE_neighbour[place]
                if reached[other]:
                    continue
                edge = HERE_edge[place]  #: edge
                if edge >= began:  #: past
                    continue  #: past
                if until_of[edge] <= at:  #: ended
                    continue  #: ended
                if not class_passes[class_of[edge]]:  #: classes
                    continue  #: classes
                if not source_passes[source_of[edge]]:  #: sources
                    continue  #: sources
                if verdict_of[other] != 1 and not enters(other):  #: entered
                    continue  #: entered
                reached[other] = 1
                if ignores(other):  #: ignored
                    nodes.append(other)  #: ignored
                    passed.append(other)  #: ignored
                    continue  #: ignored
                following.append(other)
"""


@cache
def loop(asked: frozenset[str]) -> Loop:
    """Give the function for what is asked: classes, sources, past, entered, ignored."""
    if asked & {"classes", "sources", "past"}:
        asked |= {"edge"}
    names: dict[str, Loop] = {}
    exec("\n".join(_lines(asked)), names)  # noqa: S102  # constants of this module only
    return names["loop"]


def _lines(asked: frozenset[str]) -> Iterator[str]:
    for line in _LOOP.splitlines():
        if line.strip() == "ROW live":
            yield from _marked(_ROW.replace("HERE", "live"), asked)
        elif line.strip() == "ROW ended":
            if "past" in asked:
                yield from _marked(_ROW.replace("HERE", "ended"), asked | {"ended"})
        else:
            yield from _marked(line, asked)


def _marked(text: str, asked: frozenset[str]) -> Iterator[str]:
    for line in text.splitlines():
        code, _, mark = line.partition("  #: ")
        if not mark or mark in asked:
            yield code
