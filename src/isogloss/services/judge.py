"""Judge the mesh by the rules in force: the state that is, and each change before it is made.

The judge keeps a twin of the newest state and what the rules say of it. A change is made on
the twin, judged by what it can affect, and taken back unless it is kept.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import RLock

from isogloss.governance.compiler.program import Program, Standing
from isogloss.model.governance import ValidationReport, ValidationResult
from isogloss.model.journal import Difference
from isogloss.model.rdf import Quad, Triple
from isogloss.store.graph import Reader
from isogloss.store.named_graphs import SYSTEM
from isogloss.store.twin import Twin


@dataclass(slots=True)
class Trial:
    """A change that is made on the twin only."""

    fresh: tuple[ValidationResult, ...]
    """What the rules say afterwards, and did not say before."""
    kept: bool = False

    def keep(self) -> None:
        """Let it stay: it is being committed."""
        self.kept = True


class Judge:
    """The rules in force over the newest state; for any number of threads."""

    def __init__(
        self, program: Program, axioms: Sequence[Triple], newest: Callable[[], Reader]
    ) -> None:
        """Take the rules, what the ontology says of classes and codes, and the newest state."""
        self._program = program
        self._axioms = axioms
        self._newest = newest
        self._lock = RLock()
        self._known: tuple[Twin, Standing] | None = None
        self._sequence = 0
        self._report: ValidationReport | None = None

    def full(self, state: Reader) -> ValidationReport:
        """Judge any state, for which nothing is kept.

        Raises:
            ValidationFailed: the rules could not be evaluated.
        """
        return self._program.full(Twin([*self._axioms, *state.quads()]).select).report

    def report(self) -> ValidationReport:
        """Judge the newest state.

        Raises:
            ValidationFailed: the rules could not be evaluated.
        """
        with self._lock:
            _, standing = self._at(self._newest())
            if self._report is None:
                self._report = standing.report
            return self._report

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Keep others out while a group of changes is on the twin and not yet committed."""
        with self._lock:
            yield

    @contextmanager
    def trial(self, state: Reader, change: Difference) -> Iterator[Trial]:
        """Judge a change to a state, which is the newest that this writer has made.

        Raises:
            ValidationFailed: the rules could not be evaluated.
        """
        with self._lock:
            twin, standing = self._at(state)
            added, removed = _of_sources(change.added), _of_sources(change.removed)
            trial = None
            twin.apply(added, removed)
            try:
                judged = standing.after(twin.select, added, removed)
                trial = Trial(judged.fresh)
                yield trial
            finally:
                if trial is not None and trial.kept:
                    standing.accept(judged)
                    self._sequence = state.sequence + 1
                    self._report = None
                else:
                    twin.apply(removed, added)

    def forget(self) -> None:
        """Drop what is known: changes that were kept have come to nothing."""
        with self._lock:
            self._known = None

    def _at(self, state: Reader) -> tuple[Twin, Standing]:
        if self._known is None or self._sequence != state.sequence:
            self._known = None
            twin = Twin([*self._axioms, *state.quads()])
            self._known = twin, self._program.full(twin.select)
            self._sequence = state.sequence
            self._report = None
        return self._known


def _of_sources(quads: Collection[Quad]) -> list[Quad]:
    return [quad for quad in quads if quad.graph not in SYSTEM]
