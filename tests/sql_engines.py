"""Engines that run the SQL that we write, and random SQL for them."""

import atexit
import sqlite3
from collections.abc import Sequence
from functools import cache
from typing import Any, Protocol

import duckdb
from hypothesis import strategies as st


class Connection(Protocol):
    """What both engines have."""

    def execute(self, sql: str, /) -> Any: ...
    def executemany(self, sql: str, rows: Any, /) -> Any: ...


@cache
def _engine(dialect: str) -> Connection:
    """An engine of this dialect, with nothing in it."""
    if dialect == "sqlite":
        return sqlite3.connect(":memory:")
    return duckdb.connect(config={"threads": 1})


# DuckDB complains of what is still open when Python ends.
atexit.register(_engine.cache_clear)


def table(dialect: str, types: dict[str, str], rows: Sequence[tuple[Any, ...]]) -> Connection:
    """Make the table t anew, with columns of these types."""
    connection = _engine(dialect)
    connection.execute("DROP TABLE IF EXISTS t")
    columns = ", ".join(f"{name} {kind}" for name, kind in types.items())
    connection.execute(f"CREATE TABLE t (n INTEGER, {columns})")
    places = ", ".join("?" * (len(types) + 1))
    numbered = [(number, *row) for number, row in enumerate(rows)]
    connection.executemany(f"INSERT INTO t VALUES ({places})", numbered)  # noqa: S608 - ours
    return connection


def select(connection: Connection, expression: str, source: str = "t") -> list[Any]:
    """Give an expression of every row, in order."""
    rows = connection.execute(f"SELECT {expression} FROM {source} ORDER BY n")  # noqa: S608
    return [row[0] for row in rows.fetchall()]


_NUMBERS = st.sampled_from(["0", "1", "2", "3", "10", "0.5", "1.25"])
_TEXTS = st.sampled_from(["'a'", "'b'", "'it''s'", "''", "'back\\slash'", "'ä'"])


def numerics(leaves: Sequence[str], texts: Sequence[str] = ()) -> st.SearchStrategy[str]:
    """Write numeric expressions over numeric columns."""
    base = _NUMBERS | st.sampled_from(leaves) if leaves else _NUMBERS
    if texts:
        base = base | st.sampled_from(texts).map(lambda text: f"LENGTH({text})")

    def grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        return st.one_of(
            st.builds("({} {} {})".format, inner, st.sampled_from("+-*/"), inner),
            st.builds("{} {} {}".format, inner, st.sampled_from("+-*"), inner),
            inner.map("-({})".format),
            inner.map("ABS({})".format),
            inner.map("ROUND({}, 1)".format),
            st.builds("COALESCE({}, {})".format, inner, inner),
            st.builds("NULLIF({}, {})".format, inner, inner),
            st.builds("CASE WHEN {} < {} THEN {} END".format, inner, inner, inner),
        )

    return st.recursive(base, grown, max_leaves=5)


def texts(leaves: Sequence[str]) -> st.SearchStrategy[str]:
    """Write expressions of text over columns of text."""
    base = _TEXTS | st.sampled_from(leaves) if leaves else _TEXTS

    def grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        return st.one_of(
            st.builds("{} || {}".format, inner, inner),
            inner.map("UPPER({})".format),
            inner.map("TRIM({})".format),
            inner.map("SUBSTRING({}, 1, 2)".format),
            st.builds("REPLACE({}, 'a', {})".format, inner, inner),
            st.builds("CASE {} WHEN {} THEN {} ELSE {} END".format, inner, inner, inner, inner),
        )

    return st.recursive(base, grown, max_leaves=5)


def conditions(
    numbers: Sequence[str], words: Sequence[str], flags: Sequence[str]
) -> st.SearchStrategy[str]:
    """Write conditions over columns of three types."""
    number, word = numerics(numbers), texts(words)
    base = st.one_of(
        st.builds(
            "{} {} {}".format, number, st.sampled_from(["=", "<>", "<", "<=", ">", ">="]), number
        ),
        st.builds("{} {} {}".format, word, st.sampled_from(["=", "!=", "<", ">="]), word),
        st.builds("{} BETWEEN {} AND {}".format, number, number, number),
        st.builds("{} NOT BETWEEN {} AND {}".format, number, number, number),
        st.builds("{} IN ({}, {})".format, word, word, word),
        st.builds("{} NOT IN ({})".format, number, number),
        st.builds("{} IS NULL".format, number),
        st.builds("{} IS NOT NULL".format, word),
    )
    if flags:
        base = base | st.sampled_from(flags)

    def grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        return st.one_of(
            st.builds("{} AND {}".format, inner, inner),
            st.builds("({} OR {})".format, inner, inner),
            inner.map("NOT ({})".format),
        )

    return st.recursive(base, grown, max_leaves=5)
