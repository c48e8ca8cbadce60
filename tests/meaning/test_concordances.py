"""Concordances as relations: nothing is picked, and their loss is what a round trip shows."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isogloss.intake.expression_dialects import render
from isogloss.intake.expressions import compose as compose_sql
from isogloss.intake.expressions import parse
from isogloss.meaning import concordances
from isogloss.meaning.concordances import (
    CodeLists,
    CodeRelation,
    compose,
    inverse,
    is_function,
    loss_of,
    relation,
    unmapped,
)
from isogloss.meaning.loss import is_within, join
from isogloss.model.meaning import Concordance, Loss
from isogloss.model.rdf import Iri
from tests.sql_engines import select, table

CODES = ["a", "b", "c", "it's", "\\"]
PAIRS = st.lists(st.tuples(st.sampled_from(CODES), st.sampled_from(CODES)), max_size=8)


def _concordance(pairs: list[tuple[str, str]], default: str | None = None) -> Concordance:
    return Concordance(Iri("urn:c"), Iri("urn:s"), Iri("urn:t"), tuple(sorted(pairs)), default)


RELATIONS = st.builds(_concordance, PAIRS, st.none() | st.sampled_from(CODES)).map(relation)
WITHOUT_DEFAULTS = st.builds(_concordance, PAIRS).map(relation)
FUNCTIONS = st.builds(
    lambda pairs, default: relation(_concordance(list(pairs.items()), default)),
    st.dictionaries(st.sampled_from(CODES), st.sampled_from(CODES)),
    st.none() | st.sampled_from(CODES),
)
COUNTRIES = relation(_concordance([("England", "GBR"), ("Scotland", "GBR"), ("U.S.A.", "USA")]))


def test_both_parts_of_a_country_are_told_and_none_is_picked() -> None:
    assert COUNTRIES.apply("England") == COUNTRIES.apply("Scotland") == ("GBR",)
    assert inverse(COUNTRIES).apply("GBR") == ("England", "Scotland")
    assert loss_of(COUNTRIES) is Loss.WIDENING
    assert loss_of(inverse(COUNTRIES)) is Loss.NARROWING
    assert concordances.expression(inverse(COUNTRIES)) is None


def test_a_code_without_a_partner_is_named_or_has_a_default() -> None:
    lists = CodeLists(frozenset({"England", "Wales"}))
    assert COUNTRIES.apply("Wales") == ()
    assert unmapped(COUNTRIES, lists.source) == ("Wales",)
    assert loss_of(COUNTRIES, lists) is Loss.APPROXIMATE
    defaulted = CodeRelation(COUNTRIES.targets, ("OTHER",))
    assert defaulted.apply("Wales") == ("OTHER",)
    assert loss_of(defaulted, lists) is Loss.WIDENING


@pytest.mark.parametrize(
    ("pairs", "loss"),
    [
        ([("a", "x"), ("b", "y")], Loss.EXACT),
        ([("a", "x"), ("b", "x")], Loss.WIDENING),
        ([("a", "x"), ("a", "y")], Loss.NARROWING),
        ([("a", "x"), ("a", "y"), ("b", "y")], Loss.APPROXIMATE),
        ([], Loss.UNTRANSLATABLE),
    ],
)
def test_the_table_of_what_concordances_lose(pairs: list[tuple[str, str]], loss: Loss) -> None:
    assert loss_of(relation(_concordance(pairs))) is loss


@given(WITHOUT_DEFAULTS, st.sets(st.sampled_from(CODES)))
def test_the_loss_is_what_a_round_trip_shows(codes: CodeRelation, listed: set[str]) -> None:
    lists = CodeLists(frozenset(listed))
    known = listed | set(codes.targets)
    back = inverse(codes)
    returned = {
        code: {again for target in codes.apply(code) for again in back.apply(target)}
        for code in known
    }
    loss = loss_of(codes, lists)
    if not codes.targets:
        assert loss is Loss.UNTRANSLATABLE
        return
    # Nothing but itself comes back: no two codes became one.
    assert is_within(loss, Loss.NARROWING) == all(
        found <= {code} for code, found in returned.items()
    )
    # Each has become one code: rows are neither left out nor divided.
    assert is_within(loss, Loss.WIDENING) == all(len(codes.apply(code)) == 1 for code in known)
    assert (loss is Loss.EXACT) == all(
        found == {code} and len(codes.apply(code)) == 1 for code, found in returned.items()
    )


@given(RELATIONS, RELATIONS, st.sampled_from([*CODES, "else"]))
def test_codes_in_a_row_are_looked_up_one_after_the_other(
    one: CodeRelation, other: CodeRelation, code: str
) -> None:
    step_by_step = {end for middle in one.apply(code) for end in other.apply(middle)}
    assert compose(one, other).apply(code) == tuple(sorted(step_by_step))


@given(RELATIONS, RELATIONS, RELATIONS, st.sampled_from([*CODES, "else"]))
def test_it_does_not_matter_which_are_put_together_first(
    a: CodeRelation, b: CodeRelation, c: CodeRelation, code: str
) -> None:
    one, other = compose(compose(a, b), c), compose(a, compose(b, c))
    assert one.apply(code) == other.apply(code)


@given(WITHOUT_DEFAULTS, WITHOUT_DEFAULTS)
def test_the_way_back_is_the_ways_back_in_reverse(one: CodeRelation, other: CodeRelation) -> None:
    back, ways_back = inverse(compose(one, other)), compose(inverse(other), inverse(one))
    for code in CODES:
        assert back.apply(code) == ways_back.apply(code)
        assert inverse(inverse(one)).apply(code) == one.apply(code)


@given(RELATIONS, RELATIONS)
def test_a_row_loses_no_more_than_its_parts(one: CodeRelation, other: CodeRelation) -> None:
    given_by_one = {code for found in one.targets.values() for code in found} | set(one.default)
    both = join(loss_of(one), loss_of(other, CodeLists(frozenset(given_by_one))))
    together = compose(one, other)
    if any(map(together.apply, CODES)):
        assert is_within(loss_of(together), both)


@pytest.mark.parametrize("dialect", ["duckdb", "sqlite"])
@given(FUNCTIONS, FUNCTIONS)
def test_engines_translate_codes_as_we_do(
    dialect: str, one: CodeRelation, other: CodeRelation
) -> None:
    words = [*CODES, "else", None]
    connection = table(dialect, {"value": "TEXT"}, [(word,) for word in words])
    together = compose(one, other)
    assert is_function(together)
    expected = [next(iter(together.apply(word)), None) if word else None for word in words]
    texts = [concordances.expression(codes) for codes in (together, one, other)]
    if texts[0] is not None:
        assert select(connection, render(parse(texts[0]), dialect)) == expected
    if texts[1] is not None and texts[2] is not None:
        whole = compose_sql(parse(texts[2]), parse(texts[1]))
        assert select(connection, render(whole, dialect)) == expected


def test_a_concordance_is_in_force_for_a_time() -> None:
    january, june = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)
    listed = Concordance(
        Iri("urn:c"), Iri("urn:s"), Iri("urn:t"), (("a", "b"),), None, january, june
    )
    assert listed.holds(january)
    assert not listed.holds(june)
