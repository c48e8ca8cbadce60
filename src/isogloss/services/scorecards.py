"""Count how well the products of the mesh keep the rules, now and over time.

The past is judged by the rules of today, on a bench of its own: no writer waits for it.
"""

from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Lock

from isogloss.errors import InvalidArgument, NotFound
from isogloss.governance.regime import Regime
from isogloss.model.governance import RuleOutcome
from isogloss.model.rdf import Iri
from isogloss.model.rules import Waiver, WaiverStage
from isogloss.model.score import ProductScore, RuleScore, Score, Scorecard, TrendPoint
from isogloss.services.bench import AnyBench
from isogloss.services.catalog import Catalog
from isogloss.services.governance import Governance
from isogloss.services.judge import Clock, of_sources
from isogloss.store.mesh import Mesh

MAX_DAYS = 366
DAYS = 28
_STATES_KEPT = 64
"""So many past states keep their scores: those never change while the rules do not."""


@dataclass(frozen=True, slots=True)
class _Tally:
    """Each product of one state: the domain that describes it, and its score."""

    domains: Mapping[Iri, Iri | None]
    scores: Mapping[Iri, Score]

    def of(self, thing: Iri | None) -> Score:
        """Count the outcomes of a product, a domain's products or all."""
        return Score.total(
            score
            for product, score in self.scores.items()
            if thing is None or thing in (product, self.domains[product])
        )


class Scorecards:
    """Scorecards of products, domains and the mesh."""

    def __init__(
        self,
        mesh: Mesh,
        governance: Governance,
        catalog: Catalog,
        bench: Callable[[], AnyBench],
        catalog_at: Callable[[int], Catalog],
        regime: Callable[[], Regime],
        clock: Clock,
    ) -> None:
        """Take the newest state, how to make benches and read past catalogues, and the rules."""
        self._mesh = mesh
        self._governance = governance
        self._catalog = catalog
        self._bench = bench
        self._catalog_at = catalog_at
        self._regime = regime
        self._clock = clock
        self._past: OrderedDict[tuple[object, ...], _Tally] = OrderedDict()
        self._lock = Lock()

    def card(self, of: str | None = None, *, days: int = DAYS, points: int = 4) -> Scorecard:
        """Count the outcomes of a product, a domain's products or all, as they are now.

        Args:
            of: a product's IRI, or a domain's IRI or short name; None for the mesh.
            days: how far the trend goes back, 0 to 366; 0 leaves it out.
            points: at so many instants before now the trend has a point, evenly apart; now is
                one more. An instant at which there was nothing to judge has none.

        Raises:
            NotFound: the mesh has no such product or domain.
            InvalidArgument: the days or points are out of bounds.
            ValidationFailed: the rules could not be evaluated.
        """
        if not 0 <= days <= MAX_DAYS or not 1 <= points <= MAX_DAYS:
            raise InvalidArgument(f"Ask for 0 to {MAX_DAYS} days, and 1 to {MAX_DAYS} points.")
        now, sequence = self._clock(), self._mesh.graph.sequence
        thing, products = self._chosen(of)
        outcomes = _outcomes(self._governance, self._catalog, products)
        every = tuple(one for some in outcomes.values() for one in some)
        card = Scorecard(
            thing, sequence, _by_rule(every), _by_product(outcomes), self._waivers(thing, every)
        )
        if not days:
            return card
        span = timedelta(days=days)
        instants = [now - span * step / points for step in range(points, 0, -1)]
        trend = [*self._trend(thing, instants, card), TrendPoint(now, sequence, card.score)]
        return replace(card, trend=tuple(point for point in trend if point.score.judged))

    def _waivers(self, thing: Iri | None, outcomes: Sequence[RuleOutcome]) -> tuple[Waiver, ...]:
        """Find the waivers that hold and are about something, or about what is in its space."""
        regime = self._regime()
        used = {result.waiver for one in outcomes for result in one.results if result.waived}
        domains = {domain.id: domain.uri_space for domain in self._catalog.domains()}
        space = "" if thing is None else domains.get(thing)
        found = [
            waiver
            for waiver in regime.waivers
            if waiver.stage(regime.at) is WaiverStage.OPEN
            and (
                waiver.id in used
                or waiver.focus_node == thing
                or (space is not None and waiver.focus_node.startswith(space))
            )
        ]
        return tuple(sorted(found, key=lambda waiver: (waiver.until, waiver.id)))

    def _chosen(self, of: str | None) -> tuple[Iri | None, Sequence[Iri]]:
        owners = self._catalog.product_ids()
        if of is None:
            return None, tuple(owners)
        if of in owners:
            return Iri(of), (Iri(of),)
        try:
            domain = self._catalog.get_domain(of).id
        except NotFound as error:
            names = ", ".join(sorted(domain.name for domain in self._catalog.domains()))
            raise NotFound(
                f"The mesh has no product or domain {of!r}: give the IRI of a product, or name a "
                f"domain ({names or 'there is none yet'})."
            ) from error
        return domain, [product for product, owner in owners.items() if owner == domain]

    def _trend(
        self, thing: Iri | None, instants: Sequence[datetime], card: Scorecard
    ) -> list[TrendPoint]:
        states = [self._mesh.journal.sequence_at(instant) for instant in instants]
        past = self._tallies(sorted({n for n in states if 0 < n < card.sequence}))
        scores = {n: tally.of(thing) for n, tally in past.items()} | {card.sequence: card.score}
        return [
            TrendPoint(instant, n, scores[n])
            for instant, n in zip(instants, states, strict=True)
            if n in scores
        ]

    def _tallies(self, states: Sequence[int]) -> dict[int, _Tally]:
        """Judge states, oldest first; whoever asks for the same meanwhile waits for it."""
        with self._lock:
            regime = self._regime()
            rules = tuple(binding.key for binding in regime.bindings)
            known = {n: self._past[n, rules] for n in states if (n, rules) in self._past}
            if missing := [n for n in states if n not in known]:
                known |= self._judged(missing, regime)
            for n in states:
                self._past[n, rules] = known[n]
                self._past.move_to_end((n, rules))
            while len(self._past) > _STATES_KEPT:
                self._past.popitem(last=False)
            return known

    def _judged(self, states: Sequence[int], regime: Regime) -> dict[int, _Tally]:
        found: dict[int, _Tally] = {}
        with closing(self._bench()) as bench:
            for before, sequence in zip([None, *states], states, strict=False):
                if before is None:
                    bench.load(self._mesh.journal.at(sequence).quads(), regime)
                else:
                    change = self._mesh.journal.difference(before, sequence)
                    bench.attempt(of_sources(change.added), of_sources(change.removed))
                    bench.keep()
                found[sequence] = self._tally(sequence, bench)
        return found

    def _tally(self, sequence: int, bench: AnyBench) -> _Tally:
        catalog = self._catalog_at(sequence)
        state = self._mesh.at(sequence)
        rules = self._governance.rules
        governance = Governance(lambda: state, catalog, bench.report, lambda: rules)
        outcomes = _outcomes(governance, catalog, tuple(catalog.product_ids()))
        return _Tally(
            catalog.product_ids(), {product: _score(some) for product, some in outcomes.items()}
        )


