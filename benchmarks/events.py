"""What an OpenLineage event costs: `python -m benchmarks.events [--long [COUNT]]`.

The server is the real one, in a process of its own, over a mesh on disk; every answer stands for
events that are synced, and judged by the rules that travel with the package. The clients are on
the same machine, and share its cores. In the end the mesh is compared with one that took the same
events in order and once each.
"""

import argparse
import http.client
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from itertools import islice
from pathlib import Path
from queue import Empty, Queue
from threading import Lock, Thread
from urllib.parse import urlsplit

from benchmarks.report import Report
from benchmarks.stream import Event, as_it_comes, distinct, in_order
from isogloss.bootstrap import build
from isogloss.governance.rulebook import Rulebook
from isogloss.model.rdf import Quad
from isogloss.services.events import Reported
from isogloss.services.ownership import OPERATOR
from isogloss.settings import Settings

_SMALL = 10_000
_LARGE = 1_000_000
_PART = 1_000
_BATCH = 100


def main() -> None:
    """Run all of it, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--long",
        type=int,
        nargs="?",
        const=_LARGE,
        help="so many events too, told by ten thousand; a million (hours) if none are said",
    )
    parser.add_argument("--count", type=int, default=_SMALL, help="so many events")
    arguments = parser.parse_args()
    report = Report("events")
    count: int = arguments.count
    expected = _taken_in_order(count)
    for name, connections, size in (("one by one", 32, 1), (f"in batches of {_BATCH}", 4, _BATCH)):
        with tempfile.TemporaryDirectory(prefix="isogloss-bench-") as folder:
            before = _children_seconds()
            with _server(Path(folder)) as (address, token):
                clients = Clients(address, token, connections, size)
                took = clients.send(as_it_comes(count))
            computed = _children_seconds() - before
            report.add_rate(
                f"{count:,} events {name}, {connections} connections", count / took, "events/s"
            )
            report.add(f"an answer, {name}", clients.times, "ms")
            report.add(f"an event, {name}: computed", [1000 * computed / count], "ms")
            if _said(Path(folder)) != expected:
                raise AssertionError(f"{name}: the mesh is not that of the events in order")
    if arguments.long:
        _long(report, arguments.long)
    report.show()


def _long(report: Report, count: int) -> None:
    with tempfile.TemporaryDirectory(prefix="isogloss-bench-") as folder:
        with _server(Path(folder)) as (address, token):
            clients = Clients(address, token, 4, _BATCH)
            events = as_it_comes(count)
            rates = []
            while part := list(islice(events, 10 * _PART)):
                rates.append(10 * _PART / clients.send(iter(part)))
                print(f"{len(rates) * 10 * _PART:,} events: {rates[-1]:,.0f}/s", file=sys.stderr)
        report.add_rate(f"the first of {count:,} events", rates[0], "events/s")
        report.add_rate(f"the last of {count:,} events", rates[-1], "events/s")
        report.add_ratio("the first to the last", rates[0] / rates[-1])


class Clients:
    """Connections that send events at the same time, each waiting for its answers."""

    def __init__(self, address: str, token: str, connections: int, size: int) -> None:
        self._netloc = urlsplit(address).netloc
        self._token = token
        self._connections = connections
        self._size = size
        self._lock = Lock()
        self.times: list[float] = []
        """Milliseconds from a request to its answer."""

    def send(self, events: Iterator[Event]) -> float:
        """Send events; give the seconds that it took until the last was answered."""
        queue: Queue[Sequence[Event]] = Queue()
        while part := list(islice(events, self._size)):
            queue.put(part)
        threads = [Thread(target=self._run, args=(queue,)) for _ in range(self._connections)]
        start = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return time.perf_counter() - start

    def _run(self, queue: "Queue[Sequence[Event]]") -> None:
        connection = http.client.HTTPConnection(self._netloc)
        headers = {
            "Authorization": f"Bearer {self._token}",
            "Content-Type": "application/json",
        }
        while True:
            try:
                part = queue.get_nowait()
            except Empty:
                connection.close()
                return
            alone = self._size == 1
            body = json.dumps(part[0] if alone else part).encode()
            start = time.perf_counter()
            path = "/api/v1/lineage" if alone else "/api/v1/lineage/batch"
            connection.request("POST", path, body, headers)
            response = connection.getresponse()
            text = response.read()
            took = (time.perf_counter() - start) * 1000
            if response.status not in (200, 201) or b"partial_success" in text:
                raise AssertionError(f"{response.status}: {text[:500]!r}")
            with self._lock:
                self.times.append(took)


def _children_seconds() -> float:
    """Tell how long processes computed that were started here and have ended, with their own."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@contextmanager
def _server(folder: Path) -> Iterator[tuple[str, str]]:
    services = build(Settings(data=folder / "mesh"), rulebook=Rulebook({}))
    token, _ = services.tokens.issue(OPERATOR, timedelta(days=1))
    services.close()
    command = [sys.executable, "-c", "from isogloss.cli import main; main()", "serve"]
    options = ["--data", str(folder / "mesh"), "--port", "0"]
    process = subprocess.Popen(  # noqa: S603 - our own command
        [*command, *options], stdout=subprocess.PIPE, text=True
    )
    try:
        if process.stdout is None:
            raise AssertionError("the server says nothing")
        address = next(word for word in process.stdout.readline().split() if "://" in word)
        yield address, token
    finally:
        process.terminate()
        process.wait(60)


def _taken_in_order(count: int) -> frozenset[Quad]:
    with tempfile.TemporaryDirectory(prefix="isogloss-bench-") as folder:
        services = build(Settings(data=Path(folder) / "mesh"), rulebook=Rulebook({}))
        events = in_order(distinct(count))
        while part := list(islice(events, _BATCH)):
            read = services.events.read([("an event", event) for event in part], OPERATOR)
            reported = [one for one in read if isinstance(one, Reported)]
            if len(reported) < len(part) or any(services.events.take(reported)):
                raise AssertionError(read)
        services.close()
        return _said(Path(folder))


def _said(folder: Path) -> frozenset[Quad]:
    services = build(Settings(data=folder / "mesh"), rulebook=Rulebook({}))
    said = frozenset(services.mesh.at(services.mesh.journal.head.sequence).quads())
    services.close()
    if not said:
        raise AssertionError("the mesh is empty")
    return said


if __name__ == "__main__":
    main()
