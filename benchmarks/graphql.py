"""How soon GraphQL answers: `python -m benchmarks.graphql [--long]`.

Two servers of the same mesh, each a process of its own with uvicorn, are asked in turn over HTTP:
one completes lists by graphql-core alone, the other as ours does. Where others use the machine,
the processor time of the server says more than the clock on the wall; both are of whole answers,
so finding the lineage is in them too.
"""

import argparse
import multiprocessing
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from unittest.mock import patch

import httpx2
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from benchmarks.report import Report
from benchmarks.synthetic import BASE, datasets, founding
from isogloss.api import app
from isogloss.api.graphql.executor import PlainExecutor
from isogloss.bootstrap import build
from isogloss.cli.serving import serve
from isogloss.governance.rulebook import Rulebook
from isogloss.model.change import Committed
from isogloss.settings import Settings

COLUMNS = 20
ROOT = f"{BASE}d0/dataset/t0"
"""All columns of all other datasets are made from its columns, directly or not."""

_LINEAGE = """
    query ($of: ID!, $maxNodes: Int!) {
      lineage(of: $of, direction: DOWNSTREAM, maxHops: 1000, maxNodes: $maxNodes) {
        nodes { id distance }
        edges { upstream downstream kind transformations graphs through }
      }
    }"""
_PRODUCT = "query ($id: ID!) { product(id: $id) { id title version } }"


class Server:
    """A server in a process of its own."""

    def __init__(self, *, plain: bool, sets: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, plain, sets), daemon=True)
        self._process.start()
        theirs.close()  # so that its end is noticed, and not waited for
        self._address = self._pipe.recv()
        self._client = httpx2.Client(timeout=600)

    def ask(self, query: str, variables: dict[str, object]) -> tuple[float, float, bytes]:
        """Give milliseconds until all of the answer is there, those that it computed, and it."""
        before = self._used()
        began = time.perf_counter()
        answer = self._client.post(self._address, json={"query": query, "variables": variables})
        took = time.perf_counter() - began
        used = self._used() - before
        answer.raise_for_status()
        return took * 1_000, used * 1_000, answer.content

    def _used(self) -> float:
        self._pipe.send(None)
        used: float = self._pipe.recv()
        return used

    def stop(self) -> None:
        """End the process."""
        self._client.close()
        self._process.terminate()
        self._process.join()


def _serve(pipe: Connection, plain: bool, sets: int) -> None:
    services = build(Settings(data=None), rulebook=Rulebook({}))
    for said in ([founding()], [*datasets(sets, COLUMNS)]):
        assert isinstance(services.commits.replace(said), Committed)

    def tell() -> None:
        while True:
            pipe.recv()
            pipe.send(time.process_time())

    def greet(address: str) -> str:
        pipe.send(address)
        threading.Thread(target=tell, daemon=True).start()
        return ""

    executor = PlainExecutor if plain else StrawberryGraphQLCoreExecutionContext
    with patch.object(app, "PlainExecutor", executor):
        serve(services, "127.0.0.1", 0, public=True, greet=greet)


@contextmanager
def _servers(sets: int) -> Iterator[dict[str, Server]]:
    servers = {
        "graphql-core": Server(plain=False, sets=sets),
        "ours": Server(plain=True, sets=sets),
    }
    try:
        yield servers
    finally:
        for server in servers.values():
            server.stop()


def main() -> None:
    """Run all of it, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--long", action="store_true", help="ask 30 times, not 5")
    times = 30 if parser.parse_args().long else 5
    report = Report("graphql")
    # Each dataset but the first adds its columns to what is downstream of the first.
    with _servers(10_000 // COLUMNS + 2) as servers:
        for nodes in (10, 100, 1_000, 10_000):
            variables: dict[str, object] = {"of": ROOT, "maxNodes": nodes}
            _compare(
                report,
                servers,
                f"lineage, {nodes:,} nodes ({{size:,}} bytes)",
                _LINEAGE,
                variables,
                times,
            )
        _compare(
            report,
            servers,
            "one product ({size:,} bytes)",
            _PRODUCT,
            {"id": f"{BASE}d0/product/p0"},
            times,
        )
    report.show()


def _compare(
    report: Report,
    servers: dict[str, Server],
    what: str,
    query: str,
    variables: dict[str, object],
    times: int,
) -> None:
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in servers}
    for turn in range(times + 1):
        answers: list[bytes] = []
        for name, server in servers.items():
            took, used, answer = server.ask(query, variables)
            answers.append(answer)
            if turn:  # the first of each warms it up
                taken[name].append((took, used))
        assert answers[0] == answers[1]
        assert b'"errors"' not in answers[0]
        what = what.format(size=len(answers[0]))
    for name, pairs in taken.items():
        report.add(f"{what}, {name}: until answered", [took for took, _ in pairs], "ms")
        report.add(f"{what}, {name}: computed", [used for _, used in pairs], "ms")
    stock, ours = (min(used for _, used in pairs) for pairs in taken.values())
    report.add_ratio(f"{what}: computed by graphql-core to ours", stock / ours)


if __name__ == "__main__":
    main()
