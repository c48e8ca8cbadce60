"""What the commands about lineage say, to people and to programs."""

import json

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


def test_masking_tells_by_its_exit_status(little_folder: Isogloss) -> None:
    leaking = little_folder("masking", ACCOUNT)
    assert leaking.status == 1
    assert "leaks: " in leaking.out
    assert little_folder("masking", f"{KPI}/active_ratio").status == 0


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
