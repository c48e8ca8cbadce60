"""What is translated along mappings is true, and told step by step comes to the same."""

from collections.abc import Sequence
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isogloss.intake import expressions
from isogloss.intake.expression_dialects import render
from isogloss.intake.expressions import parse
from isogloss.meaning.loss import is_within, join_all
from isogloss.meaning.stages import Stage
from isogloss.meaning.translating import Plan, plan
from isogloss.model.meaning import Loss, Sense, TermKind
from isogloss.model.rdf import Iri
from isogloss.model.translation import Bound, Outcome, Way
from tests.meaning.staged import by_codes, by_expression, by_units, stage, translation
from tests.sql_engines import select, table

TRANSLATED, UNKNOWN = Outcome.TRANSLATED, Outcome.UNKNOWN
UNTRANSLATABLE = Outcome.UNTRANSLATABLE


def _plan(*stages: Stage) -> Plan:
    return plan(stages, expressions)


# ---- populations


@st.composite
def populations(draw: st.DrawFn) -> tuple[list[str], list[frozenset[int]]]:
    """Draw relations in a row, and populations of which they are true."""
    everybody = list(range(12))
    members = [frozenset(draw(st.sets(st.sampled_from(everybody))))]
    relations = draw(
        st.lists(st.sampled_from(["exact", "broad", "narrow"]), min_size=1, max_size=4)
    )
    for relation in relations:
        more = draw(st.sets(st.sampled_from(everybody)))
        last = members[-1]
        members.append(
            last if relation == "exact" else last | more if relation == "broad" else last - more
        )
    return relations, members


def _chain(relations: Sequence[str], kind: TermKind) -> list[Stage]:
    return [stage(f"t{i} {relation} t{i + 1}", kind) for i, relation in enumerate(relations)]


@given(populations())
def test_a_flag_is_never_translated_into_a_lie(
    drawn: tuple[list[str], list[frozenset[int]]],
) -> None:
    relations, members = drawn
    planned = _plan(*_chain(relations, TermKind.FLAG))
    answers = {flag: planned.translate(str(flag).lower()) for flag in (True, False)}
    for person in range(12):
        answer = answers[person in members[0]]
        if answer.outcome is TRANSLATED:
            assert answer.results == (str(person in members[-1]).lower(),)
        else:
            assert answer.outcome is UNKNOWN
            assert answer.reason
    if "narrow" not in relations:
        assert answers[True].outcome is TRANSLATED
    if "broad" not in relations:
        assert answers[False].outcome is TRANSLATED


@pytest.mark.parametrize("dialect", ["duckdb", "sqlite"])
@given(populations())
def test_the_expression_of_a_flag_says_what_its_values_say(
    dialect: str, drawn: tuple[list[str], list[frozenset[int]]]
) -> None:
    planned = _plan(*_chain(drawn[0], TermKind.FLAG))
    assert planned.expression is not None
    connection = table(dialect, {"value": "BOOLEAN"}, [(True,), (False,), (None,)])
    flags = [None if x is None else bool(x) for x in select(
        connection, render(planned.expression, dialect)
    )]  # fmt: skip
    told = [planned.translate(word).results for word in ("true", "false")]
    assert flags == [*(None if not one else one == ("true",) for one in told), None]


@given(populations())
def test_a_measure_is_bounded_by_what_is_counted(
    drawn: tuple[list[str], list[frozenset[int]]],
) -> None:
    relations, members = drawn
    planned = _plan(*_chain(relations, TermKind.MEASURE))
    answer = planned.translate(str(len(members[0])))
    if {"broad", "narrow"} <= set(relations):
        assert answer.outcome is UNKNOWN
        assert planned.loss is Loss.APPROXIMATE
        return
    assert answer.results == (str(len(members[0])),)
    if answer.bound is Bound.LOWER:
        assert len(members[0]) <= len(members[-1])
    elif answer.bound is Bound.UPPER:
        assert len(members[0]) >= len(members[-1])
    else:
        assert len(members[0]) == len(members[-1])
    assert (answer.bound is Bound.EXACT) == (set(relations) == {"exact"})


# ---- the table


@pytest.mark.parametrize(
    ("kind", "relation", "way"),
    [
        (TermKind.FLAG, "exact", Way.SAME),
        (TermKind.FLAG, "broad", Way.RELATION),
        (TermKind.FLAG, "close", Way.NONE),
        (TermKind.MEASURE, "narrow", Way.RELATION),
        (TermKind.MEASURE, "related", Way.NONE),
        (TermKind.IDENTIFIER, "exact", Way.SAME),
        (TermKind.IDENTIFIER, "broad", Way.NONE),
        (TermKind.CODE, "exact", Way.NONE),
        (TermKind.DIMENSION, "exact", Way.SAME),
        (TermKind.ENTITY, "narrow", Way.NONE),
        (None, "exact", Way.SAME),
        (None, "broad", Way.NONE),
    ],
)
def test_the_kind_of_the_terms_decides_what_is_possible(
    kind: TermKind | None, relation: str, way: Way
) -> None:
    planned = _plan(stage(f"a {relation} b", kind))
    assert planned.steps[0].way is way
    if way is Way.NONE:
        assert planned.loss is Loss.UNTRANSLATABLE
        assert planned.expression is None
        assert planned.translate("1").outcome is UNTRANSLATABLE
        assert planned.missing[0].startswith("From a to b it would take ")


