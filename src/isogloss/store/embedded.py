"""The graph in an Oxigraph store of this process, on disk or in memory.

Oxigraph does not sync what it commits, and loses the tail of a damaged log without a word:
that is the journal's business. One writer at a time: it loses concurrent updates silently.
"""

import shutil
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path
from threading import Lock
from typing import TypeVar

import pyoxigraph as ox

from isogloss.errors import StoreUnavailable
from isogloss.model.rdf import Iri, Quad
from isogloss.store.graph import BEGINNING, GraphChange, Mark
from isogloss.store.named_graphs import MARK, SYSTEM
from isogloss.store.terms import quad_from_ox, quad_to_ox, written
from isogloss.vocab import MESH, XSD

T = TypeVar("T")

_MOST_TRIES = 3
_MARK = ox.NamedNode(MARK)
_SEQUENCE = ox.NamedNode(MESH.sequence)
_HEAD = ox.NamedNode(MESH.head)


_FLUSHED_EVERY = 250
"""After so many commits, so that RocksDB can forget the graves of what often changes."""


class EmbeddedGraph:
    """A `store.graph.Graph` in Oxigraph."""

    def __init__(self, path: Path | None) -> None:
        """Open the store in a folder, made if need be; None keeps it in memory.

        Raises:
            StoreUnavailable: it cannot be opened; `rebuild` makes it anew.
        """
        self._path = path
        self._store: ox.Store | None = None
        self._mark = BEGINNING
        self._moving = Lock()
        self._moves = 0  # odd while a change is being made
        try:
            self.reopen()
        except StoreUnavailable:
            # Whoever keeps the error must not keep the folder with it.
            self._store = None
            raise

    def close(self) -> None:
        """Let go of the folder; the graph cannot be used any more."""
        self._store = None

    def reopen(self) -> None:
        """Open the store again: once the disk was full, Oxigraph writes only after that.

        Raises:
            StoreUnavailable: it cannot be opened.
        """
        if self._path is None:
            self._store = self._store or ox.Store()
        else:
            try:
                if self._store is not None:
                    # A folder has one store at a time, and this one must go first. So that
                    # reading goes on if the disk still is full, another stands in for it.
                    self._store = ox.Store.read_only(str(self._path))
                self._store = ox.Store(self._path)
            except (OSError, RuntimeError) as error:  # RuntimeError: it is damaged
                if self._store is not None:
                    self._mark = self.read_mark()
                raise StoreUnavailable(
                    f"The graph in {self._path} cannot be opened ({error})."
                ) from error
        self._mark = self.read_mark()

    @property
    def sequence(self) -> int:
        """Number of the last commit; 0 before the first."""
        return self._mark.sequence

    @property
    def mark(self) -> Mark:
        """The last commit that the graph has, as kept since it was opened."""
        return self._mark

    def read_mark(self) -> Mark:
        """Read the mark from the store itself; BEGINNING where there is none."""
        found = {
            quad.predicate: quad.object.value
            for quad in self._match(_MARK, None, None, _MARK)
            if isinstance(quad.object, ox.Literal)
        }
        if not found:
            return BEGINNING
        try:
            return Mark(int(found[_SEQUENCE]), found.get(_HEAD, ""))
        except (KeyError, ValueError) as error:
            raise StoreUnavailable(
                f"The graph in {self._path} holds no readable mark: run `isogloss rebuild`."
            ) from error

    def quads(self, graphs: Collection[Iri] | None = None) -> Iterator[Quad]:
        """Yield the quads of some named graphs, of all but the system's if None, in no order."""
        if graphs is None:
            for stored in self._match(None, None, None, None):
                quad = quad_from_ox(stored)
                if quad.graph not in SYSTEM:
                    yield quad
            return
        for graph in graphs:
            for stored in self._match(None, None, None, ox.NamedNode(graph)):
                yield quad_from_ox(stored)

    def describe(self, subjects: Iterable[Iri]) -> dict[Iri, list[Quad]]:
        """Find what is said of each subject, in no order; [] for one nobody speaks of."""
        wanted = list(subjects)
        found = self._steadily(
            lambda: {
                subject: list(self._match(ox.NamedNode(subject), None, None, None))
                for subject in wanted
            }
        )
        return {subject: list(map(quad_from_ox, quads)) for subject, quads in found.items()}

    def referrers(self, predicate: Iri, objects: Iterable[Iri]) -> dict[Iri, tuple[Iri, ...]]:
        """Find the subjects that point at each object by `predicate`, sorted."""
        link = ox.NamedNode(predicate)
        wanted = list(objects)
        found = self._steadily(
            lambda: {
                object_: list(self._match(None, link, ox.NamedNode(object_), None))
                for object_ in wanted
            }
        )
        return {
            object_: tuple(sorted({quad_from_ox(quad).subject for quad in quads}))
            for object_, quads in found.items()
        }

    def statements(self, predicate: Iri, object_: Iri | None = None) -> Iterator[Quad]:
        """Yield every quad with this predicate (and object), in no order."""
        wanted = None if object_ is None else ox.NamedNode(object_)
        for quad in self._match(None, ox.NamedNode(predicate), wanted, None):
            yield quad_from_ox(quad)

    def apply(self, change: GraphChange, mark: Mark) -> None:
        """Make a change and move the mark, in one call: all or nothing.

        Only `Store.update` is one call; remove and extend tear under readers (measured).

        Raises:
            StoreUnavailable: the disk refused.
        """
        clear = [
            f"DELETE WHERE {{ GRAPH {written(g)} {{ {written(s)} {written(p)} ?o }} }};"
            for s, p, g in change.cleared
        ]
        update = (
            f"{' '.join(clear)} DELETE DATA {{ {_data(change.removed)} }}; "
            # By name, not by pattern: a search walks over the graves of all former marks.
            f"DELETE DATA {{ {_data(map(quad_from_ox, _mark_quads(self._mark)))} }}; "
            f"INSERT DATA {{ {_data(change.added)} {_data(map(quad_from_ox, _mark_quads(mark)))} }}"
        )
        try:
            with self._moving:
                self._moves += 1
                try:
                    self._open().update(update)
                    if mark.sequence % _FLUSHED_EVERY == 0:
                        self._open().flush()
                finally:
                    self._moves += 1
        except OSError as error:
            raise StoreUnavailable(
                f"The graph could not be written ({error}): make room on the disk."
            ) from error
        except RuntimeError as error:
            raise self._damaged(error) from error
        self._mark = mark

    def rebuild(self, quads: Iterable[Quad], mark: Mark) -> None:
        """Throw everything away and hold exactly these quads, the system's graphs included.

        Raises:
            StoreUnavailable: the disk refused; call it again.
        """
        self._store = None
        try:
            if self._path is not None:
                shutil.rmtree(self._path, ignore_errors=True)
            self._store = ox.Store(self._path)
            self._store.bulk_extend(quad_to_ox(quad) for quad in quads)
            # Last: a rebuild that was cut short leaves a graph without a mark.
            self._store.bulk_extend(_mark_quads(mark))
            self._store.flush()
        except OSError as error:
            raise StoreUnavailable(
                f"The graph in {self._path} could not be written ({error}): make room on the disk."
            ) from error
        self._mark = mark

    def differences(self, quads: Iterable[Quad]) -> Iterator[str]:
        """Compare with what should be there, as Oxigraph writes it; a sentence a difference."""
        expected = ox.Store()
        expected.bulk_extend(quad_to_ox(quad) for quad in quads)
        store = self._open()
        try:
            for quad in expected:
                if quad not in store:
                    yield f"The graph lacks {quad}."
            for quad in store:
                if quad not in expected and quad.graph_name != _MARK:
                    yield f"The graph has {quad}, which no commit says."
        except (OSError, RuntimeError) as error:
            yield str(self._damaged(error))

    def compact(self) -> None:
        """Give back disk space."""
        self._open().optimize()

    def _steadily(self, read: Callable[[], T]) -> T:
        """Look several times at one state: again from the start, if a commit came between."""
        for _ in range(_MOST_TRIES):
            before = self._moves
            found = read()
            if before == self._moves and before % 2 == 0:
                return found
        with self._moving:
            return read()

    def _match(
        self,
        subject: ox.NamedNode | None,
        predicate: ox.NamedNode | None,
        object_: ox.NamedNode | None,
        graph: ox.NamedNode | None,
    ) -> Iterator[ox.Quad]:
        try:
            # The iterator is made now, and so are the state that it reads and its troubles.
            return self._reading(self._open().quads_for_pattern(subject, predicate, object_, graph))
        except RuntimeError as error:
            raise self._damaged(error) from error

    def _reading(self, quads: Iterator[ox.Quad]) -> Iterator[ox.Quad]:
        try:
            yield from quads
        except (OSError, RuntimeError) as error:
            del quads  # or whoever keeps the error keeps the folder locked
            raise self._damaged(error) from error

    def _damaged(self, error: Exception) -> StoreUnavailable:
        # RocksDB checks what it reads: a flipped byte is an error, and no wrong answer.
        return StoreUnavailable(
            f"The graph in {self._path} is damaged ({error}): stop the server and run "
            "`isogloss rebuild`, which makes it anew from the journal."
        )

    def _open(self) -> ox.Store:
        if self._store is None:
            raise StoreUnavailable("The graph is closed: open the mesh again.")
        return self._store


def _mark_quads(mark: Mark) -> list[ox.Quad]:
    sequence = ox.Literal(str(mark.sequence), datatype=ox.NamedNode(XSD.integer))
    return [
        ox.Quad(_MARK, _SEQUENCE, sequence, _MARK),
        ox.Quad(_MARK, _HEAD, ox.Literal(mark.hash), _MARK),
    ]


def _data(quads: Iterable[Quad]) -> str:
    by_graph: defaultdict[Iri, list[str]] = defaultdict(list)
    for subject, predicate, object_, graph in quads:
        said = f"{written(subject)} {written(predicate)} {written(object_)} ."
        by_graph[graph].append(said)
    return " ".join(
        f"GRAPH {written(graph)} {{ {' '.join(said)} }}" for graph, said in by_graph.items()
    )
