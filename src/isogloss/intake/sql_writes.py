"""What statements write, each told as the query that gives what is written."""

from collections.abc import Iterator
from typing import NamedTuple

from sqlglot import exp

_DYNAMIC = {"CALL", "DO", "EXEC", "EXECUTE"}
# They define, allow or set something, and move no data.
_SILENT = (
    exp.Alter,
    exp.Analyze,
    exp.Comment,
    exp.Commit,
    exp.Describe,
    exp.Drop,
    exp.Grant,
    exp.Kill,
    exp.Pragma,
    exp.Refresh,
    exp.Revoke,
    exp.Rollback,
    exp.Semicolon,
    exp.Set,
    exp.Show,
    exp.Transaction,
    exp.TruncateTable,
    exp.Uncache,
)


class Untraced(Exception):
    """A statement moves data, or may, and is not traced; the sentence says why."""


class Write(NamedTuple):
    """A query, and the table that its rows or values are written to; None for a mere query.

    The columns are written by the order of `names`, or of the table's if it is None; with
    `by_name`, by the names that the query gives them. `makes_table` is true if there is no
    other column in the table than these.
    """

    target: exp.Table | None
    query: exp.Query
    names: tuple[str, ...] | None = None
    by_name: bool = False
    makes_table: bool = False


def definition(statement: exp.Expr) -> tuple[exp.Table, tuple[str, ...]] | None:
    """Give the table that a statement makes, and its columns, if it lists them."""
    if not isinstance(statement, exp.Create) or statement.expression is not None:
        return None
    made = statement.this
    if not isinstance(made, exp.Schema) or not isinstance(made.this, exp.Table):
        return None
    columns = tuple(part.name for part in made.expressions if isinstance(part, exp.ColumnDef))
    return (made.this, columns) if columns else None


def writes(statement: exp.Expr) -> Iterator[Write]:
    """Say what a statement writes; nothing if it moves no data.

    Raises:
        Untraced: it may move data in a way that is not understood.
    """
    for cte in statement.find_all(exp.CTE):
        if isinstance(cte.this, exp.DML) and not isinstance(cte.this, exp.Query):
            raise Untraced("a CTE that writes is not traced")
    if isinstance(statement, exp.Create):
        yield from _create(statement)
    elif isinstance(statement, exp.Insert):
        yield from _insert(statement)
    elif isinstance(statement, exp.Update):
        yield from _update(statement)
    elif isinstance(statement, exp.Delete):
        yield from _delete(statement)
    elif isinstance(statement, exp.Merge):
        yield from _merge(statement)
    elif isinstance(statement, exp.Query):
        into = statement.args.get("into")
        target = into.this if into is not None else None
        yield Write(target, statement, by_name=True, makes_table=target is not None)
    elif isinstance(statement, exp.Command | exp.Execute):
        word = statement.name.upper() if isinstance(statement, exp.Command) else "EXECUTE"
        if word in _DYNAMIC:
            raise Untraced(f"{word} runs SQL that is not written here (dynamic SQL)")
        raise Untraced(f"the statement {word} is not understood in this dialect")
    elif isinstance(statement, exp.Use):
        raise Untraced("USE changes what names mean; they were read as they are written")
    elif not isinstance(statement, _SILENT):
        known = isinstance(statement, exp.DDL | exp.DML | exp.Copy | exp.LoadData)
        what = statement.key.upper() if known else "what is no statement"
        raise Untraced(f"{what} is not traced")


def _create(create: exp.Create) -> Iterator[Write]:
    made, names = create.this, None
    if isinstance(made, exp.Schema):
        names = tuple(part.name for part in made.expressions if part.name) or None
        made = made.this
    clone = create.args.get("clone")
    if isinstance(clone, exp.Clone):
        yield Write(made, exp.select("*").from_(clone.this), by_name=True, makes_table=True)
    elif isinstance(create.expression, exp.Query):
        query = _with(create, create.expression)
        yield Write(made, query, names, by_name=names is None, makes_table=True)
    elif create.expression is not None or create.kind in ("FUNCTION", "PROCEDURE", "TRIGGER"):
        raise Untraced(f"what is inside a {str(create.kind).lower()} is not traced")


def _insert(insert: exp.Insert) -> Iterator[Write]:
    target, names = insert.this, None
    if isinstance(target, exp.Schema):
        names = tuple(part.name for part in target.expressions)
        target = target.this
    query = insert.expression
    if isinstance(query, exp.Table):
        query = exp.select("*").from_(query)
    if not isinstance(target, exp.Table) or not isinstance(query, exp.Query):
        if isinstance(query, exp.Values) or query is None:
            return
        raise Untraced("an INSERT of this form is not traced")
    query = _with(insert, query)
    yield Write(target, query, names, by_name=bool(insert.args.get("by_name")))
    conflict = insert.args.get("conflict")
    if conflict is not None and conflict.expressions:
        source = query.copy().subquery("excluded")
        if names:
            columns = [exp.to_identifier(name, quoted=True) for name in names]
            source.args["alias"].set("columns", columns)
        joins = [exp.Join(this=source)]
        yield from _assignments(
            target, conflict.expressions, exp.From(this=target.copy()), joins, conflict
        )


