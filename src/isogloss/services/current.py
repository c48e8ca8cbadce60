"""Values derived from the graph, kept until a commit moves it on."""

from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

from isogloss.store.graph import Reader

T = TypeVar("T")


class Current(Generic[T]):
    """A value that can be thrown away and made again from the graph at any time."""

    def __init__(self, graph: Reader, build: Callable[[], T]) -> None:
        self._graph = graph
        self._build = build
        self._lock = Lock()
        self._kept: tuple[int, T] | None = None

    def get(self) -> T:
        """Give the value as of the last commit, making it if need be."""
        with self._lock:
            # Read first: a commit during the build then makes the next call build again.
            sequence = self._graph.sequence
            if self._kept is None or self._kept[0] != sequence:
                self._kept = (sequence, self._build())
            return self._kept[1]
