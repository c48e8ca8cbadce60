"""A scorecard counts what the rules say of each product, now and as it was."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, tzinfo
from threading import Event, Thread

import pytest

from isogloss import resources
from isogloss.bootstrap import Services, build
from isogloss.errors import InvalidArgument, NotFound
from isogloss.governance.regime import Regime
from isogloss.governance.rulebook import Rulebook
from isogloss.governance.validation import axioms
from isogloss.model.change import Committed, SourceContent
from isogloss.model.governance import Quality
from isogloss.model.rdf import Iri, Literal, Quad, Triple
from isogloss.model.score import Score
from isogloss.services.bench import Bench
from isogloss.services.catalog import Catalog
from isogloss.services.judge import now
from isogloss.services.scorecards import Scorecards
from isogloss.settings import Settings
from isogloss.vocab import DCAT, DCTERMS, DPROD, MESH, ODRL, RDF
from tests.doors import without_rules

BASE = "https://mesh.example/"
ACTIVITY = Iri(f"{BASE}marketing/product/activity")
PORT = Iri(f"{BASE}marketing/port/active_users-2")
DATASET = Iri(f"{BASE}marketing/dataset/active_users")
LEGACY = Iri(f"{BASE}sales/product/legacy-crm")
EXTRA = Iri(f"{BASE}marketing/product/extra")
MARKETING = Iri(f"{BASE}marketing/domain")
SOURCE = "product/activity"


@contextmanager
def days_ago(monkeypatch: pytest.MonkeyPatch, days: float) -> Iterator[datetime]:
    """Let what is committed meanwhile have been committed so many days ago."""
    then = datetime.now(UTC) - timedelta(days=days)

    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> "Clock":
            return cls.fromtimestamp(then.timestamp(), tz)

    with monkeypatch.context() as patch:
        patch.setattr("isogloss.store.journal.datetime", Clock)
        yield then


def load(services: Services) -> None:
    loaded = services.loading.load_mesh(resources.walk(resources.folder("sample_data")))
    assert isinstance(loaded.outcome, Committed)


def say(services: Services, source: str, triples: Sequence[Triple] | frozenset[Triple]) -> None:
    """Make a source of marketing say this, whatever the rules say of it."""
    with without_rules(services.judge):
        content = SourceContent("marketing", source, frozenset(triples))
        assert isinstance(services.commits.replace([content]), Committed)


def said(services: Services) -> frozenset[Triple]:
    head = services.mesh.journal.head.sequence
    return services.history.said("marketing", SOURCE, head)


def without(triples: frozenset[Triple], subject: Iri, predicate: Iri) -> frozenset[Triple]:
    kept = frozenset(t for t in triples if (t.subject, t.predicate) != (subject, predicate))
    assert kept != triples
    return kept


@pytest.fixture
def own_mesh() -> Iterator[Services]:
    """A mesh of the test's own, in which nothing was ever said."""
    services = build(Settings(data=None))
    yield services
    services.close()


@pytest.fixture
def lived(own_mesh: Services, monkeypatch: pytest.MonkeyPatch) -> Services:
    """The sample mesh, changed 24, 17, 10 and 3 days ago."""
    with days_ago(monkeypatch, 24):
        load(own_mesh)
    whole = said(own_mesh)
    with days_ago(monkeypatch, 17):
        say(own_mesh, SOURCE, without(whole, ACTIVITY, DCTERMS.description))
    with days_ago(monkeypatch, 10):
        say(own_mesh, "product/extra", [Triple(EXTRA, RDF.type, DPROD.DataProduct)])
    with days_ago(monkeypatch, 3):
        say(own_mesh, SOURCE, whole)
    return own_mesh


# ---- now


def recount(services: Services) -> dict[Iri, dict[Iri, bool]]:
    """Count anew from quads and raw results: product → rule → whether nothing breaks it."""
    quads: list[Quad] = list(services.mesh.at(services.mesh.journal.head.sequence).quads())
    rules = Rulebook(resources.texts("shapes", ".ttl")).rules
    broken = {(r.rule, r.focus_node) for r in services.judge.report().results}

    def follow(nodes: set[Iri], predicate: Iri) -> set[Iri]:
        return {
            Iri(str(q.object)) for q in quads if q.subject in nodes and q.predicate == predicate
        }

    found: dict[Iri, dict[Iri, bool]] = {}
    for product in (q.subject for q in quads if q[1:3] == (RDF.type, DPROD.DataProduct)):
        parts = {product} | follow({product}, DPROD.outputPort)
        parts |= (datasets := follow({product}, DPROD.outputDataset))
        parts |= {q.subject for q in quads if q.predicate == MESH.fieldOf and q.object in datasets}
        parts |= follow(follow({product}, ODRL.hasPolicy), ODRL.obligation)
        classes = follow(parts, RDF.type)
        found[product] = {
            rule.id: not any((rule.id, part) in broken for part in parts)
            for rule in rules
            if classes & set(rule.target_classes)
        }
    return found


