"""What was proposed and decided about mappings, as of one state of the mesh."""

from collections.abc import Mapping as Map
from dataclasses import dataclass
from datetime import datetime

from isogloss.errors import NotFound
from isogloss.meaning.approval import lacking
from isogloss.model.agreement import Agreement, Dismissal, Status
from isogloss.model.rdf import Iri
from isogloss.services.catalog import GOVERNANCE, Catalog
from isogloss.services.current import Current
from isogloss.services.description import Description
from isogloss.services.mapping_records import DECISIONS_SOURCE, read_agreements, read_dismissals
from isogloss.store.graph import Reader
from isogloss.store.named_graphs import source_graph
from isogloss.vocab import MESH


@dataclass(frozen=True, slots=True)
class _Decisions:
    agreements: dict[Iri, Agreement]
    dismissals: tuple[Dismissal, ...]


class Agreements:
    """The mappings that went, or go, the way of proposal and approval."""

    def __init__(self, graph: Reader, catalog: Catalog) -> None:
        self._graph = graph
        self._catalog = catalog
        self._decisions = Current(graph, self._read)

    @property
    def graph(self) -> Iri:
        """The graph that has them, which nothing but their steps writes."""
        return decisions_graph(self._catalog)

    def all(self) -> Map[Iri, Agreement]:
        """Give them by the IRIs of their mappings, sorted."""
        return self._decisions.get().agreements

    def get(self, id: Iri) -> Agreement:
        """Find one.

        Raises:
            NotFound: there is none, or the mapping is stated in a source of its own.
        """
        return found_in(self.all(), id)

    def dismissals(self) -> tuple[Dismissal, ...]:
        """List what stewards dismissed, by IRI."""
        return self._decisions.get().dismissals

    def lacking(self, agreement: Agreement) -> tuple[Iri, ...]:
        """Find the domains that a proposed mapping waits for, sorted; none if it is decided."""
        if agreement.mapping.status != Status.PROPOSED:
            return ()
        domains = (self._catalog.get_domain(GOVERNANCE), *self._catalog.domains())
        spaces = [(domain.uri_space, domain.id) for domain in domains if domain.uri_space]
        sides = set()
        for term in agreement.terms:
            # The narrowest space counts, as it does for `Ownership`.
            owners = [(len(space), id) for space, id in spaces if term.startswith(space)]
            if owners:
                sides.add(max(owners)[1])
        return tuple(sorted(lacking(agreement, sides)))

    def _read(self) -> _Decisions:
        said = list(self._graph.quads([self.graph]))
        return _Decisions(read_agreements(said), read_dismissals(said))


def decisions_graph(catalog: Catalog) -> Iri:
    """Name the graph of what was decided about mappings."""
    return source_graph(catalog.get_domain(GOVERNANCE).uri_space, DECISIONS_SOURCE)


def found_in(agreements: Map[Iri, Agreement], id: Iri) -> Agreement:
    """Find an agreement.

    Raises:
        NotFound: there is none.
    """
    if id not in agreements:
        raise NotFound(
            f"There is no mapping <{id}> that was proposed here: `isogloss map list` has them all. "
            "One that a source states is changed in that source."
        )
    return agreements[id]


def mapping_turn(state: Reader, start: datetime, end: datetime) -> datetime:
    """Find the last instant, from one to another, at which a mapping began or ceased to hold."""
    found = {start}
    for predicate in (MESH.validFrom, MESH.validUntil):
        for quad in state.statements(predicate):
            instant = Description(quad.subject, [quad]).instant(predicate)
            if instant is not None and start < instant <= end:
                found.add(instant)
    return max(found)
