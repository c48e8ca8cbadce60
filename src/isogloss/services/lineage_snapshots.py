"""The states of the mesh in which lineage is asked for, each as of one commit."""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

from isogloss.services.catalog import Catalog
from isogloss.services.lineage import Snapshot
from isogloss.services.projection import Projection
from isogloss.store.graph import Reader
from isogloss.store.history import Past

_KEPT = 4
"""So many snapshots keep what their catalogues have read."""


class Snapshots:
    """Gives the mesh as of a commit, that at which `graph` is if none is named."""

    def __init__(
        self,
        graph: Reader,
        catalog: Catalog,
        projection: Projection,
        state: Callable[[int], Past],
    ) -> None:
        """Trace in the projection; `state` gives the mesh as of a commit."""
        self._graph = graph
        self._catalog = catalog
        self._projection = projection
        self._state = state
        self._kept: OrderedDict[int, Snapshot] = OrderedDict()
        self._lock = Lock()

    @property
    def sequence(self) -> int:
        """Give the number of the commit at which the graph is."""
        return self._graph.sequence

    def at(self, sequence: int | None = None) -> Snapshot:
        """Take the mesh as of a commit; a question is asked of one snapshot from end to end."""
        commit = self.sequence if sequence is None else sequence
        self._projection.follow(commit)
        with self._lock:
            if commit not in self._kept:
                state = self._state(commit)
                self._kept[commit] = Snapshot(state, self._catalog.of(state), self._projection)
                if len(self._kept) > _KEPT:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(commit)
            return self._kept[commit]
