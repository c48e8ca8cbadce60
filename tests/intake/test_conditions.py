"""Conditions: those that meet in one form pass the same rows, by execution."""

from itertools import product

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from isogloss.intake.conditions import conjuncts
from isogloss.intake.expression_dialects import render
from isogloss.intake.expressions import parse
from tests.sql_engines import conditions, select, table

TYPES = {"a": "DOUBLE", "b": "DOUBLE", "w": "TEXT", "f": "BOOLEAN"}
ROWS = list(
    product([None, 0.0, 1.0, 2.5], [None, 1.0, -3.0], [None, "a", "it's"], [None, True, False])
)
CONDITIONS = conditions(["a", "b"], ["w"], ["f"])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a = 1 AND b = 2", "B = 2 and (A = 1)"),
        ("NOT x = 1", "x <> 1"),
        ("x BETWEEN 1 AND 2", "x <= 2 AND 1 <= x"),
        ("x NOT BETWEEN 1 AND 2", "x > 2 OR 1 > x"),
        ("NOT (a OR b)", "NOT b AND NOT a"),
        ("NOT (a AND b)", "NOT b OR NOT a"),
        ("x IN (1)", "1 = x"),
        ("x IN (2, 1, 2)", "x IN (1, 2)"),
        ("x NOT IN (1)", "x != 1"),
        ("NOT NOT a", "a"),
        ("a OR (b OR c)", "c OR b OR a"),
        ("a + b = c", "c = b + a"),
        ("status = 'paid' AND NOT is_employee", "not is_employee and status='paid'"),
        ("a AND a", "a"),
        ("a AND b OR b AND a", "a AND b"),
        ("'a' IN (x, x)", "x = 'a'"),
    ],
)
def test_ways_of_writing_one_condition_meet(one: str, other: str) -> None:
    assert conjuncts(one) == conjuncts(other) is not None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a = 'x'", "a = 'X'"),
        ("a OR b", "a AND b"),
        ("a < b", "b < a"),
        ("a - b = 1", "b - a = 1"),
        ("a = 1", "a = 1 OR a IS NULL"),
        ('"A" = 1', "a = 1"),
    ],
)
def test_other_conditions_do_not(one: str, other: str) -> None:
    assert conjuncts(one) != conjuncts(other)


def test_a_conjunct_more_shows() -> None:
    wide, narrow = conjuncts("status = 'paid'"), conjuncts("NOT is_employee AND status = 'paid'")
    assert wide is not None
    assert narrow is not None
    assert wide < narrow


@pytest.mark.parametrize("text", ["a +", "a = (SELECT 1)", "a + 1", "COUNT(*) > 1", "", "a = ?"])
def test_of_what_is_no_condition_nothing_is_said(text: str) -> None:
    assert conjuncts(text) is None


@pytest.mark.parametrize("dialect", ["duckdb", "sqlite"])
@settings(max_examples=50)
@given(CONDITIONS)
def test_the_form_passes_the_same_rows(dialect: str, text: str) -> None:
    found = conjuncts(text)
    assume(found is not None)
    assert found
    whole = " AND ".join(f"({part})" for part in sorted(found))
    assert conjuncts(whole) == found
    connection = table(dialect, TYPES, ROWS)
    written, formed = render(parse(text), dialect), render(parse(whole), dialect)
    assert _truths(select(connection, written)) == _truths(select(connection, formed))


@pytest.mark.parametrize("dialect", ["duckdb", "sqlite"])
@settings(max_examples=50)
@given(CONDITIONS, st.data())
def test_conditions_that_meet_pass_the_same_rows(
    dialect: str, text: str, data: st.DataObject
) -> None:
    other = data.draw(_rewritten(text))
    found = conjuncts(text)
    assume(found is not None)
    assert conjuncts(other) == found
    connection = table(dialect, TYPES, ROWS)
    one, two = (render(parse(each), dialect) for each in (text, other))
    assert _truths(select(connection, one)) == _truths(select(connection, two))


def _rewritten(text: str) -> st.SearchStrategy[str]:
    return st.sampled_from(
        [f"NOT (NOT ({text}))", f"({text}) AND ({text})", f"(({text}))", f"({text}) OR ({text})"]
    )


def _truths(values: list[object]) -> list[bool | None]:
    return [None if value is None else bool(value) for value in values]
