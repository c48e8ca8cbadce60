"""Documents are read in a process that may crash, hang or grow, and only the document suffers."""

import json
import os
import signal
import subprocess
import sys
import time
from array import array
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from isogloss.errors import ForeignGraph, InvalidInput
from isogloss.intake import wire
from isogloss.intake.documents import Upload, read_source
from isogloss.intake.formats import Format
from isogloss.intake.terms import MAX_TRIPLES
from isogloss.intake.worker import ParserProcess, shared
from isogloss.model.change import Document
from isogloss.model.rdf import Iri, Literal, Triple

SPACE = "https://mesh.example/shop/"
GRAPH = Iri(f"{SPACE}graph/x")
SMALL = Upload("small.ttl", b"<urn:a> <urn:p> <urn:b> .")
LARGE = Upload(
    "large.nt", "".join(f'<urn:s{n}> <urn:p> "value {n}" .\n' for n in range(100_000)).encode()
)
EVENT = {
    "eventType": "COMPLETE",
    "eventTime": "2026-01-31T12:00:00Z",
    "run": {"runId": "r1"},
    "job": {"namespace": "cron", "name": "sum"},
    "producer": "not an IRI",
    "inputs": [{"namespace": "db", "name": "orders"}],
}
DBT = "https://schemas.getdbt.com/dbt/{}/v1{}.json"
ORDERS = {"database": "shop", "schema": "main", "name": "orders"}
MANIFEST = {
    "metadata": {"dbt_schema_version": DBT.format("manifest", "2"), "adapter_type": "duckdb"},
    "nodes": {"model.orders": {"resource_type": "model", **ORDERS, "columns": {}}},
}
CATALOG = {"metadata": {"dbt_schema_version": DBT.format("catalog", "")}, "nodes": {}}


@pytest.fixture(scope="module")
def parser() -> Iterator[ParserProcess]:
    with ParserProcess() as process:
        yield process


def _read(process: ParserProcess, *uploads: Upload, format: Format | None = None) -> Document:
    return process.read_source(uploads, space=SPACE, graph=GRAPH, format=format)


def _error(process: ParserProcess, *uploads: Upload) -> InvalidInput:
    with pytest.raises(InvalidInput) as caught:
        _read(process, *uploads)
    assert str(caught.value).endswith(".")
    return caught.value


@pytest.mark.parametrize(
    "uploads",
    [
        [Upload("x.ttl", '<urn:a> <urn:p> [ <urn:q> "å"@sv-se ], 1, "01"^^<urn:d> .'.encode())],
        [Upload("x.trig", f"<{GRAPH}> {{ <urn:a> <urn:p> <urn:b> }}".encode())],
        [Upload("x.nt", b"<urn:a> <urn:p> _:b .")],
        [Upload("x.nq", f"<urn:a> <urn:p> <urn:b> <{GRAPH}> .".encode())],
        [Upload("x.jsonld", b'{"@id": "urn:a", "urn:p": ["b", {"@id": "urn:c"}]}')],
        [
            Upload(
                "x.rdf",
                b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
                b'<rdf:Description rdf:about="urn:a"><p xmlns="urn:">b</p></rdf:Description>'
                b"</rdf:RDF>",
            )
        ],
        [Upload("x.json", json.dumps(EVENT).encode()), SMALL],
        [
            Upload("manifest.json", json.dumps(MANIFEST).encode()),
            Upload("catalog.json", json.dumps(CATALOG).encode()),
        ],
        [LARGE],
    ],
    ids=["turtle", "trig", "ntriples", "nquads", "json-ld", "rdf-xml", "events", "dbt", "large"],
)
def test_what_is_read_is_the_same_as_in_this_process(
    parser: ParserProcess, uploads: list[Upload]
) -> None:
    expected = read_source(uploads, space=SPACE, graph=GRAPH)
    found = _read(parser, *uploads)
    assert found == expected
    assert found.triples
    assert all(type(triple) is Triple for triple in found.triples)


def test_the_format_may_be_named(parser: ParserProcess) -> None:
    assert len(_read(parser, Upload("data", SMALL.data), format=Format.TURTLE).triples) == 1


