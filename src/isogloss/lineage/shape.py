"""What the lineage of a level looks like as a whole: cycles, orphans, hubs, what others need."""

from collections import defaultdict
from collections.abc import Collection, Mapping

import numpy as np

from isogloss.lineage.cut_out import walk
from isogloss.lineage.reach_counts import reach_counts
from isogloss.lineage.rows import Numbers
from isogloss.lineage.whole import Whole
from isogloss.model.lineage_answers import Circle, Critical, Hub
from isogloss.model.rdf import Iri


def circles(whole: Whole, touching: Collection[Iri] | None = None) -> list[Circle]:
    """Find the nodes that all depend on each other, largest circle first, then by IRI.

    A node is in one circle at the most, and in one if it is on a cycle; there may be more
    cycles in a circle than anybody could list.

    Args:
        whole: the whole level.
        touching: only circles with one of these nodes, all if None.
    """
    group = whole.groups()
    inside = (group[whole.ups] == group[whole.downs]).nonzero()[0]
    below: defaultdict[int, list[int]] = defaultdict(list)
    above: defaultdict[int, list[int]] = defaultdict(list)
    for up, down in zip(whole.ups[inside].tolist(), whole.downs[inside].tolist(), strict=True):
        below[up].append(down)
        above[down].append(up)
    members: defaultdict[int, list[int]] = defaultdict(list)
    for node in sorted(below):
        members[int(group[node])].append(node)
    found = []
    for numbers in members.values():
        nodes = tuple(whole.nodes[node] for node in numbers)
        if touching is None or any(node in touching for node in nodes):
            path = _around(numbers[0], below, above)
            found.append(Circle(nodes, tuple(whole.nodes[node] for node in path)))
    return sorted(found, key=lambda circle: (-len(circle.nodes), circle.nodes))


def _around(
    first: int, below: Mapping[int, list[int]], above: Mapping[int, list[int]]
) -> list[int]:
    """Walk a shortest way from a node to itself, by the first IRI where two are as short."""
    back = walk(above.__getitem__, [first])
    path = [first, min(below[first], key=lambda node: (back[node], node))]
    while hops := back[path[-1]]:
        path.append(min(node for node in below[path[-1]] if back[node] == hops - 1))
    return path


def orphans(whole: Whole, nodes: Collection[Iri]) -> list[Iri]:
    """List the nodes of a level without any lineage, sorted."""
    return sorted(set(nodes).difference(whole.nodes))


def hubs(whole: Whole, among: Collection[Iri] | None = None) -> list[Hub]:
    """Order the nodes by how many others are next to them, most first, then by IRI."""
    size = len(whole.nodes)
    above, below = (np.bincount(ends, minlength=size) for ends in (whole.downs, whole.ups))
    order = _most_first(above + below)
    ordered = zip(order.tolist(), above[order].tolist(), below[order].tolist(), strict=True)
    return [
        Hub(whole.nodes[node], upstream, downstream)
        for node, upstream, downstream in ordered
        if among is None or whole.nodes[node] in among
    ]


def critical(whole: Whole, among: Collection[Iri] | None = None) -> list[Critical]:
    """Order the nodes by how many others depend on them, most first, then by IRI; none with 0."""
    reach = reach_counts(whole)
    order = _most_first(reach)
    return [
        Critical(whole.nodes[node], count)
        for node, count in zip(order.tolist(), reach[order].tolist(), strict=True)
        if count and (among is None or whole.nodes[node] in among)
    ]


def _most_first(counts: Numbers) -> Numbers:
    """Order numbers by their counts; those with as many stay in order."""
    return np.argsort(-counts, kind="stable")