@pytest.mark.parametrize(
    ("here", "there", "why"),
    [
        ({"unit": "km"}, {"unit": "mi"}, "unit km and b mi"),
        ({"currency": "EUR"}, {"currency": "USD"}, "currency EUR and b USD"),
        ({"grain": "a day"}, {"grain": "a month"}, "grain a day and b a month"),
        ({"kind": TermKind.FLAG}, {}, "a is a flag and b a measure"),
    ],
)
def test_terms_that_measure_differently_are_not_taken_for_the_same(
    here: dict[str, object], there: dict[str, object], why: str
) -> None:
    source = Sense(Iri("urn:a"), **{"kind": TermKind.MEASURE, **here})  # type: ignore[arg-type]
    target = Sense(Iri("urn:b"), **{"kind": TermKind.MEASURE, **there})  # type: ignore[arg-type]
    planned = _plan(stage("a exact b", source=source, target=target))
    assert planned.loss is Loss.UNTRANSLATABLE
    assert why in planned.steps[0].reason


def test_bounds_are_for_what_adds_up() -> None:
    counted = Sense(Iri("urn:a"), TermKind.MEASURE, counts=Iri("urn:user"))
    assert _plan(stage("a broad b", TermKind.MEASURE, source=counted)).preconditions == ()
    planned = _plan(stage("a broad b", TermKind.MEASURE))
    assert "adds up" in planned.preconditions[0]
    assert planned.translate("-1").outcome is UNTRANSLATABLE
    assert planned.translate("many").outcome is UNTRANSLATABLE


def test_flags_of_different_identifiers_meet_over_a_table() -> None:
    account = Sense(Iri("urn:a"), TermKind.FLAG, identifier=Iri("urn:account"))
    person = Sense(Iri("urn:b"), TermKind.FLAG, identifier=Iri("urn:person"))
    planned = _plan(stage("a broad b", source=account, target=person))
    assert "different identifiers" in planned.preconditions[0]


# ---- units


def test_units_are_converted_exactly() -> None:
    planned = _plan(by_units("celsius exact fahrenheit", "1.8", "32"))
    assert planned.translate("36.6").results == ("97.88",)
    assert planned.translate("0.1").results == ("32.18",)
    assert planned.translate("warm").outcome is UNTRANSLATABLE
    third = _plan(by_units("a exact b", "1/3")).translate("1")
    assert third.results == ("0." + "3" * 28,)
    assert third.reason is not None
    assert "rounded" in third.reason


@given(
    st.fractions(max_denominator=100).filter(bool),
    st.fractions(max_denominator=100),
    st.decimals(-1000, 1000, places=3),
)
def test_there_and_back_is_the_same_number(
    factor: Fraction, offset: Fraction, value: object
) -> None:
    there = by_units("a exact b", str(factor), str(offset))
    back = by_units("b exact a", str(1 / factor), str(-offset / factor))
    text = f"{value:f}" if hasattr(value, "as_tuple") else str(value)
    answer = _plan(there, back).translate(text)
    assert Fraction(answer.results[0]) == Fraction(text)
    assert answer.reason is None


def test_what_grows_here_and_shrinks_there_turns_a_bound_round() -> None:
    counts = stage("a broad b", TermKind.MEASURE)
    missed = by_units("b exact c", "-1", "100")
    assert _plan(counts, missed).translate("30").bound is Bound.UPPER
    assert _plan(counts).translate("30").bound is Bound.LOWER


# ---- expressions


def test_an_expression_says_its_loss_itself_or_counts_as_approximate() -> None:
    lossy = by_expression("a exact b", "ROUND(value, 0)", declared=Loss.WIDENING)
    assert _plan(lossy).loss is Loss.WIDENING
    unsaid = _plan(by_expression("a exact b", "ROUND(value, 0)"))
    assert unsaid.loss is Loss.APPROXIMATE
    assert "not said" in unsaid.missing[0]
    assert unsaid.translate("1").outcome is UNTRANSLATABLE


def test_a_flag_that_is_computed_anew_still_tells_what_its_relation_tells() -> None:
    computed = by_expression(
        "a broad b",
        "last_event_at >= CURRENT_DATE",
        kind=TermKind.FLAG,
        declared=Loss.NARROWING,
        translation=translation(precondition="The log keeps 30 days."),
    )
    planned = _plan(computed)
    assert planned.translate("true").results == ("true",)
    assert planned.translate("false").outcome is UNKNOWN
    assert planned.expression == parse("last_event_at >= CURRENT_DATE")
    assert planned.preconditions[0] == "The log keeps 30 days."


