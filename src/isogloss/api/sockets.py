"""WebSockets: who may open one, how many, what may be said there, and when they end."""

import asyncio
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import partial

from anyio import to_thread
from graphql import GraphQLError
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from strawberry.extensions import SchemaExtension
from strawberry.types.graphql import OperationType

from isogloss.api.access import tell
from isogloss.api.limits import is_object
from isogloss.api.problems import refuse
from isogloss.errors import MeshError, Unauthenticated
from isogloss.model.rdf import Iri
from isogloss.store.tokens import Tokens

MAX_CONNECTIONS = 200
"""So many in all, also those that have not yet said who they are."""

MAX_OF_ONE = 5
"""So many of one principal."""

MAX_PUBLIC = 20
"""So many of those who do not say who they are, where the public may read."""

MAX_SUBSCRIPTIONS = 10
"""So many on one connection."""

MAX_MESSAGE_BYTES = 1024 * 1024

INIT_SECONDS = 5
"""Who opens a connection says so soon who he is."""

SEND_SECONDS = 10
"""Who takes nothing for so long is gone."""

CHECK_SECONDS = 1
"""So often a token is looked up while nothing happens."""

_CONNECTION = "isogloss.connection"
_MALFORMED, _UNAUTHENTICATED, _TOO_LARGE, _TRY_LATER = 4400, 4401, 1009, 1013


