"""Random queries, executed: whatever changes with a column is told by the lineage."""

# ruff: noqa: S608 - the words of the queries are our own

import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isogloss.intake.sql import trace

SCHEMA = {"t": ["a", "b", "c"], "u": ["a", "d", "e"]}
ROWS = 9


@dataclass
class Writer:
    """Writes a query of at most so many levels, as chance has it."""

    draw: st.DrawFn
    ctes: list[tuple[str, str]] = field(default_factory=list)
    names: Iterator[int] = field(default_factory=lambda: iter(range(10_000)))

    def one_of(self, *choices: str) -> str:
        return self.draw(st.sampled_from(choices))

    def chance(self) -> bool:
        return self.draw(st.booleans())

    def name(self) -> str:
        return f"n{next(self.names)}"

    def relation(self, depth: int) -> tuple[str, list[str]]:
        """Write something to select from, with its alias, and its columns."""
        kind = self.one_of("t", "u", "query", "cte") if depth else self.one_of("t", "u")
        alias = self.name()
        if kind in SCHEMA:
            return f"{kind} as {alias}", [f"{alias}.{column}" for column in SCHEMA[kind]]
        query, columns = self.query(depth - 1)
        visible = [f"{alias}.{column}" for column in columns]
        if kind == "query":
            return f"({query}) as {alias}", visible
        cte = self.name()
        self.ctes.append((cte, query))
        return f"{cte} as {alias}", visible

    def value(self, columns: list[str], depth: int) -> str:
        """Write an expression of one row."""

        def column() -> str:
            return self.one_of(*columns)

        kind = self.one_of("column", "sum", "case", "coalesce", "query" if depth else "constant")
        if kind == "column":
            return column()
        if kind == "sum":
            return f"({column()} + {column()})"
        if kind == "case":
            return f"case when {self.condition(columns, 0)} then {column()} else {column()} end"
        if kind == "coalesce":
            return f"coalesce(nullif({column()}, 1), {column()})"
        if kind == "query":
            source, inner = self.relation(0)
            where = f"{self.one_of(*inner)} = {column()}"
            return f"(select max({self.one_of(*inner)}) from {source} where {where})"
        return "1"

    def condition(self, columns: list[str], depth: int) -> str:
        """Write something that is true of a row, or not."""
        column = self.one_of(*columns)
        kind = self.one_of("less", "equal", "in", "exists") if depth else "less"
        if kind == "less":
            return f"{column} < {self.draw(st.integers(0, 4))}"
        if kind == "equal":
            return f"{column} = {self.one_of(*columns)}"
        source, inner = self.relation(0)
        if kind == "in":
            negated = self.one_of("", "not ")
            return f"{column} {negated}in (select {self.one_of(*inner)} from {source})"
        return f"exists (select 1 from {source} where {self.one_of(*inner)} = {column})"

    def query(self, depth: int) -> tuple[str, list[str]]:
        """Write a query, and tell the names of its two columns."""
        select, names = self.select(depth)
        if self.chance() or not depth:
            return select, names
        operator = self.one_of("union all", "union", "except", "intersect")
        other, _ = self.select(depth - 1)
        return f"select * from ({select}) {operator} select * from ({other})", names

    def select(self, depth: int) -> tuple[str, list[str]]:
        source, columns = self.relation(depth)
        if self.chance():
            other, more = self.relation(max(depth - 1, 0))
            on = f"{self.one_of(*columns)} = {self.one_of(*more)}"
            source += f" {self.one_of('join', 'left join', 'full join')} {other} on {on}"
            columns = columns + more
        where = f" where {self.condition(columns, depth)}" if self.chance() else ""
        names = [self.name(), self.name()]
        if self.chance():
            values = [self.value(columns, depth), self.value(columns, depth)]
            if self.chance():
                by, order = self.one_of(*columns), self.one_of(*columns)
                values[1] = (
                    f"sum({self.one_of(*columns)}) over (partition by {by} order by {order})"
                )
            listed = ", ".join(f"{v} as {n}" for v, n in zip(values, names, strict=True))
            distinct = self.one_of("", "distinct ")
            limit = ""
            if self.chance():
                # By all that there is, so that it does not matter which of equals come first.
                limit = " order by 1, 2 limit 3"
            return f"select {distinct}{listed} from {source}{where}{limit}", names
        key, counted = self.one_of(*columns), self.one_of(*columns)
        aggregate = self.one_of(
            f"sum({counted})", f"count(distinct {counted})", "count(*)", f"min({counted})"
        )
        having = f" having max({self.one_of(*columns)}) < 4" if self.chance() else ""
        listed = f"{key} as {names[0]}, {aggregate} as {names[1]}"
        return f"select {listed} from {source}{where} group by {key}{having}", names


@st.composite
def queries(draw: st.DrawFn) -> str:
    writer = Writer(draw)
    query, _ = writer.query(2)
    ctes = ", ".join(f"{name} as ({text})" for name, text in writer.ctes)
    return f"with {ctes} {query}" if ctes else query


@pytest.fixture(scope="module")
def connection() -> Iterator[sqlite3.Connection]:
    made = sqlite3.connect(":memory:", isolation_level=None)
    chance = Random(3)  # noqa: S311 - repeatable chance is what is wanted
    for table, columns in SCHEMA.items():
        made.execute(f"create table {table} ({', '.join(f'{c} int' for c in columns)})")
        for _ in range(ROWS):
            values = ", ".join(str(chance.randrange(4)) for _ in range(3))
            made.execute(f"insert into {table} values ({values})")
    yield made
    made.close()


def _result(connection: sqlite3.Connection, sql: str) -> dict[str, Counter[object]]:
    cursor = connection.execute(sql)
    rows = cursor.fetchall()
    return {
        column[0]: Counter(row[place] for row in rows)
        for place, column in enumerate(cursor.description or ())
    }


CHANGES = ("({} + 1) % 5", "({} * 2 + rowid) % 5", "2", "nullif({}, 3)")


@settings(max_examples=500, deadline=None, derandomize=True)
@given(sql=queries())
def test_whatever_changes_is_told_by_the_lineage(connection: sqlite3.Connection, sql: str) -> None:
    traced = trace(sql, "sqlite", SCHEMA)
    assert traced.unresolved == (), sql
    told = {
        (output.name, source.table, source.column)
        for output in traced.statements[0].columns
        for source in output.sources
    }
    before = _result(connection, sql)
    assert list(before) == [output.name for output in traced.statements[0].columns]
    for table, columns in SCHEMA.items():
        for column in columns:
            for change in CHANGES:
                connection.execute("begin")
                connection.execute(f"update {table} set {column} = {change.format(column)}")
                after = _result(connection, sql)
                connection.execute("rollback")
                changed = {
                    (output, table, column) for output in before if before[output] != after[output]
                }
                assert changed <= told, sql
