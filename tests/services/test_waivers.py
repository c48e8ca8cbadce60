"""A waiver lets a product break a rule for a while, seen by all, and then no longer."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest

from isogloss.errors import Forbidden, InvalidArgument, MeshError, NotFound, WrongStage
from isogloss.model.change import Committed, Refused
from isogloss.model.journal import Outcome
from isogloss.model.rdf import Iri, Literal, Triple
from isogloss.model.rules import Waiver, WaiverStage
from isogloss.services.ownership import OPERATOR
from isogloss.vocab import DCAT, DCTERMS, DPROD, MESH, ODRL, RDF
from tests.services.delegates_world import (
    BASE,
    DAY,
    GOVERNANCE,
    World,
    person,
    product,
    rule_of,
    rules,
    world,
)

ONE, TWO = (Iri(f"{BASE}sales/product/{name}") for name in ("one", "two"))
PARTS = {name: Iri(f"{BASE}sales/{name}/1") for name in ("port", "dataset", "column", "objective")}
RULE = rule_of(GOVERNANCE)


@pytest.fixture
def mesh() -> Iterator[World]:
    """Every product of sales and shop is to have a keyword."""
    made = world("sales", "shop")
    made.enact(GOVERNANCE)
    yield made
    made.services.close()


def waive(
    mesh: World,
    node: Iri = ONE,
    rule: Iri = RULE,
    *,
    days: float = 10,
    until: datetime | None = None,
) -> Waiver:
    """Let somebody of sales ask, and the governance group grant it."""
    waivers = mesh.services.waivers
    end = until or mesh.clock.at + timedelta(days=days)
    asked = waivers.request(rule, node, "Till the move.", end, author=person("sales", "steward"))
    return waivers.grant(asked.id, author=person(GOVERNANCE))


def whole() -> frozenset[Triple]:
    """Describe a product with a part of each kind, none of which says much."""
    kinds = {
        "port": DCAT.DataService,
        "dataset": DCAT.Dataset,
        "column": MESH.Field,
        "objective": MESH.ServiceLevelObjective,
    }
    offer = Iri(f"{BASE}sales/offer/1")
    return frozenset(
        {
            *(Triple(PARTS[name], RDF.type, kind) for name, kind in kinds.items()),
            Triple(ONE, RDF.type, DPROD.DataProduct),
            Triple(ONE, DPROD.outputPort, PARTS["port"]),
            Triple(ONE, DPROD.outputDataset, PARTS["dataset"]),
            Triple(PARTS["column"], MESH.fieldOf, PARTS["dataset"]),
            Triple(ONE, ODRL.hasPolicy, offer),
            Triple(offer, ODRL.obligation, PARTS["objective"]),
        }
    )


# Asking, granting, ending


def test_a_waived_result_passes_and_is_marked_wherever_it_is_told(mesh: World) -> None:
    assert isinstance(mesh.product("sales"), Refused)
    waiver = waive(mesh)
    outcome = mesh.product("sales")
    assert isinstance(outcome, Committed)
    (entry,) = mesh.services.history.entries(first=1)
    for results in (outcome.remarks, entry.results, mesh.results()):
        assert [(r.rule, r.waiver, r.waived, r.blocks) for r in results] == [
            (RULE, waiver.id, True, False)
        ]
    assert mesh.services.judge.report().violations == ()
    assert not mesh.services.judge.report().conforms
    (past,) = mesh.services.as_of(outcome.sequence).governance.report().results
    assert past.rule == RULE


def test_a_waiver_is_for_its_rule_and_its_product_only(mesh: World) -> None:
    mesh.enact(GOVERNANCE, "titles", rules(GOVERNANCE, "titles", path="dcterms:title"))
    waive(mesh)
    refused = mesh.product("sales")
    assert isinstance(refused, Refused)
    assert [r.rule for r in refused.violations] == [rule_of(GOVERNANCE, "titles")]
    assert isinstance(mesh.product("sales", title="t"), Committed)
    assert isinstance(mesh.product("sales", "two", title="t"), Refused)


@pytest.mark.parametrize("part", sorted(PARTS))
@pytest.mark.parametrize("by_product", [True, False])
def test_a_waiver_for_a_product_is_for_its_parts(part: str, by_product: bool) -> None:
    targets = {
        "port": "dcat:DataService",
        "dataset": "dcat:Dataset",
        "column": "mesh:Field",
        "objective": "mesh:ServiceLevelObjective",
    }
    mesh = world("sales")
    mesh.enact(
        GOVERNANCE,
        "titles",
        rules(GOVERNANCE, "titles", path="dcterms:title", target=targets[part]),
    )
    refused = mesh.say("sales", whole())
    assert isinstance(refused, Refused)
    assert [r.focus_node for r in refused.violations] == [PARTS[part]]
    waiver = waive(mesh, ONE if by_product else PARTS[part], rule_of(GOVERNANCE, "titles"))
    outcome = mesh.say("sales", whole())
    assert isinstance(outcome, Committed)
    assert [(r.focus_node, r.waiver) for r in outcome.remarks] == [(PARTS[part], waiver.id)]
    # What is no part of it is not let off.
    other = {
        Triple(Iri(f"{PARTS[part]}1"), *triple[1:])
        for triple in whole()
        if triple.subject == PARTS[part] and triple.predicate == RDF.type
    }
    assert isinstance(mesh.say("sales", other, source="other"), Refused)
    mesh.services.close()


def test_whoever_asks_never_grants(mesh: World) -> None:
    waivers, until = mesh.services.waivers, mesh.clock.at + DAY
    both = person(GOVERNANCE)
    for author in (both, OPERATOR):
        node = Iri(f"{BASE}policy/one")
        asked = waivers.request(RULE, node, "For a day.", until, author=author)
        with pytest.raises(Forbidden, match="somebody else is to grant it"):
            waivers.grant(asked.id, author=author)
        (entry,) = mesh.services.history.entries(first=1)
        assert entry.outcome is Outcome.FORBIDDEN
        assert waivers.all(WaiverStage.OPEN) == ()
        waivers.grant(asked.id, author=both if author == OPERATOR else OPERATOR)
        waivers.end(asked.id)


@pytest.mark.parametrize(
    ("author", "may"),
    [
        (person("sales", "reader"), False),
        (person("sales", "engineer"), True),
        (person("sales"), True),
        (person("shop"), False),
        (person(GOVERNANCE), False),
    ],
)
def test_who_works_in_the_domain_may_ask(mesh: World, author: Iri, may: bool) -> None:
    def ask() -> Waiver:
        until = mesh.clock.at + DAY
        return mesh.services.waivers.request(RULE, ONE, "Please.", until, author=author)

    if may:
        assert ask().requester == author
        return
    with pytest.raises(Forbidden, match="ask for a waiver there"):
        ask()
    (entry,) = mesh.services.history.entries(first=1)
    assert (entry.outcome, entry.attempt.author) == (Outcome.FORBIDDEN, author)


def test_only_owners_of_the_governance_group_let_anybody_off_what_binds_all(mesh: World) -> None:
    waivers, until = mesh.services.waivers, mesh.clock.at + DAY
    asked = waivers.request(RULE, ONE, "Please.", until, author=person("sales", "engineer"))
    for nobody in (person("sales"), person("shop"), person(GOVERNANCE, "steward")):
        with pytest.raises(Forbidden):
            waivers.grant(asked.id, author=nobody)
        with pytest.raises(Forbidden):
            waivers.end(asked.id, author=nobody)
    granted = waivers.grant(asked.id, author=person(GOVERNANCE))
    assert (granted.approver, granted.requester) == (person(GOVERNANCE), asked.requester)
    with pytest.raises(WrongStage, match="granted already"):
        waivers.grant(asked.id)
    # Whoever asked may do without.
    ended = waivers.end(asked.id, author=asked.requester)
    assert ended.stage(mesh.clock()) is WaiverStage.EXPIRED
    with pytest.raises(WrongStage, match="run out"):
        waivers.end(asked.id)


def test_a_domain_lets_its_own_off_its_own_rules_and_takes_that_back(mesh: World) -> None:
    mesh.enact("sales", "titles", rules("sales", "titles", path="dcterms:title"))
    rule, waivers = rule_of("sales", "titles"), mesh.services.waivers
    until = mesh.clock.at + DAY
    asked = waivers.request(rule, ONE, "Please.", until, author=person("sales", "engineer"))
    with pytest.raises(Forbidden):
        waivers.grant(asked.id, author=person(GOVERNANCE))
    granted = waivers.grant(asked.id, author=person("sales"))
    assert isinstance(mesh.product("sales", keyword="k"), Committed)
    with pytest.raises(Forbidden):
        waivers.end(granted.id, author=person(GOVERNANCE))
    waivers.end(granted.id, author=person("sales"))
    assert isinstance(mesh.product("sales", keyword="other"), Refused)


def test_a_rule_goes_by_its_iri_or_its_id_and_has_to_be_in_force(mesh: World) -> None:
    until = mesh.clock.at + DAY
    by_id = mesh.services.waivers.request(Iri("governance-keywords"), ONE, "Please.", until)
    assert by_id.rule == RULE
    with pytest.raises(NotFound, match="in force"):
        mesh.services.waivers.request(Iri("no-such-rule"), ONE, "Please.", until)
    (one,) = mesh.services.rules.versions()
    mesh.services.rules.withdraw(one.rule_set.id, "Not needed.")
    attempts: list[Callable[[], object]] = [
        lambda: mesh.services.waivers.request(RULE, ONE, "Please.", until),
        lambda: mesh.services.waivers.grant(by_id.id, author=person(GOVERNANCE)),
    ]
    for step in attempts:
        with pytest.raises(NotFound, match="in force"):
            step()
    assert mesh.services.waivers.end(by_id.id).until <= mesh.clock.at


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"reason": " "}, InvalidArgument),
        ({"days": 0}, InvalidArgument),
        ({"days": -1}, InvalidArgument),
        ({"days": 367}, InvalidArgument),
        ({"zone": None}, InvalidArgument),
        ({"node": "https://elsewhere.example/x"}, NotFound),
    ],
)
def test_what_cannot_be_waived_is_told(
    mesh: World, change: dict[str, object], error: type[MeshError]
) -> None:
    asked = {"reason": "Please.", "days": 366, "node": ONE, "zone": mesh.clock.at.tzinfo} | change
    until = mesh.clock.at + timedelta(days=float(str(asked["days"])))
    if asked["zone"] is None:
        until = until.replace(tzinfo=None)
    with pytest.raises(error):
        mesh.services.waivers.request(RULE, Iri(str(asked["node"])), str(asked["reason"]), until)
    assert mesh.services.waivers.all() == ()


def test_a_year_is_the_longest(mesh: World) -> None:
    until = mesh.clock.at + timedelta(days=366)
    assert mesh.services.waivers.request(RULE, ONE, "Please.", until).until == until


# Time


def test_a_waiver_ends_at_its_instant_and_not_before(mesh: World) -> None:
    until = mesh.clock.at + DAY
    waiver = waive(mesh, until=until)
    mesh.clock.ticks = False
    mesh.clock.at = until - timedelta(microseconds=1)
    assert isinstance(mesh.product("sales"), Committed)
    assert mesh.services.judge.report().violations == ()
    assert waiver.stage(mesh.clock()) is WaiverStage.OPEN
    mesh.clock.at = until
    assert waiver.stage(mesh.clock()) is WaiverStage.EXPIRED
    # Nobody committed anything: time alone makes it a violation.
    (violation,) = mesh.services.judge.report().violations
    assert (violation.waiver, violation.waived) == (waiver.id, False)


def test_those_that_run_out_soon_are_listed_soonest_first(mesh: World) -> None:
    late, soon, sooner = (waive(mesh, days=days) for days in (30, 3, 2))
    mesh.services.waivers.request(RULE, TWO, "Not granted.", mesh.clock.at + DAY)
    waivers = mesh.services.waivers
    assert [w.id for w in waivers.expiring(late.until)] == [sooner.id, soon.id, late.id]
    assert [w.id for w in waivers.expiring(soon.until)] == [sooner.id, soon.id]
    assert waivers.expiring(sooner.until - timedelta(microseconds=1)) == ()
    mesh.clock.at = sooner.until
    assert [w.id for w in waivers.expiring(soon.until)] == [soon.id]
    with pytest.raises(InvalidArgument, match="time zone"):
        waivers.expiring(datetime(2026, 12, 1))


def test_a_refusal_says_which_waiver_was_asked_for_or_is_over(mesh: World) -> None:
    def refused() -> list[tuple[Iri | None, bool]]:
        outcome = mesh.product("sales")
        assert isinstance(outcome, Refused)
        return [(r.waiver, r.waived) for r in outcome.violations]

    assert refused() == [(None, False)]
    asked = mesh.services.waivers.request(RULE, ONE, "Please.", mesh.clock.at + DAY)
    assert refused() == [(asked.id, False)]
    mesh.clock.forward(2 * DAY)
    # Nobody granted it in time, so it has never been anything.
    assert refused() == [(None, False)]
    assert [stage for _, stage in mesh.services.waivers.all()] == [WaiverStage.EXPIRED]
    over = waive(mesh, days=1)
    mesh.clock.forward(2 * DAY)
    assert refused() == [(over.id, False)]


def test_what_an_expired_waiver_let_pass_blocks_each_change_that_touches_it(mesh: World) -> None:
    mesh.enact(
        GOVERNANCE, "titles", rules(GOVERNANCE, "titles", path="dcterms:title", target="mesh:Field")
    )
    keyword = Triple(ONE, DCAT.keyword, Literal("k"))
    waiver = waive(mesh, rule=rule_of(GOVERNANCE, "titles"))
    assert isinstance(mesh.say("sales", whole() | {keyword}), Committed)
    mesh.clock.at = waiver.until

    def formats(node: Iri) -> Triple:
        return Triple(node, DCTERMS.format, Literal("csv"))

    for node in (ONE, *PARTS.values()):
        refused = mesh.say("sales", whole() | {keyword, formats(node)})
        assert isinstance(refused, Refused), node
        assert [(r.focus_node, r.waiver) for r in refused.violations] == [
            (PARTS["column"], waiver.id)
        ]
    # Elsewhere nobody is in anybody's way, in the same source neither.
    assert isinstance(mesh.product("sales", "two", keyword="k"), Committed)
    assert isinstance(mesh.product("shop", keyword="k"), Committed)
    mended = {keyword, Triple(PARTS["column"], DCTERMS.title, Literal("t"))}
    assert isinstance(mesh.say("sales", whole() | mended), Committed)
    assert mesh.results() == ()


def test_what_was_broken_before_and_never_waived_stands_in_nobodys_way(mesh: World) -> None:
    (one,) = mesh.services.rules.versions()
    mesh.services.rules.withdraw(one.rule_set.id, "For a moment.")
    mesh.product("sales")
    mesh.enact(GOVERNANCE)
    asked = mesh.services.waivers.request(RULE, ONE, "Please.", mesh.clock.at + DAY)
    assert isinstance(mesh.product("sales", format="csv"), Committed)
    mesh.clock.at = asked.until
    # A waiver that nobody granted let nothing pass, so there is nothing to make good.
    assert isinstance(mesh.product("sales", format="tsv"), Committed)


def test_of_two_waivers_the_one_that_holds_counts(mesh: World) -> None:
    short, long = waive(mesh, days=1), waive(mesh, days=5)
    mesh.product("sales")
    assert [r.waiver for r in mesh.results()] == [long.id]
    mesh.clock.at = short.until
    assert isinstance(mesh.product("sales", format="csv"), Committed)
    mesh.clock.at = long.until
    assert isinstance(mesh.product("sales", format="tsv"), Refused)
    again = waive(mesh, days=1)
    assert isinstance(mesh.product("sales", format="tsv"), Committed)
    assert [(r.waiver, r.waived) for r in mesh.results()] == [(again.id, True)]


def test_an_expired_waiver_blocks_nothing_once_its_rule_is_gone_or_only_warns(mesh: World) -> None:
    waiver = waive(mesh)
    mesh.product("sales")
    mesh.clock.at = waiver.until
    mesh.enact(GOVERNANCE, grace_days=2)
    assert isinstance(mesh.product("sales", format="csv"), Committed)
    mesh.clock.forward(2 * DAY)
    assert isinstance(mesh.product("sales", format="tsv"), Refused)
    mesh.services.rules.withdraw(mesh.services.rules.versions()[-1].rule_set.id, "Not needed.")
    assert isinstance(mesh.product("sales", format="tsv"), Committed)


def test_a_scorecard_lists_the_waivers_that_hold(mesh: World) -> None:
    waiver = waive(mesh)
    mesh.product("sales")
    mesh.product("shop", keyword="k")
    mesh.services.waivers.request(RULE, TWO, "Not granted.", mesh.clock.at + DAY)

    def listed(of: str | None) -> list[Iri]:
        return [w.id for w in mesh.services.scorecards.card(of, days=0).waivers]

    for of in (None, "sales", ONE):
        assert listed(of) == [waiver.id]
    assert listed("shop") == []
    mesh.clock.at = waiver.until
    assert listed(None) == []


def test_waivers_are_told_and_hold_after_the_mesh_was_opened_again(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("mesh") / "mesh"
    before = world("sales", data=folder)
    before.enact(GOVERNANCE)
    waiver = waive(before)
    before.product("sales")
    before.services.close()
    after = world("sales", data=folder)
    after.clock.at = before.clock.at
    assert after.services.waivers.all() == ((waiver, WaiverStage.OPEN),)
    assert [(r.waiver, r.waived) for r in after.results()] == [(waiver.id, True)]
    assert waive(after, days=1).id.endswith("/2")
    after.services.close()


def test_products_are_told_apart_by_whom_they_belong_to(mesh: World) -> None:
    """A waiver stands in the domain of its node, wherever its rule comes from."""
    waiver = waive(mesh)
    assert waiver.id == f"{BASE}sales/rules/waiver/1"
    shops = mesh.services.waivers.request(
        RULE, Iri(f"{BASE}shop/product/one"), "Please.", mesh.clock.at + DAY
    )
    assert shops.id == f"{BASE}shop/rules/waiver/1"
    assert product("shop").isdisjoint(product("sales"))
