"""A folder's mesh: one owner, one writer, and a graph that is found wherever it was left."""

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from unittest.mock import patch

import pytest

from isogloss.errors import JournalDamaged, MeshReadOnly, StoreUnavailable
from isogloss.model.journal import Attempt, Difference, Outcome
from isogloss.model.rdf import Iri, Literal, Quad
from isogloss.store.embedded import EmbeddedGraph
from isogloss.store.graph import BEGINNING, GraphChange, Mark
from isogloss.store.journal import FILE
from isogloss.store.mesh import Mesh
from isogloss.vocab import XSD

A, B, P, G = Iri("urn:a"), Iri("urn:b"), Iri("urn:p"), Iri("urn:g")


def say(mesh: Mesh, *objects: str) -> None:
    """Commit one quad for each of some texts."""
    for value in objects:
        change = Difference(frozenset({Quad(A, P, Literal(value, XSD.integer), G)}), frozenset())
        with mesh.write() as pen:
            pen.make(change)
            number = str(pen.head.sequence + 1)
            attempt = Attempt(number, "", Iri("urn:author"), (), (), "")
            pen.record(attempt, Outcome.COMMITTED, change)


def values(mesh: Mesh) -> list[str]:
    """Give what the graph holds, as it writes it."""
    return sorted(str(quad.object[0]) for quad in mesh.graph.quads())


def crash(mesh: Mesh) -> None:
    """Let go of the files as the end of a process does: without a seal."""
    mesh.graph.close()
    mesh.journal.close()
    mesh._folder.release()


def resumed(mesh: Mesh) -> bool:
    """Try again, as each write does, until nothing stands in the way."""
    # RocksDB packs its tables in the background, and cannot be opened beside that.
    return any(mesh.resume() == "" for _ in range(20))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A mesh of three commits, closed in order."""
    mesh = Mesh.open(tmp_path / "mesh")
    say(mesh, "01", "2", "3")
    mesh.close()
    return tmp_path / "mesh"


@pytest.fixture
def opened(folder: Path) -> Iterator[Mesh]:
    mesh = Mesh.open(folder)
    yield mesh
    mesh.close()


@pytest.fixture
def copy(folder: Path, tmp_path: Path) -> Path:
    """A copy of the folder as it is after three commits."""
    return Path(shutil.copytree(folder, tmp_path / "copy"))


# One owner

_OPEN = """
import sys
from pathlib import Path
from isogloss.errors import StoreUnavailable
from isogloss.store.mesh import Mesh
try:
    Mesh.open(Path(sys.argv[1])).close()
except StoreUnavailable as error:
    print(error)
    sys.exit(3)
