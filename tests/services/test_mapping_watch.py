"""Who listens to a domain hears of each mapping that touches its words."""

from collections.abc import Iterator

import pytest

from isogloss.model.agreement import MappingChange
from isogloss.model.rdf import Iri
from isogloss.services.mapping_watch import MappingSight
from tests.services.delegates_world import DAY, id_of, person
from tests.services.mapping_world import BROAD, Agreeing, agreeing, until

SALES, SHOP = (person(domain, "steward") for domain in ("sales", "shop"))
ALL = [id_of(domain) for domain in ("sales", "shop", "lab")]


class Ear:
    """Somebody who listens to every domain."""

    def __init__(self, mesh: Agreeing) -> None:
        self._watch = mesh.services.mapping_watch
        self._before: MappingSight = self._watch.look(ALL)

    def hears(self) -> dict[Iri, tuple[MappingChange, ...]]:
        before, self._before = self._before, self._watch.look(ALL, self._before)
        return {domain: self._watch.changes(before, self._before, domain) for domain in ALL}

    def told(self) -> list[tuple[str | None, str | None, bool, bool]]:
        """Give what both sides are told; the third hears nothing."""
        found = self.hears()
        sales, shop, lab = (found[domain] for domain in ALL)
        assert sales == shop
        assert lab == ()
        return [(one.was, one.status, one.held, one.holds) for one in sales]


@pytest.fixture
def mesh() -> Iterator[Agreeing]:
    made = agreeing("sales", "shop", "lab")
    yield made
    made.services.close()


def test_each_step_is_heard_on_both_sides_and_the_end_by_the_clock_too(mesh: Agreeing) -> None:
    ear, steps = Ear(mesh), mesh.mappings
    assert ear.told() == []
    end = mesh.clock.at + DAY
    id = mesh.propose(until(BROAD, end), SALES)
    assert ear.told() == [(None, "proposed", False, False)]
    steps.approve(id, author=SHOP)
    assert ear.told() == [("proposed", "approved", False, True)]
    mesh.clock.at = end
    assert ear.told() == [("approved", "approved", True, False)]
    assert ear.told() == []
    steps.retire(id, "It is over.", author=SALES)
    assert ear.told() == [("approved", "retired", False, False)]
    other = mesh.propose(author=SALES)
    steps.reject(other, "Not so.", author=SHOP)
    assert ear.told() == [(None, "rejected", False, False)]
    mesh.propose(author=SALES)
    ear.hears()
    steps.undo(mesh.services.mesh.journal.head.sequence, author=SALES)
    assert ear.told() == [("proposed", None, False, False)]


def test_a_domain_that_was_not_looked_at_has_no_changes(mesh: Agreeing) -> None:
    watch = mesh.services.mapping_watch
    before = watch.look(ALL[:1])
    id = mesh.propose()
    after = watch.look(ALL, before)
    assert watch.changes(before, after, ALL[1]) == ()
    (change,) = watch.changes(before, after, ALL[0])
    assert (change.mapping, change.sequence) == (id, mesh.services.mesh.journal.head.sequence)
