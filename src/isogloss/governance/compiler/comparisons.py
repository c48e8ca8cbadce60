"""Whether one literal comes before another, told for every pair of terms and never an error.

Engines err on numbers beyond 64 bits and on booleans, and call any term equal to itself, also
NaN and what is no literal of its datatype. Literals of different kinds have no order.

Source: SPARQL 1.1 Query §17.3, which dates, times and durations are added to.
"""

from isogloss.governance.compiler.algebra import (
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
from isogloss.model.literals import KEPT, NUMBER, NUMBERS, kept_as, well_formed
from isogloss.model.rdf import Iri, Literal
from isogloss.vocab import XSD

Node = Var | Constant

_BOOLEANS, _STRINGS = frozenset({XSD.boolean}), frozenset({XSD.string})
# Those that a store keeps as they are, in some of their forms; numbers are told by ISNUMERIC.
_WRITTEN = frozenset({XSD.boolean, XSD.date, XSD.dateTime, XSD.string})
_KINDS = (
    NUMBERS,
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
    if kind == NUMBERS:
        return total(
            either(
                [call("ISNUMERIC", node), call("STRSTARTS", call("STR", datatype), words(NUMBER))]
            )
        )
    named = [*sorted(kind & _WRITTEN), *(kept_as(name) for name in sorted(kind - _STRINGS))]
    return total(either(Infix("=", (datatype, Constant(name))) for name in named))


def _ordered(operator: str, kind: frozenset[Iri], one: Node, other: Node) -> Expression:
    if kind == NUMBERS:
        texts = [call("STR", node) for node in (one, other)]
        numbers = [Infix("!=", (text, words("NaN"))) for text in texts]
        compared = Infix(operator, tuple(_number(node) for node in (one, other)))
        return both([*numbers, total(compared)])
    if kind == _BOOLEANS:
        as_numbers = [call(f"<{XSD.integer}>", meant(node)) for node in (one, other)]
        return total(Infix(operator, tuple(as_numbers)))
    return total(Infix(operator, (meant(one), meant(other))))


def _number(node: Node) -> Expression:
    """Give the number that was submitted; beyond 64 bits to the precision of a double."""
    text = call("STR", node)
    exact, nearly = (call(f"<{kind}>", text) for kind in (XSD.decimal, XSD.double))
    return call("IF", call("ISNUMERIC", node), node, call("COALESCE", exact, nearly))


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
