"""What makes the sample mesh's words precise is read, compared, and reasoned about."""

from datetime import UTC, datetime

import pytest

from isogloss.bootstrap import Services
from isogloss.meaning.chains import Network
from isogloss.meaning.comparison import compare
from isogloss.meaning.predicates import Relation
from isogloss.meaning.reasoning import Comparison, Match, reasoned
from isogloss.model.meaning import Sense, TermKind
from isogloss.model.rdf import Iri

BASE = "https://mesh.example/"
NOW = datetime(2026, 11, 21, tzinfo=UTC)


def _term(domain: str, word: str) -> Iri:
    return Iri(f"{BASE}{domain}/term/{word}")


def _concept(name: str) -> Iri:
    return Iri(f"{BASE}governance/{name}")


def _compare(mesh: Services, one: Iri, other: Iri) -> Comparison:
    senses = mesh.meanings.attributes()
    return compare(
        senses[one],
        senses[other],
        mesh.meanings.taxonomy(),
        Network(mesh.meanings.mappings(), NOW),
        conjuncts=lambda text: frozenset(text.split(" AND ")) - {"TRUE"},
        senses=senses,
    )


def test_a_sense_is_read_as_it_is_written(little_mesh: Services) -> None:
    senses = little_mesh.meanings.attributes()
    assert senses[_term("product", "active-user")] == Sense(
        term=_term("product", "active-user"),
        kind=TermKind.FLAG,
        population=_concept("population/account"),
        identifier=_concept("identifier/account-number"),
        unique_within=Iri(f"{BASE}product/domain"),
        event=_concept("event/app-event"),
        window="P7D",
        filter="NOT is_test",
    )
    assert senses[_term("product", "bike")] == Sense(_term("product", "bike"))


def test_the_taxonomy_is_that_of_the_concepts(little_mesh: Services) -> None:
    taxonomy = little_mesh.meanings.taxonomy()
    person, party, account = (_concept(f"population/{n}") for n in ("person", "party", "account"))
    assert party in taxonomy.broader[person]
    assert frozenset({party, account}) in taxonomy.disjoint
    assert taxonomy.absences[_concept("event/silence")] == _concept("event/app-event")
    assert taxonomy.labels[account] == "account"


def test_the_active_users_differ_in_whom_when_and_what(little_mesh: Services) -> None:
    found = _compare(
        little_mesh, _term("product", "active-user"), _term("marketing", "active-user")
    )
    shown = {a.name: (a.one, a.other, a.match) for a in found.attributes if a.differs}
    assert shown["population"] == ("account", "person", Match.DISJOINT)
    assert shown["window"] == ("7 days", "30 days", Match.NARROWER)
    relation = reasoned(found, "product's active user", "marketing's active user")
    assert relation is not None
    assert relation.relation is Relation.NOT_EXACT
    assert relation.sentence == (
        "Product's active user is about account and marketing's active user about person; "
        "so they do not mean the same."
    )


def test_what_sales_calls_revenue_is_what_finance_calls_a_booking(little_mesh: Services) -> None:
    found = _compare(little_mesh, _term("sales", "revenue"), _term("finance", "booking"))
    relation = reasoned(found)
    assert relation is not None
    assert relation.relation is Relation.EXACT


@pytest.mark.parametrize("word", ["lead", "session", "customer", "churn", "revenue"])
def test_no_two_domains_are_reasoned_to_mean_the_same(little_mesh: Services, word: str) -> None:
    known = [s for s in little_mesh.meanings.attributes().values() if s.term.endswith(f"/{word}")]
    assert len(known) >= 2
    for one in known:
        for other in known:
            found = reasoned(_compare(little_mesh, one.term, other.term))
            if one != other:
                assert found is None or found.relation is not Relation.EXACT
