"""Judge the mesh by the rules in force: the state that is, and each change before it is made.

The judge's bench has a twin of the newest state. A change is made there, judged by what it
can affect, and taken back unless it is kept.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from threading import RLock

from isogloss.errors import ValidationFailed
from isogloss.governance.regime import Binding, Regime
from isogloss.model.governance import ValidationReport, ValidationResult
from isogloss.model.journal import Difference
from isogloss.model.rdf import Iri, Quad
from isogloss.services.bench import AnyBench, Draft
from isogloss.services.regimes import Regimes, is_rule_change
from isogloss.store.graph import Reader
from isogloss.store.named_graphs import SYSTEM

Clock = Callable[[], datetime]

_WAIT = timedelta(minutes=1)
"""So long rules that could not be run are left out, before their domain has them tried again."""


def now() -> datetime:
    """Tell the time."""
    return datetime.now(UTC)


@dataclass(slots=True)
class Trial:
    """A change that is made on the bench only, by the versions `rule_sets`."""

    fresh: tuple[ValidationResult, ...]
    """What the rules say afterwards, and did not say before."""
    rule_sets: tuple[Iri, ...] = ()
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
        regimes: Regimes,
        clock: Clock = now,
    ) -> None:
        """Take where to judge, how to read the newest state, how two differ, and the rules."""
        self._bench = bench
        self._newest = newest
        self._difference = difference
        self._regimes = regimes
        self._clock = clock
        self._lock = RLock()
        self._sequence: int | None = None
        self._regime: Regime | None = None
        self._report: ValidationReport | None = None
        self._suspended: dict[Iri, Iri] = {}  # versions that could not be run, and whose they are
        self._failures: dict[Iri, tuple[int, datetime]] = {}  # how often, and when last

    def report(self) -> ValidationReport:
        """Judge the newest state.

        Raises:
            ValidationFailed: the rules could not be evaluated.
        """
        with self._lock:
            self._ready(self._newest())
            if self._report is None:
                with self._careful():
                    found = self._bench.report()
                self._report = replace(found, unjudged=tuple(sorted(self._suspended)))
            return self._report

    def regime(self) -> Regime:
        """Give what judges the newest state now."""
        with self._lock:
            regime, state = self._regime, self._newest()
            if regime is None or self._sequence != state.sequence or self._is_over(regime):
                return self._regimes.at(state, self._clock())
            return regime

    def running(self) -> Regime:
        """Give what judges the newest state now, but for what could not be run."""
        with self._lock:
            return self.regime().without(frozenset(self._suspended))

    def preview(self, draft: Binding) -> tuple[int, Draft]:
        """Judge the newest state by a draft; give the state's number too.

        Raises:
            ValidationFailed: the rules could not be evaluated.
        """
        with self._lock:
            self._ready(self._newest())
            with self._careful():
                found = self._bench.preview(draft)
            return self._sequence or 0, found

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Keep others out while a group of changes is on the bench and not yet committed."""
        with self._lock:
            yield

    @contextmanager
    def trial(
        self, state: Reader, change: Difference, domains: Collection[Iri] = ()
    ) -> Iterator[Trial]:
        """Judge a change of some domains to a state, the newest that this writer has made.

        Raises:
            ValidationFailed: the rules could not be evaluated.
        """
        with self._lock:
            trial = self._try(state, change, domains)
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
                    self._follow(change)

    def forget(self) -> None:
        """Drop what is known: changes that were kept have come to nothing."""
        with self._lock:
            self._sequence = self._report = None

    def close(self) -> None:
        """Let go of the bench."""
        with self._lock:
            self._bench.close()
            self.forget()

    def _try(self, state: Reader, change: Difference, domains: Collection[Iri]) -> Trial:
        added, removed = of_sources(change.added), of_sources(change.removed)
        if not added and not removed and self._sequence in (None, state.sequence):
            # Rules say nothing of it, and those that cannot be run can so be withdrawn.
            regime = self._regimes.at(state, self._clock()).without(frozenset(self._suspended))
            return Trial((), tuple(binding.id for binding in regime.bindings))
        while True:
            self._ready(state)
            stuck = {id for id, owner in self._suspended.items() if owner in domains}
            if stuck and (added or removed):
                self._retry(stuck)
                continue
            try:
                with self._careful():
                    fresh = self._bench.attempt(added, removed)
            except ValidationFailed as error:
                if not self._suspends(error):
                    raise
                continue
            return Trial(fresh, tuple(b.id for b in self._running().bindings))

    def _ready(self, state: Reader) -> None:
        """Have the bench at a state, without the rules of domains that cannot be run."""
        while True:
            try:
                return self._at(state)
            except ValidationFailed as error:
                if not self._suspends(error):
                    raise

    def _retry(self, stuck: Collection[Iri]) -> None:
        """Let the rules of a domain try again; each time they fail, it waits twice as long.

        Raises:
            ValidationFailed: it is not yet time for any of them.
        """
        tries = {id: self._failures[id] for id in stuck}
        due = {id for id, (n, at) in tries.items() if self._clock() >= at + _WAIT * 2 ** (n - 1)}
        if due != set(stuck):
            raise ValidationFailed(
                f"The rules <{min(set(stuck) - due)}> could not be run, which says nothing about "
                "the data, and nothing was written. Withdraw them (`isogloss rules withdraw`), put "
                "a version that can be run in their place, or try again in some minutes."
            )
        self._suspended = {id: owner for id, owner in self._suspended.items() if id not in due}
        self._regime = None

    def _suspends(self, error: ValidationFailed) -> bool:
        """Judge without the rules that are to blame, if they are a domain's own.

        They hold up nobody else; its own changes are refused as long as they are in force.
        """
        for binding in self._running().bindings:
            if binding.id == error.rule_set and binding.owner is not None:
                times, _ = self._failures.get(binding.id, (0, None))
                self._failures[binding.id] = times + 1, self._clock()
                self._suspended[binding.id] = binding.owner
                return True
        return False

    def _running(self) -> Regime:
        if self._regime is None:
            raise ValidationFailed("No state of the mesh is loaded to be judged.")
        return self._regime.without(frozenset(self._suspended))

    def _at(self, state: Reader) -> None:
        behind = self._sequence is None or self._sequence > state.sequence
        if not behind and self._sequence != state.sequence:
            with self._careful():
                # Whoever writes is never behind; others follow by what was committed since.
                change = self._difference(self._sequence or 0, state.sequence)
                self._bench.attempt(of_sources(change.added), of_sources(change.removed))
                self._bench.keep()
                self._sequence, self._report = state.sequence, None
                self._follow(change)
        if not behind and self._regime is not None and not self._is_over(self._regime):
            return
        self._regime = self._regimes.at(state, self._clock())
        ids = {binding.id for binding in self._regime.bindings}
        self._suspended = {id: owner for id, owner in self._suspended.items() if id in ids}
        self._failures = {id: failed for id, failed in self._failures.items() if id in ids}
        with self._careful():
            if behind:
                self._bench.load(state.quads(), self._running())
            else:
                self._bench.govern(self._running())
        self._sequence, self._report = state.sequence, None

    def _follow(self, change: Difference) -> None:
        """Look at the rules again if a change is about them."""
        if is_rule_change((*change.added, *change.removed)):
            self._regime = None

    def _is_over(self, regime: Regime) -> bool:
        return regime.until is not None and self._clock() >= regime.until

    @contextmanager
    def _careful(self) -> Iterator[None]:
        """Trust the bench no more after an error: it may have ended."""
        try:
            yield
        except BaseException:
            self.forget()
            raise


def judged_once(
    bench: AnyBench, quads: Callable[[], Iterable[Quad]], regime: Regime
) -> ValidationReport:
    """Judge a state, and let the rules of domains that cannot be run hold up nobody else.

    Raises:
        ValidationFailed: the rules that bind all could not be evaluated.
    """
    own = {binding.id for binding in regime.bindings if binding.owner is not None}
    unjudged: frozenset[Iri] = frozenset()
    while True:
        try:
            bench.load(quads(), regime.without(unjudged))
            return replace(bench.report(), unjudged=tuple(sorted(unjudged)))
        except ValidationFailed as error:
            if error.rule_set is None or error.rule_set not in own - unjudged:
                raise
            unjudged |= {Iri(error.rule_set)}


def of_sources(quads: Collection[Quad]) -> list[Quad]:
    """Leave out what the system says: rules are about what the sources say."""
    return [quad for quad in quads if quad.graph not in SYSTEM]
