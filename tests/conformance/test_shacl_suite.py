"""The W3C's SHACL tests pass on compiled rules, each in three ways.

The tests are those that the suite's manifests list. An exception stands in a table below, by the
IRI of the test, with its reason.
"""

import os
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
import rdflib
from rdflib import RDF
from rdflib.collection import Collection

from isogloss.errors import ValidationFailed
from isogloss.governance.compiler.program import Program
from isogloss.governance.compiler.standing import Standing
from isogloss.governance.rulebook import Rulebook
from isogloss.governance.terms import exact_literals
from isogloss.model.rdf import Iri, Triple
from isogloss.store.twin import Twin
from tests.governance.compiler.judging import TORTURE, Finding, plain, reported, standing_of

MF = rdflib.Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
SHT = rdflib.Namespace("http://www.w3.org/ns/shacl-test#")

# Where the W3C publishes the suite; the IRIs of its tests are relative to their files.
SUITE = "https://w3c.github.io/data-shapes/data-shapes-test-suite/tests/"
CORE, SPARQL = 98, 22

_COMPONENT = (
    "SHACL §6, constraint components of one's own, is not compiled: a rulebook that declares one "
    "is for pySHACL"
)
# Test → why compiled rules do not do as it says.
DECLINED = {
    f"{SUITE}sparql/component/optional-001": _COMPONENT,
    f"{SUITE}sparql/component/propertyValidator-select-001": _COMPONENT,
    f"{SUITE}sparql/component/validator-001": _COMPONENT,
    f"{SUITE}sparql/pre-binding/unsupported-sparql-006": _COMPONENT,
    f"{SUITE}sparql/pre-binding/shapesGraph-001": (
        "SHACL §5.3.1 lets an engine do without $shapesGraph: a query that uses it is refused"
    ),
}
# Test → what is wrong, until it is mended.
FAULTS: dict[str, str] = {}


@dataclass(frozen=True)
class Case:
    """One test: its shapes, its data, and the report it states; None where it says: a failure."""

    rulebook: Rulebook
    data: frozenset[Triple]
    report: Counter[Finding] | None


def _folder() -> Path:
    named = os.environ.get("ISOGLOSS_SHARED_DATA")
    shared = Path(named) if named else Path(__file__).parents[3] / "shared" / "data"
    return shared / "shacl" / "w3c-suite"


@cache
def _graph(iri: str) -> rdflib.Graph:
    graph = rdflib.Graph(bind_namespaces="none")
    with exact_literals():
        graph.parse(_folder() / iri.removeprefix(SUITE), format="turtle", publicID=iri)
    return graph


def _tests(manifest: str) -> Iterator[tuple[str, str]]:
    """Yield the file and the IRI of each test that a manifest lists, and those it includes."""
    graph = _graph(manifest)
    node = rdflib.URIRef(manifest)
    for included in sorted(graph.objects(node, MF.include), key=str):
        yield from _tests(str(included))
    for entries in graph.objects(node, MF.entries):
        for test in Collection(graph, entries):
            yield manifest, str(test)


def _case(file: str, iri: str) -> Case:
    graph, test = _graph(file), rdflib.URIRef(iri)
    action, result = graph.value(test, MF.action), graph.value(test, MF.result)
    rulebook = Rulebook({})
    rulebook.graph = _graph(str(graph.value(action, SHT.shapesGraph)))
    facts = _graph(str(graph.value(action, SHT.dataGraph)))
    triples = frozenset(_triple(*triple) for triple in facts)
    if result == SHT.Failure:
        return Case(rulebook, triples, None)
    assert (test, RDF.type, SHT.Validate) in graph
    # The file may hold other reports, and so may the data: take the one that the test states.
    report = rdflib.Graph()
    for found in graph.objects(result, rdflib.SH.result):
        report += graph.cbd(found)
    return Case(rulebook, triples, _wordless(reported(rulebook, report)))


