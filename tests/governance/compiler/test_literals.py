"""A store keeps what is submitted, and what is well-formed is what XML Schema says.

Source: XML Schema 1.1 Part 2, §3.3 and §3.4, and its lexical mappings in appendix D.
"""

import re

import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from isogloss.governance.compiler.algebra import term_text
from isogloss.model.literals import ILL, KEPT, NUMBER, keep, kept_as, well_formed
from isogloss.model.literals import given as restored
from isogloss.model.rdf import Iri, Literal, Triple, text
from isogloss.store.terms import from_ox, to_ox
from isogloss.store.twin import Twin
from isogloss.vocab import RDF, XSD
from tests.governance.compiler.judging import TORTURE, ex

pytestmark = pytest.mark.filterwarnings("ignore:Parsing weird boolean")

many = settings(
    max_examples=5_000 if TORTURE else 300,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)

# What XML Schema has → forms of it; → what is none, though it looks it.
TABLE: dict[str, tuple[str, str]] = {
    "boolean": ("true false 1 0", "True TRUE yes 01 t"),
    "integer": ("0 -0 +0 1 01 -17 +5 123456789012345678901234567890", "1.0 1e0 -- +-1 1_000 0x1"),
    "decimal": ("0 -1 +1.50 .5 5. -.5 0001.1000", "1e0 . - 1,5 INF NaN 1.2.3"),
    "double": (
        "1 -1.5 .5 5. 1e5 1E-5 +1.e+0 INF -INF +INF NaN",
        "inf nan -NaN 1e 1e5.0 e5 Infinity",
    ),
    "float": ("1 -1.5 .5 5. 1e5 1E-5 +1.e+0 INF -INF +INF NaN", "inf nan -NaN 1e 1e5.0 e5 1.5f"),
    "byte": ("-128 127 +127 0127 -0", "-129 128 1.0"),
    "short": ("-32768 32767", "-32769 32768"),
    "int": ("-2147483648 2147483647", "-2147483649 2147483648"),
    "long": (
        "-9223372036854775808 9223372036854775807",
        "-9223372036854775809 9223372036854775808",
    ),
    "unsignedByte": ("0 255 -0 +0", "-1 256"),
    "unsignedShort": ("0 65535", "-1 65536"),
    "unsignedInt": ("0 4294967295", "-1 4294967296"),
    "unsignedLong": ("0 18446744073709551615", "-1 18446744073709551616"),
    "nonNegativeInteger": ("0 -0 1 99999999999999999999", "-1 1.0"),
    "positiveInteger": ("1 +1 99999999999999999999", "0 -1"),
    "nonPositiveInteger": ("0 +0 -1 -99999999999999999999", "1"),
    "negativeInteger": ("-1 -99999999999999999999", "0 1 -0"),
    "date": (
        "2026-01-02 2026-01-02Z 2026-01-02+14:00 2026-01-02-00:00 2024-02-29 2000-02-29 "
        "0000-01-01 -0004-02-29 12024-02-29 -12026-12-31",
        "2026-1-2 2026-02-29 1900-02-29 2026-04-31 2026-13-01 2026-00-01 2026-01-00 26-01-02 "
        "02026-01-02 2026-01-02+14:01 2026-01-02+15:00 2026-01-02z 2026-01-02T00:00:00 20260102 "
        "+2026-01-02 -0001-02-29",
    ),
    "dateTime": (
        "2026-01-02T10:00:00 2026-01-02T10:00:00Z 2026-01-02T10:00:00.5-05:30 2026-01-02T24:00:00 "
        "2026-01-02T24:00:00.000Z 2024-02-29T23:59:59.999999999",
        "2026-01-02 2026-01-02T10:00 2026-01-02T10:00:00. 2026-01-02T24:00:01 2026-01-02T25:00:00 "
        "2026-01-02T10:60:00 2026-01-02T10:00:60 2026-02-30T10:00:00 2026-01-02T10:00:00+1:00 "
        "2026-01-02t10:00:00",
    ),
    "dateTimeStamp": (
        "2026-01-02T10:00:00Z 2026-01-02T10:00:00.5-05:30 2026-01-02T24:00:00+00:00",
        "2026-01-02T10:00:00 2026-02-30T10:00:00Z 2026-01-02Z",
    ),
    "time": (
        "10:00:00 10:00:00Z 24:00:00 24:00:00.0 23:59:59.999+14:00",
        "10:00 1:00:00 24:00:01 24:00:00.1 10:00:60 10:60:00 100000",
    ),
    "gYear": ("2026 2026Z -0044 0000 12026+01:00", "26 02026 +2026 2026-01"),
    "gYearMonth": ("2026-01 2026-12Z", "2026-13 2026-00 2026-1 2026"),
    "gMonthDay": ("--02-29 --12-31Z --01-01-05:00", "--02-30 --04-31 --13-01 02-29 --2-9 -02-29"),
    "gMonth": ("--01 --12Z", "--13 --00 01 --1 --01--"),
    "gDay": ("---01 ---31+01:00", "---32 ---00 ---1 31"),
    "duration": (
        "P1Y P1M P1D PT1H PT1M PT1S PT1.5S P1Y2M3DT4H5M6.7S -P1D P0Y P1YT1S PT0.000S P400D",
        "P PT P1 1D +P1D P1W P1H PT1D P-1D P1.5D PT1.S P1DT P1D1Y PT1H1H -P p1d",
    ),
    "yearMonthDuration": ("P1Y P1M P1Y14M -P1Y", "P P1D PT1S P1Y1D P1M1Y"),
    "dayTimeDuration": ("P1D PT1H P1DT1.5S -PT0S", "P PT P1Y P1M P1Y1D P1DT"),
}
KINDS = [Iri(XSD.iri + name) for name in TABLE]