def _outcomes(
    governance: Governance, catalog: Catalog, products: Sequence[Iri]
) -> dict[Iri, tuple[RuleOutcome, ...]]:
    known = [product for product in catalog.products(products) if product is not None]
    outcomes = governance.outcomes(known)
    return {product.id: some for product, some in zip(known, outcomes, strict=True)}


def _score(outcomes: Sequence[RuleOutcome]) -> Score:
    return Score(sum(one.passed for one in outcomes), len(outcomes))


def _by_rule(outcomes: Iterable[RuleOutcome]) -> tuple[RuleScore, ...]:
    gathered: defaultdict[Iri, list[RuleOutcome]] = defaultdict(list)
    for one in outcomes:
        gathered[one.rule.id].append(one)
    found = [RuleScore(some[0].rule, _score(some)) for some in gathered.values()]
    return tuple(sorted(found, key=lambda one: one.rule.rule_id))


def _by_product(outcomes: Mapping[Iri, Sequence[RuleOutcome]]) -> tuple[ProductScore, ...]:
    found = [ProductScore(product, _score(some)) for product, some in outcomes.items()]
    return tuple(sorted(found, key=_least_good))


def _least_good(one: ProductScore) -> tuple[float, int, Iri]:
    # A product that no rule judges is no offender.
    share = 1.0 if one.score.share is None else one.score.share
    return (share, one.score.passed - one.score.judged, one.product)
