"""How tests listen: over WebSockets, to a server of their own."""

import asyncio
import json
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
import uvicorn
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from isogloss.api.app import build_app
from isogloss.bootstrap import Services
from isogloss.model.rdf import Iri
from isogloss.services.ownership import OPERATOR
from isogloss.services.watching import Sight

PROTOCOL = Subprotocol("graphql-transport-ws")
CHANGES = """subscription ($domain: String!) { verdictChanges(domain: $domain) {
  sequence product passed was
  newlyFailing { rule focusNode severity message } newlyPassing { rule focusNode } } }"""


def until(true: Callable[[], object], seconds: float = 15) -> None:
    """Wait for something to become so."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not become so"
        time.sleep(0.02)


@dataclass
class Client:
    """One WebSocket, as a client of the protocol has it."""

    socket: ClientConnection

    def say(self, **message: object) -> None:
        self.socket.send(json.dumps(message))

    def hear(self, seconds: float = 15) -> dict[str, Any]:
        said: dict[str, Any] = json.loads(self.socket.recv(seconds))
        return said

    def init(self, secret: str | None = None) -> None:
        payload = {"authorization": f"Bearer {secret}"} if secret else {}
        self.say(type="connection_init", payload=payload)
        assert self.hear() == {"type": "connection_ack"}

    def subscribe(self, domain: str, query: str = CHANGES, id: str = "1") -> None:
        payload = {"query": query, "variables": {"domain": domain}}
        self.say(type="subscribe", id=id, payload=payload)

    def change(self, seconds: float = 15) -> dict[str, Any]:
        """Give the next change."""
        message = self.hear(seconds)
        assert message["type"] == "next", message
        assert "errors" not in message["payload"], message
        found: dict[str, Any] = message["payload"]["data"]["verdictChanges"]
        return found

    def hears_nothing(self, seconds: float = 1.5) -> bool:
        try:
            self.hear(seconds)
        except TimeoutError:
            return True
        return False

    def closed(self, seconds: float = 15) -> tuple[int, str]:
        """Wait for the end, and give its code and reason."""
        with pytest.raises(ConnectionClosed) as closed:
            self.hear(seconds)
        received = closed.value.rcvd
        assert received is not None
        return received.code, received.reason


@dataclass
class Served:
    """A server over a mesh, and what its watcher has seen."""

    services: Services
    server: uvicorn.Server
    seen: list[Sight] = field(default_factory=list)

    @property
    def url(self) -> str:
        port = self.server.servers[0].sockets[0].getsockname()[1]
        return f"ws://127.0.0.1:{port}/graphql"

    def tasks(self) -> int:
        """Count what runs in the server."""
        return len(asyncio.all_tasks(self.server.servers[0].get_loop()))

    def token(self, principal: Iri = OPERATOR) -> str:
        return self.services.tokens.issue(principal, timedelta(days=1))[0]

    @contextmanager
    def open(self, **options: Any) -> Iterator[Client]:
        # Uncompressed, so that what is long fills the buffers on the way.
        usual = {"subprotocols": [PROTOCOL], "compression": None, "close_timeout": 1, "proxy": None}
        with connect(options.pop("url", self.url), **usual | options) as socket:
            yield Client(socket)

    @contextmanager
    def listening(self, *domains: str) -> Iterator[Client]:
        """Listen to domains, from the first look on."""
        with self.open() as client:
            client.init(self.token())
            for domain in domains:
                client.subscribe(domain, id=domain)
                self.looked(domain)
            yield client

    def looked(self, domain: str) -> None:
        """Wait until the watcher has seen how a domain stands."""
        iri = self.services.catalog.get_domain(domain).id
        until(lambda: self.seen and iri in self.seen[-1].standings)


@contextmanager
def serve(
    services: Services, *, public: bool = False, graceful_seconds: int = 10
) -> Iterator[Served]:
    """Serve a mesh for a while."""
    look = services.watching.look
    config = uvicorn.Config(
        build_app(services, public=public),
        port=0,
        log_level="error",
        timeout_graceful_shutdown=graceful_seconds,
    )
    served = Served(services, uvicorn.Server(config))

    def noted(domains: Collection[Iri], before: Sight | None = None) -> Sight:
        served.seen.append(seen := look(domains, before))
        return seen

    with patch.object(services.watching, "look", noted):
        thread = threading.Thread(target=served.server.run)
        thread.start()
        until(lambda: served.server.started)
        try:
            yield served
        finally:
            served.server.should_exit = True
            thread.join(20)
            assert not thread.is_alive()
