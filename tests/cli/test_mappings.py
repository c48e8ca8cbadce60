"""A mapping's life on the command line; `docs/mappings.md` runs the rest of it."""

import json
from pathlib import Path

import pytest

from tests.doors import Isogloss

PERSON = "https://mesh.example/governance/person/"
CHURN = ("product:churn", "related", "support:churn", "--confidence", "0.6", "-m", "So.")


@pytest.fixture
def proposed(little_folder: Isogloss) -> str:
    """A mapping that product proposed."""
    run = little_folder("map", "propose", *CHURN, "--as", f"{PERSON}yuki", "--format", "json")
    assert run.status == 0, run.err
    (mapping,) = json.loads(run.out)["mappings"]
    found: str = mapping["id"]
    return found


def test_several_are_decided_in_one_commit(little_folder: Isogloss, proposed: str) -> None:
    other = little_folder(
        "map",
        "propose",
        *("product:churn", "exact", "support:churn", "--not", "--confidence", "1", "-m", "No."),
        *("--until", "2999-01-01", "--loss", "approximate", "--factor", "2"),
        *("--as", f"{PERSON}yuki", "--format", "json"),
    )
    (mapping,) = json.loads(other.out)["mappings"]
    assert mapping["validUntil"] == "2999-01-01T00:00:00+00:00"
    approved = little_folder("map", "approve", proposed, mapping["id"], "--as", f"{PERSON}ivo")
    assert approved.status == 0
    assert approved.out.count(": approved") == 2
    assert approved.out.count("commit ") == 1
    retired = little_folder("map", "retire", proposed, "-m", "Over.", "--as", f"{PERSON}ivo")
    assert f"{proposed}: retired" in retired.out
    assert "ivo is against it, for <https://mesh.example/support/domain>: Over." in retired.out
    listed = little_folder("map", "list", "--status", "retired", "--format", "json")
    assert [one["id"] for one in json.loads(listed.out)] == [proposed]


def test_what_is_refused_exits_with_one(little_folder: Isogloss, proposed: str) -> None:
    again = little_folder("map", "propose", *CHURN, "--as", f"{PERSON}yuki")
    assert (again.status, "[WRONG_STAGE]" in again.err) == (1, True)
    nobody = little_folder("map", "approve", proposed)
    assert (nobody.status, "--as" in nobody.err, "[FORBIDDEN]" in nobody.err) == (1, True, True)
    unknown = little_folder("map", "propose", "a:b", "sort of", "c:d", *CHURN[3:])
    assert (unknown.status, "exact, close, broad" in unknown.err) == (2, True)
    undone = little_folder("map", "undo", "1", "--as", f"{PERSON}yuki")
    assert (undone.status, "decided nothing" in undone.err) == (2, True)
    loose = little_folder("map", "propose", *CHURN, "--factor", "2")
    assert (loose.status, "--loss" in loose.err) == (2, True)
    never = little_folder("map", "propose", *CHURN, "--until", "9999-12-31T23:59:59-14:00")
    assert (never.status, "the years 1 to 9999" in never.err) == (2, True), never.err


def test_a_candidate_is_dismissed_by_how_its_fingerprint_begins(little_folder: Isogloss) -> None:
    shown = little_folder("polysemes", "--first", "100")
    assert "product:churn and support:churn" in shown.out
    line = next(one for one in shown.out.splitlines() if "product:churn and support:churn" in one)
    short = line.partition("[")[2].rstrip("]")
    done = little_folder("map", "dismiss", short, "-m", "Known.", "--as", f"{PERSON}ivo")
    assert done.status == 0, done.err
    left = little_folder("polysemes", "--first", "100")
    assert short not in left.out
    none = little_folder("map", "dismiss", short, "-m", "Known.", "--as", f"{PERSON}ivo")
    assert (none.status, "0 candidates" in none.err) == (1, True)


def test_a_chain_is_shown_link_by_link(agreed_folder: Isogloss) -> None:
    run = agreed_folder("map", "compose", "product:active user", "marketing:active user")
    assert run.out.startswith("broad, confidence 0.90\n")
    assert "by https://mesh.example/governance/mapping/active-user-product-marketing" in run.out
    shown = json.loads(
        agreed_folder("map", "compose", "sales:lead", "marketing:lead", "--format", "json").out
    )
    assert [chain["relation"] for chain in shown["chains"]] == ["broad"]
    nothing = agreed_folder("map", "compose", "sales:country", "support:churn")
    assert "Nothing follows" in nothing.out


