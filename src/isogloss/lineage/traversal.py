"""Questions on the index: what is reached, and by which ways."""

from collections import deque
from collections.abc import Iterator

import networkx as nx

from isogloss.errors import InvalidArgument
from isogloss.lineage.index import LineageIndex
from isogloss.model.lineage import Direction, Level, Lineage, Node, Paths
from isogloss.model.rdf import Iri

_MOST_HOPS = 1_000
_MOST_NODES = 100_000
_MOST_PATHS = 1_000


def reach(
    index: LineageIndex,
    of: Iri,
    direction: Direction,
    *,
    level: Level,
    max_hops: int,
    max_nodes: int,
) -> Lineage:
    """Find everything that `of` depends on, or that depends on it, breadth first.

    A start is not among the nodes, also when it lies on a cycle; an edge from a node back
    to a start is shown.

    Raises:
        NotFound: `of` is in no level of the index.
        InvalidArgument: a limit outside 1..1000 hops or 1..100000 nodes.

    Source: PROV-DM §5.2.1. PROV does not make derivation transitive; this is reachability.
    """
    _check("maxHops", max_hops, _MOST_HOPS)
    _check("maxNodes", max_nodes, _MOST_NODES)
    starts = index.expand(of, level)
    graph = index.graphs[level]
    follow = graph.predecessors if direction is Direction.UPSTREAM else graph.successors
    distance = dict.fromkeys(starts, 0)
    queue = deque(starts)
    truncated_by: str | None = None
    while queue:
        node = queue.popleft()
        for neighbour in sorted(follow(node)):
            if neighbour in distance:
                continue
            if distance[node] == max_hops:
                truncated_by = f"maxHops={max_hops}"
            elif len(distance) - len(starts) == max_nodes:
                truncated_by = f"maxNodes={max_nodes}"
                queue.clear()
                break
            else:
                distance[neighbour] = distance[node] + 1
                queue.append(neighbour)
    edges = [edge for _, _, edges in graph.subgraph(distance).edges(data="edges") for edge in edges]
    return Lineage(
        starts=starts,
        direction=direction,
        level=level,
        nodes=tuple(
            Node(iri, hops)
            for iri, hops in sorted(distance.items(), key=lambda item: (item[1], item[0]))
            if hops
        ),
        edges=tuple(sorted(edges, key=lambda e: (e.downstream, e.upstream, e.kind.value))),
        truncated_by=truncated_by,
        sequence=index.sequence,
    )


def paths(
    index: LineageIndex,
    source: Iri,
    target: Iri,
    *,
    level: Level,
    max_paths: int,
    max_hops: int,
) -> Paths:
    """Find the simple paths along which data flows from `source` down to `target`.

    Raises:
        NotFound: an end is in no level of the index.
        InvalidArgument: a limit outside 1..1000 paths or 1..1000 hops.
    """
    _check("maxHops", max_hops, _MOST_HOPS)
    _check("maxPaths", max_paths, _MOST_PATHS)
    starts, ends = index.expand(source, level), index.expand(target, level)
    within: list[tuple[Iri, ...]] = []
    truncated_by: str | None = None
    for path in _shortest_first(index.graphs[level], starts, ends):
        if len(path) - 1 > max_hops:
            truncated_by = f"maxHops={max_hops}"
            break
        if len(within) == max_paths:
            truncated_by = f"maxPaths={max_paths}"
            break
        within.append(path)
    return Paths(
        tuple(sorted(within, key=lambda path: (len(path), path))), truncated_by, index.sequence
    )


_SOURCE, _TARGET = Iri("urn:isogloss:source"), Iri("urn:isogloss:target")


def _shortest_first(
    graph: "nx.DiGraph[Iri]", starts: tuple[Iri, ...], ends: tuple[Iri, ...]
) -> Iterator[tuple[Iri, ...]]:
    """Yield simple paths from any start to any end, shortest first (Yen 1971)."""
    # Between what both sides can reach only, so that the search does not wander off.
    reached = set(starts).union(*(nx.descendants(graph, start) for start in starts))
    reaching = set(ends).union(*(nx.ancestors(graph, end) for end in ends))
    if reached.isdisjoint(reaching):
        return
    between: nx.DiGraph[Iri] = nx.DiGraph(graph.subgraph(reached & reaching))
    between.add_edges_from((_SOURCE, start) for start in starts if start in between)
    between.add_edges_from((end, _TARGET) for end in ends if end in between)
    for path in nx.shortest_simple_paths(between, _SOURCE, _TARGET):
        if len(path) > 3:
            yield tuple(path[1:-1])


def _check(name: str, value: int, most: int) -> None:
    if not 1 <= value <= most:
        raise InvalidArgument(f"{name} is {value}: choose a number from 1 to {most}.")
