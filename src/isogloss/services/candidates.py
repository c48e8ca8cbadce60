"""Have detection look at the words of one state of the mesh, with what the catalogue knows."""

from collections.abc import Callable, Collection, Sequence

from isogloss.intake.conditions import conjuncts
from isogloss.meaning import detection
from isogloss.meaning.chains import Network
from isogloss.meaning.comparison import compare
from isogloss.meaning.detection import Candidate, Facts
from isogloss.meaning.evidence import Represented
from isogloss.meaning.reasoning import Comparison
from isogloss.model.meaning import Sense
from isogloss.model.rdf import Iri
from isogloss.services.catalog import Catalog
from isogloss.services.current import Current
from isogloss.services.judge import Clock
from isogloss.services.meaning import Meanings
from isogloss.store.graph import Reader

Copies = Callable[[], Collection[frozenset[Iri]]]
"""Finds the pairs of terms whose columns are copied into one another."""


class Candidates:
    """Terms that a steward should look at, as of the last commit."""

    def __init__(
        self,
        graph: Reader,
        catalog: Catalog,
        meanings: Meanings,
        clock: Clock,
        copies: Copies = frozenset,
    ) -> None:
        self._catalog = catalog
        self._meanings = meanings
        self._clock = clock
        self._copies = copies
        self._found = Current(graph, self._detect)

    def all(self) -> Sequence[Candidate]:
        """List them, the likeliest first, dismissed or not."""
        return self._found.get()

    def _detect(self) -> tuple[Candidate, ...]:
        ids = list(self._catalog.term_ids())
        terms = [term for term in self._catalog.terms(ids) if term is not None]
        network = Network(self._meanings.mappings(), self._clock())
        taxonomy, senses = self._meanings.taxonomy(), self._meanings.attributes()

        def compared(one: Sense, other: Sense) -> Comparison:
            return compare(one, other, taxonomy, network, conjuncts=conjuncts, senses=senses)

        facts = Facts(senses, compared, self._columns(ids), self._copies())
        return detection.candidates(terms, facts)

    def _columns(self, terms: Sequence[Iri]) -> dict[Iri, list[Represented]]:
        represented = self._catalog.columns_representing(terms)
        ids = sorted({column for some in represented for column in some})
        columns = dict(zip(ids, self._catalog.columns(ids), strict=True))
        return {
            term: [
                Represented(column.name, column.physical_type)
                for iri in some
                if (column := columns[iri]) is not None
            ]
            for term, some in zip(terms, represented, strict=True)
        }
