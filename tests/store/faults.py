"""Where a write of a mesh fails, and how to let it fail there."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from enum import Enum
from typing import Any
from unittest.mock import patch

import pytest

from isogloss.store.embedded import EmbeddedGraph
from isogloss.store.mesh import Mesh


class Fault(Enum):
    """Where a write fails."""

    INSIDE = "while the members are judged"
    COMMIT_NOT_MADE = "at COMMIT, which was not made"
    COMMIT_MADE = "at COMMIT, which was made all the same"
    BEFORE_APPLY = "before the graph is changed"
    DURING_APPLY = "while the graph is changed"
    AFTER_APPLY = "after the graph was changed"


GRAPH_FAULTS = [Fault.BEFORE_APPLY, Fault.DURING_APPLY, Fault.AFTER_APPLY]


class _Failing:
    """A store whose updates fail; it holds no store itself, for those are opened again."""

    def __init__(self, graph: EmbeddedGraph, fault: Fault) -> None:
        self._graph = graph
        self._fault = fault

    def __getattr__(self, name: str) -> Any:
        return getattr(self._graph._store, name)

    def update(self, wanted: str) -> None:
        assert self._graph._store is not None
        if self._fault is Fault.DURING_APPLY:
            # Oxigraph takes back what came before the operation that fails.
            with pytest.raises(RuntimeError):
                self._graph._store.update(f"{wanted}; CLEAR GRAPH <urn:nowhere>")
        elif self._fault is Fault.AFTER_APPLY:
            self._graph._store.update(wanted)
        raise OSError("no space left on device")


@contextmanager
def failing(mesh: Mesh, fault: Fault) -> Iterator[None]:
    """Let whatever is written meanwhile fail at one point."""
    graph = mesh.graph
    assert isinstance(graph, EmbeddedGraph)
    if fault in GRAPH_FAULTS:
        proxy = _Failing(graph, fault)
        with patch.object(graph, "_open", lambda: proxy):
            yield
        return

    def commit(connection: Any) -> None:
        (connection.commit if fault is Fault.COMMIT_MADE else connection.rollback)()
        raise dialect.loaded_dbapi.OperationalError("disk I/O error")

    dialect: Any = mesh.journal._engine.dialect
    with ExitStack() as stack:
        if fault is not Fault.INSIDE:
            stack.enter_context(patch.object(dialect, "do_commit", commit))
        yield


def crash(mesh: Mesh) -> None:
    """Let go of the files as the end of a process does: without a seal."""
    mesh.graph.close()
    mesh.journal.close()
    mesh._folder.release()
