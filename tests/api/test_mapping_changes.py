"""Who listens to a domain over a WebSocket hears what becomes of mappings of its words."""

from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from isogloss.model.rdf import Iri
from isogloss.services.mapping_watch import MappingSight, MappingWatch
from tests.listening import Client, Served, serve, until
from tests.services.delegates_world import person
from tests.services.mapping_world import BROAD, Agreeing, agreeing
from tests.services.mapping_world import until as ending

CHANGES = """subscription ($domain: String!) { mappingChanges(domain: $domain) {
  sequence mapping was status held holds } }"""
SALES, SHOP = (person(domain, "steward") for domain in ("sales", "shop"))


@pytest.fixture
def mesh() -> Iterator[Agreeing]:
    made = agreeing("sales", "shop", "lab")
    made.clock.at = datetime.now(UTC)
    yield made
    made.services.close()


@pytest.fixture
def served(mesh: Agreeing) -> Iterator[Served]:
    with serve(mesh.services) as found:
        yield found


def heard(client: Client) -> tuple[str, str | None, str | None, bool]:
    message = client.hear()
    assert "errors" not in message["payload"], message
    found = message["payload"]["data"]["mappingChanges"]
    return found["mapping"], found["was"], found["status"], found["holds"]


def listen(served: Served, client: Client, domain: str, secret: str | None = None) -> None:
    looks: list[MappingSight] = []
    look = MappingWatch.look

    def noted(
        watch: MappingWatch, domains: Collection[Iri], before: MappingSight | None = None
    ) -> MappingSight:
        looks.append(seen := look(watch, domains, before))
        return seen

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(MappingWatch, "look", noted)
        client.init(secret or served.token())
        client.subscribe(domain, CHANGES)
        until(lambda: looks)


def test_both_sides_hear_of_each_step_and_of_the_end(mesh: Agreeing, served: Served) -> None:
    with served.open() as client, served.open() as stranger:
        listen(served, client, "shop", served.token(SHOP))
        listen(served, stranger, "lab")
        end = mesh.clock.at + timedelta(days=1)
        id = mesh.propose(ending(BROAD, end), SALES)
        assert heard(client) == (id, None, "proposed", False)
        mesh.mappings.approve(id, author=SHOP)
        assert heard(client) == (id, "proposed", "approved", True)
        mesh.clock.at = end
        assert heard(client) == (id, "approved", "approved", False)
        mesh.mappings.retire(id, "Over.", author=SALES)
        assert heard(client) == (id, "approved", "retired", False)
        assert stranger.hears_nothing()


def test_an_unknown_domain_is_told(served: Served) -> None:
    with served.open() as client:
        client.init(served.token(Iri("https://people.example/stranger")))
        client.subscribe("nowhere", CHANGES)
        assert "NOT_FOUND" in str(client.hear())