@pytest.mark.parametrize(
    "upload",
    [
        Upload("x.ttl", b"<urn:a> <urn:p> <urn:b> .\n<urn:a>\n  oops ."),
        Upload("x.json", b'{"run": {},\n "job": }'),
        Upload("x.trig", b"<urn:g> { <urn:a> <urn:p> 1 }"),
        Upload("data", b"<urn:a> <urn:p> <urn:b> ."),
        Upload("x.ttl", b""),
        Upload("\udce5.ttl", b"oops"),
    ],
)
def test_an_error_is_the_same_as_in_this_process(parser: ParserProcess, upload: Upload) -> None:
    with pytest.raises(InvalidInput) as expected:
        read_source([upload], space=SPACE, graph=GRAPH)
    found = _error(parser, upload)
    assert type(found) is type(expected.value)
    assert str(found) == str(expected.value)
    assert (found.line, found.column) == (expected.value.line, expected.value.column)


def test_every_error_about_input_can_be_passed_on() -> None:
    kinds, seen = [InvalidInput], set()
    while kinds:
        kind = kinds.pop()
        kinds += kind.__subclasses__()
        seen.add(kind)
        with pytest.raises(kind) as caught:
            wire.from_answer("x", wire.to_error(kind("No.", line=3, column=4)))
        assert type(caught.value) is kind
    assert ForeignGraph in seen


def test_the_process_is_kept(parser: ParserProcess) -> None:
    _read(parser, SMALL)
    first = parser.pid
    assert first is not None
    assert _read(parser, SMALL).triples
    _error(parser, Upload("x.ttl", b"oops"))
    assert parser.pid == first


def test_a_process_that_died_meanwhile_is_replaced(parser: ParserProcess) -> None:
    _read(parser, SMALL)
    first = parser.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    assert len(_read(parser, SMALL).triples) == 1
    assert parser.pid not in (None, first)


def test_a_document_that_takes_too_long_is_given_up() -> None:
    with ParserProcess(deadline_seconds=0.05) as hasty:
        error = _error(hasty, LARGE)
        assert "large.nt took longer than 0.05 seconds" in str(error)
        assert "N-Triples" in str(error)
        assert len(_read(hasty, SMALL).triples) == 1


def test_a_process_that_stands_still_is_killed() -> None:
    with ParserProcess(deadline_seconds=0.5) as hasty:
        _read(hasty, SMALL)
        first = hasty.pid
        assert first is not None
        os.kill(first, signal.SIGSTOP)
        # Large enough to fill the pipe, so that writing it stands still too.
        assert "took longer" in str(_error(hasty, Upload("x.ttl", b"#" * 1_000_000)))
        assert len(_read(hasty, SMALL).triples) == 1
        assert hasty.pid != first


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits a process's memory")
def test_a_document_that_takes_too_much_memory_is_given_up() -> None:
    with ParserProcess(memory_bytes=128 << 20) as small:
        error = _error(small, Upload("large.nt", LARGE.data * 3))
        assert "large.nt" in str(error)
        assert "128 MB of memory" in str(error)
        assert "split it" in str(error)
        assert len(_read(small, SMALL).triples) == 1


def test_a_crash_is_told_and_the_next_document_is_read(parser: ParserProcess) -> None:
    """What kills two processes, the second of them new, is held to be the document."""
    parser.close()
    with ThreadPoolExecutor() as pool:
        reading = pool.submit(_error, parser, Upload("x.nt", LARGE.data * 2))
        while not reading.done():
            # Before it has answered: reading so much takes far longer than this loop.
            if (pid := parser.pid) is not None:
                os.kill(pid, signal.SIGSEGV)
            time.sleep(0.2)
    assert "x.nt crashed its parser" in str(reading.result())
    assert len(_read(parser, SMALL).triples) == 1


def test_threads_share_one_process(parser: ParserProcess) -> None:
    def read(number: int) -> bool:
        subject = Iri(f"urn:s{number}")
        document = _read(parser, Upload(f"{number}.ttl", f"<{subject}> <urn:p> 1 .".encode()))
        return {triple.subject for triple in document.triples} == {subject}

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(read, range(100)))


def test_the_shared_process_is_one() -> None:
    assert shared() is shared()


def test_closing_ends_the_process_and_reading_starts_another() -> None:
    process = ParserProcess()
    process.close()
    _read(process, SMALL)
    first = process.pid
    process.close()
    assert process.pid is None
    assert first is not None
    assert not _is_running(first)
    _read(process, SMALL)
    process.close()


