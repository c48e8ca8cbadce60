"""A bench in a process of its own, which may hang or die.

Whoever asks then learns that nothing could be judged, and by which rule set's fault; the next
who asks gets a new process.
"""

import contextlib
import multiprocessing
import signal
from collections.abc import Iterable, Sequence
from itertools import islice
from multiprocessing.connection import Connection
from typing import Any

from isogloss.errors import MeshError, ValidationFailed
from isogloss.governance.regime import Binding, Regime
from isogloss.model.governance import ValidationReport
from isogloss.model.rdf import Quad, Triple
from isogloss.services.bench import Bench, Draft, Results

_LOADED_AT_ONCE = 20_000
_NOBODY = -1


class BenchProcess:
    """A bench in a process of its own, started when first needed; for one thread at a time."""

    def __init__(
        self, axioms: Sequence[Triple], *, seconds: float = 30, loading_seconds: float = 600
    ) -> None:
        """Take how long a judgement, and the loading of a mesh or of rules, may take."""
        self._axioms = tuple(axioms)
        self._seconds = seconds
        self._loading_seconds = loading_seconds
        self._child: tuple[multiprocessing.process.BaseProcess, Connection] | None = None
        self._regime: Regime | None = None
        # By its place in the regime, the rule set that the process is busy with.
        self._busy_with = multiprocessing.get_context("spawn").RawValue("i", _NOBODY)

    @property
    def pid(self) -> int | None:
        """The number of the process, for whoever watches the machine; None if there is none."""
        return self._child[0].pid if self._child else None

    def load(self, quads: Iterable[Quad], regime: Regime) -> None:
        """Take a state of the mesh and what judges it, and forget what was there."""
        self.close()
        here, there = multiprocessing.get_context("spawn").Pipe()
        process = multiprocessing.get_context("spawn").Process(
            target=_serve,
            args=(there, self._axioms, self._busy_with),
            name="isogloss-judge",
            daemon=True,
        )
        process.start()
        there.close()
        self._child, self._regime = (process, here), regime
        rest = iter(quads)
        try:
            here.send(regime)
            while part := list(islice(rest, _LOADED_AT_ONCE)):
                here.send(part)
            here.send(None)
        except OSError as error:
            raise self._lost("ended while the mesh was loaded") from error
        self._answer(here, self._loading_seconds)

    def govern(self, regime: Regime) -> None:
        """Judge by other rules from now on; those that stay are not run again."""
        self._regime = regime
        self._ask("govern", regime, seconds=self._loading_seconds)

    def attempt(self, added: Sequence[Quad], removed: Sequence[Quad]) -> Results:
        """Make a change; give what is wrong then and was not before, worst first."""
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

    def preview(self, draft: Binding) -> Draft:
        """Compare a draft with the version of its set that is in force, if one is."""
        found: Draft = self._ask("preview", draft)
        return found

    def close(self) -> None:
        """Let go of everything."""
        if self._child is not None:
            process, connection = self._child
            self._child = None
            process.kill()
            process.join()
            connection.close()
        self._busy_with.value = _NOBODY

    def _ask(self, name: str, *arguments: object, seconds: float | None = None) -> Any:
        if self._child is None:
            raise ValidationFailed("No state of the mesh is loaded to be judged.")
        connection = self._child[1]
        try:
            connection.send((name, arguments))
        except OSError as error:
            raise self._lost("ended") from error
        return self._answer(connection, self._seconds if seconds is None else seconds)

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
        place, known = self._busy_with.value, self._regime.bindings if self._regime else ()
        at_fault = known[place].id if 0 <= place < len(known) else None
        self.close()
        during = f" while it judged by <{at_fault}>" if at_fault else ""
        error = ValidationFailed(
            f"The process that judges by the rules {why}{during}, which says nothing about the "
            "data, and nothing was written. Try again; if it comes back, look which rule is to "
            "blame."
        )
        error.rule_set = at_fault
        return error


def _serve(connection: Connection, axioms: Sequence[Triple], busy_with: Any) -> None:
    """Be the process: load what comes first, then answer until nobody asks any more."""
    # Whoever interrupts the server lets it end this process in its own time.
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def watch(place: int | None) -> None:
        busy_with.value = _NOBODY if place is None else place

    with contextlib.suppress(EOFError, OSError):
        bench = Bench(axioms, watch)
        regime = connection.recv()
        name, arguments = "load", (_received(connection), regime)
        while True:
            answer: tuple[bool, Any]
            try:
                answer = False, getattr(bench, name)(*arguments)
            except MeshError as error:
                answer = True, error
            connection.send(answer)
            name, arguments = connection.recv()


def _received(connection: Connection) -> Iterable[Quad]:
    while (part := connection.recv()) is not None:
        yield from part
