"""Whether values are hidden on every way out."""

from isogloss.bootstrap import Services
from tests.services.lineage_world import CLEAN, RAW, column


def test_the_masking_of_a_dataset_is_asked_of_its_sensitive_columns(shop: Services) -> None:
    found = shop.questions.masking(RAW)
    assert found.columns == (column("raw/email"),)
    assert not found.holds
    assert {leak.end for leak in found.leaks} == {column("board/who"), column("lost/who")}
    assert shop.questions.masking(CLEAN).holds
