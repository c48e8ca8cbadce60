"""The page about mappings keeps its word: its commands run, and say what it says there."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]
PAGE = (TOP / "docs/mappings.md").read_text("utf-8")


def _steps() -> list[tuple[str, list[str]]]:
    """Read the commands, each with the lines that its output must hold."""
    (block,) = re.findall(r"^```console\n(.*?)^```$", PAGE, re.M | re.S)
    steps: list[tuple[str, list[str]]] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            steps.append((line[2:], []))
        else:
            steps[-1][1].append(line)
    return steps


def test_the_commands_run_as_they_are_written(sample_folder: Path, tmp_path: Path) -> None:
    environment = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
        "HOME": str(tmp_path),
        "COLUMNS": "200",
    }
    shutil.copytree(sample_folder, tmp_path / "isogloss-data")
    (setting, _), *steps = _steps()
    assert len(steps) >= 8
    for command, expected in steps:
        done = subprocess.run(  # noqa: S602 - the commands are those of our own page
            f"{setting}; {command}",
            check=False,
            shell=True,
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
        )
        assert expected, f"the page says nothing of what comes of: {command}"
        for line in expected:
            assert line in done.stdout + done.stderr, f"$ {command}\n{done.stdout}{done.stderr}"
        assert done.returncode == (expected[0].startswith("[")), f"$ {command}\n{done.stderr}"


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)#:]+)[^)]*\)", PAGE))))
def test_links_lead_somewhere(target: str) -> None:
    assert (TOP / "docs" / target).exists()
