"""Two lineages and what differs between them."""

from hypothesis import given

from isogloss.lineage.differences import difference
from isogloss.model.lineage import Direction, Link
from tests.lineage.searches import COLUMNS, lineages, link, searching

A, B, C = COLUMNS[:3]


def _told(links: tuple[Link, ...]) -> set[Link]:
    return {one._replace(since=0, until=None) for one in links}


@given(lineages, lineages)
def test_what_is_added_and_removed_makes_the_one_of_the_other(
    before: list[Link], after: list[Link]
) -> None:
    old, new = (searching(one)([A], Direction.DOWNSTREAM) for one in (before, after))
    found = difference(old, new)
    assert _told(found.links_added) | (_told(old.links) - _told(found.links_removed)) == _told(
        new.links
    )
    assert _told(found.links_added).isdisjoint(_told(old.links))
    assert {*found.nodes_added} | ({n.id for n in old.nodes} - {*found.nodes_removed}) == {
        n.id for n in new.nodes
    }
    turned = difference(new, old)
    assert (turned.nodes_added, turned.links_removed) == (found.nodes_removed, found.links_added)


def test_an_edge_that_went_and_came_back_is_no_difference() -> None:
    before = searching([link(B, A)])([A], Direction.DOWNSTREAM)
    after = searching([link(B, A)._replace(since=9), link(C, B)])([A], Direction.DOWNSTREAM)
    found = difference(before, after)
    assert (found.links_removed, found.links_added) == ((), (link(C, B),))
    assert (found.nodes_added, found.nodes_removed) == ((C,), ())
