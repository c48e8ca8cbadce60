"""What an event costs does not grow with what its job did before, counted in work, not in time."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from isogloss.bootstrap import Services, build
from isogloss.governance.rulebook import Rulebook
from isogloss.intake.described import Described
from isogloss.intake.runs import describe_run
from isogloss.intake.tellings import essence, said_by
from isogloss.model.rdf import Iri, Quad, Term
from isogloss.settings import Settings
from isogloss.store import history
from tests.services.test_events import dataset, event, side, take

FEW, MANY = 20, 400
FIELDS = {"schema": {"fields": [{"name": f"c{n}", "type": "INT"} for n in range(5)]}}


class Work:
    """Counts quads read from the history, and statements worked out."""

    def __init__(self) -> None:
        self.read = self.said = 0


@contextmanager
def counted() -> Iterator[Work]:
    work, decode, say = Work(), history.decode, Described.say

    def decoding(*arguments: Any) -> Iterator[Quad]:
        for quad in decode(*arguments):
            work.read += 1
            yield quad

    def saying(self: Described, subject: Iri, predicate: Iri, value: Term | str | None) -> None:
        work.said += 1
        say(self, subject, predicate, value)

    for remembering in (said_by, essence, describe_run):
        remembering.cache_clear()  # what is remembered by chance counts as work
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(history, "decode", decoding)
        patched.setattr(Described, "say", saying)
        yield work


def run(number: int, output: str, *, end: str = "COMPLETE") -> list[dict[str, Any]]:
    """Give the two events of a run that reads `orders`; each is later than those before."""
    hour, minute = divmod(number, 60)
    given: dict[str, Any] = {"inputs": side("orders", **FIELDS), "outputs": side(output, **FIELDS)}
    found = []
    for second, state in enumerate(("START", end)):
        time = f"2026-01-{1 + hour // 24:02}T{hour % 24:02}:{minute:02}:{second:02}Z"
        found.append(event(state, f"r{number}", 0, **given) | {"eventTime": time})
    return found


def took(before: int, *, name: str, end: str = "COMPLETE") -> tuple[Work, int]:
    """Count the work of one more run after so many, and the quads that it changed."""
    services = build(Settings(data=None), rulebook=Rulebook({}))
    try:
        every = [one for n in range(before) for one in run(n, name.format(n), end=end)]
        assert not any(take(services, *every))
        head = services.mesh.journal.head.sequence
        with counted() as work:
            for one in run(before, name.format(before), end=end):
                assert not any(take(services, one))
        change = services.mesh.journal.difference(head, services.mesh.journal.head.sequence)
        return work, len(change.added) + len(change.removed)
    finally:
        services.close()


@pytest.mark.parametrize(
    ("name", "end"),
    [("report", "COMPLETE"), ("report_{}", "COMPLETE"), ("report", "FAIL"), ("report_{}", "FAIL")],
    ids=["the same output", "ever new outputs", "only failures", "failures to write new outputs"],
)
def test_an_event_costs_the_same_however_many_runs_came_before(name: str, end: str) -> None:
    (few, changed_of_few), (many, changed_of_many) = (
        took(before, name=name, end=end) for before in (FEW, MANY)
    )
    assert few.read > 0
    assert few.said > 0
    assert many.read <= few.read * 1.1
    assert many.said <= few.said * 1.1
    assert changed_of_many <= changed_of_few * 1.1


def described(services: Services, name: str) -> int:
    quads = services.mesh.graph.describe([dataset(name)])[dataset(name)]
    return len(quads)


def test_a_dataset_is_read_without_the_runs_that_wrote_it(empty_mesh: Services) -> None:
    take(empty_mesh, *run(0, "report"))
    few = described(empty_mesh, "report")
    take(empty_mesh, *(one for n in range(1, 40) for one in run(n, "report")))
    assert described(empty_mesh, "report") == few
