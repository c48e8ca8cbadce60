"""Where the values of a column begin and come out, and whether they are hidden on every way.

Values follow derivations; influences carry none. They begin, or come out, where no value goes
on: at a node without a derivation in that direction, or at each node of a cycle that no
derivation leaves. A way leaks if none of its derivations masks (`cut_out.way_of`).
"""

from collections.abc import Collection, Mapping

import networkx as nx

from isogloss.lineage.cut_out import chain, distances, only, rank, shortest, way_of
from isogloss.model.lineage import Direction, EdgeKind, Link
from isogloss.model.lineage_answers import Leak, Root, Way
from isogloss.model.rdf import Iri


def roots(graph: "nx.DiGraph[Iri]", columns: Collection[Iri]) -> list[Root]:
    """Find where the values of columns begin, nearest first, then by IRI.

    A column that comes from nothing is its own root, 0 hops away and without a chain.

    Args:
        graph: all that lies upstream of `columns`.
        columns: what to ask of.
    """
    values, open_ = only(graph, _carries), only(graph, _shows)
    away = distances(values, columns, Direction.UPSTREAM)
    open_away = distances(open_, columns, Direction.UPSTREAM)
    found = []
    for root in _last(values, columns, Direction.UPSTREAM):
        if root in open_away:
            path = shortest(open_, open_away, root)
            found.append(Root(root, away[root], chain(open_, path), False, path))
        else:
            path = shortest(values, away, root)
            found.append(Root(root, away[root], chain(values, path), True))
    return sorted(found, key=lambda root: (root.distance, root.id))


def leaks(graph: "nx.DiGraph[Iri]", columns: Collection[Iri]) -> tuple[list[Leak], int]:
    """Find the ends at which the values of columns come out as they are, nearest first.

    Of equally near ends the first by IRI, and to each the first of its shortest ways.

    Args:
        graph: all that lies downstream of `columns`.
        columns: what to ask of.

    Returns:
        The leaks, and how many ends there are in all. A column whose values go nowhere has
        no way out, so that nothing leaks.
    """
    open_ = only(graph, _shows)
    last = _last(only(graph, _carries), columns, Direction.DOWNSTREAM)
    ends = [end for end in last if end not in columns]
    away = distances(open_, columns)
    found = [Leak(end, _way(open_, columns, end, away)) for end in ends if end in away]
    return sorted(found, key=lambda leak: (len(leak.path), leak.end)), len(ends)


def _way(
    graph: "nx.DiGraph[Iri]", columns: Collection[Iri], end: Iri, away: Mapping[Iri, int]
) -> tuple[Iri, ...]:
    """Walk to an end from the column that is nearest to it."""
    back = distances(graph, [end], Direction.UPSTREAM)
    source = min((c for c in columns if back.get(c) == away[end]), default=end)
    return shortest(graph, back, source)


def _last(values: "nx.DiGraph[Iri]", columns: Collection[Iri], direction: Direction) -> list[Iri]:
    """Find the nodes that values reach, and from which they go nowhere but around."""
    reached = values.subgraph(distances(values, columns, direction))
    groups: nx.DiGraph[int] = nx.condensation(reached)
    further = groups.out_degree if direction is Direction.DOWNSTREAM else groups.in_degree
    return sorted(
        node for group in groups if not further(group) for node in groups.nodes[group]["members"]
    )


def _carries(link: Link) -> bool:
    return link.kind is EdgeKind.DERIVATION


def _shows(link: Link) -> bool:
    return rank(way_of(link)) <= rank(Way.VALUES)
