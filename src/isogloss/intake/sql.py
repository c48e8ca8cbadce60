"""Column lineage of SQL: what statements write, and where each column comes from.

Source: OpenLineage's columnLineage facet 1-2-0 for the words; sqlglot parses, tells scopes apart
and expands `*` and USING.
"""

import logging
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import ParseError, SqlglotError
from sqlglot.optimizer.normalize_identifiers import normalize_identifiers
from sqlglot.tokenizer_core import Token, TokenType

from isogloss.intake.described import Transformation
from isogloss.intake.sql_parts import Sources, add
from isogloss.intake.sql_queries import Queries
from isogloss.intake.sql_relations import Relation
from isogloss.intake.sql_tables import Tables
from isogloss.intake.sql_writes import Untraced, Write, definition, writes

# It says on standard error what `trace` says in its answer.
logging.getLogger("sqlglot").addHandler(logging.NullHandler())

# What sqlglot raises of SQL that it half understands; the other statements can still be traced.
_CONFUSED = (SqlglotError, AssertionError, AttributeError, LookupError, TypeError, ValueError)


class Source(NamedTuple):
    """A column that another comes from, and in which ways, sorted.

    Where nobody can tell which column of the table it is, it is None, and no way is told.
    """

    table: str
    column: str | None
    transformations: tuple[Transformation, ...]


class Output(NamedTuple):
    """A column that a statement writes or gives, and its sources, sorted."""

    name: str
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """What one statement does: the table that it writes, None for a mere query.

    `reads` are all tables that it reads, sorted; what it writes is among them only if it reads
    that too.
    """

    line: int
    target: str | None
    reads: tuple[str, ...]
    columns: tuple[Output, ...]


class Unresolved(NamedTuple):
    """Something that was not traced, in words, and the line where it begins."""

    line: int
    what: str


@dataclass(frozen=True, slots=True)
class Traced:
    """The statements that move data, in order, and what could not be resolved in any."""

    statements: tuple[Statement, ...]
    unresolved: tuple[Unresolved, ...]


def dialects() -> tuple[str, ...]:
    """List the dialects of SQL that are read, sorted."""
    return tuple(sorted(name for name in Dialect.classes if name))


def trace(
    sql: str,
    dialect: str | None,
    schema: Mapping[str, Sequence[str]],
    *,
    unordered: Collection[str] = (),
) -> Traced:
    """Trace the columns of SQL statements.

    Args:
        sql: statements, divided by semicolons.
        dialect: one of `dialects`; None for what most understand.
        schema: dotted names of tables → their columns in order. Statements that make tables
            add to it for those that follow.
        unordered: those of its tables whose columns are in no order.

    Returns:
        What the statements write and where it comes from; never half of a statement in silence.
    """
    tracer = _Tracer(dialect, Tables(schema, unordered))
    tracer.read(sql)
    return Traced(tuple(tracer.statements), tuple(sorted(tracer.unresolved)))


def read_schema(sql: str, dialect: str | None) -> dict[str, tuple[str, ...]]:
    """Read which tables statements make, and with which columns in order."""
    tracer = _Tracer(dialect, Tables({}))
    tracer.read(sql)
    return tracer.tables.known()


def _divide(sql: str, dialect: Dialect) -> Iterator[list[Token]]:
    statement: list[Token] = []
    for token in dialect.tokenize(sql):
        if token.token_type == TokenType.SEMICOLON:
            if statement:
                yield statement
            statement = []
        else:
            statement.append(token)
    if statement:
        yield statement


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0].rstrip(".:")[:200]


