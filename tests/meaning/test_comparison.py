"""Two senses are compared attribute by attribute, and nothing is reasoned that is not so."""

from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from itertools import product

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from isogloss.meaning.chains import Network
from isogloss.meaning.comparison import compare
from isogloss.meaning.predicates import Relation, inverse
from isogloss.meaning.reasoning import Comparison, Match, reasoned
from isogloss.meaning.windows import CALENDAR, UNBOUNDED, in_words, is_within
from isogloss.model.meaning import Sense, Taxonomy, TermKind
from isogloss.model.rdf import Iri
from tests.meaning.mapped import said

NOW = datetime(2026, 11, 21, tzinfo=UTC)
PERSON, RIDER, BIKE, KEY, OTHER_KEY = (
    Iri(f"urn:{name}") for name in ("person", "rider", "bike", "key", "other-key")
)
LOGIN, PAID, DOING, SILENCE, NO_LOGIN = (
    Iri(f"urn:{name}") for name in ("login", "paid", "doing", "silence", "no-login")
)
TAXONOMY = Taxonomy(
    broader={RIDER: frozenset({PERSON}), LOGIN: frozenset({DOING}), PAID: frozenset({DOING})},
    disjoint=frozenset({frozenset({PERSON, BIKE})}),
    absences={SILENCE: DOING, NO_LOGIN: LOGIN},
    labels={PERSON: "person", RIDER: "rider"},
)
NOTHING = Network((), NOW)
WEEKLY = Sense(
    Iri("urn:weekly"), TermKind.FLAG, PERSON, KEY, event=LOGIN, window="P7D", filter="TRUE"
)
MONTHLY = replace(WEEKLY, term=Iri("urn:monthly"), window="P30D")


def _conjuncts(text: str) -> frozenset[str] | None:
    if "?" in text:
        return None
    return frozenset(part.strip() for part in text.split(" AND ")) - {"TRUE"}


def _compare(
    one: Sense, other: Sense, *mappings: str, convertible: tuple[tuple[str, str], ...] = ()
) -> Comparison:
    network = Network([said(mapping) for mapping in mappings], NOW)
    pairs = {frozenset(pair) for pair in convertible}
    senses = {WEEKLY.term: WEEKLY, MONTHLY.term: MONTHLY}
    return compare(
        one, other, TAXONOMY, network, conjuncts=_conjuncts, convertible=pairs, senses=senses
    )


def _relation(comparison: Comparison) -> Relation | None:
    found = reasoned(comparison)
    return found.relation if found else None


# ---- against members: who is it true of?


@dataclass(frozen=True)
class Person:
    is_rider: bool
    is_employee: bool
    is_test: bool
    days_since: tuple[tuple[Iri, int], ...]  # of what they did last, how long ago


flags = st.builds(
    Sense,
    term=st.sampled_from([Iri("urn:x"), Iri("urn:y")]),
    kind=st.just(TermKind.FLAG),
    population=st.sampled_from([PERSON, RIDER]),
    identifier=st.just(KEY),
    event=st.sampled_from([LOGIN, PAID, DOING, SILENCE, NO_LOGIN]),
    window=st.sampled_from(["P1D", "P7D", "P1W", "P30D", UNBOUNDED, None]),
    filter=st.sampled_from(["TRUE", "NOT employee", "NOT employee AND NOT test", "NOT test"]),
)
LAST = [None, 0, 3, 10, 40]
EVERYBODY = [
    Person(rider, employee, test, tuple((e, days) for e, days in done if days is not None))
    for rider, employee, test in product([False, True], repeat=3)
    for done in product(product([LOGIN], LAST), product([PAID], LAST))
]
DAYS = {"P1D": 1, "P7D": 7, "P1W": 7, "P30D": 30, UNBOUNDED: 1_000}


def _is_so(sense: Sense, person: Person) -> bool:
    if sense.population == RIDER and not person.is_rider:
        return False
    text = sense.filter or ""
    if ("employee" in text and person.is_employee) or ("test" in text and person.is_test):
        return False
    absent = {SILENCE: DOING, NO_LOGIN: LOGIN}.get(sense.event or DOING)
    event = absent or sense.event
    recent = any(
        event in (did, DOING) and days < DAYS[sense.window or ""] for did, days in person.days_since
    )
    return recent is (absent is None)


@settings(max_examples=1_000)  # of many pairs of senses nothing is reasoned
@given(flags, flags, st.sets(st.sampled_from(["population", "filter"]), max_size=1))
def test_what_is_reasoned_is_so_of_everybody(one: Sense, other: Sense, changed: set[str]) -> None:
    same = {name: getattr(one, name) for name in {"population", "filter"} - changed}
    other = replace(other, **same)
    relation = _relation(_compare(one, other))
    if None in (one.window, other.window):
        assert relation is None
    if relation is None:
        return
    ones, others = ({p for p in EVERYBODY if _is_so(sense, p)} for sense in (one, other))
    assert {
        Relation.EXACT: ones == others,
        Relation.BROAD: ones <= others,
        Relation.NARROW: ones >= others,
    }[relation]


