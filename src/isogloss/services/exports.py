"""Give the mesh, or one domain's part of it, to other tools."""

from collections.abc import Callable

from isogloss.model.catalog import Domain
from isogloss.model.rdf import Quad
from isogloss.services.catalog import Catalog
from isogloss.store.graph import Reader
from isogloss.store.serialization import ExportFormat, serialize

__all__ = ["ExportFormat", "Exports", "statement"]


def statement(quad: Quad) -> str:
    """Write a quad as a line of N-Quads, without the line end."""
    return serialize([quad], ExportFormat.NQUADS).decode().rstrip("\n")


class Exports:
    """What leaves the mesh; the same state gives the same bytes."""

    def __init__(self, exact: Callable[[], Reader], catalog: Catalog) -> None:
        """Take `exact` to read the state with, which has literals as they were submitted."""
        self._exact = exact
        self._catalog = catalog

    def export(self, format: ExportFormat, domain: Domain | None = None) -> bytes:
        """Write every source graph, or those of one domain, in UTF-8."""
        graphs = None if domain is None else self._catalog.graphs_of(domain)
        return serialize(self._exact().quads(graphs), format)
