"""Whatever happens, and wherever it fails: journal, history and graph say the same.

A plain list of sets is the model. ISOGLOSS_TORTURE=1 runs for longer.
"""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Connection, update

from isogloss.errors import MeshReadOnly, StoreUnavailable
from isogloss.model.governance import Severity, ValidationResult
from isogloss.model.journal import Attempt, Difference, Entry, Outcome
from isogloss.model.rdf import Iri, Literal, Quad, Term, text
from isogloss.store import history
from isogloss.store.dictionary import Dictionary
from isogloss.store.embedded import EmbeddedGraph
from isogloss.store.graph import GraphChange, Mark
from isogloss.store.history import Past
from isogloss.store.journal import Journal, Pen
from isogloss.store.mesh import Mesh
from isogloss.store.named_graphs import CATALOGUE
from isogloss.store.schema import QUAD_HISTORY
from isogloss.store.terms import normal, quad_from_ox, quad_to_ox
from isogloss.vocab import DCTERMS, RULE

TORTURE = bool(os.environ.get("ISOGLOSS_TORTURE"))
AUTHOR = Iri("urn:author")


def xsd(name: str) -> Iri:
    """Name a datatype, also one that we never write ourselves."""
    return Iri(f"http://www.w3.org/2001/XMLSchema#{name}")


ODD: list[Term] = [
    Literal("1", xsd("integer")),
    Literal("01", xsd("integer")),
    Literal("+1", xsd("integer")),
    Literal("1", xsd("int")),
    Literal("5", xsd("int")),
    Literal("5", xsd("integer")),
    Literal("5"),
    Literal("1.10", xsd("decimal")),
    Literal("1.1", xsd("decimal")),
    Literal("1.10", xsd("double")),
    Literal("1e400", xsd("double")),
    Literal("NaN", xsd("double")),
    Literal("none", xsd("integer")),
    Literal("true", xsd("boolean")),
    Literal("1", xsd("boolean")),
    Literal("2026-01-01T00:00:00Z", xsd("dateTime")),
    Literal("2026-01-01T00:00:00+00:00", xsd("dateTime")),
    Literal("2025-12-31T24:00:00Z", xsd("dateTime")),
    Literal("24:00:00", xsd("time")),
    Literal(""),
    Literal(" \t\r\n"),
    Literal('" . } }; CLEAR ALL; \\ \' """'),
    Literal("\x00\x01\x1f\x7f\x85"),
    Literal("\u2028\u2029\ufeff"),
    Literal("e\u0301\u00e9 😀 \U0010ffff"),
    Literal("long " * 5_000),
    text("1", "en"),
    text("1", "en-US"),
    text("1", "EN-us"),
    text("1", "ar"),
    Iri("urn:a"),
    Iri("https://mesh.example/ünï/%20x"),
]
QUADS = st.builds(
    Quad,
    st.sampled_from([Iri("urn:a"), Iri("urn:b")]),
    st.sampled_from([Iri("urn:p"), Iri("urn:p"), Iri("urn:q")]),
    st.sampled_from(ODD),
    st.sampled_from([Iri("urn:g"), Iri("urn:g"), Iri("urn:h"), CATALOGUE]),
)


@dataclass(frozen=True)
class Member:
    """One of a group: what it adds, which of what is there it takes away, and its fate."""

    adds: frozenset[Quad]
    takes: int
    is_refused: bool


MEMBERS = st.builds(
    Member, st.frozensets(QUADS, max_size=8), st.integers(0, 2**16 - 1), st.booleans()
)
GROUPS = st.lists(MEMBERS, min_size=1, max_size=3)


class Fault(Enum):
    """Where a write fails."""

    INSIDE = "while the members are judged"
    COMMIT_NOT_MADE = "at COMMIT, which was not made"
    COMMIT_MADE = "at COMMIT, which was made all the same"
    BEFORE_APPLY = "before the graph is changed"
    DURING_APPLY = "while the graph is changed"
    AFTER_APPLY = "after the graph was changed"


