"""What cannot all be so is found, named with its chain, and nothing else is."""

import pytest
from hypothesis import given, settings

from isogloss.meaning.conflicts import ConflictKind, conflicts, label_conflicts
from isogloss.meaning.predicates import Relation, compose, contradict, inverse, relation_of
from isogloss.model.catalog import Label, Term
from isogloss.model.meaning import Mapping
from isogloss.model.rdf import Iri
from isogloss.vocab import SKOS
from tests.meaning.mapped import mapping, said
from tests.meaning.networks import networks

Claim = tuple[Iri, Relation, Iri]
ALONG_CHAINS = {
    ConflictKind.DENIED,
    ConflictKind.EXACT_AND_OTHER,
    ConflictKind.EXACT_AND_DENIED,
    ConflictKind.CYCLE,
}


def _kinds(*stated: str) -> list[ConflictKind]:
    return [found.kind for found in conflicts([said(text) for text in stated])]


def _all_that_follows(mappings: list[Mapping]) -> set[Claim]:
    """Conclude until nothing new comes; slow, and plain."""
    known: set[Claim] = set()
    for m in mappings:
        relation = relation_of(m)
        assert relation
        known |= {(m.subject, relation, m.object), (m.object, inverse(relation), m.subject)}
    while True:
        new = {
            (a, concluded, d)
            for a, one, b in known
            for c, other, d in known
            if b == c and (concluded := compose(one, other))
        }
        if new <= known:
            return known
        known |= new


@settings(max_examples=300)
@given(networks)
def test_a_conflict_is_found_if_and_only_if_what_follows_contradicts(given_: list[Mapping]) -> None:
    known = _all_that_follows(given_)
    contradicted = any(
        contradict(one, other) for a, one, b in known for c, other, d in known if (a, b) == (c, d)
    )
    found = {conflict.kind for conflict in conflicts(given_)}
    assert bool(found & ALONG_CHAINS) is contradicted


@given(networks)
def test_a_conflict_names_mappings_that_alone_are_in_conflict(given_: list[Mapping]) -> None:
    by_id = {m.id: m for m in given_}
    for conflict in conflicts(given_):
        alone = [by_id[name] for name in dict.fromkeys(conflict.mappings)]
        assert conflict.kind in {found.kind for found in conflicts(alone)}
        ends = {end for m in alone for end in (m.subject, m.object)}
        assert set(conflict.terms) <= ends


@pytest.mark.parametrize(
    ("stated", "kinds"),
    [
        (("a exact b", "b exact c"), []),
        (("a broad b", "a not-exact b"), []),
        (("a broad b", "b narrow a"), []),
        (("a broad b", "b broad c"), []),
        (("a exact b", "a not-exact b"), [ConflictKind.DENIED]),
        (("a exact b", "b not-exact a"), [ConflictKind.DENIED]),
        (("a close b", "a broad b"), [ConflictKind.TWO_PREDICATES]),
        (("a exact b", "a close b"), [ConflictKind.TWO_PREDICATES]),
        (("a exact b", "a broad b"), [ConflictKind.EXACT_AND_OTHER]),
        (("a exact b", "b related a"), [ConflictKind.EXACT_AND_OTHER]),
        (("a exact b", "b exact c", "a narrow c"), [ConflictKind.EXACT_AND_OTHER]),
        (("a exact b", "b exact c", "c not-exact a"), [ConflictKind.EXACT_AND_DENIED]),
        (("a broad b", "b broad c", "c broad a"), [ConflictKind.CYCLE]),
        (("a broad b", "b exact c", "c broad a"), [ConflictKind.CYCLE]),
        (("a broad b", "b broad a"), [ConflictKind.CYCLE, ConflictKind.TWO_PREDICATES]),
        (("a broad b", "b broad c", "a related c"), [ConflictKind.RELATED_AND_BROADER]),
    ],
)
def test_each_kind_is_told(stated: tuple[str, ...], kinds: list[ConflictKind]) -> None:
    assert _kinds(*stated) == kinds


def test_a_broader_mapping_and_its_denial_are_both_told() -> None:
    given_ = mapping("a", SKOS.broadMatch, "b"), mapping("b", SKOS.narrowMatch, "a", negated=True)
    (found,) = conflicts(given_)
    assert found.kind is ConflictKind.DENIED
    assert found.mappings == tuple(sorted(m.id for m in given_))


def test_a_chain_is_named_link_by_link_and_in_words() -> None:
    given_ = [said("a exact b"), said("b exact c"), said("a not-exact c")]
    (found,) = conflicts(given_, name=lambda term: term.removeprefix("urn:").upper())
    assert found.terms == (Iri("urn:a"), Iri("urn:b"), Iri("urn:c"))
    assert found.mappings == tuple(m.id for m in given_)
    assert found.sentence == (
        "A and C are equal by way of B, but not exactMatch is stated of them too."
    )


def test_a_cycle_is_told_once_and_goes_round() -> None:
    (found,) = conflicts([said("a broad b"), said("b broad c"), said("c broad a")])
    assert len(found.mappings) == len(found.terms) == 3
    assert found.sentence.count("urn:a") == 2


def test_two_terms_of_one_scheme_are_not_to_become_one() -> None:
    scheme_of = {Iri(f"urn:{name}"): Iri("urn:sales") for name in ("a", "c")}
    given_ = [said("a exact b"), said("b exact c")]
    (found,) = conflicts(given_, scheme_of=scheme_of)
    assert found.kind is ConflictKind.MERGED
    assert found.terms == (Iri("urn:a"), Iri("urn:b"), Iri("urn:c"))
    assert conflicts([said("a broad b"), said("b exact c")], scheme_of=scheme_of) == ()


def test_what_is_related_is_neither_above_nor_below() -> None:
    a, b, c = (Iri(f"urn:{name}") for name in "abc")
    (found,) = conflicts([], broader=[(a, b), (b, c)], related=[(c, a)])
    assert found.kind is ConflictKind.RELATED_AND_BROADER
    assert found.terms == (a, b, c)
    (mixed,) = conflicts([said("b broad c")], broader=[(a, b)], related=[(a, c)])
    assert mixed.mappings == (said("b broad c").id,)
    assert conflicts([], broader=[(a, b)], related=[(a, c)]) == ()


def test_a_term_mapped_to_itself_is_no_conflict() -> None:
    assert _kinds("a broad a", "a not-exact a") == []


def _labelled(*labels: Label) -> Term:
    return Term(Iri("urn:a"), "lead", (), None, None, (), None, labels)


def test_labels_are_of_one_kind_and_one_is_preferred() -> None:
    lead, contact = Label("lead", "en"), Label("contact", "en")
    hidden, alternative = (Label("lead", "en", kind) for kind in ("hidden", "alternative"))
    german = Label("lead", "de", "hidden")
    assert label_conflicts([_labelled(lead, Label("Lead", "de"), german)]) == ()
    (twice,) = label_conflicts([_labelled(lead, contact)])
    assert twice.kind is ConflictKind.TWO_PREFERRED
    (repeated,) = label_conflicts([_labelled(lead, alternative, hidden)])
    assert repeated.kind is ConflictKind.LABEL_REPEATED
    assert "alternative and hidden and preferred" in repeated.sentence
