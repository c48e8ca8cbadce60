"""Expressions: what is refused, what comes of putting them together, and that engines agree."""

from fractions import Fraction
from functools import reduce
from itertools import pairwise
from pathlib import Path

import pytest
import sqlglot
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp

from isogloss.errors import ExpressionRefused, InvalidArgument, InvalidInput, TooLarge
from isogloss.intake.expression_dialects import DIALECTS, read_select, render, write_select
from isogloss.intake.expression_rules import FUNCTIONS
from isogloss.intake.expressions import compose, conversion, invert, linear, parse
from isogloss.model.translation import SqlType
from tests.sql_engines import conditions, numerics, select, table, texts

HOSTILE = """
(SELECT password FROM users)
value IN (SELECT x FROM y)
EXISTS (SELECT 1)
value = ANY (SELECT 1)
1; DROP TABLE users
value; SELECT 1
DROP TABLE users
SELECT 1
value UNION SELECT 1
COUNT(*)
SUM(value)
MAX(value) OVER ()
ROW_NUMBER() OVER (ORDER BY value)
FIRST_VALUE(value)
ARRAY_AGG(value)
UNNEST(value)
load_extension('evil')
pg_read_file('/etc/passwd')
pg_sleep(10)
SLEEP(10)
BENCHMARK(1000000, MD5('a'))
read_csv('/etc/passwd')
readfile('x')
system('id')
xp_cmdshell('id')
dblink('host=x', 'select 1')
getenv('HOME')
RANDOM()
UUID()
MD5(value)
CURRENT_USER
SESSION_USER
VERSION()
@@version
@x
:x
?
%s
$1
${x}
{{ value }}
{% if x %}1{% endif %}
*
users.*
users.password
a.b.c.d
value::regclass
CAST(value AS my_type)
CAST(value AS JSON)
CAST(value AS VARCHAR(9999999999))
CAST(value AS DECIMAL)
TRY_CAST(value AS INT)
value COLLATE nocase
value ILIKE 'a'
value SIMILAR TO 'a'
value ~ '(a+)+$'
REGEXP_LIKE(value, '(a+)+$')
value LIKE 'a' ESCAPE '!'
value[1]
value -> 'a'
ARRAY[1]
{'a': 1}
ROW(1, 2)
(1, 2)
value AS x
value, 1
value IS TRUE
value AT TIME ZONE 'UTC'
INTERVAL '1' DAY
CURRENT_DATE - INTERVAL 'x' DAY
CURRENT_DATE - INTERVAL value DAY
NEXT VALUE FOR s
EXTRACT(EPOCH FROM value)
1e400
99999999999999999999999999999999999999999999
"a"";b"
"a`b"
"a]b"
'unterminated
value /* unterminated
LOWER(1)
value + 'a'
1 = 'a'
NOT 1
CASE WHEN 1 THEN 2 END
CASE WHEN value THEN 1 ELSE 'a' END
1 AND TRUE
"""


@pytest.mark.parametrize("text", [line for line in HOSTILE.splitlines() if line] + ["", " ", "\0"])
def test_what_is_not_listed_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(ExpressionRefused) as refused:
        parse(text)
    assert str(refused.value).endswith(".")
    assert refused.value.code == "EXPRESSION_REFUSED"


@pytest.mark.parametrize("count", [21, 100, 5_000])
@pytest.mark.parametrize(
    "text", ["({})", "NOT {}", "- {}", "ABS({})", "CASE WHEN {} THEN TRUE END", "[{}]", "{}::INT"]
)
def test_what_is_nested_deep_is_refused_before_it_is_parsed(text: str, count: int) -> None:
    before, after = text.split("{}")
    with pytest.raises(InvalidInput):
        parse(before * count + "value" + after * max(count, 100))


