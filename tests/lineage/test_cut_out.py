"""What comes through an edge."""

import pytest

from isogloss.lineage.cut_out import way_of
from isogloss.model.lineage import EdgeKind
from isogloss.model.lineage_answers import Way
from tests.lineage.searches import COLUMNS, link


@pytest.mark.parametrize(
    ("transformations", "way"),
    [
        ((), Way.VALUES),
        (("DIRECT",), Way.VALUES),
        (("DIRECT/IDENTITY",), Way.IDENTITY),
        (("DIRECT/AGGREGATION", "INDIRECT/GROUP_BY"), Way.VALUES),
        (("DIRECT/MASKING",), Way.MASKED),
        (("DIRECT/TRANSFORMATION/MASKING", "INDIRECT/JOIN"), Way.MASKED),
        # One that shows them is enough, whatever is masked beside it.
        (("DIRECT/IDENTITY", "DIRECT/TRANSFORMATION/MASKING"), Way.IDENTITY),
        (("DIRECT/AGGREGATION", "DIRECT/IDENTITY/MASKING"), Way.VALUES),
        # Nobody told how the values come, and to mask a filter hides none of them.
        (("INDIRECT/FILTER/MASKING",), Way.VALUES),
    ],
)
def test_a_derivation_shows_what_any_of_its_transformations_shows(
    transformations: tuple[str, ...], way: Way
) -> None:
    assert way_of(link(COLUMNS[1], COLUMNS[0], transformations)) is way


@pytest.mark.parametrize("kind", [EdgeKind.INFLUENCE, EdgeKind.CONSUMPTION])
def test_what_is_no_derivation_carries_no_values(kind: EdgeKind) -> None:
    one = link(COLUMNS[1], COLUMNS[0], ("DIRECT/IDENTITY",), kind=kind)
    assert way_of(one) is Way.INFLUENCE
