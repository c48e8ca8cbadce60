"""Compiled shapes at work: judge a whole mesh, then only what a change can affect.

The law: the standing after a change is that of judging everything anew.
"""

import os
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeAlias

import rdflib

from isogloss.errors import ValidationFailed
from isogloss.governance.compiler.algebra import HOLE
from isogloss.governance.compiler.queries import (
    Check,
    checks,
    count_of,
    is_target,
    leading,
    listed,
    patterns,
    screen,
    targets,
)
from isogloss.governance.compiler.results import Reporter
from isogloss.governance.compiler.shapes import NOT_EVALUATED, Shape, read_shapes
from isogloss.governance.compiler.sites import Site
from isogloss.governance.rulebook import Rulebook
from isogloss.model.governance import ValidationReport, ValidationResult, in_order
from isogloss.model.preview import RuleCost
from isogloss.model.rdf import Iri, Literal, Quad, Term, Triple
from isogloss.vocab import XSD

Row: TypeAlias = tuple[Term | None, ...]
SelectQuery: TypeAlias = Callable[[str], Sequence[Row]]
"""Runs a SELECT query over the data, with literals as `model.literals.keep` writes them."""

_BOOLEAN = [[(Literal(word, XSD.boolean),)] for word in ("false", "true")]

_SCREENED_FROM = 8
"""From so many checks of a shape on, one query for all of them is tried first."""

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
        self._tests = {shape.node: is_target(shape) for shape in self.shapes}
        self._screens = {shape.node: screen(shape) for shape in self.shapes}
        self._parts = self._divided()
        readers: defaultdict[Site, list[int]] = defaultdict(list)
        for number, check in enumerate(self.checks):
            for site in check.sites:
                readers[site].append(number)
        self._sites = tuple(readers.items())
        # By their numbers: to hash a path takes longer than to look it up.
        self._by_predicate: defaultdict[Iri | None, list[int]] = defaultdict(list)
        for place, (site, _) in enumerate(self._sites):
            self._by_predicate[site.predicate].append(place)

    def _divided(self) -> list[tuple[str, list[int]]]:
        """Put the checks together that one query can do for most focus nodes."""
        parts: dict[str | int, list[int]] = {}
        for number, check in enumerate(self.checks):
            alone = check.constraint.source is not None
            parts.setdefault(f"{number}" if alone else id(check.part), []).append(number)
        texts = (
            screen(self.checks[numbers[0]].root, self.checks[numbers[0]].part)
            for numbers in parts.values()
        )
        return list(zip(texts, parts.values(), strict=True))

    def full(self, select: SelectQuery, known: "Standing | None" = None) -> "Standing":
        """Judge everything; a check that another program has run on this data is not run again.

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
        there = known.by_query() if known else {}
        rows: list[dict[Term, list[Row]]] = [{} for _ in self.checks]
        costs: dict[int, float] = {}
        waiting = []
        for text, numbers in self._parts:
            new = [number for number in numbers if self.checks[number].open not in there]
            for number in set(numbers) - set(new):
                rows[number] = {f: list(r) for f, r in there[self.checks[number].open].items()}
            if new:
                waiting.append((text, new))
        # Oxigraph lets other threads work while it searches.
        with ThreadPoolExecutor(os.cpu_count()) as threads:
            done = threads.map(lambda part: self._judge_part(select, *part), waiting)
            for (_, numbers), (found, took) in zip(waiting, done, strict=True):
                for number, by_focus in zip(numbers, found, strict=True):
                    rows[number], costs[number] = by_focus, took / len(numbers)
        return Standing(self, rows, costs)

    def _judge_part(
        self, select: SelectQuery, text: str, numbers: Sequence[int]
    ) -> tuple[list[dict[Term, list[Row]]], float]:
        """Run checks on everything; give what each found, and how many milliseconds it took.

        Most focus nodes conform, so one query looks for those that do not, and only for these
        is each check run.
        """
        began = time.perf_counter()
        checks = [self.checks[number] for number in numbers]
        queries = [check.open for check in checks]
        if len(checks) > 1:
            opened = text.replace(HOLE, targets(checks[0].root.targets))
            nodes = {row[0] for row in _run(select, opened) if row[0] is not None}
            if len(nodes) < _WHOLE_FROM:
                queries = [check.bound(listed(nodes)) for check in checks] if nodes else []
        found = [_by_focus(_run(select, query)) for query in queries] or [{} for _ in checks]
        return found, (time.perf_counter() - began) * 1000

    def costs(self, select: SelectQuery, standing: "Standing") -> tuple[RuleCost, ...]:
        """Say what the rules that were run for a standing looked at, dearest first."""
        spent: Counter[tuple[Iri, Shape]] = Counter()
        for number, milliseconds in standing.milliseconds.items():
            check = self.checks[number]
            spent[self.reporter.rule(check), check.root] += milliseconds  # type: ignore[assignment]
        counts = {root: _number(_run(select, count_of(root))) for _, root in spent}
        found = [RuleCost(rule, counts[root], cost) for (rule, root), cost in spent.items()]
        return tuple(sorted(found, key=lambda cost: (-cost.milliseconds, cost.rule)))

    def affected(
        self, select: SelectQuery, changed: Iterable[Triple | Quad]
    ) -> dict[int, set[Term]]:
        """Find by check the nodes of which it may say something else now.

        Args:
            select: queries the data as it is after the change.
            changed: the triples that came, and those that went.
        """
        reached: defaultdict[int, set[Term]] = defaultdict(set)
        anywhere = self._by_predicate.get(None, [])
        for triple in changed:
            for place in (*self._by_predicate.get(triple.predicate, ()), *anywhere):
                out = self._sites[place][0].out
                reached[place].add(triple.subject if out else triple.object)
        found: defaultdict[int, set[Term]] = defaultdict(set)
        for place, nodes in reached.items():
            site, readers = self._sites[place]
            focus_nodes = set(nodes) if site.prefix.stays else set()
            if site.prefix.path:
                rows = _run(select, leading(site.prefix, listed(nodes)))
                focus_nodes.update(row[0] for row in rows if row[0] is not None)
            for number in readers:
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
        many: Counter[Shape] = Counter()
        for number, nodes in affected.items():
            check = self.checks[number]
            by_shape[check.root] |= nodes
            many[check.root] += check.constraint.source is None
        targeted, wrong = {}, {}
        for shape, nodes in by_shape.items():
            if len(nodes) < _WHOLE_FROM:
                focus_nodes = self._found(select, self._tests[shape.node], nodes)
                targeted[shape.node] = wrong[shape.node] = focus_nodes
                if focus_nodes and many[shape] >= _SCREENED_FROM:
                    query = self._screens[shape.node]
                    wrong[shape.node] = self._found(select, query, focus_nodes)
        for number in unsure:
            yield number, None, _by_focus(_run(select, self.checks[number].open))
        for number, nodes in affected.items():
            check = self.checks[number]
            if number in unsure:
                continue
            if check.root.node not in targeted:
                yield number, None, _by_focus(_run(select, check.open))
                continue
            screened = check.constraint.source is None
            there = nodes & (wrong if screened else targeted)[check.root.node]
            rows = _run(select, check.bound(listed(there))) if there else ()
            yield number, nodes, _by_focus(rows)

    @staticmethod
    def _found(select: SelectQuery, query: str, nodes: Collection[Term]) -> set[Term]:
        rows = _run(select, query.replace(HOLE, f"VALUES ?f0 {{ {listed(nodes)} }}"))
        return {row[0] for row in rows if row[0] is not None}

    def checks_of(self, result: ValidationResult) -> Sequence[int]:
        """Find the checks that can give a result of the same rule and component."""
        return self._by_rule[result.rule, result.component]

    def result(self, number: int, row: Row) -> ValidationResult:
        """Give what a row of a check says, in SHACL's words."""
        return self.reporter.result(self.checks[number], row)


class Standing:
    """What the rules say of one state, kept so that the next one is judged by its change."""

    def __init__(
        self,
        program: Program,
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


def _number(rows: Sequence[Row]) -> int:
    ((count,),) = rows
    return int(count.value) if isinstance(count, Literal) else 0


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
