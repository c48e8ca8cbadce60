"""What scopes of a query read, and where the columns and expressions in them come from."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from sqlglot import exp
from sqlglot.optimizer.scope import Scope

from isogloss.intake.described import Transformation
from isogloss.intake.sql_parts import (
    GROUP_BY,
    IDENTITY,
    JOIN,
    SORT,
    TRANSFORMATION,
    Origin,
    Sources,
    add,
    parts,
    untold,
)


@dataclass
class Relation:
    """What a table, a query or a part of one gives to whoever reads it.

    `outputs` are its columns in order. `rest` says of which tables all other columns are too,
    because nobody knows them: any one of the sets, and each table of it. `others` are the
    sources of any name that is not told. `influences` decide which rows there are; `reads` are
    the tables that are read at all.
    """

    outputs: list[tuple[str, Sources]] = field(default_factory=list)
    rest: list[frozenset[str]] = field(default_factory=list)
    others: Sources | None = None
    influences: Sources = field(default_factory=dict)
    reads: set[str] = field(default_factory=set)
    table: str | None = None  # if it is a table as it is

    @property
    def unlisted(self) -> Sources:
        """What columns come from that nobody knows."""
        return untold(table for tables in self.rest for table in tables)

    def find(self, name: str) -> Sources | None:
        """Find where a column comes from; None if there is no such column, or it is not sure."""
        found: Sources = {}
        for known, sources in self.outputs:
            if known == name:
                add(found, sources)
        if found or any(known == name for known, _ in self.outputs):
            return found
        if len(self.rest) == 1:
            return {Origin(table, name): frozenset({IDENTITY}) for table in self.rest[0]}
        return self.others


class Reading:
    """Tells of a scope what it reads, and of an expression in it where it comes from.

    Nothing here follows an expression by recursion, so none is too deep or too long.
    """

    def __init__(
        self,
        query: exp.Query,
        columns: Mapping[str, tuple[str, ...] | None],
        note: Callable[[str, exp.Expr], None],
    ) -> None:
        """Prepare to read a query.

        Args:
            query: the query.
            columns: what its tables are called → their columns, None if nobody knows them.
            note: is told what cannot be resolved, in words, and where.
        """
        self._query = query
        self._known = columns
        self._note = note
        self._scopes: dict[int, Scope] = {}  # by their expressions
        self._all: set[int] = set()
        self._relations: dict[int, Relation] = {}
        self._recursive: dict[int, Relation] = {}
        self._inputs: dict[int, dict[str, Relation]] = {}

    def _inputs_of(self, scope: Scope) -> dict[str, Relation]:
        found = self._inputs.get(id(scope))
        if found is None:
            selected: dict[str, tuple[exp.Expr, exp.Expr | Scope]] = {}
            selected.update(scope.selected_sources)
            if not selected:
                selected = {
                    alias: (source if isinstance(source, exp.Expr) else source.expression, source)
                    for alias, source in scope.sources.items()
                    if alias not in scope.cte_sources
                }
            found = {}
            for alias, (node, source) in selected.items():
                if self._is_to_come(source):
                    continue
                relation = self._renamed(node, self._source(source, scope))
                pivots = node.args.get("pivots") or ()
                for pivot in pivots:
                    relation = self._pivoted(pivot, relation, scope)
                found[pivots[-1].alias if pivots and pivots[-1].alias else alias] = relation
            if not any(self._is_to_come(source) for _, source in selected.values()):
                self._inputs[id(scope)] = found
        return found

    def _is_to_come(self, source: exp.Expr | Scope) -> bool:
        return id(source) in self._all and id(source) not in self._relations

    def _source(self, source: exp.Expr | Scope, scope: Scope) -> Relation:
        if isinstance(source, Scope):
            found = self._relations.get(id(source))
            if found is not None:
                return found
            cte = source.expression.find_ancestor(exp.CTE)
            return self._recursive.get(id(cte), Relation(others={}))
        table = source.name
        if isinstance(source.this, exp.Func):
            relation = Relation(others={})
            sources = self._gather(source.this, scope, IDENTITY, relation)
            relation.others = sources
            add(relation.influences, sources, JOIN)
            if not isinstance(source.this, exp.GenerateSeries | exp.Explode | exp.Unnest):
                name = source.this.name or source.this.sql_name()
                self._note(f"what the table function {name} reads is not known", source)
            return relation
        columns = self._known.get(table)
        return Relation(
            [(name, {Origin(table, name): frozenset({IDENTITY})}) for name in columns or ()],
            [] if columns is not None else [frozenset({table})],
            reads={table},
            table=table,
        )

    def _renamed(self, node: exp.Expr, relation: Relation) -> Relation:
        names = node.alias_column_names if isinstance(node, exp.Table | exp.Subquery) else ()
        if not names or relation.others is not None:
            return relation
        if relation.rest:
            self._note("columns are renamed by position, and their order is not known", node)
            return Relation([], [], relation.unlisted, relation.influences, relation.reads)
        outputs = [
            (names[place] if place < len(names) else name, sources)
            for place, (name, sources) in enumerate(relation.outputs)
        ]
        return Relation(outputs, [], None, relation.influences, relation.reads)

    def _pivoted(self, pivot: exp.Expr, relation: Relation, scope: Scope) -> Relation:
        """Trace (UN)PIVOT: columns that it makes come from all that it reads."""
        made: Sources = {}
        used = set()
        for node in pivot.iter_expressions():
            for column in node.find_all(exp.Column):
                how = TRANSFORMATION
                if column.find_ancestor(exp.AggFunc):
                    how = Transformation("DIRECT", "AGGREGATION", False)
                elif not pivot.args.get("unpivot"):
                    how = Transformation("INDIRECT", "CONDITIONAL", False)
                add(made, relation.find(column.name) or {}, how)
                used.add(column.name)
        outputs = [(name, sources) for name, sources in relation.outputs if name not in used]
        influences = dict(relation.influences)
        if not pivot.args.get("unpivot"):
            for _, sources in outputs:
                add(influences, sources, GROUP_BY)
        if relation.rest:
            self._note("the columns that PIVOT leaves as they are are not known", pivot)
            add(made, relation.unlisted)
        return Relation(outputs, [], made, influences, relation.reads)

    # ---- expressions

    def _gather(
        self, root: exp.Expr, scope: Scope, how: Transformation, relation: Relation
    ) -> Sources:
        """Collect what an expression reads, and what it makes of it.

        Tables that are read in queries inside it are added to what `relation` reads.
        """
        found: Sources = {}
        windows = {w.name: w for w in scope.expression.args.get("windows") or ()}
        stack = [(root, how)]
        while stack:
            node, how = stack.pop()
            if isinstance(node, exp.Column) and not isinstance(node.this, exp.Star):
                add(found, self._column(node, scope, relation), how)
            elif isinstance(node, exp.Star | exp.Column | exp.TableColumn):
                for sources in self._all_columns(node, scope):
                    add(found, sources, how)
            elif isinstance(node, exp.Count) and isinstance(node.this, exp.Star):
                continue
            elif isinstance(node, exp.Query):
                self._inner(node, found, relation, how)
            elif isinstance(node, exp.Exists) and isinstance(node.this, exp.Query):
                self._inner(node.this, found, relation, None)
            elif isinstance(node, exp.Literal) and how in (SORT, GROUP_BY):
                # The number of an output; inside an expression it is nothing but a number.
                place = int(node.this) if node.is_int else 0
                whole = isinstance(node.parent, exp.Ordered | exp.Group)
                if whole and 0 < place <= len(relation.outputs):
                    add(found, relation.outputs[place - 1][1], how)
            else:
                stack += parts(node, how, windows)
        return found

    def _inner(
        self, node: exp.Expr, found: Sources, relation: Relation, how: Transformation | None
    ) -> None:
        """Add what a query inside an expression reads; its values too, unless `how` is None."""
        scope = self._scopes.get(id(node.unnest()))
        if scope is None:
            self._note("a query inside an expression was not traced", node)
            return
        inner = self._relations[id(scope)]
        add(found, inner.influences, passed_on=True)
        relation.reads |= inner.reads
        if how is None:
            return
        for _, sources in inner.outputs:
            add(found, sources, how)
        if inner.rest:
            self._note("the columns of * are not known", node)
            add(found, inner.unlisted, how)

    def _all_columns(self, node: exp.Expr, scope: Scope) -> Iterator[Sources]:
        name = node.table if isinstance(node, exp.Column) else node.name
        for alias, source in self._inputs_of(scope).items():
            if isinstance(node, exp.Star) or alias == name:
                yield from (sources for _, sources in source.outputs)
                if source.rest:
                    self._note("the columns of * are not known", node)
                    yield source.unlisted

    def _column(self, column: exp.Column, scope: Scope, relation: Relation) -> Sources:
        name, table = column.name, column.table
        outputs = Relation(relation.outputs)
        clause = column.find_ancestor(exp.Order, exp.Select)
        if not table and isinstance(clause, exp.Order) and isinstance(clause.parent, exp.Query):
            found = outputs.find(name)
            if found is not None:
                return found
        found = None
        at: Scope | None = scope
        while at is not None:
            found = self._look_up(at, table, name, column)
            if found is not None:
                return found
            at = at.parent if at.can_be_correlated else None
        if not table:
            found = outputs.find(name)
        elif (first := column.parts[0].name) != name:
            # The name of a table that is none is that of a column with fields.
            found = {}
            add(found, self._look_up(scope, "", first, column) or {}, TRANSFORMATION)
            found = found or None
        if found is None:
            shown = f"{table}.{name}" if table else name
            self._note(f"the column {shown} was not found, or could be of several tables", column)
            return self._perhaps(scope, table, name)
        return found

    def _perhaps(self, scope: Scope, table: str, name: str) -> Sources:
        """Tell which columns a name may mean, or of which tables, and nothing of how."""
        found: Sources = {}
        for alias, source in self._inputs_of(scope).items():
            if table in ("", alias):
                known = Relation(source.outputs).find(name) or {}
                add(found, source.unlisted | dict.fromkeys(known, frozenset()))
        return found

    def _look_up(self, scope: Scope, table: str, name: str, column: exp.Column) -> Sources | None:
        inputs = self._inputs_of(scope)
        if table:
            source = inputs.get(table)
            if source is None and isinstance(scope.sources.get(table), exp.Table | Scope):
                source = self._source(scope.sources[table], scope)
            if source is None:
                return None
            found = source.find(name)
            if found is None and source.table is not None:
                self._note(f"no column {name} of {table} is known", column)
                return {Origin(source.table, name): frozenset({IDENTITY})}
            return found
        candidates = [found for s in inputs.values() if (found := s.find(name)) is not None]
        certain = [s for s in inputs.values() if any(known == name for known, _ in s.outputs)]
        if len(certain) == 1:
            return certain[0].find(name)
        return candidates[0] if len(candidates) == 1 else None
