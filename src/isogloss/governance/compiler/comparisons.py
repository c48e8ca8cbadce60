"""Whether one literal comes before another, told for every pair of terms and never an error.

Engines err on numbers beyond 64 bits and on booleans, and call any term equal to itself, also
NaN and what is no literal of its datatype. Literals of different kinds have no order.

Source: SPARQL 1.1 Query §17.3, which dates, times and durations are added to.
"""

from isogloss.governance.compiler.algebra import (
    FALSE,
    TRUE,
    Constant,
    Expression,
    Infix,
    Var,
    both,
    call,
    either,
    number,
    total,
    words,
)
from isogloss.model.literals import KEPT, well_formed
from isogloss.model.rdf import Iri, Literal
from isogloss.vocab import XSD

Node = Var | Constant

_NUMBERS = frozenset(
    {
        XSD.byte,
        XSD.decimal,
        XSD.double,
        XSD.float,
        XSD.int,
        XSD.integer,
        XSD.long,
        XSD.negativeInteger,
        XSD.nonNegativeInteger,
        XSD.nonPositiveInteger,
        XSD.positiveInteger,
        XSD.short,
        XSD.unsignedByte,
        XSD.unsignedInt,
        XSD.unsignedLong,
        XSD.unsignedShort,
    }
)
_BOOLEANS, _STRINGS = frozenset({XSD.boolean}), frozenset({XSD.string})
# Those that a store keeps as they are, in some of their forms; numbers are told by ISNUMERIC.
_WRITTEN = frozenset({XSD.boolean, XSD.date, XSD.dateTime, XSD.string})
_KINDS = (
    _NUMBERS,
    _STRINGS,
    _BOOLEANS,
    frozenset({XSD.dateTime, XSD.dateTimeStamp}),
    frozenset({XSD.date}),
    frozenset({XSD.time}),
    frozenset({XSD.duration, XSD.dayTimeDuration, XSD.yearMonthDuration}),
)


def compares(operator: str, one: Node, other: Node) -> Expression:
    """Hold if two terms are literals of one kind, and in the order that an operator asks for."""
    return either(
        both([*(_is(kind, node) for node in (one, other)), _ordered(operator, kind, one, other)])
        for kind in _KINDS
        if _possible(kind, one) and _possible(kind, other)
    )


def _possible(kind: frozenset[Iri], node: Node) -> bool:
    if isinstance(node, Var):
        return True
    term = node.term
    return isinstance(term, Literal) and term.datatype in kind and well_formed(term)


def _is(kind: frozenset[Iri], node: Node) -> Expression:
    """Hold if a term is a well-formed literal of a kind."""
    if isinstance(node, Constant):
        return TRUE
    datatype = call("DATATYPE", node)
    named = [*sorted(kind & _WRITTEN), *(Iri(KEPT + name) for name in sorted(kind - _STRINGS))]
    tests: list[Expression] = [call("ISNUMERIC", node)] if kind == _NUMBERS else []
    return total(either([*tests, *(Infix("=", (datatype, Constant(name))) for name in named)]))


def _ordered(operator: str, kind: frozenset[Iri], one: Node, other: Node) -> Expression:
    as_meant = Infix(operator, (meant(one), meant(other)))
    if kind == _BOOLEANS:
        as_numbers = [call(f"<{XSD.integer}>", meant(node)) for node in (one, other)]
        return total(Infix(operator, tuple(as_numbers)))
    if kind == _NUMBERS:
        texts = [call("STR", node) for node in (one, other)]
        nearly = Infix(operator, tuple(call(f"<{XSD.double}>", text) for text in texts))
        numbers = [Infix("!=", (text, words("NaN"))) for text in texts]
        # Beyond 64 bits or 18 decimals to the precision of a double.
        return both([*numbers, call("COALESCE", as_meant, nearly, FALSE)])
    return total(as_meant)


def meant(node: Node) -> Expression:
    """Give the literal that was submitted."""
    if isinstance(node, Constant):
        return node
    datatype = call("STR", call("DATATYPE", node))
    as_it_was = call(
        "STRDT",
        call("STR", node),
        call("IRI", call("SUBSTR", datatype, number(len(KEPT) + 1))),
    )
    return call("IF", call("STRSTARTS", datatype, words(KEPT)), as_it_was, node)
