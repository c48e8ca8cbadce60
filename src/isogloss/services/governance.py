"""Say what the rules say of the mesh: the report, and each product's standing."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace

from isogloss.model.catalog import DataProduct, Domain
from isogloss.model.governance import Rule, RuleOutcome, ValidationReport, ValidationResult
from isogloss.model.rdf import Iri
from isogloss.services.catalog import Catalog
from isogloss.store.graph import Reader


class Governance:
    """The rules in force and one state of the mesh under them."""

    def __init__(
        self,
        exact: Callable[[], Reader],
        catalog: Catalog,
        full_report: Callable[[], ValidationReport],
        rules: Callable[[], Sequence[Rule]],
    ) -> None:
        """Take `exact` to read the state with, which has literals as they were submitted."""
        self._exact = exact
        self._catalog = catalog
        self._full_report = full_report
        self._rules = rules

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules in force, by their ids."""
        return tuple(self._rules())

    def report(self, domain: Domain | None = None) -> ValidationReport:
        """Report on the mesh as it is, or on what one domain's graphs describe.

        Raises:
            ValidationFailed: the rules could not be evaluated.
        """
        report = self._full_report()
        if domain is None:
            return report
        described = {quad.subject for quad in self._exact().quads(self._catalog.graphs_of(domain))}
        return replace(
            report, results=tuple(r for r in report.results if r.focus_node in described)
        )

    def outcomes(self, products: Sequence[DataProduct]) -> list[tuple[RuleOutcome, ...]]:
        """Apply each rule that targets a product or its parts; failures first, worst first.

        Rules that could not be run have no outcome: nobody knows whether they are kept.

        Its parts are its output ports, output datasets with their columns, and objectives.
        """
        parts = parts_of(self._catalog, products)
        types = self._catalog.types_of({part for nodes in parts.values() for part in nodes})
        found: defaultdict[Iri, list[ValidationResult]] = defaultdict(list)
        report = self.report()
        for result in report.results:
            found[result.focus_node].append(result)
        rules = [rule for rule in self.rules if rule.rule_set in report.rule_sets]
        return [
            self._outcomes(
                [rule for rule in rules if rule.owner in (None, product.domain)],
                parts[product.id],
                types,
                found,
            )
            for product in products
        ]

    def _outcomes(
        self,
        rules: Sequence[Rule],
        parts: Sequence[Iri],
        types: dict[Iri, frozenset[Iri]],
        found: dict[Iri, list[ValidationResult]],
    ) -> tuple[RuleOutcome, ...]:
        classes = frozenset().union(*(types[part] for part in parts))
        results = [result for part in parts for result in found.get(part, ())]
        outcomes = [
            RuleOutcome(rule, tuple(r for r in results if r.rule == rule.id))
            for rule in rules
            if not classes.isdisjoint(rule.target_classes)
        ]
        return tuple(sorted(outcomes, key=lambda o: (o.passed, -o.rule.severity, o.rule.rule_id)))


def parts_of(catalog: Catalog, products: Sequence[DataProduct]) -> dict[Iri, list[Iri]]:
    """List each product's nodes: itself, its output ports and datasets, columns, objectives."""
    datasets = sorted({iri for product in products for iri in product.output_datasets})
    columns = dict(zip(datasets, catalog.columns_of(datasets), strict=True))
    return {
        product.id: [
            product.id,
            *product.output_ports,
            *product.output_datasets,
            *(column.id for dataset in product.output_datasets for column in columns[dataset]),
            *product.objectives,
        ]
        for product in products
    }
