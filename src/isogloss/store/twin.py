"""A copy of the mesh's triples in memory, with literals as they were submitted, to be judged.

It is the writer's own: a change is made here first, judged, and taken back if it is refused,
while those who read the graph see nothing of it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from importlib.resources import files
from itertools import islice
from typing import cast

import pyoxigraph as ox

from isogloss.model.literals import given, keep
from isogloss.model.rdf import Iri, Literal, Quad, Term, Triple
from isogloss.store.terms import from_ox, node, to_ox


class Twin:
    """What all graphs say together, and SPARQL over that; for one thread at a time.

    What several graphs say is there once, as in the merge of the graphs: who counts must not
    count it twice.
    """

    def __init__(self, said: Iterable[Triple | Quad]) -> None:
        """Take the quads of the mesh, and triples that no graph of it says."""
        self._store = ox.Store()
        self._again: Counter[ox.Quad] = Counter()
        rest = iter(said)
        while part := list(islice(rest, _AT_ONCE)):
            self._store.bulk_extend(list(self._first(part)))

    def __len__(self) -> int:
        return len(self._store)

    def apply(self, added: Iterable[Triple | Quad], removed: Iterable[Triple | Quad]) -> None:
        """Make a change; to take it back, swap the two."""
        for quad in map(_merged, removed):
            if self._again[quad]:
                self._again[quad] -= 1
            else:
                self._store.remove(quad)
        for quad in self._first(added):
            self._store.add(quad)

    def _first(self, said: Iterable[Triple | Quad]) -> Iterator[ox.Quad]:
        """Yield what was not said before, and note down what was."""
        part = set()
        for quad in map(_merged, said):
            if quad in part or quad in self._store:
                self._again[quad] += 1
            else:
                part.add(quad)
                yield quad

    def select(self, query: str) -> list[tuple[Term | None, ...]]:
        """Give the solutions of a SELECT query, in no order; None is what is not bound.

        Raises:
            ValueError: it is no SELECT query that can be run.
        """
        found = self._store.query(query)
        if not isinstance(found, ox.QuerySolutions):
            raise ValueError("a rule asks something else than SELECT")
        return [tuple(map(_plain, solution)) for solution in found]

    def parts(self, product: Iri) -> frozenset[Iri]:
        """Find what is part of a product; nothing is part of anything else."""
        bound: dict[ox.Variable, ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple]
        bound = {ox.Variable("product"): ox.NamedNode(product)}
        found = cast(ox.QuerySolutions, self._store.query(_PARTS, substitutions=bound))
        return frozenset(Iri(row["part"].value) for row in found)


_AT_ONCE = 10_000
_PARTS = files("isogloss.store").joinpath("queries/parts.rq").read_text("utf-8")


def _merged(said: Triple | Quad) -> ox.Quad:
    object_ = said.object
    return ox.Quad(
        node(said.subject),
        node(said.predicate),
        to_ox(keep(object_) if isinstance(object_, Literal) else object_),
    )


def _plain(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | None) -> Term | None:
    if term is None:
        return None
    found = from_ox(term)
    return given(found) if isinstance(found, Literal) else found
