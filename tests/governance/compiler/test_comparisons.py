"""Values are compared as SPARQL's `<` compares what was submitted, each pair of many literals.

The oracle is an order of its own, by SPARQL 1.1 Query §17.3: what that table does not name cannot
be compared, and so never holds. An engine may add to the table, so dates, times of day and
durations are left to `test_against_pyshacl.py`.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from itertools import product

import pytest

from isogloss.governance.compiler.program import Program
from isogloss.model.literals import well_formed
from isogloss.model.rdf import Iri, Literal, Triple, text
from isogloss.store.twin import Twin
from isogloss.vocab import XSD
from tests.governance.compiler.judging import alike, ex, rules
from tests.governance.compiler.shapes_strategy import LITERALS, number, written

HUGE = [
    number("9223372036854775807"),
    number("9223372036854775808"),
    number("-9223372036854775809"),
    number("123456789012345678901234567890"),
    number("123456789012345678901234567891"),
    number("0.1234567890123456789", "decimal"),
    number("0.1234567890123456788", "decimal"),
    number("18446744073709551615", "unsignedLong"),
]
MORE = [
    text("b", "fr"),
    number("2026-01-02T10:00:00", "dateTimeStamp"),
    number("2026-01-01T24:00:00", "dateTime"),
    number("2026-01-02T00:00:00", "dateTime"),
    number("2026-01-03T01:00:00Z", "dateTime"),
    number("2026-01-05T01:00:00Z", "dateTime"),
]
NOT_IN_THE_TABLE = {Iri(XSD.iri + name) for name in ("date", "time", "gYear", "duration")}
ALL = [literal for literal in [*LITERALS, *HUGE, *MORE] if literal.datatype not in NOT_IN_THE_TABLE]
assert len(set(ALL)) == len(ALL)

INTEGERS = {
    Iri(XSD.iri + name)
    for name in [
        "integer",
        "byte",
        "short",
        "int",
        "long",
        "unsignedByte",
        "unsignedShort",
        "unsignedInt",
        "unsignedLong",
        "nonNegativeInteger",
        "positiveInteger",
        "nonPositiveInteger",
        "negativeInteger",
    ]
}
FLOATING = {XSD.double, XSD.float}
MOMENTS = {XSD.dateTime, XSD.dateTimeStamp}


def compare(one: Literal, other: Literal) -> int | None:
    """Give -1, 0 or 1; None where SPARQL gives an error, or finds neither (NaN)."""
    if not (well_formed(one) and well_formed(other)):
        return None
    kinds = {one.datatype, other.datatype}
    if kinds <= INTEGERS | FLOATING | {XSD.decimal}:
        if kinds & FLOATING:
            return _sign(float(one.value), float(other.value))
        return _sign(Decimal(one.value), Decimal(other.value))
    if kinds == {XSD.string}:
        return _sign(one.value.encode("utf-32-be"), other.value.encode("utf-32-be"))
    if kinds == {XSD.boolean}:
        return _sign(one.value in ("true", "1"), other.value in ("true", "1"))
    if kinds <= MOMENTS:
        return _moments(one.value, other.value)
    return None


def _sign(one: object, other: object) -> int | None:
    if one == other:
        return 0
    if one < other:  # type: ignore[operator]
        return -1
    return 1 if one > other else None  # type: ignore[operator]


def _moments(one: str, other: str) -> int | None:
    """Compare as XML Schema does: without a zone, it may be any from -14 to +14 hours."""
    first, second = _moment(one), _moment(other)
    if (first.tzinfo is None) == (second.tzinfo is None):
        return _sign(first, second)
    apart = first.replace(tzinfo=None) - (first.utcoffset() or timedelta())
    apart_other = second.replace(tzinfo=None) - (second.utcoffset() or timedelta())
    if abs(apart - apart_other) > timedelta(hours=14):
        return _sign(apart, apart_other)
    return None


def _moment(value: str) -> datetime:
    if "T24:00:00" in value:
        return datetime.fromisoformat(value.replace("T24", "T00")) + timedelta(days=1)
    return datetime.fromisoformat(value)


BOUNDS: dict[str, Callable[[int | None], bool]] = {
    "minInclusive": lambda sign: sign in (0, 1),
    "minExclusive": lambda sign: sign == 1,
    "maxInclusive": lambda sign: sign in (0, -1),
    "maxExclusive": lambda sign: sign == -1,
}
PAIRS: dict[str, Callable[[int | None], bool]] = {
    "lessThan": lambda sign: sign == -1,
    "lessThanOrEquals": lambda sign: sign in (0, -1),
}


Pair = tuple[Literal, Literal]


@cache
def wrong(component: str) -> frozenset[Pair]:
    """Find the values and bounds, or the two values, that are compared otherwise than by SPARQL."""
    holds = (BOUNDS | PAIRS)[component]
    outside = _outside(component) if component in BOUNDS else _out_of_order(component)
    pairs = product(ALL, ALL)
    return frozenset(pair for pair in pairs if (pair in outside) == holds(compare(*pair)))


def _outside(component: str) -> set[Pair]:
    twin = Twin(Triple(ex("a"), ex("p"), value) for value in ALL)
    found = set()
    for bound in ALL:
        rulebook = rules(
            "ex:S a sh:PropertyShape ; sh:targetNode ex:a ; sh:path ex:p ; "
            f"sh:{component} {written(bound)} ."
        )
        results = Program(rulebook).full(twin.select).results
        outside = {result.value for result in results}
        found |= {(value, bound) for value in ALL if alike(value) in outside}
    return found


def _out_of_order(component: str) -> set[Pair]:
    rulebook = rules(
        f"ex:S a sh:PropertyShape ; sh:targetSubjectsOf ex:p ; sh:path ex:p ; sh:{component} ex:q ."
    )
    pairs = {ex(str(number)): pair for number, pair in enumerate(product(ALL, ALL))}
    twin = Twin(
        Triple(node, ex(link), literal)
        for node, pair in pairs.items()
        for link, literal in zip("pq", pair, strict=True)
    )
    return {pairs[result.focus_node] for result in Program(rulebook).full(twin.select).results}


def _are_one_double(one: Literal, other: Literal) -> bool:
    """Tell whether two numbers, one of them past 64 bits or 18 decimals, look alike as doubles.

    No engine has such numbers; as doubles they are compared, which is a limit of ours.
    """
    past = one in HUGE[1:] or other in HUGE[1:]
    return past and compare(one, other) is not None and float(one.value) == float(other.value)


@pytest.mark.parametrize("component", [*BOUNDS, *PAIRS])
def test_values_are_compared_as_sparql_compares_them(component: str) -> None:
    assert {pair for pair in wrong(component) if not _are_one_double(*pair)} == set()


def test_the_largest_numbers_are_compared_as_doubles() -> None:
    one, other = HUGE[3:5]
    assert compare(one, other) == -1
    assert (one, other) in wrong("lessThan")
    assert (one, other) not in wrong("lessThanOrEquals")
