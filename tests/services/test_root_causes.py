"""What is wrong upstream."""

from isogloss.bootstrap import Services
from isogloss.model.lineage_answers import (
    CauseKind,
)
from tests.services.lineage_world import BOARD, CLEAN, REPORT


def test_root_causes_are_told_nearest_first(shop: Services) -> None:
    found = shop.root_causes.root_causes(BOARD).causes
    assert [(cause.distance, cause.kind, cause.node) for cause in found] == [
        (1, CauseKind.LATE, REPORT),
        (1, CauseKind.OUT_OF_BOUNDS, REPORT),
        (2, CauseKind.FAILED, CLEAN),
    ]
