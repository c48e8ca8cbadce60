"""What a commit changes of the edges of an index."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from isogloss.lineage.edges import OPEN, Edges
from isogloss.lineage.rows import EndedRows, Ints, Rows

Key: TypeAlias = tuple[int, int, int]
"""What makes a fact of a node: upstream node, class, source."""


class Change:
    """Edges that begin, end, or have not ended after all; found node by node, made at once."""

    def __init__(self, sequence: int, *, again: bool) -> None:
        """Begin the change of a commit, or of the newest one `again`."""
        self._sequence, self._again = sequence, again
        self._come: list[tuple[int, int, int, int]] = []  # downstream, upstream, class, source
        self._gone: list[tuple[int, int, int]] = []  # downstream, upstream, edge
        self._back: list[tuple[int, int, int]] = []

    def __bool__(self) -> bool:
        return bool(self._come or self._gone or self._back)

    def compare(
        self, node: int, wanted: set[Key], edges: Edges, live: Rows, ended: EndedRows
    ) -> None:
        """Find out what has to change for a node to have exactly the facts wanted."""
        there: dict[Key, int] = {}
        if node < len(live.start):
            there = {_key(end, edges): end[1] for end in zip(*live.row(node), strict=True)}
        self._gone += [(node, key[0], edge) for key, edge in there.items() if key not in wanted]
        new = wanted - there.keys()
        if new and self._again and (row := ended.row(node)):
            # What ended by this very commit has not.
            for end in zip(*ended.rows[0].row(row), strict=True):
                if (key := _key(end, edges)) in new and edges.until[end[1]] == self._sequence:
                    new.remove(key)
                    self._back.append((node, *end))
        self._come += [(node, *key) for key in new]

    def apply(self, edges: Edges, live: tuple[Rows, Rows], ended: EndedRows) -> None:
        """Make the change; all know the nodes by now."""
        downs, ups, classes, sources = _columns(self._come, 4)
        gone, back = _columns(self._gone, 3), _columns(self._back, 3)
        numbers = np.concatenate([edges.add(classes, sources, self._sequence), back[2]])
        edges.until[gone[2]] = self._sequence
        edges.until[back[2]] = OPEN
        come = np.concatenate([downs, back[0]]), np.concatenate([ups, back[1]])
        for side, rows in enumerate(live):
            rows.change((gone[side], gone[2]), (come[side], come[1 - side], numbers))
        # What came and went within one commit never was.
        lasted = gone[:, edges.since[gone[2]] < self._sequence]
        if back.size or lasted.size:
            ended.reserve(len(live[0].start))
            ended.change(
                (back[0], back[1], back[2]), (lasted[0], lasted[1], lasted[2]), self._sequence
            )


def _key(end: tuple[int, int], edges: Edges) -> Key:
    neighbour, edge = end
    return neighbour, int(edges.class_of[edge]), int(edges.source_of[edge])


def _columns(rows: Sequence[tuple[int, ...]], width: int) -> NDArray[np.int32]:
    columns: Ints = np.array(rows, np.int32).reshape(-1, width).T
    return columns
