"""How many nodes are downstream of each node, of all nodes at once."""

import numpy as np

from isogloss.lineage.rows import Numbers
from isogloss.lineage.whole import Whole

_WORDS = 64


def reach_counts(whole: Whole) -> Numbers:
    """Count the nodes downstream of each, itself left out.

    Nodes that all depend on each other reach the same, so that what is left is no cycle. There
    each group has what those next to it have, one bit a node; the bits are filled from the far
    end, for so many nodes at a time that they fit into memory, and only where any of these
    are. To search from each node would take as many steps as there are pairs.
    """
    group = whole.groups()
    size = int(group.max(initial=-1)) + 1
    steps = _steps(group[whole.ups], group[whole.downs], size)
    counts = np.zeros(size, np.int64)
    owners = np.sort(group)
    for first in range(0, len(owners), 64 * _WORDS):
        own = owners[first : first + 64 * _WORDS]
        bits = np.zeros((size, _WORDS), np.uint64)
        place = np.arange(len(own))
        ones = np.uint64(1) << (place % 64).astype(np.uint64)
        np.bitwise_or.at(bits, (own, place // 64), ones)
        has = np.zeros(size, np.bool)
        has[own] = True
        for above, below in steps:
            some = has[below]
            if some.any():
                reaching, starts = np.unique(above[some], return_index=True)
                bits[reaching] |= np.bitwise_or.reduceat(bits[below[some]], starts, axis=0)
                has[reaching] = True
        counts[has] += np.bitwise_count(bits[has]).sum(axis=1, dtype=np.int64)
    return counts[group] - 1


def _steps(ups: Numbers, downs: Numbers, size: int) -> list[tuple[Numbers, Numbers]]:
    """Sort the arcs between groups: each step's only lead to groups of the steps before.

    Groups are numbered from the far end; the upstream ends of a step are sorted.
    """
    arcs = np.unique(ups[ups != downs] * size + downs[ups != downs])
    ups, downs = arcs // max(size, 1), arcs % max(size, 1)
    height = [0] * size
    for up, down in zip(ups.tolist(), downs.tolist(), strict=True):
        height[up] = max(height[up], height[down] + 1)
    steps = np.array(height, np.intp)[ups]
    order = steps.argsort(kind="stable")
    parts = np.split(order, np.bincount(steps).cumsum()[:-1])
    return [(ups[part], downs[part]) for part in parts if len(part)]
