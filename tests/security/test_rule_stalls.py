"""Rules that never end, crash or are killed at work: only those whose they are wait for it."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from isogloss import bootstrap, resources
from isogloss.errors import ValidationFailed
from isogloss.model.access import Role
from isogloss.model.change import Committed, Refused
from isogloss.model.rdf import Iri
from isogloss.model.rules import NotAdmitted
from isogloss.services import admission
from isogloss.services.bench_process import BenchProcess
from isogloss.settings import Settings
from tests.security.rule_sets import (
    draft,
    force,
    head,
    judges_as_before,
    say,
    sound,
    untitled,
    withdraw,
)
from tests.security.world import BASE, SPACES, World, dataset, found, person

MINE, THEIRS = SPACES["sales"], SPACES["shop"]
OWN_SECONDS = 0.5

# Each statement with each, again and again: longer than anybody waits.
_EACH = " . ".join(f"?a{n} ?b{n} ?c{n}" for n in range(6))
_NAMES = ", ".join(f"STR(?a{n})" for n in range(6))


def endless(space: str, when: str = "a dcat:Dataset") -> str:
    """Write a rule for products and datasets that never ends for those which are so."""
    return f"""{head(space)}
ex:Endless a sh:NodeShape ; sh:targetClass dcat:Dataset ; sh:property ex:Name .
ex:Name a sh:PropertyShape ; sh:path dcterms:title ; sh:severity sh:Warning ;
    sh:name "name"@en ; sh:message "Wait." ; mesh:ruleId "endless" ;
    sh:sparql [ sh:select '''PREFIX dcat: <http://www.w3.org/ns/dcat#>
PREFIX dcterms: <http://purl.org/dc/terms/>
SELECT $this WHERE {{ $this {when} . {_EACH} FILTER(CONCAT({_NAMES}) = "x") }}''' ] .
"""


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A mesh that is judged in a process of its own, where nobody waits for long."""
    yield from _founded(monkeypatch, OWN_SECONDS)


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A mesh where one waits until somebody loses patience."""
    yield from _founded(monkeypatch, 120)


def limited(seconds: float) -> Callable[..., BenchProcess]:
    """Make processes in which a domain's rules have so many seconds."""
    return partial(BenchProcess, own_seconds=seconds, own_loading_seconds=seconds)


def _founded(monkeypatch: pytest.MonkeyPatch, seconds: float) -> Iterator[World]:
    monkeypatch.setattr(bootstrap, "BenchProcess", limited(seconds))
    world = found(isolated=True)
    yield world
    world.services.close()


def bench(world: World) -> BenchProcess:
    found = world.services.judge._bench
    assert isinstance(found, BenchProcess)
    return found


def unjudged(world: World) -> tuple[Iri, ...]:
    return world.services.governance.report().unjudged


def timed(act: Callable[[], object]) -> float:
    began = time.monotonic()
    act()
    return time.monotonic() - began


def waits_for_its_own(world: World, id: Iri) -> None:
    """Check that a domain writes nothing as long as its rules cannot be run, and then again."""
    mine = f"{MINE}dataset/probe"
    for said in (dataset(mine), untitled(mine)):
        with pytest.raises(ValidationFailed, match=f"<{id}> could not be run") as caught:
            say(world.services, "sales", said)
        assert caught.value.code == "VALIDATION_UNAVAILABLE"
    assert unjudged(world) == (id,)
    assert not world.services.governance.report().conforms
    judges_as_before(world, "shop")
    withdraw(world.services, id, "sales")
    judges_as_before(world, "sales")
    assert unjudged(world) == ()


def test_rules_that_never_end_hold_up_only_their_own_domain(world: World) -> None:
    id = force(world.services, "sales", endless(MINE))

    first = timed(lambda: say(world.services, "shop", dataset(f"{THEIRS}dataset/first")))
    second = timed(lambda: say(world.services, "shop", dataset(f"{THEIRS}dataset/second")))

    # One time-out, and the mesh loaded anew by another process.
    assert OWN_SECONDS <= first < OWN_SECONDS + 20
    assert second < 2
    waits_for_its_own(world, id)


