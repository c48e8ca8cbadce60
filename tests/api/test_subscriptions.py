"""What is announced over a WebSocket, to whom, and what becomes of it when things go wrong."""

import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Collection, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from unittest.mock import patch

import httpx2
import pytest
from websockets.sync.client import connect

from isogloss import resources
from isogloss.api import sockets, watcher
from isogloss.bootstrap import Services, build
from isogloss.errors import ValidationFailed
from isogloss.model.change import Committed
from isogloss.model.governance import Severity, ValidationReport, ValidationResult
from isogloss.model.rdf import Iri
from isogloss.services.bench import Bench
from isogloss.services.watching import Sight, Watching
from isogloss.settings import Settings
from tests.doors import without_rules
from tests.listening import PROTOCOL, Client, Served, serve, until

ACTIVITY = "https://mesh.example/marketing/product/activity"
FOLDER = resources.folder("sample_data") / "marketing" / "product"
TURTLE = (FOLDER / "activity.ttl").read_text("utf-8")
PURPOSE = '    dprod:purpose "Tell which campaigns bring people who stay."@en ;\n'
OWNER = "    dprod:dataProductOwner gov:person\\/anna ;\n"
REPORT = "{ validationReport { conforms } }"
TITLE = '    dcterms:title "active_users" ;\n'


@pytest.fixture
def served() -> Iterator[Served]:
    services = build(Settings(data=None))
    services.loading.load_mesh(resources.walk(resources.folder("sample_data")))
    with serve(services, graceful_seconds=2) as here:
        yield here
    services.close()


def _say(services: Services, *left_out: str, turtle: str = TURTLE) -> int:
    """Let marketing's activity say all but some lines; give the number of the commit."""
    for line in left_out:
        assert line in turtle
        turtle = turtle.replace(line, "")
    outcome = services.loading.replace_source("marketing", "product/activity", turtle).outcome
    assert isinstance(outcome, Committed), outcome
    return outcome.sequence


def test_a_commit_that_breaks_a_rule_is_announced_and_one_that_mends_it(served: Served) -> None:
    with served.listening("marketing") as client:
        broken = _say(served.services, PURPOSE)
        change = client.change()
        (result,) = change.pop("newlyFailing")
        assert result["rule"].endswith("DataProduct-purpose")
        assert result["severity"] == "WARNING"
        assert change == {
            "sequence": broken,
            "product": ACTIVITY,
            "passed": True,
            "was": True,
            "newlyPassing": [],
        }
        mended = _say(served.services)
        change = client.change()
        assert (change["sequence"], change["newlyFailing"]) == (mended, [])
        assert [one["rule"] for one in change["newlyPassing"]] == [result["rule"]]
        assert client.hears_nothing()


def test_a_violation_at_a_part_fails_its_product(served: Served) -> None:
    services = served.services
    with served.listening("marketing") as client:
        # Nobody looks until the rules are back: only so can a mesh get violations.
        with services.judge.turn(), without_rules(services.judge):
            _say(services, OWNER, TITLE)
        change = client.change()
        assert (change["passed"], change["was"]) == (False, True)
        nodes = {result["focusNode"] for result in change["newlyFailing"]}
        assert nodes == {ACTIVITY, "https://mesh.example/marketing/dataset/active_users"}
        _say(services)
        change = client.change()
        assert (change["passed"], change["was"]) == (True, False)
        assert {result["focusNode"] for result in change["newlyPassing"]} == nodes


def test_products_that_come_and_go_are_announced(served: Served) -> None:
    with served.listening("marketing") as client:
        with served.services.judge.turn(), without_rules(served.services.judge):
            served.services.loading.replace_source("marketing", "product/activity", "")
        gone = client.change()
        while gone["product"] != ACTIVITY:  # others read from it
            gone = client.change()
        assert (gone["passed"], gone["was"]) == (None, True)
        with served.services.judge.turn(), without_rules(served.services.judge):
            _say(served.services)
        come = client.change()
        while come["product"] != ACTIVITY:
            come = client.change()
        assert (come["passed"], come["was"]) == (True, None)


