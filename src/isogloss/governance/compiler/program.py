"""Compiled shapes at work: judge a whole mesh, then only what a change can affect.

The law: the standing after a change is that of judging everything anew.
"""

import os
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import chain, groupby

from isogloss.errors import ValidationFailed
from isogloss.governance.compiler.algebra import HOLE
from isogloss.governance.compiler.queries import (
    Check,
    checks,
    count_of,
    filled,
    is_target,
    leading,
    patterns,
    screen,
    targets,
    targets_of,
)
from isogloss.governance.compiler.results import Reporter
from isogloss.governance.compiler.shapes import Shape, read_shapes, refuse_unevaluated
from isogloss.governance.compiler.sites import Site
from isogloss.governance.compiler.standing import Row, SelectQuery, Standing
from isogloss.governance.rulebook import Rulebook
from isogloss.model.governance import ValidationResult
from isogloss.model.preview import RuleCost
from isogloss.model.rdf import Iri, Literal, Quad, Term, Triple
from isogloss.vocab import XSD

_BOOLEAN = [[(Literal(word, XSD.boolean),)] for word in ("false", "true")]

_SCREENED_FROM = 8
"""From so many checks of a shape on, one query for all of them is tried first."""

_TOGETHER = 4
"""So many parts of a shape are looked for at once in everything."""

_MOST_NAMED = 200_000
"""So many focus nodes are named in a query; they are few among all that are judged."""

_WHOLE_FROM = 2_000
"""From so many focus nodes on, a check is run on everything: that is faster."""