@pytest.mark.parametrize("name", TABLE)
def test_what_is_well_formed_is_what_xml_schema_says(name: str) -> None:
    good, bad = (
        [Literal(form, Iri(XSD.iri + name)) for form in row.split()] for row in TABLE[name]
    )
    assert [literal.value for literal in good if not well_formed(literal)] == []
    assert [literal.value for literal in bad if well_formed(literal)] == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("value", ["", " ", "1 ", " 1", "1\n", "１", "²", "1\x00", "many"])  # noqa: RUF001  # digits, not of ASCII
def test_what_is_no_form_of_any_kind_is_never_well_formed(kind: Iri, value: str) -> None:
    assert not well_formed(Literal(value, kind))


def test_of_a_kind_that_nobody_knows_all_is_well_formed() -> None:
    assert well_formed(Literal("many", ex("unit")))
    assert well_formed(Literal("many"))
    assert well_formed(text("many", "en"))


# ---- at random

_LOOKS = st.text("0123456789+-.:TZeEINFaPYMDHS ", max_size=12)
_NEAR = st.sampled_from(
    sorted({form for good, bad in TABLE.values() for form in (good + " " + bad).split()})
)


@st.composite
def _spoilt(draw: st.DrawFn) -> str:
    """Change one character of a form."""
    form: str = draw(_NEAR)
    at = draw(st.integers(0, len(form)))
    other: str = draw(st.sampled_from([*"0159+-.:TZeEP", ""]))
    return form[:at] + other + form[at + 1 :]


_forms = st.one_of(_NEAR, _NEAR, _spoilt(), _LOOKS, st.text(max_size=5))
_others = st.sampled_from(
    [
        XSD.string,
        *(
            Iri(XSD.iri + name)
            for name in ("anyURI", "token", "hexBinary", "base64Binary", "QName")
        ),
        Iri(f"{RDF.iri}HTML"),
        Iri(f"{RDF.iri}XMLLiteral"),
        ex("unit"),
        # Whoever sends our own marks gets them back as well.
        *(
            Iri(mark + kind)
            for mark in (KEPT, NUMBER, ILL)
            for kind in (XSD.integer, KEPT + XSD.integer)
        ),
        Iri(KEPT),
        Iri(ILL + "x"),
    ]
)
_tags = st.sampled_from(["en", "de-ch", "zh-hant-tw", "x-private"])
_plain = st.tuples(_forms, st.one_of(st.sampled_from(KINDS), st.sampled_from(KINDS), _others))
literals = st.one_of(
    _plain.map(lambda pair: Literal(*pair)), st.builds(text, st.text(max_size=5), _tags)
)


@many
@given(literals)
def test_what_is_kept_is_restored(literal: Literal) -> None:
    assert restored(keep(literal)) == literal


