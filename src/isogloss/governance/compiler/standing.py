"""What the rules say of one state, and how a change moves it.

The law: the standing after a change is that of judging everything anew.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from isogloss.governance.compiler.queries import Check
from isogloss.model.governance import ValidationReport, ValidationResult, in_order
from isogloss.model.rdf import Iri, Quad, Term, Triple

if TYPE_CHECKING:
    from isogloss.governance.compiler.program import Program

Row: TypeAlias = tuple[Term | None, ...]
SelectQuery: TypeAlias = Callable[[str], Sequence[Row]]
"""Runs a SELECT query over the data, with literals as `model.literals.keep` writes them."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What one check says of one focus node before and after a change."""

    check: int
    focus: Term
    old: tuple[Row, ...]
    new: tuple[Row, ...]


class Standing:
    """What the rules say of one state, kept so that the next one is judged by its change."""

    def __init__(
        self,
        program: "Program",
        rows: list[dict[Term, list[Row]]],
        milliseconds: Mapping[int, float],
    ) -> None:
        self.program = program
        self.milliseconds = milliseconds
        """How long each check took that was run, by its number."""
        self._rows = rows

    def by_query(self) -> dict[str, dict[Term, list[Row]]]:
        """Give what each query found."""
        checks = self.program.checks
        return {check.open: rows for check, rows in zip(checks, self._rows, strict=True)}

    def rows(self) -> Iterator[tuple[Check, Row]]:
        """Yield all that is wrong, as the checks found it."""
        for check, by_focus in zip(self.program.checks, self._rows, strict=True):
            for rows in by_focus.values():
                for row in rows:
                    yield check, row

    @property
    def results(self) -> list[ValidationResult]:
        """All results, in no order; a node on several ways is there several times."""
        return self.results_but(frozenset())

    def results_by(self, rules: Container[tuple[Iri, Iri]]) -> list[ValidationResult]:
        """All results by some rules, each with the component of the constraint."""
        program = self.program
        return [
            program.result(number, row)
            for number, check in enumerate(program.checks)
            if (program.reporter.rule(check), check.constraint.component) in rules
            for rows in self._rows[number].values()
            for row in rows
        ]

    def results_but(
        self, changed: Collection[tuple[int, Term]], rules: Container[Iri] | None = None
    ) -> list[ValidationResult]:
        """All results, or those by some rules, but for some checks of some focus nodes."""
        program = self.program
        return [
            program.result(number, row)
            for number, by_focus in enumerate(self._rows)
            if rules is None or program.reporter.rule(program.checks[number]) in rules
            for focus, rows in by_focus.items()
            if (number, focus) not in changed
            for row in rows
        ]

    @property
    def report(self) -> ValidationReport:
        """All results, each once, worst first."""
        return ValidationReport(in_order(set(self.results)))

    def after(
        self, select: SelectQuery, added: Iterable[Triple | Quad], removed: Iterable[Triple | Quad]
    ) -> "Change":
        """Judge what a change may affect; `select` queries the data as it is afterwards.

        Raises:
            ValidationFailed: a query could not be run.
        """
        program = self.program
        changed = [*added, *removed]
        affected, unsure = program.affected(select, changed), program.unsure(changed)
        moved = []
        for number, nodes, found in program.rerun(select, affected, unsure):
            old = self._rows[number]
            for focus in nodes if nodes is not None else old.keys() | found.keys():
                if focus in old or focus in found:
                    moved.append(
                        Moved(number, focus, tuple(old.get(focus, ())), tuple(found.get(focus, ())))
                    )
        return Change(self, frozenset().union(*affected.values()), tuple(moved))

    def known(
        self, found: Iterable[tuple[Term, ValidationResult]], changed: Container[tuple[int, Term]]
    ) -> set[tuple[object, ...]]:
        """Find the keys of the results that rows give which a change does not move.

        Args:
            found: results, each with its focus node.
            changed: what the change moves, as check and focus node.
        """
        wanted: defaultdict[int, set[Term]] = defaultdict(set)
        for node, result in found:
            for number in self.program.checks_of(result):
                wanted[number].add(node)
        keys: set[tuple[object, ...]] = set()
        for number, nodes in wanted.items():
            by_focus, depth = self._rows[number], self.program.checks[number].depth
            # At the first node of a way that is where to look; else any way may lead there.
            for focus in nodes & by_focus.keys() if depth == 1 else by_focus:
                if (number, focus) not in changed:
                    rows = (row for row in by_focus[focus] if row[depth - 1] in nodes)
                    keys.update(self.program.result(number, row).key for row in rows)
        return keys

    def accept(self, change: "Change") -> None:
        """Stand where a change leads."""
        for moved in change.moved:
            if moved.new:
                self._rows[moved.check][moved.focus] = list(moved.new)
            else:
                self._rows[moved.check].pop(moved.focus, None)


@dataclass(frozen=True, slots=True)
class Change:
    """How a change moves the standing: of these nodes the rules may say something else."""

    standing: Standing
    focus_nodes: frozenset[Term]
    moved: tuple[Moved, ...]

    @property
    def old(self) -> list[ValidationResult]:
        """What the rules said of these nodes."""
        result = self.standing.program.result
        return [result(m.check, row) for m in self.moved for row in m.old]

    @property
    def new(self) -> list[ValidationResult]:
        """What they say of them now."""
        result = self.standing.program.result
        return [result(m.check, row) for m in self.moved for row in m.new]

    def results_by(self, rules: Container[Iri]) -> list[ValidationResult]:
        """All that some rules say of the mesh now."""
        changed = {(one.check, one.focus) for one in self.moved}
        new = [result for result in self.new if result.rule in rules]
        return self.standing.results_but(changed, rules) + new

    @property
    def fresh(self) -> tuple[ValidationResult, ...]:
        """What the rules say of the mesh now and did not say before, worst first."""
        program, before = self.standing.program, {result.key for result in self.old}
        found: dict[tuple[object, ...], tuple[Term, ValidationResult]] = {}
        for moved in self.moved:
            for row in moved.new:
                result = program.result(moved.check, row)
                node = row[program.checks[moved.check].depth - 1]
                if node is not None and result.key not in before:
                    found[result.key] = node, result
        if not found:
            return ()
        changed = {(one.check, one.focus) for one in self.moved}
        known = self.standing.known(found.values(), changed)
        return in_order(result for key, (_, result) in found.items() if key not in known)


def differing(
    old: Standing, new: Standing
) -> tuple[list[ValidationResult], list[ValidationResult]]:
    """Give the results of two standings of the same data, but for what they say alike.

    What is left is by the rules of which the checks, or their severities, are not the same.
    """
    queries = [{(c.open, c.shape.severity) for c in one.program.checks} for one in (old, new)]
    alike = queries[0] & queries[1]
    rules = {
        (one.program.reporter.rule(check), check.constraint.component)
        for one in (old, new)
        for check in one.program.checks
        if (check.open, check.shape.severity) not in alike
    }
    return old.results_by(rules), new.results_by(rules)