def test_a_step_over_columns_that_are_not_there_is_named() -> None:
    first = stage("a exact b", TermKind.FLAG)
    then = by_expression("b broad c", "seen_at > CURRENT_DATE", declared=Loss.EXACT)
    planned = _plan(by_units("z exact a", "2"), first, then)
    assert planned.expression is None
    assert any("from b to c" in sentence and "seen_at" in sentence for sentence in planned.missing)


# ---- chains

CODES = st.sampled_from(["a", "b", "c", "x"])


@st.composite
def code_chains(draw: st.DrawFn) -> list[Stage]:
    """Draw lists of codes in a row."""
    lists = draw(
        st.lists(
            st.tuples(
                st.dictionaries(CODES, st.lists(CODES, min_size=1, max_size=2), min_size=1),
                st.none() | CODES,
            ),
            min_size=1,
            max_size=4,
        )
    )
    return [
        by_codes(f"t{i} close t{i + 1}", dict(pairs), default)
        for i, (pairs, default) in enumerate(lists)
    ]


@st.composite
def number_chains(draw: st.DrawFn) -> list[Stage]:
    """Draw conversions, expressions and relations in a row."""
    number = st.decimals(-9, 9, places=2).filter(bool).map(str)
    kinds = draw(st.lists(st.sampled_from(["units", "linear", "same"]), min_size=1, max_size=4))
    stages = []
    for i, kind in enumerate(kinds):
        text = f"t{i} exact t{i + 1}"
        if kind == "units":
            stages.append(by_units(text, draw(number), draw(number)))
        elif kind == "linear":
            sql = f"(value + {draw(number)}) * {draw(number)} - {draw(number)} / 8"
            stages.append(by_expression(text, sql, declared=Loss.EXACT))
        else:
            stages.append(stage(text, TermKind.MEASURE))
    return stages


@given(code_chains() | number_chains(), st.sampled_from(["a", "b", "z", "2", "-1.5"]))
def test_translating_along_a_chain_is_translating_step_by_step(
    stages: list[Stage], value: str
) -> None:
    whole = _plan(*stages)
    values = {value}
    for each in stages:
        answers = [_plan(each).translate(one) for one in values]
        values = {result for answer in answers for result in answer.results}
    together = whole.translate(value)
    assert set(together.results) == values
    assert (together.outcome is TRANSLATED) == bool(values)
    assert whole.loss is join_all(_plan(each).loss for each in stages)
    assert all(is_within(step.loss, whole.loss) for step in whole.steps)


@pytest.mark.parametrize("dialect", ["duckdb", "sqlite"])
@settings(max_examples=50)
@given(code_chains())
def test_the_one_expression_of_codes_gives_what_the_steps_give(
    dialect: str, stages: list[Stage]
) -> None:
    planned = _plan(*stages)
    if planned.expression is None:
        return
    words = ["a", "b", "c", "x", "else"]
    connection = table(dialect, {"value": "TEXT"}, [*((word,) for word in words), (None,)])
    told = [next(iter(planned.translate(word).results), None) for word in words]
    assert select(connection, render(planned.expression, dialect)) == [*told, None]


@pytest.mark.parametrize("dialect", ["duckdb", "sqlite"])
@settings(max_examples=50)
@given(number_chains())
def test_the_one_expression_of_numbers_gives_what_the_steps_give(
    dialect: str, stages: list[Stage]
) -> None:
    planned = _plan(*stages)
    assert planned.expression is not None
    numbers = ["0", "1", "-2.5", "1000"]
    connection = table(dialect, {"value": "DOUBLE"}, [(float(n),) for n in numbers])
    told = [float(planned.translate(number).results[0]) for number in numbers]
    assert select(connection, render(planned.expression, dialect)) == pytest.approx(
        told, rel=1e-9, abs=1e-6
    )


def test_confidences_multiply_and_what_is_lost_is_not_forgotten() -> None:
    planned = _plan(
        stage("a broad b", TermKind.MEASURE, 0.5), stage("b narrow c", TermKind.MEASURE, 0.5)
    )
    assert (planned.confidence, planned.loss) == (0.25, Loss.APPROXIMATE)


def test_several_codes_are_all_told_and_those_without_a_partner_are_named() -> None:
    planned = _plan(
        by_codes("a close b", {"GB": "GBR"}),
        by_codes("b close c", {"GBR": ["England", "Scotland"]}),
        by_codes("c close d", {"England": "E"}),
    )
    answer = planned.translate("GB")
    assert answer.results == ("E",)
    assert answer.reason is not None
    assert "Scotland has no partner in d" in answer.reason
    unknown = planned.translate("PE")
    assert (unknown.outcome, unknown.reason) == (UNTRANSLATABLE, "PE has no partner in b.")