def test_only_the_domain_that_is_listened_to_is_announced(served: Served) -> None:
    with served.listening("finance") as client:
        _say(served.services, PURPOSE)
        assert client.hears_nothing()


def test_a_commit_that_changes_no_verdict_is_not_announced(served: Served) -> None:
    with served.listening("marketing") as client:
        _say(served.services, turtle=TURTLE.replace('"User activity"', '"Activity"'))
        assert client.hears_nothing()


def test_all_who_listen_share_one_look(served: Served) -> None:
    with served.listening("marketing") as one, served.listening("marketing", "finance") as two:
        looks = len(served.seen)
        time.sleep(2)
        assert len(served.seen) - looks <= 2 / watcher.SECONDS + 1
        broken = _say(served.services, PURPOSE)
        assert one.change()["sequence"] == two.change()["sequence"] == broken


def test_a_domain_may_be_named_by_its_iri_and_one_that_is_not_there_is_refused(
    served: Served,
) -> None:
    with served.listening("https://mesh.example/marketing/domain") as client:
        _say(served.services, PURPOSE)
        assert client.change()["product"] == ACTIVITY
        client.subscribe("nowhere", id="2")
        (error,) = client.hear()["payload"]["errors"]
        assert error["extensions"]["code"] == "NOT_FOUND"
        assert client.hear() == {"type": "complete", "id": "2"}