"""


def _open_elsewhere(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603
        [sys.executable, "-c", _OPEN, str(folder)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_another_process_is_told_who_has_the_folder(opened: Mesh, folder: Path) -> None:
    refused = _open_elsewhere(folder)
    assert refused.returncode == 3, refused.stderr
    assert f"{folder} is in use by process {os.getpid()}" in refused.stdout
    say(opened, "4")  # and it harmed nothing
    assert list(opened.verify()) == []


def test_a_second_mesh_of_the_same_process_is_refused_too(opened: Mesh, folder: Path) -> None:
    with pytest.raises(StoreUnavailable, match="in use by process"):
        Mesh.open(folder)
    assert values(opened) == ["1", "2", "3"]


def test_a_folder_is_free_again_once_its_owner_is_gone(folder: Path) -> None:
    assert _open_elsewhere(folder).returncode == 0
    mesh = Mesh.open(folder)
    assert values(mesh) == ["1", "2", "3"]
    mesh.close()


def test_a_folder_that_could_not_be_opened_is_not_held(folder: Path) -> None:
    (folder / FILE).write_bytes(b"rubbish" * 1000)
    for _ in range(2):
        with pytest.raises(StoreUnavailable):
            Mesh.open(folder)


def test_a_folder_that_cannot_be_one_is_refused_with_a_way_out(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnavailable, match="--data"):
        Mesh.open(tmp_path / "file")


# The graph, found again


def test_a_missing_graph_is_made_anew(folder: Path) -> None:
    shutil.rmtree(folder / "graph")
    mesh = Mesh.open(folder)
    assert list(mesh.verify()) == []
    mesh.close()


def _truncate_log(graph: Path) -> None:
    for log in graph.glob("*.log"):
        log.write_bytes(log.read_bytes()[: log.stat().st_size // 2])


def _lose_current(graph: Path) -> None:
    (graph / "CURRENT").unlink()


def _garble_current(graph: Path) -> None:
    (graph / "CURRENT").write_bytes(b"nonsense")


def _garble_manifest(graph: Path) -> None:
    for manifest in graph.glob("MANIFEST-*"):
        manifest.write_bytes(b"\x00\xff" * 1000)


def _garble_tables(graph: Path) -> None:
    for table in graph.glob("*.sst"):
        table.write_bytes(b"\x00\xff" * 1000)


def _lose_tables(graph: Path) -> None:
    for table in graph.glob("*.sst"):
        table.unlink()


DAMAGES = [
    _truncate_log, _lose_current, _garble_current, _garble_manifest, _garble_tables, _lose_tables,
]  # fmt: skip


@pytest.mark.parametrize("is_sealed", [True, False], ids=["sealed", "after a crash"])
@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__.strip("_"))
def test_a_damaged_graph_is_made_anew(
    folder: Path, damage: Callable[[Path], None], is_sealed: bool
) -> None:
    mesh = Mesh.open(folder)
    mesh.graph.compact()  # so that there are tables, and not a log only
    say(mesh, "4")
    (mesh.close if is_sealed else lambda: crash(mesh))()
    damage(folder / "graph")
    mesh = Mesh.open(folder)
    assert list(mesh.verify()) == []
    assert values(mesh) == ["1", "2", "3", "4"]
    mesh.close()


@pytest.mark.parametrize("is_sealed", [True, False], ids=["sealed", "after a crash"])
def test_a_graph_that_is_behind_catches_up(folder: Path, copy: Path, is_sealed: bool) -> None:
    mesh = Mesh.open(folder)
    say(mesh, "1", "4")
    (mesh.close if is_sealed else lambda: crash(mesh))()
    shutil.rmtree(folder / "graph")
    shutil.copytree(copy / "graph", folder / "graph")
    mesh = Mesh.open(folder)
    assert list(mesh.verify()) == []
    assert mesh.graph.mark == mesh.journal.head
    mesh.close()


def _journal_of(source: Path, target: Path) -> None:
    """Bring another journal to a graph, without a seal that would tell."""
    for file in [*target.glob(f"{FILE}*"), target / "seal.json"]:
        file.unlink(missing_ok=True)
    shutil.copy(source / FILE, target / FILE)


def test_a_graph_ahead_of_the_journal_stops_everything(folder: Path, copy: Path) -> None:
    mesh = Mesh.open(folder)
    say(mesh, "4", "5")
    mesh.close()
    _journal_of(copy, folder)
    before = (folder / FILE).read_bytes()
    for _ in range(2):
        with pytest.raises(
            StoreUnavailable, match=r"graph is at commit 5, and the journal knows 3 only"
        ):
            Mesh.open(folder)
    assert (folder / FILE).read_bytes() == before
    mesh = Mesh.open(folder, rebuild=True)
    assert values(mesh) == ["1", "2", "3"]
    assert list(mesh.verify()) == []
    mesh.close()


@pytest.mark.parametrize("more", [[], ["6"]], ids=["as long", "longer"])
def test_a_graph_of_another_mesh_is_not_touched(folder: Path, copy: Path, more: list[str]) -> None:
    for where, said in ((folder, ["4"]), (copy, ["5", *more])):
        mesh = Mesh.open(where)
        say(mesh, *said)
        mesh.close()
    _journal_of(copy, folder)
    for _ in range(2):
        with pytest.raises(StoreUnavailable, match=r"commit 4 is not the journal's"):
            Mesh.open(folder)
    mesh = Mesh.open(folder, rebuild=True)
    assert values(mesh) == sorted(["1", "2", "3", "5", *more])
    mesh.close()


def test_a_rebuilt_graph_is_the_same_quad_for_quad(opened: Mesh) -> None:
    say(opened, "1", "+1")
    before, mark = frozenset(opened.graph.quads()), opened.graph.read_mark()
    assert opened.rebuild() == 5  # exact ones; the graph writes three of them alike
    assert frozenset(opened.graph.quads()) == before
    assert opened.graph.read_mark() == mark == opened.journal.head
    assert list(opened.verify()) == []


def test_whatever_lies_in_the_graph_is_gone_after_a_rebuild(opened: Mesh) -> None:
    change = GraphChange(frozenset(), frozenset(), frozenset({Quad(B, P, A, G)}))
    opened.graph.apply(change, opened.graph.mark)
    assert any("no commit says" in problem for problem in opened.verify())
    opened.rebuild()
    assert list(opened.verify()) == []


def test_many_commits_are_replayed_or_rebuilt_alike(folder: Path) -> None:
    with patch("isogloss.store.mesh._MOST_REPLAYED", 1):
        shutil.rmtree(folder / "graph")
        mesh = Mesh.open(folder)
    assert list(mesh.verify()) == []
    mesh.close()


# The journal, tampered with while nobody looked


def test_a_journal_that_was_changed_is_refused_each_time(folder: Path) -> None:
    with closing(sqlite3.connect(folder / FILE)) as plain:
        plain.execute("UPDATE entry SET message = 'other' WHERE position = 2")
        plain.commit()
    for _ in range(3):
        with pytest.raises(JournalDamaged, match="Entry 2 was changed"):
            Mesh.open(folder)


def test_a_journal_that_was_only_packed_is_no_harm(folder: Path) -> None:
    with closing(sqlite3.connect(folder / FILE)) as plain:
        plain.execute("PRAGMA user_version = 7")
        plain.execute("VACUUM")
    mesh = Mesh.open(folder)
    assert list(mesh.verify()) == []
    mesh.close()


def test_verify_finds_what_was_changed_while_the_mesh_is_open(opened: Mesh, folder: Path) -> None:
    assert list(opened.verify()) == []
    with closing(sqlite3.connect(folder / FILE)) as plain:
        plain.execute("UPDATE quad_history SET until = 3 WHERE since = 2")
        plain.commit()
    found = list(opened.verify())
    assert any("history of commit 3" in problem for problem in found)
    assert any("no commit says" in problem for problem in found)
    with closing(sqlite3.connect(folder / FILE)) as plain:
        plain.execute("UPDATE quad_history SET until = NULL")
        plain.commit()


# Trouble


def test_a_full_disk_stops_writing_before_it_is_full_and_reading_goes_on(opened: Mesh) -> None:
    with patch.object(opened._folder, "free", lambda: 1024):
        with pytest.raises(MeshReadOnly, match="resumes by itself"):
            say(opened, "4")
        assert values(opened) == ["1", "2", "3"]
        assert opened.trouble
    say(opened, "4")
    assert opened.trouble == ""
    assert values(opened) == ["1", "2", "3", "4"]


def _refuse(change: GraphChange, mark: Mark) -> None:
    raise StoreUnavailable("The graph could not be written.")


def test_what_the_journal_has_is_committed_although_the_graph_lags(opened: Mesh) -> None:
    with patch.object(opened.graph, "apply", _refuse):
        say(opened, "4")
        assert "read-only" in opened.trouble
        with pytest.raises(MeshReadOnly):
            say(opened, "5")
    assert opened.journal.head.sequence == 4
    assert opened.graph.sequence == 3
    assert values(opened) == ["1", "2", "3"]
    assert resumed(opened)
    assert values(opened) == ["1", "2", "3", "4"]


def test_reading_goes_on_while_a_graph_that_failed_cannot_be_opened_anew(opened: Mesh) -> None:
    reading = opened.graph.quads()
    next(reading)  # whoever is half way through holds on to the store
    with patch.object(opened.graph, "apply", _refuse):
        say(opened, "4")
    opened.resume()
    assert len(list(reading)) == 2
    del reading
    assert {"1", "2", "3"} <= set(values(opened))
    assert resumed(opened)
    assert values(opened) == ["1", "2", "3", "4"]


def test_an_error_of_the_caller_writes_nothing_and_leaves_the_mesh_usable(opened: Mesh) -> None:
    change = Difference(frozenset({Quad(B, P, A, G)}), frozenset())

    def fail() -> None:
        with opened.write() as pen:
            pen.make(change)
            attempt = Attempt("x", "", Iri("urn:author"), (), (), "")
            pen.record(attempt, Outcome.COMMITTED, change)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert opened.journal.head.sequence == 3
    assert opened.trouble == ""
    say(opened, "4")
    assert list(opened.verify()) == []


def test_readers_see_whole_commits_while_a_thread_writes(opened: Mesh) -> None:
    torn: list[int] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            sequence = opened.journal.head.sequence
            if opened.at(sequence).count() != sequence:
                torn.append(sequence)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    say(opened, *map(str, range(10, 40)))
    done.set()
    for reader in readers:
        reader.join()
    assert torn == []
    assert list(opened.verify()) == []


def test_a_mesh_without_a_folder_leaves_nothing_behind() -> None:
    mesh = Mesh.open(None)
    say(mesh, "1")
    folder = mesh._folder.path
    assert folder.is_dir()
    assert list(mesh.verify()) == []
    mesh.close()
    assert not folder.exists()


def test_a_new_mesh_stands_at_the_beginning(tmp_path: Path) -> None:
    mesh = Mesh.open(tmp_path / "deep" / "down")
    assert mesh.journal.head == mesh.graph.mark == BEGINNING
    assert isinstance(mesh.graph, EmbeddedGraph)
    assert list(mesh.verify()) == []
    mesh.close()
