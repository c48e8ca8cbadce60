"""A bench in a process of its own, which may hang or die.

Whoever asks then learns that nothing could be judged, and by which rule set's fault; the next
who asks gets a new process.
"""

import contextlib
import multiprocessing
import signal
import time
from collections.abc import Iterable, Sequence
from itertools import islice
from multiprocessing.connection import Connection
from typing import Any, NamedTuple

from isogloss.errors import MeshError, ValidationFailed
from isogloss.governance.regime import Binding, Regime
from isogloss.model.governance import ValidationReport
from isogloss.model.rdf import Quad, Triple
from isogloss.services.bench import Bench, Draft, Results

_LOADED_AT_ONCE = 20_000
_NOBODY = -1
_GLANCE = 0.05
"""So many seconds apart, whoever waits looks what the process is busy with."""


class _Limits(NamedTuple):
    """How many seconds something may take, and a domain's own rules, each set."""

    seconds: float
    own_seconds: float


class BenchProcess:
    """A bench in a process of its own, started when first needed; for one thread at a time."""

    def __init__(
        self,
        axioms: Sequence[Triple],
        *,
        seconds: float = 30,
        loading_seconds: float = 600,
        own_seconds: float = 5,
        own_loading_seconds: float = 20,
    ) -> None:
        """Take how long a judgement, and the loading of a mesh or of rules, may take.

        The rules that are a domain's own have a time of their own, each set, which is not
        counted with the rest: however slow they are, nobody else runs out of time for them.
        """
        self._axioms = tuple(axioms)
        self._limits = _Limits(seconds, own_seconds)
        self._loading_limits = _Limits(loading_seconds, own_loading_seconds)
        self._child: tuple[multiprocessing.process.BaseProcess, Connection] | None = None
        self._regime: Regime | None = None
        # By its place in the regime, the rule set that the process is busy with, and a number
        # that goes up whenever it begins with one.
        self._busy_with = multiprocessing.get_context("spawn").RawArray("q", [_NOBODY, 0])

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
        self._answer(here, self._loading_limits)

    def govern(self, regime: Regime) -> None:
        """Judge by other rules from now on; those that stay are not run again."""
        self._regime = regime
        self._ask("govern", regime, limits=self._loading_limits)

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
        self._busy_with[0] = _NOBODY

    def _ask(self, name: str, *arguments: object, limits: _Limits | None = None) -> Any:
        if self._child is None:
            raise ValidationFailed("No state of the mesh is loaded to be judged.")
        connection = self._child[1]
        try:
            connection.send((name, arguments))
        except OSError as error:
            raise self._lost("ended") from error
        return self._answer(connection, limits or self._limits)

    def _answer(self, connection: Connection, limits: _Limits) -> Any:
        try:
            self._wait(connection, limits)
            is_error, answer = connection.recv()
        except (EOFError, OSError) as error:
            raise self._lost("ended") from error
        if is_error:
            raise answer
        return answer

    def _wait(self, connection: Connection, limits: _Limits) -> None:
        """Wait for an answer, and look now and then what it is that takes so long."""
        common, own, turn, last = 0.0, 0.0, 0, time.monotonic()
        while not connection.poll(_GLANCE):
            busy_with, now = self._binding(), time.monotonic()
            if busy_with is None or busy_with.owner is None:
                common += now - last
            else:
                own = (own if turn == self._busy_with[1] else 0.0) + now - last
            turn, last = self._busy_with[1], now
            if common > limits.seconds:
                raise self._lost(f"took longer than {limits.seconds:g} seconds")
            if own > limits.own_seconds:
                raise self._lost(f"took longer than {limits.own_seconds:g} seconds")

    def _binding(self) -> Binding | None:
        place, known = self._busy_with[0], self._regime.bindings if self._regime else ()
        return known[place] if 0 <= place < len(known) else None

    def _lost(self, why: str) -> ValidationFailed:
        busy_with = self._binding()
        at_fault = None if busy_with is None else busy_with.id
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
        busy_with[0] = _NOBODY if place is None else place
        busy_with[1] += place is not None

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
