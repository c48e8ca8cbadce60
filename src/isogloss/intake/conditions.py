"""Conditions brought to a form in which those that pass the same rows meet.

Equal forms pass the same rows, in three-valued logic too; unequal ones may still do so.
"""

from collections.abc import Iterable

from sqlglot import exp

from isogloss.errors import InvalidInput
from isogloss.intake.expressions import parse, read, write
from isogloss.model.translation import SqlType

_OPPOSITE: dict[type[exp.Expr], type[exp.Expr]] = {
    exp.EQ: exp.NEQ,
    exp.NEQ: exp.EQ,
    exp.LT: exp.GTE,
    exp.GTE: exp.LT,
    exp.GT: exp.LTE,
    exp.LTE: exp.GT,
}
_SYMMETRIC = (exp.EQ, exp.NEQ, exp.Add, exp.Mul)


def conjuncts(text: str) -> frozenset[str] | None:
    """Divide a condition into what must hold of a row, each in one way of writing.

    Order, case of words, parentheses, double negations, BETWEEN, and which side of a comparison
    stands left do not matter. A condition with more conjuncts passes the same rows or fewer.

    Returns:
        None if it is no condition that translations may use, as nothing can be said of it then.

    >>> conjuncts("a = 1 AND NOT b > 2") == conjuncts("2 >= b and 1 = a")
    True
    >>> conjuncts("TRUE")
    frozenset()
    """
    try:
        if parse(text).type not in (SqlType.BOOLEAN, SqlType.UNKNOWN):
            return None
        # What is true anyway asks for nothing.
        return frozenset(map(_written, _parts(read(text), True, exp.And))) - {"TRUE"}
    except InvalidInput:
        return None


def _parts(node: exp.Expr, holds: bool, joined: type[exp.Expr]) -> Iterable[exp.Expr]:
    """Give what is joined by AND, or by OR, in a condition that is to hold or not."""
    if isinstance(node, exp.Paren):
        yield from _parts(node.this, holds, joined)
    elif isinstance(node, exp.Not):
        yield from _parts(node.this, not holds, joined)
    elif isinstance(node, exp.And | exp.Or) and (type(node) is joined) == holds:
        yield from _parts(node.this, holds, joined)
        yield from _parts(node.expression, holds, joined)
    elif isinstance(node, exp.Between) and (joined is exp.And) == holds:
        yield _atom(exp.GTE(this=node.this, expression=node.args["low"]), holds)
        yield _atom(exp.LTE(this=node.this, expression=node.args["high"]), holds)
    else:
        yield from _whole(node, holds, joined)


def _whole(node: exp.Expr, holds: bool, joined: type[exp.Expr]) -> Iterable[exp.Expr]:
    """Give what within which the other connector joins: one part, if it joins several."""
    if not isinstance(node, exp.And | exp.Or | exp.Between):
        yield _atom(node, holds)
        return
    other = exp.Or if joined is exp.And else exp.And
    written = sorted({_written(part) for part in _parts(node, holds, other)})
    if len(written) == 1:
        yield from _parts(read(written[0]), True, joined)
        return
    word = " OR " if other is exp.Or else " AND "
    yield exp.Paren(this=read(word.join(f"({part})" for part in written)))


def _atom(node: exp.Expr, holds: bool) -> exp.Expr:
    if isinstance(node, exp.In) and len({_written(value) for value in node.expressions}) == 1:
        node = exp.EQ(this=node.this, expression=node.expressions[0])
    if not holds:
        opposite = _OPPOSITE.get(type(node))
        if opposite is None:
            return exp.Not(this=exp.Paren(this=node))
        node = opposite(this=node.this, expression=node.expression)
    if isinstance(node, exp.GT):
        return exp.LT(this=node.expression, expression=node.this)
    if isinstance(node, exp.GTE):
        return exp.LTE(this=node.expression, expression=node.this)
    return node


def _written(node: exp.Expr) -> str:
    """Write a part without needless parentheses, sides in order where that is all one."""
    if isinstance(node, exp.Paren):
        return _written(node.this)
    if isinstance(node, _SYMMETRIC):
        sides = sorted(f"({_written(side)})" for side in (node.this, node.expression))
        return write(type(node)(this=read(sides[0]), expression=read(sides[1])))
    if isinstance(node, exp.In):
        listed = sorted({_written(value) for value in node.expressions})
        values = [read(value) for value in listed]
        return write(exp.In(this=read(f"({_written(node.this)})"), expressions=values))
    if isinstance(node, exp.LT | exp.LTE):
        sides = [f"({_written(side)})" for side in (node.this, node.expression)]
        return write(type(node)(this=read(sides[0]), expression=read(sides[1])))
    return write(node)
