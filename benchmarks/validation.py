"""What judging by rules costs, compiled and by pySHACL: `python -m benchmarks.validation [--long]`.

The rules and the mesh are those of `benchmarks.governed`. Both sides have the data in memory
before the clock starts; what that takes is a line of its own. Times are those of the clock on the
wall: the compiled rules use all cores when they judge everything, pySHACL uses one.
"""

import argparse
import random
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain
from typing import TypeAlias, TypeVar

import pyshacl
import rdflib
from pyshacl.graph_abstraction import DataGraph
from rdflib import RDF, SH

from benchmarks.governed import TOGETHER, classes, dataset, mesh, offered, rulebook
from benchmarks.report import Report
from isogloss.governance.compiler.program import Program
from isogloss.governance.compiler.standing import Change
from isogloss.governance.paths import path_text
from isogloss.governance.rulebook import Rulebook, severity_of
from isogloss.governance.terms import add_all, exact_literals, from_rdflib, silent, to_rdflib
from isogloss.model.governance import ValidationResult
from isogloss.model.rdf import Literal, Triple
from isogloss.store.twin import Twin

CHANGES = 200
"""So many changes of each kind are judged."""
COMPARED = 20
"""So many of them by pySHACL, too."""

T = TypeVar("T")
Delta: TypeAlias = tuple[list[Triple], list[Triple]]
"""What comes, and what goes."""
Findings: TypeAlias = Counter[tuple[object, ...]]
"""How often: focus node, path, value, component, source shape, severity."""


