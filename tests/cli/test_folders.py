"""A domain team's day: a skeleton, a plan, the commit of just that - here, and over HTTP."""

import json
import shutil
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import uvicorn

from isogloss.api.app import build_app
from isogloss.bootstrap import Services, build
from isogloss.model.rdf import Iri
from isogloss.settings import Settings
from tests.doors import Isogloss

ANNA = Iri("https://mesh.example/governance/person/anna")  # owner of marketing
MIKA = Iri("https://mesh.example/governance/person/mika")  # owner of product
SAMPLE = Path(__file__).parents[2] / "sample_data"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The sample's marketing, as its team would keep it."""
    shutil.copytree(SAMPLE / "marketing", tmp_path / "marketing")
    (tmp_path / "marketing" / "isogloss.toml").write_text(
        'domain = "marketing"\nspace = "https://mesh.example/marketing/"\n'
    )
    return tmp_path / "marketing"


@pytest.fixture
def served(sample_folder: Path, tmp_path: Path) -> Iterator[tuple[str, Services]]:
    """A copy of the sample mesh, served to those who have a token."""
    shutil.copytree(sample_folder, tmp_path / "served")
    services = build(Settings(data=tmp_path / "served"))
    server = uvicorn.Server(uvicorn.Config(build_app(services), port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        thread.join(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}/graphql", services
    server.should_exit = True
    thread.join()
    services.close()


def _edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_a_new_domain_begins_with_a_skeleton_that_passes(
    little_folder: Isogloss, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert little_folder("init", "domain", "logistics").status == 0
    assert little_folder("init", "product", "shipments", "--folder", "logistics").status == 0
    founded = little_folder(
        *("load", "logistics-domain.ttl", "--domain", "governance", "--source", "domain/logistics")
    )
    assert founded.status == 0, founded
    plan = little_folder("plan", "logistics", "--json")
    made = json.loads(plan.out)
    assert plan.status == 0
    assert not made["refused"]
    assert {change["kind"] for change in made["changes"]} == {"ADDED"}
    assert "https://mesh.example/logistics/product/shipments" in plan.out
    done = little_folder("apply", "logistics", "--yes", "-m", "Begin")
    assert done.status == 0
    assert "Committed as number 4" in done.out
    assert "Nothing to do" in little_folder("plan", "logistics").out


@pytest.mark.parametrize("name", ["", "Marketing", "a b", "../x", "ä", "-x"])
def test_a_skeleton_wants_a_short_name(
    isogloss: Isogloss, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    run = isogloss("init", "domain", "--", name)
    assert run.status == 2
    assert "INVALID_ARGUMENT" in run.err
    assert list(tmp_path.iterdir()) == []


def test_a_skeleton_overwrites_nothing(
    isogloss: Isogloss, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    isogloss("init", "domain", "logistics")
    run = isogloss("init", "domain", "logistics")
    assert run.status == 2
    assert "is there already" in run.err


def test_what_the_mesh_has_already_needs_no_plan(little_folder: Isogloss, folder: Path) -> None:
    # But the mesh notes that the folder has it: a file that goes then takes its source with it.
    assert little_folder("plan", folder).status == 0
    assert little_folder("apply", folder, "--yes").status == 0
    (folder / "product" / "campaigns.ttl").unlink()
    plan = little_folder("plan", folder)
    assert "- https://mesh.example/marketing/product/campaigns" in plan.out


def test_a_plan_names_the_others_that_read_what_changes(
    little_folder: Isogloss, folder: Path
) -> None:
    _edit(folder / "product" / "activity.ttl", '"VARCHAR(32)"', '"VARCHAR(64)"')
    plan = little_folder("plan", folder)
    assert plan.status == 0
    assert "~ https://mesh.example/marketing/dataset/active_users/user_id" in plan.out
    assert "physical type: “VARCHAR(32)” became “VARCHAR(64)”" in plan.out
    assert "finance reads what changes:\n  https://mesh.example/finance/product/" in plan.out
    assert "2 changed" in plan.out


def test_a_plan_that_would_be_refused_says_what_to_mend(
    little_folder: Isogloss, folder: Path
) -> None:
    _edit(folder / "product" / "activity.ttl", 'dcterms:title "User activity"@en ;', "")
    before = little_folder("history").out
    plan = little_folder("plan", folder)
    assert plan.status == 1
    assert "violation: Give the product" in plan.out
    assert "It would be REFUSED." in plan.out
    assert little_folder("apply", folder, "--yes").status == 1
    assert little_folder("history").out == before  # nobody tried


@pytest.mark.parametrize("break_it", ["no folder", "no toml", "no turtle", "no utf-8"])
def test_an_unreadable_folder_exits_with_2(
    little_folder: Isogloss, folder: Path, break_it: str
) -> None:
    match break_it:
        case "no folder":
            shutil.rmtree(folder)
        case "no toml":
            (folder / "isogloss.toml").write_text("domain = ")
        case "no turtle":
            (folder / "glossary.ttl").write_text("this is not Turtle")
        case "no utf-8":
            (folder / "glossary.ttl").write_bytes(b"\xff\xfe")
    run = little_folder("plan", folder)
    assert run.status == 2
    assert "Traceback" not in run.err


def test_a_plan_that_has_gone_stale_is_refused_and_made_anew(
    little_folder: Isogloss, folder: Path, tmp_path: Path
) -> None:
    _edit(folder / "product" / "activity.ttl", '"VARCHAR(32)"', '"VARCHAR(64)"')
    digest = json.loads(little_folder("plan", folder, "--json").out)["digest"]
    # In between somebody else takes a file of the folder to the mesh, in another version.
    other = tmp_path / "activity.ttl"
    other.write_text((folder / "product" / "activity.ttl").read_text().replace("2.1.0", "2.2.0"))
    little_folder("load", other, "--domain", "marketing", "--source", "product/activity")
    run = little_folder("apply", folder, "--yes", "--plan", digest)
    assert run.status == 1
    assert "moved on" in run.out
    digest = json.loads(little_folder("plan", folder, "--json").out)["digest"]
    assert little_folder("apply", folder, "--yes", "--plan", digest).status == 0


def test_the_same_works_over_http_with_a_token(
    isogloss: Isogloss,
    served: tuple[str, Services],
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url, services = served
    _edit(folder / "product" / "activity.ttl", '"VARCHAR(32)"', '"VARCHAR(64)"')
    assert "UNAUTHENTICATED" in isogloss("plan", folder, "--url", url).err

    monkeypatch.setenv("ISOGLOSS_TOKEN", services.tokens.issue(MIKA, timedelta(days=1))[0])
    stranger = isogloss("apply", folder, "--url", url, "--yes")
    assert stranger.status == 1
    assert "FORBIDDEN" in stranger.err

    monkeypatch.setenv("ISOGLOSS_TOKEN", services.tokens.issue(ANNA, timedelta(days=1))[0])
    assert isogloss("plan", folder, "--url", url).status == 0
    done = isogloss("apply", folder, "--url", url, "--yes", "-m", "Wider ids.")
    assert done.status == 0, done
    entry = services.history.entries(first=1)[0]
    assert (entry.attempt.author, entry.attempt.message) == (ANNA, "Wider ids.")
    assert (entry.added, entry.removed) == (2, 2)  # two columns are so wide
    assert "2 quads added, 2 removed" in done.out
