"""Where a judge sits: a twin of the mesh, the rules compiled, and what they say of it.

`Bench` is in this process. `BenchProcess` is one in a process of its own, which may hang or
die: whoever asks then learns that nothing could be judged, and the next who asks gets a new one.
"""

import contextlib
import multiprocessing
import signal
from collections.abc import Iterable, Sequence
from itertools import islice
from multiprocessing.connection import Connection
from typing import Any, Protocol

from isogloss.errors import MeshError, ValidationFailed
from isogloss.governance.compiler.program import Program
from isogloss.governance.compiler.standing import Change, Standing
from isogloss.governance.rulebook import Rulebook
from isogloss.model.governance import ValidationReport, ValidationResult
from isogloss.model.preview import RuleCost
from isogloss.model.rdf import Quad, Triple
from isogloss.store.twin import Twin

Results = tuple[ValidationResult, ...]
Draft = tuple[ValidationReport, tuple[RuleCost, ...]]


class AnyBench(Protocol):
    """What a judge asks of a bench; each may raise ValidationFailed."""

    def load(self, quads: Iterable[Quad]) -> None:
        """Take a state of the mesh, and forget what was there."""

    def attempt(self, added: Sequence[Quad], removed: Sequence[Quad]) -> Results:
        """Make a change, and say what is wrong then and was not before.

        The change stays until `keep` or `undo`; if it cannot be judged, it is undone.
        """

    def keep(self) -> None:
        """Let the change stay."""

    def undo(self) -> None:
        """Take the change back."""

    def report(self) -> ValidationReport:
        """Say all that is wrong."""

    def preview(self, rulebook: Rulebook) -> Draft:
        """Say all that would be wrong by other rules, and what it costs to find it."""

    def close(self) -> None:
        """Let go of everything."""


def compiled(rulebook: Rulebook) -> Program:
    """Compile rules for a mesh, which runs nothing else.

    Raises:
        ValidationFailed: the rules are ill-formed, or not all of them compile.
    """
    program = Program(rulebook)
    if program.declined:
        shape = min(map(str, program.declined))
        raise ValidationFailed(
            f"The shape {shape} uses a constraint component of its own, which a mesh does not "
            "run: say it in SHACL Core or by sh:sparql."
        )
    return program


class Bench:
    """A bench in this process."""

    def __init__(self, rulebook: Rulebook, axioms: Sequence[Triple]) -> None:
        """Take the rules, and what the ontology says of classes and codes.

        Raises:
            ValidationFailed: the rules are ill-formed, or not all of them compile.
        """
        self._program = compiled(rulebook)
        self._axioms = axioms
        self._known: tuple[Twin, Standing] | None = None
        self._attempted: tuple[Sequence[Quad], Sequence[Quad], Change] | None = None

    def load(self, quads: Iterable[Quad]) -> None:
        """Take a state of the mesh, and forget what was there."""
        self._known = None
        twin = Twin([*self._axioms, *quads])
        self._known = twin, self._program.full(twin.select)

    def attempt(self, added: Sequence[Quad], removed: Sequence[Quad]) -> Results:
        """Make a change; give what is wrong then and was not before."""
        twin, standing = self._here()
        twin.apply(added, removed)
        try:
            change = standing.after(twin.select, added, removed)
            fresh = change.fresh
        except BaseException:
            twin.apply(removed, added)
            raise
        self._attempted = added, removed, change
        return fresh

    def keep(self) -> None:
        """Let the change stay."""
        if self._attempted is not None:
            self._here()[1].accept(self._attempted[2])
            self._attempted = None

    def undo(self) -> None:
        """Take the change back."""
        if self._attempted is not None:
            added, removed, _ = self._attempted
            self._here()[0].apply(removed, added)
            self._attempted = None

    def report(self) -> ValidationReport:
        """Say all that is wrong."""
        return self._here()[1].report

    def preview(self, rulebook: Rulebook) -> Draft:
        """Say all that would be wrong by other rules, and what it costs to find it."""
        twin, standing = self._here()
        program = compiled(rulebook)
        draft = program.full(twin.select, standing)
        return draft.report, program.costs(twin.select, draft)

    def close(self) -> None:
        """Let go of everything."""
        self._known = None

    def _here(self) -> tuple[Twin, Standing]:
        if self._known is None:
            raise ValidationFailed("No state of the mesh is loaded to be judged.")
        return self._known


