"""Tell what follows from the mappings that hold, by which chain, and what cannot all be so."""

from isogloss.errors import InvalidArgument
from isogloss.meaning.chains import Chains, Network
from isogloss.meaning.conflicts import Conflict, conflicts, label_conflicts
from isogloss.model.rdf import Iri
from isogloss.services.catalog import Catalog
from isogloss.services.judge import Clock
from isogloss.services.meaning import Meanings
from isogloss.services.term_names import get_term, name_of


class Compositions:
    """What follows in one state of the mesh, at its instant."""

    def __init__(self, catalog: Catalog, meanings: Meanings, clock: Clock) -> None:
        self._catalog = catalog
        self._meanings = meanings
        self._clock = clock

    def between(self, one: str, other: str) -> tuple[Iri, Iri, Chains]:
        """Find the chains from one term to another, each by IRI or as `product:active user`.

        Raises:
            NotFound: there is no such term.
            InvalidArgument: both are one, or a name is ambiguous.
        """
        first, second = (get_term(self._catalog, name) for name in (one, other))
        if first.id == second.id:
            raise InvalidArgument(f"{one} and {other} are one term: name two.")
        network = Network(self._meanings.mappings(), self._clock())
        return first.id, second.id, network.chains(first.id, second.id)

    def conflicts(self) -> tuple[Conflict, ...]:
        """List all that cannot be so at once: mappings that hold, the glossaries and labels."""
        now, terms = self._clock(), self._meanings.terms()
        by_id = {term.id: term for term in terms}

        def name(id: Iri) -> str:
            return name_of(self._catalog, by_id[id]) if id in by_id else id

        return (
            *conflicts(
                [one for one in self._meanings.mappings() if one.holds(now)],
                # A domain has one glossary, so that it stands for that.
                scheme_of={term.id: term.domain for term in terms if term.domain},
                broader=self._meanings.broader(),
                related=self._meanings.related(),
                name=name,
            ),
            *label_conflicts(terms, name),
        )
