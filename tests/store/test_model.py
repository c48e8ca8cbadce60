"""Whatever happens, and wherever it fails: journal, history and graph say the same.

A plain list of sets is the model. ISOGLOSS_TORTURE=1 runs for longer.
"""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
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

from isogloss.errors import MeshReadOnly
from isogloss.model.governance import Severity, ValidationResult
from isogloss.model.journal import Attempt, Difference, Outcome
from isogloss.model.rdf import Iri, Literal, Quad, Term, text
from isogloss.store.embedded import EmbeddedGraph
from isogloss.store.graph import Mark
from isogloss.store.history import Past
from isogloss.store.mesh import Mesh
from isogloss.store.named_graphs import CATALOGUE
from isogloss.store.terms import normal, quad_from_ox
from isogloss.vocab import DCTERMS, RULE
from tests.store.faults import GRAPH_FAULTS, Fault, crash, failing

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


class Boom(Exception):
    """What nobody expects."""


def effective(state: frozenset[Quad], member: Member) -> Difference:
    """Say what a member really changes."""
    removed = {q for n, q in enumerate(sorted(state, key=repr)) if member.takes >> (n % 16) & 1}
    adds = normal(member.adds)
    return Difference(adds - state, frozenset(removed) - adds)


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
