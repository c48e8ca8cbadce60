"""The quads that are true now, in an Oxigraph store on disk or in memory.

One process owns a folder; within it, one writer at a time (Oxigraph loses concurrent
updates silently), any number of readers.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path

import pyoxigraph as ox

from isogloss.errors import StoreUnavailable
from isogloss.model.rdf import Iri, Quad, Term
from isogloss.store.named_graphs import MARK, SYSTEM
from isogloss.store.terms import from_ox, quad_from_ox, quad_to_ox, to_ox
from isogloss.vocab import MESH

_MARK = ox.NamedNode(MARK)
_SEQUENCE = ox.NamedNode(MESH.sequence)


class Graph:
    """A set of quads and the sequence number of the commit that made it."""

    def __init__(self, store: ox.Store) -> None:
        self._store = store
        self._sequence = self._read_mark()

    @classmethod
    def open(cls, directory: Path | None) -> "Graph":
        """Open the store in a folder, made if need be; None keeps it in memory.

        Raises:
            StoreUnavailable: another process has it open, or the folder cannot be used.
        """
        if directory is None:
            return cls(ox.Store())
        path = directory / "graph"
        try:
            path.mkdir(parents=True, exist_ok=True)
            return cls(ox.Store(path))
        except OSError as error:
            if "lock" in str(error).lower():
                raise StoreUnavailable(
                    f"Another process has the mesh in {directory} open: stop it, ask it over "
                    "HTTP (isogloss query --url), or choose another folder with --data."
                ) from error
            raise StoreUnavailable(
                f"The mesh's folder {directory} cannot be used ({error}): choose another with "
                "--data, or make it writable."
            ) from error

    def close(self) -> None:
        """Let go of the folder; the graph cannot be used any more."""
        del self._store

    @property
    def sequence(self) -> int:
        """Number of the last commit; 0 before the first."""
        return self._sequence

    def quads(self, graphs: Collection[Iri] | None = None) -> Iterator[Quad]:
        """Yield the quads of some named graphs, of all but the system's if None, in no order."""
        if graphs is None:
            for stored in self._store:
                quad = quad_from_ox(stored)
                if quad.graph not in SYSTEM:
                    yield quad
            return
        for graph in graphs:
            for stored in self._store.quads_for_pattern(None, None, None, ox.NamedNode(graph)):
                yield quad_from_ox(stored)

    def describe(self, subjects: Iterable[Iri]) -> dict[Iri, list[Quad]]:
        """Find what is said of each subject, in no order; [] for one nobody speaks of."""
        return {
            subject: [
                quad_from_ox(quad)
                for quad in self._store.quads_for_pattern(ox.NamedNode(subject), None, None, None)
            ]
            for subject in subjects
        }

    def referrers(self, predicate: Iri, objects: Iterable[Iri]) -> dict[Iri, tuple[Iri, ...]]:
        """Find the subjects that point at each object by `predicate`, sorted."""
        link = ox.NamedNode(predicate)
        return {
            object_: tuple(
                sorted(
                    {
                        quad_from_ox(quad).subject
                        for quad in self._store.quads_for_pattern(
                            None, link, ox.NamedNode(object_), None
                        )
                    }
                )
            )
            for object_ in objects
        }

    def statements(self, predicate: Iri, object_: Iri | None = None) -> Iterator[Quad]:
        """Yield every quad with this predicate (and object), in no order."""
        wanted = None if object_ is None else ox.NamedNode(object_)
        for quad in self._store.quads_for_pattern(None, ox.NamedNode(predicate), wanted, None):
            yield quad_from_ox(quad)

    def select(self, name: str, **bindings: Term) -> Iterator[Mapping[str, Term]]:
        """Answer the named query `queries/<name>.rq`: a row a solution, unbound left out."""
        solutions = self._store.query(
            _query_text(name),
            substitutions={
                ox.Variable(variable): to_ox(term) for variable, term in bindings.items()
            },
        )
        if not isinstance(solutions, ox.QuerySolutions):
            raise TypeError(f"{name}.rq is not a SELECT query")
        names = [variable.value for variable in solutions.variables]
        for solution in solutions:
            values = zip(names, solution, strict=True)
            yield {name: from_ox(value) for name, value in values if value is not None}

    def canonical(self, quads: Iterable[Quad]) -> frozenset[Quad]:
        """Give the quads as the store will hold them: it rewrites 1.10 to 1.1, 01 to 1.

        Raises:
            ValueError: an IRI that RFC 3987 does not allow.
        """
        scratch = ox.Store()
        scratch.extend(quad_to_ox(quad) for quad in quads)
        return frozenset(quad_from_ox(quad) for quad in scratch)

    def apply(self, *, added: Iterable[Quad], removed: Iterable[Quad], sequence: int) -> None:
        """Take out and put in quads, and move the mark, in one call: all or nothing.

        Only `Store.update` is one call; remove and extend tear under readers (measured).

        Raises:
            StoreUnavailable: the disk refused; nothing was changed.
        """
        mark = ox.Quad(_MARK, _SEQUENCE, ox.Literal(sequence), _MARK)
        gone = [quad_to_ox(quad) for quad in removed]
        if self._sequence:
            gone.append(ox.Quad(_MARK, _SEQUENCE, ox.Literal(self._sequence), _MARK))
        new = [*(quad_to_ox(quad) for quad in added), mark]
        try:
            self._store.update(f"DELETE DATA {{ {_data(gone)} }}; INSERT DATA {{ {_data(new)} }}")
            self._store.flush()
        except OSError as error:
            raise StoreUnavailable(
                f"The store could not be written ({error}): nothing was changed; make room on "
                "the disk and try again."
            ) from error
        self._sequence = sequence

    def _read_mark(self) -> int:
        for quad in self._store.quads_for_pattern(_MARK, _SEQUENCE, None, _MARK):
            if isinstance(quad.object, ox.Literal):
                return int(quad.object.value)
        return 0


def _data(quads: Iterable[ox.Quad]) -> str:
    # str() of Oxigraph's NamedNode and Literal is escaped N-Triples, so no text can leave it.
    return " ".join(
        f"GRAPH {quad.graph_name} {{ {quad.subject} {quad.predicate} {quad.object} }}"
        for quad in quads
    )


@cache
def _query_text(name: str) -> str:
    return files("isogloss.store").joinpath(f"queries/{name}.rq").read_text("utf-8")
