"""A question is asked of one state from end to end, whatever is committed meanwhile."""

from typing import Any

import pytest

from isogloss.bootstrap import Services
from isogloss.model.change import Committed
from isogloss.model.lineage import Level
from isogloss.model.lineage_answers import Change, LineageFilter
from isogloss.services.lineage_shape import ShapeAsked
from isogloss.services.loading import Upload
from tests.services.lineage_world import LINEAGE, RAW, mesh_of
from tests.services.test_lineage_questions import LIMITS, questions_of

NOTHING = "<https://mesh.example/shop/dataset/last> a <http://www.w3.org/ns/dcat#Dataset> ."


def _say(services: Services, text: str) -> None:
    uploads = [Upload("next.ttl", text.encode())]
    loaded = services.loading.load(uploads, "shop", source="lineage")
    assert isinstance(loaded.outcome, Committed), loaded.outcome


@pytest.mark.parametrize("name", sorted({name for name, _ in LIMITS}))
def test_pages_go_on_with_the_state_that_the_first_had(name: str) -> None:
    with mesh_of(LINEAGE) as services:
        ask, limits = questions_of(services)[name]
        whole, _ = ask()
        pages: list[Any] = []
        found, extent = ask(**{limits[0]: 1})
        _say(services, NOTHING)
        while True:
            pages.extend(found)
            if extent.truncated_by is None:
                break
            assert extent.as_of_commit == 2
            found, extent = ask(**{limits[0]: 1}, after=extent.truncated_by.cursor)
        assert len(whole) > 1
        assert pages == list(whole)


def test_what_was_a_dataset_once_is_one_as_of_then() -> None:
    with mesh_of(LINEAGE) as services:
        of_shop = LineageFilter(domain="shop")
        before = services.impact.impact(RAW, Change.DROP, level=Level.DATASET, filter=of_shop)
        _say(services, NOTHING)
        then = services.as_of(2)
        after = then.impact.impact(RAW, Change.DROP, level=Level.DATASET, filter=of_shop)
        assert before.hits
        assert after.hits == before.hits
        orphans = then.shape.orphans(ShapeAsked("shop"))
        assert [iri.rpartition("/")[2] for iri in orphans.found] == ["alone", "apart"]
