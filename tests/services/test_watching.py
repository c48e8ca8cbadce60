"""How the verdicts on products come to differ from one look to the next."""

from collections.abc import Iterator

import pytest

from isogloss import resources
from isogloss.bootstrap import Services, build
from isogloss.model.governance import Severity, ValidationReport, ValidationResult
from isogloss.model.rdf import Iri, Literal
from isogloss.services.watching import Sight, Standing, changes
from isogloss.settings import Settings
from tests.doors import without_rules

HERE, THERE = Iri("urn:domain:here"), Iri("urn:domain:there")
ORDERS, RETURNS = Iri("urn:product:orders"), Iri("urn:product:returns")
COLUMN = Iri("urn:column:total")


def _result(
    node: Iri, severity: Severity = Severity.VIOLATION, value: str = "", message: str = ""
) -> ValidationResult:
    found = Literal(value) if value else None
    rule, kind = Iri("urn:rule"), Iri("urn:component")
    return ValidationResult(node, rule, "urn:path", found, kind, severity, "rule", message)


def _standing(*results: ValidationResult) -> Standing:
    return {result.key: result for result in results}


def _sight(sequence: int, products: dict[Iri, Standing], domain: Iri = HERE) -> Sight:
    return Sight(sequence, ValidationReport(()), {domain: products})


def test_a_result_that_comes_and_goes_is_told_of_its_product_only() -> None:
    result = _result(COLUMN)
    well = _sight(1, {ORDERS: {}, RETURNS: {}})
    ill = _sight(2, {ORDERS: _standing(result), RETURNS: {}})
    (broken,) = changes(well, ill, HERE)
    assert (broken.sequence, broken.product) == (2, ORDERS)
    assert (broken.passed, broken.was) == (False, True)
    assert (broken.newly_failing, broken.newly_passing) == ((result,), ())
    (mended,) = changes(ill, well, HERE)
    assert (mended.passed, mended.was) == (True, False)
    assert (mended.newly_failing, mended.newly_passing) == ((), (result,))


def test_what_stays_is_not_told() -> None:
    result = _result(COLUMN)
    before = _sight(1, {ORDERS: _standing(result)})
    assert changes(before, before, HERE) == ()
    # Messages may count, and what they count changes while the trouble stays.
    after = _sight(2, {ORDERS: _standing(_result(COLUMN, message="now 3"))})
    assert changes(before, after, HERE) == ()


def test_a_warning_fails_nothing() -> None:
    warned = _sight(2, {ORDERS: _standing(_result(ORDERS, Severity.WARNING))})
    (change,) = changes(_sight(1, {ORDERS: {}}), warned, HERE)
    assert (change.passed, change.was) == (True, True)
    assert len(change.newly_failing) == 1


def test_a_rule_that_became_stricter_is_told() -> None:
    warned = _sight(1, {ORDERS: _standing(_result(ORDERS, Severity.WARNING))})
    failed = _sight(1, {ORDERS: _standing(_result(ORDERS))})
    (change,) = changes(warned, failed, HERE)
    assert (change.passed, change.was) == (False, True)
    assert (change.newly_failing, change.newly_passing) == ((), ())


def test_products_that_appear_and_vanish_are_told_with_all_that_is_wrong() -> None:
    result = _result(RETURNS)
    one = _sight(1, {ORDERS: {}})
    other = _sight(2, {RETURNS: _standing(result)})
    gone, come = changes(one, other, HERE)
    assert (gone.product, gone.passed, gone.was) == (ORDERS, None, True)
    assert (come.product, come.passed, come.was) == (RETURNS, False, None)
    assert come.newly_failing == (result,)
    assert {c.product: c.newly_passing for c in changes(other, one, HERE)}[RETURNS] == (result,)


def test_a_domain_that_was_not_looked_at_has_not_changed() -> None:
    before = _sight(1, {ORDERS: {}}, THERE)
    assert changes(before, _sight(2, {ORDERS: {}}), HERE) == ()


def test_the_worst_comes_first() -> None:
    results = [
        _result(COLUMN, Severity.INFO),
        _result(COLUMN, value="x"),
        _result(ORDERS, Severity.WARNING),
    ]
    after = _sight(2, {ORDERS: _standing(*results)})
    (change,) = changes(_sight(1, {ORDERS: {}}), after, HERE)
    severities = [result.severity for result in change.newly_failing]
    assert severities == [Severity.VIOLATION, Severity.WARNING, Severity.INFO]


@pytest.fixture
def mesh() -> Iterator[Services]:
    services = build(Settings(data=None))
    with without_rules(services.judge):
        services.loading.load_mesh(resources.walk(resources.folder("sample_data")))
        # Something is wrong with a product, and with a part of it.
        path = resources.folder("sample_data") / "marketing" / "product" / "activity.ttl"
        turtle = path.read_text("utf-8")
        for said in ("dprod:dataProductOwner gov:person\\/anna", 'dcterms:title "active_users"'):
            assert said in turtle
            turtle = turtle.replace(f"    {said} ;\n", "")
        services.loading.replace_source("marketing", "product/activity", turtle)
    yield services
    services.close()


def test_a_standing_is_what_the_outcomes_of_the_product_say(mesh: Services) -> None:
    domains = [domain.id for domain in mesh.catalog.domains()]
    seen = mesh.watching.look(domains)
    assert seen.sequence == mesh.mesh.journal.head.sequence
    wrong = 0
    for domain in domains:
        ids = mesh.catalog.products_in([domain])[0]
        assert set(seen.standings[domain]) == set(ids)
        products = [product for product in mesh.catalog.products(ids) if product]
        for product, outcomes in zip(products, mesh.governance.outcomes(products), strict=True):
            said = {result.key for outcome in outcomes for result in outcome.results}
            assert seen.standings[domain][product.id].keys() == said
            wrong += len(said)
    assert wrong > 1


def test_where_nothing_moved_nothing_is_read_again(mesh: Services) -> None:
    here, there = (mesh.catalog.get_domain(name).id for name in ("marketing", "finance"))
    first = mesh.watching.look([here])
    again = mesh.watching.look([here, there], first)
    assert again.standings[here] is first.standings[here]
    assert changes(first, again, here) == changes(first, again, there) == ()
