"""Change the mesh: the one way in, all or nothing, under one writer's lock."""

from collections import defaultdict
from collections.abc import Sequence
from threading import Lock

from isogloss.errors import InvalidIri
from isogloss.model.change import Committed, Refused, SourceContent
from isogloss.model.governance import Severity, ValidationReport, ValidationResult
from isogloss.model.rdf import Iri, Quad
from isogloss.services.catalog import Catalog
from isogloss.services.governance import Governance
from isogloss.store.graph import Graph
from isogloss.store.named_graphs import CATALOGUE, source_graph
from isogloss.vocab import MESH


class Commits:
    """The writer: diff, validate, apply."""

    def __init__(self, graph: Graph, catalog: Catalog, governance: Governance) -> None:
        self._graph = graph
        self._catalog = catalog
        self._governance = governance
        self._lock = Lock()

    def replace(self, contents: Sequence[SourceContent]) -> Committed | Refused:
        """Make each source say exactly what is given; without triples it falls silent.

        A change refuses to *add* a result of severity Violation; what was broken before
        does not stand in its way. The rules judge the literals as the store holds them.

        Raises:
            NotFound: a domain that the mesh does not know.
            InvalidArgument: a source name that is not a path of plain words.
            InvalidIri: an IRI that the store cannot hold.
            ValidationFailed: the rules could not be evaluated; nothing was written.
            StoreUnavailable: the store could not be written; nothing was written.
        """
        with self._lock:
            wanted: defaultdict[Iri, set[Quad]] = defaultdict(set)
            owners: dict[Iri, Iri] = {}
            for content in contents:
                domain = self._catalog.get_domain(content.domain)
                graph = source_graph(domain.uri_space, content.source)
                owners[graph] = domain.id
                wanted[graph] |= {Quad(*triple, graph) for triple in content.triples}
            graphs = tuple(sorted(wanted))
            try:
                new = self._graph.canonical(quad for graph in graphs for quad in wanted[graph])
            except ValueError as error:
                raise InvalidIri(f"The store cannot hold an IRI of this change: {error}") from error
            old = frozenset(self._graph.quads(graphs))
            added, removed = new - old, old - new
            if not added and not removed:
                return Committed(self._graph.sequence, graphs, 0, 0, ())

            # A generator of everything else, so that the state is held once, by the validator.
            kept = (quad for quad in self._graph.quads() if quad not in removed)
            before = self._governance.report()
            after = self._governance.judge(quad for part in (kept, added) for quad in part)
            fresh = _newly(before, after)
            if any(result.severity is Severity.VIOLATION for result in fresh):
                return Refused(tuple(r for r in fresh if r.severity is Severity.VIOLATION))

            owned = {
                Quad(owners[quad.graph], MESH.dataGraph, quad.graph, CATALOGUE) for quad in new
            }
            disowned = {
                Quad(owners[graph], MESH.dataGraph, graph, CATALOGUE) for graph in graphs
            } - owned
            sequence = self._graph.sequence + 1
            self._graph.apply(added=added | owned, removed=removed | disowned, sequence=sequence)
            self._governance.remember(after)
            return Committed(sequence, graphs, len(added), len(removed), fresh)


def _newly(before: ValidationReport, after: ValidationReport) -> tuple[ValidationResult, ...]:
    # The message is left out: it may quote counts that change while the trouble stays.
    def key(result: ValidationResult) -> tuple[object, ...]:
        return (result.rule, result.focus_node, result.path, result.value, result.component)

    known = {key(result) for result in before.results}
    return tuple(result for result in after.results if key(result) not in known)
