"""A full disk stops writing, not reading, and what was acknowledged stays."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from isogloss.errors import MeshReadOnly
from isogloss.model.rdf import Literal
from isogloss.services.commits import Commits
from isogloss.store.mesh import FLOOR, Mesh
from isogloss.vocab import DCTERMS
from tests.torture.workbench import (
    Figures,
    chance,
    dataset,
    found_shop,
    opened,
    put,
    size,
    values_at,
    without_rules,
)

ROUNDS = size(40, 5)
MEGABYTES = 64


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """Make a small disk; where that is not allowed, the test is skipped."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk to fill")
    where = tmp_path / "disk"
    where.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "small", str(where)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603
    if done.returncode:
        pytest.skip(f"there is no tmpfs here: {done.stderr.strip()}")
    yield where
    subprocess.run(["umount", str(where)], check=True)  # noqa: S603, S607


def _fill(disk: Path, left: int) -> Path:
    """Take all space but so many bytes."""
    ballast = disk / "ballast"
    with ballast.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(1, shutil.disk_usage(disk).free - left))
    return ballast


def _write_until_refused(commits: Commits, values: dict[str, set[str]], number: int) -> int:
    for count in range(20_000):
        name, value = f"d{count % 7}", f"{number}-{count} " + "x" * 2000
        try:
            put(commits, name, value)
        except MeshReadOnly:
            return count
        values[name] = {value}
    raise AssertionError("the disk never filled")


def _assert_readable(mesh: Mesh, values: dict[str, set[str]]) -> None:
    """Read the newest state from the journal, and from the graph the one that it has."""
    assert values_at(mesh, mesh.journal.head.sequence) == values
    then = values_at(mesh, mesh.graph.sequence)
    for name, known in then.items():
        quads = mesh.graph.describe([dataset(name)])[dataset(name)]
        found = {quad.object for quad in quads if quad.predicate == DCTERMS.title}
        assert found == {Literal(value) for value in known}


def test_a_disk_that_fills_up_stops_writing_and_nothing_else(disk: Path, figures: Figures) -> None:
    chances = chance(4)
    written = refused = lagged = 0
    with opened(disk / "mesh", floor=0) as mesh:
        commits = without_rules(mesh)
        found_shop(commits)
        values: dict[str, set[str]] = {}
        for number in range(ROUNDS):
            ballast = _fill(disk, chances.choice([0, 4096, *[chances.randrange(1 << 21)] * 3]))
            written += _write_until_refused(commits, values, number)
            lagged += mesh.graph.sequence != mesh.journal.head.sequence
            _assert_readable(mesh, values)
            for again in range(5):
                try:
                    put(commits, "again", f"{number}-{again}")
                    values["again"] = {f"{number}-{again}"}
                except MeshReadOnly:
                    refused += 1
                _assert_readable(mesh, values)
            ballast.unlink()
            put(commits, "free", f"{number}")
            values["free"] = {f"{number}"}
            assert mesh.trouble == ""
            _assert_readable(mesh, values)
            assert list(mesh.verify()) == []
            if shutil.disk_usage(disk).free < 16 << 20:
                mesh.compact()
    with opened(disk / "mesh") as mesh:
        assert list(mesh.verify()) == []
        _assert_readable(mesh, values)
    figures(
        f"filled {ROUNDS} times, {written} commits before that; {refused} of {ROUNDS * 5} asked "
        f"again while full were refused; the graph was left behind in {lagged}, and caught up"
    )


def test_writing_stops_while_there_still_is_room_to_clear_up(disk: Path) -> None:
    with opened(disk / "mesh") as mesh:
        commits = without_rules(mesh)
        found_shop(commits)
        values = {"d0": {"x"}}
        put(commits, "d0", "x")
        ballast = _fill(disk, FLOOR - (1 << 20))
        for _ in range(3):
            with pytest.raises(MeshReadOnly, match="Make room") as refusal:
                put(commits, "d0", "y")
            assert refusal.value.code == "READ_ONLY"
        assert mesh.trouble
        _assert_readable(mesh, values)
        ballast.unlink()
        put(commits, "d0", "y")
        assert mesh.trouble == ""
        _assert_readable(mesh, {"d0": {"y"}})
        assert list(mesh.verify()) == []