def test_scores_are_those_of_an_independent_recount(little_mesh: Services) -> None:
    counted = recount(little_mesh)
    card = little_mesh.scorecards.card(days=0)
    assert len(counted) == 15
    assert {one.product: one.score for one in card.products} == {
        product: Score(sum(rules.values()), len(rules)) for product, rules in counted.items()
    }
    kept: Counter[Iri] = Counter()
    judged: Counter[Iri] = Counter()
    for rules in counted.values():
        judged.update(rules.keys())
        kept.update(rule for rule, passed in rules.items() if passed)
    assert {one.rule.id: one.score for one in card.rules} == {
        rule: Score(kept[rule], count) for rule, count in judged.items()
    }
    assert card.score == Score(sum(kept.values()), sum(judged.values()))
    assert (card.of, card.sequence, card.trend) == (None, little_mesh.graph.sequence, ())


def test_the_mesh_is_its_domains_and_a_domain_its_products(little_mesh: Services) -> None:
    def score(of: str | None) -> Score:
        return little_mesh.scorecards.card(of, days=0).score

    domains = little_mesh.catalog.domains()
    assert score(None) == Score.total(score(domain.id) for domain in domains)
    for domain in domains:
        (products,) = little_mesh.catalog.products_in([domain.id])
        assert score(domain.name) == Score.total(map(score, products))


def test_each_rule_counts_for_one_quality(little_mesh: Services) -> None:
    card = little_mesh.scorecards.card(days=0)
    assert [one.quality for one in card.qualities] == list(Quality)
    assert Score.total(one.score for one in card.qualities) == card.score
    assert all(one.score.judged for one in card.qualities)


def test_the_worst_come_first(little_mesh: Services) -> None:
    card = little_mesh.scorecards.card(days=0)
    assert [one.product for one in card.worst_products] == [LEGACY]
    assert [one.rule.rule_id for one in card.worst_rules] == [
        "data-product-description",
        "data-product-objective",
        "data-product-steward",
    ]
    legacy = little_mesh.scorecards.card(LEGACY, days=0)
    assert legacy.worst_products == ()
    assert legacy.worst_rules != ()


@pytest.mark.parametrize(
    ("subject", "predicate", "quality", "rules"),
    [
        (ACTIVITY, DCTERMS.title, Quality.DISCOVERABLE, 1),
        (PORT, DCAT.endpointURL, Quality.ADDRESSABLE, 1),
        (ACTIVITY, DPROD.purpose, Quality.UNDERSTANDABLE, 1),
        (ACTIVITY, DPROD.dataProductOwner, Quality.TRUSTWORTHY, 1),
        (PORT, DPROD.protocol, Quality.INTEROPERABLE, 1),
        # The dataset breaks one rule, and the product that offers it another.
        (DATASET, DPROD.informationSensitivityClassification, Quality.SECURE, 2),
    ],
)
def test_breaking_a_rule_lowers_exactly_its_quality(
    own_mesh: Services, subject: Iri, predicate: Iri, quality: Quality, rules: int
) -> None:
    load(own_mesh)
    all_three = (None, "marketing", ACTIVITY)
    before = [own_mesh.scorecards.card(of, days=0).qualities for of in all_three]
    say(own_mesh, SOURCE, without(said(own_mesh), subject, predicate))
    after = [own_mesh.scorecards.card(of, days=0).qualities for of in all_three]
    for qualities, lowered in zip(before, after, strict=True):
        moved = {
            old.quality: (old.score.passed - new.score.passed, old.score.judged - new.score.judged)
            for old, new in zip(qualities, lowered, strict=True)
            if old != new
        }
        assert moved == {quality: (rules, 0)}


def test_a_quality_that_no_rule_backs_has_no_share() -> None:
    shapes = resources.texts("shapes", ".ttl")
    named = {
        name: text.replace("code:secure ;", "code:addressable ;") for name, text in shapes.items()
    }
    services = build(Settings(data=None), rulebook=Rulebook(named))
    load(services)
    (secure,) = (q for q in services.scorecards.card().qualities if q.quality is Quality.SECURE)
    assert (secure.rules, secure.score, secure.score.share) == ((), Score(0, 0), None)
    services.close()


def test_a_rule_that_backs_no_quality_counts_for_the_whole_only() -> None:
    shapes = resources.texts("shapes", ".ttl")
    named = {name: text.replace("code:secure ;", "code:public ;") for name, text in shapes.items()}
    services = build(Settings(data=None), rulebook=Rulebook(named))
    load(services)
    card = services.scorecards.card()
    assert Score.total(one.score for one in card.qualities).judged < card.score.judged
    services.close()