@many
@given(literals)
def test_a_store_gives_back_what_is_kept(literal: Literal) -> None:
    store = ox.Store()
    fact = ox.NamedNode("urn:fact")
    store.add(ox.Quad(fact, fact, to_ox(keep(literal))))
    (quad,) = store
    assert from_ox(quad.object) == keep(literal)
    # A query's own constants are read like the data.
    found = store.query(
        f"SELECT ?o {{ ?s ?p ?o FILTER(sameTerm(?o, {term_text(keep(literal))})) }}"
    )
    assert isinstance(found, ox.QuerySolutions)
    assert len(list(found)) == 1


@many
@given(st.sets(literals, max_size=8))
def test_a_copy_gives_back_each_of_the_literals_that_it_got(some: set[Literal]) -> None:
    twin = Twin(Triple(ex("a"), ex("p"), literal) for literal in some)
    assert {row[0] for row in twin.select("SELECT ?o { ?s ?p ?o }")} == some
    assert len(twin) == len(some)


@many
@given(literals)
def test_nothing_is_kept_twice(literal: Literal) -> None:
    """What is kept is marked by how it is formed, and by nothing else."""
    kept = keep(literal)
    if kept == literal:
        assert not literal.datatype.startswith((KEPT, NUMBER, ILL))
    else:
        kind = literal.datatype
        assert kept.datatype == (kept_as(kind) if well_formed(literal) else ILL + kind)
    assert (kept.value, kept.language) == (literal.value, literal.language)


# Where rdflib is right. It reads forms by Python's own functions, which take more, or less, than
# XML Schema has:
# - numbers with white space, digits of any script or with a _ between, -NaN, decimals with
#   exponents, longs past 64 bits;
# - a date with a time; a time without colons (ISO 8601); no year 0, before 1 or after 9999; no
#   24:00:00; a zone of +14:01;
# - durations of weeks, with fractions of days, with a plus, with nothing after T, of days among
#   those of months and the reverse; none too long for Python's.
# Of some kinds it knows no form at all, and says None.
_PART_OF_A_DAY = r"(?:T(?=\d)[\dHMS]{0,9}(?:\d\.\d{1,3}S)?)?"
_RIGHT = {
    "date": r"(?!0000)\d{4}-\d\d-\d\d(?:Z|[+-]0\d:[0-5]\d)?",
    "dateTime": r"(?!0000)\d{4}-\d\d-\d\dT(?!24)\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]0\d:[0-5]\d)?",
    "time": r"(?!24)\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]0\d:[0-5]\d)?",
    "decimal": r"[-+.\d]*",
    **dict.fromkeys(("double", "float"), r"[-+.\deE]*|[-+]?INF|NaN"),
    **dict.fromkeys(("long", "unsignedLong"), r"[-+.0-9A-Za-z]{0,18}"),
    "duration": rf"-?P[\dYMD]{{0,9}}{_PART_OF_A_DAY}",
    "yearMonthDuration": r"-?P[\dYM]{0,9}",
    "dayTimeDuration": rf"-?P(?:\d{{0,5}}D)?{_PART_OF_A_DAY}",
}
_READ_BY_RDFLIB = [
    kind
    for kind in KINDS
    if rdflib.Literal("none", datatype=rdflib.URIRef(kind), normalize=False).ill_typed is not None
]
_ANY_NUMBER = r"[-+.0-9A-Za-z]*"


def test_rdflib_has_no_form_of_some_kinds() -> None:
    names = {kind.rpartition("#")[2] for kind in KINDS} - {
        kind.rpartition("#")[2] for kind in _READ_BY_RDFLIB
    }
    assert names == {"dateTimeStamp", "gDay", "gMonth", "gMonthDay", "gYear", "gYearMonth"}


@many
@given(_forms, st.sampled_from(_READ_BY_RDFLIB))
def test_what_is_well_formed_is_so_to_rdflib_where_it_is_right(form: str, kind: Iri) -> None:
    known = _RIGHT.get(kind.rpartition("#")[2], _ANY_NUMBER)
    assume(re.fullmatch(known, form, re.ASCII))
    theirs = rdflib.Literal(form, datatype=rdflib.URIRef(kind), normalize=False)
    assert well_formed(Literal(form, kind)) == (not theirs.ill_typed)


def test_the_longest_number_is_a_number() -> None:
    assert well_formed(Literal("0" * 5_000 + "1", XSD.byte))
    assert well_formed(Literal("1" * 5_000, XSD.nonNegativeInteger))
