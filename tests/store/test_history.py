"""The past: any commit's state, what lies between two, and what a graph lacks."""

import os
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from isogloss.model.journal import Attempt, Difference, Outcome
from isogloss.model.rdf import Iri, Literal, Quad, Term, text
from isogloss.store.embedded import EmbeddedGraph
from isogloss.store.graph import Mark
from isogloss.store.journal import Journal
from isogloss.store.named_graphs import CATALOGUE, MEMBERS
from isogloss.vocab import XSD

TORTURE = bool(os.environ.get("ISOGLOSS_TORTURE"))
A, B, C, P, Q = (Iri(f"urn:{name}") for name in "abcpq")
G, H = Iri("urn:graph:g"), Iri("urn:graph:h")

OBJECTS: list[Term] = [
    A,
    B,
    Literal("urn:a"),
    Literal("1", XSD.integer),
    Literal("01", XSD.integer),
    Literal("1.10", XSD.decimal),
    Literal("1.1", XSD.decimal),
    Literal("true", XSD.boolean),
    Literal("1", XSD.boolean),
    text("1", "en"),
    text("1", "en-us"),
]
quads = st.builds(
    Quad,
    st.sampled_from([A, B]),
    st.sampled_from([P, Q]),
    st.sampled_from(OBJECTS),
    st.sampled_from([G, H, CATALOGUE]),
)
pasts = st.lists(st.frozensets(quads, max_size=10), min_size=1, max_size=7)


def commit(journal: Journal, change: Difference) -> None:
    with journal.write() as pen:
        pen.make(change)
        number = str(pen.head.sequence + 1)
        attempt = Attempt(number, "", Iri("urn:author"), (), (), "")
        pen.record(attempt, Outcome.COMMITTED, change)


def told(journal: Journal, states: list[frozenset[Quad]]) -> list[frozenset[Quad]]:
    """Make each state by a commit; give them with the empty one before the first."""
    before: frozenset[Quad] = frozenset()
    for state in states:
        commit(journal, Difference(state - before, before - state))
        before = state
    return [frozenset(), *states]


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    journal = Journal(tmp_path / "journal.sqlite", durable=False)
    yield journal
    journal.close()