def main() -> None:
    """Run all of it, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--long", action="store_true", help="judge 100,000 datasets, too")
    long: bool = parser.parse_args().long
    report = Report("validation")
    rules = rulebook()
    program, took = _timed(partial(Program, rules))
    report.add(f"compile {len(rules.rules)} rules to {len(program.checks)} queries", [took], "s")
    small, medium = Judged(program, 1_000, report), Judged(program, 10_000, report)
    other = Interpreted(rules, small.datasets, report)
    other.compare(small, report)
    more = Interpreted(rules, medium.datasets, report) if long else None
    for what, deltas in (("one literal", _literals), ("a new dataset", _datasets)):
        few = small.follow(what, deltas(small.datasets), report, other)
        many = medium.follow(what, deltas(medium.datasets), report, more)
        report.add_ratio(f"{what}: 10,000 datasets to 1,000", many / few)
    small.check(program)
    medium.check(program)
    report.add_ratio("all: each of 10,000 datasets to each of 1,000", medium.growth(small))
    del medium, other, more
    if long:
        large = Judged(program, 100_000, report, times=1)
        report.add_ratio("all: each of 100,000 datasets to each of 1,000", large.growth(small))
    report.show()


class Judged:
    """A mesh in memory, and what the compiled rules say of it."""

    def __init__(self, program: Program, datasets: int, report: Report, times: int = 3) -> None:
        """Load the mesh, and judge all of it so many times."""
        self.datasets = datasets
        self.twin, loaded = _timed(lambda: Twin(chain(classes(), mesh(datasets))))
        report.add(f"load {datasets:,} datasets, {len(self.twin):,} triples", [loaded], "s")
        runs = [_timed(partial(program.full, self.twin.select)) for _ in range(times)]
        self.standing = runs[-1][0]
        seconds = [took for _, took in runs]
        self.took = statistics.median(seconds)
        count = len(self.standing.results)
        report.add(f"all of {datasets:,} datasets, {count:,} results", seconds, "s")
        each = [took / datasets * 1_000 for took in seconds]
        report.add(f"all of {datasets:,} datasets: for each", each, "ms")

    def growth(self, smaller: "Judged") -> float:
        """Give how much longer each dataset takes than in a smaller mesh; linear is 1."""
        return self.took / self.datasets * smaller.datasets / smaller.took

    def follow(
        self,
        what: str,
        deltas: Iterable[Delta],
        report: Report,
        other: "Interpreted | None" = None,
    ) -> float:
        """Judge changes one after the other; give the median of what one takes, in milliseconds."""
        times: list[float] = []
        others: list[tuple[float, float]] = []
        for turn, delta in enumerate(deltas):
            change, took = _timed(partial(self._judge, delta))
            self.standing.accept(change)
            times.append(took * 1_000)
            if other is not None:
                other.apply(delta)
                if turn < COMPARED:
                    others.append(other.times([str(node) for node in change.focus_nodes]))
        middle = statistics.median(times)
        report.add(f"{what}, {self.datasets:,} datasets", times, "ms")
        if others:
            for way, took_by_it in zip(Interpreted.WAYS, zip(*others, strict=True), strict=True):
                report.add(f"{what}, {self.datasets:,} datasets: {way}", list(took_by_it), "ms")
                ratio = statistics.median(took_by_it) / middle
                report.add_ratio(f"{what}, {self.datasets:,} datasets: {way} to compiled", ratio)
        return middle

    def _judge(self, delta: Delta) -> Change:
        """Make a change, and find what it breaks; no rule knows of it yet."""
        self.twin.apply(*delta)
        change = self.standing.after(self.twin.select, *delta)
        _ = change.fresh
        return change

    def check(self, program: Program) -> None:
        """Make sure that judging by changes has led to what judging everything says."""
        anew = program.full(self.twin.select)
        _agree(_of_compiled(self.standing.results), _of_compiled(anew.results))


class Interpreted:
    """The same mesh for pySHACL."""

    WAYS = ("pySHACL", "pySHACL, shapes read before")

    def __init__(self, rules: Rulebook, datasets: int, report: Report) -> None:
        """Load the mesh."""
        self._rules = rules
        self._graph = rdflib.Graph(bind_namespaces="none")
        triples = chain(classes(), mesh(datasets))
        loaded = _timed(partial(add_all, self._graph, triples))[1]
        report.add(f"load {datasets:,} datasets for pySHACL", [loaded], "s")
        self._validator = self._new()

    def compare(self, judged: "Judged", report: Report) -> None:
        """Judge all of it, and find the same results."""
        found, took = _timed(partial(self._judge, self._validator, []))
        _agree(_of_compiled(judged.standing.results), _of_pyshacl(found, self._rules))
        report.add(f"all of {judged.datasets:,} datasets: pySHACL, same results", [took], "s")
        report.add_ratio("all: pySHACL to compiled", took / judged.took)

    def times(self, focus_nodes: list[str]) -> tuple[float, float]:
        """Judge some nodes, with the shapes read each time and not, in milliseconds.

        The results are no good: values that are not among the nodes conform to any shape that
        is within another. That only saves pySHACL work.
        """
        assert focus_nodes, "without any, it judges all"
        anew = _timed(lambda: self._judge(self._new(), focus_nodes))[1]
        again = _timed(lambda: self._judge(self._validator, focus_nodes))[1]
        return anew * 1_000, again * 1_000

    def _new(self) -> pyshacl.Validator:
        return pyshacl.Validator(
            DataGraph.from_rdflib(self._graph),
            shacl_graph=self._rules.graph,
            options={"inplace": True, "logger": silent("benchmarks.pyshacl")},
        )

    @staticmethod
    def _judge(validator: pyshacl.Validator, focus_nodes: list[str]) -> rdflib.Graph:
        validator.options["focus_nodes"] = focus_nodes
        with exact_literals():
            _, report, _ = validator.run()  # type: ignore[no-untyped-call]  # pySHACL's own gap
        assert isinstance(report, rdflib.Graph), report
        return report

    def apply(self, delta: Delta) -> None:
        """Make a change."""
        added, removed = delta
        for triple in removed:
            subject, predicate, object_ = map(to_rdflib, triple)
            self._graph.remove((subject, predicate, object_))
        add_all(self._graph, added)


def _literals(datasets: int) -> Iterator[Delta]:
    """Change one literal of a dataset, a column of it or its term, each time of another."""
    chance = random.Random(1)
    for number in chance.sample(range(datasets), CHANGES):
        said = [t for t in dataset(number, number // TOGETHER) if isinstance(t.object, Literal)]
        yield _changed(chance.choice(said))


def _changed(triple: Triple) -> Delta:
    literal = triple.object
    assert isinstance(literal, Literal)
    later = literal.value.replace("2026-", "2027-")
    value = literal.value + "0" if later == literal.value else later
    return [triple._replace(object=literal._replace(value=value))], [triple]


def _datasets(datasets: int) -> Iterator[Delta]:
    """Give one more dataset to a product, each time to another."""
    chance = random.Random(2)
    for turn, product in enumerate(chance.sample(range(datasets // TOGETHER), CHANGES)):
        number = datasets + turn
        yield [*dataset(number, product), *offered(number, product)], []


def _agree(found: Findings, expected: Findings) -> None:
    assert found == expected, f"too many: {found - expected}, too few: {expected - found}"


def _of_compiled(results: Iterable[ValidationResult]) -> Findings:
    return Counter(
        (r.focus_node, r.path, r.value, r.component, r.rule, r.severity) for r in results
    )


def _of_pyshacl(report: rdflib.Graph, rules: Rulebook) -> Findings:
    def finding(node: rdflib.term.Node) -> Iterator[object]:
        yield str(report.value(node, SH.focusNode))
        path, value = report.value(node, SH.resultPath), report.value(node, SH.value)
        yield None if path is None else path_text(report, rules.graph, path)
        yield None if value is None else from_rdflib(value)
        yield str(report.value(node, SH.sourceConstraintComponent))
        yield str(report.value(node, SH.sourceShape))
        yield severity_of(report.value(node, SH.resultSeverity))

    return Counter(
        tuple(finding(node))
        for node in report.subjects(RDF.type, SH.ValidationResult)
        # Details hang on the result that they explain, and are no results of their own.
        if (None, SH.detail, node) not in report
    )


def _timed(what: Callable[[], T]) -> tuple[T, float]:
    start = time.perf_counter()
    found = what()
    return found, time.perf_counter() - start


if __name__ == "__main__":
    main()
