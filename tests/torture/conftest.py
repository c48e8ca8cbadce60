"""Figures of the destructive tests, told after the run."""

import pytest

from tests.torture.workbench import FULL, Figures

_FIGURES: list[str] = []


@pytest.fixture
def figures(request: pytest.FixtureRequest) -> Figures:
    """Say in the summary what was measured."""
    return lambda sentence: _FIGURES.append(f"{request.node.name}: {sentence}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell what was measured."""
    if FULL and _FIGURES:
        terminalreporter.section("what was destroyed")
        for line in _FIGURES:
            terminalreporter.line(line)
