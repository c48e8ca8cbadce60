"""The services are the same on every engine: each test here that changes a mesh runs on all."""

from collections.abc import Callable, Iterator

import pytest

from isogloss.bootstrap import Services, build
from isogloss.model.sparql import SparqlServer
from isogloss.settings import Settings
from tests.services.lineage_world import LINEAGE, TWINS, mesh_of
from tests.sparql_servers import ENGINES


@pytest.fixture(scope="session", params=["embedded", *ENGINES])
def engine(
    request: pytest.FixtureRequest, server_of: Callable[[str], SparqlServer]
) -> SparqlServer | None:
    """Find a SPARQL server, or say by None that the graph is in the folder."""
    return None if request.param == "embedded" else server_of(request.param)


@pytest.fixture
def empty_mesh(engine: SparqlServer | None) -> Iterator[Services]:
    """A mesh in which nothing was ever said, on each engine."""
    # What the test before left on the server is no part of this mesh.
    services = build(Settings(data=None, sparql=engine), rebuild=True)
    yield services
    services.close()


@pytest.fixture(scope="module")
def shop() -> Iterator[Services]:
    """The mesh of `lineage_world.LINEAGE`."""
    with mesh_of(LINEAGE) as services:
        yield services


@pytest.fixture(scope="module")
def twins() -> Iterator[Services]:
    """A mesh in which one dataset goes by two names."""
    with mesh_of(TWINS) as services:
        yield services
