"""What is concluded of two mappings is so, and does not depend on the way it is concluded."""

from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isogloss.meaning.predicates import (
    STRENGTH,
    Relation,
    compose,
    contradict,
    inverse,
    predicate_of,
    relation_of,
)
from isogloss.vocab import SKOS
from tests.meaning.mapped import mapping

EXACT, BROAD, NARROW, NOT_EXACT = (
    Relation.EXACT, Relation.BROAD, Relation.NARROW, Relation.NOT_EXACT
)  # fmt: skip

# ---- against sets: a meaning is whatever it is true of, which is never nothing

Members = frozenset[int]
members = st.frozensets(st.integers(0, 4), min_size=1)
SAYS: dict[Relation, Callable[[Members, Members], bool]] = {
    EXACT: lambda one, other: one == other,
    BROAD: lambda one, other: one < other,
    NARROW: lambda one, other: one > other,
    Relation.OVERLAPPING: lambda one, other: not one.isdisjoint(other),
    NOT_EXACT: lambda one, other: one != other,
    # Neither says anything of members that composes: any symmetric relation must do.
    Relation.CLOSE: lambda one, other: abs(len(one) - len(other)) <= 1,
    Relation.RELATED: lambda one, other: min(one) != min(other),
}


@given(members, members, members)
def test_what_is_concluded_is_so(a: Members, b: Members, c: Members) -> None:
    for one, other in product(Relation, repeat=2):
        concluded = compose(one, other)
        if concluded and SAYS[one](a, b) and SAYS[other](b, c):
            assert SAYS[concluded](a, c), (one, other)


@given(members, members)
def test_an_inverse_says_the_same_the_other_way(a: Members, b: Members) -> None:
    for relation in Relation:
        assert SAYS[relation](a, b) == SAYS[inverse(relation)](b, a)


@given(members, members)
def test_what_contradicts_is_never_both_so(a: Members, b: Members) -> None:
    for one, other in product(set(Relation) - {Relation.RELATED}, repeat=2):
        if contradict(one, other):
            assert not (SAYS[one](a, b) and SAYS[other](a, b)), (one, other)


def test_what_is_never_both_so_contradicts() -> None:
    sets = [Members(n for n in range(3) if mask & 1 << n) for mask in range(1, 8)]
    of_members = {EXACT, BROAD, NARROW, NOT_EXACT, Relation.OVERLAPPING}
    for one, other in product(of_members, repeat=2):
        both = any(SAYS[one](a, b) and SAYS[other](a, b) for a in sets for b in sets)
        assert contradict(one, other) is not both, (one, other)


def test_nothing_more_could_be_concluded_of_what_speaks_of_members() -> None:
    """Every composition that the table leaves out has a counterexample for every claim."""
    sets = [Members(n for n in range(3) if mask & 1 << n) for mask in range(1, 8)]
    of_members = [EXACT, BROAD, NARROW, NOT_EXACT, Relation.OVERLAPPING]
    for one, other in product(of_members, repeat=2):
        ends = [
            (a, c) for a, b, c in product(sets, repeat=3) if SAYS[one](a, b) and SAYS[other](b, c)
        ]
        sound = [claim for claim in of_members if all(SAYS[claim](a, c) for a, c in ends)]
        strongest = max(sound, key=STRENGTH.__getitem__, default=None)
        assert compose(one, other) == strongest, (one, other, sound)


# ---- laws


@pytest.mark.parametrize("relation", Relation)
def test_an_equal_meaning_changes_nothing(relation: Relation) -> None:
    assert compose(EXACT, relation) == compose(relation, EXACT) == relation
    assert inverse(inverse(relation)) == relation


def test_the_inverse_of_a_composition_is_that_of_the_inverses_reversed() -> None:
    for one, other in product(Relation, repeat=2):
        there = compose(one, other)
        back = compose(inverse(other), inverse(one))
        assert back == (inverse(there) if there else None), (one, other)


def test_the_order_of_concluding_does_not_matter() -> None:
    def then(one: Relation | None, other: Relation | None) -> Relation | None:
        return compose(one, other) if one and other else None

    for a, b, c in product(Relation, repeat=3):
        assert then(then(a, b), c) == then(a, then(b, c)), (a, b, c)


def test_a_composition_is_never_stronger_than_either() -> None:
    for one, other in product(Relation, repeat=2):
        if composed := compose(one, other):
            assert STRENGTH[composed] <= min(STRENGTH[one], STRENGTH[other])


def test_the_table_claims_nothing_of_two_close_or_related_meanings() -> None:
    weak = {Relation.CLOSE, Relation.RELATED, NOT_EXACT}
    for one, other in product(weak, set(Relation) - {EXACT}):
        assert compose(one, other) is None
        assert compose(other, one) is None
    assert compose(BROAD, NARROW) is None


def test_the_documentation_has_the_same_table() -> None:
    text = (Path(__file__).parents[2] / "docs" / "meaning.md").read_text("utf-8")
    table = text.split("## Mappings in a row")[1].split("An empty cell")[0]
    head, _, *rows = [
        [cell.strip(" *") for cell in line.split("|")[1:-1]]
        for line in table.splitlines()
        if line.startswith("|")
    ]
    told = {
        (Relation(row[0]), Relation(column)): Relation(cell) if cell else None
        for row in rows
        for column, cell in zip(head[1:], row[1:], strict=True)
    }
    assert told == {(a, b): compose(a, b) for a, b in product(Relation, repeat=2)}


# ---- as SKOS has it


def test_a_relation_is_read_as_it_is_written() -> None:
    for relation in set(Relation) - {Relation.OVERLAPPING}:
        predicate, negated = predicate_of(relation)
        assert relation_of(mapping("a", predicate, "b", negated=negated)) == relation
    predicate, negated = predicate_of(Relation.OVERLAPPING)
    assert relation_of(mapping("a", predicate, "b", negated=negated)) == Relation.RELATED


def test_of_what_is_denied_only_equality_says_something() -> None:
    assert relation_of(mapping("a", SKOS.broadMatch, "b", negated=True)) is None
    assert relation_of(mapping("a", SKOS.broader, "b")) is None
