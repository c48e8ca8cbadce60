"""What the rules say of one state, and how a change moves it.

The law: the standing after a change is that of judging everything anew.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from isogloss.governance.compiler.queries import Check
from isogloss.model.governance import ValidationReport, ValidationResult, in_order
from isogloss.model.rdf import Quad, Term, Triple

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
        return [self.program.reporter.result(check, row) for check, row in self.rows()]

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

    def says(self, result: ValidationResult, moved: Collection[Moved]) -> bool:
        """Tell whether some way to a result is not among those that a change moves."""
        program = self.program
        changed = {(one.check, one.focus) for one in moved}
        return any(
            program.result(number, row).key == result.key
            for number in program.checks_of(result)
            for focus, rows in self._rows[number].items()
            if (number, focus) not in changed
            for row in rows
        )

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

    @property
    def fresh(self) -> tuple[ValidationResult, ...]:
        """What the rules say of the mesh now and did not say before, worst first."""
        before = {result.key for result in self.old}
        found = {r.key: r for r in self.new if r.key not in before}
        return in_order(
            result for result in found.values() if not self.standing.says(result, self.moved)
        )