def _wordless(found: Counter[Finding]) -> Counter[Finding]:
    """Leave the messages out, which the suite leaves to the engine."""
    wordless: Counter[Finding] = Counter()
    for finding, number in found.items():
        wordless[finding._replace(message="")] += number
    return wordless


def _triple(
    subject: rdflib.term.Node, predicate: rdflib.term.Node, object_: rdflib.term.Node
) -> Triple:
    one, link, other = plain(subject), plain(predicate), plain(object_)
    assert other is not None
    return Triple(Iri(str(one)), Iri(str(link)), other)


def _listed() -> list[tuple[str, str]]:
    # Where the suite is not, the last test of this file says so.
    if not (_folder() / "manifest.ttl").is_file():
        return []
    return list(_tests(f"{SUITE}manifest.ttl"))


LISTED = _listed()
each_test = pytest.mark.parametrize(
    ("file", "iri"),
    [
        pytest.param(
            *found,
            id=found[1].removeprefix(SUITE),
            marks=[pytest.mark.xfail(strict=True, reason=FAULTS[found[1]])]
            if found[1] in FAULTS
            else [],
        )
        for found in LISTED
        if found[1] not in DECLINED
    ],
)


@each_test
def test_all_judged_at_once_gives_the_stated_report(file: str, iri: str) -> None:
    case = _case(file, iri)
    if case.report is None:
        with pytest.raises(ValidationFailed):
            Program(case.rulebook).full(Twin(case.data).select)
        return
    standing = Program(case.rulebook).full(Twin(case.data).select)
    assert _wordless(standing_of(case.rulebook, standing)) == case.report


def _begin(case: Case) -> tuple[Program, Twin, Standing]:
    program, twin = Program(case.rulebook), Twin([])
    return program, twin, program.full(twin.select)


def _all_as_one_change(case: Case) -> Standing:
    _, twin, standing = _begin(case)
    _add(twin, standing, case.data)
    return standing


def _add(twin: Twin, standing: Standing, triples: frozenset[Triple]) -> None:
    twin.apply(triples, [])
    standing.accept(standing.after(twin.select, triples, []))


@each_test
def test_all_that_comes_as_one_change_gives_the_stated_report(file: str, iri: str) -> None:
    """So every focus node is bound, and none is found by its target."""
    case = _case(file, iri)
    if case.report is None:
        with pytest.raises(ValidationFailed):
            _all_as_one_change(case)
        return
    standing = _all_as_one_change(case)
    assert _wordless(standing_of(case.rulebook, standing)) == case.report


@each_test
def test_each_triple_that_comes_leaves_the_standing_of_judging_anew(file: str, iri: str) -> None:
    case = _case(file, iri)
    if case.report is None:
        pytest.skip("it states a failure, and a failure has no standing")
    program, twin, standing = _begin(case)
    triples = sorted(case.data, key=str)
    random.Random(iri).shuffle(triples)  # noqa: S311  # any order will do, if it can be repeated
    # One test has far more than the others, and to judge it anew each time would take a minute.
    many = 1 if TORTURE or len(triples) < 200 else len(triples) // 15
    for some in (triples[start : start + many] for start in range(0, len(triples), many)):
        _add(twin, standing, frozenset(some))
        anew = standing_of(case.rulebook, program.full(twin.select))
        assert standing_of(case.rulebook, standing) == anew, some
    assert _wordless(standing_of(case.rulebook, standing)) == case.report


def test_the_suite_is_all_there(shared_data: Path) -> None:
    assert shared_data / "shacl" / "w3c-suite" == _folder()
    iris = [iri for _, iri in LISTED]
    assert len(iris) == len(set(iris))
    assert sum(iri.startswith(f"{SUITE}core/") for iri in iris) == CORE
    assert sum(iri.startswith(f"{SUITE}sparql/") for iri in iris) == SPARQL
    assert set(iris) >= DECLINED.keys() | FAULTS.keys()
