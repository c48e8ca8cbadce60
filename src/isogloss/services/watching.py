"""See how the verdicts on the products of domains change from one look to the next."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from isogloss.model.governance import (
    ValidationReport,
    ValidationResult,
    VerdictChange,
    in_order,
)
from isogloss.model.rdf import Iri
from isogloss.services.catalog import Catalog
from isogloss.services.governance import parts_of
from isogloss.services.judge import Judge
from isogloss.store.mesh import Mesh

Standing = Mapping[tuple[object, ...], ValidationResult]
"""What is wrong with a product and its parts, by the results' keys."""


@dataclass(frozen=True, slots=True)
class Sight:
    """How the products of some domains stand after a commit: domain → product → standing."""

    sequence: int
    report: ValidationReport
    standings: Mapping[Iri, Mapping[Iri, Standing]]


class Watching:
    """Looks at the newest state by the rules in force, which may change with time too."""

    def __init__(
        self, mesh: Mesh, judge: Judge, report: Callable[[], ValidationReport], base_iri: Iri
    ) -> None:
        """Take the mesh, who keeps its writers waiting, and how to report on its newest state."""
        self._mesh = mesh
        self._judge = judge
        self._report = report
        self._base_iri = base_iri

    def look(self, domains: Collection[Iri], before: Sight | None = None) -> Sight:
        """See how the products of domains stand; where nothing moved, as they did before.

        Raises:
            ValidationFailed: the rules could not be evaluated.
        """
        # A commit in between would tell the report of one state and the number of another.
        with self._judge.turn():
            report, sequence = self._report(), self._mesh.journal.head.sequence
        known: Mapping[Iri, Mapping[Iri, Standing]] = {}
        if before is not None and (before.sequence, before.report) == (sequence, report):
            known = before.standings
        # The graph may follow later, or be at the next commit already: the journal is exact.
        catalog = Catalog(self._mesh.at(sequence), self._base_iri)
        return Sight(
            sequence,
            report,
            {
                domain: known[domain] if domain in known else _standings(catalog, domain, report)
                for domain in domains
            },
        )

    def changes(self, before: Sight, after: Sight, domain: Iri) -> tuple[VerdictChange, ...]:
        """Tell of which products of a domain the verdict or a result differs, by IRI."""
        return changes(before, after, domain)


def changes(before: Sight, after: Sight, domain: Iri) -> tuple[VerdictChange, ...]:
    """Tell of which products of a domain the verdict or a result differs, by IRI.

    A domain that was not looked at before has no changes.
    """
    old, new = before.standings.get(domain), after.standings[domain]
    if old is None:
        return ()
    found = (
        VerdictChange(
            after.sequence,
            product,
            _passed(new.get(product)),
            _passed(old.get(product)),
            _lacking(new.get(product, {}), old.get(product, {})),
            _lacking(old.get(product, {}), new.get(product, {})),
        )
        for product in sorted(old.keys() | new.keys())
    )
    return tuple(
        one
        for one in found
        # A rule may have become stricter, and its results have stayed.
        if one.passed != one.was or one.newly_failing or one.newly_passing
    )


def _standings(catalog: Catalog, domain: Iri, report: ValidationReport) -> dict[Iri, Standing]:
    (ids,) = catalog.products_in([domain])
    found: defaultdict[Iri, list[ValidationResult]] = defaultdict(list)
    for result in report.results:
        found[result.focus_node].append(result)
    products = [product for product in catalog.products(ids) if product is not None]
    return {
        product: {result.key: result for part in parts for result in found.get(part, ())}
        for product, parts in parts_of(catalog, products).items()
    }


def _passed(standing: Standing | None) -> bool | None:
    if standing is None:
        return None
    return not any(result.blocks for result in standing.values())


def _lacking(some: Standing, others: Standing) -> tuple[ValidationResult, ...]:
    fresh: Iterable[ValidationResult] = (some[key] for key in some.keys() - others.keys())
    return in_order(fresh)
