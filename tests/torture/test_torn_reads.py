"""Whoever reads while others write sees states that were committed, and no other."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Event
from time import monotonic

import pytest
from starlette.testclient import TestClient

from isogloss.api.app import build_app
from isogloss.bootstrap import Services, build
from isogloss.model.change import Committed, Refused, SourceContent
from isogloss.model.rdf import Literal, Triple
from isogloss.services.ownership import OPERATOR
from isogloss.settings import Settings
from isogloss.vocab import DCAT, DCTERMS, RDF
from tests.services.test_commits import FOUNDING
from tests.torture.workbench import Figures, dataset, said, size, together, values_at

SECONDS = size(60, 1)
PAIR = ("left", "right")
QUERY = """query ($left: ID!, $right: ID!, $at: Moment!) {
  left: dataset(id: $left, asOf: $at) { title description }
  right: dataset(id: $right, asOf: $at) { title description }
}"""


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Services]:
    """A mesh on disk, which is where isolation differs."""
    services = build(Settings(data=tmp_path / "mesh"))
    services.commits.replace([FOUNDING])
    _change(services, 0)
    yield services
    services.close()


def _change(shop: Services, number: int) -> None:
    """Let two sources say the same number, together."""
    contents = [SourceContent("shop", name, said(name, str(number))) for name in PAIR]
    assert isinstance(shop.commits.replace(contents), Committed)


def _fail(shop: Services) -> None:
    """Ask for what is refused: one good source, and one that lacks its title."""
    bad = frozenset({Triple(dataset("right"), RDF.type, DCAT.Dataset)})
    good = SourceContent("shop", "left", said("left", "never"))
    outcome = shop.commits.replace([good, SourceContent("shop", "right", bad)])
    assert isinstance(outcome, Refused)


class Readers:
    """They read until the writers have done, and count."""

    def __init__(self, shop: Services) -> None:
        self.shop = shop
        self.done = Event()
        self.counts: dict[str, int] = {}

    def _count(self, what: str) -> None:
        self.counts[what] = self.counts.get(what, 0) + 1

    def whole_graph(self) -> None:
        """See both sources say one number."""
        while not self.done.is_set():
            values = {
                quad.object.value
                for quad in self.shop.graph.quads()
                if quad.subject in map(dataset, PAIR)
                and quad.predicate in (DCTERMS.title, DCTERMS.description)
                and isinstance(quad.object, Literal)
            }
            assert len(values) == 1, f"a torn state: {values}"
            self._count("the whole graph")

    def one_resource(self) -> None:
        """See all that is said of a resource change together."""
        while not self.done.is_set():
            left = dataset("left")
            quads = self.shop.graph.describe([left])[left]
            values = {quad.object for quad in quads if isinstance(quad.object, Literal)}
            assert len(quads) == 3, quads
            assert len(values) == 1, f"a torn resource: {values}"
            (found,) = self.shop.catalog.datasets([left])
            assert found is not None
            assert found.title == found.description
            self._count("one resource")

    def two_resources(self) -> None:
        """See both in one state, if one call asks for both."""
        both = [*map(dataset, PAIR)]
        while not self.done.is_set():
            found = self.shop.graph.describe(both).values()
            values = {q.object for quads in found for q in quads if isinstance(q.object, Literal)}
            assert len(values) == 1, f"a torn pair: {values}"
            self._count("two resources")

    def as_of(self) -> None:
        """See the newest commit, through GraphQL, just as it was made."""
        secret, _ = self.shop.tokens.issue(OPERATOR, timedelta(days=1))
        headers = {"Authorization": f"Bearer {secret}"}
        with TestClient(
            build_app(self.shop), base_url="http://localhost", headers=headers
        ) as client:
            while not self.done.is_set():
                at = self.shop.mesh.journal.head.sequence
                names = {name: dataset(name) for name in PAIR}
                request = {"query": QUERY, "variables": {**names, "at": str(at)}}
                answer = client.post("/graphql", json=request).json()
                # The first commit founds the domain, the second says 0.
                expected = {"title": str(at - 2), "description": str(at - 2)}
                assert answer == {"data": dict.fromkeys(PAIR, expected)}
                self._count("GraphQL as of a commit")

    def newest(self) -> None:
        """See the newest state in the journal, whatever that is by then."""
        while not self.done.is_set():
            at = self.shop.mesh.journal.head.sequence
            assert values_at(self.shop.mesh, at) == {name: {str(at - 2)} for name in PAIR}
            self._count("the journal")


def test_no_reader_sees_a_state_that_was_not_committed(shop: Services, figures: Figures) -> None:
    readers = Readers(shop)
    made = refused = 0

    def write() -> None:
        nonlocal made, refused
        try:
            until = monotonic() + SECONDS
            while monotonic() < until or made < 6:
                made += 1
                _change(shop, made)
                if made % 3 == 0:
                    _fail(shop)
                    refused += 1
        finally:
            readers.done.set()

    def reading(read: Callable[[], None]) -> None:
        try:
            read()
        finally:
            readers.done.set()

    kinds = (
        readers.whole_graph,
        readers.one_resource,
        readers.two_resources,
        readers.as_of,
        readers.newest,
    )
    together(write, *(partial(reading, read) for read in kinds))
    assert len(readers.counts) == len(kinds)
    assert list(shop.mesh.verify()) == []
    seen = ", ".join(f"{count} of {what}" for what, count in sorted(readers.counts.items()))
    figures(f"{made} commits and {refused} refusals beside reads: {seen}; 0 torn")