class Program:
    """The shapes of a rulebook, compiled."""

    def __init__(
        self, rulebook: Rulebook, binds: Callable[[Term | None], bool] | None = None
    ) -> None:
        """Compile; `declined` are the shapes that use what does not compile.

        With `binds`, only the focus nodes are judged of which it is true, also those that a
        shape in sh:property leads to.

        Raises:
            ValidationFailed: a shape is not as SHACL has it, or says what nobody evaluates.
        """
        self.graph = rulebook.graph
        refuse_unevaluated(self.graph)
        self.shapes, self.declined = read_shapes(self.graph)
        self.checks = tuple(check for shape in self.shapes for check in checks(shape, self.graph))
        self.reporter = Reporter(self.graph)
        self._binds = binds or (lambda _: True)
        self._binds_all = binds is None
        self._patterns = sorted({found for shape in self.shapes for found in patterns(shape)})
        self._by_rule: defaultdict[tuple[Iri, Iri], list[int]] = defaultdict(list)
        for number, check in enumerate(self.checks):
            self._by_rule[self.reporter.rule(check), check.constraint.component].append(number)
        self._tests = {shape.node: is_target(shape) for shape in self.shapes}
        self._screens = {s.node: screen(s, (s, *s.properties)) for s in self.shapes}
        readers: defaultdict[Site, list[int]] = defaultdict(list)
        for number, check in enumerate(self.checks):
            for site in check.sites:
                readers[site].append(number)
        self._sites = tuple(readers.items())
        # By their numbers: to hash a path takes longer than to look it up.
        self._by_predicate: defaultdict[Iri | None, list[int]] = defaultdict(list)
        for place, (site, _) in enumerate(self._sites):
            self._by_predicate[site.predicate].append(place)

    def _grouped(self, numbers: Iterable[int]) -> list[list[int]]:
        """Put the checks together that one query can do for most focus nodes."""
        alone: list[list[int]] = []
        parts: dict[tuple[int, int], list[int]] = {}
        for number in numbers:
            check = self.checks[number]
            if check.constraint.source is not None:
                alone.append([number])
            else:
                parts.setdefault((id(check.root), id(check.part)), []).append(number)
        together: list[list[int]] = []
        for _, same_root in groupby(parts.items(), key=lambda part: part[0][0]):
            found = [members for _, members in same_root]
            for start in range(0, len(found), _TOGETHER):
                together.append(list(chain(*found[start : start + _TOGETHER])))
        # Those in SPARQL first: they take longest, and others go on beside them.
        return alone + together

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
        for number, check in enumerate(self.checks):
            if check.open in there:
                rows[number] = {focus: list(found) for focus, found in there[check.open].items()}
        missing = [n for n, check in enumerate(self.checks) if check.open not in there]
        if not self._binds_all:
            for number in missing:
                began = time.perf_counter()
                rows[number] = self._everywhere(select, self.checks[number])
                costs[number] = (time.perf_counter() - began) * 1000
            return Standing(self, rows, costs)
        groups = self._grouped(missing)
        # Oxigraph lets other threads work while it searches.
        with ThreadPoolExecutor(os.cpu_count()) as threads:
            done = threads.map(partial(self._judge_together, select), groups)
            for numbers, (found, took) in zip(groups, done, strict=True):
                for number, by_focus in zip(numbers, found, strict=True):
                    rows[number], costs[number] = by_focus, took / len(numbers)
        return Standing(self, rows, costs)

    def _judge_together(
        self, select: SelectQuery, numbers: Sequence[int]
    ) -> tuple[list[dict[Term, list[Row]]], float]:
        """Run checks on everything; give what each found, and how many milliseconds it took.

        Most focus nodes conform, so one query looks for those that do not, and only for these
        is each check run.
        """
        began = time.perf_counter()
        checks = [self.checks[number] for number in numbers]
        queries = [check.open for check in checks]
        if len(checks) > 1:
            root = checks[0].root
            text = screen(root, {id(check.part): check.part for check in checks}.values())
            found = _run(select, text.replace(HOLE, targets(root.targets)))
            nodes = {row[0] for row in found if row[0] is not None}
            if len(nodes) < _MOST_NAMED:
                queries = [check.bound(nodes) for check in checks] if nodes else []
        rows = [_by_focus(_run(select, query)) for query in queries] or [{} for _ in checks]
        return rows, (time.perf_counter() - began) * 1000

    def costs(self, select: SelectQuery, standing: "Standing") -> tuple[RuleCost, ...]:
        """Say what the rules that were run for a standing looked at, dearest first."""
        spent: Counter[tuple[Iri, Shape]] = Counter()
        for number, milliseconds in standing.milliseconds.items():
            check = self.checks[number]
            spent[self.reporter.rule(check), check.root] += milliseconds  # type: ignore[assignment]
        counts = {root: self._count(select, root) for _, root in spent}
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
                rows = _run(select, leading(site.prefix, nodes))
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
        if not self._binds_all:
            affected = {n: set(filter(self._binds, nodes)) for n, nodes in affected.items()}
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
            yield number, None, self._everywhere(select, self.checks[number])
        for number, nodes in affected.items():
            check = self.checks[number]
            if number in unsure:
                continue
            if check.root.node not in targeted:
                yield number, None, self._everywhere(select, check)
                continue
            screened = check.constraint.source is None
            there = nodes & (wrong if screened else targeted)[check.root.node]
            yield number, nodes, self._of(select, check, there) if there else {}

    def _everywhere(self, select: SelectQuery, check: Check) -> dict[Term, list[Row]]:
        """Run a check on all that its shape targets, or on what of it is bound."""
        if self._binds_all:
            return _by_focus(_run(select, check.open))
        bound = self._bound(select, check.root)
        return self._of(select, check, bound) if bound else {}

    def _of(
        self, select: SelectQuery, check: Check, focus_nodes: Iterable[Term]
    ) -> dict[Term, list[Row]]:
        """Run a check on some focus nodes; what it finds of nodes that are not bound is dropped."""
        rows = _run(select, check.bound(focus_nodes))
        if self._binds_all:
            return _by_focus(rows)
        own = (r for r in rows if self._binds(r[0]) and self._binds(r[check.depth - 1]))
        return _by_focus(own)

    def _bound(self, select: SelectQuery, shape: Shape) -> list[Term]:
        rows = _run(select, targets_of(shape))
        return [row[0] for row in rows if row[0] is not None and self._binds(row[0])]

    def _count(self, select: SelectQuery, shape: Shape) -> int:
        if self._binds_all:
            return _number(_run(select, count_of(shape)))
        return len(self._bound(select, shape))

    @staticmethod
    def _found(select: SelectQuery, query: str, nodes: Collection[Term]) -> set[Term]:
        rows = _run(select, filled(query, nodes))
        return {row[0] for row in rows if row[0] is not None}

    def checks_of(self, result: ValidationResult) -> Sequence[int]:
        """Find the checks that can give a result of the same rule and component."""
        return self._by_rule[result.rule, result.component]

    def result(self, number: int, row: Row) -> ValidationResult:
        """Give what a row of a check says, in SHACL's words."""
        return self.reporter.result(self.checks[number], row)


def _number(rows: Sequence[Row]) -> int:
    ((count,),) = rows
    return int(count.value) if isinstance(count, Literal) else 0


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
