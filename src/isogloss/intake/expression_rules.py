"""Which SQL an expression may be made of, and of which type it is.

What is not listed here is refused: whoever adds a function says what it takes and gives.
"""

from collections.abc import Iterator, Mapping

from sqlglot import exp

from isogloss.errors import ExpressionRefused
from isogloss.model.translation import SqlType

BOOLEAN, NUMERIC, TEXT = SqlType.BOOLEAN, SqlType.NUMERIC, SqlType.TEXT
DATE, TIMESTAMP, UNKNOWN = SqlType.DATE, SqlType.TIMESTAMP, SqlType.UNKNOWN
_TIMES = frozenset({DATE, TIMESTAMP})

FUNCTIONS: dict[type[exp.Expr], tuple[dict[str, SqlType], SqlType]] = {
    exp.Abs: ({"this": NUMERIC}, NUMERIC),
    exp.Round: ({"this": NUMERIC, "decimals": NUMERIC}, NUMERIC),
    exp.Lower: ({"this": TEXT}, TEXT),
    exp.Upper: ({"this": TEXT}, TEXT),
    exp.Trim: ({"this": TEXT}, TEXT),
    exp.Length: ({"this": TEXT}, NUMERIC),
    exp.Replace: ({"this": TEXT, "expression": TEXT, "replacement": TEXT}, TEXT),
    exp.Substring: ({"this": TEXT, "start": NUMERIC, "length": NUMERIC}, TEXT),
    exp.CurrentDate: ({}, DATE),
    exp.CurrentTimestamp: ({}, TIMESTAMP),
    exp.Neg: ({"this": NUMERIC}, NUMERIC),
    exp.Mul: ({"this": NUMERIC, "expression": NUMERIC}, NUMERIC),
    exp.Div: ({"this": NUMERIC, "expression": NUMERIC}, NUMERIC),
    exp.Mod: ({"this": NUMERIC, "expression": NUMERIC}, NUMERIC),
    exp.DPipe: ({"this": TEXT, "expression": TEXT}, TEXT),
    exp.Like: ({"this": TEXT, "expression": TEXT}, BOOLEAN),
    exp.Not: ({"this": BOOLEAN}, BOOLEAN),
    exp.And: ({"this": BOOLEAN, "expression": BOOLEAN}, BOOLEAN),
    exp.Or: ({"this": BOOLEAN, "expression": BOOLEAN}, BOOLEAN),
}
"""What takes arguments of fixed types: name of the argument → its type, and the type given."""

_ARGUMENTS: dict[type[exp.Expr], frozenset[str]] = {
    **{kind: frozenset(takes) for kind, (takes, _) in FUNCTIONS.items()},
    # `safe` is how an engine treats NULL and 0; nobody writes it.
    exp.DPipe: frozenset({"this", "expression", "safe"}),
    exp.Div: frozenset({"this", "expression", "safe"}),
    exp.Paren: frozenset({"this"}),
    exp.Column: frozenset({"this", "table"}),
    exp.Identifier: frozenset({"this", "quoted"}),
    exp.Literal: frozenset({"this", "is_string"}),
    exp.Boolean: frozenset({"this"}),
    exp.Null: frozenset(),
    exp.Var: frozenset({"this"}),
    exp.Add: frozenset({"this", "expression"}),
    exp.Sub: frozenset({"this", "expression"}),
    exp.EQ: frozenset({"this", "expression"}),
    exp.NEQ: frozenset({"this", "expression"}),
    exp.LT: frozenset({"this", "expression"}),
    exp.LTE: frozenset({"this", "expression"}),
    exp.GT: frozenset({"this", "expression"}),
    exp.GTE: frozenset({"this", "expression"}),
    exp.Is: frozenset({"this", "expression"}),
    exp.Between: frozenset({"this", "low", "high"}),
    exp.In: frozenset({"this", "expressions"}),
    exp.Case: frozenset({"this", "ifs", "default"}),
    exp.If: frozenset({"this", "true", "false"}),
    exp.Coalesce: frozenset({"this", "expressions"}),
    exp.Nullif: frozenset({"this", "expression"}),
    exp.Cast: frozenset({"this", "to"}),
    exp.DataType: frozenset({"this", "expressions"}),
    exp.DataTypeParam: frozenset({"this"}),
    exp.Extract: frozenset({"this", "expression"}),
    exp.Interval: frozenset({"this", "unit"}),
}
_CASTS: dict[exp.DType, SqlType] = {
    exp.DType.TEXT: TEXT,
    exp.DType.VARCHAR: TEXT,
    exp.DType.DOUBLE: NUMERIC,
    exp.DType.INT: NUMERIC,
    exp.DType.BIGINT: NUMERIC,
    exp.DType.DECIMAL: NUMERIC,
    exp.DType.DATE: DATE,
    exp.DType.TIMESTAMP: TIMESTAMP,
}
_PARTS = frozenset({"YEAR", "MONTH", "DAY", "HOUR", "MINUTE"})
_COMPARISONS = (exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE)


