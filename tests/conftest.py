"""The meshes that tests speak of, and the doors to them."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from starlette.testclient import TestClient

from isogloss import resources
from isogloss.api.app import build_app
from isogloss.bootstrap import Services, build
from isogloss.cli.main import main
from isogloss.model.change import Committed
from isogloss.model.sparql import SparqlServer
from isogloss.services.loading import Upload
from isogloss.services.ownership import OPERATOR
from isogloss.settings import Settings
from tests.doors import Ask, Isogloss, Run, agreed_mappings
from tests.sparql_servers import running

# How long an example takes is the machine's business, and others may be at work on it.
settings.register_profile(
    "patient", settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("patient")


@pytest.fixture
def empty_mesh() -> Iterator[Services]:
    """A mesh in which nothing was ever said, gone afterwards."""
    services = build(Settings(data=None))
    yield services
    services.close()


@pytest.fixture(scope="session")
def little_mesh() -> Iterator[Services]:
    """The sample mesh, for tests that only read."""
    services = build(Settings(data=None))
    loaded = services.loading.load_mesh(resources.walk(resources.folder("sample_data")))
    assert isinstance(loaded.outcome, Committed)
    yield services
    services.close()


def _ask(services: Services) -> Ask:
    secret, _ = services.tokens.issue(OPERATOR, timedelta(days=1))
    client = TestClient(
        build_app(services),
        base_url="http://localhost",
        headers={"Authorization": f"Bearer {secret}"},
    )

    def ask(query: str, **variables: object) -> dict[str, Any]:
        response = client.post("/graphql", json={"query": query, "variables": variables})
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        return answer

    return ask


@pytest.fixture(scope="session")
def ask_little_mesh(little_mesh: Services) -> Ask:
    """Ask the sample mesh."""
    return _ask(little_mesh)


@pytest.fixture(scope="session")
def ask_agreed_mesh() -> Iterator[Ask]:
    """Ask the sample mesh as it is once both domains agree on active users."""
    services = build(Settings(data=None))
    services.loading.load_mesh(resources.walk(resources.folder("sample_data")))
    upload = Upload("mappings.ttl", agreed_mappings())
    loaded = services.loading.load([upload], "governance", source="mappings")
    assert isinstance(loaded.outcome, Committed)
    yield _ask(services)
    services.close()


@pytest.fixture
def ask_empty_mesh(empty_mesh: Services) -> Ask:
    """Ask, and change, a mesh of the test's own."""
    return _ask(empty_mesh)


@pytest.fixture
def isogloss(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Isogloss:
    """Run a command on a mesh in the test's own folder."""
    monkeypatch.setenv("ISOGLOSS_DATA", str(tmp_path / "mesh"))
    # One wide line each: what wraps is the terminal's business.
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: object) -> Run:
        monkeypatch.setattr(sys, "argv", ["isogloss", *map(str, arguments)])
        try:
            main()
            status = 0
        except SystemExit as stop:
            status = int(stop.code or 0)
        captured = capsys.readouterr()
        return Run(status, captured.out, captured.err)

    return run


@pytest.fixture
def little_folder(isogloss: Isogloss, tmp_path: Path, sample_folder: Path) -> Isogloss:
    """Run a command on a copy of the sample mesh in the test's own folder."""
    shutil.copytree(sample_folder, tmp_path / "mesh")
    return isogloss


@pytest.fixture
def agreed_folder(little_folder: Isogloss, tmp_path: Path) -> Isogloss:
    """Run a command on the sample mesh as it is once both domains agree on active users."""
    file = tmp_path / "mappings.ttl"
    file.write_bytes(agreed_mappings())
    loaded = little_folder("load", file, "--domain", "governance", "--source", "mappings")
    assert loaded.status == 0, loaded
    return little_folder


@pytest.fixture(scope="session")
def sample_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keep the sample mesh in a folder, to copy from."""
    folder = tmp_path_factory.mktemp("sample") / "mesh"
    services = build(Settings(data=folder))
    services.loading.load_mesh(resources.walk(resources.folder("sample_data")))
    services.close()
    return folder


@pytest.fixture(scope="session")
def server_of(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[[str], SparqlServer]]:
    """Find the one SPARQL server of an engine, which starts when it is first asked for."""
    with ExitStack() as stack:
        started: dict[str, SparqlServer] = {}

        def find(engine: str) -> SparqlServer:
            if engine not in started:
                folder = tmp_path_factory.mktemp(engine)
                started[engine] = stack.enter_context(running(engine, folder))
            return started[engine]

        yield find


def _shared_data() -> Path:
    named = os.environ.get("ISOGLOSS_SHARED_DATA")
    return Path(named) if named else Path(__file__).parents[2] / "shared" / "data"


def pytest_report_header() -> str:
    """Say once whether the files that others wrote are here."""
    if _shared_data().is_dir():
        return f"files that others wrote: {_shared_data()}"
    return (
        "files that others wrote: not here, so what reads them is skipped; "
        "ISOGLOSS_SHARED_DATA names their folder"
    )


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Find the files that others wrote; where there are none the test is skipped.

    Where ISOGLOSS_SHARED_DATA names their folder, they must be there.
    """
    folder = _shared_data()
    if not folder.is_dir():
        assert "ISOGLOSS_SHARED_DATA" not in os.environ, f"there is no {folder}"
        pytest.skip("the files that others wrote are not here")
    return folder
