"""Scorecards over HTTP are those of the service."""

import pytest

from isogloss.bootstrap import Services
from tests.doors import Ask

QUERY = """query ($of: ID, $days: Int! = 28) {
  scorecard(of: $of, days: $days) {
    of sequence score { passed judged share }
    qualities { quality score { passed judged share } rules { rule { ruleId quality } } }
    worstProducts { id score { share } product { title } }
    worstRules(first: 2) { rule { ruleId } score { passed judged } }
    trend { at sequence score { passed judged } }
  } }"""


@pytest.mark.parametrize(
    "of", [None, "sales", "governance", "https://mesh.example/sales/product/legacy-crm"]
)
def test_a_card_is_that_of_the_service(
    little_mesh: Services, ask_little_mesh: Ask, of: str | None
) -> None:
    answer = ask_little_mesh(QUERY, of=of)["data"]["scorecard"]
    card = little_mesh.scorecards.card(of)
    assert (answer["of"], answer["sequence"]) == (card.of, card.sequence)
    assert answer["score"] == {
        "passed": card.score.passed,
        "judged": card.score.judged,
        "share": card.score.share,
    }
    assert [(one["quality"], one["score"]["share"]) for one in answer["qualities"]] == [
        (one.quality.name, one.score.share) for one in card.qualities
    ]
    for one in answer["qualities"]:
        assert {rule["rule"]["quality"] for rule in one["rules"]} <= {one["quality"]}
    assert [one["id"] for one in answer["worstProducts"]] == [
        one.product for one in card.worst_products
    ]
    assert [one["rule"]["ruleId"] for one in answer["worstRules"]] == [
        one.rule.rule_id for one in card.worst_rules[:2]
    ]
    assert [point["sequence"] for point in answer["trend"]] == [p.sequence for p in card.trend]


def test_a_worst_product_is_shown(ask_little_mesh: Ask) -> None:
    (worst,) = ask_little_mesh(QUERY, of="sales")["data"]["scorecard"]["worstProducts"]
    assert worst["product"]["title"]


def test_no_days_are_no_trend(ask_little_mesh: Ask) -> None:
    assert ask_little_mesh(QUERY, days=0)["data"]["scorecard"]["trend"] == []


@pytest.mark.parametrize(
    ("variables", "code"),
    [
        ({"of": "nothing"}, "NOT_FOUND"),
        ({"of": "https://mesh.example/nothing"}, "NOT_FOUND"),
        ({"days": -1}, "INVALID_ARGUMENT"),
        ({"days": 367}, "INVALID_ARGUMENT"),
    ],
)
def test_what_cannot_be_answered_is_told(
    ask_little_mesh: Ask, variables: dict[str, object], code: str
) -> None:
    (error,) = ask_little_mesh(QUERY, **variables)["errors"]
    assert error["extensions"]["code"] == code


@pytest.mark.parametrize("first", [0, 101])
def test_the_worst_are_bounded(ask_little_mesh: Ask, first: int) -> None:
    query = "query ($n: Int!) { scorecard(days: 0) { worstRules(first: $n) { score { share } } } }"
    (error,) = ask_little_mesh(query, n=first)["errors"]
    assert error["extensions"]["code"] == "INVALID_ARGUMENT"
