"""The journal and the graph that follows it, in a folder that one process owns.

Recovery looks at states, not at what was under way: whatever the journal has and the graph
lacks is applied, and to apply it twice does no harm.
"""

import logging
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import RLock

from isogloss.errors import JournalDamaged, MeshReadOnly, StoreUnavailable
from isogloss.model.sparql import SparqlServer
from isogloss.store import checks
from isogloss.store.embedded import EmbeddedGraph
from isogloss.store.folder import Folder
from isogloss.store.graph import BEGINNING, Graph, Mark
from isogloss.store.history import Past
from isogloss.store.journal import FILE, Journal, Pen
from isogloss.store.remote import RemoteGraph
from isogloss.store.tokens import FILE as TOKENS

log = logging.getLogger("isogloss.store")

_MOST_REPLAYED = 50_000
"""From so many quads on, to build the graph anew costs less than to replay."""

FLOOR = 32 * 1024 * 1024
"""So many bytes stay free on the disk, or nothing is written: clearing up needs room too."""


class Mesh:
    """The durable state of a mesh; `graph` is for readers, `write` for the one writer."""

    def __init__(self, folder: Folder, journal: Journal, graph: Graph, floor: int = FLOOR) -> None:
        self.journal = journal
        self.graph = graph
        self._folder = folder
        self._floor = floor if folder.lasting else 0
        self._lock = RLock()
        self._trouble = ""
        self._graph_failed = False

    @classmethod
    def open(
        cls, path: Path | None, server: SparqlServer | None = None, *, rebuild: bool = False
    ) -> "Mesh":
        """Open the mesh in a folder, None for one that is gone afterwards, and recover it.

        `server` holds the graph, a store in the folder if None. With `rebuild`, the graph is
        made anew from the journal whatever it holds.

        Raises:
            StoreUnavailable: another process owns the folder, it cannot be used, or the
                graph has commits that the journal lacks.
            JournalDamaged: the journal is not what was written.
        """
        with ExitStack() as opened:
            folder = Folder(path)
            opened.callback(folder.release)
            changed = folder.changed()
            journal = Journal(folder.path / FILE, durable=folder.lasting)
            opened.callback(journal.close)
            if any(name.startswith(FILE) for name in changed):
                _examine(journal)
            graph: Graph
            if server is not None:
                graph = RemoteGraph(server)
            else:
                where = folder.path / "graph" if folder.lasting else None
                if where and (rebuild or any(name.startswith("graph/") for name in changed)):
                    shutil.rmtree(where, ignore_errors=True)
                graph = _open_graph(where)
            opened.callback(graph.close)
            mesh = cls(folder, journal, graph)
            mesh.rebuild() if rebuild else mesh._compare()
            folder.unseal()
            opened.pop_all()
        return mesh

    def close(self) -> None:
        """Let go of the folder, in order."""
        self.graph.close()
        self.journal.close()
        self._folder.seal()
        self._folder.release()

    @property
    def tokens_path(self) -> Path:
        """Where the tokens are kept, beside the journal."""
        return self._folder.path / TOKENS

    @property
    def lineage_path(self) -> Path | None:
        """Where what was derived of lineage is kept, None for a mesh that does not last."""
        return self._folder.path / "lineage" if self._folder.lasting else None

    @property
    def trouble(self) -> str:
        """Why nothing can be written now, in a sentence; "" if all is well."""
        return self._trouble

    def at(self, sequence: int) -> Past:
        """Give the state that a commit made, with literals as they were submitted."""
        return self.journal.at(sequence)

    @contextmanager
    def write(self) -> Iterator[Pen]:
        """Open the transaction that a group of changes shares; the graph follows it.

        Raises:
            MeshReadOnly: the disk is full or fails; nothing was written, reading goes on,
                and the next write tries again.
        """
        with self._lock:
            self.resume()
            if self._trouble:
                raise MeshReadOnly(self._trouble)
            try:
                with self.journal.write() as pen:
                    yield pen
            except StoreUnavailable as error:
                self._trouble = str(error)
                raise MeshReadOnly(self._trouble) from error
            self._follow(pen)

    def resume(self) -> str:
        """Look whether what stood in the way has gone; give what still does, or ""."""
        with self._lock:
            free = self._folder.free()
            if free < self._floor:
                self._trouble = (
                    f"The mesh is read-only: the disk has {free >> 20} MB left, and "
                    f"{self._floor >> 20} MB are kept free. Make room; it resumes by itself."
                )
            elif self._trouble:
                self._trouble = ""
                self._follow()
            return self._trouble

    def rebuild(self) -> int:
        """Make the graph anew from the journal; give the number of its quads.

        Raises:
            StoreUnavailable: the graph could not be written.
        """
        head = self.journal.head
        quads = self.journal.at(head.sequence).count()
        self.graph.rebuild(self.journal.at(head.sequence).all_quads(), head)
        return quads

    def verify(self) -> Iterator[str]:
        """Compare journal, history and graph; a sentence for each difference found."""
        with self._lock:
            yield from checks.journal(self.journal)
            head = self.journal.head
            if self.graph.read_mark() != head:
                yield f"The graph is at {self.graph.read_mark()}, the journal at {head}."
            yield from self.graph.differences(self.journal.at(head.sequence).all_quads())

    def compact(self) -> int:
        """Give back disk space that is no longer used; give how many bytes that was."""
        with self._lock:
            before = self._folder.free()
            self.journal.compact()
            self.graph.compact()
            return max(0, self._folder.free() - before)

    def _compare(self) -> None:
        head, mark = self.journal.head, self.graph.mark
        if mark == head:
            return
        if mark.sequence > head.sequence:
            raise StoreUnavailable(
                f"The graph is at commit {mark.sequence}, and the journal knows "
                f"{head.sequence} only. If the journal is the right one, run `isogloss rebuild`, "
                "which drops what the graph has beyond it; else restore the journal's backup."
            )
        if self.journal.mark_of(mark.sequence) != mark:
            raise StoreUnavailable(
                f"The graph's commit {mark.sequence} is not the journal's: they belong to two "
                "meshes. Bring back the right journal, or run `isogloss rebuild` to make the "
                "graph anew from this one."
            )
        if mark == BEGINNING:
            log.warning("The graph is missing or damaged: it is made anew from the journal.")
            self.rebuild()
            return
        self._follow()
        if self._trouble:
            raise StoreUnavailable(self._trouble)

    def _follow(self, pen: Pen | None = None) -> None:
        """Bring the graph to the journal's head; what is in the journal stays committed.

        If it stands where `pen` began, what that wrote need not be read again.
        """
        head = self.journal.head
        try:
            # Once the disk was full, Oxigraph writes again only when opened anew. Readers are
            # not made to wait for that unless it has to be.
            if self._graph_failed:
                self.graph.reopen()
            if self.graph.mark == head:
                self._graph_failed = False
                return
            if pen is not None and self.graph.mark == pen.base and head == pen.head:
                change = self.journal.change_by(pen)
            else:
                change = self.journal.change_since(self.graph.mark)
            size = len(change.added) + len(change.removed)
            if size > _MOST_REPLAYED and self.graph.mark == BEGINNING:
                self.rebuild()
            else:
                self.graph.apply(change, head)
            self._graph_failed = False
        except Exception as error:  # whatever it is: the change is made, and its author is told so
            log.warning("The graph does not follow the journal: %s", error)
            self._graph_failed = True
            self._trouble = f"The mesh is read-only: {error}"


def _open_graph(path: Path | None) -> EmbeddedGraph:
    try:
        return EmbeddedGraph(path)
    except StoreUnavailable as error:
        if path is None:
            raise
        log.warning("%s", error)
    shutil.rmtree(path, ignore_errors=True)
    return EmbeddedGraph(path)


def _examine(journal: Journal) -> None:
    if problem := next(checks.journal(journal), None):
        raise JournalDamaged(
            f"The journal {journal.path} is not as it was left. {problem} Bring back a backup "
            "with `isogloss restore`."
        )
    log.warning("%s was changed from outside, but says all that it said.", journal.path)


__all__ = ["FLOOR", "Mark", "Mesh"]
