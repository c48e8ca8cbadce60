"""Find things by words."""

from collections.abc import Collection, Iterator, Mapping
from typing import TypeVar

from isogloss.discovery.search import SearchIndex
from isogloss.model.catalog import Domain
from isogloss.model.discovery import Entry, EntryKind, Hit
from isogloss.model.rdf import Iri
from isogloss.services.catalog import Catalog
from isogloss.services.current import Current
from isogloss.store.graph import Reader

T = TypeVar("T")


class Discovery:
    """Full-text search over what the catalogue lists, as of the last commit."""

    def __init__(self, graph: Reader, catalog: Catalog) -> None:
        self._catalog = catalog
        self._index = Current(graph, lambda: SearchIndex(self._entries()))

    def search(
        self,
        text: str,
        *,
        kinds: Collection[EntryKind] = (),
        domain: Domain | None = None,
        limit: int = 20,
    ) -> tuple[Hit, ...]:
        """Find entries, best first; `kinds` and `domain` narrow, empty means all.

        Raises:
            InvalidArgument: there is no word in `text`.
        """
        return self._index.get().search(
            text, kinds=kinds, domain=domain.id if domain else None, limit=limit
        )

    def _entries(self) -> Iterator[Entry]:
        catalog = self._catalog
        for domain in catalog.domains():
            yield Entry(
                domain.id, EntryKind.DOMAIN, domain.label, domain.definition or "", domain.id
            )
        for product in _known(catalog.products(list(catalog.product_ids()))):
            about = _join(product.description, product.purpose)
            yield Entry(product.id, EntryKind.PRODUCT, product.title, about, product.domain)
        for dataset in _known(catalog.datasets(list(catalog.dataset_ids()))):
            about = _join(dataset.description)
            yield Entry(dataset.id, EntryKind.DATASET, dataset.title, about, dataset.domain)
        owners: Mapping[Iri, Iri | None] = catalog.column_ids()
        for column in _known(catalog.columns(list(owners))):
            about = _join(column.description)
            yield Entry(column.id, EntryKind.COLUMN, column.name, about, owners[column.id])
        for term in _known(catalog.terms(list(catalog.term_ids()))):
            about = _join(*term.other_labels, term.definition, term.scope_note)
            yield Entry(term.id, EntryKind.TERM, term.label, about, term.domain)


def _known(found: Collection[T | None]) -> Iterator[T]:
    return (item for item in found if item is not None)


def _join(*texts: str | None) -> str:
    return " ".join(text for text in texts if text)
