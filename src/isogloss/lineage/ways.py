"""All ways from one thing down to another, shortest first, and how many more there are."""

from collections.abc import Collection, Iterator
from heapq import heappop, heappush
from itertools import islice

import networkx as nx

from isogloss.lineage.cut_out import distances, shortest
from isogloss.model.lineage import Direction
from isogloss.model.lineage_answers import Ways
from isogloss.model.rdf import Iri


def ways(
    graph: "nx.DiGraph[Iri]",
    sources: Collection[Iri],
    targets: Collection[Iri],
    *,
    max_paths: int,
    max_hops: int,
    offset: int = 0,
) -> Ways:
    """Find the simple paths from a source to a target, after the first `offset` of them.

    What follows is counted exactly where there is no cycle between the ends. Else only the
    paths are counted that never come nearer to the sources again, which are fewer.
    """
    found: list[tuple[Iri, ...]] = []
    cut_by: str | None = None
    for path in islice(in_order(graph, sources, targets), offset, None):
        if len(path) - 1 > max_hops:
            cut_by = "maxHops"
            break
        if len(found) == max_paths:
            cut_by = "maxPaths"
            break
        found.append(path)
    if cut_by is None:
        return Ways(tuple(found), 0, True, None)
    is_exact = nx.is_directed_acyclic_graph(graph)
    known = count(graph if is_exact else _onward(graph, sources), sources, targets)
    return Ways(tuple(found), max(known - offset - len(found), 1), is_exact, cut_by)


def count(acyclic: "nx.DiGraph[Iri]", sources: Collection[Iri], targets: Collection[Iri]) -> int:
    """Count the paths of one hop or more; each is simple, as there is no cycle."""
    to: dict[Iri, int] = {}
    every = 0
    for node in nx.topological_sort(acyclic):
        arrivals = sum(to[above] for above in acyclic.predecessors(node))
        every += arrivals if node in targets else 0
        to[node] = arrivals + (node in sources)
    return every


def in_order(
    graph: "nx.DiGraph[Iri]", sources: Collection[Iri], targets: Collection[Iri]
) -> Iterator[tuple[Iri, ...]]:
    """Yield the simple paths from any source to any target, shortest first, then by their IRIs.

    Each path found splits the rest by the node where they leave it, and every part waits
    in a heap by the best that it may hold (Lawler 1972). networkx's shortest_simple_paths has
    no order among paths of one length, and takes a hundred times longer from many sources.
    """

    def measure(avoid: set[Iri]) -> dict[Iri, int]:
        open_ = graph.subgraph(graph.nodes - avoid) if avoid else graph
        return distances(open_, targets, Direction.UPSTREAM)

    def nearest(after: tuple[Iri, ...], away: dict[Iri, int], passed: set[Iri]) -> Iri | None:
        following = graph.successors(after[-1]) if after else sources
        near = ((away[n], n) for n in following if n in away and n not in passed)
        return min(near, default=(0, None))[1]

    def wait(prefix: tuple[Iri, ...], passed: set[Iri], banned: frozenset[Iri]) -> None:
        first = nearest(prefix, away, passed | banned)
        if first is not None:
            least = len(prefix) + 1 + away[first]
            heappush(waiting, (least, (*prefix, first), False, prefix, banned))

    away = measure(set())
    waiting: list[tuple[int, tuple[Iri, ...], bool, tuple[Iri, ...], frozenset[Iri]]] = []
    wait((), set(), frozenset())
    while waiting:
        _, path, is_whole, prefix, banned = heappop(waiting)
        passed = set(prefix)
        if not is_whole:
            path = (*prefix, *shortest(graph, away, path[-1]))
            if not passed.isdisjoint(path[len(prefix) :]):
                # The nearest way comes back to the prefix, on a cycle: measure around it.
                open_away = measure(passed)
                first = nearest(prefix, open_away, passed | banned)
                if first is None:
                    continue
                path = (*prefix, *shortest(graph, open_away, first))
            heappush(waiting, (len(path), path, True, prefix, banned))
            continue
        if len(path) > 1:
            yield path
        for place in range(len(prefix), len(path)):
            left = banned if place == len(prefix) else frozenset[Iri]()
            wait(path[:place], passed, left | {path[place]})
            passed.add(path[place])
        wait(path, passed, frozenset())


def _onward(graph: "nx.DiGraph[Iri]", sources: Collection[Iri]) -> "nx.DiGraph[Iri]":
    """Keep the arcs that lead away from the sources; every shortest path is among them."""
    away = distances(graph, sources)
    onward: nx.DiGraph[Iri] = nx.DiGraph()
    onward.add_nodes_from(graph)
    onward.add_edges_from(
        (above, below)
        for above, below in graph.edges
        if above in away and (away[above], above) < (away[below], below)
    )
    return onward
