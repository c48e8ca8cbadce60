"""Whether nodes are in a collection of IRIs, as a search asks for it."""

from collections.abc import Collection, Hashable

import numpy as np
from numpy.typing import NDArray

from isogloss.lineage.names import Names
from isogloss.lineage.rows import Numbers, grown
from isogloss.model.rdf import Iri

IN, OUT = 1, 2
"""Verdicts; 0 is none yet."""


class Membership:
    """A verdict on each node, found when first asked for: a mesh is large, an answer small."""

    def __init__(self, names: Names, chosen: Collection[Iri]) -> None:
        self._names, self.chosen = names, chosen
        self._verdicts = np.zeros(len(names), np.uint8)
        self.verdict_of = self._verdicts.data

    def reserve(self) -> None:
        """Have room for verdicts on all nodes named by now."""
        if len(self._names) > len(self._verdicts):
            self._verdicts = grown(self._verdicts, len(self._names))
            self.verdict_of = self._verdicts.data

    def has(self, node: int) -> bool:
        """Tell whether a node is in it."""
        verdict = self.verdict_of[node]
        if not verdict:
            verdict = self.verdict_of[node] = IN if self._names[node] in self.chosen else OUT
        return verdict == IN

    def those_in(self, nodes: Numbers) -> Numbers:
        """Give those nodes that are in it."""
        inside = self._are(nodes, IN)
        return nodes if inside is None else nodes[inside]

    def split(self, nodes: Numbers) -> tuple[Numbers, Numbers]:
        """Give the nodes that are not in it, and those that are."""
        outside = self._are(nodes, OUT)
        return (nodes, nodes[:0]) if outside is None else (nodes[outside], nodes[~outside])

    def _are(self, nodes: Numbers, verdict: int) -> NDArray[np.bool] | None:
        """Tell on which nodes a verdict is this one, None for all of them."""
        verdicts = self._verdicts.take(nodes)
        if not verdicts.all():
            for node in nodes[verdicts == 0].tolist():
                self.has(node)
            verdicts = self._verdicts.take(nodes)
        are: NDArray[np.bool] = verdicts == verdict
        return None if are.all() else are


class Memberships:
    """Keeps the verdicts on the collections asked about last, as far as they cannot change."""

    most = 16

    def __init__(self, names: Names) -> None:
        self._names = names
        self._kept: dict[int, Membership] = {}

    def of(self, chosen: Collection[Iri]) -> Membership:
        """Give the verdicts on a collection; quicker when it is the same, hashable one again."""
        if not isinstance(chosen, Hashable):
            return Membership(self._names, chosen)
        # By identity: comparing large sets takes long. Whatever is kept keeps its id.
        kept = self._kept.pop(id(chosen), None) or Membership(self._names, chosen)
        kept.reserve()
        self._kept[id(chosen)] = kept
        if len(self._kept) > self.most:
            del self._kept[next(iter(self._kept))]
        return kept
