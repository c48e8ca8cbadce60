"""Whose namespaces are changes by claims: nobody takes another's, and what was reported follows."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isogloss.bootstrap import Services
from isogloss.errors import Forbidden, NotFound
from isogloss.intake.naming import dataset_iri, job_iri
from isogloss.lineage.claims import Claim, claimant
from isogloss.model.access import Role
from isogloss.model.change import Committed, SourceContent
from isogloss.model.rdf import Iri
from isogloss.services.claims import claim_triples, read_claims
from isogloss.services.commits import Commits
from isogloss.vocab import MESH, RDF
from tests.security.world import BASE, SPACES, World, domain_iri, found, person
from tests.services.test_claims import described, report

SHOP, SALES = domain_iri("shop"), domain_iri("sales")
UNCLAIMED = f"{BASE}unclaimed/"

patterns = st.text("ab*", min_size=1, max_size=4)
TEXTS = [""]
for _ in range(8):
    TEXTS += [text + letter for text in TEXTS if len(text) == len(TEXTS[-1]) for letter in "ab"]


@pytest.fixture
def world() -> Any:
    here = found()
    yield here
    here.services.close()


def homes(services: Services, *names: str) -> set[str]:
    """Tell in whose spaces there are jobs of these names in cron."""
    jobs = [quad.subject for quad in services.graph.statements(RDF.type, MESH.Job)]
    return {
        space
        for space in (*SPACES.values(), UNCLAIMED)
        for name in names
        if job_iri(space, "cron", name) in jobs
    }


@given(patterns, patterns)
def test_a_claim_takes_from_another_what_it_would_get_where_both_fit(mine: str, its: str) -> None:
    wanted, known = Claim(mine, SHOP), Claim(its, SALES)
    both = any(wanted.fits(text) and known.fits(text) for text in TEXTS)
    assert wanted.takes_from(known) == (both and wanted.rank >= known.rank)
    if not wanted.takes_from(known):
        for text in TEXTS:
            assert claimant([wanted, known], text) in (
                (known,) if known.fits(text) else (wanted, None)
            )


@pytest.mark.parametrize("pattern", ["cron", "cron-shop*", "cron*", "cro*n"])
def test_nobody_claims_what_another_domain_has_claimed(world: World, pattern: str) -> None:
    claiming = world.services.claiming
    claiming.claim("sales", "cro*n" if pattern == "cro*n" else "cron*")
    with pytest.raises(Forbidden, match=rf"<{SALES}> claims cro"):
        claiming.claim("shop", pattern, author=person("shop", Role.OWNER))
    shop = world.services.catalog.get_domain("shop")
    by_hand = claim_triples(shop, Iri(f"{SPACES['shop']}claim/mine"), pattern)
    with pytest.raises(Forbidden, match=rf"<{SALES}> claims cro"):
        world.services.commits.replace([SourceContent("shop", "claims", by_hand)])
    assert {claim.domain for claim in read_claims(world.services.graph).all} == {SALES}


@pytest.mark.parametrize("pattern", ["dbt", "d*", "default"])
def test_nobody_claims_what_producers_call_everybodys_jobs(world: World, pattern: str) -> None:
    services = world.services
    with pytest.raises(Forbidden, match="OPENLINEAGE_NAMESPACE"):
        services.claiming.claim("shop", pattern)
    services.claiming.claim("shop", "dbt-shop")
    services.claiming.claim("shop", pattern, settles=True)


def test_what_another_has_claimed_within_a_pattern_stays_its_own(world: World) -> None:
    world.services.claiming.claim("sales", "cron-sales*")
    world.services.claiming.claim("shop", "cron*")
    claims = read_claims(world.services.graph)
    assert (claims.claimant("cron-sales-1"), claims.claimant("cron-1")) == (SALES, SHOP)


def test_who_withdraws_lets_another_claim(world: World) -> None:
    services = world.services
    services.claiming.claim("sales", "cron*")
    report(services, "cron", "a")
    assert homes(services, "a") == {SPACES["sales"]}
    with pytest.raises(Forbidden):
        services.claiming.withdraw("sales", "cron*", author=person("shop", Role.OWNER))
    owner = person("sales", Role.OWNER)
    outcome = services.claiming.withdraw("sales", "cron*", author=owner).outcome
    assert isinstance(outcome, Committed)
    assert read_claims(services.graph).all == ()
    assert homes(services, "a") == {UNCLAIMED}
    services.claiming.claim("shop", "cron", author=person("shop", Role.OWNER))
    assert homes(services, "a") == {SPACES["shop"]}
    with pytest.raises(NotFound):
        services.claiming.withdraw("sales", "cron*")


def test_what_is_withdrawn_within_a_wider_claim_goes_to_that(world: World) -> None:
    services = world.services
    services.claiming.claim("sales", "cron")
    services.claiming.claim("shop", "cr*")
    report(services, "cron", "a")
    assert homes(services, "a") == {SPACES["sales"]}
    services.claiming.withdraw("sales", "cron", author=person("sales", Role.OWNER))
    assert homes(services, "a") == {SPACES["shop"]}


def test_the_governance_group_settles_whose_a_namespace_is(world: World) -> None:
    services = world.services
    services.claiming.claim("sales", "cron*")
    report(services, "cron", "a")
    for author in (person("shop", Role.OWNER), person("governance", Role.STEWARD)):
        with pytest.raises(Forbidden):
            services.claiming.claim("shop", "cron", settles=True, author=author)
    governor = person("governance", Role.OWNER)
    services.claiming.claim("shop", "cron", settles=True, author=governor)
    assert read_claims(services.graph).claimant("cron") == SHOP
    assert homes(services, "a") == {SPACES["shop"]}
    report(services, "cron", "b", person("shop", Role.ENGINEER))
    with pytest.raises(NotFound):
        services.claiming.withdraw("shop", "cron")
    services.claiming.withdraw("shop", "cron", settles=True, author=governor)
    assert homes(services, "a", "b") == {SPACES["sales"]}
    services.claiming.claim("shop", "cron*", settles=True, author=governor)
    assert read_claims(services.graph).all == (Claim("cron*", SHOP),)
    assert homes(services, "a", "b") == {SPACES["shop"]}


def test_what_is_reported_while_it_is_claimed_moves_too(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The event comes after the streams were listed, and before the claim is committed."""
    services = world.services
    report(services, "cron", "a")
    replace = Commits.replace

    def late(self: Commits, contents: Any, **given: Any) -> Any:
        monkeypatch.setattr(Commits, "replace", replace)
        report(services, "cron", "b")
        return replace(self, contents, **given)

    monkeypatch.setattr(Commits, "replace", late)
    before = services.mesh.journal.head.sequence
    outcome = services.claiming.claim("shop", "cron").outcome
    assert isinstance(outcome, Committed)
    assert outcome.sequence == before + 2
    assert homes(services, "a", "b") == {SPACES["shop"]}


def test_only_what_events_report_moves(world: World) -> None:
    services = world.services
    report(services, "cron", "a")
    services.claiming.claim("shop", "cron")
    table = dataset_iri(SPACES["shop"], "postgres://shop", "orders")
    # The job that names it is the shop's, whoever claims the table's namespace.
    services.claiming.claim("sales", "postgres://shop")
    assert described(services, table)
    assert homes(services, "a") == {SPACES["shop"]}
