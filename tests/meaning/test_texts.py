"""Definitions are read for their words, quantities and denials."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isogloss.meaning.texts import likeness, rarity, read

DEFINITIONS = [
    "An account with at least one login in the last 7 days.",
    "A person with at least one order in the last 30 days.",
    "The day on which an invoice was paid.",
    "",
]


def _like(one: str, other: str) -> float:
    return likeness(read(one), read(other), rarity([read(text) for text in DEFINITIONS]))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The delivery of goods", "goods that are delivered"),
        ("people who bought an article", "A person who purchases articles"),
        ("client", "customer"),
        ("qty of the cust", "Quantity of customers"),
        ("Rechnung an den Kunden", "invoice for a customer"),
    ],
)
def test_what_is_said_in_other_forms_is_the_same(one: str, other: str) -> None:
    assert _like(one, other) == pytest.approx(1.0)


@given(st.sampled_from(DEFINITIONS), st.sampled_from(DEFINITIONS))
def test_likeness_goes_both_ways_and_is_a_share(one: str, other: str) -> None:
    assert 0.0 <= _like(one, other) == _like(other, one) <= 1.0


def test_a_text_is_like_itself_and_a_rare_word_counts_for_more() -> None:
    assert _like(DEFINITIONS[0], DEFINITIONS[0]) == pytest.approx(1.0)
    assert _like("login day", "login") > _like("login day", "day")
    assert _like("", "account") == 0.0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("in the last 12 months", "within twelve months"),
        ("half an hour", "30 minutes"),
        ("seven days", "1 week"),
        ("over 100,000 euro", "over 100000 euro"),
        ("one page", "a page"),
    ],
)
def test_one_quantity_may_be_written_in_several_ways(one: str, other: str) -> None:
    assert read(one).quantities == read(other).quantities


def test_a_month_is_no_number_of_days() -> None:
    assert read("within 30 days").quantities != read("within one month").quantities


def test_denials_are_counted() -> None:
    assert read("an invoice that is not paid").denials == 1
    assert read("an unpaid invoice").denials == 1
    assert read("an invoice").denials == 0


@pytest.mark.parametrize(
    ("one", "other", "contrasts"),
    [
        ("Profit before tax", "Profit after tax", (("before", "after"),)),
        ("rebates included", "rebates excluded", (("include", "exclude"),)),
        ("said of a person", "said of an account", (("person", "account"),)),
        ("a person's account", "an account", ()),
        ("Profit before tax", "Profit before interest", ()),
    ],
)
def test_opposites_are_told(one: str, other: str, contrasts: tuple[tuple[str, str], ...]) -> None:
    found = read(one).contrasts(read(other))
    assert len(found) == len(contrasts)
    for pair, (mine, theirs) in zip(found, contrasts, strict=True):
        assert pair[0].startswith(mine[:5])
        assert pair[1].startswith(theirs[:5])
    assert read(other).contrasts(read(one)) == tuple((b, a) for a, b in found)
