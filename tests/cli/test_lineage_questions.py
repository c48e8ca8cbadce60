"""What the commands about lineage say, to people and to programs."""

import json
from pathlib import Path

import pyoxigraph as ox
import pytest

from tests.doors import Isogloss

EVENTS = "https://mesh.example/product/dataset/app_events"
ACCOUNT = f"{EVENTS}/account_id"
KPI = "https://mesh.example/finance/dataset/kpi_monthly"
COMMANDS = {
    "impact": ("impact", EVENTS, "--change", "drop"),
    "paths": ("paths", EVENTS, KPI, "--level", "dataset"),
    "root-causes": ("root-causes", KPI),
    "source-of-truth": ("source-of-truth", f"{KPI}/active_users"),
    "lineage-diff": ("lineage-diff", KPI, "--from", "1", "--level", "dataset"),
    "cycles": ("cycles",),
    "orphans": ("orphans", "--level", "column", "--domain", "sales"),
    "hubs": ("hubs",),
    "critical": ("critical",),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_answers_people_and_programs(little_folder: Isogloss, name: str) -> None:
    told = little_folder(*COMMANDS[name])
    assert (told.status, told.err) == (0, "")
    assert "complete, as of commit 2" in told.out or "--after" in told.out
    found = json.loads(little_folder(*COMMANDS[name], "--format", "json").out)
    assert found["asOfCommit"] == 2
    assert found["complete"] == ("complete, as of" in told.out)


def test_a_cut_answer_says_how_to_go_on(little_folder: Isogloss) -> None:
    asked = (*COMMANDS["hubs"], "--max", "1")
    first = little_folder(*asked).out
    cursor = first.rsplit("--after ", 1)[1].strip()
    second = little_folder(*asked, "--after", cursor).out
    assert first.splitlines()[0] != second.splitlines()[0]


@pytest.mark.parametrize(
    ("format", "begins"),
    [("csv", "severity,"), ("turtle", "@prefix"), ("mermaid", "flowchart"), ("graphml", "<")],
)
def test_an_impact_is_written_for_other_tools(
    little_folder: Isogloss, format: str, begins: str
) -> None:
    run = little_folder(*COMMANDS["impact"], "--format", format)
    assert run.status == 0
    assert run.out.startswith(begins)
    if format == "turtle":
        assert list(ox.parse(run.out, format=ox.RdfFormat.TURTLE))


def test_masking_tells_by_its_exit_status(little_folder: Isogloss, tmp_path: Path) -> None:
    """Whether it holds, leaks or cannot be told, as `validate` tells of violations."""
    leaking = little_folder("masking", ACCOUNT)
    assert (leaking.status, "leaks: " in leaking.out) == (1, True)
    assert little_folder("masking", f"{KPI}/active_ratio").status == 0
    nothing = little_folder("masking", "https://mesh.example/nothing")
    assert (nothing.status, "[NOT_FOUND]" in nothing.err, nothing.out) == (3, True, "")
    path = tmp_path / "v.sql"
    path.write_text("create view v as select md5(one.b) as hidden, a from one, two")
    told = ("--domain", "finance", "--namespace", "db")
    assert little_folder("lineage", "from-sql", path, *told).status == 0
    unknown = little_folder("masking", "https://mesh.example/finance/ns/db/dataset/one/b")
    assert unknown.status == 3
    assert "nobody can tell: Finance · one.b\n  → Finance · v.a\n" in unknown.out


def test_a_cursor_goes_on_as_of_its_own_commit_only(little_folder: Isogloss) -> None:
    asked = (*COMMANDS["hubs"], "--max", "1")
    first = little_folder(*asked, "--as-of", "2").out
    assert "cut by --max 1, " in first
    cursor = first.rsplit("--after ", 1)[1].strip()
    on = little_folder(*asked, "--after", cursor)
    assert on.status == 0
    assert little_folder(*asked, "--after", cursor, "--as-of", "2") == on
    other = little_folder(*asked, "--after", cursor, "--as-of", "1")
    assert (other.status, "--as-of" in other.err) == (2, True)


def test_limits_go_by_the_names_of_their_options(little_folder: Isogloss) -> None:
    run = little_folder(*COMMANDS["impact"], "--max-hops", "1")
    assert "cut by --max-hops 1, " in run.out
    run = little_folder(*COMMANDS["impact"], "--max-nodes", "1")
    assert "cut by --max-nodes 1, " in run.out
    for command, option in (
        ("impact", "--max-hops"),
        ("paths", "--max-paths"),
        ("hubs", "--max"),
        ("root-causes", "--max"),
    ):
        run = little_folder(*COMMANDS[command], option, "0")
        assert (run.status, option in run.err) == (2, True)


@pytest.mark.parametrize("name", sorted(set(COMMANDS) - {"root-causes"}))
def test_people_read_names_and_programs_iris(little_folder: Isogloss, name: str) -> None:
    told = little_folder(*COMMANDS[name])
    assert "https://" not in told.out
    assert " · " in told.out
    assert "https://" in little_folder(*COMMANDS[name], "--format", "json").out


def test_lineage_has_one_heading_that_names_what_was_asked_of(little_folder: Isogloss) -> None:
    for iri in (KPI, f"{KPI}/active_users", "https://mesh.example/finance/product/board-report"):
        lines = little_folder("lineage", iri).out.splitlines()
        assert [line for line in lines if line.endswith("comes from")] == lines[:1]
        assert "https://" not in lines[0]
    orphan = json.loads(little_folder("orphans", "--format", "json").out)["found"][0]
    assert little_folder("lineage", orphan).out.splitlines()[0].endswith("comes from")


def test_what_is_passed_through_is_said_to_be(little_folder: Isogloss) -> None:
    told = ("lineage", EVENTS, "--direction", "downstream", "--level", "dataset")
    nodes = json.loads(little_folder(*told, "--format", "json").out)["nodes"]
    near = [node["id"] for node in nodes if node["distance"] == 1]
    out = little_folder(*told, *(f"--filter=ignore={iri}" for iri in near)).out
    assert "()" not in out
    assert "(through what is ignored)" in out


def test_a_difference_has_each_line_once(little_folder: Isogloss) -> None:
    out = little_folder("lineage-diff", KPI, "--from", "1", "--level", "domain").out.splitlines()
    assert len(out) == len(set(out)) > 1


def test_an_impact_of_then_is_that_of_then(little_folder: Isogloss) -> None:
    assert little_folder(*COMMANDS["impact"], "--as-of", "2").status == 0
    before = little_folder(*COMMANDS["impact"], "--as-of", "1")
    assert before.status == 1
    assert EVENTS in before.err


@pytest.mark.parametrize(
    "filter", ["colour=red", "kind", "kind=", "kind=friendship", "ignore=no IRI"]
)
def test_a_filter_that_is_none_is_refused(little_folder: Isogloss, filter: str) -> None:
    run = little_folder(*COMMANDS["impact"], "--filter", filter)
    assert run.status == 2
    assert run.err


def test_a_filter_narrows_an_answer_down(little_folder: Isogloss) -> None:
    told = (*COMMANDS["impact"], "--format", "csv")
    every = little_folder(*told).out.splitlines()
    fewer = little_folder(*told, "--filter", "domain=product").out.splitlines()
    assert 1 < len(fewer) < len(every)
    twice = little_folder(*told, "--filter", "domain=product", "--filter", "domain=sales")
    assert twice.status == 2
