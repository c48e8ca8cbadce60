"""A server that is killed again and again loses nothing that it acknowledged."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Event, Lock
from time import monotonic, sleep
from typing import Any

import httpx2
import pytest

from isogloss.bootstrap import build
from isogloss.services.ownership import OPERATOR
from isogloss.settings import Settings
from isogloss.store.mesh import Mesh
from isogloss.store.tokens import FILE as TOKENS
from isogloss.store.tokens import Tokens
from tests.torture.workbench import (
    Figures,
    chance,
    found_shop,
    size,
    together,
    turtle,
    values_at,
)

CLIENTS = 8
COMMITS = size(10_000, 48)
KILLS = size(50, 2)
SAMPLES = size(200, 20)
REPLACE = """mutation ($source: String!, $turtle: String!, $id: ID!) {
  replaceSource(domain: "shop", source: $source, turtle: $turtle, id: $id) {
    __typename ... on Commit { sequence graphs added removed }
  }
}"""


class Gone(Exception):
    """The server is no more; whether it has made the change nobody knows."""


class Server:
    """A mesh served by a process of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[str] | None = None
        self.up = Event()
        self.address = ""

    def start(self) -> float:
        """Start it; give the seconds until it says that all is well."""
        began = monotonic()
        command = [sys.executable, "-c", "from isogloss.cli import main; main()"]
        process = self._process = subprocess.Popen(  # noqa: S603 - our own command
            [*command, "serve", "--port", "0", "--data", str(self._folder)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+", line)
        assert found, line
        self.address = found[0]
        health = httpx2.get(f"{self.address}/health", timeout=30).json()
        took = monotonic() - began
        assert health["status"] == "ok", health
        assert health["sequence"] == health["graphSequence"], health
        self.up.set()
        return took

    def kill(self) -> None:
        """End it by SIGKILL, which it cannot see coming."""
        self.up.clear()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            assert self._process.stdout is not None
            self._process.stdout.close()


@dataclass
class Record:
    """What the clients know."""

    acknowledged: dict[str, dict[str, Any]] = field(default_factory=dict)
    abandoned: set[str] = field(default_factory=set)
    repeated: int = 0
    lock: Lock = field(default_factory=Lock)


def _write(client: httpx2.Client, server: Server, id: str) -> dict[str, Any]:
    source, _, value = id.partition("-")
    variables = {"source": source, "turtle": turtle(source, value), "id": id}
    try:
        response = client.post(
            f"{server.address}/graphql", json={"query": REPLACE, "variables": variables}
        )
    except httpx2.TransportError as error:
        raise Gone from error
    answer: dict[str, Any] = response.json()
    assert "errors" not in answer, answer
    made: dict[str, Any] = answer["data"]["replaceSource"]
    assert made["__typename"] in ("Committed", "CommittedWithWarnings"), answer
    return made


@contextmanager
def _client(token: str) -> Iterator[httpx2.Client]:
    with httpx2.Client(headers={"Authorization": f"Bearer {token}"}, timeout=60) as client:
        yield client


def _keep_writing(server: Server, token: str, number: int, record: Record) -> None:
    """Write counters to a source of one's own; ask again for some that nobody answered."""
    chances = chance(number)
    with _client(token) as client:
        for value in range(COMMITS // CLIENTS):
            id = f"w{number}-{value}"
            while True:
                assert server.up.wait(60)
                try:
                    made = _write(client, server, id)
                except Gone:
                    # The last one is never given up: it shows that writing goes on.
                    if chances.random() < 0.5 and value < COMMITS // CLIENTS - 1:
                        with record.lock:
                            record.abandoned.add(id)
                        break
                    with record.lock:
                        record.repeated += 1
                    sleep(0.01)
                    continue
                with record.lock:
                    record.acknowledged[id] = made
                break


def _keep_killing(server: Server, record: Record, starts: list[float]) -> None:
    chances = chance(7)
    moments = sorted(chances.sample(range(COMMITS // 20, COMMITS * 9 // 10), KILLS))
    for moment in moments:
        deadline = monotonic() + 120
        while len(record.acknowledged) + len(record.abandoned) < moment:
            assert monotonic() < deadline, "the clients are stuck"
            sleep(0.002)
        # Long enough to end anywhere in the next transaction, not just after the last one.
        sleep(chances.uniform(0, 0.4))
        server.kill()
        starts.append(server.start())


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Path, Server, str]]:
    folder = tmp_path / "mesh"
    services = build(Settings(data=folder))
    found_shop(services.commits)
    services.close()
    tokens = Tokens(folder / TOKENS)
    token, _ = tokens.issue(OPERATOR, timedelta(days=1))
    tokens.close()
    server = Server(folder)
    yield folder, server, token
    server.kill()


def test_a_server_that_is_killed_loses_nothing_that_it_acknowledged(
    served: tuple[Path, Server, str], figures: Figures
) -> None:
    folder, server, token = served
    record = Record()
    starts = [server.start()]
    writers = [partial(_keep_writing, server, token, number, record) for number in range(CLIENTS)]
    began = monotonic()
    together(*writers, partial(_keep_killing, server, record, starts))
    took = monotonic() - began
    server.kill()
    assert len(starts) == KILLS + 1
    assert max(starts) < 5
    assert len(record.acknowledged) + len(record.abandoned) == COMMITS // CLIENTS * CLIENTS

    mesh = Mesh.open(folder)
    assert list(mesh.verify()) == []
    made = _check(mesh, record)
    mesh.close()

    # Asked again, the server answers as it did, and makes what it had not made.
    starts.append(server.start())
    head = len(made) + 1
    with _client(token) as client:
        for id in chance(11).sample(sorted(record.acknowledged), min(SAMPLES, len(made) // 2)):
            assert _write(client, server, id) == record.acknowledged[id]
        for id in sorted(record.abandoned):
            sequence = _write(client, server, id)["sequence"]
            assert sequence == made.get(id, head + 1)
            head = max(head, sequence)
    figures(
        f"{len(record.acknowledged)} acknowledged commits and {KILLS} kills in {took:.0f} s; "
        f"0 lost, 0 half-applied; {record.repeated} asked again; of {len(record.abandoned)} "
        f"given up {len(record.abandoned & made.keys())} had been made; "
        f"start until /health: {max(starts):.2f} s at most"
    )


def _check(mesh: Mesh, record: Record) -> dict[str, int]:
    """Compare the journal with what the clients know; give the commits by their ids."""
    entries = mesh.journal.entries(newest=10**9)[::-1]
    made = {e.attempt.id: e.sequence for e in entries[1:] if e.sequence is not None}
    assert len(made) == len(entries) - 1 == mesh.journal.head.sequence - 1
    lost = {
        id: answer
        for id, answer in record.acknowledged.items()
        if made.get(id) != answer["sequence"]
    }
    assert lost == {}
    assert made.keys() <= record.acknowledged.keys() | record.abandoned
    sampled = {mesh.journal.head.sequence, *chance(5).sample(sorted(made.values()), SAMPLES)}
    expected: dict[str, set[str]] = {}
    for id, sequence in made.items():
        source, _, value = id.partition("-")
        expected[source] = {value}
        if sequence in sampled:
            assert values_at(mesh, sequence) == expected, f"half-applied as of {sequence}"
    return made
