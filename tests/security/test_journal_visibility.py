"""What came to nothing is shown to whom it concerns, and to nobody else."""

from datetime import timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from isogloss.api.app import build_app
from isogloss.errors import Forbidden
from isogloss.model.access import Role
from isogloss.model.change import Refused, SourceContent
from isogloss.model.rdf import Iri, Triple
from isogloss.services.ownership import OPERATOR
from isogloss.vocab import DCAT, RDF
from tests.security.world import (
    REMOVED,
    RIVALS,
    SPACES,
    STRANGER,
    World,
    dataset,
    domain_iri,
    found,
    person,
)

JOURNAL = (
    "query ($before: Int) { journal(first: 100, before: $before) { position outcome author } }"
)

MEMBERS = [person(name, role) for name in ("governance", *RIVALS) for role in Role]
SALES, SHOP = person("sales", Role.OWNER), person("shop", Role.OWNER)


@pytest.fixture(scope="module")
def world() -> World:
    """The rivals, under the real rules, after some attempts that came to nothing."""
    made = found()
    commits, loading = made.services.commits, made.services.loading
    foul = dataset(f"{SPACES['shop']}x")
    for domain in ("shop", domain_iri("shop")):
        for author in (SALES, STRANGER, REMOVED):
            content = SourceContent(domain, "orders", foul)
            with pytest.raises(Forbidden):
                commits.replace([content], author=author)
            with pytest.raises(Forbidden):
                loading.replace_source(domain, "orders", "", author=author)
            with pytest.raises(Forbidden):
                loading.grant(domain, author, Role.OWNER, author=author)
    # Breaks a rule: a dataset has a title.
    nameless = frozenset({Triple(Iri(f"{SPACES['shop']}y"), RDF.type, DCAT.Dataset)})
    engineer = person("shop", Role.ENGINEER)
    refused = commits.replace([SourceContent("shop", "bad", nameless)], author=engineer)
    assert isinstance(refused, Refused)
    return_to = [SourceContent("shop", "orders", foul), SourceContent("emea", "orders", foul)]
    with pytest.raises(Forbidden):
        commits.replace(return_to, author=SALES)
    return made


def _shown(world: World, author: Iri) -> dict[int, dict[str, Any]]:
    found: dict[int, dict[str, Any]] = {}
    before = None
    while some := world.ask(author, JOURNAL, before=before)["journal"]:
        found |= {entry["position"]: entry for entry in some}
        before = some[-1]["position"]
    return found


def _failed(world: World) -> dict[int, tuple[str, set[str]]]:
    """Give what came to nothing: position → author, and the domains by name."""
    names = {domain_iri(name): name for name in SPACES}
    return {
        entry.position: (
            entry.attempt.author,
            {names.get(Iri(domain), domain) for domain in entry.attempt.domains},
        )
        for entry in world.services.history.entries(first=1000)
        if entry.sequence is None
    }


@pytest.mark.parametrize("viewer", [*MEMBERS, REMOVED, STRANGER, OPERATOR])
def test_failures_are_shown_to_their_authors_and_to_members(world: World, viewer: Iri) -> None:
    shown = _shown(world, viewer)
    failed = _failed(world)
    assert len(failed) == 20
    belongs = viewer.split("/")[3] if viewer in MEMBERS else None
    for position, (author, domains) in failed.items():
        concerned = viewer in (author, OPERATOR) or belongs == "governance" or belongs in domains
        assert (position in shown) == concerned, (position, author, domains)


def test_commits_are_shown_to_all(world: World) -> None:
    commits = {e.position for e in world.services.history.entries(first=1000) if e.sequence}
    for viewer in (STRANGER, REMOVED, SALES):
        assert commits <= _shown(world, viewer).keys()


def test_the_public_sees_no_failures(world: World) -> None:
    app = build_app(world.services, public=True)
    client = TestClient(app, base_url="http://localhost")
    answer = client.post("/graphql", json={"query": JOURNAL, "variables": {}}).json()
    assert {entry["outcome"] for entry in answer["data"]["journal"]} == {"COMMITTED"}
    assert len(answer["data"]["journal"]) == len(
        [e for e in world.services.history.entries(first=1000) if e.sequence]
    )


def test_paging_skips_what_is_not_shown_and_loses_nothing(world: World) -> None:
    query = "query ($before: Int) { journal(first: 3, before: $before) { position } }"
    for viewer in (STRANGER, SHOP, person("books", Role.READER)):
        found: list[int] = []
        before = None
        while some := world.ask(viewer, query, before=before)["journal"]:
            found += [entry["position"] for entry in some]
            before = found[-1]
        assert found == sorted(_shown(world, viewer), reverse=True)


def test_who_leaves_a_domain_sees_its_failures_no_more(world: World) -> None:
    guest = Iri("https://people.example/guest")
    theirs = {n for n, (_, domains) in _failed(world).items() if "shop" in domains}
    assert not theirs & _shown(world, guest).keys()
    world.services.loading.grant("shop", guest, Role.READER)
    assert theirs <= _shown(world, guest).keys()
    world.services.loading.withdraw("shop", guest, Role.READER)
    assert not theirs & _shown(world, guest).keys()


def test_the_past_of_a_resource_tells_no_failures(world: World) -> None:
    query = "query ($of: ID!) { history(of: $of) { entry { outcome } } }"
    told = world.ask(STRANGER, query, of=f"{SPACES['shop']}dataset/orders")["history"]
    assert {item["entry"]["outcome"] for item in told} == {"COMMITTED"}
    assert world.ask(STRANGER, query, of=f"{SPACES['shop']}y")["history"] == []


def test_a_token_of_long_ago_is_no_key(world: World) -> None:
    secret, _ = world.services.tokens.issue(SHOP, timedelta(0))
    assert world.post(secret, JOURNAL).status_code == 401
