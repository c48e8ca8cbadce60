"""Breadth-first search of rows: a Python loop for few nodes at a time, numpy for many."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from isogloss.lineage.edges import Edges
from isogloss.lineage.filters import Membership
from isogloss.lineage.loop import loop
from isogloss.lineage.rows import Ints, Rows

EVER = 2**31 - 1
"""So many hops that nothing is further."""

Layer: TypeAlias = "list[int] | Ints"


@dataclass(frozen=True, slots=True)
class Found:
    """Nodes by hops from the starts, which are the first layer; apart, those ignored.

    With as many layers as hops allow and one more, the last was reached but not left.
    """

    layers: "list[Layer]"
    passed: list[int]

    def nodes(self) -> Ints:
        """Give all layers as one, the starts included."""
        return np.concatenate([np.asarray(layer, np.int32) for layer in self.layers])

    def distances(self) -> Ints:
        """Give the layer of each of `nodes`."""
        sizes = [len(layer) for layer in self.layers]
        return np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)


class Scratch:
    """Marks on nodes; clean between searches."""

    def __init__(self) -> None:
        self.reserve(0)

    @property
    def nbytes(self) -> int:
        """Give the size of all arrays in bytes."""
        return self.reached.nbytes + self.place.nbytes

    def reserve(self, nodes: int) -> None:
        """Have room for marks on so many nodes."""
        self.reached = np.zeros(nodes, np.bool)
        self.reached_of = self.reached.view(np.uint8).data
        self.place = np.zeros(nodes, np.int32)

    def clean(self, found: Found) -> None:
        """Take off the marks of a search."""
        reached = self.reached_of
        for layer in (*found.layers, found.passed):
            if len(layer) > 100:
                self.reached[layer] = False
            else:
                for node in layer:
                    reached[node] = 0


class Search:
    """What one question looks at, in one direction: rows, attributes, filters and marks."""

    widest = 128
    """A layer of more nodes is numpy's."""
    longest = 256
    """So is a row of more edges."""

    def __init__(self, scratch: Scratch, live: Rows, edges: Edges) -> None:
        self._scratch, self.live, self._edges = scratch, live, edges
        self._reached, self.reached_of = scratch.reached, scratch.reached_of
        self._asked: set[str] = set()

    def in_past(self, at: int, ended: Rows, ended_row: Ints) -> None:
        """Follow the edges that were true as of a commit, those that have ended included."""
        self._asked.add("past")
        self.at, self.ended = at, ended
        self._ended_row, self.ended_row_of = ended_row, ended_row.data
        self.since_of = self._edges.since.data
        self.until_of = self._edges.until.data

    def only_classes(self, passing: NDArray[np.bool]) -> None:
        """Follow edges of some classes only."""
        self._asked.add("classes")
        self._class_passes, self.class_passes = passing, passing.data
        self.class_of = self._edges.class_of.data

    def only_sources(self, passing: NDArray[np.bool]) -> None:
        """Follow edges of some sources only."""
        self._asked.add("sources")
        self._source_passes, self.source_passes = passing, passing.data
        self.source_of = self._edges.source_of.data

    def only_into(self, entered: Membership) -> None:
        """Enter some nodes only."""
        self._asked.add("entered")
        self.entered = entered

    def ignore(self, ignored: Membership) -> None:
        """Pass through some nodes as if they were not there."""
        self._asked.add("ignored")
        self.ignored = ignored

    def run(self, starts: list[int], hops: int = EVER) -> Found:
        """Find what is reached from some nodes, which are all different."""
        found = Found([starts], [])
        try:
            for node in starts:
                self.reached_of[node] = 1
            self._run(found, hops)
        except BaseException:
            self._reached[:] = False
            raise
        self._scratch.clean(found)
        return found

    def _run(self, found: Found, hops: int) -> None:
        layers = found.layers
        few = loop(frozenset(self._asked))
        while hops and len(layers[-1]):
            if len(layers[-1]) > self.widest:
                layers.append(self._following(np.asarray(layers[-1], np.int32), found.passed))
                hops -= 1
            else:
                nodes = layers[-1] if isinstance(layers[-1], list) else layers[-1].tolist()
                hops = few(self, nodes, layers, found.passed, hops)
        if len(layers) > 1 and not len(layers[-1]):
            layers.pop()

    def _following(self, nodes: Ints, passed: list[int]) -> Ints:
        found = self.step(nodes)
        if "ignored" not in self._asked:
            return found
        shown = []
        while len(found):
            ignored = self.ignored.has_each(found)
            shown.append(found[~ignored])
            passed.extend(found[ignored].tolist())
            found = self.step(found[ignored])
        return np.concatenate([found, *shown])

    def step(self, nodes: "Layer") -> Ints:
        """Reach what is one hop from some nodes; give each once, in no order."""
        nodes = np.asarray(nodes, np.int32)
        found = self._look(self.live, nodes)
        if "past" in self._asked:
            rows = self._ended_row.take(nodes)
            found = np.concatenate([found, self._look(self.ended, rows[rows > 0])])
        # Of those that are there twice the one that was written last.
        numbers = np.arange(len(found), dtype=np.int32)
        self._scratch.place[found] = numbers
        once: Ints = found[self._scratch.place.take(found) == numbers]
        self._reached[once] = True
        return once

    def _look(self, rows: Rows, nodes: Ints) -> Ints:
        places = rows.places(nodes)
        found = rows.neighbours.take(places)
        new = np.flatnonzero(~self._reached.take(found))
        found, places = found[new], places[new]
        if self._asked & {"past", "classes", "sources"}:
            kept = self._passing(rows.edges.take(places))
            found = found[kept]
        if "entered" in self._asked:
            found = found[self.entered.has_each(found)]
        return found

    def _passing(self, edges: Ints) -> NDArray[np.bool]:
        passing = np.ones(len(edges), np.bool)
        if "past" in self._asked:
            passing &= self._edges.since.take(edges) <= self.at
            passing &= self._edges.until.take(edges) > self.at
        if "classes" in self._asked:
            passing &= self._class_passes.take(self._edges.class_of.take(edges))
        if "sources" in self._asked:
            passing &= self._source_passes.take(self._edges.source_of.take(edges))
        return passing

    def explored(self, found: Found, hops: int) -> int:
        """Count the edges looked at: those of the nodes that were left."""
        left = [*found.layers[:hops], found.passed]
        nodes = np.concatenate([np.asarray(layer, np.int32) for layer in left])
        count = int(self.live.length.take(nodes).sum())
        if "past" in self._asked:
            count += int(self.ended.length.take(self._ended_row.take(nodes)).sum())
        return count

    def between(self, nodes: Ints, later: int) -> tuple[Ints, Ints, Ints]:
        """Find the edges among some nodes with an end that is not of the first `later` ones.

        Gives the nodes they are followed from, those they lead to, and their numbers.
        """
        place = self._scratch.place
        self._reached[nodes] = True
        place[nodes] = np.arange(len(nodes), dtype=np.int32)
        found = [self._among(self.live, nodes, nodes)]
        if "past" in self._asked:
            rows = self._ended_row.take(nodes)
            found.append(self._among(self.ended, nodes[rows > 0], rows[rows > 0]))
        self._reached[nodes] = False
        tails, heads, edges = (np.concatenate(parts) for parts in zip(*found, strict=True))
        if later:
            kept = np.maximum(place.take(tails), place.take(heads)) >= later
            return tails[kept], heads[kept], edges[kept]
        return tails, heads, edges

    def row(self, node: int) -> tuple[Ints, Ints, Ints]:
        """Find the edges of one node, wherever they lead; as `between` gives them."""
        of = np.array([node], np.int32)
        found = [self._ends(self.live, of, of)]
        if "past" in self._asked:
            found.append(self._ends(self.ended, of, self._ended_row.take(of)))
        tails, heads, edges = (np.concatenate(parts) for parts in zip(*found, strict=True))
        kept = self._passing(edges)
        return tails[kept], heads[kept], edges[kept]

    def _among(self, rows: Rows, nodes: Ints, of: Ints) -> tuple[Ints, Ints, Ints]:
        tails, heads, edges = self._ends(rows, nodes, of)
        kept = self._reached.take(heads)
        if self._asked & {"past", "classes", "sources"}:
            kept &= self._passing(edges)
        return tails[kept], heads[kept], edges[kept]

    def _ends(self, rows: Rows, nodes: Ints, of: Ints) -> tuple[Ints, Ints, Ints]:
        places = rows.places(of)
        tails = np.repeat(nodes, rows.length.take(of))
        return tails, rows.neighbours.take(places), rows.edges.take(places)