@given(flags, flags)
def test_comparing_the_other_way_turns_it_round(one: Sense, other: Sense) -> None:
    there, back = _compare(one, other), _compare(other, one)
    turned = {Match.NARROWER: Match.BROADER, Match.BROADER: Match.NARROWER}
    for a, b in zip(there.attributes, back.attributes, strict=True):
        assert (a.name, a.one, a.other, turned.get(a.match, a.match)) == (
            b.name, b.other, b.one, b.match
        )  # fmt: skip
    relation = _relation(there)
    assert _relation(back) == (inverse(relation) if relation else None)


def test_silence_of_two_kinds_is_compared_by_what_is_missing() -> None:
    nothing = replace(WEEKLY, event=SILENCE, window="P30D")
    no_login = replace(WEEKLY, event=NO_LOGIN, window="P7D")
    assert _relation(_compare(nothing, no_login)) is Relation.BROAD
    # Whoever did nothing for a week may have logged in the week before.
    later = replace(nothing, window="P7D"), replace(no_login, window="P30D")
    assert _relation(_compare(*later)) is None


@given(flags)
def test_a_sense_equals_itself(sense: Sense) -> None:
    assume(sense.window)
    assert _relation(_compare(sense, sense)) is Relation.EXACT


# ---- windows


@given(*[st.sampled_from(["P1D", "PT24H", "P7D", "P1M", "P2M", "P30D", "P31D", "P1Y", "P366D",
                          UNBOUNDED, *CALENDAR])] * 3)  # fmt: skip
def test_being_within_is_an_order(a: str, b: str, c: str) -> None:
    assert is_within(a, a)
    assert not (is_within(a, b) and is_within(b, c)) or is_within(a, c)


@pytest.mark.parametrize(
    ("one", "other", "inside", "outside"),
    [
        ("P7D", "P30D", True, False),
        ("P1W", "P7D", True, True),
        ("P30D", "P1M", False, False),  # a month may have 28 days, or 31
        ("P28D", "P1M", True, False),
        ("P1M", "P31D", True, False),
        ("P12M", "P1Y", True, True),
        ("PT36H", "P2D", True, False),
        ("P30D", "calendarMonth", False, False),
        ("calendarWeek", "calendarMonth", False, False),
        ("calendarDay", "calendarWeek", True, False),
        ("calendarYear", UNBOUNDED, True, False),
        ("P7D", "soon", False, False),
        ("P", "P1D", False, False),
    ],
)
def test_windows_lie_inside_one_another(one: str, other: str, inside: bool, outside: bool) -> None:
    assert (is_within(one, other), is_within(other, one)) == (inside, outside)


def test_windows_are_said_in_words() -> None:
    assert in_words("P1Y2M3DT4H") == "1 year, 2 months, 3 days and 4 hours"
    assert in_words(UNBOUNDED) == "all of the past"


# ---- one attribute at a time


@pytest.mark.parametrize(
    ("attribute", "one", "other", "match"),
    [
        ("population", PERSON, PERSON, Match.EQUAL),
        ("population", RIDER, PERSON, Match.NARROWER),
        ("population", RIDER, BIKE, Match.DISJOINT),
        ("population", RIDER, KEY, Match.UNKNOWN),
        ("population", None, PERSON, Match.UNKNOWN),
        ("event", LOGIN, DOING, Match.NARROWER),
        ("event", SILENCE, NO_LOGIN, Match.NARROWER),
        ("event", SILENCE, DOING, Match.UNKNOWN),
        ("identifier", KEY, OTHER_KEY, Match.DIFFERENT),
        ("window", "P7D", "P30D", Match.NARROWER),
        ("window", "P30D", "calendarMonth", Match.DIFFERENT),
        ("filter", "a AND b", "b AND a", Match.EQUAL),
        ("filter", "a AND b", "a", Match.NARROWER),
        ("filter", "a", "b", Match.UNKNOWN),
        ("filter", "?", "a", Match.UNKNOWN),
        ("filter", "?", "?", Match.EQUAL),
        ("grain", "One per account", "one per Accounts", Match.EQUAL),
        ("unit", "km", "mile", Match.DIFFERENT),
        ("timezone", "UTC", "Europe/Berlin", Match.DIFFERENT),
        ("kind", TermKind.FLAG, TermKind.MEASURE, Match.DIFFERENT),
    ],
)
def test_an_attribute_is_compared_by_what_it_is(
    attribute: str, one: str | None, other: str | None, match: Match
) -> None:
    senses = [replace(WEEKLY, **{attribute: value}) for value in (one, other)]  # type: ignore[arg-type]
    comparison = _compare(senses[0], senses[1])
    assert comparison.match(attribute) is match
    (found,) = (a for a in comparison.attributes if a.name == attribute)
    assert found.differs is (one is not None and other is not None and match is not Match.EQUAL)