class _Tracer:
    def __init__(self, dialect: str | None, tables: Tables) -> None:
        self.dialect = Dialect.get_or_raise(dialect)
        self.statements: list[Statement] = []
        self.unresolved: set[Unresolved] = set()
        self.tables = tables
        self._queries = Queries(self.dialect, tables, self._note_node)
        self._line = 1

    def note(self, line: int, what: str) -> None:
        self.unresolved.add(Unresolved(line, what))

    def read(self, sql: str) -> None:
        try:
            for tokens in _divide(sql, self.dialect):
                self._read_one(tokens, sql)
        except SqlglotError as error:
            self.note(1, f"this is not SQL of this dialect ({_first_line(error)})")

    def _read_one(self, tokens: list[Token], sql: str) -> None:
        self._line = line = tokens[0].line
        try:
            for statement in self.dialect.parser().parse(tokens, sql):
                if statement is not None:
                    self._read(normalize_identifiers(statement, dialect=self.dialect))
            return
        except Untraced as reason:
            why = str(reason)
        except ParseError as error:
            where = error.errors[0] if error.errors else {}
            why = f"this is not understood: {where.get('description') or _first_line(error)}"
            line = where.get("line") or line
        except RecursionError:
            why = "this is nested too deep to be understood; flatten it"
        except _CONFUSED as error:
            why = f"this could not be resolved: {_first_line(error)}"
        text = sql[tokens[0].start : tokens[-1].end + 1]
        if "{{" in text or "{%" in text:
            why = "this is a template and no SQL yet: compile it first"
        self.note(line, why.rstrip("."))

    def _read(self, statement: exp.Expr) -> None:
        made = definition(statement)
        if made is not None:
            table, columns = made
            self.tables.learn(self._queries.name(table), columns)
            return
        found: dict[str | None, dict[str, Sources]] = {}
        reads: defaultdict[str | None, set[str]] = defaultdict(set)
        try:
            # All of them first: to trace a query changes it.
            for write in list(writes(statement)):
                target = self._queries.name(write.target) if write.target is not None else None
                relation = self._queries.trace(write.query)
                columns_of = found.setdefault(target, {})
                for name, sources in self._written(write, target, relation):
                    all_of_it = columns_of.setdefault(name, {})
                    add(all_of_it, sources)
                    add(all_of_it, relation.influences, passed_on=True)
                reads[target] |= relation.reads
                if target is not None and write.makes_table:
                    self.tables.learn(target, None if relation.rest else list(columns_of))
        finally:
            for target, columns_of in found.items():
                outputs = tuple(_output(*column) for column in columns_of.items())
                self.statements.append(
                    Statement(self._line, target, tuple(sorted(reads[target])), outputs)
                )

    def _note_node(self, what: str, node: exp.Expr) -> None:
        self.note(_line(node, self._line), what)

    def _written(
        self, write: Write, target: str | None, relation: Relation
    ) -> Iterator[tuple[str, Sources]]:
        known = self.tables.columns(target) if target is not None else None
        if relation.rest:
            which = ", ".join(sorted({table for tables in relation.rest for table in tables}))
            self.note(self._line, f"* was not traced: the columns of {which} are not known")
        names: Sequence[str] | None = write.names
        if names is None and not write.by_name:
            names = self.tables.order(target) if target is not None else None
            if names is None and target is not None:
                self.note(
                    self._line,
                    f"the order of the columns of {target} is not known; they were taken to be "
                    "called as those that are written to it",
                )
        written = set()
        for place, (name, sources) in enumerate(relation.outputs):
            if names is None or place >= len(names):
                named = self._queries.spelled(name)
            else:
                named = names[place]
            if known is not None and not write.makes_table:
                named = {column.casefold(): column for column in known}.get(named.casefold(), named)
            written.add(named)
            yield named, sources
        if relation.rest and not write.makes_table:
            for named in known or ():
                if named not in written:
                    yield named, relation.unlisted


def _line(node: exp.Expr, default: int) -> int:
    for part in node.find_all(exp.Identifier):
        line = part.meta.get("line")
        if isinstance(line, int):
            return line
    return default


def _output(name: str, sources: Sources) -> Output:
    return Output(
        name,
        tuple(
            Source(origin.table, origin.column or None, tuple(sorted(ways)))
            for origin, ways in sorted(sources.items())
        ),
    )
