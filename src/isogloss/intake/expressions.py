"""Expressions that translate values: parsed, vetted, put into one another and turned round.

They are written in SQL of no dialect. Nothing here runs them.
"""

import re
from collections.abc import Mapping
from fractions import Fraction

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import TokenType

from isogloss.errors import ExpressionRefused, InvalidInput, TooLarge
from isogloss.intake.expression_rules import check_node, refused, type_of, walk
from isogloss.model.numbers import written
from isogloss.model.translation import Expression, SqlType

VALUE = "value"
"""The column that stands for the value that is translated."""

MAX_CHARACTERS = 100_000
MAX_TOKENS = 10_000
MAX_NESTING = 20
_MAX_DEPTH = 80
_NAME = re.compile(r"[^\W\d][\w $-]{0,127}")
_NUMBER = re.compile(r"\d{1,38}(\.\d{1,38})?")
_OPENING = frozenset({TokenType.L_PAREN, TokenType.CASE, TokenType.L_BRACKET, TokenType.L_BRACE})
_CLOSING = frozenset({TokenType.R_PAREN, TokenType.END, TokenType.R_BRACKET, TokenType.R_BRACE})
_PREFIXES = frozenset({TokenType.NOT, TokenType.DASH, TokenType.PLUS, TokenType.TILDE})
# What sqlglot raises of SQL that it does not understand.
_CONFUSED = (SqlglotError, AssertionError, AttributeError, LookupError, TypeError, ValueError)


def parse(
    text: str, types: Mapping[str, SqlType] | None = None, *, qualified: bool = False
) -> Expression:
    """Parse and vet an expression of no dialect.

    Args:
        text: what comes from a person.
        types: of its columns, as far as they are known.
        qualified: whether columns may name their table, which a translation does not know.

    Raises:
        ExpressionRefused: it is something else, or holds what is not listed.
        TooLarge: it is longer or deeper than an expression may be.
    """
    tree = read(text)
    named = next((column for column in tree.find_all(exp.Column) if column.table), None)
    if named is not None and not qualified:
        raise refused(f"{write(named)} names a table; name the column alone")
    return of_tree(tree, types)


def of_tree(tree: exp.Expr, types: Mapping[str, SqlType] | None = None) -> Expression:
    """Vet a tree, and give it as an expression.

    Raises:
        ExpressionRefused: it holds what is not listed.
        TooLarge: it is deeper than an expression may be.
    """
    tree = _bare(tree)
    for node, depth in walk(tree):
        if depth > _MAX_DEPTH:
            raise TooLarge("This expression is nested too deep: put it into fewer steps.")
        check_node(node)
        check_words(node)
    columns = frozenset(column.name for column in tree.find_all(exp.Column))
    return Expression(write(tree), columns, type_of(tree, types or {}))


def read(text: str, dialect: str | None = None, into: type[exp.Expr] = exp.Condition) -> exp.Expr:
    """Parse an expression into a tree, unvetted; unquoted names come in lower case.

    Raises:
        ExpressionRefused: it is no single expression.
        TooLarge: it is longer or deeper than an expression may be.
    """
    if len(text) > MAX_CHARACTERS:
        raise TooLarge(
            f"This expression has {len(text):,} characters, and {MAX_CHARACTERS:,} are the most: "
            "list codes in a concordance instead."
        )
    try:
        _check_nesting(text, dialect)
        tree = sqlglot.parse_one(text, read=dialect, into=into)
    except InvalidInput:
        raise
    except RecursionError as error:
        raise TooLarge("This expression is nested too deep: put it into fewer steps.") from error
    except _CONFUSED as error:
        raise refused("it is not one expression of SQL, such as `value * 100`") from error
    for column in tree.find_all(exp.Column):
        if isinstance(name := column.this, exp.Identifier) and not name.args.get("quoted"):
            name.set("this", name.name.lower())
    for division in tree.find_all(exp.Div):
        # Where 1 / 2 is 0, only a cast shows that something else is meant.
        if isinstance(division.this, exp.Cast) and division.this.to.this is exp.DType.DOUBLE:
            division.set("typed", False)
    return tree


def write(tree: exp.Expr) -> str:
    """Write a tree in SQL of no dialect, without comments."""
    return tree.sql(comments=False)


def compose(outer: Expression, inner: Expression) -> Expression:
    """Put what `inner` gives where `outer` speaks of the value.

    Raises:
        ExpressionRefused: `outer` speaks of other columns than what `inner` gives, or of a value
            of another type.
        TooLarge: the result is longer or deeper than an expression may be.
    """
    tree, given = read(outer.text), read(inner.text)
    if outer.columns == inner.columns and isinstance(_bare(given), exp.Column):
        if outer.columns != {VALUE}:
            # What comes in is that very column.
            return outer
    elif more := outer.columns - {VALUE}:
        names = ", ".join(sorted(more))
        raise ExpressionRefused(
            f"`{outer.text}` speaks of {names}, which the step before it does not give: it gives "
            "one value. Write the expression over `value`, or apply it where those columns are."
        )
    places = [column for column in tree.find_all(exp.Column) if column.name == VALUE]
    if len(outer.text) + len(places) * len(inner.text) > MAX_CHARACTERS:
        raise TooLarge(
            f"Put together, the expression would be longer than {MAX_CHARACTERS:,} characters: "
            "apply its steps one after the other."
        )
    call = isinstance(given, exp.Func) and not isinstance(given, exp.Binary)
    atom = call or isinstance(given, exp.Column | exp.Literal | exp.Paren)
    part = given if atom else exp.Paren(this=given)
    # A tree that is nothing but the column is no part of any other.
    whole = exp.Paren(this=tree)
    for place in places:
        place.replace(part.copy())
    return parse(write(whole.this), qualified=True)


