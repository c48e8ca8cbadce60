"""A change is all or nothing, and refuses only what it newly breaks."""

from pathlib import Path

import pytest

from isogloss.bootstrap import Services, build
from isogloss.errors import Forbidden, InvalidArgument, InvalidIri, NotFound
from isogloss.model.change import Committed, Refused, SourceContent
from isogloss.model.governance import Severity
from isogloss.model.rdf import Iri, Literal, Triple, text
from isogloss.settings import Settings
from isogloss.vocab import DCAT, DCTERMS, MESH, PROV, RDF, RULE, SKOS, VOID, XSD
from tests.doors import without_rules

BASE = "https://mesh.example/"
SHOP = Iri(f"{BASE}shop/domain")
ORDERS = Iri(f"{BASE}shop/dataset/orders")

FOUNDING = SourceContent(
    "governance",
    "domains",
    frozenset(
        {
            Triple(SHOP, RDF.type, MESH.Domain),
            Triple(SHOP, RDF.type, SKOS.Concept),
            Triple(SHOP, DCTERMS.identifier, Literal("shop")),
            Triple(SHOP, SKOS.prefLabel, text("Shop", "en")),
            Triple(SHOP, SKOS.definition, text("Sells things.", "en")),
            Triple(SHOP, SKOS.inScheme, Iri(f"{BASE}governance/domains")),
            Triple(SHOP, VOID.uriSpace, Literal(f"{BASE}shop/")),
            Triple(SHOP, MESH.ownedBy, Iri(f"{BASE}shop/team")),
            Triple(Iri(f"{BASE}shop/team"), RDF.type, PROV.Agent),
            Triple(Iri(f"{BASE}shop/team"), SKOS.prefLabel, text("Shop team", "en")),
        }
    ),
)


def orders(*titles: str) -> SourceContent:
    """Describe the dataset `orders` with these titles; it needs exactly one."""
    return SourceContent(
        "shop",
        "orders",
        frozenset(
            {
                Triple(ORDERS, RDF.type, DCAT.Dataset),
                *(Triple(ORDERS, DCTERMS.title, Literal(title)) for title in titles),
            }
        ),
    )


@pytest.fixture
def shop(empty_mesh: Services) -> Services:
    outcome = empty_mesh.commits.replace([FOUNDING])
    assert isinstance(outcome, Committed)
    return empty_mesh


def test_a_good_change_is_committed_and_counted(shop: Services) -> None:
    outcome = shop.commits.replace([orders("orders")])
    assert isinstance(outcome, Committed)
    assert (outcome.sequence, outcome.added, outcome.removed) == (2, 2, 0)
    assert outcome.graphs == (f"{BASE}shop/graph/orders",)


def test_a_new_violation_is_refused_with_all_that_one_must_know(shop: Services) -> None:
    outcome = shop.commits.replace([orders()])
    assert isinstance(outcome, Refused)
    (violation,) = outcome.violations
    assert violation.focus_node == ORDERS
    assert violation.path == DCTERMS.title
    assert violation.value is None
    assert violation.rule.startswith(RULE.iri)
    assert violation.rule_name
    assert violation.message
    assert violation.severity is Severity.VIOLATION


def test_a_refused_change_leaves_nothing_behind(shop: Services) -> None:
    before = set(shop.graph.quads())
    fine = Iri(f"{BASE}shop/dataset/fine")
    good = frozenset(
        {Triple(fine, RDF.type, DCAT.Dataset), Triple(fine, DCTERMS.title, Literal("fine"))}
    )
    outcome = shop.commits.replace([orders(), SourceContent("shop", "other", good)])
    assert isinstance(outcome, Refused)
    assert set(shop.graph.quads()) == before
    assert shop.graph.sequence == 1
    assert shop.catalog.graphs_of(shop.catalog.get_domain("shop")) == ()


def test_a_source_is_replaced_whole(shop: Services) -> None:
    shop.commits.replace([orders("orders")])
    outcome = shop.commits.replace([orders("all orders")])
    assert isinstance(outcome, Committed)
    assert (outcome.added, outcome.removed) == (1, 1)
    (dataset,) = shop.catalog.datasets([ORDERS])
    assert dataset is not None
    assert dataset.title == "all orders"


def test_a_source_without_triples_falls_silent(shop: Services) -> None:
    shop.commits.replace([orders("orders")])
    shop.commits.replace([SourceContent("shop", "orders", frozenset())])
    assert shop.catalog.datasets([ORDERS]) == [None]
    assert shop.catalog.graphs_of(shop.catalog.get_domain("shop")) == ()


def test_loading_twice_changes_nothing(shop: Services) -> None:
    content = SourceContent(
        "shop",
        "orders",
        orders("orders").triples
        # The graph will hold 1 and 2026-01-01T00:00:00Z.
        | {
            Triple(ORDERS, DCTERMS.subject, Literal("01", XSD.integer)),
            Triple(ORDERS, DCTERMS.created, Literal("2026-01-01T00:00:00+00:00", XSD.dateTime)),
        },
    )
    shop.commits.replace([content])
    again = shop.commits.replace([content])
    assert again == Committed(2, (Iri(f"{BASE}shop/graph/orders"),), 0, 0, ())
    assert shop.graph.sequence == 2


def test_what_was_broken_before_does_not_stand_in_the_way(shop: Services) -> None:
    # As in a mesh whose rules have become stricter since.
    with without_rules(shop.judge):
        shop.commits.replace([orders()])
    assert shop.governance.report().violations
    outcome = shop.commits.replace(
        [
            SourceContent(
                "shop",
                "more",
                frozenset({Triple(ORDERS, DCTERMS.description, text("What was bought.", "en"))}),
            )
        ]
    )
    assert isinstance(outcome, Committed)


def test_the_report_after_a_commit_is_that_of_a_fresh_look(shop: Services) -> None:
    shop.commits.replace([orders("orders")])
    assert shop.governance.report() == shop.as_of(2).governance.report()


def test_an_unknown_domain_is_refused_with_those_there_are(shop: Services) -> None:
    with pytest.raises(NotFound, match="governance, shop"):
        shop.commits.replace([SourceContent("stop", "orders", frozenset())])


@pytest.mark.parametrize("source", ["", "../orders", "a b", "/orders", "orders/", "a//b", "ä"])
def test_a_source_name_is_a_path_of_plain_words(shop: Services, source: str) -> None:
    with pytest.raises(InvalidArgument, match="product/activity"):
        shop.commits.replace([SourceContent("shop", source, frozenset())])


def test_an_iri_that_is_none_is_refused(shop: Services) -> None:
    triples = frozenset({Triple(ORDERS, RDF.type, Iri("not an iri"))})
    with pytest.raises(InvalidIri):
        shop.commits.replace([SourceContent("shop", "orders", triples)])
    assert shop.graph.sequence == 1


def test_a_domain_cannot_take_a_graph_by_saying_so(shop: Services) -> None:
    claim = Triple(ORDERS, MESH.dataGraph, Iri(f"{BASE}governance/graph/domains"))
    with pytest.raises(Forbidden, match="system"):
        shop.commits.replace([SourceContent("shop", "orders", orders("a").triples | {claim})])


def test_the_mesh_survives_a_restart(tmp_path: Path) -> None:
    first = build(Settings(data=tmp_path))
    first.commits.replace([FOUNDING])
    first.commits.replace([orders("orders")])
    quads = set(first.graph.quads())
    first.close()
    second = build(Settings(data=tmp_path))
    assert set(second.graph.quads()) == quads
    assert [domain.name for domain in second.catalog.domains()] == ["shop"]