def test_rules_that_never_end_for_one_change_hold_up_nobody_else(world: World) -> None:
    slow = f"{MINE}dataset/slow"
    id = force(world.services, "sales", endless(MINE, 'dcterms:title "slow"'))
    judges_as_before(world, "sales")
    assert unjudged(world) == ()

    with pytest.raises(ValidationFailed, match=f"<{id}> could not be run"):
        say(world.services, "sales", dataset(slow, "slow"))

    assert world.services.catalog.datasets([Iri(slow)]) == [None]
    waits_for_its_own(world, id)


def test_of_two_domains_each_waits_for_its_own_rules_only(world: World) -> None:
    ids = {name: force(world.services, name, endless(SPACES[name])) for name in ("sales", "emea")}
    tight = force(world.services, "shop", sound(THEIRS))
    judges_as_before(world, "shop")
    assert set(unjudged(world)) == set(ids.values())
    assert isinstance(say(world.services, "shop", dataset(f"{THEIRS}dataset/d", "no")), Refused)
    withdraw(world.services, ids["emea"], "emea")
    judges_as_before(world, "emea")
    withdraw(world.services, tight, "shop")
    waits_for_its_own(world, ids["sales"])


def test_a_domain_has_its_rules_tried_again_ever_less_often(world: World) -> None:
    id = force(world.services, "sales", endless(MINE))
    judges_as_before(world, "shop")
    judge, start = world.services.judge, datetime.now(UTC)
    for minutes, waits in ((0, 0), (2, OWN_SECONDS), (3, 0), (5, OWN_SECONDS), (8, 0)):
        judge._clock = partial(_plus, start, minutes)
        took = timed(lambda: refused_as_not_judged(world, id))
        assert waits <= took < waits + 20
        assert waits > 0 or took < 2
    judges_as_before(world, "shop")


def refused_as_not_judged(world: World, id: Iri) -> None:
    with pytest.raises(ValidationFailed, match=f"<{id}> could not be run"):
        say(world.services, "sales", dataset(f"{MINE}dataset/probe"))


def _plus(start: datetime, minutes: int) -> datetime:
    return start + timedelta(minutes=minutes)


def test_what_failed_by_chance_judges_again(world: World) -> None:
    id = force(world.services, "sales", sound(MINE))
    judge, start = world.services.judge, datetime.now(UTC)
    judges_as_before(world, "shop")
    lost = ValidationFailed("The process has ended.")
    lost.rule_set = id
    assert judge._suspends(lost)
    judge.forget()
    assert unjudged(world) == (id,)
    refused_as_not_judged(world, id)
    judge._clock = partial(_plus, start, 2)
    assert isinstance(say(world.services, "sales", dataset(f"{MINE}dataset/d", "no")), Refused)
    assert unjudged(world) == ()


def test_a_version_that_can_be_run_takes_the_place_of_one_that_cannot(world: World) -> None:
    force(world.services, "sales", endless(MINE))
    judges_as_before(world, "shop")
    force(world.services, "sales", sound(MINE))
    assert isinstance(say(world.services, "sales", dataset(f"{MINE}dataset/d", "no")), Refused)
    assert unjudged(world) == ()


def test_killed_while_it_judges_by_a_domains_rules_it_goes_on_without_them(
    patient: World,
) -> None:
    id, done = force(patient.services, "sales", endless(MINE)), threading.Event()

    def kill() -> None:
        while not done.wait(0.05):
            busy_with, pid = bench(patient)._binding(), bench(patient).pid
            if busy_with is not None and busy_with.id == id and pid is not None:
                os.kill(pid, signal.SIGKILL)
                return

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        assert isinstance(say(patient.services, "shop", dataset(f"{THEIRS}dataset/d")), Committed)
    finally:
        done.set()
        killer.join()
    waits_for_its_own(patient, id)


