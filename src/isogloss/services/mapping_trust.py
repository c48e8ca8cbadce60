"""Whose word counts about a mapping: a source cannot approve for other domains than its own."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, replace

from isogloss.model.agreement import Status
from isogloss.model.meaning import Mapping as TermMapping
from isogloss.model.rdf import Iri, Quad
from isogloss.services import description as read
from isogloss.services.agreements import decisions_graph
from isogloss.services.catalog import GOVERNANCE, Catalog
from isogloss.services.description import Description
from isogloss.services.ownership import is_of_words
from isogloss.vocab import OWL


@dataclass(frozen=True, slots=True)
class Trust:
    """Which graphs are which domains', and which of these describe which terms.

    Only the sources of stewards speak for a domain about `words`: engineers write the others.
    `decisions` is the graph of what both sides decided; about that no other graph is heard.
    """

    decisions: Iri
    governance: Iri
    domain_of_graph: Mapping[Iri, Iri]
    words: Set[Iri]
    domain_of_term: Mapping[Iri, Iri | None]

    @classmethod
    def of(cls, catalog: Catalog) -> "Trust":
        """Read whom to trust in one state of the mesh."""
        governance = catalog.get_domain(GOVERNANCE)
        graphs = {
            graph: domain
            for domain in (governance, *catalog.domains())
            for graph in catalog.graphs_of(domain)
        }
        words = {
            graph
            for graph, domain in graphs.items()
            if is_of_words(graph.removeprefix(f"{domain.uri_space}graph/"))
        }
        owners = {graph: domain.id for graph, domain in graphs.items()}
        return cls(decisions_graph(catalog), governance.id, owners, words, catalog.term_ids())

    def mapping(self, about: Description, based_on: Iterable[Quad]) -> TermMapping | None:
        """Read a mapping; one that its source cannot approve is proposed, whatever it says.

        `based_on` are the statements of translations that they are based on it.
        """
        heard = self._heard(about)
        terms = {heard.iri(OWL.annotatedSource), heard.iri(OWL.annotatedTarget)}
        domains = {self.domain_of_term.get(term) if term else None for term in terms}
        believed = {quad.subject for quad in based_on if self._speaks(quad.graph, heard, domains)}
        mapping = read.mapping(heard, tuple(sorted(believed)))
        if mapping is None:
            return None
        graphs = {quad.graph for quad in heard.quads} - {self.decisions}
        owners = {owner for graph in graphs if (owner := self.domain_of_graph.get(graph))}
        mapping = replace(mapping, stated_by=tuple(sorted(owners)))
        if mapping.status != Status.APPROVED:
            return mapping
        if all(self._speaks(quad.graph, heard, domains) for quad in heard.quads):
            return mapping
        return replace(mapping, status=Status.PROPOSED.value)

    def translation(self, about: Description) -> Description:
        """Leave out what is said of a decided translation elsewhere."""
        return self._heard(about)

    def _heard(self, about: Description) -> Description:
        decided = [quad for quad in about.quads if quad.graph == self.decisions]
        return Description(about.subject, decided) if decided else about

    def _speaks(self, graph: Iri, about: Description, domains: set[Iri | None]) -> bool:
        """Tell whether a graph may speak for all the domains of a mapping."""
        if any(quad.graph == self.decisions for quad in about.quads):
            return graph == self.decisions
        owner = self.domain_of_graph.get(graph) if graph in self.words else None
        return owner is not None and (owner == self.governance or {owner} == domains)
