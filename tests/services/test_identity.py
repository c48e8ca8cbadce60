"""Stewards decide which names are one dataset; each decision is a commit, and can be undone."""

from collections.abc import Iterator

import pytest

from isogloss import resources
from isogloss.bootstrap import Services, build
from isogloss.errors import Forbidden, InvalidArgument, NotFound
from isogloss.intake.described import Described
from isogloss.model.access import Role
from isogloss.model.change import Committed, SourceContent
from isogloss.model.rdf import Iri, Triple
from isogloss.services.loading import Loaded
from isogloss.settings import Settings
from isogloss.vocab import MESH, PROV, RDF

SALES, MARKETING = "https://mesh.example/sales/", "https://mesh.example/marketing/"
STEWARD, ENGINEER = Iri("https://people.example/sue"), Iri("https://people.example/eve")


@pytest.fixture
def mesh(sample_mesh: Services) -> Services:
    """The sample mesh with two tables that nothing links, and a steward of sales."""
    described = Described(SALES)
    described.dataset("s3://lake", "orders")
    described.dataset("hive://m", "shop.orders")
    outcome = sample_mesh.commits.replace([SourceContent("sales", "x", described.finish())])
    assert isinstance(outcome, Committed)
    sample_mesh.loading.grant("sales", STEWARD, Role.STEWARD)
    sample_mesh.loading.grant("sales", ENGINEER, Role.ENGINEER)
    return sample_mesh


@pytest.fixture
def sample_mesh() -> Iterator[Services]:
    """The sample mesh, to change."""
    services = build(Settings(data=None))
    services.loading.load_mesh(resources.walk(resources.folder("sample_data")))
    yield services
    services.close()


ORDERS = Iri(f"{SALES}ns/s3%3A%2F%2Flake/dataset/orders")
THEIRS = Iri("https://mesh.example/marketing/dataset/leads")
OTHERS = Iri("https://mesh.example/finance/dataset/invoices")
TABLE = Iri(f"{SALES}ns/hive%3A%2F%2Fm/dataset/shop.orders")


def _sequence(loaded: Loaded) -> int:
    assert isinstance(loaded.outcome, Committed)
    return loaded.outcome.sequence


def test_a_steward_confirms_splits_and_undoes(mesh: Services) -> None:
    identities = mesh.identities
    assert identities.merges() == ()
    since = _sequence(identities.decide([ORDERS, TABLE], "Same files.", same=True, author=STEWARD))
    (merge,) = identities.merges()
    assert (merge.names, merge.since) == (tuple(sorted([ORDERS, TABLE])), since)
    (reason,) = merge.reasons
    assert reason.why == "decision"
    assert reason.decision is not None
    _sequence(identities.decide([TABLE, ORDERS], "A copy.", same=False, author=STEWARD))
    assert identities.merges() == ()
    assert [r.why for r in identities.merge_of(TABLE).reasons] == ["split"]
    _sequence(identities.undo(reason.decision, "Never mind.", author=STEWARD))
    assert identities.merge_of(TABLE).reasons == ()
    (entry, *_) = mesh.mesh.journal.entries(newest=1)
    assert "Never mind." in entry.attempt.message


def test_who_is_no_steward_decides_nothing(mesh: Services) -> None:
    for author in (ENGINEER, Iri("https://people.example/nobody")):
        with pytest.raises(Forbidden):
            mesh.identities.decide([ORDERS, TABLE], "Because.", same=True, author=author)
    assert mesh.identities.merges() == ()


def test_a_decision_needs_two_known_names_and_a_reason(mesh: Services) -> None:
    with pytest.raises(InvalidArgument):
        mesh.identities.decide([ORDERS], "Because.", same=True)
    with pytest.raises(InvalidArgument):
        mesh.identities.decide([ORDERS, TABLE], " ", same=True)
    with pytest.raises(NotFound):
        mesh.identities.decide([ORDERS, Iri("urn:nobody")], "Because.", same=True)
    with pytest.raises(NotFound):
        mesh.identities.undo(Iri("urn:nobody"), "Because.")


