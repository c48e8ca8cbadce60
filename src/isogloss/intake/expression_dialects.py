"""Expressions written in the dialect of an engine, so that it runs them as they are."""

import re
from dataclasses import dataclass

import sqlglot
from sqlglot import exp

from isogloss.errors import InvalidArgument
from isogloss.intake.expression_rules import given_arguments, refused, type_of, walk
from isogloss.intake.expressions import check_words, of_tree, read
from isogloss.model.translation import Expression, SqlType

DIALECTS = (
    "bigquery",
    "databricks",
    "duckdb",
    "mysql",
    "postgres",
    "redshift",
    "snowflake",
    "spark",
    "sqlite",
    "trino",
    "tsql",
)
"""The dialects that expressions are written in."""

_STRFTIME = {"YEAR": "%Y", "MONTH": "%m", "DAY": "%d", "HOUR": "%H", "MINUTE": "%M"}
_SELECT = re.compile(r"\s*select\s", re.I)
_CLAUSES = frozenset({"expressions", "from_", "where"})
_PREDICATES = (exp.Predicate, exp.Connector, exp.Not, exp.Between, exp.In, exp.Is, exp.Like)


@dataclass(frozen=True, slots=True)
class Select:
    """A query of one expression from at most one table, taken apart.

    `name` and `table` are in SQL of its dialect.
    """

    expression: Expression
    dialect: str | None
    name: str | None = None
    table: str | None = None
    where: Expression | None = None
    bare: bool = True  # an expression alone, without SELECT


def check_dialect(dialect: str) -> None:
    """Check that a dialect is one that expressions are written in.

    Raises:
        InvalidArgument: it is not.
    """
    if dialect not in DIALECTS:
        raise InvalidArgument(
            f"There is no dialect {dialect!r} to write in: choose one of {', '.join(DIALECTS)}."
        )


def render(expression: Expression, dialect: str | None) -> str:
    """Write an expression in a dialect; in SQL of none if there is none.

    Raises:
        ExpressionRefused: a text in it would be another one there.
        InvalidArgument: there is no such dialect.
    """
    if dialect is None:
        return expression.text
    check_dialect(dialect)
    tree = exp.Paren(this=read(expression.text))
    if dialect == "sqlite":
        _for_sqlite(tree)
    elif dialect == "tsql":
        _for_tsql(tree)
    elif dialect == "bigquery":
        _for_bigquery(tree)
    text = str(tree.this.sql(dialect, comments=False))
    # Engines disagree about backslashes: what the text says there must be what it says here.
    if _texts(sqlglot.parse_one(text, read=dialect, into=exp.Condition)) != _texts(tree):
        raise refused(f"a text in it cannot be written in {dialect}")
    return text


def _texts(tree: exp.Expr) -> list[str]:
    return sorted(
        node.name
        for node in tree.find_all(exp.Literal)
        if node.is_string and not isinstance(node.parent, exp.Interval)
    )


def read_select(sql: str, dialect: str | None) -> Select:
    """Read an expression, or SELECT of one, from at most one table, with at most a condition.

    Args:
        sql: what comes from a person, in the dialect.
        dialect: one of `DIALECTS`; None for what most understand.

    Raises:
        ExpressionRefused: it is something else, or holds what is not listed.
        InvalidArgument: there is no such dialect.
        TooLarge: it is longer or deeper than an expression may be.
    """
    if dialect is not None:
        check_dialect(dialect)
    if not _SELECT.match(sql):
        return Select(of_tree(read(sql, dialect)), dialect)
    tree = read(sql, dialect, into=exp.Select)
    if len(tree.expressions) != 1 or not given_arguments(tree) <= {"expressions", "from_", "where"}:
        raise refused(
            "a query may be SELECT of one expression, FROM one table and WHERE a condition, and "
            "no more"
        )
    chosen, source, where = tree.expressions[0], tree.args.get("from_"), tree.args.get("where")
    return Select(
        of_tree(chosen.unalias()),
        dialect,
        _name(chosen.args["alias"], dialect) if chosen.alias else None,
        _table(source.this, dialect) if source is not None else None,
        of_tree(where.this) if where is not None else None,
        bare=False,
    )


