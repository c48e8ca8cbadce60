"""Who may report events is asked first, and those that come together are cut into commits."""

from typing import Any
from unittest.mock import patch

import pytest

from isogloss.bootstrap import Services
from isogloss.errors import Forbidden, InvalidInput
from isogloss.model.access import Role
from isogloss.model.rdf import Iri
from isogloss.services import events as intake
from isogloss.services.ownership import OPERATOR
from tests.services.test_events import derived, event, flow, reported, side, take

STRANGER = Iri("https://people.example/stranger")


def columns(count: int) -> dict[str, Any]:
    return {"schema": {"fields": [{"name": f"c{number}"} for number in range(count)]}}


def too_large(run: str) -> dict[str, Any]:
    """Give an event that would say more than one source may, and takes long to work out."""
    every = [{"namespace": "db", "name": "a", "field": f"x{n}"} for n in range(2_000)]
    facets = columns(2_000) | {"columnLineage": {"fields": {}, "dataset": every}}
    return event("COMPLETE", run, 1, outputs=side("b", **facets))


def test_of_whoever_has_no_right_nothing_is_worked_out(empty_mesh: Services) -> None:
    with patch.object(intake, "check") as check, pytest.raises(Forbidden):
        reported(empty_mesh, too_large("r1"), STRANGER)
    check.assert_not_called()
    empty_mesh.loading.grant("governance", STRANGER, Role.ENGINEER)
    with pytest.raises(InvalidInput, match="more than 200,000 statements"):
        reported(empty_mesh, too_large("r1"), STRANGER)


def test_the_journal_has_one_attempt_of_all_that_a_stranger_reports(empty_mesh: Services) -> None:
    before = len(empty_mesh.mesh.journal.entries())
    values = [(f"Event {n}", flow("START", f"r{n}", 1, "a", "b")) for n in range(20)]
    found = empty_mesh.events.read(values, STRANGER)
    assert all(isinstance(one, Forbidden) for one in found)
    newest, *others = empty_mesh.mesh.journal.entries()
    assert (len(others), newest.outcome.value) == (before, "forbidden")
    assert newest.attempt.author == STRANGER


def test_events_that_say_much_are_cut_into_commits(empty_mesh: Services) -> None:
    """None is refused because of its neighbours, not even one that is too much by itself."""
    many = [
        event("COMPLETE", f"r{n}", 1, job=f"job {n}", outputs=side(f"t{n}", **columns(size)))
        for n, size in enumerate((10, 10, 200, 10, 30, 30, 10))
    ]
    head = empty_mesh.mesh.journal.head.sequence
    with patch.object(intake, "MOST_STATEMENTS", 500):
        assert take(empty_mesh, *many) == [None] * 7
    sizes = [reported(empty_mesh, one).statements for one in many]
    commits = [
        entry.added
        for entry in empty_mesh.mesh.journal.entries()
        if entry.sequence is not None and entry.sequence > head
    ]
    *others, largest = sorted(commits)
    assert len(others) == 3
    # What a job says of itself comes on top: its newest run, when, and a digest.
    assert largest <= sizes[2] + 3
    assert all(added <= 500 + 3 * 7 for added in others)


def test_requests_that_say_much_wait_for_those_before(empty_mesh: Services) -> None:
    """What waits is taken in turn: no group is larger than what one commit may be."""
    one = [reported(empty_mesh, flow("COMPLETE", f"r{n}", n, "a", "b")) for n in range(6)]
    together = []
    known = empty_mesh.events.take

    def taking(found: Any) -> Any:
        together.append(len(found))
        return known(found)

    with (
        patch.object(intake, "MOST_STATEMENTS", 2 * one[0].statements),
        patch.object(intake, "_PAUSE_SECONDS", 0.05),
        patch.object(empty_mesh.events, "take", taking),
    ):
        answers = [empty_mesh.events.submit([each]) for each in one]
        assert [answer.result(60) for answer in answers] == [[None]] * 6
    assert together == [2, 2, 2]
    assert derived(empty_mesh, "b")
    assert one[0].author == OPERATOR