JOURNAL_FAULTS = [Fault.INSIDE, Fault.COMMIT_NOT_MADE, Fault.COMMIT_MADE]
GRAPH_FAULTS = [Fault.BEFORE_APPLY, Fault.DURING_APPLY, Fault.AFTER_APPLY]


class Boom(Exception):
    """What nobody expects."""


def effective(state: frozenset[Quad], member: Member) -> Difference:
    """Say what a member really changes."""
    removed = {q for n, q in enumerate(sorted(state, key=repr)) if member.takes >> (n % 16) & 1}
    adds = normal(member.adds)
    return Difference(adds - state, frozenset(removed) - adds)


class _Failing:
    """A store whose updates fail; it holds no store itself, for those are opened again."""

    def __init__(self, graph: EmbeddedGraph, fault: Fault) -> None:
        self._graph = graph
        self._fault = fault

    def __getattr__(self, name: str) -> Any:
        return getattr(self._graph._store, name)

    def update(self, wanted: str) -> None:
        assert self._graph._store is not None
        if self._fault is Fault.DURING_APPLY:
            # Oxigraph takes back what came before the operation that fails.
            with pytest.raises(RuntimeError):
                self._graph._store.update(f"{wanted}; CLEAR GRAPH <urn:nowhere>")
        elif self._fault is Fault.AFTER_APPLY:
            self._graph._store.update(wanted)
        raise OSError("no space left on device")


@contextmanager
def failing(mesh: Mesh, fault: Fault) -> Iterator[None]:
    """Let whatever is written meanwhile fail at one point."""
    graph = mesh.graph
    assert isinstance(graph, EmbeddedGraph)
    if fault in GRAPH_FAULTS:
        proxy = _Failing(graph, fault)
        with patch.object(graph, "_open", lambda: proxy):
            yield
        return

    def commit(connection: Any) -> None:
        (connection.commit if fault is Fault.COMMIT_MADE else connection.rollback)()
        raise dialect.loaded_dbapi.OperationalError("disk I/O error")

    dialect: Any = mesh.journal._engine.dialect
    with ExitStack() as stack:
        if fault is not Fault.INSIDE:
            stack.enter_context(patch.object(dialect, "do_commit", commit))
        yield


def crash(mesh: Mesh) -> None:
    """Let go of the files as the end of a process does: without a seal."""
    mesh.graph.close()
    mesh.journal.close()
    mesh._folder.release()


