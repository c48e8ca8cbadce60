"""Judging may hang, crash or be killed: then a change is refused, and never passes by accident."""

import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from isogloss.bootstrap import Services, build
from isogloss.errors import ValidationFailed
from isogloss.governance.regime import Binding, Regime
from isogloss.governance.rulebook import Rulebook
from isogloss.model.change import Committed, Refused, SourceContent
from isogloss.model.rdf import Iri, Literal, Quad, Triple
from isogloss.services.bench import Bench
from isogloss.services.bench_process import BenchProcess
from isogloss.settings import Settings
from tests.services.test_verdict import NS, TITLED, TWO, thing
from tests.torture.workbench import size

ROUNDS = size(100, 8)
GOOD, BAD = thing(TWO, title="t", code="7"), thing(TWO, title="t", code="none")
# Each node with each, and again with each, and again: longer than anybody waits.
ENDLESS = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix : <https://mesh.example/ns/> .
:Endless a sh:NodeShape ; sh:targetClass :C ; sh:sparql [ sh:select '''SELECT $this WHERE {
  $this a ?c . ?a ?b ?c2 . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o
  FILTER(CONCAT(STR(?a), STR(?d), STR(?g), STR(?j), STR(?m)) = "x") }''' ] .
"""


@pytest.fixture
def isolated() -> Iterator[Services]:
    """A mesh under two rules, judged in a process of its own."""
    services = build(Settings(data=None), rulebook=Rulebook({"r.ttl": TITLED}), isolated=True)
    yield services
    services.close()


def say(services: Services, said: frozenset[Triple]) -> Committed | Refused:
    return services.commits.replace([SourceContent("governance", "one", said)])


def pid_of(services: Services) -> int | None:
    bench = services.judge._bench
    assert isinstance(bench, BenchProcess)
    return bench.pid


def test_a_process_judges_as_this_one_does(isolated: Services) -> None:
    with_title = thing(TWO, title="t")
    assert isinstance(say(isolated, with_title), Committed)
    refused = say(isolated, BAD)
    assert isinstance(refused, Refused)
    assert isinstance(say(isolated, GOOD), Committed)
    assert isolated.governance.report().conforms
    here = build(Settings(data=None), rulebook=Rulebook({"r.ttl": TITLED}))
    say(here, with_title)
    assert say(here, BAD) == refused
    here.close()


def test_killed_between_two_changes_it_is_started_again(isolated: Services) -> None:
    assert isinstance(say(isolated, GOOD), Committed)
    first = pid_of(isolated)
    assert first is not None
    os.kill(first, signal.SIGKILL)
    with pytest.raises(ValidationFailed, match="Try again"):
        say(isolated, BAD)
    assert isinstance(say(isolated, BAD), Refused)
    assert pid_of(isolated) not in (None, first)
    assert isinstance(say(isolated, frozenset()), Committed)


def test_killed_at_any_moment_nothing_bad_gets_in(isolated: Services) -> None:
    chances, done = random.Random(4), threading.Event()  # noqa: S311 - nothing secret
    kills = 0

    def kill() -> None:
        nonlocal kills
        while not done.wait(chances.uniform(0.3, 1.2)):
            if (pid := pid_of(isolated)) is not None:
                os.kill(pid, signal.SIGKILL)
                kills += 1

    killer = threading.Thread(target=kill)
    killer.start()
    told = {"refused": 0, "committed": 0, "not judged": 0}
    try:
        while kills < ROUNDS:
            for said in (GOOD, BAD, frozenset[Triple]()):
                try:
                    outcome = say(isolated, said)
                except ValidationFailed:
                    told["not judged"] += 1
                else:
                    assert isinstance(outcome, Committed) == (said != BAD)
                    told["committed" if said != BAD else "refused"] += 1
    finally:
        done.set()
        killer.join()
    assert min(told.values()) > 0, told
    head = isolated.mesh.journal.head.sequence
    for sequence in range(1, head + 1):
        state = {Triple(*quad[:3]) for quad in isolated.mesh.at(sequence).quads()}
        assert state in (GOOD, frozenset())
    assert list(isolated.mesh.verify()) == []


def test_what_takes_too_long_is_given_up_and_writes_nothing() -> None:
    bench = BenchProcess((), seconds=0.5)
    graph = Iri("urn:g")
    many = [Quad(Iri(f"{NS}x{n}"), Iri(f"{NS}p"), Literal(str(n)), graph) for n in range(300)]
    bench.load(many, Regime.of(Rulebook({"endless.ttl": ENDLESS})))
    began = time.monotonic()
    with pytest.raises(ValidationFailed, match=r"took longer than 0\.5 seconds"):
        bench.attempt([Quad(*triple, graph) for triple in thing(TWO, title="t")], [])
    assert time.monotonic() - began < 5
    assert bench.pid is None
    with pytest.raises(ValidationFailed, match="No state"):
        bench.report()


def test_a_domains_rules_have_a_time_of_their_own() -> None:
    """What they take is not counted with the rest, so that no other set is blamed for it."""
    bench = BenchProcess((), seconds=1, own_seconds=2.5)
    graph, id, owner = Iri("urn:g"), Iri("urn:rules"), Iri("urn:domain")
    many = [Quad(Iri(f"{NS}x{n}"), Iri(f"{NS}p"), Literal(str(n)), graph) for n in range(300)]
    own = Binding(id, Rulebook({"endless.ttl": ENDLESS}), "own", owner, NS)
    common = Binding(Iri("urn:all"), Rulebook({"r.ttl": TITLED}))
    bench.load(many, Regime(datetime.now(UTC), (common, own)))
    with pytest.raises(ValidationFailed, match=r"took longer than 2\.5 seconds") as caught:
        bench.attempt([Quad(*triple, graph) for triple in thing(TWO, title="t")], [])
    assert caught.value.rule_set == id
    assert bench.pid is None


@pytest.mark.parametrize("kind", [Bench, BenchProcess])
@pytest.mark.parametrize(
    ("word", "other", "said"),
    [("minCount 1", "minCount 'one'", "minCount"), ("^[0-9]+$", "([", "cannot be run")],
)
def test_rules_that_are_none_are_told_of(
    kind: type[Bench] | type[BenchProcess], word: str, other: str, said: str
) -> None:
    bench = kind(())
    with pytest.raises(ValidationFailed, match=said):
        bench.load([], Regime.of(Rulebook({"r.ttl": TITLED.replace(word, other)})))
    bench.close()
