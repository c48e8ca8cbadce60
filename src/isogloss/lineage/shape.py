"""What the lineage of a level looks like as a whole: cycles, orphans, hubs, what others need."""

from collections.abc import Collection, Iterable

import networkx as nx

from isogloss.lineage.cut_out import distances, shortest
from isogloss.lineage.reach_counts import reach_counts
from isogloss.model.lineage import Direction
from isogloss.model.lineage_answers import Circle, Critical, Hub
from isogloss.model.rdf import Iri


def circles(graph: "nx.DiGraph[Iri]", touching: Collection[Iri] | None = None) -> list[Circle]:
    """Find the nodes that all depend on each other, largest circle first, then by IRI.

    A node is in one circle at the most, and in one if it is on a cycle; there may be more
    cycles in a circle than anybody could list.

    Args:
        graph: the whole level.
        touching: only circles with one of these nodes, all if None.
    """
    found = []
    for group in nx.strongly_connected_components(graph):
        first = min(group)
        is_circle = len(group) > 1 or graph.has_edge(first, first)
        if is_circle and (touching is None or not group.isdisjoint(touching)):
            found.append(Circle(tuple(sorted(group)), _around(graph.subgraph(group), first)))
    return sorted(found, key=lambda circle: (-len(circle.nodes), circle.nodes))


def _around(circle: "nx.DiGraph[Iri]", first: Iri) -> tuple[Iri, ...]:
    """Walk a shortest way from a node to itself."""
    back = distances(circle, [first], Direction.UPSTREAM)
    _, following = min((back[n], n) for n in circle.successors(first))
    return (first, *shortest(circle, back, following))


def orphans(graph: "nx.DiGraph[Iri]", nodes: Iterable[Iri]) -> list[Iri]:
    """List the nodes of a level without any lineage, sorted."""
    return sorted(node for node in nodes if node not in graph or not graph.degree(node))


def hubs(graph: "nx.DiGraph[Iri]", among: Collection[Iri] | None = None) -> list[Hub]:
    """Order the nodes by how many others are next to them, most first, then by IRI."""
    found = [
        Hub(node, graph.in_degree(node), graph.out_degree(node))
        for node in graph
        if (among is None or node in among) and graph.degree(node)
    ]
    return sorted(found, key=lambda hub: (-hub.upstream - hub.downstream, hub.id))


def critical(graph: "nx.DiGraph[Iri]", among: Collection[Iri] | None = None) -> list[Critical]:
    """Order the nodes by how many others depend on them, most first, then by IRI; none with 0."""
    found = [
        Critical(node, reach)
        for node, reach in reach_counts(graph).items()
        if reach and (among is None or node in among)
    ]
    return sorted(found, key=lambda one: (-one.reach, one.id))
