"""Try an installed wheel as a stranger would: its version, the sample mesh, one query, the page.

Run it with the Python that the wheel is installed in, from a folder outside any checkout.
"""

import json
import re
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from urllib.request import Request, urlopen

import isogloss

COMMAND = str(Path(sys.executable).with_name("isogloss"))
QUERY = "{ products(first: 5) { nodes { id title } } }"


def main() -> None:
    """Check everything, and stop at the first thing that is not right."""
    where = Path(isogloss.__file__)
    _require(where.is_relative_to(sys.prefix), f"imported from this environment: {where}")

    said = _run("--version")
    _require(version("isogloss") in said, f"--version says {said.strip()!r}")

    with tempfile.TemporaryDirectory() as data:
        _run("demo", "--no-serve", "--data", data)
        serve = [COMMAND, "serve", "--host", "127.0.0.1", "--port", "0", "--data", data, "--public"]
        with subprocess.Popen(serve, stdout=subprocess.PIPE, text=True) as server:
            try:
                _check_server(_address(server))
            finally:
                server.terminate()


def _check_server(address: str) -> None:
    answer = json.loads(_fetch(address, json.dumps({"query": QUERY}).encode()))
    products = (answer.get("data") or {}).get("products", {}).get("nodes", [])
    _require(len(products) == 5 and not answer.get("errors"), f"{QUERY} gives {answer}")

    page = _fetch(address).decode()
    assets = re.findall(r'(?:src|href)="([^"]+)"', page)
    kinds = {Path(asset).suffix for asset in assets}
    _require({".js", ".css"} <= kinds, f"the page names its assets: {assets}")
    for asset in assets:
        # A whole URL would be somebody else's, and the page must work without the internet.
        body = _fetch(address.removesuffix("/graphql") + asset) if asset[0] == "/" else b""
        _require(bool(body), f"{asset} is served by us, {len(body)} bytes")


def _fetch(address: str, body: bytes | None = None) -> bytes:
    headers = {"Accept": "text/html"}
    if body is not None:
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
    with urlopen(Request(address, body, headers), timeout=60) as response:
        content: bytes = response.read()
    return content


def _address(server: "subprocess.Popen[str]") -> str:
    for line in server.stdout or ():
        if found := re.search(r"http://\S+/graphql", line):
            return found.group()
    raise SystemExit("NOT OK: `isogloss serve` ended without saying where it listens")


def _run(*arguments: str) -> str:
    done = subprocess.run([COMMAND, *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        print(done.stdout, done.stderr, sep="\n")
    _require(done.returncode == 0, f"isogloss {' '.join(arguments)}")
    return done.stdout


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise SystemExit(f"NOT OK: {what}")
    print(f"ok: {what}")


if __name__ == "__main__":
    main()