def test_what_is_long_is_refused() -> None:
    with pytest.raises(TooLarge, match="characters"):
        parse("'" + "a" * 200_000 + "'")
    with pytest.raises(TooLarge, match="words"):
        parse(" AND ".join(["value"] * 10_000))
    with pytest.raises(TooLarge, match="deep"):
        parse(" + ".join(["value"] * 200))
    tripled = parse("value + value + value")
    with pytest.raises(TooLarge):
        reduce(compose, [tripled] * 30)


def test_comments_do_not_survive() -> None:
    parsed = parse("value /* ; DROP TABLE t */ + 1 -- and more\n")
    assert parsed.text == "value + 1"
    for dialect in DIALECTS:
        assert "DROP" not in render(parsed, dialect)


@pytest.mark.parametrize(
    ("text", "columns", "type_"),
    [
        ("last_event_at >= CURRENT_DATE - INTERVAL '30' DAY", {"last_event_at"}, SqlType.BOOLEAN),
        ("contract_value_eur", {"contract_value_eur"}, SqlType.UNKNOWN),
        ("Value * 1.8 + 32", {"value"}, SqlType.NUMERIC),
        ('"Order" || trim(value)', {"Order", "value"}, SqlType.TEXT),
        ("CURRENT_DATE - INTERVAL '30' DAY", set(), SqlType.DATE),
        ("COALESCE(a, CAST('2026-01-01' AS DATE))", {"a"}, SqlType.DATE),
        ("CASE value WHEN 'a' THEN NULL ELSE 2 END", {"value"}, SqlType.NUMERIC),
        ("status = 'paid' AND NOT is_employee", {"status", "is_employee"}, SqlType.BOOLEAN),
    ],
)
def test_an_expression_knows_its_columns_and_type(
    text: str, columns: set[str], type_: SqlType
) -> None:
    parsed = parse(text)
    assert parsed.columns == columns
    assert parsed.type is type_
    assert parse(parsed.text) == parsed


def test_types_of_columns_are_held_against_what_is_done_with_them() -> None:
    assert parse("value + 1", {"value": SqlType.NUMERIC}).type is SqlType.NUMERIC
    with pytest.raises(ExpressionRefused, match="value is text, where numeric is needed"):
        parse("value + 1", {"value": SqlType.TEXT})


def test_every_function_that_is_taken_is_in_the_documentation() -> None:
    listed = (Path(__file__).parents[2] / "docs" / "translation.md").read_text()
    names = {kind.sql_names()[0] for kind in FUNCTIONS if issubclass(kind, exp.Func)}
    assert {name for name in names if name not in listed} == set()


# ---- put together


ROWS = [(None,), (0.0,), (1.0,), (2.5,), (-3.0,), (10.0,)]
WORDS = [(None,), ("",), ("a",), ("b",), ("ab",), ("it's",), ("back\\slash",)]


@pytest.mark.parametrize("dialect", ["duckdb", "sqlite"])
@settings(max_examples=40)
@given(
    kinds=st.lists(st.sampled_from(["number", "text", "flag"]), min_size=2, max_size=4),
    data=st.data(),
)
def test_one_composed_expression_gives_what_its_steps_give(
    dialect: str, kinds: list[str], data: st.DataObject
) -> None:
    kinds = ["text" if kinds[0] == "text" else "number", *kinds[1:]]
    steps = [data.draw(_step(*pair), label="step") for pair in pairwise(kinds)]
    is_text = kinds[0] == "text"
    types = {"value": "TEXT" if is_text else "DOUBLE"}
    connection = table(dialect, types, WORDS if is_text else ROWS)

    for number, step in enumerate(steps):
        source = f"t{number}" if number else "t"
        connection.execute(f"DROP TABLE IF EXISTS t{number + 1}")
        connection.execute(
            f"CREATE TABLE t{number + 1} AS SELECT n, {render(parse(step), dialect)} AS value "  # noqa: S608
            f"FROM {source}"
        )
    one_by_one = select(connection, "value", f"t{len(steps)}")

    whole = parse(steps[0])
    for step in steps[1:]:
        whole = compose(parse(step), whole)
    at_once = select(connection, render(whole, dialect))
    assert list(map(repr, at_once)) == list(map(repr, one_by_one))