def refused(what: str) -> ExpressionRefused:
    """Make the error for an expression that is not taken, in a sentence."""
    return ExpressionRefused(f"This expression is not taken: {what}.")


def check_node(node: exp.Expr) -> None:
    """Check that one node of the tree is listed, and has no argument that is not.

    Raises:
        ExpressionRefused: it is not.
    """
    allowed = _ARGUMENTS.get(type(node))
    if allowed is None:
        raise refused(_why(node))
    if isinstance(node, exp.Div) and node.args.get("typed"):
        raise refused(
            "in this dialect, whole numbers are divided without a remainder; write "
            "CAST(… AS DOUBLE PRECISION) / … for what you mean"
        )
    for name in sorted(given_arguments(node) - allowed):
        raise refused(f"{_spelled(node)} with {name.upper()} is not listed")


def given_arguments(node: exp.Expr) -> frozenset[str]:
    """Name the arguments of a node that say something."""
    return frozenset(
        name for name, value in node.args.items() if value not in (None, False, [], "")
    )


def _why(node: exp.Expr) -> str:
    if isinstance(node, exp.Query | exp.Subquery | exp.Exists):
        return "it asks a question of its own (a subquery); write one over columns alone"
    if isinstance(node, exp.AggFunc | exp.Window):
        return (
            f"{_spelled(node)} looks at several rows; a translation turns one value into one, "
            "so aggregate before or after it"
        )
    if isinstance(node, exp.Placeholder | exp.Parameter | exp.SessionParameter):
        return "it has a parameter; the column `value` stands for what is translated"
    if isinstance(node, exp.Func):
        return f"the function {_spelled(node)} is not listed in docs/translation.md"
    return f"{_spelled(node)} is not among what docs/translation.md lists"


def _spelled(node: exp.Expr) -> str:
    name = node.name if isinstance(node, exp.Anonymous) else ""
    return (name or node.key).upper()[:40]


def type_of(node: exp.Expr, types: Mapping[str, SqlType]) -> SqlType:
    """Tell what a checked tree gives, of columns with these types.

    Raises:
        ExpressionRefused: a part has a type that cannot stand there.
    """
    if type(node) in FUNCTIONS:
        takes, gives = FUNCTIONS[type(node)]
        for name, wanted in takes.items():
            if (argument := node.args.get(name)) is not None:
                _demand(argument, type_of(argument, types), wanted)
        return gives
    if isinstance(node, exp.Paren):
        return type_of(node.this, types)
    if isinstance(node, exp.Column):
        return types.get(node.name, UNKNOWN)
    if isinstance(node, exp.Literal):
        return TEXT if node.is_string else NUMERIC
    if isinstance(node, exp.Boolean):
        return BOOLEAN
    if isinstance(node, exp.Null):
        return UNKNOWN
    if isinstance(node, exp.Add | exp.Sub):
        return _sum(node, types)
    if isinstance(node, exp.Cast):
        return _cast(node, types)
    if isinstance(node, exp.Extract):
        _part(node.this)
        _demand(node.expression, type_of(node.expression, types), TIMESTAMP)
        return NUMERIC
    if isinstance(node, exp.Case | exp.If | exp.Coalesce | exp.Nullif):
        return _choice(node, types)
    return _condition(node, types)


def _condition(node: exp.Expr, types: Mapping[str, SqlType]) -> SqlType:
    if isinstance(node, exp.Is):
        if not isinstance(node.expression, exp.Null):
            raise refused("IS is taken with NULL only; write `x` or `NOT x` for IS TRUE")
        type_of(node.this, types)
    elif isinstance(node, exp.Between):
        _same([node.this, node.args["low"], node.args["high"]], types)
    elif isinstance(node, exp.In):
        if not node.expressions:
            raise refused("IN takes a list of values")
        _same([node.this, *node.expressions], types)
    elif isinstance(node, _COMPARISONS):
        _same([node.this, node.expression], types)
    else:
        raise refused(f"{_spelled(node)} cannot stand there")
    return BOOLEAN


