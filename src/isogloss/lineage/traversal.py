"""Questions on the index: what is reached, and by which ways."""

from collections.abc import Callable, Collection, Iterable, Iterator
from heapq import heappop, heappush

import networkx as nx

from isogloss.errors import InvalidArgument
from isogloss.lineage.graphs import LineageIndex
from isogloss.model.lineage import Direction, Edge, Level, Lineage, Node, Paths
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
    to a start is shown. A cut answer has the first nodes of the whole one.

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
    nodes: list[Node] = []
    truncated_by: str | None = None
    for hops, layer in enumerate(_layers(follow, starts)):
        if hops > max_hops:
            truncated_by = f"maxHops={max_hops}"
            break
        if hops:
            room = max_nodes - len(nodes)
            nodes.extend(Node(iri, hops) for iri in sorted(layer)[:room])
            if len(layer) > room:
                truncated_by = f"maxNodes={max_nodes}"
                break
    between = graph.subgraph([*starts, *(node.id for node in nodes)])
    edges: list[Edge] = [edge for arc in between.edges for edge in between.edges[arc]["edges"]]
    return Lineage(
        starts=starts,
        direction=direction,
        level=level,
        nodes=tuple(nodes),
        edges=tuple(sorted(edges, key=lambda e: (e.downstream, e.upstream, e.kind.value))),
        truncated_by=truncated_by,
        sequence=index.sequence,
    )


def products_downstream(index: LineageIndex, product: Iri) -> tuple[Iri, ...]:
    """List the products that depend on a product, sorted: all of them, and no edges.

    Raises:
        NotFound: the index has no such product.
    """
    starts = index.expand(product, Level.PRODUCT)
    layers = _layers(index.graphs[Level.PRODUCT].successors, starts)
    return tuple(sorted({node for layer in layers for node in layer}.difference(starts)))


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

    A cut answer has the first paths of the whole one.

    Raises:
        NotFound: an end is in no level of the index.
        InvalidArgument: a limit outside 1..1000 paths or 1..1000 hops.
    """
    _check("maxHops", max_hops, _MOST_HOPS)
    _check("maxPaths", max_paths, _MOST_PATHS)
    starts, ends = index.expand(source, level), index.expand(target, level)
    within: list[tuple[Iri, ...]] = []
    truncated_by: str | None = None
    for path in _in_order(index.graphs[level], starts, ends):
        if len(path) - 1 > max_hops:
            truncated_by = f"maxHops={max_hops}"
            break
        if len(within) == max_paths:
            truncated_by = f"maxPaths={max_paths}"
            break
        within.append(path)
    return Paths(tuple(within), truncated_by, index.sequence)


def _layers(
    follow: Callable[[Iri], Iterable[Iri]], starts: Collection[Iri], avoid: Collection[Iri] = ()
) -> Iterator[set[Iri]]:
    """Yield the nodes 0, 1, 2 … hops from the nearest start."""
    seen = {*starts, *avoid}
    layer = set(starts)
    while layer:
        yield layer
        layer = {neighbour for node in layer for neighbour in follow(node)} - seen
        seen |= layer


def _in_order(
    graph: "nx.DiGraph[Iri]", starts: Collection[Iri], ends: Collection[Iri]
) -> Iterator[tuple[Iri, ...]]:
    """Yield the simple paths from any start to any end, shortest first, then by their IRIs.

    Each path found splits the rest by the node where they leave it, and every part waits
    in a heap by the best that it may hold (Lawler 1972). networkx's shortest_simple_paths has
    no order among paths of one length, and takes a hundred times longer from many starts.
    """

    def distances(avoid: Collection[Iri]) -> dict[Iri, int]:
        layers = _layers(graph.predecessors, set(ends).difference(avoid), avoid)
        return {node: hops for hops, layer in enumerate(layers) for node in layer}

    def nearest(after: tuple[Iri, ...], away: dict[Iri, int], without: set[Iri]) -> Iri | None:
        following = graph.successors(after[-1]) if after else starts
        near = ((away[n], n) for n in following if n in away and n not in without)
        return min(near, default=(0, None))[1]

    def walk(prefix: tuple[Iri, ...], away: dict[Iri, int], first: Iri) -> tuple[Iri, ...]:
        path = [*prefix, first]
        while hops := away[path[-1]]:
            path.append(min(n for n in graph.successors(path[-1]) if away.get(n) == hops - 1))
        return tuple(path)

    def wait(prefix: tuple[Iri, ...], passed: set[Iri], banned: frozenset[Iri]) -> None:
        first = nearest(prefix, away, passed | banned)
        if first is not None:
            shortest = len(prefix) + 1 + away[first]
            heappush(waiting, (shortest, (*prefix, first), False, prefix, banned))

    away = distances(())
    waiting: list[tuple[int, tuple[Iri, ...], bool, tuple[Iri, ...], frozenset[Iri]]] = []
    wait((), set(), frozenset())
    while waiting:
        _, path, is_whole, prefix, banned = heappop(waiting)
        passed = set(prefix)
        if not is_whole:
            path = walk(prefix, away, path[-1])
            if not passed.isdisjoint(path[len(prefix) :]):
                # The nearest way comes back to the prefix, on a cycle: measure around it.
                around = distances(passed)
                first = nearest(prefix, around, passed | banned)
                if first is None:
                    continue
                path = walk(prefix, around, first)
            heappush(waiting, (len(path), path, True, prefix, banned))
            continue
        if len(path) > 1:
            yield path
        for place in range(len(prefix), len(path)):
            left = banned if place == len(prefix) else frozenset[Iri]()
            wait(path[:place], passed, left | {path[place]})
            passed.add(path[place])
        wait(path, passed, frozenset())


def _check(name: str, value: int, most: int) -> None:
    if not 1 <= value <= most:
        raise InvalidArgument(f"{name} is {value}: choose a number from 1 to {most}.")
