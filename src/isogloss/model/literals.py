"""Literals that a store would rewrite, in a form that it keeps.

RDF stores read "01"^^xsd:integer and give "1"^^xsd:integer, and make an xsd:integer of an
xsd:byte. To judge what was submitted, such a literal gets a datatype that no store knows:
one for those that are well-formed, another for those that are not.

Source: XML Schema 1.1 Part 2, §3.3 and §3.4.
"""

import re
from datetime import date

from isogloss.model.rdf import Iri, Literal
from isogloss.vocab import XSD

KEPT = "urn:isogloss:kept:"
"""Before the datatype of a literal that is well-formed, and not as stores write it."""

NUMBER = "urn:isogloss:number:"
"""The same for numbers, so that they are told by their beginning."""

ILL = "urn:isogloss:ill:"
"""Before the datatype of a literal that is none of its datatype."""


def keep(literal: Literal) -> Literal:
    """Write a literal so that a store keeps it as it is; most literals already are.

    >>> keep(Literal("01", XSD.integer)).datatype
    'urn:isogloss:number:http://www.w3.org/2001/XMLSchema#integer'
    >>> keep(Literal("1", XSD.integer)).datatype
    'http://www.w3.org/2001/XMLSchema#integer'
    """
    form = _LEXICAL.get(literal.datatype)
    if form is None:
        return _marked(KEPT, literal) if literal.datatype.startswith(_MARKS) else literal
    native = _NATIVE.get(literal.datatype)
    if native is not None and native.fullmatch(literal.value):
        return literal
    return (
        literal._replace(datatype=kept_as(literal.datatype))
        if well_formed(literal)
        else (_marked(ILL, literal))
    )


def kept_as(datatype: Iri) -> Iri:
    """Give the datatype that well-formed literals of a datatype are kept with."""
    return Iri((NUMBER if datatype in NUMBERS else KEPT) + datatype)


def given(literal: Literal) -> Literal:
    """Undo `keep`."""
    for prefix in _MARKS:
        if literal.datatype.startswith(prefix):
            return literal._replace(datatype=Iri(literal.datatype.removeprefix(prefix)))
    return literal


def well_formed(literal: Literal) -> bool:
    """Tell whether a literal is one of its datatype; of a datatype that is unknown, all are."""
    form = _LEXICAL.get(literal.datatype)
    if form is None:
        return True
    found = form.fullmatch(literal.value)
    if found is None:
        return False
    if literal.datatype in _BOUNDS:
        low, high = _BOUNDS[literal.datatype]
        sign = "-" if literal.value[0] == "-" else ""
        # No bound has more digits, and int() takes no more than 4,300.
        value = int(sign + literal.value.lstrip("+-0")[:_DIGITS].zfill(1))
        return (low is None or value >= low) and (high is None or value <= high)
    return _is_day(found.groupdict())


def _marked(prefix: str, literal: Literal) -> Literal:
    return literal._replace(datatype=Iri(prefix + literal.datatype))


def _is_day(parts: dict[str, str | None]) -> bool:
    month, day = parts.get("month"), parts.get("day")
    if month is None or day is None:
        return True
    try:
        # Years before 1 and after 9999 have the days of the same year of the Gregorian cycle.
        date(int((parts.get("year") or "4")[-4:]) % 400 + 400, int(month), int(day))
    except ValueError:
        return False
    return True


_ZONE = r"(?:Z|[+-](?:(?:0\d|1[0-3]):[0-5]\d|14:00))?"
_YEAR = r"(?P<year>-?(?:[1-9]\d{3,}|0\d{3}))"
_MONTH = r"(?P<month>0[1-9]|1[0-2])"
_DAY = r"(?P<day>0[1-9]|[12]\d|3[01])"
_TIME = r"(?:(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?|24:00:00(?:\.0+)?)"
_DAYS, _MONTHS = r"(?:\d+D)?", r"(?:\d+Y)?(?:\d+M)?"
_HOURS = r"(?:T(?=\d)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?"

_FORMS = {
    XSD.boolean: r"true|false|1|0",
    XSD.decimal: r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)",
    XSD.integer: r"[+-]?\d+",
    XSD.double: r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|[+-]?INF|NaN",
    XSD.float: r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|[+-]?INF|NaN",
    XSD.dateTime: rf"{_YEAR}-{_MONTH}-{_DAY}T{_TIME}{_ZONE}",
    XSD.dateTimeStamp: rf"{_YEAR}-{_MONTH}-{_DAY}T{_TIME}{_ZONE[:-1]}",
    XSD.date: rf"{_YEAR}-{_MONTH}-{_DAY}{_ZONE}",
    XSD.time: rf"{_TIME}{_ZONE}",
    XSD.gYear: rf"{_YEAR}{_ZONE}",
    XSD.gYearMonth: rf"{_YEAR}-{_MONTH}{_ZONE}",
    XSD.gMonthDay: rf"--{_MONTH}-{_DAY}{_ZONE}",
    XSD.gMonth: rf"--{_MONTH}{_ZONE}",
    XSD.gDay: rf"---{_DAY}{_ZONE}",
    XSD.duration: rf"-?P(?=.){_MONTHS}{_DAYS}{_HOURS}",
    XSD.yearMonthDuration: rf"-?P(?=.){_MONTHS}",
    XSD.dayTimeDuration: rf"-?P(?=.){_DAYS}{_HOURS}",
}
_BOUNDS: dict[Iri, tuple[int | None, int | None]] = {
    XSD.byte: (-(2**7), 2**7 - 1),
    XSD.short: (-(2**15), 2**15 - 1),
    XSD.int: (-(2**31), 2**31 - 1),
    XSD.long: (-(2**63), 2**63 - 1),
    XSD.unsignedByte: (0, 2**8 - 1),
    XSD.unsignedShort: (0, 2**16 - 1),
    XSD.unsignedInt: (0, 2**32 - 1),
    XSD.unsignedLong: (0, 2**64 - 1),
    XSD.nonNegativeInteger: (0, None),
    XSD.positiveInteger: (1, None),
    XSD.nonPositiveInteger: (None, 0),
    XSD.negativeInteger: (None, -1),
}
_MARKS = (KEPT, NUMBER, ILL)
NUMBERS = frozenset({XSD.decimal, XSD.double, XSD.float, XSD.integer, *_BOUNDS})
"""The datatypes of numbers."""
_DIGITS = 21
_LEXICAL = {
    datatype: re.compile(form, re.ASCII)
    for datatype, form in (_FORMS | dict.fromkeys(_BOUNDS, _FORMS[XSD.integer])).items()
}
# What every store writes back as it read it; the digits are those that 64 bits hold.
_NATIVE = {
    XSD.boolean: re.compile(r"true|false"),
    XSD.integer: re.compile(r"0|-?[1-9]\d{0,17}", re.ASCII),
    XSD.decimal: re.compile(r"-?(?:0|[1-9]\d{0,8})\.\d{0,8}[1-9]", re.ASCII),
    XSD.date: re.compile(r"[1-9]\d{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])Z?", re.ASCII),
    XSD.dateTime: re.compile(
        r"[1-9]\d{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])"
        r"T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{0,5}[1-9])?Z?",
        re.ASCII,
    ),
}