@pytest.mark.parametrize(
    ("source", "kind", "names", "said"),
    [
        ("product/x", MESH.IdentityDecision, (ORDERS, TABLE), "go to the source 'identity'"),
        ("product/x", None, (ORDERS, TABLE), "go to the source 'identity'"),
        ("identity", MESH.IdentityDecision, (THEIRS, OTHERS), "none is 'sales'"),
        ("identity", MESH.NamespaceAlias, (), "the governance group does"),
    ],
)
def test_no_other_way_leads_around_the_stewards(
    mesh: Services, source: str, kind: Iri | None, names: tuple[Iri, ...], said: str
) -> None:
    decision = Iri(f"{SALES}identity/1")
    triples = {Triple(decision, RDF.type, kind)} if kind else set[Triple]()
    triples |= {Triple(decision, MESH.concerns, name) for name in names}
    with pytest.raises(Forbidden, match=said):
        mesh.commits.replace([SourceContent("sales", source, frozenset(triples))])


def _states(mesh: Services, domain: str, *links: tuple[Iri, Iri]) -> None:
    """Have a domain say that names of its own are alternates of others."""
    said = {Triple(one, PROV.alternateOf, other) for one, other in links}
    outcome = mesh.commits.replace([SourceContent(domain, "links", frozenset(said))])
    assert isinstance(outcome, Committed)


DEALS, LEADS = Iri(f"{SALES}dataset/deals"), Iri(f"{MARKETING}dataset/leads")
BILLS = Iri("https://mesh.example/finance/dataset/bills")


def test_a_link_waits_for_the_other_side_and_is_suggested_to_its_stewards(mesh: Services) -> None:
    _states(mesh, "sales", (DEALS, LEADS), (DEALS, BILLS))
    assert mesh.identities.merges() == ()
    waiting = {(told.one, told.other) for told in mesh.identities.suggestions()}
    assert waiting == {(LEADS, DEALS), (BILLS, DEALS)}
    assert mesh.lineage.at().levels.group(LEADS).members == (LEADS,)
    _states(mesh, "marketing", (LEADS, DEALS))
    assert [merge.names for merge in mesh.identities.merges()] == [(LEADS, DEALS)]
    (told,) = mesh.identities.suggestions()
    assert BILLS in (told.one, told.other)
    mesh.identities.decide([DEALS, BILLS], "Another thing.", same=False, author=STEWARD)
    assert mesh.identities.suggestions() == ()
    (apart,) = mesh.identities.splits()
    assert (apart.one, apart.other) == (BILLS, DEALS)


def test_a_steward_parts_nobody_elses_names_from_each_other(mesh: Services) -> None:
    _states(mesh, "sales", (DEALS, LEADS))
    _states(mesh, "marketing", (LEADS, BILLS))
    _states(mesh, "finance", (BILLS, LEADS))
    with pytest.raises(Forbidden, match="neither of which is its own"):
        mesh.identities.decide([DEALS, LEADS, BILLS], "No.", same=False, author=STEWARD)
    with pytest.raises(Forbidden):
        mesh.identities.decide([LEADS, BILLS], "No.", same=False, author=STEWARD)
    # Whoever has the mesh's folder speaks for the governance group.
    decided = mesh.identities.decide([DEALS, LEADS, BILLS], "No.", same=False)
    assert decided.decision.startswith("https://mesh.example/identity/")
    assert len(mesh.identities.splits()) == 3
    assert mesh.identities.merges() == ()


def test_the_steward_of_whoever_claims_a_namespace_decides_about_its_tables(mesh: Services) -> None:
    mesh.claiming.claim("marketing", "hive://*")
    theirs = Iri("https://people.example/mo")
    mesh.loading.grant("marketing", theirs, Role.STEWARD)
    decided = mesh.identities.decide([TABLE, LEADS], "So it is.", same=True, author=theirs)
    assert decided.decision.startswith(MARKETING)
    assert [merge.names for merge in mesh.identities.merges()] == [(LEADS, TABLE)]
    with pytest.raises(Forbidden):
        mesh.identities.decide([TABLE, LEADS], "Never.", same=False, author=STEWARD)
