"""Breadth-first search of rows: a Python loop for few nodes at a time, numpy for many."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from isogloss.lineage.edges import Edges
from isogloss.lineage.filters import Membership
from isogloss.lineage.loop import loop
from isogloss.lineage.rows import EndedRows, Ints, Numbers, Rows

EVER = 2**31 - 1
"""So many hops that nothing is further."""

Layer: TypeAlias = "list[int] | Numbers"
Ends: TypeAlias = tuple[Numbers, Numbers, Ints]
"""Of edges: the nodes they are followed from, those they lead to, and their own numbers."""
_OF_EDGES = {"past", "classes", "sources"}


@dataclass(frozen=True, slots=True)
class Found:
    """Nodes by hops from the starts, which are the first layer; apart, those ignored.

    With as many layers as hops allow and one more, the last was reached but not left.
    """

    layers: "list[Layer]"
    passed: list[int]

    def nodes(self) -> Numbers:
        """Give all layers as one, the starts included."""
        return np.concatenate([np.asarray(layer, np.intp) for layer in self.layers])

    def distances(self) -> Numbers:
        """Give the layer of each of `nodes`."""
        sizes = [len(layer) for layer in self.layers]
        return np.repeat(np.arange(len(sizes), dtype=np.intp), sizes)


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

    widest = 32
    """A layer of more nodes is numpy's."""
    longest = 64
    """So is a row of more edges."""

    def __init__(self, scratch: Scratch, live: Rows, edges: Edges) -> None:
        self._scratch, self.live, self._edges = scratch, live, edges
        self._reached, self.reached_of = scratch.reached, scratch.reached_of
        self._asked: set[str] = set()
        self._met: list[Ends] | None = None

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

    def run(self, starts: list[int], hops: int = EVER, *, with_links: bool = False) -> Found:
        """Find what is reached from some nodes, which are all different.

        `links` can tell the edges afterwards if it was said that it will be asked.
        """
        found = Found([starts], [])
        self._met = [] if with_links else None
        try:
            for node in starts:
                self.reached_of[node] = 1
            self._run(found.layers, found.passed, hops)
        except BaseException:
            self._reached[:] = False
            raise
        self._scratch.clean(found)
        return found

    def _run(self, layers: list[Layer], passed: list[int], hops: int) -> None:
        few = loop(frozenset(self._asked))
        while hops and len(layers[-1]):
            # What the loop leaves is a list, what numpy leaves an array.
            if len(layers[-1]) > self.widest:
                nodes = layers[-1] = np.asarray(layers[-1], np.intp)
                layers.append(self._following(nodes, passed))
                hops -= 1
            else:
                starts = layers[-1] if isinstance(layers[-1], list) else layers[-1].tolist()
                layers[-1] = starts
                hops = few(self, starts, layers, passed, hops)
        if len(layers) > 1 and not len(layers[-1]):
            layers.pop()

    def finish(
        self, nodes: list[int], following: list[int], layers: list[Layer], passed: list[int]
    ) -> None:
        """Append the layer that follows some nodes, of which a part was found already."""
        layers[-1] = np.asarray(layers[-1], np.intp)
        rest = self._following(np.asarray(nodes, np.intp), passed)
        layers.append(np.concatenate([np.array(following, np.intp), rest]))

    def _following(self, nodes: Numbers, passed: list[int]) -> Numbers:
        found = self._step(nodes)
        if "ignored" not in self._asked:
            return found
        found, ignored = self.ignored.split(found)
        parts = [found]
        while len(ignored):
            passed.extend(ignored.tolist())
            found, ignored = self.ignored.split(self._step(ignored))
            parts.append(found)
        return np.concatenate(parts) if len(parts) > 1 else found

    def _step(self, nodes: Numbers) -> Numbers:
        """Reach what is one hop from some nodes; give each once, in no order."""
        if self._met is not None:
            self._met.append(edges := self.edges_of(nodes))
            found = edges[1][~self._reached.take(edges[1])]
        else:
            found = self._new(nodes)
        if "entered" in self._asked:
            found = self.entered.those_in(found)
        if not len(found):
            return found
        # Of those that are there twice the one that was written last.
        numbers = np.arange(len(found), dtype=np.int32)
        self._scratch.place[found] = numbers
        once: Numbers = found[self._scratch.place.take(found) == numbers]
        self._reached[once] = True
        return once

    def _new(self, nodes: Numbers) -> Numbers:
        places = self.live.places(nodes)
        found = self.live.neighbours.take(places).astype(np.intp)
        new = ~self._reached.take(found)
        found = found[new]
        if not self._asked & _OF_EDGES:
            return found
        edges = self.live.edges.take(places[new])
        if "past" in self._asked and (ended := self._ended_edges(nodes)):
            new = ~self._reached.take(ended[1])
            found = np.concatenate([found, ended[1][new]])
            edges = np.concatenate([edges, ended[2][new]])
        return found[self._passing(edges)]

    def _ended_edges(self, nodes: Numbers) -> Ends | None:
        """Give those edges of some nodes that have ended since, whenever they began."""
        rows = self._ended.row_of.take(nodes).astype(np.intp)
        late = (self._ended.last.take(rows) > self.at).nonzero()[0]
        if not len(late):
            return None
        rows = rows[late]
        places = self.ended.places(rows)
        edges = self.ended.edges.take(places)
        still = self._edges.until.take(edges) > self.at
        tails = np.repeat(nodes[late], self.ended.length.take(rows))
        heads = self.ended.neighbours.take(places[still]).astype(np.intp)
        return tails[still], heads, edges[still]

    def _passing(self, edges: Ints) -> NDArray[np.bool]:
        tests = []
        if "past" in self._asked:
            tests.append(edges < self.began)
        numbers = edges.astype(np.intp) if len(self._asked) > len(tests) else edges
        if "classes" in self._asked:
            tests.append(self._class_passes.take(self._edges.class_of.take(numbers)))
        if "sources" in self._asked:
            tests.append(self._source_passes.take(self._edges.source_of.take(numbers)))
        passing: NDArray[np.bool] = tests.pop()
        for test in tests:
            passing &= test
        return passing

    def explored(self, found: Found, hops: int) -> int:
        """Count the edges looked at: those that are, of the nodes that were left."""
        left = [*found.layers[:hops], found.passed]
        nodes = np.concatenate([np.asarray(layer, np.intp) for layer in left])
        return int(self.live.length.take(nodes).sum())

    def links(self, found: Found, nodes: Numbers, earlier: int = 0) -> Ends:
        """Find the edges among some of the nodes found, apart from those of the first ones."""
        left = [node for layer in found.layers if isinstance(layer, list) for node in layer]
        met = [self.edges_of(np.array(left, np.intp)), *(self._met or ())]
        tails, heads, edges = _joined(met)
        self._reached[nodes] = True
        kept = self._reached.take(heads)
        kept &= self._reached.take(tails)
        self._reached[nodes] = False
        if earlier:
            self._reached[nodes[earlier:]] = True
            kept &= self._reached.take(heads) | self._reached.take(tails)
            self._reached[nodes] = False
        return tails[kept], heads[kept], edges[kept]

    def edges_of(self, nodes: Numbers) -> Ends:
        """Find the edges of some nodes, wherever they lead."""
        places = self.live.places(nodes)
        tails = nodes.repeat(self.live.length.take(nodes))
        heads = self.live.neighbours.take(places).astype(np.intp)
        edges = self.live.edges.take(places)
        if not self._asked & _OF_EDGES:
            return tails, heads, edges
        if "past" in self._asked and (ended := self._ended_edges(nodes)):
            tails, heads, edges = _joined([(tails, heads, edges), ended])
        kept = self._passing(edges)
        return tails[kept], heads[kept], edges[kept]


def _joined(parts: list[Ends]) -> Ends:
    tails, heads, edges = zip(*parts, strict=True)
    return np.concatenate(tails), np.concatenate(heads), np.concatenate(edges)
