"""Judge the mesh by the rules in force: the state that is, and each change before it is made.

The judge's bench has a twin of the newest state. A change is made there, judged by what it
can affect, and taken back unless it is kept.
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import RLock

from isogloss.errors import ValidationFailed
from isogloss.governance.rulebook import Rulebook
from isogloss.model.governance import ValidationReport, ValidationResult
from isogloss.model.journal import Difference
from isogloss.model.rdf import Quad
from isogloss.services.bench import AnyBench, Draft
from isogloss.store.graph import Reader
from isogloss.store.named_graphs import SYSTEM


@dataclass(slots=True)
class Trial:
    """A change that is made on the bench only."""

    fresh: tuple[ValidationResult, ...]
    """What the rules say afterwards, and did not say before."""
    kept: bool = False

    def keep(self) -> None:
        """Let it stay: it is being committed."""
        self.kept = True


class Judge:
    """The rules in force over the newest state; for any number of threads."""

    def __init__(
        self,
        bench: AnyBench,
        newest: Callable[[], Reader],
        difference: Callable[[int, int], Difference],
    ) -> None:
        """Take where to judge, how to read the newest state, and how two states differ."""
        self._bench = bench
        self._newest = newest
        self._difference = difference
        self._lock = RLock()
        self._sequence: int | None = None
        self._report: ValidationReport | None = None

    def report(self) -> ValidationReport:
        """Judge the newest state.

        Raises:
            ValidationFailed: the rules could not be evaluated.
        """
        with self._lock:
            self._at(self._newest())
            if self._report is None:
                with self._careful():
                    self._report = self._bench.report()
            return self._report

    def preview(self, rulebook: Rulebook) -> tuple[int, ValidationReport, Draft]:
        """Judge the newest state by the rules in force and by others; give the state's number.

        Raises:
            ValidationFailed: the rules could not be evaluated.
        """
        with self._lock:
            report = self.report()
            with self._careful():
                draft = self._bench.preview(rulebook)
            return self._sequence or 0, report, draft

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Keep others out while a group of changes is on the bench and not yet committed."""
        with self._lock:
            yield

    @contextmanager
    def trial(self, state: Reader, change: Difference) -> Iterator[Trial]:
        """Judge a change to a state, which is the newest that this writer has made.

        Raises:
            ValidationFailed: the rules could not be evaluated.
        """
        with self._lock:
            self._at(state)
            with self._careful():
                added, removed = of_sources(change.added), of_sources(change.removed)
                trial = Trial(self._bench.attempt(added, removed))
            try:
                yield trial
            finally:
                try:
                    (self._bench.keep if trial.kept else self._bench.undo)()
                except ValidationFailed:
                    # What was decided stands; the bench is loaded anew when next needed.
                    self.forget()
                if trial.kept and self._sequence is not None:
                    self._sequence += 1
                    self._report = None

    def forget(self) -> None:
        """Drop what is known: changes that were kept have come to nothing."""
        with self._lock:
            self._sequence = self._report = None

    def close(self) -> None:
        """Let go of the bench."""
        with self._lock:
            self._bench.close()
            self.forget()

    def _at(self, state: Reader) -> None:
        if self._sequence == state.sequence:
            return
        with self._careful():
            # Whoever writes is never behind; others follow by what was committed since.
            if self._sequence is not None and self._sequence < state.sequence:
                change = self._difference(self._sequence, state.sequence)
                self._bench.attempt(of_sources(change.added), of_sources(change.removed))
                self._bench.keep()
            else:
                self._bench.load(state.quads())
        self._sequence, self._report = state.sequence, None

    @contextmanager
    def _careful(self) -> Iterator[None]:
        """Trust the bench no more after an error: it may have ended."""
        try:
            yield
        except BaseException:
            self.forget()
            raise


def of_sources(quads: Collection[Quad]) -> list[Quad]:
    """Leave out what the system says: rules are about what the sources say."""
    return [quad for quad in quads if quad.graph not in SYSTEM]
