"""How many nodes are downstream of each node, of all nodes at once."""

from collections import defaultdict

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from isogloss.model.rdf import Iri

_WORDS = 64


def reach_counts(graph: "nx.DiGraph[Iri]") -> dict[Iri, int]:
    """Count the nodes downstream of each, itself left out.

    Nodes that all depend on each other reach the same, so that what is left is no cycle. There
    each group has what those next to it have, one bit a node; the bits are filled from the far
    end, for so many nodes at a time that they fit into memory. To search from each node would
    take as many steps as there are pairs.
    """
    groups: nx.DiGraph[int] = nx.condensation(graph)
    members = [sorted(groups.nodes[group]["members"]) for group in range(len(groups))]
    own = np.repeat(np.arange(len(members)), [len(some) for some in members])
    counts = np.zeros(len(members), np.int64)
    steps = _steps(groups)
    for first in range(0, len(own), 64 * _WORDS):
        owners = own[first : first + 64 * _WORDS]
        bits = np.zeros((len(members), _WORDS), np.uint64)
        place = np.arange(len(owners))
        ones = np.uint64(1) << (place % 64).astype(np.uint64)
        np.bitwise_or.at(bits, (owners, place // 64), ones)
        for above, starts, below in steps:
            bits[above] |= np.bitwise_or.reduceat(bits[below], starts, axis=0)
        counts += np.bitwise_count(bits).sum(axis=1, dtype=np.int64)
    return {
        node: count - 1
        for some, count in zip(members, counts.tolist(), strict=True)
        for node in some
    }


_Ints = NDArray[np.int64]


def _steps(groups: "nx.DiGraph[int]") -> list[tuple[_Ints, _Ints, _Ints]]:
    """Order the groups from the far end: each step's only lead to those of the steps before.

    A step has its groups, where in the third part the ones next to each begin, and these.
    """
    height: dict[int, int] = {}
    for group in reversed(list(nx.topological_sort(groups))):
        height[group] = max((height[below] + 1 for below in groups.successors(group)), default=0)
    by_height: defaultdict[int, list[int]] = defaultdict(list)
    for group, steps in height.items():
        by_height[steps].append(group)
    found = []
    for _, some in sorted(by_height.items())[1:]:
        below = [list(groups.successors(group)) for group in some]
        starts = np.cumsum([0, *(len(one) for one in below[:-1])])
        found.append((np.array(some), starts, np.concatenate([np.array(one) for one in below])))
    return found
