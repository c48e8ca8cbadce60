"""Breadth-first search of rows: a Python loop for few nodes at a time, numpy for many."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from isogloss.lineage.edges import Edges
from isogloss.lineage.filters import Membership
from isogloss.lineage.loop import loop
from isogloss.lineage.rows import EndedRows, Ints, Rows

EVER = 2**31 - 1
"""So many hops that nothing is further."""

Layer: TypeAlias = "list[int] | Ints"
_Edges: TypeAlias = tuple[Ints, Ints, Ints]
_OF_EDGES = {"past", "classes", "sources"}


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

    def in_past(self, at: int, ended: EndedRows, side: int) -> None:
        """Follow the edges that were true as of a commit, those that have ended included."""
        self._asked.add("past")
        self.at, self.began = at, self._edges.began(at)
        self._ended, self.ended = ended, ended.rows[side]
        self.ended_row_of, self.ended_last_of = ended.row_of.data, ended.last.data
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
                nodes = layers[-1] = np.asarray(layers[-1], np.int32)
                layers.append(self._following(nodes, found.passed))
                hops -= 1
            else:
                starts = layers[-1] if isinstance(layers[-1], list) else layers[-1].tolist()
                hops = few(self, starts, layers, found.passed, hops)
        if len(layers) > 1 and not len(layers[-1]):
            layers.pop()

    def finish(self, nodes: list[int], following: list[int], passed: list[int]) -> Ints:
        """Give the layer that follows some nodes, of which a part was found already."""
        rest = self._following(np.array(nodes, np.int32), passed)
        return np.concatenate([np.array(following, np.int32), rest])

    def _following(self, nodes: Ints, passed: list[int]) -> Ints:
        found = self._step(nodes)
        if "ignored" not in self._asked:
            return found
        shown = []
        while len(found):
            ignored = self.ignored.has_each(found)
            if not ignored.any():
                shown.append(found)
                break
            shown.append(found[~ignored])
            passed.extend(found[ignored].tolist())
            found = self._step(found[ignored])
        return np.concatenate(shown) if shown else found

    def _step(self, nodes: Ints) -> Ints:
        """Reach what is one hop from some nodes; give each once, in no order."""
        places = self.live.places(nodes)
        found = self.live.neighbours.take(places)
        if not self._asked:
            found = found[~self._reached.take(found)]
        else:
            found = self._passing_nodes(nodes, places, found)
        if not len(found):
            return found
        # Of those that are there twice the one that was written last.
        numbers = np.arange(len(found), dtype=np.int32)
        self._scratch.place[found] = numbers
        once: Ints = found[self._scratch.place.take(found) == numbers]
        self._reached[once] = True
        return once

    def _passing_nodes(self, nodes: Ints, places: NDArray[np.intp], found: Ints) -> Ints:
        new = ~self._reached.take(found)
        found = found[new]
        if self._asked & _OF_EDGES:
            edges = self.live.edges.take(places[new])
            if "past" in self._asked:
                if ended := self._ended_edges(nodes):
                    new = ~self._reached.take(ended[1])
                    found = np.concatenate([found, ended[1][new]])
                    edges = np.concatenate([edges, ended[2][new]])
            found = found[self._passing(edges)]
        if "entered" in self._asked:
            found = found[self.entered.has_each(found)]
        return found

    def _ended_edges(self, nodes: Ints) -> _Edges | None:
        """Give those edges of some nodes that have ended since, whenever they began."""
        rows = self._ended.row_of.take(nodes)
        late = (self._ended.last.take(rows) > self.at).nonzero()[0]
        if not len(late):
            return None
        rows = rows[late]
        places = self.ended.places(rows)
        edges = self.ended.edges.take(places)
        still = self._edges.until.take(edges) > self.at
        tails = np.repeat(nodes[late], self.ended.length.take(rows))
        return tails[still], self.ended.neighbours.take(places[still]), edges[still]

    def _passing(self, edges: Ints) -> NDArray[np.bool]:
        tests = []
        if "past" in self._asked:
            tests.append(edges < self.began)
        if "classes" in self._asked:
            tests.append(self._class_passes.take(self._edges.class_of.take(edges)))
        if "sources" in self._asked:
            tests.append(self._source_passes.take(self._edges.source_of.take(edges)))
        passing: NDArray[np.bool] = tests.pop()
        for test in tests:
            passing &= test
        return passing

    def explored(self, found: Found, hops: int) -> int:
        """Count the edges looked at: those that are, of the nodes that were left."""
        left = [*found.layers[:hops], found.passed]
        nodes = np.concatenate([np.asarray(layer, np.int32) for layer in left])
        return int(self.live.length.take(nodes).sum())

    def between(self, nodes: Ints, later: int) -> _Edges:
        """Find the edges among some nodes with an end that is not of the first `later` ones.

        Gives the nodes they are followed from, those they lead to, and their numbers.
        """
        self._reached[nodes] = True
        tails, heads, edges = self._edges_of(nodes, among=True)
        self._reached[nodes] = False
        if later:
            place = self._scratch.place
            place[nodes] = np.arange(len(nodes), dtype=np.int32)
            kept = np.maximum(place.take(tails), place.take(heads)) >= later
            tails, heads, edges = tails[kept], heads[kept], edges[kept]
        return tails, heads, edges

    def row(self, node: int) -> _Edges:
        """Find the edges of one node, wherever they lead; as `between` gives them."""
        return self._edges_of(np.array([node], np.int32), among=False)

    def _edges_of(self, nodes: Ints, *, among: bool) -> _Edges:
        places = self.live.places(nodes)
        tails = np.repeat(nodes, self.live.length.take(nodes))
        heads, edges = self.live.neighbours.take(places), self.live.edges.take(places)
        if "past" in self._asked:
            if ended := self._ended_edges(nodes):
                live = tails, heads, edges
                tails, heads, edges = map(np.concatenate, zip(live, ended, strict=True))
        if not among and not self._asked & _OF_EDGES:
            return tails, heads, edges
        kept = self._reached.take(heads) if among else np.ones(len(heads), np.bool)
        if self._asked & _OF_EDGES:
            kept &= self._passing(edges)
        return tails[kept], heads[kept], edges[kept]