def _step(before: str, after: str) -> st.SearchStrategy[str]:
    numbers = ["value"] if before == "number" else []
    words = ["value"] if before == "text" else []
    flags = ["value"] if before == "flag" else []
    if after == "flag":
        return conditions(numbers, words, flags).map("({})".format)
    if before == "flag":
        chosen = "CASE WHEN value THEN {0} WHEN NOT value THEN {1} END".format
        return st.builds(chosen, *[numerics([]) if after == "number" else texts([])] * 2)
    if after == "text":
        plain = texts(words)
        if not words:
            return st.builds("CASE WHEN value > 1 THEN {} ELSE {} END".format, plain, plain)
        return plain
    return numerics(numbers, words)


def test_what_speaks_of_columns_is_composed_only_where_they_are() -> None:
    seen = parse("last_event_at >= CURRENT_DATE")
    with pytest.raises(ExpressionRefused, match="speaks of last_event_at"):
        compose(seen, parse("value"))
    with pytest.raises(ExpressionRefused, match="speaks of last_event_at"):
        compose(seen, parse("is_active"))
    assert compose(parse("amount * 2"), parse("amount")).text == "amount * 2"
    assert compose(parse("CASE WHEN value THEN 1 END"), seen).columns == {"last_event_at"}
    with pytest.raises(ExpressionRefused, match="boolean, where numeric is needed"):
        compose(parse("value + 1"), seen)


# ---- turned round

_RATIONALS = st.fractions(min_value=-1000, max_value=1000, max_denominator=1000)


@given(_RATIONALS.filter(bool), _RATIONALS)
def test_a_conversion_is_written_and_turned_round_without_loss(
    factor: Fraction, offset: Fraction
) -> None:
    forward = conversion(factor, offset)
    assert linear(forward) == (factor, offset)
    back = invert(forward)
    assert back is not None
    assert linear(compose(back, forward)) == (Fraction(1), Fraction(0))
    assert linear(compose(forward, back)) == (Fraction(1), Fraction(0))


@pytest.mark.parametrize(
    ("text", "turned"),
    [
        ("value * 1.609344", "value / 1.609344"),
        ("value * 1.8 + 32", "(value - 32) / 1.8"),
        ("(value - 32) * 5 / 9", "value * 1.8 + 32"),
        ("value / 3", "value * 3"),
        ("-value", "value * (-1)"),
        ("100 - value", "value * (-1) + 100"),
        ("value", "value"),
    ],
)
def test_a_unit_is_converted_back(text: str, turned: str) -> None:
    back = invert(parse(text))
    assert back is not None
    assert back.text == turned


@pytest.mark.parametrize(
    "text",
    ["value * 0", "value * value", "1 / value", "ROUND(value, 2)", "ABS(value)", "a * 2", "1",
     "CASE WHEN value > 1 THEN value END", "UPPER(value)", "value / 0"],
)  # fmt: skip
def test_what_cannot_be_turned_round_is_not(text: str) -> None:
    assert invert(parse(text)) is None


# ---- dialects


@given(texts(["value"]) | numerics(["value"]) | conditions(["n"], ["w"], ["f"]))
def test_every_dialect_reads_what_is_written_for_it(text: str) -> None:
    for dialect in DIALECTS:
        written = render(parse(text), dialect)
        select = sqlglot.parse_one(f"SELECT {written}", read=dialect)
        assert len(select.args["expressions"]) == 1


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=20))
def test_a_text_says_the_same_in_every_engine(word: str) -> None:
    quoted = "'" + word.replace("'", "''") + "'"
    expression = parse(f"CASE WHEN value = {quoted} THEN {quoted} END")
    for dialect in ("duckdb", "sqlite"):
        connection = table(dialect, {"value": "TEXT"}, [(word,), (f"{word}x",)])
        assert select(connection, render(expression, dialect)) == [word, None]


