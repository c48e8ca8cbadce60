"""The life of a rule on the command line, from a file to what it refuses, and a waiver."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import rdflib
from rdflib import SH

from isogloss.vocab import MESH
from tests.cli.test_rules import DRAFT
from tests.doors import Isogloss

VERSION = "https://mesh.example/rules/spatial/1"
PRODUCT = "https://mesh.example/sales/product/legacy-crm"
FRIDA = "https://mesh.example/governance/person/frida"
GRETA = "https://mesh.example/governance/person/greta"


@pytest.fixture
def proposed(little_folder: Isogloss, tmp_path: Path) -> Isogloss:
    """The sample mesh, in which a rule that all products break is proposed."""
    path = tmp_path / "spatial.ttl"
    path.write_text(DRAFT)
    run = little_folder("rules", "propose", path, "--set", "spatial", "-m", "Support asks.")
    assert (run.status, run.out) == (0, f"{VERSION}: proposed\n  0 of 3 approvals\n")
    return little_folder


def approve(isogloss: Isogloss) -> None:
    for count, domain in enumerate(("sales", "finance", "support"), 1):
        run = isogloss("rules", "vote", VERSION, "--domain", domain, "-m", "Fine.")
        assert f"{count} of 3 approvals" in run.out


def digest(isogloss: Isogloss) -> str:
    run = isogloss("rules", "preview", "--version", VERSION)
    assert "15 newly failing" in run.out
    found = re.search(r"--preview` takes: ([0-9a-f]{64})", run.out)
    assert found
    return found[1]


def test_from_a_file_to_what_it_refuses(proposed: Isogloss, tmp_path: Path) -> None:
    early = proposed("rules", "adopt", VERSION, "--preview", digest(proposed))
    assert early.status == 1
    assert "0 of the 3 domains" in early.err
    approve(proposed)
    blind = proposed("rules", "adopt", VERSION)
    assert blind.status == 1
    assert "[STALE_PREVIEW]" in blind.err
    adopted = proposed("rules", "adopt", VERSION, "--preview", digest(proposed))
    assert (adopted.status, adopted.out.splitlines()[0]) == (0, f"{VERSION}: in force")
    listed = json.loads(proposed("rules", "list", "--format", "json").out)
    (rule,) = [rule for rule in listed if rule["ruleId"] == "spatial-where"]
    assert (rule["ruleSet"], rule["owner"]) == (VERSION, None)
    assert f"stands in {VERSION}" in proposed("rules", "show", "spatial-where").out
    # What broke it before stands; what newly would does not get in.
    new = tmp_path / "new.ttl"
    new.write_text(
        "<https://mesh.example/sales/product/new> "
        "a <https://www.omg.org/spec/DPROD/dprod/DataProduct> ."
    )
    refused = proposed("load", new, "--domain", "sales")
    assert refused.status == 1
    assert "=Say where." in refused.out + refused.err
    ended = proposed("rules", "withdraw", VERSION, "-m", "We meant something else.")
    assert ended.out == f"{VERSION}: withdrawn\n"
    told = proposed("rules", "versions").out
    assert "https://mesh.example/sales/domain is for it: Fine." in told
    assert "spatial-where" not in proposed("rules", "list").out


def test_what_is_not_admitted_is_told_line_by_line(little_folder: Isogloss, tmp_path: Path) -> None:
    path = tmp_path / "spatial.ttl"
    path.write_text(DRAFT.replace("sh:minCount", "sh:minCoutn"))
    run = little_folder("rules", "propose", path, "--set", "spatial", "-m", "Support asks.")
    assert run.status == 1
    assert "7: sh:minCoutn" in run.out
    assert "Not admitted" in run.out
    assert "No rule set was ever written" in little_folder("rules", "versions").out


def test_a_draft_that_is_no_turtle_is_told_where(little_folder: Isogloss, tmp_path: Path) -> None:
    path = tmp_path / "spatial.ttl"
    path.write_text(DRAFT + "and so on")
    run = little_folder("rules", "preview", path)
    assert run.status == 2
    assert f"{path} is no Turtle from line 11 on" in run.err
    assert run.err.endswith("Mend the text there. [INVALID_INPUT]\n")


def test_a_draft_waits_for_being_submitted(little_folder: Isogloss, tmp_path: Path) -> None:
    path = tmp_path / "spatial.ttl"
    path.write_text(DRAFT)
    run = little_folder("rules", "propose", path, "--set", "spatial", "-m", "Soon.", "--draft")
    assert run.out == f"{VERSION}: draft\n"
    assert "[WRONG_STAGE]" in proposed_vote(little_folder)
    assert little_folder("rules", "submit", VERSION).out.startswith(f"{VERSION}: proposed")
    assert "[WRONG_STAGE]" not in proposed_vote(little_folder)


def proposed_vote(isogloss: Isogloss) -> str:
    return isogloss("rules", "vote", VERSION, "--domain", "sales", "-m", "Fine.").err


def test_a_waiver_is_asked_for_by_one_and_granted_by_another(proposed: Isogloss) -> None:
    approve(proposed)
    proposed("rules", "adopt", VERSION, "--preview", digest(proposed), "--grace-days", "14")
    waive = ("rules", "waive", "spatial-where", PRODUCT, "--until", "2099-01-01", "-m", "Moving.")
    assert "a year at most" in proposed(*waive).err
    assert "'soon' is no date" in proposed(*waive[:5], "soon", "-m", "Moving.").err
    near = ("--until", _in_a_month())
    asked = proposed(*waive[:4], *near, "-m", "Moving.")
    waiver = "https://mesh.example/sales/rules/waiver/1"
    assert asked.out.startswith(f"{waiver}: requested, until ")
    assert "[FORBIDDEN]" in proposed("rules", "grant", waiver).err
    assert "[FORBIDDEN]" in proposed("rules", "grant", waiver, "--as", FRIDA).err
    assert proposed("rules", "grant", waiver, "--as", GRETA).out.startswith(f"{waiver}: open")
    assert waiver in proposed("rules", "waivers", "--expiring-before", "2098-01-01").out
    scored = proposed("score", PRODUCT, "--days", "0").out
    assert f"{PRODUCT}  https://w3id.org/isogloss/shapes#Spatial-where" in scored
    assert proposed("rules", "end", waiver).out.startswith(f"{waiver}: expired")
    none = proposed("rules", "waivers", "--expiring-before", "2098-01-01")
    assert none.out == "There is no such waiver.\n"


def _in_a_month() -> str:
    return (datetime.now(UTC) + timedelta(days=30)).date().isoformat()


# rdflib's reader of JSON-LD uses what rdflib has deprecated.
@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")
def test_the_mesh_reports_with_versions_and_waivers(proposed: Isogloss) -> None:
    assert proposed("report").status == 0  # nothing but warnings in the sample mesh
    approve(proposed)
    proposed("rules", "adopt", VERSION, "--preview", digest(proposed))
    until = _in_a_month()
    proposed("rules", "waive", "spatial-where", PRODUCT, "--until", until, "-m", "Moving.")
    waiver = "https://mesh.example/sales/rules/waiver/1"
    proposed("rules", "grant", waiver, "--as", GRETA)
    told = proposed("report", "--domain", "sales")
    assert told.status == 1
    assert "2 violation(s), 1 waived" in told.out
    assert f"Judged by <{VERSION}>" in told.out
    found = json.loads(proposed("report", "--format", "json").out)
    (waived,) = [result for result in found["results"] if result["waived"]]
    assert (waived["focusNode"], waived["ruleSet"], waived["waiver"]) == (PRODUCT, VERSION, waiver)
    assert found["effectiveConforms"] is False
    for format in ("turtle", "json-ld"):
        graph = rdflib.Graph().parse(data=proposed("report", "--format", format).out, format=format)
        (result,) = graph.subjects(rdflib.URIRef(MESH.waivedBy), rdflib.URIRef(waiver))
        assert graph.value(result, SH.focusNode) == rdflib.URIRef(PRODUCT)
        assert len(set(graph.objects(None, SH.result))) == len(found["results"])
