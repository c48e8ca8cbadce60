"""Translations over GraphQL."""

from typing import Any

from tests.doors import Ask

TRANSLATE = """query ($from: String!, $to: String!, $values: [String!], $sql: String,
    $dialect: String) {
  translate(from: $from, to: $to, values: $values, sql: $sql, dialect: $dialect) {
    source target relation expression dialect loss confidence
    values { value outcome results bound reason }
    steps { source target mapping backwards translation way expression loss reason }
    preconditions missing alternatives } }"""


def test_a_flag_is_translated_with_what_is_lost_and_why(ask_agreed_mesh: Ask) -> None:
    found = _translated(
        ask_agreed_mesh,
        **{"from": "product:active user", "to": "marketing:active user"},
        values=["true", "false"],
        dialect="duckdb",
    )
    assert found["loss"] == "NARROWING"
    assert found["relation"].endswith("broadMatch")
    true, false = found["values"]
    assert (true["outcome"], true["results"], true["bound"]) == ("TRANSLATED", ["true"], "EXACT")
    assert (false["outcome"], false["results"]) == ("UNKNOWN", [])
    assert "broader" in false["reason"]
    assert found["expression"] == "last_event_at >= CURRENT_DATE - INTERVAL '30' DAY"
    (step,) = found["steps"]
    assert (step["way"], step["backwards"]) == ("EXPRESSION", False)


def test_codes_that_are_divided_are_all_listed(ask_little_mesh: Ask) -> None:
    found = _translated(
        ask_little_mesh,
        **{"from": "finance:country", "to": "marketing:country"},
        values=["GBR"],
        sql="SELECT tax_country FROM invoices",
    )
    assert found["values"][0]["results"] == ["England", "Scotland"]
    assert found["expression"] is None
    assert found["missing"]


def test_a_hostile_query_is_refused_with_a_code(ask_little_mesh: Ask) -> None:
    answer = ask_little_mesh(
        TRANSLATE,
        **{"from": "sales:country", "to": "finance:country"},
        sql="SELECT (SELECT secret FROM vault) FROM t",
    )
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "EXPRESSION_REFUSED"
    assert "subquery" in error["message"]


def _translated(ask_little_mesh: Ask, **asked: object) -> dict[str, Any]:
    answer = ask_little_mesh(TRANSLATE, **asked)
    assert "errors" not in answer, answer["errors"]
    found: dict[str, Any] = answer["data"]["translate"]
    return found
