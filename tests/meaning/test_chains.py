"""Chains conclude what the mappings say and no more, and the best comes first."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import isclose

from hypothesis import given

from isogloss.meaning.chains import MAX_CHAINS, MAX_LINKS, Chain, Network
from isogloss.meaning.predicates import STRENGTH, Relation, compose, relation_of
from isogloss.model.meaning import Mapping
from isogloss.model.rdf import Iri
from tests.meaning.mapped import said
from tests.meaning.networks import networks

NOW = datetime(2026, 11, 21, tzinfo=UTC)
A, B, C, D = (Iri(f"urn:{name}") for name in "abcd")


def _every(
    given_: list[Mapping], one: Iri, other: Iri, so_far: tuple[Mapping, ...] = ()
) -> Iterator[tuple[tuple[Mapping, ...], Relation]]:
    """Walk from term to term, never twice to one, and conclude at the end, from the left."""

    def relations(chain: tuple[Mapping, ...]) -> Iterator[Relation]:
        at = one
        for mapping in chain:
            relation = relation_of(mapping)
            assert relation is not None
            back = {Relation.BROAD: Relation.NARROW, Relation.NARROW: Relation.BROAD}
            yield relation if mapping.subject == at else back.get(relation, relation)
            at = mapping.object if mapping.subject == at else mapping.subject

    at, seen = one, {one}
    for mapping in so_far:
        at = mapping.object if mapping.subject == at else mapping.subject
        seen.add(at)
    if at == other:
        concluded: Relation | None = Relation.EXACT
        for relation in relations(so_far):
            concluded = compose(concluded, relation) if concluded else None
        if concluded and so_far:
            yield so_far, concluded
        return
    for mapping in given_:
        ends = {mapping.subject, mapping.object}
        if at in ends and not (ends - {at}) & seen:
            yield from _every(given_, one, other, (*so_far, mapping))


def _network(*given_: Mapping) -> Network:
    return Network(given_, NOW)


@given(networks)
def test_every_chain_is_found_and_the_best_comes_first(given_: list[Mapping]) -> None:
    found = _network(*given_).chains(A, B, most=1_000)
    expected = set(_every(given_, A, B))
    got = [(tuple(link.mapping for link in c.links), c.relation) for c in found.found]
    assert found.is_complete
    assert len(got) == len(set(got))
    assert set(got) == expected
    for one, other in pairwise(found.found):
        assert STRENGTH[one.relation] >= STRENGTH[other.relation]
        if STRENGTH[one.relation] == STRENGTH[other.relation]:
            # A chain that states no confidence at all counts as sure.
            assert (one.confidence or 1.0) >= (other.confidence or 1.0) - 1e-12


@given(networks)
def test_the_chains_to_all_terms_are_the_best_to_each(given_: list[Mapping]) -> None:
    network = _network(*given_)
    related = network.related(A)
    for name in "bcde":
        other = Iri(f"urn:{name}")
        best = network.chains(A, other).best
        chain = related.get(other)
        assert (chain is None) == (best is None)
        if chain and best:
            assert STRENGTH[chain.relation] == STRENGTH[best.relation]
            assert isclose(chain.confidence or 1.0, best.confidence or 1.0)
            assert len(set(chain.terms)) == len(chain.links) + 1


@given(networks, networks)
def test_a_changed_network_is_one_made_anew(given_: list[Mapping], more: list[Mapping]) -> None:
    network = _network(*given_)
    known = {mapping.id for mapping in given_}
    new = [mapping for mapping in more if mapping.id not in known]
    changed = network.changed(given_[:2], new)
    made = _network(*given_[2:], *new)
    for term in (A, B, C):
        assert changed.links(term) == made.links(term)
    assert network.links(A) == _network(*given_).links(A)


@given(networks)
def test_a_chain_is_never_surer_stronger_or_longer_valid_than_its_links(
    given_: list[Mapping],
) -> None:
    until = [replace(m, valid_until=NOW + timedelta(n + 1)) for n, m in enumerate(given_)]
    for chain in Network(until, NOW).chains(A, B).found:
        for link in chain.links:
            assert STRENGTH[chain.relation] <= STRENGTH[link.relation]
            stated = link.mapping.confidence
            assert stated is None or (chain.confidence or 0.0) <= stated
            assert chain.valid_until is not None
            assert link.mapping.valid_until is not None
            assert chain.valid_until <= link.mapping.valid_until


@given(networks)
def test_chains_back_are_the_chains_turned_round(given_: list[Mapping]) -> None:
    network = _network(*given_)
    there = network.chains(A, B, most=1_000).found
    back = network.chains(B, A, most=1_000).found
    assert {chain.back() for chain in there} == set(back)


def test_a_chain_names_its_links_and_their_direction() -> None:
    broad, exact = said("b broad a", 0.9), said("b exact c", 0.5)
    chain = _network(broad, exact).chains(A, C).best
    assert chain is not None
    assert chain.terms == (A, B, C)
    assert [(link.mapping, link.forward) for link in chain.links] == [(broad, False), (exact, True)]
    assert (chain.relation, chain.confidence) == (Relation.NARROW, 0.45)


def test_a_chain_holds_while_all_of_its_links_do() -> None:
    hours = [NOW + timedelta(hours=n) for n in (-2, -1, 1, 2)]
    early = replace(said("a exact b"), valid_from=hours[0], valid_until=hours[2])
    late = replace(said("b exact c"), valid_from=hours[1], valid_until=hours[3])
    chain = _network(early, late).chains(A, C).best
    assert chain is not None
    assert (chain.valid_from, chain.valid_until) == (hours[1], hours[2])
    assert Network((early, late), hours[2]).chains(A, C).best is None
    assert Network((early, late), hours[0]).chains(A, C).best is None


def test_only_approved_mappings_take_part() -> None:
    proposed = replace(said("a exact b"), status="proposed")
    assert _network(proposed).chains(A, B).best is None


def test_a_mapping_without_confidence_counts_as_it_is_said() -> None:
    chain = _network(said("a exact b"), said("b exact c", 0.8)).chains(A, C).best
    assert chain is not None
    assert chain.confidence == 0.8
    unstated = _network(said("a exact b")).chains(A, B).best
    assert unstated is not None
    assert unstated.confidence is None


def test_what_says_more_comes_before_what_is_surer() -> None:
    given_ = said("a not-exact b", 0.95), said("a broad b", 0.9)
    found = _network(*given_).chains(A, B)
    assert [chain.relation for chain in found.found] == [Relation.BROAD, Relation.NOT_EXACT]
    assert found.contradictions() == ()


def test_chains_that_cannot_both_hold_are_told() -> None:
    given_ = said("a exact b"), said("b exact c"), said("a not-exact c")
    ((one, other),) = _network(*given_).chains(A, C).contradictions()
    assert (one.relation, other.relation) == (Relation.EXACT, Relation.NOT_EXACT)
    assert len(one.links) == 2


def test_a_chain_has_a_longest_length() -> None:
    row = [said(f"t{n} exact t{n + 1}") for n in range(MAX_LINKS + 1)]
    network = _network(*row)
    first, within, beyond = (Iri(f"urn:t{n}") for n in (0, MAX_LINKS, MAX_LINKS + 1))
    assert network.chains(first, within).best is not None
    assert network.chains(first, beyond).best is None
    assert beyond not in network.related(first)


def test_it_is_told_that_longer_chains_are_not_looked_for() -> None:
    row = [said(f"t{n} exact t{n + 1}") for n in range(MAX_LINKS + 3)]
    first, last = Iri("urn:t0"), Iri(f"urn:t{MAX_LINKS + 3}")
    assert not _network(*row).chains(first, last).is_complete
    assert not _network(*row[: MAX_LINKS + 1]).chains(first, Iri("urn:t9")).is_complete
    assert _network(*row[:MAX_LINKS]).chains(first, Iri(f"urn:t{MAX_LINKS}")).is_complete
    # The long way round is not looked at either.
    (direct,) = (
        found := _network(*row, said(f"t0 exact t{MAX_LINKS + 3}")).chains(first, last)
    ).found
    assert (len(direct.links), found.is_complete) == (1, False)
    # What nothing joins, no chain of any length does.
    assert _network(*row, said("a exact b")).chains(A, first).is_complete


def test_there_may_be_more_chains_than_are_told() -> None:
    many = [x for n in range(30) for x in (said(f"a exact t{n}"), said(f"t{n} exact b"))]
    found = _network(*many).chains(A, B)
    assert len(found.found) == MAX_CHAINS
    assert not found.is_complete
    assert _network(*many[:20]).chains(A, B).is_complete


def test_a_term_has_no_chain_to_itself() -> None:
    network = _network(said("a exact b"), said("b exact a"), said("a broad a"))
    assert network.chains(A, A).found == ()
    assert A not in network.related(A)


def test_a_chain_can_be_told_from_either_end() -> None:
    chain: Chain | None = _network(said("a broad b")).chains(A, B).best
    assert chain is not None
    assert chain.back().back() == chain
    assert chain.back().relation is Relation.NARROW
