"""What the lineage of a domain looks like."""

from isogloss.bootstrap import Services
from isogloss.services.lineage_shape import ShapeAsked
from tests.services.lineage_world import RAW, column


def test_the_shape_of_a_domain_is_told(shop: Services) -> None:
    circles = shop.shape.cycles(ShapeAsked("shop")).found
    assert [len(circle.nodes) for circle in circles] == [2, 2]
    assert shop.shape.cycles(ShapeAsked("governance")).found == ()
    assert shop.shape.orphans(ShapeAsked("shop")).found == (column("alone"), column("apart"))
    assert shop.shape.critical(ShapeAsked("shop")).found[0].id == RAW
