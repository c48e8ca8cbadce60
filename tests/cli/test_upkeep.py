"""An operator's day: check, copy, bring back, look back, let people in."""

import json
import shutil
from pathlib import Path

import pytest

from isogloss.bootstrap import build
from isogloss.model.change import Committed
from isogloss.services.loading import Upload
from isogloss.settings import Settings
from tests.doors import Isogloss

ACTIVITY = "https://mesh.example/marketing/product/activity"
CHANGED = (
    "<https://mesh.example/marketing/term/tour> a <http://www.w3.org/2004/02/skos/core#Concept> ;"
    " <http://www.w3.org/2004/02/skos/core#inScheme> <https://mesh.example/marketing/glossary> ;"
    ' <http://www.w3.org/2004/02/skos/core#prefLabel> "tour"@en ;'
    ' <http://www.w3.org/2004/02/skos/core#definition> "%s"@en .'
)


@pytest.fixture(scope="module")
def changed_folder(sample_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample mesh, with a term of marketing's that was defined twice, to copy from."""
    folder = tmp_path_factory.mktemp("changed") / "mesh"
    shutil.copytree(sample_folder, folder)
    services = build(Settings(data=folder))
    for text in ("A ride.", "A ride with a guide."):
        upload = Upload("words.ttl", (CHANGED % text).encode())
        assert isinstance(services.loading.load([upload], "marketing").outcome, Committed)
    services.close()
    return folder


@pytest.fixture
def changed(isogloss: Isogloss, changed_folder: Path, tmp_path: Path) -> Isogloss:
    """Run a command on a copy of the mesh with the term."""
    shutil.copytree(changed_folder, tmp_path / "mesh")
    return isogloss


def test_a_whole_mesh_is_found_whole(little_folder: Isogloss) -> None:
    run = little_folder("verify")
    assert run.status == 0
    assert run.out.startswith("All is whole, up to commit 2: ")


def test_a_damaged_graph_is_mended_and_a_damaged_journal_refused(
    little_folder: Isogloss, tmp_path: Path
) -> None:
    sst = max((tmp_path / "mesh" / "graph").iterdir(), key=lambda path: path.stat().st_size)
    _flip(sst)
    assert little_folder("verify").status == 0
    _flip(tmp_path / "mesh" / "journal.sqlite")
    run = little_folder("verify")
    # Either the flip changed what the journal says, or it hit bytes that say nothing.
    assert run.status in (0, 3)
    assert "JOURNAL_DAMAGED" in run.err if run.status else "changed from outside" in run.err


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0x10
    path.write_bytes(content)


def test_a_backup_brings_everything_back(changed: Isogloss, tmp_path: Path) -> None:
    assert changed("backup", tmp_path / "copy.sqlite").status == 0
    assert [path.name for path in tmp_path.glob("copy*")] == ["copy.sqlite"]
    before = changed("export", "--format", "nquads").out, changed("history").out
    shutil.rmtree(tmp_path / "mesh")
    restored = changed("restore", tmp_path / "copy.sqlite")
    assert restored.status == 0
    assert "as of commit 4" in restored.out
    assert (changed("export", "--format", "nquads").out, changed("history").out) == before
    assert changed("verify").status == 0


def test_a_backup_overwrites_nothing(changed: Isogloss, tmp_path: Path) -> None:
    (tmp_path / "copy.sqlite").write_text("mine")
    assert changed("backup", tmp_path / "copy.sqlite").status == 2
    assert (tmp_path / "copy.sqlite").read_text() == "mine"
    assert changed("restore", tmp_path / "nothing.sqlite").status == 2
    changed("backup", tmp_path / "good.sqlite")
    assert "There is a mesh in" in changed("restore", tmp_path / "good.sqlite").err


def test_what_is_no_backup_is_refused(isogloss: Isogloss, tmp_path: Path) -> None:
    (tmp_path / "copy.sqlite").write_bytes(b"not a database" * 100)
    run = isogloss("restore", tmp_path / "copy.sqlite")
    assert run.status == 3
    assert "JOURNAL_DAMAGED" in run.err
    assert not (tmp_path / "mesh" / "journal.sqlite").exists()


def test_a_graph_that_was_lost_is_made_anew(changed: Isogloss, tmp_path: Path) -> None:
    before = changed("export", "--format", "nquads").out
    shutil.rmtree(tmp_path / "mesh" / "graph")
    assert changed("export", "--format", "nquads").out == before
    assert "as of commit 4" in changed("rebuild").out
    assert changed("compact").status == 0
    assert changed("verify").status == 0


def test_history_says_in_words_what_changed(changed: Isogloss) -> None:
    run = changed("history", "https://mesh.example/marketing/term/tour")
    newest, oldest = run.out.split("commit 3")
    assert "commit 4" in newest
    assert "definition: “A ride.” became “A ride with a guide.”" in newest
    assert "definition: “A ride.”\n" in oldest
    assert changed("history", "https://mesh.example/nobody").status == 2


def test_two_states_are_compared_and_the_older_brought_back(changed: Isogloss) -> None:
    assert "“A ride.” became “A ride with a guide.”" in changed("diff", "3", "4").out
    assert "“A ride with a guide.” became “A ride.”" in changed("diff", "4", "3").out
    assert "0 resources differ" in changed("diff", "4").out
    back = changed("revert", "marketing", "words", "--to", "3")
    assert "Committed as number 5" in back.out
    assert "0 resources differ" in changed("diff", "3", "5").out
    assert changed("diff", "9").status == 1
    assert changed("diff", "yesterday").status == 2


def test_members_come_and_go(little_folder: Isogloss) -> None:
    person = "https://mesh.example/governance/person/dora"
    added = little_folder("member", "add", "marketing", person, "--role", "engineer")
    assert "is engineer in marketing (commit 3)" in added.out
    assert person in little_folder("member", "list").out
    again = little_folder("member", "add", "marketing", person, "--role", "engineer")
    assert "Nothing changed" in again.out
    little_folder("member", "remove", "marketing", person, "--role", "engineer")
    listed = [line for line in little_folder("member", "list").out.splitlines() if person in line]
    assert [line.split()[0] for line in listed] == ["sales"]


def test_tokens_are_shown_once_and_end_when_revoked(little_folder: Isogloss) -> None:
    issued = little_folder("token", "issue", "https://mesh.example/governance/person/anna")
    secret = issued.out.strip()
    assert secret.startswith("isogloss_")
    (id,) = (word for word in issued.err.split() if len(word) == 12 and word.isalnum())
    listed = little_folder("token", "list").out
    assert id in listed
    assert "good" in listed
    assert secret not in listed
    assert little_folder("token", "revoke", id).status == 0
    assert "revoked" in little_folder("token", "list").out
    assert little_folder("token", "revoke", "nothing").status == 1


def test_a_query_may_be_asked_of_the_past(changed: Isogloss, tmp_path: Path) -> None:
    (tmp_path / "q.graphql").write_text(
        '{ now: term(id: "https://mesh.example/marketing/term/tour") { definition }\n'
        '  then: term(id: "https://mesh.example/marketing/term/tour", asOf: 3) { definition }\n'
        '  before: term(id: "https://mesh.example/marketing/term/tour", asOf: 2) { definition } }'
    )
    answer = json.loads(changed("query", tmp_path / "q.graphql").out)
    definitions = {name: term and term["definition"] for name, term in answer["data"].items()}
    assert definitions == {"now": "A ride with a guide.", "then": "A ride.", "before": None}
