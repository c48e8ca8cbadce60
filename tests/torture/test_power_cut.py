"""A cut of the power loses nothing that was acknowledged.

The mesh lies on a file system of its own, in an image behind a loop device. At the cut the
writer is stopped and the image copied: what the kernel holds in memory and has not handed to
the device is not in the copy. What the device was handed counts as kept, synced or not, so a
drive that loses or reorders its own cache is not shown by this test.
"""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from time import monotonic, sleep

import pytest

from isogloss.errors import StoreUnavailable
from isogloss.store.embedded import EmbeddedGraph
from isogloss.store.mesh import Mesh
from tests.torture.workbench import TOP, Figures, chance, put, size, values_at, without_rules

ROUNDS = size(20, 2)
MEGABYTES = 128
# The journal of the file system is written when somebody syncs, and not by the clock.
OPTIONS = "loop,noatime,commit=300"


def _run(*command: str | Path) -> None:
    done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603
    if done.returncode:
        raise OSError(f"{' '.join(map(str, command))}: {done.stderr.strip()}")


@contextmanager
def _mounted(image: Path, where: Path) -> Iterator[None]:
    where.mkdir(exist_ok=True)
    _run("mount", "-t", "ext4", "-o", OPTIONS, image, where)
    try:
        yield
    finally:
        _run("umount", where)


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """Make a disk; where that is not allowed, the test is skipped."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a file system to cut the power of")
    if not all(map(shutil.which, ("mkfs.ext4", "mount", "umount"))):
        pytest.skip("there is no mkfs.ext4 here")
    image = tmp_path / "disk.img"
    with image.open("wb") as file:
        file.truncate(MEGABYTES << 20)
    try:
        _run("mkfs.ext4", "-q", "-F", image)
        with _mounted(image, tmp_path / "before"):
            pass
    except OSError as error:
        pytest.skip(f"there are no loop devices here: {error}")
    return image


class Writer:
    """A process that commits without end, and what it has acknowledged."""

    def __init__(self, folder: Path, run: str) -> None:
        self.lines: list[str] = []
        self._process = subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-m", "tests.torture.writer", str(folder), run],
            cwd=TOP,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._reader = Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as said:
            for line in said:
                self.lines.append(line)

    def wait_for(self, commits: int) -> None:
        """Wait until it has acknowledged so many."""
        deadline = monotonic() + 60
        while len(self.lines) < commits:
            assert monotonic() < deadline
            assert self._process.poll() is None, "the writer broke"
            sleep(0.001)

    def stop(self) -> None:
        """Stop all its threads, wherever they are; what the kernel does for them it ends."""
        self._process.send_signal(signal.SIGSTOP)
        tasks = Path(f"/proc/{self._process.pid}/task")
        deadline = monotonic() + 30
        while any(
            (task / "stat").read_text().rpartition(") ")[2][0] != "T" for task in tasks.iterdir()
        ):
            assert monotonic() < deadline
            sleep(0.001)

    def kill(self) -> None:
        """End it, and read what it said until then."""
        self._process.kill()
        self._process.wait()
        self._reader.join()


def _digest(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "blake2b").digest()


def _copy(image: Path, copy: Path) -> None:
    """Copy an image that nobody writes to meanwhile."""
    for _ in range(10):
        before = _digest(image)
        _run("cp", "--sparse=always", image, copy)
        if before == _digest(image) == _digest(copy):
            return
    raise AssertionError("the image never came to rest")


def test_a_cut_of_the_power_loses_nothing_that_was_acknowledged(
    image: Path, tmp_path: Path, figures: Figures
) -> None:
    chances = chance(3)
    acknowledged, behind, unsynced = 0, 0, 0
    for number in range(ROUNDS):
        cut = tmp_path / "cut.img"
        with _mounted(image, tmp_path / "before"):
            folder = tmp_path / "before" / "mesh"
            writer = Writer(folder, f"r{number}")
            try:
                writer.wait_for(chances.randrange(1, 200))
                sleep(chances.uniform(0, 0.02))
                writer.stop()
                _copy(image, cut)
            finally:
                writer.kill()
        with _mounted(cut, tmp_path / "after"):
            folder = tmp_path / "after" / "mesh"
            left = folder / "unsynced"
            unsynced += left.exists() and "x" in left.read_text()
            marked = _mark_of_the_graph(folder)
            mesh = Mesh.open(folder)
            behind += marked < mesh.journal.head.sequence
            assert list(mesh.verify()) == []
            _check(mesh, writer.lines)
            acknowledged += len(writer.lines)
            put(without_rules(mesh), "after", f"r{number}")
            assert list(mesh.verify()) == []
            mesh.close()
            left.unlink(missing_ok=True)
        # What was left is the disk of the next round.
        cut.replace(image)
    assert unsynced == 0, "what nobody synced is there, so no power was cut"
    figures(
        f"{acknowledged} acknowledged commits, {ROUNDS} cuts, 0 lost; "
        f"the graph was behind the journal in {behind}, and followed"
    )


def _mark_of_the_graph(folder: Path) -> int:
    """Look how far the graph got, without changing it."""
    graph = folder / "graph"
    if not graph.exists():
        return 0
    copy = folder.parent / "look"
    shutil.copytree(graph, copy)
    try:
        store = EmbeddedGraph(copy)
        sequence = store.sequence
        store.close()
    except StoreUnavailable:
        sequence = 0
    shutil.rmtree(copy)
    return sequence


def _check(mesh: Mesh, lines: list[str]) -> None:
    """Find each acknowledged commit in the journal, and whole."""
    head = mesh.journal.head.sequence
    acknowledged = {int(n): (source, value) for n, source, value in map(str.split, lines)}
    assert max(acknowledged, default=0) <= head
    sampled = sorted(acknowledged)[:: max(1, len(acknowledged) // 20)]
    for sequence in {*sampled, max(acknowledged)}:
        source, value = acknowledged[sequence]
        assert values_at(mesh, sequence)[source] == {value}
    sequences = {entry.sequence for entry in mesh.journal.entries(newest=10**9)}
    assert acknowledged.keys() <= sequences
    values_at(mesh, head)
