"""The part of the lineage that a question is about, as a graph to ask further of.

Arcs run from upstream to downstream, and have the links between their ends under "links".
"""

from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterable
from itertools import pairwise
from typing import Protocol, TypeVar

import networkx as nx

from isogloss.model.lineage import Direction, EdgeKind, Link, Reached
from isogloss.model.lineage_answers import Way
from isogloss.model.rdf import Iri

N = TypeVar("N")

WAYS = tuple(Way)
_RANK = {way: rank for rank, way in enumerate(WAYS)}


class Search(Protocol):
    """A search of one level, at one instant and with the filters of a question."""

    def __call__(
        self,
        starts: Collection[Iri],
        direction: Direction,
        *,
        within: Collection[Iri] | None = None,
        with_links: bool = True,
    ) -> Reached:
        """Find all that is reached from `starts`; with `within`, through no other nodes."""


def cut_out(links: Iterable[Link], nodes: Iterable[Iri] = ()) -> "nx.DiGraph[Iri]":
    """Make a graph of links and of nodes that may have none."""
    between: defaultdict[tuple[Iri, Iri], list[Link]] = defaultdict(list)
    for link in links:
        between[link.upstream, link.downstream].append(link)
    graph: nx.DiGraph[Iri] = nx.DiGraph()
    graph.add_nodes_from(nodes)
    graph.add_edges_from((*ends, {"links": same}) for ends, same in between.items())
    return graph


def between(
    search: Search, sources: Collection[Iri], targets: Collection[Iri]
) -> "nx.DiGraph[Iri]":
    """Cut out what lies on a way from a source to a target, the ends included."""
    below = {*sources, *_ids(search(sources, Direction.DOWNSTREAM, with_links=False))}
    ends = sorted(below.intersection(targets))
    if not ends:
        return cut_out((), sources)
    found = search(ends, Direction.UPSTREAM, within=below)
    shown = {*ends, *_ids(found)}
    return cut_out(found.links, shown)


def around(search: Search, starts: Collection[Iri], direction: Direction) -> "nx.DiGraph[Iri]":
    """Cut out the starts and all that is reached from them."""
    found = search(starts, direction)
    return cut_out(found.links, [*starts, *_ids(found)])


def only(graph: "nx.DiGraph[Iri]", keep: Callable[[Link], bool]) -> "nx.DiGraph[Iri]":
    """Keep all nodes, and the links that `keep` says."""
    kept = (link for arc in graph.edges for link in graph.edges[arc]["links"] if keep(link))
    return cut_out(kept, graph.nodes)


def without(graph: "nx.DiGraph[Iri]", ignored: Collection[Iri]) -> "nx.DiGraph[Iri]":
    """Take nodes out, and let each of their ways in go on by each of their ways out.

    The arcs that this makes have no links.
    """
    bridged: nx.DiGraph[Iri] = graph.copy()
    for node in sorted(set(ignored).intersection(bridged)):
        ways_in, ways_out = list(bridged.predecessors(node)), list(bridged.successors(node))
        bridged.remove_node(node)
        for above in ways_in:
            for below in ways_out:
                fresh = node not in (above, below) and above != below
                if fresh and not bridged.has_edge(above, below):
                    bridged.add_edge(above, below, links=[])
    return bridged


def distances(
    graph: "nx.DiGraph[Iri]",
    starts: Iterable[Iri],
    direction: Direction = Direction.DOWNSTREAM,
    ignored: Collection[Iri] = (),
) -> dict[Iri, int]:
    """Count the hops to each node reached, the starts being 0; to enter an ignored one is none."""
    follow = graph.successors if direction is Direction.DOWNSTREAM else graph.predecessors
    return walk(follow, (start for start in starts if start in graph), ignored)


def walk(
    follow: Callable[[N], Iterable[N]], starts: Iterable[N], ignored: Collection[N] = ()
) -> dict[N, int]:
    """Count the hops to each node that is reached by following; likewise."""
    found = dict.fromkeys(starts, 0)
    waiting = deque(found)
    while waiting:
        node = waiting.popleft()
        for neighbour in follow(node):
            hops = found[node] + (neighbour not in ignored)
            if neighbour not in found or hops < found[neighbour]:
                found[neighbour] = hops
                # The nearest are always in front: what costs no hop goes before the others.
                (waiting.append if neighbour not in ignored else waiting.appendleft)(neighbour)
    return found


def shortest(graph: "nx.DiGraph[Iri]", away: dict[Iri, int], source: Iri) -> tuple[Iri, ...]:
    """Walk from a source to the nearest end, by the first IRI where two ways are as short.

    Args:
        graph: where to walk, downstream.
        away: the hops from each node to its nearest end, as `distances` upstream gives them.
        source: one of `away`.
    """
    path = [source]
    while hops := away[path[-1]]:
        path.append(min(n for n in graph.successors(path[-1]) if away.get(n) == hops - 1))
    return tuple(path)


def chain(graph: "nx.DiGraph[Iri]", path: Iterable[Iri]) -> tuple[Link, ...]:
    """Give the link of each step of a path: of several, that by which the most comes through."""
    return tuple(
        min(graph.edges[step]["links"], key=lambda link: (rank(way_of(link)), _key(link)))
        for step in pairwise(path)
    )


def way_of(link: Link) -> Way:
    """Tell what of the upstream end comes through a link.

    A derivation is masked if each of its DIRECT transformations masks; if nobody told how, or
    what, it is taken to show the values.
    """
    if link.kind is not EdgeKind.DERIVATION:
        return Way.INFLUENCE
    direct = [word.split("/") for word in link.transformations if word.startswith("DIRECT")]
    shown = [words for words in direct if "MASKING" not in words]
    if direct and not shown:
        return Way.MASKED
    return Way.IDENTITY if any("IDENTITY" in words for words in shown) else Way.VALUES


def is_told(link: Link) -> bool:
    """Tell whether somebody told what a derivation does to values."""
    return any(word.startswith("DIRECT") for word in link.transformations)


def rank(way: Way) -> int:
    """Count from 0, for what shows the most."""
    return _RANK[way]


def _ids(found: Reached) -> list[Iri]:
    return [node.id for node in found.nodes]


def _key(link: Link) -> tuple[str, ...]:
    return (link.kind.value, link.evidence.value, *link.transformations, link.graph)