def _bare(tree: exp.Expr) -> exp.Expr:
    while isinstance(tree, exp.Paren):
        tree = tree.this
    return tree


def linear(expression: Expression) -> tuple[Fraction, Fraction] | None:
    """Tell by what the value is multiplied, and what is added; None if it is not so simple."""
    if expression.columns != {VALUE}:
        return None
    found = _linear(read(expression.text))
    return found if found is not None and found[0] != 0 else None


def _linear(tree: exp.Expr) -> tuple[Fraction, Fraction] | None:
    if isinstance(tree, exp.Paren):
        return _linear(tree.this)
    if isinstance(tree, exp.Column):
        return Fraction(1), Fraction(0)
    if isinstance(tree, exp.Literal):
        return None if tree.is_string else (Fraction(0), Fraction(tree.name))
    if isinstance(tree, exp.Neg):
        inner = _linear(tree.this)
        return (-inner[0], -inner[1]) if inner else None
    if not isinstance(tree, exp.Add | exp.Sub | exp.Mul | exp.Div):
        return None
    left, right = _linear(tree.this), _linear(tree.expression)
    if left is None or right is None:
        return None
    if isinstance(tree, exp.Add):
        return left[0] + right[0], left[1] + right[1]
    if isinstance(tree, exp.Sub):
        return left[0] - right[0], left[1] - right[1]
    if isinstance(tree, exp.Mul):
        if left[0] and right[0]:
            return None
        scale, other = (left[1], right) if not left[0] else (right[1], left)
        return scale * other[0], scale * other[1]
    return None if right[0] or not right[1] else (left[0] / right[1], left[1] / right[1])


def invert(expression: Expression) -> Expression | None:
    """Turn round an expression that multiplies and adds; None for any other.

    >>> invert(parse("value * 1.8 + 32")).text
    '(value - 32) / 1.8'
    """
    found = linear(expression)
    return conversion(1 / found[0], -found[1] / found[0]) if found else None


def conversion(factor: Fraction, offset: Fraction) -> Expression:
    """Write value * factor + offset; where that is a division, as one.

    >>> conversion(Fraction(1, 3), Fraction(0)).text
    'value / 3'
    """
    if factor.denominator == 1 or _decimal(factor) is not None:
        moved = _scaled("value", factor)
        return parse(_shifted(moved, offset))
    # (value + offset / factor) * factor: exact where the inverse is written in decimals.
    before = offset / factor
    if _decimal(before) is None:
        return parse(f"{_scaled('value', factor)} + {_written(offset)}")
    shifted = _shifted("value", before)
    return parse(_scaled(f"({shifted})" if before else shifted, factor))


def _scaled(text: str, factor: Fraction) -> str:
    if factor == 1:
        return text
    if _decimal(factor) is not None:
        return f"{text} * {_written(factor)}"
    inverse = 1 / factor
    if _decimal(inverse) is not None:
        return f"{text} / {_written(inverse)}"
    return f"{text} * {_written(Fraction(factor.numerator))} / {factor.denominator}"


def _shifted(text: str, offset: Fraction) -> str:
    if not offset:
        return text
    sign, size = ("-", -offset) if offset < 0 else ("+", offset)
    return f"{text} {sign} {_written(size)}"


def _written(number: Fraction) -> str:
    written = _decimal(number) or f"({number.numerator} / {number.denominator})"
    return f"({written})" if written.startswith("-") else written


def _decimal(number: Fraction) -> str | None:
    text, is_exact = written(number)
    return text if is_exact else None


def _check_nesting(text: str, dialect: str | None) -> None:
    depth = deepest = prefixes = 0
    tokens = sqlglot.tokenize(text, read=dialect)
    for token in tokens:
        kind = token.token_type
        prefixes = prefixes + 1 if kind in _PREFIXES else 0
        depth += (kind in _OPENING) - (kind in _CLOSING)
        deepest = max(deepest, depth + prefixes)
    if len(tokens) > MAX_TOKENS:
        raise TooLarge(
            f"This expression has more than {MAX_TOKENS:,} words: list codes in a concordance "
            "instead."
        )
    if deepest > MAX_NESTING:
        raise TooLarge(
            f"This expression is nested more than {MAX_NESTING} levels deep: put it into fewer "
            "steps."
        )


def check_words(node: exp.Expr) -> None:
    """Check the names, texts and numbers of a node.

    Raises:
        ExpressionRefused: one is none that every engine reads alike.
    """
    if isinstance(node, exp.Identifier):
        if not _NAME.fullmatch(node.name):
            raise refused(
                "a name of a column is made of letters, digits, spaces, _, - and $, and begins "
                "with a letter or _"
            )
    elif isinstance(node, exp.Literal):
        if node.is_string:
            if any(ord(letter) < 32 or letter == "\x7f" for letter in node.name):
                raise refused("a text in it holds a control character")
        elif not _NUMBER.fullmatch(node.name):
            raise refused("a number is written in at most 38 digits before and after the point")
