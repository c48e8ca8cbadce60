"""Whose namespaces are: claims, what is unclaimed, and what moves when it is claimed."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isogloss.bootstrap import Services
from isogloss.errors import Forbidden, InvalidArgument
from isogloss.intake.naming import dataset_iri, job_iri
from isogloss.intake.openlineage import read_events
from isogloss.lineage.claims import Claim
from isogloss.model.access import Role
from isogloss.model.change import Committed, SourceContent
from isogloss.model.claims import UnclaimedNamespace
from isogloss.model.rdf import Iri, Triple
from isogloss.services.claims import Claims, claim_triples, find_unclaimed
from isogloss.services.ownership import OPERATOR
from isogloss.vocab import DCAT, MESH, RDF
from tests.security.world import SPACES, World, domain_iri, found, person
from tests.services.test_events import reported

SHOP, SALES = domain_iri("shop"), domain_iri("sales")


@pytest.fixture
def world() -> Any:
    here = found()
    yield here
    here.services.close()


def report(services: Services, namespace: str, name: str, author: Iri = OPERATOR) -> Any:
    value = {
        "eventType": "COMPLETE",
        "eventTime": "2026-01-31T12:00:00Z",
        "run": {"runId": f"run of {name}"},
        "job": {"namespace": namespace, "name": name},
        "inputs": [{"namespace": "postgres://shop", "name": "orders"}],
        "outputs": [{"namespace": "s3://lake", "name": name}],
    }
    assert services.events.take([reported(services, value, author)]) == [None]
    return value


def described(services: Services, iri: Iri) -> set[str]:
    return {quad.graph for quad in services.graph.describe([iri])[iri]}


patterns = st.text("ab*", min_size=1, max_size=6)


def _by_the_book(pattern: str, namespace: str) -> bool:
    """Try every way: a star stands for nothing, or for a character and itself again."""
    if not pattern:
        return not namespace
    if pattern[0] == "*":
        rest = _by_the_book(pattern[1:], namespace)
        return rest or bool(namespace and _by_the_book(pattern, namespace[1:]))
    return namespace[:1] == pattern[0] and _by_the_book(pattern[1:], namespace[1:])


@given(patterns, st.text("ab", max_size=8))
def test_a_star_stands_for_any_text(pattern: str, namespace: str) -> None:
    assert Claim(pattern, SHOP).fits(namespace) == _by_the_book(pattern, namespace)


def test_the_most_specific_claim_counts_and_then_the_smaller_domain() -> None:
    claims = Claims(
        [
            Claim("s3://*", SALES),
            Claim("s3://lake*", SHOP),
            Claim("pg*", SHOP),
            Claim("pg*", SALES),
        ]
    )
    assert claims.claimant("s3://lake") == SHOP
    assert claims.claimant("s3://other") == SALES
    assert claims.claimant("pg://x") == min(SHOP, SALES)
    assert claims.claimant("kafka://x") is None
    assert claims.conflicts() == {"pg*": tuple(sorted([SHOP, SALES]))}


def test_what_nobody_claims_is_listed_with_counts(world: World) -> None:
    report(world.services, "cron", "a")
    report(world.services, "cron", "b")
    todo = find_unclaimed(world.services.graph)
    # Two jobs in cron; both write to the lake, and read the one table of the shop.
    assert todo.namespaces == (
        UnclaimedNamespace("s3://lake", 2, 0),
        UnclaimedNamespace("postgres://shop", 1, 0),
        UnclaimedNamespace("cron", 0, 2),
    )


def test_an_event_goes_to_the_domain_that_claims_its_job(world: World) -> None:
    world.services.claiming.claim("shop", "cron*")
    report(world.services, "cron", "a")
    report(world.services, "other", "b")
    job = job_iri(SPACES["shop"], "cron", "a")
    assert {graph.startswith(SPACES["shop"]) for graph in described(world.services, job)} == {True}
    assert described(world.services, job_iri("https://mesh.example/unclaimed/", "other", "b"))


def test_claiming_takes_over_what_was_reported_in_one_commit(world: World) -> None:
    services, space = world.services, SPACES["shop"]
    events = [report(services, "cron", name) for name in "ab"]
    report(services, "other", "c")
    before = services.mesh.journal.head.sequence
    outcome = services.claiming.claim("shop", "cron").outcome
    assert isinstance(outcome, Committed)
    assert outcome.sequence == before + 1
    pairs = [("it", value) for value in events]
    state = services.mesh.at(services.mesh.journal.head.sequence)
    graphs = [
        graph
        for graph in services.catalog.graphs_of(services.catalog.get_domain("shop"))
        if "/openlineage/" in graph
    ]
    assert {Triple(*quad[:3]) for quad in state.quads(graphs)} == read_events(
        pairs, space=space
    ).triples
    # Only the other job is left there, and its two graphs.
    unclaimed = services.catalog.get_domain("unclaimed")
    assert len(services.catalog.graphs_of(unclaimed)) == 2
    # What comes later adds to what was taken over.
    report(services, "cron", "d")
    assert len(described(services, job_iri(space, "cron", "d"))) == 1


def test_a_dataset_is_whose_namespace_it_is_in(world: World) -> None:
    services = world.services
    report(services, "cron", "a")
    space = "https://mesh.example/unclaimed/"
    orders = dataset_iri(space, "postgres://shop", "orders")
    lake = dataset_iri(space, "s3://lake", "a")
    unclaimed = services.catalog.get_domain("unclaimed").id
    assert services.catalog.dataset_ids()[orders] == unclaimed
    services.claiming.claim("shop", "postgres://shop*")
    assert services.catalog.dataset_ids()[orders] == SHOP
    assert services.catalog.dataset_ids()[lake] == unclaimed
    # What a domain describes by hand stays its own.
    by_hand = Iri(f"{SPACES['sales']}dataset/orders")
    assert services.catalog.dataset_ids()[by_hand] == SALES
    columns = services.catalog.datasets_in([SHOP])[0]
    assert orders in columns


def test_only_owners_claim_and_only_for_their_own_domain(world: World) -> None:
    services = world.services
    engineer, owner = person("shop", Role.ENGINEER), person("shop", Role.OWNER)
    with pytest.raises(Forbidden):
        services.claiming.claim("shop", "cron", author=engineer)
    with pytest.raises(Forbidden):
        services.claiming.claim("sales", "cron", author=owner)
    assert isinstance(services.claiming.claim("shop", "cron", author=owner).outcome, Committed)
    shop, sales = services.catalog.get_domain("shop"), services.catalog.get_domain("sales")
    foreign = claim_triples(sales, Iri(f"{SPACES['shop']}claim/x"), "db")
    for source, said in (
        ("claims", foreign),
        ("orders", claim_triples(shop, Iri(f"{SPACES['shop']}claim/x"), "db")),
    ):
        with pytest.raises(Forbidden, match="claims"):
            services.commits.replace([SourceContent("shop", source, said)], author=owner)


def test_nobody_writes_the_unclaimed_space_but_by_reporting(world: World) -> None:
    owner = person("shop", Role.OWNER)
    said = frozenset({Triple(Iri("https://mesh.example/unclaimed/x"), RDF.type, DCAT.Dataset)})
    with pytest.raises(Forbidden):
        world.services.commits.replace([SourceContent("unclaimed", "x", said)], author=owner)
    report(world.services, "cron", "a", owner)
    state = world.services.graph
    assert [q for q in state.statements(RDF.type, MESH.Job) if "/unclaimed/" in q.graph]


@pytest.mark.parametrize("pattern", ["", "*", "**", "x" * 501])
def test_a_pattern_says_something(world: World, pattern: str) -> None:
    with pytest.raises(InvalidArgument):
        world.services.claiming.claim("shop", pattern)
