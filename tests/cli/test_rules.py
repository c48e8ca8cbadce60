"""Whoever writes a rule sees what is wrong with it, and what it would break, before others do."""

import csv
import io
import json
from pathlib import Path

import pyoxigraph as ox
import pytest

from isogloss.vocab import CODE, MESH, RULE
from tests.doors import Isogloss

DRAFT = f"""@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix dprod: <https://www.omg.org/spec/DPROD/dprod/> .
@prefix rule: <{RULE.iri}> .
@prefix mesh: <https://w3id.org/isogloss/mesh#> .
rule:Spatial a sh:NodeShape ; sh:targetClass dprod:DataProduct ; sh:property rule:Spatial-where .
rule:Spatial-where a sh:PropertyShape ; sh:path dcterms:spatial ; sh:minCount 1 ;
    sh:message "=Say where."@en ; mesh:ruleId "spatial-where" ;
    mesh:passingExample "<x> a dprod:DataProduct ; dcterms:spatial <y> ." ;
    mesh:failingExample "<x> a dprod:DataProduct ." .
"""


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    path = tmp_path / "draft.ttl"
    path.write_text(DRAFT)
    return path


def test_the_rules_in_force_are_listed_and_shown(isogloss: Isogloss) -> None:
    listed = json.loads(isogloss("rules", "list", "--format", "json").out)
    assert "data-product-owner" in [rule["ruleId"] for rule in listed]
    assert "data-product-owner (violation)" in isogloss("rules", "list").out
    shown = isogloss("rules", "show", "data-product-owner")
    assert shown.status == 0
    assert "Name exactly one dprod:dataProductOwner" in shown.out
    assert "backs    trustworthy" in shown.out
    assert isogloss("rules", "show", "no-such-rule").status == 1


def test_a_good_draft_has_nothing_in_its_way(isogloss: Isogloss, draft: Path) -> None:
    for command in ("lint", "test"):
        run = isogloss("rules", command, draft)
        assert (run.status, run.out) == (0, "Nothing stands in the way.\n")


def test_a_slip_is_told_with_its_line(isogloss: Isogloss, draft: Path) -> None:
    draft.write_text(DRAFT.replace("sh:minCount", "sh:minCoutn"))
    run = isogloss("rules", "lint", draft)
    assert run.status == 1
    assert f"{draft}:7: sh:minCoutn" in run.out
    assert "did you mean sh:minCount? [UNKNOWN_TERM]" in run.out


def test_an_example_that_does_not_fail_is_told(isogloss: Isogloss, draft: Path) -> None:
    good = "<x> a dprod:DataProduct ; dcterms:spatial <y> ."
    draft.write_text(DRAFT.replace("<x> a dprod:DataProduct .", good))
    assert isogloss("rules", "lint", draft).status == 0
    run = isogloss("rules", "test", draft)
    assert run.status == 1
    assert "spatial-where" in run.out or "Spatial-where" in run.out


def test_a_domain_keeps_to_its_space(isogloss: Isogloss, draft: Path) -> None:
    run = isogloss("rules", "lint", draft, "--space", "https://mesh.example/sales/")
    assert run.status == 1
    assert "[FOREIGN_SUBJECT]" in run.out


def test_a_preview_says_what_would_break_and_changes_nothing(
    little_folder: Isogloss, draft: Path
) -> None:
    before = little_folder("history").out
    run = little_folder("rules", "preview", draft, "--days", "1")
    assert run.status == 0
    assert "As of commit 2: 15 newly failing, 0 newly passing" in run.out
    assert "would have been refused: commit 2" in run.out
    answer = json.loads(little_folder("rules", "preview", draft, "--format", "json").out)
    assert len(answer["effects"]) == 15
    assert answer["effects"][0]["kind"] == "NEWLY_FAILING"
    assert little_folder("history").out == before


def test_a_preview_in_csv_holds_no_formulas(little_folder: Isogloss, draft: Path) -> None:
    run = little_folder("rules", "preview", draft, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(run.out)))
    assert len(rows) == 15
    assert {row["message"] for row in rows} == {"'=Say where."}


def test_a_preview_in_turtle_has_every_effect(little_folder: Isogloss, draft: Path) -> None:
    run = little_folder("rules", "preview", draft, "--days", "1", "--format", "turtle")
    said = list(ox.parse(run.out, format=ox.RdfFormat.TURTLE))
    effects = [q.object.value for q in said if q.predicate.value == MESH.effect]
    assert effects == [CODE.newlyFailing] * 15
    assert sum(q.predicate.value == MESH.wouldRefuse for q in said) == 1


@pytest.mark.parametrize(("command", "status"), [("lint", 1), ("preview", 2)])
def test_what_is_no_turtle_is_refused_with_a_sentence(
    little_folder: Isogloss, draft: Path, command: str, status: int
) -> None:
    draft.write_text("this is no Turtle")
    run = little_folder("rules", command, draft)
    assert run.status == status
    assert f"{draft} is no Turtle from line 1 on" in run.out + run.err
    assert ".." not in run.out + run.err
    draft.write_bytes(b"\xff")
    assert little_folder("rules", command, draft).status == 2