def test_the_process_ends_with_its_parent() -> None:
    program = (
        "import time; from isogloss.intake.worker import *; p = ParserProcess();"
        f"p.read_source([Upload('x.ttl', b'#')], space='{SPACE}', graph='{GRAPH}');"
        "print(p.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)  # noqa: S603
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    assert _is_running(child)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    until = time.monotonic() + 10
    while _is_running(child) and time.monotonic() < until:
        time.sleep(0.01)
    assert not _is_running(child)


def _is_running(pid: int) -> bool:
    status = Path(f"/proc/{pid}/stat")
    try:
        return status.read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux shows it")
def test_the_process_is_not_told_the_environment(
    parser: ParserProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ISOGLOSS_PASSWORD", "secret")
    parser.close()
    _read(parser, SMALL)
    assert b"secret" not in Path(f"/proc/{parser.pid}/environ").read_bytes()


CONFINED = """
import os, socket, subprocess, sys
from isogloss.intake.sandbox import {0}
connection = socket.socket()
{0}({1})
try:
    {2}
except OSError as error:
    print(type(error).__name__, error)
"""


@pytest.mark.parametrize(
    "deed",
    [
        "connection.connect(('127.0.0.1', 9))",
        "socket.socket()",
        "socket.getaddrinfo(b'localhost', 80)",
        "subprocess.run(['true'])",
        "os.system('true')",
        "os.fork()",
        "os.execv('/bin/true', ['true'])",
        "os.remove('nothing')",
        "open('nothing', 'w')",
        "open('nothing', 'r+')",
        "os.open('nothing', os.O_CREAT)",
    ],
)
def test_a_parser_may_only_read_what_it_is_given(deed: str, tmp_path: Path) -> None:
    said = _run(CONFINED.format("confine", 1 << 30, deed), tmp_path)
    assert said.startswith("PermissionError")
    assert said.endswith("it only reads what it is given.")
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(sys.platform != "linux", reason="limits are the system's")
def test_files_are_refused_by_the_system_too(tmp_path: Path) -> None:
    """Native code, which no audit hook sees, cannot open a file or a socket either."""
    assert "Too many open files" in _run(
        CONFINED.format("confine", 1 << 30, "open('/dev/null')"), tmp_path
    )


def _run(program: str, folder: Path) -> str:
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


NUMBERS = array("I", [0, 1, 4]).tobytes()


def _header(**other: Any) -> bytes:
    header = {"iris": ["urn:a", "urn:p", "urn:b"], "literals": [], "notes": [], **other}
    return json.dumps(header).encode()


def test_an_answer_is_read_as_it_was_written() -> None:
    (triple,) = wire.from_answer("x", [_header(), NUMBERS]).triples
    assert triple == ("urn:a", "urn:p", "urn:b")
    document = Document(
        frozenset({Triple(Iri("urn:a"), Iri("urn:p"), Literal("å", Iri("urn:d")))}), ("Noted.",)
    )
    assert wire.from_answer("x", wire.to_answer(document)) == document


@pytest.mark.parametrize(
    "frames",
    [
        [],
        [b"oops"],
        [b"{}"],
        [b"[]", NUMBERS],
        [b'{"code": "NOT_FOUND", "message": "", "line": 1, "column": 1}'],
        [_header(iris=[1, 2, 3]), NUMBERS],
        [_header(iris=["urn:a"]), NUMBERS],
        [_header(iris="abc"), NUMBERS],
        [_header(notes=[None]), NUMBERS],
        [_header(literals=[["a", -9, None]]), NUMBERS],
        [_header(literals=[["a", 0, 1]]), NUMBERS],
        [_header(literals=[[["a"], 0, None]]), NUMBERS],
        [_header(), NUMBERS + b"\0"],
        [_header(), NUMBERS[:8]],
        [_header(), array("I", [0, 1, 1]).tobytes()],
    ],
)
def test_an_answer_that_nobody_of_ours_wrote_is_no_answer(frames: list[bytes]) -> None:
    with pytest.raises(wire.BrokenAnswer):
        wire.from_answer("x", frames)


@pytest.mark.parametrize(
    ("iri", "reason"), [("urn:a> <urn:b", "absolute IRI"), ("urn:" + "a" * 2045, "2,048")]
)
def test_an_answer_is_checked_again(iri: str, reason: str) -> None:
    with pytest.raises(InvalidInput, match=reason):
        wire.from_answer("x", [_header(iris=["urn:a", "urn:p", iri]), NUMBERS])
    with pytest.raises(InvalidInput, match="statements"):
        wire.from_answer("x", [_header(), NUMBERS * (MAX_TRIPLES + 1)])
