"""What a domain's CI runs: judge files by the mesh's rules, with the mesh or without."""

import json
from pathlib import Path

import pyoxigraph as ox
import pytest

from tests.doors import Isogloss

BAD = """@prefix dcat: <http://www.w3.org/ns/dcat#> .
<https://mesh.example/sales/dataset/x> a dcat:DataService ; dcat:servesDataset <urn:nothing> ."""
SH, MESH = "http://www.w3.org/ns/shacl#", "https://w3id.org/isogloss/mesh#"


@pytest.fixture
def rules(little_folder: Isogloss, tmp_path: Path) -> Path:
    """An export of the sample mesh, which is then out of reach."""
    path = tmp_path / "rules.json"
    assert little_folder("rules", "export", path).status == 0
    (tmp_path / "mesh").rename(tmp_path / "away")
    return path


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    path = tmp_path / "bad.ttl"
    path.write_text(BAD)
    return path


def test_the_mesh_and_its_export_say_the_same(
    little_folder: Isogloss, tmp_path: Path, bad: Path
) -> None:
    by_mesh = little_folder("validate", bad, "--format", "json")
    here = little_folder("validate", bad, "--data", tmp_path / "mesh", "--format", "json")
    written = little_folder("rules", "export")
    (tmp_path / "rules.json").write_text(written.out)
    away = little_folder("validate", bad, "--rules", tmp_path / "rules.json", "--format", "json")
    found = [{**json.loads(run.out), "exported": ""} for run in (by_mesh, here, away)]
    assert [run.status for run in (by_mesh, here, away)] == [1, 1, 1]
    assert found[0] == found[1] == found[2]
    assert found[0]["sequence"] == 2
    assert found[0]["domains"] == ["sales"]
    assert [r["blocks"] for r in found[0]["results"]] == [True, True, False, False]


def test_text_says_what_would_happen_by_which_rules(
    isogloss: Isogloss, rules: Path, bad: Path, tmp_path: Path
) -> None:
    run = isogloss("validate", bad, "--rules", rules)
    assert run.status == 1
    assert run.out.startswith("Would be refused: 2 of 4 result(s) stand in the way.\nJudged by ")
    assert "as of commit 2 (" in run.out
    assert "as documents of sales." in run.out
    assert "  by          <https://w3id.org/isogloss/shapes/" in run.out
    crm = Path("sample_data/sales/product/legacy-crm.ttl").resolve()
    warned = isogloss("validate", crm, "--rules", rules)
    assert warned.status == 0
    assert warned.out.startswith("Nothing would be refused, though 3 result(s) are here: 3 warning")
    good = isogloss("validate", crm.with_name("pipeline.ttl"), "--rules", rules)
    assert (good.status, good.out.splitlines()[0]) == (0, "Conforms: no rule is broken.")


@pytest.mark.parametrize("format", ["turtle", "json-ld"])
def test_rdf_names_the_version_and_says_whether_it_counts(
    isogloss: Isogloss, rules: Path, bad: Path, format: str
) -> None:
    run = isogloss("validate", bad, "--rules", rules, "--format", format)
    rdf = ox.RdfFormat.TURTLE if format == "turtle" else ox.RdfFormat.JSON_LD
    said = [(q.predicate.value, q.object) for q in ox.parse(run.out, format=rdf)]
    assert [v.value for p, v in said if p == f"{MESH}effectiveConforms"] == ["false"]
    assert sum(p == f"{SH}result" for p, _ in said) == 4
    assert sum(p == f"{MESH}ruleSetVersion" for p, _ in said) == 5


def test_without_a_mesh_the_rules_of_the_package_judge(
    isogloss: Isogloss, bad: Path, tmp_path: Path
) -> None:
    run = isogloss("validate", bad)
    assert run.status == 1
    assert "without a mesh: nothing is known of what is only referred to." in run.out
    assert not (tmp_path / "mesh").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--data", "nowhere"), "There is no mesh in nowhere yet"),
        (("--shapes", "{bad}", "--rules", "{rules}"), "Give only one of --shapes and --rules."),
        (("--shapes", "{bad}", "--domain", "sales"), "Give only one of --shapes and --domain."),
        (("--rules", "{rules}", "--data", "x"), "Give only one of --rules and --data."),
        (("--rules", "{rules}", "--domain", "salez"), "know no domain 'salez'"),
        (("--rules", "{bad}"), "is not JSON"),
        (("--rules", "{rules}x"), "There is no file"),
    ],
)
def test_what_cannot_be_read_is_no_verdict(
    isogloss: Isogloss, rules: Path, bad: Path, arguments: tuple[str, ...], said: str
) -> None:
    run = isogloss("validate", bad, *(a.format(bad=bad, rules=rules) for a in arguments))
    assert (run.status, run.out) == (2, "")
    assert said in run.err


def test_rules_that_cannot_be_run_are_no_verdict(
    isogloss: Isogloss, rules: Path, bad: Path
) -> None:
    rules.write_text(rules.read_text().replace("sh:minCount 1", "sh:minCount 'one'"))
    run = isogloss("validate", bad, "--rules", rules)
    assert (run.status, run.out) == (3, "")


def test_an_export_goes_nowhere_it_cannot(little_folder: Isogloss, tmp_path: Path) -> None:
    run = little_folder("rules", "export", tmp_path / "no" / "rules.json")
    assert run.status == 2
    assert "cannot be written" in run.err
