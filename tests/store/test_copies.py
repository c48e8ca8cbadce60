"""Backups are whole whatever goes on, and only whole ones are taken back."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from isogloss.errors import InvalidArgument, JournalDamaged, StoreUnavailable
from isogloss.model.journal import Attempt, Difference, Outcome
from isogloss.model.rdf import Iri, Literal, Quad
from isogloss.store import checks, copies
from isogloss.store.journal import FILE, Journal
from isogloss.store.mesh import Mesh
from isogloss.vocab import XSD

A, P, G = Iri("urn:a"), Iri("urn:p"), Iri("urn:g")


def say(mesh: Mesh, *values: str) -> None:
    for value in values:
        there = frozenset(mesh.at(mesh.journal.head.sequence).all_quads())
        added = frozenset(
            Quad(A, Iri(f"urn:p{n}"), Literal(value, XSD.integer), G) for n in range(5)
        )
        change = Difference(added - there, there - added)
        with mesh.write() as pen:
            pen.make(change)
            number = str(pen.head.sequence + 1)
            pen.record(Attempt(number, "", A, (), (), ""), Outcome.COMMITTED, change)


@pytest.fixture
def mesh(tmp_path: Path) -> Iterator[Mesh]:
    mesh = Mesh.open(tmp_path / "mesh")
    say(mesh, "01", "2")
    yield mesh
    mesh.close()


def test_a_backup_comes_back_as_the_same_mesh(mesh: Mesh, tmp_path: Path) -> None:
    head = copies.backup(tmp_path / "mesh", tmp_path / "backup")
    assert head == mesh.journal.head
    say(mesh, "3")  # is not in it
    copies.restore(tmp_path / "backup", tmp_path / "again")
    again = Mesh.open(tmp_path / "again")
    assert again.journal.head == head
    assert [sorted(again.at(n).all_quads()) for n in range(3)] == [
        sorted(mesh.at(n).all_quads()) for n in range(3)
    ]
    assert again.journal.entries() == mesh.journal.entries(before=3)
    assert list(again.verify()) == []
    again.close()


def test_a_backup_is_one_file(mesh: Mesh, tmp_path: Path) -> None:
    (tmp_path / "backups").mkdir()
    copies.backup(tmp_path / "mesh", tmp_path / "backups" / "one")
    assert [path.name for path in (tmp_path / "backups").iterdir()] == ["one"]


def test_backups_are_whole_while_a_thread_commits(mesh: Mesh, tmp_path: Path) -> None:
    done = threading.Event()

    def write() -> None:
        number = 10
        while not done.is_set():
            say(mesh, str(number))
            number += 1

    writer = threading.Thread(target=write)
    writer.start()
    heads = [copies.backup(tmp_path / "mesh", tmp_path / f"backup-{n}") for n in range(6)]
    done.set()
    writer.join()
    for number, head in enumerate(heads):
        backup = Journal(tmp_path / f"backup-{number}", durable=False)
        assert backup.head == head == mesh.journal.mark_of(head.sequence)
        assert list(checks.journal(backup)) == []
        for sequence in (head.sequence - 1, head.sequence):
            wanted = sorted(mesh.at(sequence).all_quads())
            assert sorted(backup.at(sequence).all_quads()) == wanted
        backup.close()


def test_a_backup_overwrites_nothing(mesh: Mesh, tmp_path: Path) -> None:
    (tmp_path / "there").write_text("precious")
    with pytest.raises(InvalidArgument, match="is there already"):
        copies.backup(tmp_path / "mesh", tmp_path / "there")
    assert (tmp_path / "there").read_text() == "precious"


def test_a_folder_without_a_mesh_has_no_backup(tmp_path: Path) -> None:
    with pytest.raises(InvalidArgument, match="no mesh"):
        copies.backup(tmp_path, tmp_path / "backup")
    assert list(tmp_path.iterdir()) == []


def test_a_backup_that_cannot_be_written_says_so(mesh: Mesh, tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="could not be written"):
        copies.backup(tmp_path / "mesh", tmp_path / "nowhere" / "backup")


def test_a_mesh_is_never_overwritten_by_a_restore(mesh: Mesh, tmp_path: Path) -> None:
    copies.backup(tmp_path / "mesh", tmp_path / "backup")
    with pytest.raises(StoreUnavailable, match="in use"):
        copies.restore(tmp_path / "backup", tmp_path / "mesh")
    other = Mesh.open(tmp_path / "other")
    other.close()
    with pytest.raises(InvalidArgument, match="There is a mesh"):
        copies.restore(tmp_path / "backup", tmp_path / "other")


def test_no_file_is_restored_from_none(tmp_path: Path) -> None:
    with pytest.raises(InvalidArgument, match="no file"):
        copies.restore(tmp_path / "backup", tmp_path / "again")
    assert not (tmp_path / "again").exists()


def _flipped(backup: Path) -> None:
    data = bytearray(backup.read_bytes())
    data[len(data) // 2 :] = bytes(byte ^ 0xFF for byte in data[len(data) // 2 :])
    backup.write_bytes(data)


def _cut(backup: Path) -> None:
    backup.write_bytes(backup.read_bytes()[: backup.stat().st_size // 2])


def _empty(backup: Path) -> None:
    backup.write_bytes(b"")


def _text(backup: Path) -> None:
    backup.write_text("This is no database at all. " * 50)


def _another_database(backup: Path) -> None:
    backup.unlink()
    with closing(sqlite3.connect(backup)) as plain:
        plain.execute("CREATE TABLE recipes (title)")


def _tables_lost(backup: Path) -> None:
    with closing(sqlite3.connect(backup)) as plain:
        plain.execute("DROP TABLE quad_history")


def _changed(backup: Path) -> None:
    with closing(sqlite3.connect(backup)) as plain:
        plain.execute("UPDATE entry SET author = 'somebody else'")
        plain.commit()


def _term_lost(backup: Path) -> None:
    with closing(sqlite3.connect(backup)) as plain:
        plain.execute("DELETE FROM term WHERE id = 3")
        plain.commit()


@pytest.mark.parametrize(
    "damage",
    [_flipped, _cut, _empty, _text, _another_database, _tables_lost, _changed, _term_lost],
    ids=lambda damage: damage.__name__.strip("_"),
)
def test_a_damaged_backup_is_refused_and_leaves_no_journal_behind(
    mesh: Mesh, tmp_path: Path, damage: object
) -> None:
    copies.backup(tmp_path / "mesh", tmp_path / "backup")
    assert callable(damage)
    damage(tmp_path / "backup")
    before = (tmp_path / "backup").read_bytes()
    with pytest.raises(JournalDamaged, match="is not what a backup wrote"):
        copies.restore(tmp_path / "backup", tmp_path / "again")
    assert (tmp_path / "backup").read_bytes() == before
    assert list((tmp_path / "again").glob(f"{FILE}*")) == []
    again = Mesh.open(tmp_path / "again")  # and the folder is free for a mesh
    again.close()


def test_a_backup_may_lie_anywhere(mesh: Mesh, tmp_path: Path) -> None:
    odd = tmp_path / "100% backup? #1 &c.sqlite"
    copies.backup(tmp_path / "mesh", odd)
    copies.restore(odd, tmp_path / "again")
    again = Mesh.open(tmp_path / "again")
    assert again.journal.head == mesh.journal.head
    again.close()


def test_packing_keeps_everything(mesh: Mesh, tmp_path: Path) -> None:
    change = Difference(frozenset({Quad(A, P, Literal("refused " * 1000), G)}), frozenset())
    with mesh.write() as pen:
        pen.record(Attempt("no", "", A, (), (), ""), Outcome.REFUSED, change)
    say(mesh, "3", "4")
    past = mesh.at(2)
    states = [sorted(mesh.at(n).all_quads()) for n in range(5)]
    entries = mesh.journal.entries()
    assert mesh.compact() >= 0
    assert [sorted(mesh.at(n).all_quads()) for n in range(5)] == states
    assert sorted(past.all_quads()) == states[2]  # also for who had it at hand
    assert mesh.journal.entries() == entries
    assert list(mesh.verify()) == []
    say(mesh, "5", "01")
    assert list(mesh.verify()) == []
    assert sorted(past.all_quads()) == states[2]
