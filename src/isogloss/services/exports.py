"""Give the mesh, or one domain's part of it, to other tools."""

from isogloss.model.catalog import Domain
from isogloss.services.catalog import Catalog
from isogloss.store.graph import Graph
from isogloss.store.serialization import ExportFormat, serialize

__all__ = ["ExportFormat", "Exports"]


class Exports:
    """What leaves the mesh; the same state gives the same bytes."""

    def __init__(self, graph: Graph, catalog: Catalog) -> None:
        self._graph = graph
        self._catalog = catalog

    def export(self, format: ExportFormat, domain: Domain | None = None) -> bytes:
        """Write every source graph, or those of one domain, in UTF-8."""
        graphs = None if domain is None else self._catalog.graphs_of(domain)
        return serialize(self._graph.quads(graphs), format)