def _update(update: exp.Update) -> Iterator[Write]:
    target, from_ = update.this, update.args.get("from_")
    if not isinstance(target, exp.Table):
        raise Untraced("an UPDATE of this form is not traced")
    joins: list[exp.Join] = []
    start = exp.From(this=target.copy())
    if from_ is not None:
        found = _named(from_, target)
        if found is not None:
            target, start = found, from_.copy()
        else:
            joins = [exp.Join(this=from_.this.copy())]
    for write in _assignments(target, update.expressions, start, joins, update):
        yield write._replace(query=_with(update, write.query))


def _delete(delete: exp.Delete) -> Iterator[Write]:
    target = delete.this
    tables = delete.args.get("tables")
    if tables:
        found = _named(delete, tables[0]) or target
        target = found
    using = delete.args.get("using") or []
    if delete.args.get("where") is None and not using:
        return
    query = exp.Select(
        expressions=[exp.column(exp.Star(), table=target.alias_or_name)],
        from_=exp.From(this=delete.this.copy()),
        joins=[exp.Join(this=table.copy()) for table in using],
        where=_copy(delete.args.get("where")),
    )
    yield Write(target, _with(delete, query), by_name=True)


def _merge(merge: exp.Merge) -> Iterator[Write]:
    target, using = merge.this, merge.args["using"]
    source = using.alias_or_name
    for when in merge.args["whens"].expressions:
        then = when.args["then"]
        names, values = _clause(then, target.alias_or_name, source)
        if isinstance(then, exp.Insert):
            for column in [c for value in values for c in value.find_all(exp.Column)]:
                # What is inserted can only be the source's: there is no row of the target.
                if not column.table and source:
                    column.set("table", exp.to_identifier(source))
        condition = when.args.get("condition")
        query = exp.Select(
            expressions=values,
            from_=exp.From(this=target.copy()),
            joins=[exp.Join(this=using.copy(), on=merge.args["on"].copy())],
            where=exp.Where(this=condition.copy()) if condition is not None else None,
        )
        yield Write(target, _with(merge, query), names, by_name=names is None)


def _clause(
    then: exp.Expr, target: str, source: str
) -> tuple[tuple[str, ...] | None, list[exp.Expr]]:
    """Give what a WHEN of a MERGE writes: names, if it has any, and values."""
    star: list[exp.Expr] = [exp.column(exp.Star(), table=source)]
    if isinstance(then, exp.Update):
        if any(isinstance(part, exp.Star) for part in then.expressions):
            return None, star
        pairs = list(_pairs(then.expressions))
        return tuple(name for name, _ in pairs), [value.copy() for _, value in pairs]
    if isinstance(then, exp.Insert):
        if isinstance(then.this, exp.Star) or then.expression is None:
            return None, star
        values = [value.copy() for value in then.expression.expressions]
        if isinstance(then.this, exp.Tuple):
            return tuple(column.name for column in then.this.expressions), values
        raise Untraced("an INSERT of a MERGE that names no columns is not traced")
    return None, [exp.column(exp.Star(), table=target)]


def _assignments(
    target: exp.Table,
    assignments: list[exp.Expr],
    from_: exp.From,
    joins: list[exp.Join],
    holder: exp.Expr,
) -> Iterator[Write]:
    pairs = list(_pairs(assignments))
    query = exp.Select(
        expressions=[value.copy() for _, value in pairs],
        from_=from_,
        joins=joins,
        where=_copy(holder.args.get("where")),
    )
    yield Write(target, query, tuple(name for name, _ in pairs))


def _pairs(assignments: list[exp.Expr]) -> Iterator[tuple[str, exp.Expr]]:
    for assignment in assignments:
        if not isinstance(assignment, exp.EQ):
            raise Untraced(f"SET {assignment.sql()[:80]} is not understood")
        left, right = assignment.this, assignment.expression
        if not isinstance(left, exp.Tuple | exp.Paren):
            yield left.name, right
            continue
        names = [column.name for column in left.expressions or [left.this]]
        values = right.expressions if isinstance(right, exp.Tuple) else _each(right, len(names))
        yield from zip(names, values, strict=False)


def _each(query: exp.Expr, size: int) -> list[exp.Expr]:
    """Give the queries of one column each that a query of several columns comes to."""
    queries = [query.copy() for _ in range(size)]
    for place, one in enumerate(queries):
        select = one.unnest()
        if isinstance(select, exp.Select) and len(select.expressions) == size:
            select.set("expressions", [select.expressions[place]])
    return queries


def _named(holder: exp.Expr, target: exp.Table) -> exp.Table | None:
    """Find the table that UPDATE x or DELETE x means by the name that FROM gives it."""
    for table in holder.find_all(exp.Table):
        same = table.alias_or_name.casefold() == target.name.casefold()
        if same and not target.db and table is not target:
            return table
    return None


def _with(statement: exp.Expr, query: exp.Query) -> exp.Query:
    """Give a query the CTEs of the statement that it stands in."""
    outer = statement.args.get("with_")
    query = query.copy()
    if outer is None or statement is query:
        return query
    inner = query.args.get("with_")
    ctes = [*outer.expressions, *(inner.expressions if inner is not None else ())]
    recursive = outer.recursive or (inner is not None and inner.recursive)
    copies = [cte.copy() for cte in ctes]
    query.set("with_", exp.With(expressions=copies, recursive=recursive))
    return query


def _copy(node: exp.Expr | None) -> exp.Expr | None:
    return node.copy() if node is not None else None
