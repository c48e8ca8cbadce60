"""Write changes as SPARQL updates that both Oxigraph and Virtuoso take, and fast.

Terms are written by pyoxigraph, whose str() is escaped N-Triples, so no text can leave them.
"""

from collections.abc import Callable, Iterable, Iterator

import pyoxigraph as ox

from isogloss.model.rdf import Iri, Literal, Quad, Term
from isogloss.store.dictionary import chunks
from isogloss.store.graph import GraphChange, Mark
from isogloss.store.named_graphs import MARK
from isogloss.store.terms import to_ox
from isogloss.vocab import MESH, XSD

Writing = Callable[[Term], Term]
"""What a server is given in place of a term."""

UNMARK = f"DELETE WHERE {{ GRAPH <{MARK}> {{ ?subject ?predicate ?object }} }}"

_CLEAR = (
    "DELETE {{ GRAPH ?graph {{ ?subject ?predicate ?object }} }} "
    "WHERE {{ VALUES (?subject ?predicate ?graph) {{ {} }} "
    "GRAPH ?graph {{ ?subject ?predicate ?object }} }}"
)

_MOST_TEXT = 2_000_000
"""So many characters go in one request: Virtuoso refuses updates of more than 10 MB."""

_MOST_CLEARED = 500
_WEIGHT = 2_000
"""A key to clear weighs as much as so many characters: Virtuoso compiles each into code."""


def requests(change: GraphChange, mark: Mark, writing: Writing) -> list[str]:
    """Write a change as one update, or as several if it is large; the mark is in the last."""
    parts = [*_cut(_operations(change, writing), _MOST_TEXT)] or [[]]
    parts[-1].append(marking(mark))
    return ["; ".join(part) for part in parts]


def marking(mark: Mark) -> str:
    """Write what exchanges the mark."""
    sequence = Literal(str(mark.sequence), XSD.integer)
    new = [
        Quad(MARK, MESH.sequence, sequence, MARK),
        Quad(MARK, MESH.head, Literal(mark.hash), MARK),
    ]
    return "; ".join([UNMARK, *insertions(new, lambda term: term)])


def drops(graphs: Iterable[Iri]) -> str:
    """Write what drops graphs."""
    return "; ".join(f"DROP SILENT GRAPH {ox.NamedNode(graph)}" for graph in graphs)


def insertions(quads: Iterable[Quad], writing: Writing) -> Iterator[str]:
    """Write what adds quads, as many operations as it takes."""
    return _data("INSERT DATA", quads, writing)


def documents(quads: Iterable[Quad], writing: Writing) -> Iterator[str]:
    """Write quads as N-Triples, as many documents as it takes; the graph is not in them."""
    lines = (f"{_statement(quad, writing)} .\n" for quad in quads)
    for some in _cut(_weighed(lines), _MOST_TEXT):
        yield "".join(some)


def _operations(change: GraphChange, writing: Writing) -> Iterator[tuple[int, str]]:
    for some in chunks(change.cleared, _MOST_CLEARED):
        keys = " ".join(f"({' '.join(str(ox.NamedNode(iri)) for iri in key)})" for key in some)
        # Virtuoso needs two seconds for a thousand DELETE WHERE, and refuses two thousand.
        yield len(some) * _WEIGHT, _CLEAR.format(keys)
    yield from _weighed(_data("DELETE DATA", change.removed, writing))
    yield from _weighed(_data("INSERT DATA", change.added, writing))


def _data(verb: str, quads: Iterable[Quad], writing: Writing) -> Iterator[str]:
    # Virtuoso takes 4990 statements in one GRAPH, but any number of GRAPH with one each.
    lines = (
        f"GRAPH {ox.NamedNode(quad.graph)} {{ {_statement(quad, writing)} }}" for quad in quads
    )
    for some in _cut(_weighed(lines), _MOST_TEXT // 2):
        yield f"{verb} {{ {' '.join(some)} }}"


def _statement(quad: Quad, writing: Writing) -> str:
    subject, predicate = ox.NamedNode(quad.subject), ox.NamedNode(quad.predicate)
    return f"{subject} {predicate} {to_ox(writing(quad.object))}"


def _weighed(texts: Iterable[str]) -> Iterator[tuple[int, str]]:
    return ((len(text), text) for text in texts)


def _cut(texts: Iterable[tuple[int, str]], most: int) -> Iterator[list[str]]:
    """Cut texts into parts of so much weight, or of one text that has more."""
    part: list[str] = []
    total = 0
    for weight, text in texts:
        if part and total + weight > most:
            yield part
            part, total = [], 0
        part.append(text)
        total += weight
    if part:
        yield part
