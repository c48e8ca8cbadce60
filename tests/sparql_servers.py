"""Start the SPARQL servers that the graph may be on, where they are installed."""

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from isogloss.model.sparql import SparqlServer

ENGINES = ("oxigraph", "virtuoso")

_PATIENCE = 60.0

# The numbers that Virtuoso's own example has, with less memory, and on loopback only.
_VIRTUOSO_INI = """
[Database]
DatabaseFile = virtuoso.db
ErrorLogFile = virtuoso.log
LockFile = virtuoso.lck
TransactionFile = virtuoso.trx
xa_persistent_file = virtuoso.pxa
FileExtend = 200
[TempDatabase]
DatabaseFile = virtuoso-temp.db
TransactionFile = virtuoso-temp.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
ServerThreads = 10
NumberOfBuffers = 10000
MaxDirtyBuffers = 6000
DirsAllowed = .
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerRoot = .
ServerThreads = 10
[SPARQL]
ResultSetMaxRows = {most_rows}
"""


@contextmanager
def running(name: str, folder: Path, *, most_rows: int = 10_000) -> Iterator[SparqlServer]:
    """Run one of ENGINES with its data in `folder`; the test is skipped where it is missing.

    `most_rows` limits each answer of Virtuoso.
    """
    folder.mkdir(parents=True, exist_ok=True)
    port = _free_port()
    command = _oxigraph(port) if name == "oxigraph" else _virtuoso(port, folder, most_rows)
    server = _addresses(name, port)
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - a program of ENGINES, with our own arguments
            command, cwd=folder, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        _wait(server, process, folder)
        yield server
    finally:
        process.kill()
        process.wait()


def _oxigraph(port: int) -> list[str]:
    program = Path(sys.executable).with_name("oxigraph")
    if not program.exists():
        pytest.skip("oxigraph is not here: `pip install oxigraph` puts it beside Python")
    return [str(program), "serve", "--location", "data", "--bind", f"127.0.0.1:{port}"]


def _virtuoso(port: int, folder: Path, most_rows: int) -> list[str]:
    program = shutil.which("virtuoso-t")
    if program is None:
        pytest.skip("virtuoso-t is not here: Debian has it in virtuoso-opensource-7-bin")
    text = _VIRTUOSO_INI.format(sql=_free_port(), http=port, most_rows=most_rows)
    (folder / "virtuoso.ini").write_text(text, "utf-8")
    return [program, "-f", "-c", "virtuoso.ini"]


def _addresses(name: str, port: int) -> SparqlServer:
    root = f"http://127.0.0.1:{port}"
    if name == "oxigraph":
        return SparqlServer(f"{root}/query", f"{root}/update", f"{root}/store")
    # A new Virtuoso has this user, with this password.
    return SparqlServer(
        f"{root}/sparql-auth",
        f"{root}/sparql-auth",
        f"{root}/sparql-graph-crud-auth",
        user="dba",
        password="dba",  # noqa: S106 - it is in Virtuoso's manual
    )


def _wait(server: SparqlServer, process: "subprocess.Popen[bytes]", folder: Path) -> None:
    auth = httpx2.DigestAuth(server.user, server.password or "") if server.user else None
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            if httpx2.post(server.query, data={"query": "ASK {}"}, auth=auth).is_success:
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.05)
    said = (folder / "output").read_text("utf-8", "replace")[-500:]
    raise AssertionError(f"{process.args!r} did not start: {said}")


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
