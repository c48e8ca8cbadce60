"""Search forgives a typo and never a hostile word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isogloss.discovery.search import SearchIndex
from isogloss.errors import InvalidArgument
from isogloss.model.discovery import Entry, EntryKind
from isogloss.model.rdf import Iri

MARKETING, SALES = Iri("urn:marketing"), Iri("urn:sales")
TERM = Entry(Iri("urn:term"), EntryKind.TERM, "active user", "A person who came.", MARKETING)
COLUMN = Entry(Iri("urn:column"), EntryKind.COLUMN, "active_users", "", SALES)
MENTION = Entry(Iri("urn:mention"), EntryKind.TERM, "churn", "An active user who left.", SALES)
INDEX = SearchIndex([MENTION, TERM, COLUMN])


def _found(text: str, **narrow: object) -> list[str]:
    return [hit.id for hit in INDEX.search(text, **narrow)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text", ["active user", "ACTIVE USERS", "active_users", "activeUser", "actve user", "acitve"]
)
def test_spellings_and_one_typo_find_the_same(text: str) -> None:
    assert set(_found(text)) == {"urn:term", "urn:column", "urn:mention"}


def test_a_title_weighs_more_than_a_text() -> None:
    assert _found("active user")[-1] == "urn:mention"


def test_every_word_must_be_there() -> None:
    assert _found("active churn") == ["urn:mention"]
    assert _found("active unicorn") == []


def test_equal_scores_are_in_the_order_of_iris() -> None:
    assert _found("active user")[:2] == ["urn:column", "urn:term"]


def test_kinds_and_a_domain_narrow() -> None:
    assert _found("active", kinds=[EntryKind.COLUMN]) == ["urn:column"]
    assert set(_found("active", domain=SALES)) == {"urn:column", "urn:mention"}
    assert _found("active", kinds=[EntryKind.TERM], domain=SALES) == ["urn:mention"]


def test_a_filter_does_not_change_the_score() -> None:
    (free,) = INDEX.search("came")
    (narrowed,) = INDEX.search("came", kinds=[EntryKind.TERM], domain=MARKETING)
    assert narrowed.score == pytest.approx(free.score)


@given(st.text(max_size=500))
def test_no_text_breaks_the_query(text: str) -> None:
    try:
        INDEX.search(text)
    except InvalidArgument:
        assert not any(letter.isalnum() for letter in text)


@pytest.mark.parametrize("text", ["", "  ", '"(*:^~[', "_"])
def test_a_text_without_words_is_refused(text: str) -> None:
    with pytest.raises(InvalidArgument, match="no word"):
        INDEX.search(text)


def test_a_text_beyond_reason_is_refused() -> None:
    with pytest.raises(InvalidArgument, match="500 at most"):
        INDEX.search("x" * 501)


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("résumé", "resume"),
        ("resume", "Résumé"),
        ("countries", "country"),
        ("country", "Countries"),
        ("boxes", "box"),
        ("user_ids", "user id"),
        ("statuses", "status"),
        ("cookies", "cookie"),
        ("KPIValue", "value"),
    ],
)
def test_accents_and_plurals_do_not_matter(title: str, text: str) -> None:
    entry = Entry(Iri("urn:x"), EntryKind.COLUMN, title, "", None)
    assert [hit.id for hit in SearchIndex([entry]).search(text)] == ["urn:x"]


@pytest.mark.parametrize("limit", [0, -1, 101])
def test_a_limit_beyond_reason_is_refused(limit: int) -> None:
    with pytest.raises(InvalidArgument, match="1 to 100"):
        INDEX.search("active", limit=limit)


def test_a_limit_keeps_the_best() -> None:
    assert _found("active user", limit=1) == _found("active user")[:1]


def test_a_long_text_is_cut_around_the_word() -> None:
    long = Entry(Iri("urn:l"), EntryKind.TERM, "x", "word " * 60 + "needle " + "word " * 60, None)
    (hit,) = SearchIndex([long]).search("needle")
    assert "needle" in hit.snippet
    assert len(hit.snippet) < 200


def test_an_empty_mesh_finds_nothing() -> None:
    assert SearchIndex([]).search("anything") == ()