class MeshMachine(RuleBasedStateMachine):
    """Random groups, faults and restarts, and after each a look at everything."""

    def __init__(self) -> None:
        super().__init__()
        # In memory where there is such a place: what a disk does to files is not shown here.
        memory = Path("/dev/shm")  # noqa: S108
        where = memory if memory.is_dir() else None
        self.folder = Path(tempfile.mkdtemp(prefix="isogloss-model-", dir=where))
        self.mesh = Mesh.open(self.folder / "mesh")
        self.states: list[frozenset[Quad]] = [frozenset()]
        self.attempts: list[tuple[Outcome, Attempt, tuple[ValidationResult, ...]]] = []
        self.is_old_kept = False

    def teardown(self) -> None:
        self.mesh.close()
        shutil.rmtree(self.folder)

    # What is done

    def _write(self, group: Sequence[Member], fail_after: int | None = None) -> None:
        """Write a group; the model follows only if nothing is raised."""
        states, attempts = list(self.states), list(self.attempts)
        with self.mesh.write() as pen:
            for number, member in enumerate(group):
                if number == fail_after:
                    raise Boom
                change = effective(states[-1], member)
                after = (states[-1] | change.added) - change.removed
                attempt = Attempt(
                    uuid4().hex, "digest", AUTHOR, ("shop",), (Iri("urn:g"),), "Why \u2028 not"
                )
                results = tuple(_result(quad) for quad in sorted(change.added, key=repr)[:2])
                if member.is_refused:
                    pen.record(attempt, Outcome.REFUSED, change, results=results)
                else:
                    pen.make(change)
                    pen.record(attempt, Outcome.COMMITTED, change, results=results)
                    states.append(after)
                attempts.append(
                    (Outcome.REFUSED if member.is_refused else Outcome.COMMITTED, attempt, results)
                )
                _same(pen.state, states[-1])
                assert pen.find(attempt.id) is not None
            if fail_after is not None:
                raise Boom
            self.wanted = states, attempts
        self.states, self.attempts = states, attempts

    @rule(group=GROUPS)
    def write(self, group: list[Member]) -> None:
        self._write(group)

    @rule(group=GROUPS, after=st.integers(0, 3))
    def write_and_fail_inside(self, group: list[Member], after: int) -> None:
        with pytest.raises(Boom):
            self._write(group, fail_after=after)

    @rule(group=GROUPS)
    def write_and_fail_to_commit(self, group: list[Member]) -> None:
        with failing(self.mesh, Fault.COMMIT_NOT_MADE), contextlib.suppress(MeshReadOnly):
            self._write(group)
            raise AssertionError("what was not written was not reported")
        assert "nothing was written" in self.mesh.trouble

    @rule(group=GROUPS)
    def write_and_commit_with_an_error(self, group: list[Member]) -> None:
        with failing(self.mesh, Fault.COMMIT_MADE):
            try:
                self._write(group)
            except MeshReadOnly:
                # Then nobody may have been told that his change is in: look at what is.
                refused = all(member.is_refused for member in group)
                assert refused, "a commit was made, and its author was told that it was not"
                self.states, self.attempts = self.wanted

    @rule(
        group=GROUPS,
        fault=st.sampled_from(GRAPH_FAULTS),
        then=st.sampled_from(["resume", "crash", "close", "write"]),
        next_group=GROUPS,
    )
    def write_and_fail_in_the_graph(
        self, group: list[Member], fault: Fault, then: str, next_group: list[Member]
    ) -> None:
        before = self.mesh.graph.mark
        with failing(self.mesh, fault):
            self._write(group)  # what the journal has is committed, whatever the graph does
        if len(self.states) - 1 != before.sequence:
            assert "read-only" in self.mesh.trouble
        if then == "write":
            with contextlib.suppress(MeshReadOnly):
                self._write(next_group)
        elif then == "resume":
            self.mesh.resume()
        else:
            (crash if then == "crash" else Mesh.close)(self.mesh)
            self.mesh = Mesh.open(self.folder / "mesh")

    @rule(orderly=st.booleans())
    def restart(self, orderly: bool) -> None:
        (Mesh.close if orderly else crash)(self.mesh)
        self.mesh = Mesh.open(self.folder / "mesh")

    @rule(orderly=st.booleans())
    def lose_the_graph(self, orderly: bool) -> None:
        (Mesh.close if orderly else crash)(self.mesh)
        shutil.rmtree(self.folder / "mesh" / "graph")
        self.mesh = Mesh.open(self.folder / "mesh")

    @rule()
    def keep_a_copy_of_the_graph(self) -> None:
        self.mesh.close()
        shutil.rmtree(self.folder / "old", ignore_errors=True)
        shutil.copytree(self.folder / "mesh" / "graph", self.folder / "old")
        self.is_old_kept = True
        self.mesh = Mesh.open(self.folder / "mesh")

    @precondition(lambda self: self.is_old_kept)
    @rule(orderly=st.booleans())
    def bring_back_the_older_graph(self, orderly: bool) -> None:
        (Mesh.close if orderly else crash)(self.mesh)
        shutil.rmtree(self.folder / "mesh" / "graph")
        shutil.copytree(self.folder / "old", self.folder / "mesh" / "graph")
        self.mesh = Mesh.open(self.folder / "mesh")

    @rule(how=st.sampled_from(["rebuild", "compact"]))
    def tidy(self, how: str) -> None:
        getattr(self.mesh, how)()

    # What is true after each

    @invariant()
    def everything_agrees(self) -> None:
        if self.mesh.trouble:
            # RocksDB packs its tables in the background, and cannot be opened beside that.
            assert any(self.mesh.resume() == "" for _ in range(20))
        assert list(self.mesh.verify()) == []
        assert self.mesh.journal.head.sequence == len(self.states) - 1
        assert self.mesh.graph.mark == self.mesh.graph.read_mark() == self.mesh.journal.head
        for sequence, state in enumerate(self.states):
            _same(self.mesh.at(sequence), state)
        for earlier, (old, new) in enumerate(zip(self.states, self.states[1:], strict=False)):
            found = self.mesh.journal.difference(earlier, earlier + 1)
            assert found == Difference(new - old, old - new)
        assert isinstance(self.mesh.graph, EmbeddedGraph)
        live = {quad_from_ox(quad) for quad in self.mesh.graph._open() if "/mark" not in str(quad)}
        assert live == rewritten(self.states[-1])
        entries = reversed(self.mesh.journal.entries(newest=10_000))
        assert [(e.outcome, e.attempt, e.results) for e in entries] == self.attempts


