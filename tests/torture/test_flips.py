"""A byte that flips on the disk is found, mended, or changes nothing; it never passes for truth.

Of a mesh that was closed in order the seal tells of any flip in any file. After a kill there
is no seal: a flip in what no query reads changes nothing, and any other is found.
"""

import logging
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from isogloss.errors import MeshError
from isogloss.model.journal import Entry
from isogloss.model.rdf import Quad
from isogloss.store.journal import FILE
from isogloss.store.mesh import Mesh
from tests.torture.workbench import TOP, Figures, chance, found_shop, put, size, without_rules

FLIPS = size(100, 12)


@dataclass(frozen=True)
class Content:
    """All that a mesh says: what happened, the states it was in, and the graph."""

    entries: tuple[Entry, ...]
    states: tuple[frozenset[Quad], ...]
    graph: frozenset[Quad]


def _content(mesh: Mesh) -> Content:
    head = mesh.journal.head.sequence
    return Content(
        tuple(mesh.journal.entries(newest=10**9)),
        tuple(frozenset(mesh.at(n).all_quads()) for n in range(0, head + 1, max(1, head // 10))),
        frozenset(mesh.graph.quads()),
    )


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A mesh that was closed in order."""
    folder = tmp_path_factory.mktemp("closed") / "mesh"
    mesh = Mesh.open(folder)
    commits = without_rules(mesh)
    found_shop(commits)
    for number in range(60):
        put(commits, f"d{number % 20}", f"value {number}")
    mesh.close()
    return folder


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory, closed: Path) -> Path:
    """A mesh whose process was killed after some commits.

    With nothing under way: a commit that was not acknowledged may be lost with nothing said.
    """
    folder = tmp_path_factory.mktemp("killed") / "mesh"
    shutil.copytree(closed, folder)
    with subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "tests.torture.writer", str(folder), "last", "15"],
        cwd=TOP,
        stdout=subprocess.PIPE,
        text=True,
    ) as writer:
        assert writer.stdout is not None
        for _ in range(60):
            assert writer.stdout.readline()
        writer.kill()
    (folder / "unsynced").unlink()
    assert (folder / f"{FILE}-wal").stat().st_size
    assert not (folder / "seal.json").exists()
    return folder


def _flips(folder: Path, seed: int) -> Iterator[tuple[str, int]]:
    """Choose bytes: every other one in the journal, the rest in the graph's files."""
    chances = chance(seed)
    journal = [path for path in sorted(folder.glob(f"{FILE}*")) if not path.name.endswith("-shm")]
    graph = sorted((folder / "graph").iterdir())
    for number in range(FLIPS):
        files = [path for path in (graph if number % 2 else journal) if path.stat().st_size]
        chosen = chances.choice(files)
        yield str(chosen.relative_to(folder)), chances.randrange(chosen.stat().st_size)


def _fate(folder: Path, expected: Content, said: pytest.LogCaptureFixture) -> tuple[str, str]:
    """Open a mesh with a flipped byte: what became of it, and of the graph."""
    said.clear()
    try:
        mesh = Mesh.open(folder)
    except MeshError as error:
        return "refused at start", str(error)
    try:
        problems = list(mesh.verify())
        if problems:
            return "found by verify", problems[0]
        if _content(mesh) != expected:
            return "WRONG", "other content, and nothing said"
    finally:
        mesh.close()
    warnings = [record.getMessage() for record in said.records]
    return ("told in the log, and whole", warnings[0]) if warnings else ("unnoticed, and whole", "")


def _flip_one_by_one(
    folder: Path, scratch: Path, seed: int, said: pytest.LogCaptureFixture
) -> list[tuple[str, int, str, str]]:
    # Opened from a copy: to look is to change.
    shutil.copytree(folder, scratch)
    mesh = Mesh.open(scratch)
    assert list(mesh.verify()) == []
    expected = _content(mesh)
    mesh.close()
    fates = []
    for name, offset in _flips(folder, seed):
        shutil.rmtree(scratch)
        shutil.copytree(folder, scratch)
        data = bytearray((scratch / name).read_bytes())
        data[offset] ^= chance(offset).randrange(1, 256)
        (scratch / name).write_bytes(data)
        with said.at_level(logging.WARNING, "isogloss"):
            fates.append((name, offset, *_fate(scratch, expected, said)))
    return fates


def _summary(fates: Sequence[tuple[str, int, str, str]]) -> str:
    counted = Counter(
        ("graph" if name.startswith("graph/") else name, fate) for name, _, fate, _ in fates
    )
    return "; ".join(f"{name}: {n} {fate}" for (name, fate), n in sorted(counted.items()))


def test_of_a_mesh_closed_in_order_every_flip_is_told_of(
    closed: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, figures: Figures
) -> None:
    fates = _flip_one_by_one(closed, tmp_path / "mesh", 1, caplog)
    silent = [fate for fate in fates if fate[2] in ("WRONG", "unnoticed, and whole")]
    assert silent == []
    figures(_summary(fates))


def test_of_a_mesh_that_was_killed_no_flip_passes_for_truth(
    killed: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, figures: Figures
) -> None:
    fates = _flip_one_by_one(killed, tmp_path / "mesh", 2, caplog)
    assert [fate for fate in fates if fate[2] == "WRONG"] == []
    figures(_summary(fates))
