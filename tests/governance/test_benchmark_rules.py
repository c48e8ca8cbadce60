"""The mesh of the benchmarks breaks each of their rules somewhere, and nearly nowhere."""

from collections import Counter

import pytest
from rdflib import SH

from benchmarks.governed import classes, mesh, rulebook
from isogloss.governance.validation import read_report, run
from isogloss.model.governance import ValidationReport

DATASETS = 36


@pytest.fixture(scope="module")
def report() -> ValidationReport:
    rules = rulebook()
    return read_report(run(rules, [*classes(), *mesh(DATASETS)]), rules)


def test_each_rule_is_broken_somewhere_in_the_benchmarks(report: ValidationReport) -> None:
    broken = {result.rule for result in report.results}
    assert [rule.rule_id for rule in rulebook().rules if rule.id not in broken] == []


def test_nearly_all_keeps_the_rules_of_the_benchmarks(report: ValidationReport) -> None:
    nodes = {triple.subject for triple in mesh(DATASETS)}
    # The flaws that are there by design, one of each kind, weigh most in the smallest meshes.
    assert len({result.focus_node for result in report.results}) < len(nodes) / 10
    assert max(Counter(result.rule for result in report.results).values()) < len(nodes) / 20


def test_the_rules_of_the_benchmarks_are_many_and_two_are_queries() -> None:
    rules = rulebook()
    assert len(rules.rules) >= 30
    assert all(rule.rule_id and rule.name and rule.message for rule in rules.rules)
    assert len(list(rules.graph.subject_objects(SH.sparql))) == 2


def test_a_seed_gives_one_mesh_and_a_smaller_one_is_its_beginning() -> None:
    few, many = list(mesh(30)), list(mesh(90))
    assert few == many[: len(few)] == list(mesh(30))
    assert few != list(mesh(30, seed=8))
    assert len(set(many)) == len(many)