def _choice(node: exp.Expr, types: Mapping[str, SqlType]) -> SqlType:
    if isinstance(node, exp.Coalesce):
        return _same([node.this, *node.expressions], types)
    if isinstance(node, exp.Nullif):
        return _same([node.this, node.expression], types)
    branches = node.args["ifs"] if isinstance(node, exp.Case) else [node]
    compared = node.this if isinstance(node, exp.Case) else None
    default = node.args.get("default" if isinstance(node, exp.Case) else "false")
    if compared is not None:
        _same([compared, *(branch.this for branch in branches)], types)
    else:
        for branch in branches:
            _demand(branch.this, type_of(branch.this, types), BOOLEAN)
    results = [branch.args["true"] for branch in branches]
    return _same([*results, *([default] if default is not None else [])], types)


def _sum(node: exp.Expr, types: Mapping[str, SqlType]) -> SqlType:
    if isinstance(node.expression, exp.Interval):
        amount = node.expression.this
        if not (isinstance(amount, exp.Literal) and amount.name.isdecimal()):
            raise refused("an INTERVAL is written with a whole number, as INTERVAL '30' DAY")
        unit = _part(node.expression.args.get("unit"))
        given = type_of(node.this, types)
        _demand(node.this, given, TIMESTAMP)
        return DATE if given is DATE and unit in ("DAY", "MONTH", "YEAR") else TIMESTAMP
    for part in (node.this, node.expression):
        _demand(part, type_of(part, types), NUMERIC)
    return NUMERIC


def _part(unit: exp.Expr | None) -> str:
    if unit is None or unit.name.upper() not in _PARTS:
        raise refused("a part of a time is one of YEAR, MONTH, DAY, HOUR and MINUTE")
    return unit.name.upper()


def _cast(node: exp.Cast, types: Mapping[str, SqlType]) -> SqlType:
    type_of(node.this, types)
    to = node.to
    given = _CASTS.get(to.this)
    sizes = [size.this for size in to.expressions]
    is_decimal = to.this is exp.DType.DECIMAL
    if given is None or (bool(sizes) != is_decimal and to.this is not exp.DType.VARCHAR):
        raise refused(
            "CAST is taken to TEXT, BIGINT, DOUBLE, DECIMAL(p, s), DATE and TIMESTAMP only"
        )
    if is_decimal and not (
        len(sizes) == 2 and all(isinstance(size, exp.Literal) for size in sizes)
    ):
        raise refused("DECIMAL is written with digits and decimals, as DECIMAL(12, 2)")
    if to.this is exp.DType.VARCHAR and sizes:
        raise refused("TEXT is taken without a length; write SUBSTRING to shorten it")
    return given


def _same(nodes: list[exp.Expr], types: Mapping[str, SqlType]) -> SqlType:
    """Tell the one type of nodes that are compared or that one of is taken."""
    found = UNKNOWN
    for node in nodes:
        given = type_of(node, types)
        if given is UNKNOWN or given is found:
            continue
        if found is UNKNOWN:
            found = given
        elif {given, found} <= _TIMES:
            found = TIMESTAMP
        elif {given, found} & _TIMES and TEXT in (given, found):
            # '2026-01-01' is text, and engines read it as a date where one is asked for.
            found = given if given in _TIMES else found
        else:
            raise refused(f"a value of type {found} meets one of type {given}; CAST one of them")
    return found


def _demand(node: exp.Expr, given: SqlType, wanted: SqlType) -> None:
    if given in (UNKNOWN, wanted) or (wanted is TIMESTAMP and given is DATE):
        return
    raise refused(f"{node.sql(comments=False)[:60]} is {given}, where {wanted} is needed")


def walk(tree: exp.Expr) -> Iterator[tuple[exp.Expr, int]]:
    """Give all nodes and their depth, without recursion."""
    waiting = [(tree, 0)]
    while waiting:
        node, depth = waiting.pop()
        yield node, depth
        waiting.extend((part, depth + 1) for part in node.iter_expressions())
