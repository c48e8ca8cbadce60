"""Where a judge sits: a twin of the mesh, the rules compiled, and what they say of it.

Each rule set is judged by itself, so that none can switch off, extend or break another's.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Protocol

from isogloss.errors import ValidationFailed
from isogloss.governance.compiler.program import Program
from isogloss.governance.compiler.standing import Change, Standing, differing
from isogloss.governance.regime import Binding, Regime
from isogloss.model.governance import Severity, ValidationReport, ValidationResult, in_order
from isogloss.model.preview import RuleCost
from isogloss.model.rdf import Iri, Quad, Triple
from isogloss.model.rules import Waiver, WaiverStage
from isogloss.store.twin import Twin

Results = tuple[ValidationResult, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """What a draft says of the mesh, what the version says that it would replace, and its costs.

    What both say by the same checks may be missing on both sides.
    """

    before: Results
    after: Results
    costs: tuple[RuleCost, ...]


class AnyBench(Protocol):
    """What a judge asks of a bench; each may raise ValidationFailed."""

    def load(self, quads: Iterable[Quad], regime: Regime) -> None:
        """Take a state of the mesh and what judges it, and forget what was there."""

    def govern(self, regime: Regime) -> None:
        """Judge by other rules from now on; those that stay are not run again."""

    def attempt(self, added: Sequence[Quad], removed: Sequence[Quad]) -> Results:
        """Make a change, and say what is wrong then and was not before, worst first.

        What an expired waiver let pass counts as new where the change touches it. The change
        stays until `keep` or `undo`; if it cannot be judged, it is undone.
        """

    def keep(self) -> None:
        """Let the change stay."""

    def undo(self) -> None:
        """Take the change back."""

    def report(self) -> ValidationReport:
        """Say all that is wrong."""

    def preview(self, draft: Binding) -> Draft:
        """Compare a draft with the version of its set that is in force, if one is."""

    def close(self) -> None:
        """Let go of everything."""


def compiled(binding: Binding) -> Program:
    """Compile rules for a mesh, which runs nothing else.

    Raises:
        ValidationFailed: the rules are ill-formed, or not all of them compile.
    """
    if binding.trouble:
        raise ValidationFailed(binding.trouble)
    program = Program(binding.rulebook, None if binding.owner is None else binding.binds)
    if program.declined:
        shape = min(map(str, program.declined))
        raise ValidationFailed(
            f"The shape {shape} uses a constraint component of its own, which a mesh does not "
            "run: say it in SHACL Core or by sh:sparql."
        )
    return program


@dataclass(slots=True)
class _Judged:
    """A rule set at work."""

    binding: Binding
    standing: Standing
    change: Change | None = None

    def said(self, results: Iterable[ValidationResult]) -> Iterable[ValidationResult]:
        """Say which version says so, and that violations are warnings in its grace period."""
        binding = self.binding
        for result in results:
            severity = result.severity
            if binding.grace:
                severity = min(severity, Severity.WARNING)
            yield replace(result, severity=severity, rule_set=binding.id, owner=binding.owner)


class Bench:
    """A bench in this process."""

    def __init__(
        self, axioms: Sequence[Triple], watch: Callable[[int | None], None] = lambda _: None
    ) -> None:
        """Take what the ontology says of classes and codes.

        `watch` is told which rule set is judged by, as its place in the regime, and None after.
        """
        self._axioms = axioms
        self._watch = watch
        self._twin: Twin | None = None
        self._regime: Regime | None = None
        self._judged: dict[tuple[object, ...], _Judged] = {}
        self._attempted: tuple[Sequence[Quad], Sequence[Quad]] | None = None

    def load(self, quads: Iterable[Quad], regime: Regime) -> None:
        """Take a state of the mesh and what judges it, and forget what was there."""
        self._twin, self._judged, self._attempted = None, {}, None
        self._twin = Twin([*self._axioms, *quads])
        self.govern(regime)

    def govern(self, regime: Regime) -> None:
        """Judge by other rules from now on; those that stay are not run again."""
        twin, judged = self._here(), {}
        for place, binding in enumerate(regime.bindings):
            if binding.key in self._judged:
                standing = self._judged[binding.key].standing
            else:
                with self._judging(place, binding):
                    standing = compiled(binding).full(twin.select)
            judged[binding.key] = _Judged(binding, standing)
        self._judged, self._regime = judged, regime

    def attempt(self, added: Sequence[Quad], removed: Sequence[Quad]) -> Results:
        """Make a change; give what is wrong then and was not before, worst first."""
        twin = self._here()
        twin.apply(added, removed)
        try:
            fresh: list[ValidationResult] = []
            for place, judged in enumerate(self._judged.values()):
                with self._judging(place, judged.binding):
                    judged.change = judged.standing.after(twin.select, added, removed)
                    fresh += judged.said(judged.change.fresh)
            touched = {quad.subject for quad in (*added, *removed)}
            # What one set says never hides what another does, even of a rule of the same name.
            every = [*self._overdue(touched), *self._waived(fresh)]
            found = {(result.rule_set, result.key): result for result in every}
        except BaseException:
            twin.apply(removed, added)
            raise
        self._attempted = added, removed
        return in_order(found.values())

    def keep(self) -> None:
        """Let the change stay."""
        if self._attempted is not None:
            for judged in self._judged.values():
                if judged.change is not None:
                    judged.standing.accept(judged.change)
            self._attempted = None

    def undo(self) -> None:
        """Take the change back."""
        if self._attempted is not None:
            added, removed = self._attempted
            self._here().apply(removed, added)
            self._attempted = None

    def report(self) -> ValidationReport:
        """Say all that is wrong."""
        self._here()
        every = (r for j in self._judged.values() for r in j.said(set(j.standing.results)))
        versions = tuple(judged.binding.id for judged in self._judged.values())
        return ValidationReport(in_order(self._waived(every)), versions)

    def preview(self, draft: Binding) -> Draft:
        """Compare a draft with the version of its set that is in force, if one is."""
        twin, line = self._here(), (draft.owner, draft.name)
        found = (j for j in self._judged.values() if (j.binding.owner, j.binding.name) == line)
        known, program = next(found, None), compiled(draft)
        standing = program.full(twin.select, known.standing if known else None)
        before: Iterable[ValidationResult] = ()
        if known is None:
            after = standing.results
        elif known.binding.grace:
            # Every rule of the set begins to refuse anew.
            before, after = known.said(set(known.standing.results)), standing.results
        else:
            old, after = differing(known.standing, standing)
            before = known.said(set(old))
        return Draft(
            in_order(self._waived(before)),
            in_order(self._waived(_Judged(draft, standing).said(set(after)))),
            program.costs(twin.select, standing),
        )

    def close(self) -> None:
        """Let go of everything."""
        self._twin = self._regime = self._attempted = None
        self._judged = {}

    def _waived(self, results: Iterable[ValidationResult]) -> Iterable[ValidationResult]:
        """Say which waiver each result has, one that lets it pass before others."""
        waivers, at = self._waivers()
        if not waivers:
            return results
        found, parts = [], cache(self._parts)
        for result in results:
            there = [
                waiver
                for waiver in waivers
                if waiver.rule == result.rule and result.focus_node in parts(waiver.focus_node)
            ]
            if there:
                opens = [w for w in there if w.stage(at) is WaiverStage.OPEN]
                best = max(opens or there, key=lambda waiver: waiver.until)
                found.append(replace(result, waiver=best.id, waived=bool(opens)))
            else:
                found.append(result)
        return found

    def _overdue(self, touched: set[Iri]) -> Iterable[ValidationResult]:
        """Find what stays wrong where a change touches what an expired waiver let pass."""
        waivers, at = self._waivers()
        lapsed: dict[Iri, set[Iri]] = defaultdict(set)
        for waiver in waivers:
            if waiver.stage(at) is WaiverStage.EXPIRED:
                lapsed[waiver.rule].add(waiver.focus_node)
        if not lapsed or not touched:
            return []
        # Expired waivers are never forgotten, so look first which are of rules that are broken.
        now, parts = [], cache(self._parts)
        for judged in self._judged.values():
            if judged.change is not None:
                for result in judged.said(set(judged.change.results_by(lapsed))):
                    there = (parts(node) for node in lapsed.get(result.rule, ()))
                    if any(result.focus_node in p and not touched.isdisjoint(p) for p in there):
                        now.append(result)
        return [result for result in self._waived(now) if result.blocks]

    def _waivers(self) -> tuple[list[Waiver], datetime]:
        """List the waivers that have to do with anything, and give the instant of the regime."""
        regime = self._regime
        if regime is None:
            return [], datetime.min
        return [waiver for waiver in regime.waivers if waiver.matters(regime.at)], regime.at

    def _parts(self, node: Iri) -> frozenset[Iri]:
        """Find a node, and what is part of it if it is a product."""
        return self._here().parts(node) | {node}

    @contextmanager
    def _judging(self, place: int, binding: Binding) -> Iterator[None]:
        """Say which rule set is to blame if this takes forever, or cannot be done."""
        self._watch(place)
        try:
            yield
        except ValidationFailed as error:
            error.rule_set = binding.id
            raise
        finally:
            self._watch(None)

    def _here(self) -> Twin:
        if self._twin is None:
            raise ValidationFailed("No state of the mesh is loaded to be judged.")
        return self._twin