def test_an_empty_mesh_is_not_called_good(own_mesh: Services) -> None:
    card = own_mesh.scorecards.card()
    assert (card.score, card.score.share, card.trend) == (Score(0, 0), None, ())
    assert {one.score.share for one in card.qualities} == {None}


@pytest.mark.parametrize("of", ["", "nothing", f"{BASE}nothing", DATASET])
def test_what_is_no_product_or_domain_is_not_found(little_mesh: Services, of: str) -> None:
    with pytest.raises(NotFound, match=r"name a domain \(.*marketing.*\)"):
        little_mesh.scorecards.card(of)


@pytest.mark.parametrize(("days", "points"), [(-1, 4), (367, 4), (28, 0), (28, 367)])
def test_a_trend_has_bounds(little_mesh: Services, days: int, points: int) -> None:
    with pytest.raises(InvalidArgument, match="0 to 366 days"):
        little_mesh.scorecards.card(days=days, points=points)


# ---- over time


def test_a_trend_has_the_score_of_each_instant_oldest_first(lived: Services) -> None:
    card = lived.scorecards.card(ACTIVITY)
    now = card.score
    lower = Score(now.passed - 1, now.judged)
    # 28 days ago there was no mesh yet.
    assert [round((card.trend[-1].at - point.at).days) for point in card.trend] == [21, 14, 7, 0]
    sequences = [point.sequence for point in card.trend]
    assert [point.score for point in card.trend] == [now, lower, lower, now]
    assert sequences == sorted(sequences)
    assert sequences[-1] == card.sequence == lived.graph.sequence


def test_a_trend_is_what_was_judged_of_each_state_alone(lived: Services) -> None:
    for of in (None, "marketing", "sales", ACTIVITY):
        for point in lived.scorecards.card(of, days=26, points=13).trend:
            view = lived.as_of(point.sequence)
            ids = [
                product
                for product, owner in view.catalog.product_ids().items()
                if of in (None, product) or (owner and owner == f"{BASE}{of}/domain")
            ]
            products = [product for product in view.catalog.products(ids) if product]
            outcomes = [one for some in view.governance.outcomes(products) for one in some]
            passed = sum(one.passed for one in outcomes)
            assert point.score == Score(passed, len(outcomes))


def test_a_product_counts_for_its_domain_while_it_is_there(lived: Services) -> None:
    extra = lived.scorecards.card(EXTRA)
    assert len(extra.trend) == 2
    judged = [point.score.judged for point in lived.scorecards.card("marketing").trend]
    more = extra.score.judged
    assert judged == [judged[0], judged[0], judged[0] + more, judged[0] + more]
    # It goes, and is known no more; the past of its domain keeps it.
    say(lived, "product/extra", [])
    with pytest.raises(NotFound):
        lived.scorecards.card(EXTRA)
    again = [point.score.judged for point in lived.scorecards.card("marketing").trend]
    assert again == [*judged[:-1], judged[0]]


def own_scorecards(services: Services, kind: Callable[..., Bench]) -> Scorecards:
    """Make scorecards that know nothing yet, with benches of a kind."""
    known = axioms(resources.texts("ontology", ".ttl"))
    return Scorecards(
        services.mesh,
        services.governance,
        services.catalog,
        lambda: kind(known),
        lambda sequence: Catalog(services.mesh.at(sequence), Iri(BASE)),
        services.judge.regime,
        now,
    )


def test_the_past_is_judged_once_on_a_bench_that_is_closed(lived: Services) -> None:
    happened: list[str] = []

    class Watched(Bench):
        def load(self, quads: Iterable[Quad], regime: Regime) -> None:
            happened.append("load")
            super().load(quads, regime)

        def close(self) -> None:
            happened.append("close")
            super().close()

    cards = own_scorecards(lived, Watched)
    for of in (None, "marketing", ACTIVITY):
        cards.card(of)
    assert happened == ["load", "close"]
    cards.card(days=0)
    assert happened == ["load", "close"]


def test_no_writer_waits_while_the_past_is_judged(lived: Services) -> None:
    begun, go_on = Event(), Event()

    class Slow(Bench):
        def load(self, quads: Iterable[Quad], regime: Regime) -> None:
            begun.set()
            assert go_on.wait(30)
            super().load(quads, regime)

    found = []
    reader = Thread(target=lambda: found.append(own_scorecards(lived, Slow).card()))
    reader.start()
    assert begun.wait(30)
    title = Triple(Iri(f"{BASE}marketing/x"), DCTERMS.title, Literal("x"))
    outcome = lived.commits.replace([SourceContent("marketing", "x", frozenset({title}))])
    go_on.set()
    reader.join(30)
    assert isinstance(outcome, Committed)
    assert found[0].sequence == outcome.sequence - 1