def test_where_rules_that_bind_all_never_end_nothing_passes_until_they_are_withdrawn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        bootstrap, "BenchProcess", partial(BenchProcess, seconds=4, loading_seconds=4)
    )
    world = found(isolated=True)
    try:
        id = force(world.services, "governance", endless(BASE))
        before = world.quads()
        for said in (dataset(f"{THEIRS}dataset/d"), untitled(f"{THEIRS}dataset/d")):
            with pytest.raises(ValidationFailed, match="took longer than 4 seconds"):
                say(world.services, "shop", said)
        with pytest.raises(ValidationFailed, match=id):
            world.services.governance.report()
        assert world.quads() == before
        assert timed(lambda: withdraw(world.services, id, "governance")) < 2
        judges_as_before(world, "shop")
    finally:
        world.services.close()


def test_the_past_and_the_scores_do_not_wait_for_a_domains_rules(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bootstrap, "BenchProcess", limited(OWN_SECONDS))
    services = bootstrap.build(Settings(data=None), isolated=True)
    try:
        services.loading.load_mesh(resources.walk(resources.folder("sample_data")))
        space = services.catalog.get_domain("sales").uri_space
        of_products = endless(space, "a ?class").replace(
            "sh:targetClass dcat:Dataset", "sh:targetClass dprod:DataProduct"
        )
        before = services.scorecards.card("sales")
        id = force(services, "sales", of_products)

        now = services.as_of(services.mesh.journal.head.sequence)
        assert now.governance.report().unjudged == (id,)
        after = services.scorecards.card("sales")

        # What nobody could judge is neither kept nor broken.
        assert "endless" in {rule.rule_id for rule in services.governance.rules}
        assert "endless" not in {one.rule.rule_id for one in after.rules}
        assert after.score == before.score
    finally:
        services.close()


def test_an_example_that_never_ends_is_told_of_and_holds_up_no_draft(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admission, "EXAMPLE_SECONDS", 1.0)
    text = endless(MINE).replace(
        'mesh:ruleId "endless"',
        """mesh:ruleId "endless" ;
    mesh:passingExample "ex:d a dcat:Dataset ." , "ex:e a dcat:Dataset ." ;
    mesh:failingExample "ex:d a dcat:Dataset ; dcterms:title 'no' ." """,
    )
    began = time.monotonic()
    answer = draft(world.services, "sales", text)
    assert time.monotonic() - began < 20
    assert isinstance(answer, NotAdmitted)
    assert {f.code for f in answer.findings if f.blocking} == {"NOT_JUDGED"}
    assert all("took longer than" in f.message for f in answer.findings if f.blocking)
    judges_as_before(world, "sales")


LATE = (
    endless(MINE, "dcterms:title ?t")
    .replace(
        "SELECT $this WHERE { $this dcterms:title ?t .",
        'SELECT $this WHERE { { $this dcterms:title "no" } UNION { $this dcterms:title "orders" .',
    )
    .replace('= "x") }', '= "x") } }')
    .replace(
        'mesh:ruleId "endless"',
        """mesh:ruleId "endless" ;
    mesh:passingExample "ex:d a dcat:Dataset ; dcterms:title 'fine' ." ;
    mesh:failingExample "ex:d a dcat:Dataset ; dcterms:title 'no' ." """,
    )
)
"""Ends for its examples, and not for the mesh."""


@pytest.mark.parametrize("severity", ["sh:Violation", "sh:Warning"])
def test_what_never_ends_in_the_mesh_is_not_adopted(
    monkeypatch: pytest.MonkeyPatch, severity: str
) -> None:
    monkeypatch.setattr(bootstrap, "BenchProcess", partial(BenchProcess, seconds=3))
    world = found(isolated=True)
    try:
        id = draft(world.services, "sales", LATE.replace("sh:Warning", severity))
        assert not isinstance(id, NotAdmitted), id
        owner = person("sales", Role.OWNER)
        world.services.rules.vote(id, "sales", True, "Good.", author=owner)
        with pytest.raises(ValidationFailed, match="took longer than 3 seconds"):
            world.services.rules.adopt(id, preview="0" * 64, author=owner)
        judges_as_before(world, "sales")
    finally:
        world.services.close()
