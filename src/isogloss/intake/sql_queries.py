"""Queries made plain for tracing: each name in them whole, and as it is known."""

from collections.abc import Callable, Mapping
from contextlib import suppress

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import OptimizeError
from sqlglot.optimizer.qualify_columns import qualify_columns
from sqlglot.optimizer.qualify_tables import qualify_tables
from sqlglot.optimizer.scope import traverse_scope
from sqlglot.schema import MappingSchema

from isogloss.intake.sql_parts import Sources, add
from isogloss.intake.sql_relations import Relation
from isogloss.intake.sql_scopes import QueryTracer
from isogloss.intake.sql_tables import Tables


class Queries:
    """Traces queries of one dialect over tables of which more and more is known."""

    def __init__(
        self, dialect: Dialect, tables: Tables, note: Callable[[str, exp.Expr], None]
    ) -> None:
        """Prepare; `note` is told what cannot be resolved, in words, and where."""
        self._dialect = dialect
        self._tables = tables
        self._note = note
        # How names that nobody knows are spelled, by their lower case.
        self._spelling: dict[str, str] = {}

    def spelled(self, name: str) -> str:
        """Give a name that was folded as it is spelled."""
        return self._spelling.get(name, name)

    def name(self, table: exp.Table) -> str:
        """Give the name by which a table is known, or as it is written."""
        return self._known([part.name for part in table.parts], table)

    def _known(self, written: list[str], table: exp.Expr) -> str:
        found = self._tables.find(tuple(written))
        if len(found) > 1:
            self._note(
                f"{'.'.join(written)} could be {' or '.join(found[:3])}; it was taken as written",
                table,
            )
        return found[0] if len(found) == 1 else ".".join(written)

    def trace(self, query: exp.Query) -> Relation:
        """Trace a query, and give it in terms of the tables' own names."""
        self._fold(query)
        names = self._rename_tables(query)
        columns = {
            alias: None if known is None else tuple(column.casefold() for column in known)
            for alias, name in names.items()
            for known in [self._tables.columns(name)]
        }
        schema = MappingSchema(
            {alias: dict.fromkeys(known, "unknown") for alias, known in columns.items() if known},
            dialect=self._dialect,
            normalize=False,
        )
        query = qualify_tables(query, dialect=self._dialect)
        query = self._qualified(query, schema)
        relation = QueryTracer(query, columns, self._note).trace()
        return self._restored(relation, names)

    def _qualified(self, query: exp.Query, schema: MappingSchema) -> exp.Query:
        # One column that sqlglot does not find, or finds twice, would cost all others; the tracer
        # finds what is left to it, names of outputs and columns alike.
        unknown = MappingSchema(dialect=self._dialect)
        for known, with_aliases in ((schema, True), (schema, False), (unknown, False)):
            with suppress(OptimizeError):
                return qualify_columns(
                    query.copy(), known, expand_alias_refs=with_aliases, dialect=self._dialect
                )
        return query

    def _fold(self, query: exp.Query) -> None:
        for node in query.find_all(exp.Identifier):
            folded = node.name.casefold()
            self._spelling[folded] = min(self._spelling.get(folded, node.name), node.name)
            node.set("this", folded)
            node.set("quoted", True)

    def _rename_tables(self, query: exp.Query) -> dict[str, str]:
        """Give each table a name of one part that nothing else has: that → its known name."""
        names: dict[str, str] = {}
        shorts: dict[str, str] = {}
        tables = [
            source
            for scope in traverse_scope(query)
            for source in scope.sources.values()
            if isinstance(source, exp.Table) and isinstance(source.this, exp.Identifier)
        ]
        qualified = {(table.db, table.name) for table in tables if table.db}
        for column in query.find_all(exp.Column):
            if (column.text("db"), column.table) in qualified:
                column.set("db", None)
                column.set("catalog", None)
        for table in {id(table): table for table in tables}.values():
            written = [part.name for part in table.parts]
            spelled = [self._spelling.get(part, part) for part in written]
            name = self._known(spelled, table)
            short = shorts.setdefault(name, f"_table {len(shorts)}")
            names[short] = name
            if not table.alias:
                table.set("alias", exp.TableAlias(this=exp.to_identifier(table.name, quoted=True)))
            table.set("this", exp.to_identifier(short, quoted=True))
            table.set("db", None)
            table.set("catalog", None)
        return names

    def _restored(self, relation: Relation, names: Mapping[str, str]) -> Relation:
        spelled = {
            short: {column.casefold(): column for column in self._tables.columns(name) or ()}
            for short, name in names.items()
        }

        def restore(sources: Sources) -> Sources:
            found: Sources = {}
            for origin, ways in sources.items():
                column = spelled[origin.table].get(
                    origin.column, self._spelling.get(origin.column, origin.column)
                )
                add(found, {origin._replace(table=names[origin.table], column=column): ways})
            return found

        return Relation(
            [(name, restore(sources)) for name, sources in relation.outputs],
            [frozenset(names[table] for table in tables) for tables in relation.rest],
            None,
            restore(relation.influences),
            {names[table] for table in relation.reads},
        )
