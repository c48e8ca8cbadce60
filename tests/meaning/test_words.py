"""The same label is never taken as the same thing, nor as a different one."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isogloss.meaning.abbreviations import EXPANDED, EXPANDED_ALONE
from isogloss.meaning.inflection import LANGUAGES
from isogloss.meaning.words import gather, mappings_between, normalise, polysemes, senses
from isogloss.model.catalog import Label, Term
from isogloss.model.meaning import Mapping
from isogloss.model.rdf import Iri
from isogloss.vocab import SKOS

MARKETING, PRODUCT, FINANCE = (Iri(f"urn:{name}") for name in ("marketing", "product", "finance"))


def _term(domain: Iri, label: str, *others: str) -> Term:
    return Term(
        id=Iri(f"{domain}:{label}"),
        label=label,
        other_labels=others,
        definition=None,
        scope_note=None,
        examples=(),
        domain=domain,
    )


def _mapping(
    one: Term,
    other: Term,
    predicate: Iri = SKOS.exactMatch,
    status: str = "approved",
    *,
    negated: bool = False,
) -> Mapping:
    return Mapping(
        id=Iri(f"urn:mapping:{one.id}:{other.id}"),
        subject=one.id,
        predicate=predicate,
        object=other.id,
        negated=negated,
        justification=None,
        confidence=None,
        author=None,
        status=status,
        comment=None,
        translations=(),
    )


LEAD = _term(MARKETING, "lead")
LEADS = _term(PRODUCT, "Leads")
THIRD = _term(FINANCE, "prospect", "lead")


@given(st.text() | st.text(st.sampled_from("aceihosuxyzIS _-")))
def test_normalising_twice_changes_nothing(label: str) -> None:
    assert normalise(normalise(label)) == normalise(label)


@given(st.text(st.sampled_from("abcxyzs _-")))
def test_case_alone_does_not_matter(label: str) -> None:
    assert normalise(label.lower()) == normalise(label.upper())


@pytest.mark.parametrize(
    ("spellings", "word"),
    [
        (
            ("active user", "Active Users", "active_user", "active-users", "activeUser"),
            "active user",
        ),
        (("countries", "Country", "COUNTRY"), "country"),
        (("résumé", "Resume", "re\u0301sume\u0301s"), "resume"),
        (("boxes", "box"), "box"),
        (("user_ids", "UserIDs", "userId"), "user id"),
        (("KPIs", "kpi"), "kpi"),
        (("KPIValue", "kpi_values"), "kpi value"),
        (("statuses", "status"), "status"),
        (("analyses", "analysis"), "analysis"),
        (("sizes", "size"), "size"),
        (("caches", "cache"), "cache"),
        (("cookies", "cookie"), "cookie"),
        (("aliases", "alias"), "alias"),
        (("addresses", "address"), "address"),
        (("branches", "branch"), "branch"),
        (("databases", "database"), "database"),
        (("ﬁeld", "fields"), "field"),
        (("business", "Business"), "business"),
        (("cust_acct_no", "Customer account numbers"), "customer account number"),
        (("qty", "Quantities"), "quantity"),
        (("MAU", "monthly active users"), "monthly active user"),
        (("FRT", "first-response time"), "first response time"),
    ],
)
def test_spellings_of_one_word_meet(spellings: tuple[str, ...], word: str) -> None:
    assert {normalise(spelling) for spelling in spellings} == {word}


def test_marks_that_make_another_letter_are_kept() -> None:
    assert normalise("がき") != normalise("かき")
    assert " " not in normalise("हिन्दी")


@pytest.mark.parametrize("word", ["status", "analysis", "news", "churn", "address", "process"])
def test_words_that_only_look_plural_are_left_alone(word: str) -> None:
    assert normalise(word) == word


@pytest.mark.parametrize("short", [*EXPANDED, *EXPANDED_ALONE])
def test_what_is_written_out_stays_so(short: str) -> None:
    assert normalise(normalise(short)) == normalise(short) != short


def test_what_may_be_short_for_something_else_is_left_alone() -> None:
    assert normalise("no show") == "no show"
    assert normalise("arr date") == "arr date"


@pytest.mark.parametrize(
    ("language", "one", "many"),
    [
        ("de", "Rechnung", "Rechnungen"),
        ("de", "Kunde", "Kunden"),
        ("de", "Vertrag", "Verträge"),
        ("de", "Land", "Länder"),
        ("de-CH", "Transaktion", "Transaktionen"),
        ("fr", "client", "clients"),
        ("fr", "canal", "canaux"),
        ("fr", "pays", "pays"),
        ("nl", "rekening", "rekeningen"),
        ("nl", "factuur", "facturen"),
        ("nl", "gebruiker", "gebruikers"),
        ("en-GB", "country", "countries"),
        ("fi", "asiakas", "asiakas"),
    ],
)
def test_plurals_are_those_of_the_language(language: str, one: str, many: str) -> None:
    assert normalise(many, language) == normalise(one, language)


@given(st.sampled_from(["en", *LANGUAGES]), st.text(st.sampled_from("aehinrsuxngtiok _")))
def test_normalising_twice_changes_nothing_in_any_language(language: str, label: str) -> None:
    assert normalise(normalise(label, language), language) == normalise(label, language)


def test_language_tags_are_kept_and_any_language_finds_the_word() -> None:
    term = replace(LEAD, labels=(Label("lead", "en"), Label("Kunden", "de", "alternative")))
    for spelling in ("Kunde", "kunden", "LEADS"):
        found = senses(spelling, [term], [])
        assert found is not None
        assert found.senses == (term,)


def test_senses_gather_other_labels_too_in_order() -> None:
    word = senses("LEADS", [THIRD, LEADS, LEAD], [])
    assert word is not None
    assert word.senses == tuple(sorted([LEAD, LEADS, THIRD], key=lambda term: term.id))


def test_a_word_that_nobody_uses_has_no_senses() -> None:
    assert senses("unicorn", [LEAD], []) is None


def test_the_mappings_of_a_word_are_those_among_its_senses() -> None:
    elsewhere = _term(FINANCE, "invoice")
    among, across = _mapping(LEAD, LEADS), _mapping(LEAD, elsewhere)
    assert gather([LEAD, LEADS, elsewhere], [across, among])["lead"].mappings == (among,)


def test_one_label_in_two_domains_is_a_polyseme() -> None:
    assert [word.label for word in polysemes([LEAD, LEADS], [])] == ["lead"]


def test_two_terms_of_one_domain_are_no_polyseme() -> None:
    assert polysemes([LEAD, _term(MARKETING, "leads")], []) == ()


def test_approved_equality_settles_a_polyseme_also_in_a_chain() -> None:
    chain = [_mapping(LEAD, LEADS), _mapping(LEADS, THIRD)]
    assert polysemes([LEAD, LEADS, THIRD], chain) == ()
    assert len(polysemes([LEAD, LEADS, THIRD], chain[:1])) == 1


@pytest.mark.parametrize(
    "mapping",
    [
        _mapping(LEAD, LEADS, SKOS.closeMatch),
        _mapping(LEAD, LEADS, status="proposed"),
        _mapping(LEAD, LEADS, negated=True),
    ],
)
def test_nothing_less_settles_it(mapping: Mapping) -> None:
    assert len(polysemes([LEAD, LEADS], [mapping])) == 1


def test_a_contradiction_settles_nothing() -> None:
    denied = replace(_mapping(LEAD, LEADS, negated=True), id=Iri("urn:mapping:denied"))
    assert len(polysemes([LEAD, LEADS], [_mapping(LEAD, LEADS), denied])) == 1


def test_mappings_between_two_domains_go_either_way() -> None:
    domain_of = {term.id: term.domain for term in (LEAD, LEADS, THIRD)}
    there, back = _mapping(LEAD, LEADS), _mapping(LEADS, LEAD)
    other = _mapping(LEAD, THIRD)
    found = mappings_between([there, other, back], domain_of, PRODUCT, MARKETING)
    assert found == (there, back)
