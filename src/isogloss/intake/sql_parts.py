"""How an expression is made of its parts, in the words of OpenLineage's columnLineage facet.

Source: https://openlineage.io/docs/spec/facets/dataset-facets/column_lineage_facet.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from sqlglot import exp

from isogloss.intake.described import Transformation

IDENTITY = Transformation("DIRECT", "IDENTITY", False)
TRANSFORMATION = Transformation("DIRECT", "TRANSFORMATION", False)
JOIN = Transformation("INDIRECT", "JOIN", False)
GROUP_BY = Transformation("INDIRECT", "GROUP_BY", False)
FILTER = Transformation("INDIRECT", "FILTER", False)
SORT = Transformation("INDIRECT", "SORT", False)
_WINDOW = Transformation("INDIRECT", "WINDOW", False)
_CONDITIONAL = Transformation("INDIRECT", "CONDITIONAL", False)
_STRENGTH = ("IDENTITY", "TRANSFORMATION", "AGGREGATION")

# Functions after which a value cannot be read, or only with a key. OpenLineage names `hash` and
# `count` as its examples, and leaves the list to who traces.
_MASKING = re.compile(
    r"md5.*|sha\d*|sha[12]?_.*|hash.*|.*_hash|mask|mask_.*|crc32|xxhash.*|murmur.*|.*fingerprint|"
    r"hmac.*|digest|.*encrypt|redact.*|tokenize|count|count_if|approx_distinct|"
    r"approx_count_distinct",
    re.I,
)


class Origin(NamedTuple):
    """A column of a table, as it is known; "" where nobody can tell which one."""

    table: str
    column: str


Sources = dict[Origin, frozenset[Transformation]]
"""Where values come from, and in which ways; in none that is known where no column is."""


def untold(tables: Iterable[str]) -> Sources:
    """Say of tables that values may come from any column of theirs."""
    return {Origin(table, ""): frozenset() for table in tables}


def add(
    found: Sources, more: Sources, how: Transformation = IDENTITY, *, passed_on: bool = False
) -> None:
    """Add sources that are used in some way to those found so far.

    With `passed_on`, only those that decide about rows are meant, and stay what they are. What
    decides about rows is not told of a column that is not known.
    """
    for origin, ways in more.items():
        if not ways and how.type == "INDIRECT":
            continue
        added = ways if passed_on else frozenset(_after(way, how) for way in ways)
        found[origin] = found.get(origin, frozenset()) | added


def _after(first: Transformation, then: Transformation) -> Transformation:
    """Give what two steps come to; what was no value before is none after."""
    if first.type == "INDIRECT" or then.type == "INDIRECT":
        return first if first.type == "INDIRECT" else then
    subtype = max(first.subtype or "", then.subtype or "", key=_STRENGTH.index)
    return Transformation("DIRECT", subtype, bool(first.masking or then.masking))


def parts(
    node: exp.Expr, how: Transformation, windows: dict[str, exp.Expr]
) -> Iterator[tuple[exp.Expr, Transformation]]:
    """Give the parts of an expression, and how each makes what the whole makes.

    Args:
        node: no column and no query, which are not made of parts.
        how: what becomes of the whole.
        windows: the windows that have a name in the query, by it.
    """
    if isinstance(node, exp.Alias | exp.Paren):
        yield node.this, how
    elif isinstance(node, exp.Case | exp.If | exp.Coalesce | exp.DecodeCase | exp.Nvl2):
        yield from _choice(node, how)
    elif isinstance(node, exp.Window):
        yield node.this, how
        named = windows.get(node.alias)
        for window in (node, named) if named is not None else (node,):
            order = window.args.get("order")
            yield from _each(order.expressions if order is not None else None, _WINDOW)
            for key in ("partition_by", "spec", "over"):
                yield from _each(window.args.get(key), _WINDOW)
    elif isinstance(node, exp.Filter):
        yield node.this, how
        yield node.expression, _CONDITIONAL
    elif isinstance(node, exp.Order):
        # Inside an aggregate: ARRAY_AGG(this ORDER BY expressions).
        yield from _each(node.this, how)
        yield from _each(node.expressions, SORT)
    elif isinstance(node, exp.WithinGroup):
        yield node.this, how
        # PERCENTILE_CONT(0.5) takes its values from there, LISTAGG(a, ',') only the order.
        takes_values = node.this.find(exp.Column) is None
        step = _after(how, _value(node.this)) if takes_values else SORT
        yield from _each(node.expression.expressions, step)
    else:
        yield from _each(list(node.iter_expressions()), _after(how, _value(node)))


def _choice(node: exp.Expr, how: Transformation) -> Iterator[tuple[exp.Expr, Transformation]]:
    condition, value = _CONDITIONAL, _after(how, _value(node))
    if isinstance(node, exp.Coalesce):
        taken = [node.this, *node.expressions]
        names = {part.name for part in taken if isinstance(part, exp.Column)}
        # One column of two tables, as USING makes it: whichever is there is taken as it is.
        if len(names) == 1 and all(isinstance(part, exp.Column) for part in taken):
            yield from _each(taken, how)
            return
        yield from _each(taken, value)
        yield from _each(taken[:-1], condition)
    elif isinstance(node, exp.Case):
        yield from _each(node.this, condition)
        for branch in node.args["ifs"]:
            yield branch.this, condition
            yield branch.args["true"], value
        yield from _each(node.args.get("default"), value)
    elif isinstance(node, exp.DecodeCase):
        compared, *rest = node.expressions
        yield compared, condition
        for searched, taken_ in zip(rest[::2], rest[1::2], strict=False):
            yield searched, condition
            yield taken_, value
        if len(rest) % 2:
            yield rest[-1], value
    else:
        yield node.this, condition
        for key in ("true", "false"):
            yield from _each(node.args.get(key), value)


def _each(
    value: exp.Expr | list[exp.Expr] | str | None, how: Transformation
) -> Iterator[tuple[exp.Expr, Transformation]]:
    for node in value if isinstance(value, list) else [value]:
        if isinstance(node, exp.Expr):
            yield node, how


def _value(node: exp.Expr) -> Transformation:
    subtype = "AGGREGATION" if isinstance(node, exp.AggFunc) else "TRANSFORMATION"
    return Transformation("DIRECT", subtype, _masks(node))


def _masks(node: exp.Expr) -> bool:
    if not isinstance(node, exp.Func):
        return False
    names = [node.name] if isinstance(node, exp.Anonymous) else node.sql_names()
    return any(_MASKING.fullmatch(name) for name in names)