def write_select(select: Select, expression: Expression) -> str:
    """Write a query with another expression in the place of its own.

    Raises:
        ExpressionRefused: a text in it would be another one in this dialect.
    """
    text = render(expression, select.dialect)
    if select.bare:
        return text
    text = f"SELECT {text}"
    if select.name:
        text += f" AS {select.name}"
    if select.table:
        text += f" FROM {select.table}"
    if select.where:
        text += f" WHERE {render(select.where, select.dialect)}"
    return text


def _name(identifier: exp.Expr, dialect: str | None) -> str:
    check_words(identifier)
    return identifier.sql(dialect, comments=False)


def _table(table: exp.Expr, dialect: str | None) -> str:
    parts = {"this", "db", "catalog", "alias"}
    for node, _ in walk(table):
        if isinstance(node, exp.Table | exp.TableAlias):
            if not given_arguments(node) <= parts:
                raise refused("the table after FROM is named, and nothing more")
        elif isinstance(node, exp.Identifier):
            check_words(node)
        else:
            raise refused("what stands after FROM is no table")
    return table.sql(dialect, comments=False)


def _for_sqlite(tree: exp.Expr) -> None:
    # It keeps times as texts, and reckons with them by functions of its own.
    for node in list(tree.find_all(exp.Add, exp.Sub)):
        if isinstance(node.expression, exp.Interval):
            kind = type_of(node, {})
            sign = "-" if isinstance(node, exp.Sub) else "+"
            amount, unit = _interval(node.expression)
            moved = exp.Literal.string(f"{sign}{amount} {unit.lower()}")
            name = "DATE" if kind is SqlType.DATE else "DATETIME"
            node.replace(exp.Anonymous(this=name, expressions=[node.this.copy(), moved]))
    for part in list(tree.find_all(exp.Extract)):
        form = exp.Literal.string(_STRFTIME[part.name.upper()])
        taken = exp.Anonymous(this="STRFTIME", expressions=[form, part.expression.copy()])
        part.replace(exp.cast(taken, "int"))
    _round_decimals(tree, "double")


def _for_tsql(tree: exp.Expr) -> None:
    for node in list(tree.find_all(exp.Add, exp.Sub)):
        if isinstance(node.expression, exp.Interval):
            amount, unit = _interval(node.expression)
            sign = "-" if isinstance(node, exp.Sub) else ""
            moved = [exp.var(unit), exp.Literal.number(f"{sign}{amount}"), node.this.copy()]
            node.replace(exp.Anonymous(this="DATEADD", expressions=moved))
    for today in list(tree.find_all(exp.CurrentDate)):
        today.replace(exp.cast(exp.CurrentTimestamp(), "date"))
    # It has no booleans among its values, only the numbers 1 and 0.
    for said in list(tree.find_all(exp.Boolean, *_PREDICATES)):
        if not _is_value(said):
            continue
        if isinstance(said, exp.Boolean):
            said.replace(exp.Literal.number(int(said.this)))
        else:
            no = exp.Not(this=exp.Paren(this=said.copy()))
            said.replace(exp.case().when(said.copy(), "1").when(no, "0"))


def _is_value(node: exp.Expr) -> bool:
    """Tell whether a node is asked for its value, instead of deciding something."""
    parent = node.parent
    while isinstance(parent, exp.Paren) and parent.parent is not None:
        node, parent = parent, parent.parent
    if isinstance(parent, exp.Connector | exp.Not):
        return False
    return not (isinstance(parent, exp.If) and node.arg_key == "this") or bool(
        isinstance(parent.parent, exp.Case) and parent.parent.this
    )


def _for_bigquery(tree: exp.Expr) -> None:
    for interval in list(tree.find_all(exp.Interval)):
        interval.set("this", exp.Literal.number(interval.name))
    _round_decimals(tree, "decimal")


def _interval(interval: exp.Interval) -> tuple[str, str]:
    return interval.name, interval.args["unit"].name.upper()


def _round_decimals(tree: exp.Expr, kind: str) -> None:
    """Round where CAST to a number of decimals would not."""
    for node in list(tree.find_all(exp.Cast)):
        if sizes := node.to.expressions:
            number = exp.cast(node.this.copy(), kind)
            node.replace(exp.Round(this=number, decimals=sizes[1].this.copy()))
