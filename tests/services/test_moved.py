"""Whoever has the name that something had before its namespace was claimed still finds it."""

from collections.abc import Iterator

import pytest

from isogloss.bootstrap import Services, View
from isogloss.errors import NotFound
from isogloss.intake.naming import dataset_iri, field_iri, run_iri
from isogloss.model.lineage import Direction, Level
from isogloss.model.lineage_answers import Change
from isogloss.model.rdf import Iri
from isogloss.services.events import Reported
from isogloss.services.ownership import OPERATOR
from tests.security.world import BASE, SPACES, found

UNCLAIMED = f"{BASE}unclaimed/"
LAKE = "s3://lake"
EVENT = {
    "eventType": "COMPLETE",
    "eventTime": "2026-01-31T12:00:00Z",
    "run": {"runId": "first"},
    "job": {"namespace": "cron", "name": "sum"},
    "inputs": [
        {
            "namespace": LAKE,
            "name": "orders",
            "facets": {"schema": {"fields": [{"name": "amount"}]}},
        }
    ],
    "outputs": [
        {
            "namespace": LAKE,
            "name": "sums",
            "facets": {
                "schema": {"fields": [{"name": "total"}]},
                "columnLineage": {
                    "fields": {
                        "total": {
                            "inputFields": [
                                {"namespace": LAKE, "name": "orders", "field": "amount"}
                            ]
                        }
                    }
                },
            },
        }
    ],
}


def orders(space: str) -> Iri:
    return dataset_iri(space, LAKE, "orders")


def amount(space: str) -> Iri:
    return field_iri(orders(space), "amount")


def total(space: str) -> Iri:
    return field_iri(dataset_iri(space, LAKE, "sums"), "total")


@pytest.fixture(scope="module")
def mesh() -> Iterator[Services]:
    """A mesh in which a job was reported that nobody claimed, claimed by the shop at last."""
    services = found().services
    read = services.events.read([("it", EVENT)], OPERATOR)
    assert services.events.take([one for one in read if isinstance(one, Reported)]) == [None]
    services.claiming.claim("shop", "cron")
    yield services
    services.close()


def look(view: View, space: str) -> tuple[object, ...]:
    """Ask everything of what is called so in a space."""
    view.lineage.at().expand(orders(space), Level.DATASET)
    (dataset,), (column,) = (
        view.catalog.datasets([orders(space)]),
        view.catalog.columns([amount(space)]),
    )
    assert dataset
    assert column
    traced = view.lineage.at().lineage(amount(space), Direction.DOWNSTREAM)
    whole = view.lineage.at().lineage(orders(space), Direction.DOWNSTREAM, level=Level.DATASET)
    impact = view.impact.impact(amount(space), Change.DROP)
    run = view.runs.run_lineage(run_iri(space, "first"))
    return (
        dataset.id,
        column.id,
        [node.id for node in traced.nodes],
        [node.id for node in whole.nodes],
        [hit.affected.id for hit in impact.hits],
        run.inputs,
    )


def test_the_name_from_before_a_claim_finds_the_same(mesh: Services) -> None:
    shop = SPACES["shop"]
    found = look(mesh, UNCLAIMED)
    assert found == look(mesh, shop)
    assert found[:3] == (orders(shop), amount(shop), [total(shop)])


def test_each_commit_has_the_names_that_it_had(mesh: Services) -> None:
    head = mesh.mesh.journal.head.sequence
    before, after = mesh.as_of(head - 1), mesh.as_of(head)
    assert look(before, UNCLAIMED)[2] == [total(UNCLAIMED)]
    # Who has its name of today finds it in the past, too.
    assert look(before, SPACES["shop"]) == look(before, UNCLAIMED)
    assert look(after, UNCLAIMED) == look(mesh, SPACES["shop"])


def test_what_nobody_ever_reported_is_not_found(mesh: Services) -> None:
    with pytest.raises(NotFound):
        mesh.lineage.at().expand(dataset_iri(UNCLAIMED, LAKE, "nothing"), Level.DATASET)
    assert mesh.catalog.datasets([Iri(f"{UNCLAIMED}dataset/orders")]) == [None]


def test_it_goes_back_with_a_claim_that_is_withdrawn() -> None:
    services = found().services
    read = services.events.read([("it", EVENT)], OPERATOR)
    services.claiming.claim("shop", "cron")
    services.events.take([one for one in read if isinstance(one, Reported)])
    services.claiming.withdraw("shop", "cron")
    assert look(services, SPACES["shop"]) == look(services, UNCLAIMED)
    services.close()
