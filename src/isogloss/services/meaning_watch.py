"""See how the meanings that flow into products change, by commits or by time."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from isogloss.model.rdf import Iri
from isogloss.model.verdicts import MeaningChange, Verdict
from isogloss.services.catalog import Catalog
from isogloss.services.verdicts import Verdicts
from isogloss.store.graph import Reader


@dataclass(frozen=True, slots=True)
class MeaningSight:
    """The worst upstream of products after a commit: domain → product → verdict."""

    sequence: int
    standings: Mapping[Iri, Mapping[Iri, Verdict]]


class MeaningWatch:
    """Looks at the products of the newest state, by the mappings that hold at this instant."""

    def __init__(self, graph: Reader, catalog: Catalog, verdicts: Verdicts) -> None:
        self._graph = graph
        self._catalog = catalog
        self._verdicts = verdicts

    def look(self, domains: Collection[Iri], before: MeaningSight | None = None) -> MeaningSight:
        """See what is upstream of the products of domains."""
        # What comes in between is seen now, and told under the commit before it.
        sequence, found = self._graph.sequence, self._verdicts.products()
        owners = self._catalog.product_ids()
        return MeaningSight(
            sequence,
            {
                domain: {
                    iri: verdict for iri, verdict in found.items() if owners.get(iri) == domain
                }
                for domain in domains
            },
        )

    def changes(
        self, before: MeaningSight, after: MeaningSight, domain: Iri
    ) -> tuple[MeaningChange, ...]:
        """Tell of which products of a domain it is something else now, by IRI.

        A domain that was not looked at before has no changes.
        """
        old, new = before.standings.get(domain), after.standings[domain]
        if old is None:
            return ()
        return tuple(
            MeaningChange(after.sequence, product, old.get(product), new.get(product))
            for product in sorted(old.keys() | new.keys())
            if old.get(product) is not new.get(product)
        )
