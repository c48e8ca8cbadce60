"""The README keeps its word: every command in it runs, and says what it says there."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from isogloss import settings
from isogloss.cli import show

TOP = Path(__file__).parents[2]
README = (TOP / "README.md").read_text("utf-8")


def _steps() -> list[tuple[str, list[str]]]:
    """Read the commands of the tour, each with the lines that its output must hold."""
    steps: list[tuple[str, list[str]]] = []
    for block in re.findall(r"^```console\n(.*?)^```$", README, re.M | re.S):
        for line in block.splitlines():
            if line.startswith("$ "):
                steps.append((line[2:], []))
            else:
                steps[-1][1].append(line)
    return steps


def test_the_tour_runs_as_it_is_written(tmp_path: Path) -> None:
    # In a real shell, with the command on the path as the tour asks, in a folder of its own.
    environment = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "COLUMNS": "200",
    }
    (tmp_path / "sample_data").symlink_to(TOP / "sample_data")
    steps = _steps()
    assert len(steps) >= 8
    for command, expected in steps:
        done = subprocess.run(  # noqa: S602 - the commands are those of our own README
            command,
            check=False,
            shell=True,
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
        )
        assert expected, f"the tour says nothing of what comes of: {command}"
        for line in expected:
            assert line in done.stdout, f"$ {command}\n{done.stdout}{done.stderr}"
        refused = expected[0].startswith("Refused")
        assert done.returncode == (1 if refused else 0), f"$ {command}\n{done.stderr}"


def test_the_demo_prints_the_three_queries_of_the_tour() -> None:
    printed = show.three_queries("http://127.0.0.1:8000/graphql")
    named = re.findall(r"sample_data/queries/\S+\.graphql", README)
    assert len(named) == 3
    for name in named:
        assert (TOP / name).read_text("utf-8").strip() in printed


def test_every_setting_has_its_line() -> None:
    source = Path(settings.__file__).read_text("utf-8")
    source += (TOP / "src/isogloss/cli/main.py").read_text("utf-8")
    table = README.replace("`…_", "`ISOGLOSS_SPARQL_")
    for name in set(re.findall(r'"(ISOGLOSS_[A-Z_]+)"', source)):
        assert re.search(rf"^\|.*`{name}`.*\|.*\|.*\|$", table, re.M), name


@pytest.mark.parametrize(
    "page",
    [
        "README.md",
        "docs/architecture.md",
        "docs/lineage.md",
        "docs/meaning.md",
        "docs/operations.md",
        "docs/rules.md",
        "sample_data/README.md",
    ],
)
def test_links_lead_somewhere(page: str) -> None:
    text = (TOP / page).read_text("utf-8")
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert ((TOP / page).parent / target).exists(), target


def test_the_readme_is_one_page() -> None:
    assert len(README.splitlines()) <= 120