def _same(state: Past, wanted: frozenset[Quad]) -> None:
    # As a list: a quad that is there twice is there once too often.
    assert sorted(state.all_quads(), key=repr) == sorted(wanted, key=repr)
    assert state.count() == len(wanted)


def _result(quad: Quad) -> ValidationResult:
    return ValidationResult(
        quad.subject, Iri(f"{RULE.iri}x"), DCTERMS.title, quad.object, Iri("urn:c"),
        Severity.WARNING, "name", "message \u2028",
    )  # fmt: skip


def rewritten(quads: frozenset[Quad]) -> set[Quad]:
    """Give quads as the graph's engine writes them."""
    graph = EmbeddedGraph(None)
    graph.rebuild(quads, Mark(0, ""))
    return {quad_from_ox(quad) for quad in graph._open() if "/mark" not in str(quad)}


SUITE = settings(
    max_examples=100 if TORTURE else 8,
    stateful_step_count=40 if TORTURE else 12,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # a step is slow, so shrinking is, too
    suppress_health_check=list(HealthCheck),
)


def test_journal_history_and_graph_agree_whatever_fails() -> None:
    run_state_machine_as_test(MeshMachine, settings=SUITE)


def test_the_odd_literals_are_odd_enough_to_be_rewritten() -> None:
    quads = normal(Quad(Iri("urn:a"), Iri("urn:p"), odd, Iri("urn:g")) for odd in ODD)
    assert len(quads) == len(ODD) - 1  # "en-US" and "EN-us" are one
    assert len(rewritten(quads)) < len(quads) - 5


# Mutants: plausible bugs, and that the checks above catch each.

_change_since, _write, _record = history.change_since, history.write, Pen.record
_apply, _intern = EmbeddedGraph.apply, Dictionary.intern

Patches = list[tuple[object, str, object]]


def _nothing_is_cleared() -> Patches:
    def change_since(
        connection: Connection, words: Dictionary, sequence: int, head: int
    ) -> GraphChange:
        then, now = (
            frozenset(Past(history.borrowed(connection), words, n).all_quads())
            for n in (sequence, head)
        )
        return GraphChange(frozenset(), then - now, now - then)

    return [(history, "change_since", change_since)]


def _cleared_literals_do_not_come_back() -> Patches:
    def change_since(
        connection: Connection, words: Dictionary, sequence: int, head: int
    ) -> GraphChange:
        found = _change_since(connection, words, sequence, head)
        now = Past(history.borrowed(connection), words, head)
        then = Past(history.borrowed(connection), words, sequence)
        fresh = frozenset(now.all_quads()) - frozenset(then.all_quads())
        return GraphChange(found.cleared, found.removed, found.added & fresh)

    return [(history, "change_since", change_since)]


def _only_the_newest_commit_is_replayed() -> Patches:
    def change_since(
        connection: Connection, words: Dictionary, sequence: int, head: int
    ) -> GraphChange:
        return _change_since(connection, words, max(sequence, head - 1), head)

    return [(history, "change_since", change_since)]


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
