"""What Virtuoso makes of literals, and how they come through it whole.

It keeps numbers and times as its own values. Some it refuses (xsd:duration, "x"^^xsd:integer),
which would end the update they are in; some it turns into others (2^63 becomes negative,
"x"^^xsd:nonNegativeInteger 0, and of 1234567.5e0 six digits are left). Such a literal is
written as text, under a datatype that names the real one, and read back as it was. Who asks
the server directly sees that datatype.

What cannot be helped, and `by_value` makes no difference of: equal numbers with the same
subject, predicate and graph are one quad, be they true, 1, 1.0 or 1e0; the last one stays.
An IRI of more than 1880 bytes is cut.
"""

import re
from decimal import Decimal, InvalidOperation

from isogloss.model.rdf import Iri, Literal, Term
from isogloss.vocab import XSD

OWN_GRAPHS = frozenset(
    map(
        Iri,
        [
            "http://localhost:8890/DAV/",
            "http://localhost:8890/sparql",
            "http://localuriqaserver/sparql",
            "http://www.openlinksw.com/schemas/virtrdf#",
            "http://www.w3.org/2002/07/owl#",
            "http://www.w3.org/ns/ldp#",
            "urn:activitystreams-owl:map",
            "urn:core:services:sparql",
            "urn:rules.skos",
        ],
    )
)
"""Graphs that Virtuoso brings with it; without some of them it does not run."""

_AS_WRITTEN = "https://w3id.org/isogloss/as-written/"

_INTEGER = r"[+-]?\d{1,18}"
_ZONE = r"(Z|(?!-00:00)[+-]\d\d:\d\d)?"
_SECONDS = r"\d\d:\d\d:\d\d(\.\d{1,6})?"
_DATE = r"(?!0000)\d{4}-\d\d-\d\d"
_NONE = r"(?!)"

_NUMBERS = {
    "boolean": r"true|false|1|0",
    "decimal": r"[+-]?\d{1,15}(\.\d{1,9})?",
    # It writes six digits of them, no more.
    "double": r"[+-]?(\d{1,6}|\d{1,3}\.\d{1,3})([eE][+-]?\d{1,2})?",
    "float": r"[+-]?(\d{1,6}|\d{1,3}\.\d{1,3})",
} | dict.fromkeys(
    [
        "byte",
        "int",
        "integer",
        "long",
        "negativeInteger",
        "nonNegativeInteger",
        "nonPositiveInteger",
        "positiveInteger",
        "short",
        "unsignedByte",
        "unsignedInt",
        "unsignedLong",
        "unsignedShort",
    ],
    _INTEGER,
)
_OTHERS = {
    "date": _DATE + _ZONE,
    "dateTime": f"{_DATE}T{_SECONDS}{_ZONE}",
    "dateTimeStamp": f"{_DATE}T{_SECONDS}{_ZONE}",
    "time": _SECONDS + _ZONE,
    "dayTimeDuration": _NONE,
    "duration": _NONE,
    "yearMonthDuration": _NONE,
}
_KEPT = {XSD.iri + name: re.compile(form, re.A) for name, form in (_NUMBERS | _OTHERS).items()} | {
    "http://www.opengis.net/ont/geosparql#wktLiteral": re.compile(_NONE),
    "http://www.openlinksw.com/schemas/virtrdf#Geometry": re.compile(_NONE),
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#XMLLiteral": re.compile(_NONE),
}
_NUMERIC = frozenset(XSD.iri + name for name in _NUMBERS)
_WORDS = {"true": "1", "false": "0"}


def to_server(term: Term) -> Term:
    """Give what can be written: the term itself, or a text that stands for it."""
    if not isinstance(term, Literal):
        return term
    form = _KEPT.get(term.datatype)
    if form is None or form.fullmatch(term.value):
        return term
    return Literal(term.value, Iri(_AS_WRITTEN + term.datatype))


def from_server(term: Term) -> Term:
    """Give the term that was written; a boolean that comes as a number gets its words back."""
    if not isinstance(term, Literal):
        return term
    if term.datatype.startswith(_AS_WRITTEN):
        return Literal(term.value, Iri(term.datatype.removeprefix(_AS_WRITTEN)))
    if term.datatype == XSD.boolean and term.value in ("0", "1"):
        return Literal("true" if term.value == "1" else "false", XSD.boolean)
    return term


def is_misread(term: Term) -> bool:
    """Tell whether it must not be in a document: of integers from 2^31 on, decimals are made."""
    return isinstance(term, Literal) and term.datatype in _NUMERIC and len(term.value) > 9


def by_value(term: Term) -> Term:
    """Give one term for all that Virtuoso does not tell apart."""
    if not isinstance(term, Literal) or term.datatype not in _NUMERIC:
        return term
    try:
        number = Decimal(_WORDS.get(term.value, term.value)).normalize() + 0  # never "-0"
    except InvalidOperation:
        return term
    # As text: this may be no xsd:decimal ("1E+22", "NaN"), and the value says it all.
    return Literal(str(number), XSD.decimal)
