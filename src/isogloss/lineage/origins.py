"""Where the values of a column begin and come out, and whether they are hidden on every way.

Values follow derivations; influences carry none. They begin, or come out, where no value goes
on: at a node without a derivation in that direction, or at each node of a cycle that no
derivation leaves. A way leaks if none of its derivations masks (`cut_out.way_of`).
"""

from collections.abc import Collection, Mapping

import networkx as nx

from isogloss.lineage.cut_out import chain, distances, is_told, only, rank, shortest, way_of
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
    values, open_, told = only(graph, _carries), only(graph, _shows), only(graph, _surely_shows)
    away, open_away, told_away = (
        distances(some, columns, Direction.UPSTREAM) for some in (values, open_, told)
    )
    found = []
    for root in _last(values, columns, Direction.UPSTREAM):
        if root in told_away:
            path = shortest(told, told_away, root)
            found.append(Root(root, away[root], chain(told, path), False, path))
        elif root in open_away:
            path = shortest(open_, open_away, root)
            found.append(Root(root, away[root], chain(open_, path), False, path, is_unknown=True))
        else:
            path = shortest(values, away, root)
            found.append(Root(root, away[root], chain(values, path), True))
    return sorted(found, key=lambda root: (root.distance, root.id))


def leaks(
    graph: "nx.DiGraph[Iri]",
    columns: Collection[Iri],
    unresolved: Mapping[Iri, Collection[Iri]] | None = None,
) -> tuple[list[Leak], int]:
    """Find the ends at which the values of columns come out as they are, nearest first.

    Of equally near ends the first by IRI, and to each the first of its shortest ways; of those
    of which it is known that they leak, if there is one.

    Args:
        graph: all that lies downstream of `columns`.
        columns: what to ask of.
        unresolved: where the values of a column may come out, too.

    Returns:
        The leaks, and how many ends there are in all. A column whose values go nowhere has
        no way out, so that nothing leaks.
    """
    open_, told = only(graph, _shows), only(graph, _surely_shows)
    last = _last(only(graph, _carries), columns, Direction.DOWNSTREAM)
    ends = {end for end in last if end not in columns}
    away, told_away = distances(open_, columns), distances(told, columns)
    found: dict[Iri, Leak] = {}
    for end in ends:
        if end in told_away:
            found[end] = Leak(end, _way(told, columns, end, told_away))
        elif end in away:
            found[end] = Leak(end, _way(open_, columns, end, away), is_unknown=True)
    for node in sorted((unresolved or {}).keys() & away, key=lambda node: (away[node], node)):
        for end in (unresolved or {})[node]:
            if end not in found:
                way = _way(open_, columns, node, away)
                found[end] = Leak(end, (*way, end), is_unknown=True)
    every = sorted(found.values(), key=lambda leak: (len(leak.path), leak.end))
    return every, len(ends | found.keys())


def exposed(graph: "nx.DiGraph[Iri]", columns: Collection[Iri]) -> set[Iri]:
    """Find the columns that values of columns reach as they are, or may, the columns included."""
    return set(distances(only(graph, _shows), columns))


def fed(graph: "nx.DiGraph[Iri]", columns: Collection[Iri]) -> set[Iri]:
    """Find the columns whose values reach columns, the columns included."""
    return set(distances(only(graph, _carries), columns, Direction.UPSTREAM))


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


def _surely_shows(link: Link) -> bool:
    return _shows(link) and is_told(link)
