"""Compiled rules say what pySHACL says, of random shapes and data.

ISOGLOSS_TORTURE=1 tries 20,000 cases and more.
"""

import pytest
from hypothesis import HealthCheck, event, given, settings

from isogloss.governance.compiler.program import Program
from isogloss.governance.validation import read_report, run
from isogloss.store.twin import Twin
from tests.governance.compiler.judging import (
    GENID,
    TORTURE,
    compiled,
    data,
    ex,
    findings,
    interpreted,
    reported,
    rules,
)
from tests.governance.compiler.oracle import PYSHACL
from tests.governance.compiler.shapes_strategy import Case, cases, sparql_cases

# rdflib warns of a literal like "yes"^^xsd:boolean, of which the data here is full on purpose.
pytestmark = pytest.mark.filterwarnings("ignore:Parsing weird boolean")


# In lots, as one run of so many cases remembers them all.
@pytest.mark.parametrize("lot", range(14 if TORTURE else 1))
@settings(
    max_examples=1_500 if TORTURE else 300,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(case=cases(PYSHACL))
def test_the_results_are_those_of_pyshacl(lot: int, case: Case) -> None:
    rulebook = rules(case.shapes)
    results = Program(rulebook).full(Twin(case.data).select).results
    found = findings(rulebook, results)
    event(f"results: {'none' if not results else 'one' if len(results) == 1 else 'more'}")

    # pySHACL copies a path into the report ten levels deep; the shape has it whole.
    report = run(rulebook, case.data, blank_nodes=True)
    assert found == reported(rulebook, report, whole_paths=False), "each as often"

    read = read_report(report, rulebook)
    assert read.conforms == (not results)
    assert {(r.severity, r.component, r.rule_name) for r in read.results} == {
        (r.severity, r.component, r.rule_name) for r in results
    }


@settings(
    max_examples=3_000 if TORTURE else 60,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(case=sparql_cases())
def test_queries_of_shapes_find_what_they_find_for_pyshacl(case: Case) -> None:
    rulebook = rules(case.shapes)
    found = compiled(rulebook, case.data)
    event(f"results: {'none' if not found else 'some'}")
    # As sets: pySHACL gives one result for equal solutions of a query, and so do compiled rules.
    assert set(found) == set(interpreted(rulebook, case.data))


@pytest.mark.xfail(strict=True, reason="a query is not told that a skolem IRI is a blank node")
def test_a_query_knows_a_blank_node() -> None:
    query = f"SELECT $this {{ $this <{ex('r')}> ?x . FILTER(isBlank($this)) }}"
    rulebook = rules(
        f'ex:S a sh:NodeShape ; sh:targetSubjectsOf ex:r ; sh:sparql [ sh:select "{query}" ] .'
    )
    facts = data(f"<{GENID}one> ex:r ex:b . ex:a ex:r ex:b .")
    assert compiled(rulebook, facts) == interpreted(rulebook, facts)
