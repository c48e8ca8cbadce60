"""Compiled shapes at work: judge a whole mesh, then only what a change can affect.

The law: the standing after a change is that of judging everything anew.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import rdflib

from isogloss.errors import ValidationFailed
from isogloss.governance.compiler.algebra import HOLE
from isogloss.governance.compiler.queries import Check, checks, is_target, leading, listed, patterns
from isogloss.governance.compiler.results import Reporter
from isogloss.governance.compiler.shapes import NOT_EVALUATED, Shape, read_shapes
from isogloss.governance.compiler.sites import Site
from isogloss.governance.rulebook import Rulebook
from isogloss.model.governance import ValidationReport, ValidationResult, in_order
from isogloss.model.rdf import Iri, Literal, Quad, Term, Triple
from isogloss.vocab import XSD

Row: TypeAlias = tuple[Term | None, ...]
SelectQuery: TypeAlias = Callable[[str], Sequence[Row]]
"""Runs a SELECT query over the data, with literals as `model.literals.keep` writes them."""

_BOOLEAN = [[(Literal(word, XSD.boolean),)] for word in ("false", "true")]

_WHOLE_FROM = 2_000
"""From so many focus nodes on, a check is run on everything: that is faster."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What one check says of one focus node before and after a change."""

    check: int
    focus: Term
    old: tuple[Row, ...]
    new: tuple[Row, ...]


class Program:
    """The shapes of a rulebook, compiled."""

    def __init__(self, rulebook: Rulebook) -> None:
        """Compile; `declined` are the shapes that use what does not compile.

        Raises:
            ValidationFailed: a shape is not as SHACL has it, or says what nobody evaluates.
        """
        self.graph = rulebook.graph
        _refuse_what_nobody_evaluates(self.graph)
        self.shapes, self.declined = read_shapes(self.graph)
        self.checks = tuple(check for shape in self.shapes for check in checks(shape, self.graph))
        self.reporter = Reporter(self.graph)
        self._patterns = sorted({found for shape in self.shapes for found in patterns(shape)})
        self._by_rule: defaultdict[tuple[Iri, Iri], list[int]] = defaultdict(list)
        for number, check in enumerate(self.checks):
            self._by_rule[self.reporter.rule(check), check.constraint.component].append(number)
        self._tests = {shape.node: is_target(shape.targets) for shape in self.shapes}
        self._readers: defaultdict[Site, list[int]] = defaultdict(list)
        for number, check in enumerate(self.checks):
            for site in check.sites:
                self._readers[site].append(number)
        self._by_predicate: defaultdict[Iri | None, list[Site]] = defaultdict(list)
        for site in self._readers:
            self._by_predicate[site.predicate].append(site)

    def full(self, select: SelectQuery) -> "Standing":
        """Judge everything.

        Raises:
            ValidationFailed: a query could not be run, or a pattern is none.
        """
        for pattern, query in self._patterns:
            # Wherever it stood, it would be an error there, and so look like a violation.
            if list(_run(select, query)) not in _BOOLEAN:
                raise ValidationFailed(
                    f"The rules could not be evaluated: the pattern {pattern} cannot be run here. "
                    "Write it without look-around and back-references, and close its brackets."
                )
        return Standing(self, [_by_focus(_run(select, check.open)) for check in self.checks])

    def affected(
        self, select: SelectQuery, changed: Iterable[Triple | Quad]
    ) -> dict[int, set[Term]]:
        """Find by check the nodes of which it may say something else now.

        Args:
            select: queries the data as it is after the change.
            changed: the triples that came, and those that went.
        """
        reached: defaultdict[Site, set[Term]] = defaultdict(set)
        anywhere = self._by_predicate.get(None, [])
        for triple in changed:
            for site in (*self._by_predicate.get(triple.predicate, ()), *anywhere):
                reached[site].add(triple.subject if site.out else triple.object)
        found: defaultdict[int, set[Term]] = defaultdict(set)
        for site, nodes in reached.items():
            focus_nodes = set(nodes) if site.prefix.stays else set()
            if site.prefix.path:
                rows = _run(select, leading(site.prefix, listed(nodes)))
                focus_nodes.update(row[0] for row in rows if row[0] is not None)
            for number in self._readers[site]:
                found[number] |= focus_nodes
        return found

    def unsure(self, changed: Iterable[Triple | Quad]) -> set[int]:
        """Find the checks that are to be run on everything, as nobody knows what they read."""
        predicates = {triple.predicate for triple in changed}
        return {
            number
            for number, check in enumerate(self.checks)
            if (None in check.whole and predicates) or not check.whole.isdisjoint(predicates)
        }

    def rerun(
        self, select: SelectQuery, affected: dict[int, set[Term]], unsure: Collection[int] = ()
    ) -> Iterator[tuple[int, Collection[Term] | None, dict[Term, list[Row]]]]:
        """Run checks on focus nodes: yield the check, of which nodes (None: all), and rows."""
        by_shape: defaultdict[Shape, set[Term]] = defaultdict(set)
        for number, nodes in affected.items():
            by_shape[self.checks[number].root] |= nodes
        targeted = {
            shape.node: self._targeted(select, shape, nodes)
            for shape, nodes in by_shape.items()
            if len(nodes) < _WHOLE_FROM
        }
        for number in unsure:
            yield number, None, _by_focus(_run(select, self.checks[number].open))
        for number, nodes in affected.items():
            check = self.checks[number]
            if number in unsure:
                continue
            if check.root.node not in targeted:
                yield number, None, _by_focus(_run(select, check.open))
                continue
            there = nodes & targeted[check.root.node]
            rows = _run(select, check.bound(listed(there))) if there else ()
            yield number, nodes, _by_focus(rows)

    def _targeted(self, select: SelectQuery, shape: Shape, nodes: Collection[Term]) -> set[Term]:
        text = f"VALUES ?f0 {{ {listed(nodes)} }}"
        rows = _run(select, self._tests[shape.node].replace(HOLE, text))
        return {row[0] for row in rows if row[0] is not None}

    def checks_of(self, result: ValidationResult) -> Sequence[int]:
        """Find the checks that can give a result of the same rule and component."""
        return self._by_rule[result.rule, result.component]

    def result(self, number: int, row: Row) -> ValidationResult:
        """Give what a row of a check says, in SHACL's words."""
        return self.reporter.result(self.checks[number], row)


class Standing:
    """What the rules say of one state, kept so that the next one is judged by its change."""

    def __init__(self, program: Program, rows: list[dict[Term, list[Row]]]) -> None:
        self.program = program
        self._rows = rows

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


def _refuse_what_nobody_evaluates(graph: rdflib.Graph) -> None:
    for term in NOT_EVALUATED:
        if (None, term, None) in graph:
            raise ValidationFailed(
                f"The shapes use sh:{term.fragment}, which is not evaluated here: say it in SHACL "
                "Core or by sh:sparql."
            )


def _by_focus(rows: Iterable[Row]) -> dict[Term, list[Row]]:
    found: dict[Term, list[Row]] = {}
    for row in rows:
        if row[0] is not None:
            found.setdefault(row[0], []).append(row)
    return found


def _run(select: SelectQuery, query: str) -> Sequence[Row]:
    try:
        return select(query)
    except (OSError, RuntimeError, ValueError, SyntaxError) as error:
        raise ValidationFailed(
            f"The rules could not be evaluated, which says nothing about the data: {error}"
        ) from error