@pytest.mark.parametrize("dialect", ["duckdb", "sqlite"])
def test_the_sample_meshs_window_runs(dialect: str) -> None:
    connection = table(dialect, {"last_event_at": "TIMESTAMP"}, [("2000-01-01 00:00:00",), (None,)])
    day = "date('now')" if dialect == "sqlite" else "current_date"
    connection.execute(f"INSERT INTO t SELECT 2, {day}")
    expression = parse("last_event_at >= CURRENT_DATE - INTERVAL '30' DAY")
    assert select(connection, render(expression, dialect)) == [False, None, True]


def test_engines_without_booleans_are_given_numbers() -> None:
    assert render(parse("value > 2"), "tsql") == (
        "CASE WHEN value > 2 THEN 1 WHEN NOT (value > 2) THEN 0 END"
    )
    assert "TRUE" not in render(parse("CASE WHEN value > 2 THEN TRUE END"), "tsql")


def test_an_unknown_dialect_is_named() -> None:
    with pytest.raises(InvalidArgument, match="postgres"):
        render(parse("value"), "cobol")


# ---- queries of a person


@pytest.mark.parametrize(
    ("sql", "dialect", "written"),
    [
        ("amount", None, "amount * 2"),
        ("u.amount", "postgres", "u.amount * 2"),
        ("selectivity", None, "selectivity * 2"),
        ("select `Amount` AS eur from Shop.Users u where u.x > 3", "mysql",
         "SELECT `Amount` * 2 AS eur FROM Shop.Users AS u WHERE u.x > 3"),
        ("SELECT a - b FROM t", "duckdb", "SELECT (a - b) * 2 FROM t"),
    ],
)  # fmt: skip
def test_a_query_keeps_what_is_around_its_expression(
    sql: str, dialect: str | None, written: str
) -> None:
    asked = read_select(sql, dialect)
    assert write_select(asked, compose(parse("value * 2"), asked.expression)) == written


@pytest.mark.parametrize(
    "sql",
    ["SELECT a, b FROM t", "SELECT a FROM t JOIN u", "SELECT a FROM t, u",
     "SELECT a FROM (SELECT 1)",
     "SELECT a FROM t LIMIT 1", "SELECT DISTINCT a FROM t", "WITH x AS (SELECT 1) SELECT a FROM x",
     "SELECT a; DROP TABLE t", "SELECT a FROM read_csv('x')",
     "SELECT a INTO x FROM t", "SELECT a FROM t FOR UPDATE",
     "SELECT a FROM t TABLESAMPLE (1 PERCENT)", "SELECT a FROM t WHERE EXISTS (SELECT 1)",
     "SELECT a FROM t WHERE pg_sleep(10)", "SELECT COUNT(*) FROM t", "SELECT * FROM t",
     "SELECT a FROM t UNION SELECT b FROM t", "SELECT a FROM t GROUP BY a", "SELECT",
     "SELECT a FROM t ORDER BY a", "SELECT AS STRUCT a FROM t", "SELECT a FROM t AS x(y)",
     "SELECT a FROM t WHERE b = ?", "DELETE FROM t", "SELECT a FROM \"t;x\""],
)  # fmt: skip
@pytest.mark.parametrize("dialect", [None, "duckdb", "bigquery", "mysql"])
def test_a_query_of_more_is_refused(sql: str, dialect: str | None) -> None:
    with pytest.raises(ExpressionRefused):
        read_select(sql, dialect)


@pytest.mark.parametrize("sql", ["SELECT a FROM 'file.csv'", "SELECT /*+ h */ a FROM t"])
def test_neither_files_nor_hints_are_read(sql: str) -> None:
    with pytest.raises(ExpressionRefused):
        read_select(sql, "mysql")


def test_division_of_whole_numbers_is_not_mistaken() -> None:
    with pytest.raises(ExpressionRefused, match="without a remainder"):
        read_select("amount / 2", "postgres")
    asked = read_select("CAST(amount AS DOUBLE PRECISION) / 2", "postgres")
    assert write_select(asked, asked.expression) == "CAST(amount AS DOUBLE PRECISION) / 2"
