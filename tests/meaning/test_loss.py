"""Losses are a lattice, and what a chain loses does not depend on how it is divided."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isogloss.meaning.loss import inverse, is_invertible, is_within, join, join_all, severity
from isogloss.model.meaning import Loss

EXACT, WIDENING, NARROWING = Loss.EXACT, Loss.WIDENING, Loss.NARROWING
APPROXIMATE, UNTRANSLATABLE = Loss.APPROXIMATE, Loss.UNTRANSLATABLE
LOSSES = st.sampled_from(Loss)


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        (WIDENING, NARROWING, APPROXIMATE),
        (WIDENING, WIDENING, WIDENING),
        (NARROWING, APPROXIMATE, APPROXIMATE),
        (APPROXIMATE, UNTRANSLATABLE, UNTRANSLATABLE),
    ],
)
def test_the_table_of_losses(one: Loss, other: Loss, both: Loss) -> None:
    assert join(one, other) is join(other, one) is both


@given(LOSSES, LOSSES, LOSSES)
def test_losses_are_a_lattice(a: Loss, b: Loss, c: Loss) -> None:
    assert join(a, join(b, c)) is join(join(a, b), c)
    assert join(a, b) is join(b, a)
    assert join(a, a) is a
    assert join(EXACT, a) is a
    assert join(UNTRANSLATABLE, a) is UNTRANSLATABLE
    assert is_within(a, b) == (join(a, b) is b)
    # The least of what both are within.
    assert is_within(a, join(a, b))
    if is_within(a, c) and is_within(b, c):
        assert is_within(join(a, b), c)


def test_none_is_above_another_for_no_reason() -> None:
    ordered = {(a, b) for a, b in product(Loss, Loss) if is_within(a, b)}
    assert {(a, b) for a, b in ordered if (b, a) in ordered} == {(a, a) for a in Loss}
    assert not is_within(WIDENING, NARROWING)
    assert all(severity(a) < severity(b) for a, b in ordered if a is not b)


@given(st.lists(LOSSES), st.integers(0, 10))
def test_a_chain_loses_what_its_parts_lose(losses: list[Loss], place: int) -> None:
    whole = join_all(losses)
    assert whole is join(join_all(losses[:place]), join_all(losses[place:]))
    assert all(is_within(loss, whole) for loss in losses)
    assert is_invertible(losses) == (whole is EXACT)


@given(LOSSES, LOSSES)
def test_the_way_back_loses_the_other_way_round(a: Loss, b: Loss) -> None:
    assert inverse(inverse(a)) is a
    assert inverse(join(a, b)) is join(inverse(a), inverse(b))
    assert inverse(WIDENING) is NARROWING
