"""Compare the senses of a word, each with each."""

from collections.abc import Sequence
from itertools import combinations

from isogloss.intake.conditions import conjuncts
from isogloss.meaning.chains import Network
from isogloss.meaning.comparison import compare
from isogloss.meaning.reasoning import reasoned
from isogloss.model.catalog import Term
from isogloss.model.rdf import Iri
from isogloss.model.senses import AttributePair, SensePair
from isogloss.services.catalog import Catalog
from isogloss.services.judge import Clock
from isogloss.services.meaning import Meanings


class Comparing:
    """Compares senses as of the last commit, by the mappings that hold now."""

    def __init__(self, catalog: Catalog, meanings: Meanings, clock: Clock) -> None:
        self._catalog = catalog
        self._meanings = meanings
        self._clock = clock

    def pairs(self, terms: Sequence[Term]) -> tuple[SensePair, ...]:
        """Compare each of some terms with each that comes after it."""
        network = Network(self._meanings.mappings(), self._clock())
        return tuple(self._pair(network, one, other) for one, other in combinations(terms, 2))

    def _pair(self, network: Network, one: Term, other: Term) -> SensePair:
        senses, taxonomy = self._meanings.attributes(), self._meanings.taxonomy()
        compared = compare(
            senses[one.id],
            senses[other.id],
            taxonomy,
            network,
            conjuncts=conjuncts,
            senses=senses,
        )
        names = [self._name(term) for term in (one, other)]
        conclusion = reasoned(compared, *names)
        chain = network.chains(one.id, other.id).best
        return SensePair(
            one=one.id,
            other=other.id,
            attributes=tuple(
                AttributePair(a.name, a.one, a.other, a.match.value, a.differs)
                for a in compared.attributes
            ),
            missing=compared.missing,
            agreed=chain.relation.value if chain else None,
            mappings=tuple(link.mapping.id for link in chain.links) if chain else (),
            reasoned=conclusion.relation.value if conclusion else None,
            reasoning=conclusion.sentence if conclusion else None,
        )

    def _name(self, term: Term) -> str:
        (domain,) = self._catalog.domains_by_id([term.domain or Iri("")])
        return f"{domain.name}'s {term.label}" if domain else term.label
