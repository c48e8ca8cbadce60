"""Rows of edges by node, in arrays that grow."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int32]
"""As they are kept."""
Numbers = NDArray[np.intp]
"""As they are worked with: numpy is quicker with numbers of the machine's size."""

_FEWEST = 1024
"""Slots; below that it is not worth tidying up."""


def grown(array: NDArray[Any], size: int) -> NDArray[Any]:
    """Give an array of at least `size`, with room for a quarter more, zeros where new."""
    if size <= len(array):
        return array
    larger = np.zeros(max(size, len(array) * 5 // 4), array.dtype)
    larger[: len(array)] = array
    return larger


_SHARE = 8
"""One in so many edges changed: from there on it is quicker to lay all rows anew."""


def roomy(array: NDArray[Any]) -> NDArray[Any]:
    """Copy an array with some room for more, so that the next one added does not copy it again."""
    copy = np.zeros(len(array) + len(array) // 32, array.dtype)
    copy[: len(array)] = array
    return copy


class Rows:
    """Per node the neighbours in one direction, each with the number of the edge to it.

    A row lies in one piece in a common arena: `length` slots from `start` on. One that is full
    moves to the arena's end with twice the room. Rows are in no order.
    """

    def __init__(self) -> None:
        self.start = np.zeros(0, np.int32)
        self.length = np.zeros(0, np.int32)
        # 0 for a row without room known to be its own, else 1 + log2 of its slots.
        self._room = np.zeros(0, np.uint8)
        self.neighbours = np.zeros(0, np.int32)
        self.edges = np.zeros(0, np.int32)
        self.count = 0
        self._used = 0
        self._look()

    def _look(self) -> None:
        """Make the views that scalar reading and writing goes through; numpy is slow at it."""
        self.start_of, self.length_of = self.start.data, self.length.data
        self._room_of = self._room.data
        self.neighbour_at, self.edge_at = self.neighbours.data, self.edges.data

    @property
    def nbytes(self) -> int:
        """Give the size of all arrays in bytes."""
        heads = self.start.nbytes + self.length.nbytes + self._room.nbytes
        return heads + self.neighbours.nbytes + self.edges.nbytes

    def reserve(self, nodes: int) -> None:
        """Have a row, maybe an empty one, for each of so many nodes."""
        if nodes > len(self.start):
            self.start, self.length = grown(self.start, nodes), grown(self.length, nodes)
            self._room = grown(self._room, nodes)
            self._look()

    def row(self, node: int) -> tuple[list[int], list[int]]:
        """List the neighbours of a node, and the edges to them."""
        first = self.start_of[node]
        last = first + self.length_of[node]
        return self.neighbour_at[first:last].tolist(), self.edge_at[first:last].tolist()

    def add(self, node: int, neighbour: int, edge: int) -> None:
        """Add an edge to the row of a node."""
        length = self.length_of[node]
        if length >= 1 << self._room_of[node] >> 1:
            self._move(node, length)
        place = self.start_of[node] + length
        self.neighbour_at[place] = neighbour
        self.edge_at[place] = edge
        self.length_of[node] = length + 1
        self.count += 1

    def remove(self, node: int, edge: int) -> None:
        """Remove an edge from the row of a node; the last one takes its place."""
        first = self.start_of[node]
        last = first + self.length_of[node] - 1
        place = first + int((self.edges[first : last + 1] == edge).argmax())
        self.neighbour_at[place] = self.neighbour_at[last]
        self.edge_at[place] = self.edge_at[last]
        self.length_of[node] = last - first
        self.count -= 1

    def change(self, gone: "tuple[Ints, Ints]", come: "tuple[Ints, Ints, Ints]") -> None:
        """Remove edges (nodes, edges), then add some (nodes, neighbours, edges)."""
        if (len(gone[0]) + len(come[0])) * _SHARE > self.count:
            nodes, neighbours, edges = self.flat()
            kept = ~np.isin(edges, gone[1]) if len(gone[1]) else slice(None)
            old = nodes[kept], neighbours[kept], edges[kept]
            self.fill(*(np.concatenate(pair) for pair in zip(old, come, strict=True)))
            return
        for node, edge in zip(*(part.tolist() for part in gone), strict=True):
            self.remove(node, edge)
        for node, neighbour, edge in zip(*(part.tolist() for part in come), strict=True):
            self.add(node, neighbour, edge)

    def _move(self, node: int, length: int) -> None:
        if self._used > _FEWEST + self.count + self.count // 2:
            self.fill(*self.flat())
        room = length.bit_length() + 1
        slots = 1 << room >> 1
        if self._used + slots > len(self.neighbours):
            self.neighbours = grown(self.neighbours, self._used + slots)
            self.edges = grown(self.edges, self._used + slots)
            self._look()
        old, new = self.start_of[node], self._used
        self.neighbour_at[new : new + length] = self.neighbour_at[old : old + length]
        self.edge_at[new : new + length] = self.edge_at[old : old + length]
        self.start_of[node], self._room_of[node] = new, room
        self._used += slots

    def flat(self) -> tuple[Ints, Ints, Ints]:
        """Give all edges by node: nodes, neighbours, edges."""
        nodes = np.arange(len(self.start), dtype=np.int32)
        places = self.places(nodes.astype(np.intp))
        return np.repeat(nodes, self.length), self.neighbours[places], self.edges[places]

    def fill(self, nodes: Ints, neighbours: Ints, edges: Ints) -> None:
        """Have these edges and no others, without any room to spare."""
        order = nodes.argsort(kind="stable")
        self.length = np.bincount(nodes, minlength=len(self.start)).astype(np.int32)
        self.start = (self.length.cumsum() - self.length).astype(np.int32)
        self._room = np.zeros(len(self.start), np.uint8)
        self.neighbours, self.edges = neighbours[order], edges[order]
        self.count = self._used = len(nodes)
        self._look()

    def places(self, nodes: Numbers) -> Numbers:
        """Find where in the arena the edges of some nodes are, row after row."""
        lengths = self.length.take(nodes).astype(np.intp)
        ends = lengths.cumsum()
        places = np.arange(ends[-1] if len(ends) else 0)
        places += (self.start.take(nodes) - ends + lengths).repeat(lengths)
        return places

    def arrays(self, prefix: str, nodes: int) -> dict[str, NDArray[Any]]:
        """Give what a saved index keeps: the rows of so many nodes, without room to spare."""
        if self._used != self.count or len(self.neighbours) != self.count:
            self.fill(*self.flat())
        return {
            f"{prefix}.length": self.length[:nodes],
            f"{prefix}.neighbours": self.neighbours,
            f"{prefix}.edges": self.edges,
        }

    @classmethod
    def of_arrays(cls, prefix: str, arrays: dict[str, NDArray[Any]]) -> "Rows":
        """Take what `arrays` gave, copied, as rows are written to."""
        rows = cls()
        rows.length = roomy(arrays[f"{prefix}.length"])
        rows.start = (rows.length.cumsum() - rows.length).astype(np.int32)
        rows._room = np.zeros(len(rows.length), np.uint8)
        rows.neighbours = roomy(arrays[f"{prefix}.neighbours"])
        rows.edges = roomy(arrays[f"{prefix}.edges"])
        rows.count = rows._used = len(arrays[f"{prefix}.edges"])
        rows._look()
        return rows


class EndedRows:
    """The edges that are no more, in both directions, of those nodes that have such."""

    def __init__(self) -> None:
        self.row_of = np.zeros(0, np.int32)
        """By node its row, 0 for none: row 0 is empty."""
        self.last = np.zeros(1, np.int32)
        """By row a commit that none of its edges outlasted."""
        self.rows = Rows(), Rows()
        self._next = 1
        for rows in self.rows:
            rows.reserve(1)

    @property
    def nbytes(self) -> int:
        """Give the size of all arrays in bytes."""
        return self.row_of.nbytes + self.last.nbytes + sum(rows.nbytes for rows in self.rows)

    def row(self, node: int) -> int:
        """Give the row of a node, 0 where it has none."""
        return int(self.row_of[node]) if node < len(self.row_of) else 0

    def reserve(self, nodes: int) -> None:
        """Know so many nodes."""
        self.row_of = grown(self.row_of, nodes)

    def change(
        self, gone: tuple[Ints, Ints, Ints], come: tuple[Ints, Ints, Ints], sequence: int
    ) -> None:
        """Remove edges, and add those that a commit ends: both ends, and the number."""
        self._need(np.concatenate([come[0], come[1]]))
        for nodes in come[:2]:
            self.last[self.row_of[nodes]] = sequence
        for side, rows in enumerate(self.rows):
            rows.reserve(self._next)
            ends = self.row_of[come[side]], come[1 - side], come[2]
            rows.change((self.row_of[gone[side]], gone[2]), ends)

    def _need(self, nodes: Ints) -> None:
        fresh = np.unique(nodes[self.row_of[nodes] == 0])
        self.row_of[fresh] = np.arange(self._next, self._next + len(fresh), dtype=np.int32)
        self._next += len(fresh)
        self.last = grown(self.last, self._next)

    def arrays(self, nodes: int) -> dict[str, NDArray[Any]]:
        """Give what a saved index keeps of so many nodes."""
        arrays = {"ended.row": self.row_of[:nodes], "ended.last": self.last[: self._next]}
        for side, rows in enumerate(self.rows):
            arrays |= rows.arrays(f"ended.{side}", self._next)
        return arrays

    @classmethod
    def of_arrays(cls, arrays: dict[str, NDArray[Any]]) -> "EndedRows":
        """Take what `arrays` gave, copied."""
        ended = cls()
        ended.row_of, ended.last = roomy(arrays["ended.row"]), roomy(arrays["ended.last"])
        ended.rows = Rows.of_arrays("ended.0", arrays), Rows.of_arrays("ended.1", arrays)
        ended._next = int(ended.row_of.max(initial=0)) + 1
        return ended
