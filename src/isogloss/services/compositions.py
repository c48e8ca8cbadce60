"""Tell what follows for two terms from the mappings that hold, and by which chain."""

from isogloss.errors import InvalidArgument
from isogloss.meaning.chains import Chains, Network
from isogloss.model.rdf import Iri
from isogloss.services.catalog import Catalog
from isogloss.services.judge import Clock
from isogloss.services.meaning import Meanings
from isogloss.services.term_names import get_term


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