def test_what_neither_states_is_not_shown() -> None:
    assert {a.name for a in _compare(WEEKLY, MONTHLY).attributes} == {
        "kind", "population", "identifier", "event", "window", "filter"
    }  # fmt: skip
    assert {field.name for field in fields(Sense)} > {
        a.name for a in _compare(WEEKLY, MONTHLY).attributes
    }


def test_mappings_and_translations_tell_how_values_relate() -> None:
    other = replace(WEEKLY, identifier=OTHER_KEY)
    assert _compare(WEEKLY, other, "key close other-key").match("identifier") is Match.MAPPED
    assert _compare(WEEKLY, other, "key not-exact other-key").match("identifier") is Match.DIFFERENT
    assert _compare(WEEKLY, other, "key exact other-key").match("identifier") is Match.EQUAL
    keys = ((KEY, OTHER_KEY),)
    assert _compare(WEEKLY, other, convertible=keys).match("identifier") is Match.MAPPED
    elsewhere = replace(WEEKLY, population=KEY)
    assert _compare(WEEKLY, elsewhere, "key broad person").match("population") is Match.BROADER


# ---- reasoning


def test_the_narrower_window_is_the_narrower_sense_and_it_says_so() -> None:
    found = reasoned(_compare(WEEKLY, MONTHLY), "product's active user", "marketing's active user")
    assert found is not None
    assert found.relation is Relation.BROAD
    assert found.sentence == (
        "Product's active user looks back 7 days, which lie inside the 30 days of marketing's "
        "active user; population, identifier, event and filter are the same; so product's active "
        "user is the narrower of the two."
    )


def test_the_longer_silence_is_the_narrower_sense() -> None:
    short, long = (replace(WEEKLY, event=SILENCE, window=window) for window in ("P30D", "P60D"))
    found = reasoned(_compare(long, short), "product's churn", "finance's churn")
    assert found is not None
    assert found.relation is Relation.BROAD
    assert "asks for 60 days without it, and finance's churn only for 30 days" in found.sentence


@pytest.mark.parametrize(
    "change",
    [
        {"population": None}, {"identifier": None}, {"event": None}, {"window": None},
        {"filter": None}, {"kind": None}, {"kind": TermKind.MEASURE}, {"identifier": OTHER_KEY},
        {"population": KEY}, {"timezone": "UTC"}, {"window": "calendarMonth"},
    ],
)  # fmt: skip
def test_nothing_is_reasoned_where_something_is_not_known(change: dict[str, str | None]) -> None:
    assert _relation(_compare(WEEKLY, replace(MONTHLY, **change))) is None  # type: ignore[arg-type]


def test_it_is_said_what_would_have_to_be_known() -> None:
    assert _compare(WEEKLY, replace(MONTHLY, event=None, filter=None)).missing == (
        "event", "filter"
    )  # fmt: skip


def test_two_sides_at_once_are_no_relation() -> None:
    assert _relation(_compare(WEEKLY, replace(MONTHLY, population=RIDER))) is None


def test_what_is_said_of_disjoint_populations_is_not_the_same() -> None:
    found = reasoned(_compare(WEEKLY, replace(WEEKLY, population=BIKE)))
    assert found is not None
    assert found.relation is Relation.NOT_EXACT
    assert "person" in found.sentence


def test_counts_relate_as_what_they_count() -> None:
    weekly, monthly = (
        Sense(Iri(f"urn:n-{s.term}"), TermKind.MEASURE, counts=s.term, grain="one value a day")
        for s in (WEEKLY, MONTHLY)
    )
    assert _relation(_compare(weekly, monthly)) is Relation.BROAD
    assert _relation(_compare(weekly, replace(weekly, term=Iri("urn:z")))) is Relation.EXACT
    assert _relation(_compare(weekly, replace(monthly, grain="one value a month"))) is None
    unknown = replace(weekly, counts=Iri("urn:unheard-of"))
    assert _relation(_compare(weekly, unknown)) is None


def test_an_amount_in_another_unit_is_close_and_one_of_a_part_is_nothing() -> None:
    euro = Sense(
        Iri("urn:e"), TermKind.MEASURE, PERSON, event=PAID, filter="TRUE", unit="EUR", grain="day"
    )
    dollar = replace(euro, unit="USD")
    assert _relation(_compare(euro, dollar, convertible=(("EUR", "USD"),))) is Relation.CLOSE
    assert _relation(_compare(euro, dollar)) is None
    # A discount on a part may be more than that on the whole.
    assert _relation(_compare(replace(euro, filter="a"), euro)) is None
    assert _relation(_compare(euro, replace(euro, term=Iri("urn:f")))) is Relation.EXACT


def test_terms_that_count_one_another_end() -> None:
    one = Sense(Iri("urn:one"), TermKind.MEASURE, counts=Iri("urn:two"), grain="day")
    two = Sense(Iri("urn:two"), TermKind.MEASURE, counts=Iri("urn:one"), grain="day")
    found = compare(
        one, two, Taxonomy(), NOTHING, conjuncts=_conjuncts, senses={one.term: one, two.term: two}
    )
    assert reasoned(found) is None