_LOADED_AT_ONCE = 20_000


class BenchProcess:
    """A bench in a process of its own, started when first needed; for one thread at a time."""

    def __init__(
        self,
        rulebook: Rulebook,
        axioms: Sequence[Triple],
        *,
        seconds: float = 30,
        loading_seconds: float = 600,
    ) -> None:
        """Take the rules, and how long a judgement and the loading of a mesh may take.

        Raises:
            ValidationFailed: the rules are ill-formed, or not all of them compile.
        """
        Bench(rulebook, axioms)
        self._given = rulebook, tuple(axioms)
        self._seconds = seconds
        self._loading_seconds = loading_seconds
        self._child: tuple[multiprocessing.process.BaseProcess, Connection] | None = None

    @property
    def pid(self) -> int | None:
        """The number of the process, for whoever watches the machine; None if there is none."""
        return self._child[0].pid if self._child else None

    def load(self, quads: Iterable[Quad]) -> None:
        """Take a state of the mesh, and forget what was there."""
        self.close()
        here, there = multiprocessing.get_context("spawn").Pipe()
        process = multiprocessing.get_context("spawn").Process(
            target=_serve, args=(there, *self._given), name="isogloss-judge", daemon=True
        )
        process.start()
        there.close()
        self._child = process, here
        rest = iter(quads)
        try:
            while part := list(islice(rest, _LOADED_AT_ONCE)):
                here.send(part)
            here.send(None)
        except OSError as error:
            raise self._lost("ended while the mesh was loaded") from error
        self._answer(here, self._loading_seconds)

    def attempt(self, added: Sequence[Quad], removed: Sequence[Quad]) -> Results:
        """Make a change; give what is wrong then and was not before."""
        found: Results = self._ask("attempt", added, removed)
        return found

    def keep(self) -> None:
        """Let the change stay."""
        self._ask("keep")

    def undo(self) -> None:
        """Take the change back."""
        self._ask("undo")

    def report(self) -> ValidationReport:
        """Say all that is wrong."""
        found: ValidationReport = self._ask("report")
        return found

    def preview(self, rulebook: Rulebook) -> Draft:
        """Say all that would be wrong by other rules, and what it costs to find it."""
        found: Draft = self._ask("preview", rulebook)
        return found

    def close(self) -> None:
        """Let go of everything."""
        if self._child is not None:
            process, connection = self._child
            self._child = None
            process.kill()
            process.join()
            connection.close()

    def _ask(self, name: str, *arguments: object) -> Any:
        if self._child is None:
            raise ValidationFailed("No state of the mesh is loaded to be judged.")
        connection = self._child[1]
        try:
            connection.send((name, arguments))
        except OSError as error:
            raise self._lost("ended") from error
        return self._answer(connection, self._seconds)

    def _answer(self, connection: Connection, seconds: float) -> Any:
        try:
            if not connection.poll(seconds):
                raise self._lost(f"took longer than {seconds:g} seconds")
            is_error, answer = connection.recv()
        except (EOFError, OSError) as error:
            raise self._lost("ended") from error
        if is_error:
            raise answer
        return answer

    def _lost(self, why: str) -> ValidationFailed:
        self.close()
        return ValidationFailed(
            f"The process that judges by the rules {why}, which says nothing about the data, and "
            "nothing was written. Try again; if it comes back, look which rule is to blame."
        )


def _serve(connection: Connection, rulebook: Rulebook, axioms: Sequence[Triple]) -> None:
    """Be the process: load what comes first, then answer until nobody asks any more."""
    # Whoever interrupts the server lets it end this process in its own time.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(EOFError, OSError):
        try:
            bench = Bench(rulebook, axioms)
            bench.load(_received(connection))
            connection.send((False, None))
        except MeshError as error:
            connection.send((True, error))
            return
        while True:
            name, arguments = connection.recv()
            try:
                connection.send((False, getattr(bench, name)(*arguments)))
            except MeshError as error:
                connection.send((True, error))


def _received(connection: Connection) -> Iterable[Quad]:
    while (part := connection.recv()) is not None:
        yield from part
