"""A level as a whole: numbers for its nodes and arcs, so that millions fit into memory."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from isogloss.lineage.rows import Numbers
from isogloss.model.rdf import Iri


class Whole(NamedTuple):
    """The nodes that have an arc, sorted, and each arc once, from upstream to downstream.

    A node's number is its place, so that numbers are in the order of IRIs. Arcs are sorted by
    their upstream ends, then by the downstream ones.
    """

    nodes: Sequence[Iri]
    ups: Numbers
    downs: Numbers

    def groups(self) -> Numbers:
        """Find which nodes all depend on each other, as the number of its group for each node.

        Each arc leads into its own group or one with a lower number.

        Source: Tarjan 1972, with a stack of our own instead of recursion.
        """
        starts = np.searchsorted(self.ups, np.arange(len(self.nodes) + 1)).tolist()
        below = self.downs.tolist()
        following = starts.copy()  # the arc of each node that is to be looked at next
        seen = [0] * len(self.nodes)  # when each node was seen first, from 1
        lowest = seen.copy()  # when the first was seen that it leads back to
        group = [-1] * len(self.nodes)
        open_: list[int] = []
        moment = count = 0
        for root in range(len(self.nodes)):
            path = [] if seen[root] else [root]
            while path:
                node = path[-1]
                if not seen[node]:
                    moment += 1
                    seen[node] = lowest[node] = moment
                    open_.append(node)
                if (place := following[node]) < starts[node + 1]:
                    following[node] += 1
                    if not seen[other := below[place]]:
                        path.append(other)
                    elif group[other] < 0:
                        lowest[node] = min(lowest[node], seen[other])
                    continue
                path.pop()
                if path:
                    lowest[path[-1]] = min(lowest[path[-1]], lowest[node])
                if lowest[node] == seen[node]:
                    while group[node] < 0:
                        group[open_.pop()] = count
                    count += 1
        return np.array(group, np.intp)


def whole_of(arcs: Iterable[tuple[Iri, Iri]]) -> Whole:
    """Give numbers to arcs, each from upstream to downstream."""
    known = sorted(set(arcs))
    nodes = sorted({end for arc in known for end in arc})
    number = {node: place for place, node in enumerate(nodes)}
    ups, downs = (np.array([number[arc[side]] for arc in known], np.intp) for side in (0, 1))
    return Whole(nodes, ups, downs)
