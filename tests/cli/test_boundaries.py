"""What crosses boundaries, and what a search finds, told on the command line."""

import json

from tests.doors import Isogloss

KPI = "https://mesh.example/finance/dataset/kpi_monthly"


def test_what_is_wrong_comes_first_with_what_would_settle_it(little_folder: Isogloss) -> None:
    run = little_folder("boundaries", "finance")
    assert run.status == 0
    lines = run.out.splitlines()
    assert lines[0].startswith("conflict: It was agreed that marketing's “active user” is not")
    assert lines[2] == "  for Finance · kpi_monthly.engaged_users"
    assert "One mapping would settle:" in lines
    assert "(--all shows the rest)" in lines[-1]
    assert "complete, as of commit 2" in lines[-1]
    every = little_folder("boundaries", "finance", "--all").out
    assert "unknown: " in every
    assert "--all" not in every


def test_programs_get_it_too(little_folder: Isogloss) -> None:
    told = json.loads(little_folder("boundaries", "--format", "json").out)
    assert told["complete"]
    assert told["flows"][0]["judgement"]["verdict"] == "CONFLICT"
    found = json.loads(little_folder("meaning", f"{KPI}/active_users", "--format", "json").out)
    assert found["terms"] == ["https://mesh.example/marketing/term/active-user"]
    assert not found["asserted"]


def test_a_column_is_explained(little_folder: Isogloss) -> None:
    run = little_folder("meaning", f"{KPI}/engaged_users")
    assert run.out.startswith("Finance · kpi_monthly.engaged_users means what nobody says\n")
    assert "conflict: " in run.out
    copied = little_folder("meaning", f"{KPI}/active_users").out
    assert "inferred: a copy of Marketing · user_reach_monthly.active_users" in copied


def test_verdicts_are_published(little_folder: Isogloss) -> None:
    run = little_folder("boundaries", "--publish")
    assert run.status == 0
    assert "1 of them conflict, as of commit 3" in run.out


def test_things_are_found_by_words(little_folder: Isogloss) -> None:
    run = little_folder("search", "active", "users", "--kind", "term", "--domain", "product")
    assert run.out.splitlines() == [
        "term     active user",
        "         https://mesh.example/product/term/active-user",
    ]
    assert "Nothing has these words" in little_folder("search", "xyzzy").out