class SocketGuard:
    """Pass on WebSockets, but not too many, and only what may be said there."""

    def __init__(self, app: ASGIApp, tokens: Tokens, *, public: bool) -> None:
        self._app = app
        self._tokens = tokens
        self._public = public
        self._open: Counter[Iri | None] = Counter()
        self._all = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse before anything is opened, or stay until it is closed."""
        said = Headers(scope=scope).getlist("authorization")
        try:
            if said:
                await self.author(said)
        except Unauthenticated as error:
            await refuse(401, error.code, str(error))(scope, receive, send)
            return
        except MeshError as error:
            await refuse(503, error.code, str(error))(scope, receive, send)
            return
        if self._all >= MAX_CONNECTIONS:
            message = f"{MAX_CONNECTIONS} WebSockets are open already: try again later."
            await refuse(503, "TOO_MANY", message)(scope, receive, send)
            return
        connection = Connection(self, said, receive, send)
        scope[_CONNECTION] = connection
        self._all += 1
        try:
            async with asyncio.TaskGroup() as group:
                watch = group.create_task(connection.watch())
                await self._app(scope, connection.receive, connection.send)
                watch.cancel()
        except* _Gone:
            pass
        finally:
            self._all -= 1
            connection.leave()

    async def author(self, said: list[str]) -> Iri | None:
        """Tell who asks.

        Raises:
            Unauthenticated: nobody that counts.
            StoreUnavailable: the tokens cannot be read.
        """
        return await to_thread.run_sync(
            partial(tell, said, self._tokens, public=self._public), abandon_on_cancel=True
        )

    def enter(self, author: Iri | None) -> bool:
        """Take a place among those of one author; False if there is none left."""
        if self._open[author] >= (MAX_PUBLIC if author is None else MAX_OF_ONE):
            return False
        self._open[author] += 1
        return True

    def leave(self, author: Iri | None) -> None:
        """Give the place back."""
        self._open[author] -= 1
        if not self._open[author]:
            del self._open[author]


class _Gone(Exception):
    """Nobody is there any more, or nobody who may be."""


class Connection:
    """One WebSocket: who opened it, and what passes through."""

    def __init__(self, guard: SocketGuard, said: list[str], receive: Receive, send: Send) -> None:
        """Take what the header `Authorization` said, and how to hear and to speak."""
        self.author: Iri | None = None
        self._guard = guard
        self._said = said
        self._receive = receive
        self._send = send
        self._is_admitted = False
        self._is_closed = False
        self._gone = asyncio.Event()

    async def admit(self, params: Mapping[str, object]) -> bool:
        """Let in who says by header or first message who he is; else close, and say why."""
        self._said += [
            value if isinstance(value, str) else ""
            for name, value in params.items()
            if name.lower() == "authorization"
        ]
        try:
            self.author = await self._guard.author(self._said)
        except Unauthenticated as error:
            hint = 'Send {"authorization": "Bearer isogloss_…"} as payload of connection_init.'
            await self._close(_UNAUTHENTICATED, str(error) if self._said else hint)
            return False
        except MeshError as error:
            await self._close(_TRY_LATER, str(error))
            return False
        if not self._guard.enter(self.author):
            await self._close(_TRY_LATER, "You have too many WebSockets open: close one first.")
            return False
        self._is_admitted = True
        return True

    def leave(self) -> None:
        """Make room for another."""
        if self._is_admitted:
            self._guard.leave(self.author)

    async def check(self) -> None:
        """See whether the token still counts.

        Raises:
            Unauthenticated: it has expired or was revoked.
            StoreUnavailable: the tokens cannot be read.
        """
        if self._said:
            await self._guard.author(self._said)

    async def watch(self) -> None:
        """Leave once nobody is there, or his token counts no more."""
        while True:
            try:
                await asyncio.wait_for(self._gone.wait(), CHECK_SECONDS)
            except TimeoutError:
                try:
                    if self._is_admitted:
                        await self.check()
                except Unauthenticated as error:
                    await self._close(_UNAUTHENTICATED, str(error))
                except MeshError:
                    # Nothing is told meanwhile: each event is checked too.
                    continue
                else:
                    continue
            raise _Gone

    async def receive(self) -> Message:
        """Hear the next message, if it is sound; else close."""
        message = await self._receive()
        if message["type"] == "websocket.receive" and (fault := _fault(message.get("text"))):
            await self._close(*fault)
            return {"type": "websocket.disconnect", "code": fault[0]}
        return message

    async def send(self, message: Message) -> None:
        """Say something, unless it is closed; who does not take it in time is gone."""
        if self._is_closed:
            return
        if message["type"] == "websocket.close":
            self._is_closed = True
            # What a WebSocket may give as the reason is short (RFC 6455, section 5.5).
            reason = (message.get("reason") or "").encode()[:123].decode(errors="ignore")
            message = {**message, "reason": reason}
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await self._send(message)
        except OSError:
            # Of which TimeoutError is one.
            self._is_closed = True
            self._gone.set()

    async def _close(self, code: int, reason: str) -> None:
        await self.send({"type": "websocket.close", "code": code, "reason": reason})


def connection_of(request: HTTPConnection) -> Connection | None:
    """Give the connection by which something is asked; None if it is no WebSocket."""
    connection: Connection | None = request.scope.get(_CONNECTION)
    return connection


class OneDoorEach(SchemaExtension):
    """Answer subscriptions over WebSockets only, and there nothing else."""

    def on_validate(self) -> Iterator[None]:
        """Refuse what came by the wrong door."""
        asked = self.execution_context
        is_subscription = asked.operation_type is OperationType.SUBSCRIPTION
        if is_subscription != (asked.context.connection is not None):
            message = (
                "Subscriptions are answered over a WebSocket, by the protocol graphql-transport-ws."
                if is_subscription
                else "Over a WebSocket only subscriptions are answered: send this by POST."
            )
            asked.pre_execution_errors = [GraphQLError(message)]
        yield


def _fault(text: str | None) -> tuple[int, str] | None:
    """Say with which code and reason to close on a message; None if it is sound."""
    body = (text or "").encode(errors="replace")
    if len(body) > MAX_MESSAGE_BYTES:
        return _TOO_LARGE, f"A message may have {MAX_MESSAGE_BYTES >> 20} MB."
    if text is None or not is_object(body) or not _is_message(json.loads(body)):
        return _MALFORMED, "That is no message of the protocol graphql-transport-ws."
    return None


def _is_message(said: dict[str, object]) -> bool:
    match said:
        case {"type": "subscribe", "id": str(), "payload": {"query": str(), **rest}}:
            return isinstance(rest.get("variables"), dict | None) and isinstance(
                rest.get("operationName"), str | None
            )
        case {"type": "subscribe"}:
            return False
        case {"type": "complete", "id": id}:
            return isinstance(id, str)
        case {"type": str()}:
            return True
    return False