def test_files_go_out_and_come_in_as_proposals(
    little_folder: Isogloss, proposed: str, tmp_path: Path
) -> None:
    run = little_folder("map", "export", "--between", "product", "--between", "support")
    assert run.status == 0, run.err
    path = tmp_path / "mappings.sssom.tsv"
    path.write_text(run.out.replace("skos:relatedMatch", "skos:closeMatch"))
    into = little_folder("map", "import", path, "--as", f"{PERSON}ivo")
    assert (into.status, "1 mapping(s) proposed" in into.out) == (0, True), into.out + into.err
    again = little_folder("map", "import", path, "--as", f"{PERSON}ivo")
    assert "There is nothing to propose." in again.out
    turtle = little_folder("map", "export", "--format", "turtle")
    assert proposed.rpartition("/")[2] in turtle.out


def test_all_conflicts_are_listed_now_and_then(little_folder: Isogloss, proposed: str) -> None:
    none = little_folder("map", "conflicts")
    assert (none.status, none.out) == (0, "0 conflict(s)\n"), none.out + none.err
    other = ("product:churn", "close", "support:churn", *CHURN[3:])
    made = little_folder("map", "propose", *other, "--as", f"{PERSON}yuki", "--format", "json")
    (mapping,) = json.loads(made.out)["mappings"]
    approved = little_folder("map", "approve", proposed, mapping["id"], "--as", f"{PERSON}ivo")
    commit = int(approved.out.rpartition("commit ")[2])
    listed = little_folder("map", "conflicts")
    assert listed.out.startswith(
        "twoPredicates: Of product:churn and support:churn, relatedMatch and closeMatch are both "
    )
    assert listed.out.endswith(f"  {proposed}\n  {mapping['id']}\n1 conflict(s)\n")
    then = little_folder("map", "conflicts", "--as-of", commit - 1, "--format", "json")
    assert json.loads(then.out) == []


def test_a_list_that_is_cut_says_so(little_folder: Isogloss) -> None:
    some, whole = (little_folder("polysemes", "--first", n).out for n in (1, 100))
    total = len(json.loads(little_folder("polysemes", "--first", 100, "--format", "json").out))
    assert some.endswith(f"\n1 of {total} candidate(s)\n")
    assert whole.endswith(f"\n{total} of {total} candidate(s)\n")
    some, whole = (
        little_folder("map", "queue", "--first", n, "--as", f"{PERSON}ivo").out for n in (1, 100)
    )
    assert "\n1 of " in some
    assert "as these are settled" not in whole
    assert little_folder("map", "queue", "--first", 101).status == 2


def test_what_one_body_states_alone_is_told_from_what_both_sides_voted(
    little_folder: Isogloss, proposed: str
) -> None:
    little_folder("map", "approve", proposed, "--as", f"{PERSON}ivo")
    listed = little_folder("map", "list", "--status", "approved").out
    assert f"  {proposed}: approved\n" in listed
    stated = [line for line in listed.splitlines() if "/governance/mapping/" in line]
    alone = "approved by <https://mesh.example/governance/domain> alone, without a vote"
    assert stated
    assert all(alone in line for line in stated)
    shown = json.loads(little_folder("map", "list", "--format", "json").out)
    assert [one["id"] for one in shown if one["agreed"]] == [proposed]
    assert all(one["agreed"] == (not one["statedBy"]) for one in shown)


def test_what_a_steward_approves_of_is_shown_before(little_folder: Isogloss) -> None:
    person = "https://mesh.example/governance/person"
    proposed = little_folder(
        "map", "propose", "product:active user", "broad", "marketing:active user",
        "--confidence", "0.9", "-m", "Seven days lie inside thirty.",
        "--loss", "narrowing", "--expression", "value", "--precondition", "The log is whole.",
        "--as", f"{person}/yuki",
    )  # fmt: skip
    shown = "translates by value (narrowing), if: The log is whole."
    assert shown in proposed.out
    assert shown in little_folder("map", "queue", "--as", f"{person}/ben").out
    assert shown in little_folder("map", "list", "--status", "proposed").out
    listed = json.loads(little_folder("map", "list", "--format", "json").out)
    assert any(one["translations"] for one in listed)