def test_while_nobody_can_judge_nothing_is_said_and_nothing_is_lost(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = count()
    failed: list[int] = []

    def broken(_: Bench) -> ValidationReport:
        failed.append(next(failures))
        raise ValidationFailed("The rules cannot be run.")

    with served.listening("marketing") as client:
        with monkeypatch.context() as patched:
            patched.setattr(Bench, "report", broken)
            _say(served.services, PURPOSE)
            _say(served.services, PURPOSE, turtle=TURTLE.replace('"User activity"', '"Activity"'))
            until(lambda: len(failed) >= 2)
            assert client.hears_nothing(0.1)
        change = client.change()
        assert len(change["newlyFailing"]) == 1
        assert client.hears_nothing()


def test_a_bug_ends_the_subscription_and_the_next_one_works(
    served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    with served.listening("marketing") as client:
        with patch.object(Watching, "changes", side_effect=RuntimeError("swordfish")):
            (error,) = client.hear()["payload"]["errors"]
            assert error["extensions"]["code"] == "INTERNAL"
            assert "swordfish" not in error["message"]
            assert client.hear()["type"] == "complete"
        assert error["extensions"]["number"] in caplog.text
        served.seen.clear()
        client.subscribe("marketing", id="2")
        served.looked("marketing")
        _say(served.services, PURPOSE)
        assert client.change()["product"] == ACTIVITY


def _restless(served: Served) -> ExitStack:
    """Let every look see a product come or go, of which much is said."""
    domain = served.services.catalog.get_domain("marketing").id
    node, kind = Iri("urn:x:node"), Iri("urn:x:component")
    results = [
        ValidationResult(
            node, Iri(f"urn:x:rule:{n}"), None, None, kind, Severity.WARNING, "rule", "m" * 200
        )
        for n in range(300)
    ]
    report = ValidationReport(())
    full = {Iri("urn:x:product"): {result.key: result for result in results}}
    numbers = count()

    def look(domains: object, before: Sight | None = None) -> Sight:
        number = next(numbers)
        served.seen.append(Sight(number, report, {domain: full if number % 2 else {}}))
        return served.seen[-1]

    stack = ExitStack()
    stack.enter_context(patch.object(served.services.watching, "look", look))
    stack.enter_context(patch.object(watcher, "SECONDS", 0.01))
    return stack


def _until_nobody_looks(served: Served) -> None:
    """Wait until so much waits to be read that the only listener was given up."""
    looks = -1
    while looks != len(served.seen):
        looks = len(served.seen)
        time.sleep(1)


def test_who_reads_too_slowly_is_told_so(served: Served) -> None:
    with _restless(served), served.listening("marketing") as client:
        _until_nobody_looks(served)
        sequences = []
        while True:
            message = client.hear()
            assert message["type"] == "next"
            if "errors" in message["payload"]:
                break
            sequences.append(message["payload"]["data"]["verdictChanges"]["sequence"])
        (error,) = message["payload"]["errors"]
        assert error["extensions"]["code"] == "TOO_SLOW"
        assert client.hear()["type"] == "complete"
        # Up to there, nothing was left out.
        assert sequences == list(range(sequences[0], sequences[-1] + 1))
        assert sequences[-1] < len(served.seen) - watcher.MAX_WAITING


def test_who_reads_nothing_at_all_is_left(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "SEND_SECONDS", 0.5)
    alone = served.tasks()
    with _restless(served), served.listening("marketing"):
        assert served.tasks() > alone
        until(lambda: served.tasks() == alone, 60)


def test_who_goes_leaves_nothing_running(served: Served) -> None:
    alone = served.tasks()
    with served.listening("marketing", "finance"):
        assert served.tasks() > alone
    until(lambda: served.tasks() == alone)
    with served.listening("marketing", "finance") as client:
        # Aborted, without a word.
        client.socket.socket.shutdown(socket.SHUT_RDWR)
        until(lambda: served.tasks() == alone)
    looks = len(served.seen)
    time.sleep(3 * watcher.SECONDS)
    assert len(served.seen) == looks


def test_a_subscription_that_is_completed_leaves_nothing_running(served: Served) -> None:
    with served.open() as client:
        client.init(served.token())
        idle = served.tasks()
        for n in range(20):
            client.subscribe("marketing", id=str(n))
            client.say(type="complete", id=str(n))
        until(lambda: served.tasks() == idle)
        assert client.hears_nothing(0.2)


def test_who_comes_and_goes_while_the_rules_run_long_has_one_look_running(served: Served) -> None:
    looking: list[int] = []
    look = served.services.watching.look
    go_on = threading.Event()

    def long(domains: Collection[Iri], before: Sight | None = None) -> Sight:
        looking.append(threading.get_ident())
        go_on.wait(15)
        return look(domains, before)

    alone = served.tasks()
    with patch.object(served.services.watching, "look", long), served.open() as client:
        client.init(served.token())
        for n in range(20):
            client.subscribe("marketing", id=str(n))
            until(lambda: looking)
            client.say(type="complete", id=str(n))
        assert client.hears_nothing(0.5)
        assert len(looking) == 1
        go_on.set()
    until(lambda: served.tasks() == alone)


def test_a_server_stops_in_time_while_somebody_listens(served: Served) -> None:
    with served.listening("marketing", "finance") as client, served.listening("marketing"):
        started = time.monotonic()
        served.server.should_exit = True
        code, _ = client.closed()
        assert code == 1012
        until(lambda: not served.server.server_state.tasks)
        assert time.monotonic() - started < 5


def test_a_server_stops_in_time_while_somebody_reads_nothing(served: Served) -> None:
    with _restless(served), served.listening("marketing"):
        _until_nobody_looks(served)
        started = time.monotonic()
        served.server.should_exit = True
        until(lambda: not served.server.server_state.tasks)
        assert time.monotonic() - started < 6


def test_serve_answers_over_websockets_and_stops_when_told(sample_folder: Path) -> None:
    command = [sys.executable, "-c", "from isogloss.cli import main; main()"]
    arguments = ["serve", "--port", "0", "--public", "--data", str(sample_folder)]
    with subprocess.Popen([*command, *arguments], stdout=subprocess.PIPE, text=True) as server:  # noqa: S603 - our own command
        try:
            assert server.stdout is not None
            found = re.search(r"http(://\S+/graphql)", server.stdout.readline())
            assert found
            # The first report starts the judge, which takes its time.
            answer = httpx2.post(f"http{found[1]}", json={"query": REPORT}, timeout=60)
            assert "errors" not in answer.json()
            with connect(f"ws{found[1]}", subprotocols=[PROTOCOL]) as opened:
                client = Client(opened)
                client.init()
                client.subscribe("marketing")
                client.say(type="ping")
                assert client.hear() == {"type": "pong"}
                server.send_signal(signal.SIGTERM)
                assert client.closed()[0] == 1012
            server.wait(15)
        finally:
            server.kill()