every_time = settings(
    max_examples=500 if TORTURE else 15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def _fresh(tmp_path: Path) -> Journal:
    for old in tmp_path.glob("example.sqlite*"):
        old.unlink()
    return Journal(tmp_path / "example.sqlite", durable=False)


@every_time
@given(states=pasts)
def test_every_past_state_is_what_it_was(tmp_path: Path, states: list[frozenset[Quad]]) -> None:
    journal = _fresh(tmp_path)
    for sequence, state in enumerate(told(journal, states)):
        past = journal.at(sequence)
        # As lists: a quad that is there twice is there once too often.
        assert sorted(past.all_quads(), key=repr) == sorted(state, key=repr)
        assert past.count() == len(state)
        assert frozenset(past.quads()) == {quad for quad in state if quad.graph != CATALOGUE}
        assert frozenset(past.quads([H])) == {quad for quad in state if quad.graph == H}
        assert {s: frozenset(found) for s, found in past.describe([A, C]).items()} == {
            A: {quad for quad in state if quad.subject == A},
            C: frozenset(),
        }
        assert frozenset(past.statements(Q)) == {q for q in state if q.predicate == Q}
        assert frozenset(past.statements(P, A)) == {
            quad for quad in state if (quad.predicate, quad.object) == (P, A)
        }
        assert past.referrers(P, [A, C]) == {
            A: tuple(sorted({q.subject for q in state if (q.predicate, q.object) == (P, A)})),
            C: (),
        }
    journal.close()


@every_time
@given(states=pasts)
def test_the_difference_of_any_two_commits_is_that_of_their_states_both_ways(
    tmp_path: Path, states: list[frozenset[Quad]]
) -> None:
    journal = _fresh(tmp_path)
    known = list(enumerate(told(journal, states)))
    for (start, old), (end, new) in product(known, known):
        assert journal.difference(start, end) == Difference(new - old, old - new)
        about_a = journal.difference(start, end, [A, C])
        assert about_a == Difference(
            frozenset(quad for quad in new - old if quad.subject == A),
            frozenset(quad for quad in old - new if quad.subject == A),
        )
        assert journal.difference(start, end, []) == Difference(frozenset(), frozenset())
    journal.close()


@every_time
@given(states=pasts)
def test_commits_that_touch_a_subject_are_those_that_changed_what_is_said_of_it(
    tmp_path: Path, states: list[frozenset[Quad]]
) -> None:
    journal = _fresh(tmp_path)
    known = told(journal, states)
    for subjects in ([A], [B], [A, B], [C], []):
        touching = [
            sequence
            for sequence in range(len(known) - 1, 0, -1)
            if any(q.subject in subjects for q in known[sequence] ^ known[sequence - 1])
        ]
        assert journal.commits_touching(subjects) == touching
    journal.close()


@every_time
@given(states=pasts)
def test_a_graph_gets_from_any_earlier_commit_to_the_head(
    tmp_path: Path, states: list[frozenset[Quad]]
) -> None:
    journal = _fresh(tmp_path)
    known = told(journal, states)
    for sequence, state in enumerate(known):
        mark = journal.mark_of(sequence)
        assert mark is not None
        graph = EmbeddedGraph(None)
        graph.rebuild(state, mark)
        for _ in range(2):  # twice does no harm
            graph.apply(journal.change_since(mark), journal.head)
            assert list(graph.differences(known[-1])) == []
            assert graph.read_mark() == journal.head
    journal.close()


@every_time
@given(states=pasts)
def test_a_graph_that_died_half_way_is_brought_to_the_head_all_the_same(
    tmp_path: Path, states: list[frozenset[Quad]]
) -> None:
    """It stands at a mark, and data of later commits is in it already."""
    journal = _fresh(tmp_path)
    known = told(journal, states)
    for sequence, _ in enumerate(known):
        mark = journal.mark_of(sequence)
        assert mark is not None
        graph = EmbeddedGraph(None)
        graph.rebuild(known[-1], mark)
        graph.apply(journal.change_since(mark), journal.head)
        assert list(graph.differences(known[-1])) == []
    journal.close()


def test_nothing_is_to_do_for_a_graph_at_the_head(journal: Journal) -> None:
    told(journal, [frozenset({Quad(A, P, Literal("01", XSD.integer), G)})])
    change = journal.change_since(journal.head)
    assert not change.added
    assert not change.removed
    assert not change.cleared


def test_an_iri_and_a_text_that_reads_like_it_are_told_apart(journal: Journal) -> None:
    told(journal, [frozenset({Quad(A, P, Literal("urn:b"), G)})])
    assert journal.at(1).referrers(P, [B]) == {B: ()}
    assert list(journal.at(1).statements(P, B)) == []


def test_the_systems_graphs_are_given_to_whoever_names_them(journal: Journal) -> None:
    noted = Quad(A, P, B, CATALOGUE)
    member = Quad(A, P, B, MEMBERS)
    told(journal, [frozenset({noted, member})])
    assert list(journal.at(1).quads()) == []
    assert list(journal.at(1).quads([MEMBERS])) == [member]


def test_a_quad_that_comes_back_has_two_lives(journal: Journal) -> None:
    quad = Quad(A, P, B, G)
    told(journal, [frozenset({quad}), frozenset(), frozenset({quad})])
    assert [list(journal.at(n).all_quads()) for n in range(4)] == [[], [quad], [], [quad]]
    assert journal.difference(1, 3) == Difference(frozenset(), frozenset())
    assert journal.commits_touching([A]) == [3, 2, 1]


def test_long_lists_of_subjects_are_asked_in_parts(journal: Journal) -> None:
    many = [Iri(f"urn:many:{number}") for number in range(1700)]
    state = frozenset(Quad(subject, P, A, G) for subject in many)
    told(journal, [state, frozenset()])
    assert sum(len(found) for found in journal.at(1).describe(many).values()) == 1700
    assert journal.difference(0, 1, many).added == state
    assert journal.commits_touching(many) == [2, 1]


def test_parts_are_found_that_were_ever_parts(journal: Journal) -> None:
    told(
        journal,
        [
            frozenset({Quad(A, P, B, G), Quad(C, Q, B, G), Quad(A, P, Literal("urn:x"), G)}),
            frozenset({Quad(A, P, A, G)}),
        ],
    )
    assert journal.ever_parts(A, [P], [Q]) == {A, B, C}
    assert journal.ever_parts(A, [P], []) == {A, B}
    assert journal.ever_parts(Iri("urn:unknown"), [P], [Q]) == {Iri("urn:unknown")}


def test_a_past_state_stays_as_it_is_while_commits_go_on(journal: Journal) -> None:
    quad = Quad(A, P, B, G)
    told(journal, [frozenset({quad})])
    past = journal.at(1)
    reading = past.all_quads()
    commit(journal, Difference(frozenset({Quad(B, P, A, G)}), frozenset({quad})))
    assert list(reading) == list(past.all_quads()) == [quad]
    assert journal.head == Mark(2, journal.head.hash)
