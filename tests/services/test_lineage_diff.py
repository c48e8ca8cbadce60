"""What came and what went."""

from isogloss.bootstrap import Services
from isogloss.model.lineage import Direction, Level
from tests.services.lineage_world import BOARD, CLEAN, LOST, RAW, REPORT


def test_what_depends_on_something_is_compared_too(shop: Services) -> None:
    found = shop.questions.difference(
        RAW, 1, 2, direction=Direction.DOWNSTREAM, level=Level.DATASET
    )
    assert set(found.difference.nodes_added) == {CLEAN, REPORT, BOARD, LOST}
