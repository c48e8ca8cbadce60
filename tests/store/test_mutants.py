"""Plausible bugs, and that what `test_model.py` looks at after each step catches each."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from sqlalchemy import Connection, update

from isogloss.errors import StoreUnavailable
from isogloss.model.journal import Attempt, Difference, Entry, Outcome
from isogloss.model.rdf import Iri, Literal, Quad, Term, text
from isogloss.store import history
from isogloss.store.dictionary import Dictionary
from isogloss.store.embedded import EmbeddedGraph
from isogloss.store.graph import GraphChange, Mark
from isogloss.store.history import Past
from isogloss.store.journal import Journal, Pen
from isogloss.store.mesh import Mesh
from isogloss.store.schema import QUAD_HISTORY
from isogloss.store.terms import normal, quad_to_ox
from tests.store.faults import GRAPH_FAULTS
from tests.store.test_model import Member, MeshMachine, rewritten, xsd

_change_since, _graph_change = history.change_since, history.graph_change
_write, _record, _make = history.write, Pen.record, Pen.make
_apply, _intern = EmbeddedGraph.apply, Dictionary.intern

Patches = list[tuple[object, str, object]]


def _nothing_is_cleared() -> Patches:
    def graph_change(
        connection: Connection, words: Dictionary, head: int, change: Difference
    ) -> GraphChange:
        return GraphChange(frozenset(), change.removed, change.added)

    return [(history, "graph_change", graph_change)]


def _cleared_literals_do_not_come_back() -> Patches:
    def graph_change(
        connection: Connection, words: Dictionary, head: int, change: Difference
    ) -> GraphChange:
        found = _graph_change(connection, words, head, change)
        return GraphChange(found.cleared, found.removed, found.added & change.added)

    return [(history, "graph_change", graph_change)]


def _only_the_newest_commit_is_replayed() -> Patches:
    def change_since(
        connection: Connection, words: Dictionary, sequence: int, head: int
    ) -> GraphChange:
        return _change_since(connection, words, max(sequence, head - 1), head)

    return [(history, "change_since", change_since)]


def _only_the_last_of_a_group_reaches_the_graph() -> Patches:
    def make(self: Pen, change: Difference) -> None:
        self._added, self._removed = set(), set()
        _make(self, change)

    return [(Pen, "make", make)]


def _what_a_group_takes_back_reaches_the_graph() -> Patches:
    def make(self: Pen, change: Difference) -> None:
        added, removed = set(self._added), set(self._removed)
        _make(self, change)
        self._added, self._removed = added | change.added, removed | change.removed

    return [(Pen, "make", make)]


def _quads_that_are_there_begin_again() -> Patches:
    def write(connection: Connection, words: Dictionary, n: int, change: Difference) -> None:
        there = frozenset(Past(history.borrowed(connection), words, n - 1).all_quads())
        _write(connection, words, n, Difference(change.added | there, change.removed))

    return [(history, "write", write)]


def _quads_that_are_gone_end_again() -> Patches:
    def write(connection: Connection, words: Dictionary, n: int, change: Difference) -> None:
        _write(connection, words, n, change)
        connection.execute(
            update(QUAD_HISTORY).where(QUAD_HISTORY.c.until == n - 1).values(until=n)
        )

    return [(history, "write", write)]


def _the_end_is_not_set() -> Patches:
    def write(connection: Connection, words: Dictionary, n: int, change: Difference) -> None:
        _write(connection, words, n, Difference(change.added, frozenset()))

    return [(history, "write", write)]


def _the_history_has_literals_as_the_graph_writes_them() -> Patches:
    def write(connection: Connection, words: Dictionary, n: int, change: Difference) -> None:
        added = frozenset(rewritten(change.added))
        _write(connection, words, n, Difference(added, change.removed))

    return [(history, "write", write)]


def _what_is_refused_is_not_taken_back() -> Patches:
    def record(
        pen: Pen, attempt: Attempt, outcome: Outcome, change: Difference, **more: Any
    ) -> Entry:
        if outcome is Outcome.REFUSED:
            pen.make(change)
        return _record(pen, attempt, outcome, change, **more)

    return [(Pen, "record", record)]


def _the_mark_moves_without_the_data() -> Patches:
    def apply(graph: EmbeddedGraph, change: GraphChange, mark: Mark) -> None:
        _apply(graph, GraphChange(frozenset(), frozenset(), frozenset()), mark)

    return [(EmbeddedGraph, "apply", apply)]


def _the_data_goes_without_the_mark() -> Patches:
    def apply(graph: EmbeddedGraph, change: GraphChange, mark: Mark) -> None:
        _apply(graph, change, graph.mark)

    return [(EmbeddedGraph, "apply", apply)]


def _the_mark_is_only_remembered() -> Patches:
    def apply(graph: EmbeddedGraph, change: GraphChange, mark: Mark) -> None:
        _apply(graph, change, graph.mark)
        graph._mark = mark

    return [(EmbeddedGraph, "apply", apply)]


def _the_graph_is_changed_quad_by_quad() -> Patches:
    def apply(graph: EmbeddedGraph, change: GraphChange, mark: Mark) -> None:
        _apply(graph, GraphChange(frozenset(), frozenset(), frozenset()), mark)
        for quad in change.removed:
            graph._open().remove(quad_to_ox(quad))
        graph._open().extend([quad_to_ox(quad) for quad in change.added])

    return [(EmbeddedGraph, "apply", apply)]


def _a_commit_that_raised_counts_as_not_made() -> Patches:
    return [(Journal, "_has", lambda self, pen: False)]


def _a_commit_that_raised_counts_as_made() -> Patches:
    return [(Journal, "_has", lambda self, pen: True)]


def _numbers_are_remembered_before_they_are_durable() -> Patches:
    def intern(words: Dictionary, connection: Connection, terms: Any) -> Any:
        found = _intern(words, connection, terms)
        words._numbers.update(found)
        return found

    return [(Dictionary, "intern", intern)]


def _a_refusal_takes_a_number() -> Patches:
    record = Pen.record

    def recorded(pen: Pen, attempt: Attempt, outcome: Outcome, *rest: Any, **more: Any) -> Any:
        return record(pen, attempt, Outcome.COMMITTED, *rest, **more)

    return [(Pen, "record", recorded)]


def _a_graph_behind_is_left_so() -> Patches:
    return [(Mesh, "_compare", lambda self: None)]


MUTANTS: list[Callable[[], Patches]] = [
    _nothing_is_cleared,
    _cleared_literals_do_not_come_back,
    _only_the_newest_commit_is_replayed,
    _only_the_last_of_a_group_reaches_the_graph,
    _what_a_group_takes_back_reaches_the_graph,
    _quads_that_are_there_begin_again,
    _quads_that_are_gone_end_again,
    _the_end_is_not_set,
    _the_history_has_literals_as_the_graph_writes_them,
    _what_is_refused_is_not_taken_back,
    _the_mark_moves_without_the_data,
    _the_data_goes_without_the_mark,
    _the_mark_is_only_remembered,
    _the_graph_is_changed_quad_by_quad,
    _a_commit_that_raised_counts_as_not_made,
    _a_commit_that_raised_counts_as_made,
    _numbers_are_remembered_before_they_are_durable,
    _a_refusal_takes_a_number,
    _a_graph_behind_is_left_so,
]


def _about(*objects: Term) -> frozenset[Quad]:
    return normal(Quad(Iri("urn:a"), Iri("urn:p"), object_, Iri("urn:g")) for object_ in objects)


def _tour() -> None:
    """Do once, in order, what the machine does at random; look at everything after each step."""
    machine = MeshMachine()

    def member(adds: Iterable[Quad] = (), takes: Iterable[Quad] = (), no: bool = False) -> Member:
        there = sorted(machine.states[-1], key=repr)
        assert len(there) < 16, "the bits of a member tell fewer quads apart"
        return Member(frozenset(adds), sum(1 << there.index(quad) for quad in takes), no)

    def look() -> None:
        machine.everything_agrees()

    one, zero_one, small = (
        Literal("1", xsd("integer")), Literal("01", xsd("integer")), Literal("1", xsd("int")),
    )  # fmt: skip
    try:
        machine.write([member(_about(one, zero_one, small, text("1", "en-US"), Iri("urn:b")))])
        look()
        machine.keep_a_copy_of_the_graph()
        machine.write([member(_about(Literal("x")), _about(zero_one, Iri("urn:b")))])
        look()
        machine.write([member(_about(Iri("urn:b"), Literal("y")))])
        look()
        machine.write(
            [member(_about(Literal("refused")), _about(one), no=True), member(_about(Literal("z")))]
        )
        look()
        machine.write([member(_about(Iri("urn:c"))), member(_about(Iri("urn:d")))])
        look()
        # The second of the group takes away what was there, and what the first adds.
        machine.write(
            [Member(_about(Iri("urn:e")), 0, False), Member(frozenset(), 2**16 - 1, False)]
        )
        look()
        machine.write([member(_about(Iri("urn:b"), Literal("y"), Literal("z")))])
        look()
        machine.write_and_fail_inside([member(_about(Literal("new")))], 1)
        look()
        machine.write([member(_about(Literal("new")), _about(Iri("urn:b")))])
        look()
        machine.write([member(_about(Literal("newer")), _about(Literal("y")))])
        look()
        machine.write_and_fail_to_commit([member(_about(Literal("not made")))])
        look()
        machine.write_and_commit_with_an_error([member(_about(Literal("made")))])
        look()
        for fault, then in zip(GRAPH_FAULTS, ["write", "crash", "resume"], strict=True):
            machine.write_and_fail_in_the_graph(
                [member(_about(Literal(fault.value)))], fault, then, [member(_about(Literal(then)))]
            )
            look()
        machine.bring_back_the_older_graph(False)
        look()
        machine.lose_the_graph(True)
        look()
        machine.tidy("rebuild")
        machine.restart(False)
        look()
    finally:
        machine.teardown()


def test_the_tour_finds_nothing_wrong() -> None:
    _tour()


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.__name__.strip("_"))
def test_the_checks_catch_a_bug_such_as(
    mutant: Callable[[], Patches], monkeypatch: pytest.MonkeyPatch
) -> None:
    for target, name, replacement in mutant():
        monkeypatch.setattr(target, name, replacement)
    with pytest.raises((AssertionError, KeyError, StoreUnavailable)):
        _tour()
