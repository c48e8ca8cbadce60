"""OpenLineage's endpoint: POST /api/v1/lineage takes an event, /api/v1/lineage/batch many.

What is answered with success is durable. A client may send anything again: the same event
twice changes nothing.

Source: https://github.com/OpenLineage/OpenLineage/blob/main/spec/OpenLineage.yml; that one
event is answered with 201 follows Marquez, for which the clients were made.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from isogloss.api.access import TokenGuard, author_of
from isogloss.api.problems import broken, refuse
from isogloss.bootstrap import Services
from isogloss.errors import (
    Forbidden,
    InvalidInput,
    MeshError,
    NotFound,
    StoreUnavailable,
    TooLarge,
    ValidationFailed,
)
from isogloss.intake.formats import parse_json
from isogloss.intake.guards import MAX_BYTES, check_text, inflate, is_gzip
from isogloss.model.change import Refused
from isogloss.model.rdf import Iri
from isogloss.services.events import Answer, Events, Reported

MOST_IN_BATCH = 10_000
"""So many events are taken in one request at the most."""

_SLOW_BYTES = 64 * 1024
"""From so many bytes on, reading them is left to a thread, so that others need not wait."""

_STATUS: dict[type[MeshError], int] = {
    TooLarge: 413,
    InvalidInput: 400,
    Forbidden: 403,
    NotFound: 404,
    StoreUnavailable: 503,
    ValidationFailed: 503,
}


def lineage_routes(services: Services) -> list[Route]:
    """Give the routes of the endpoint; each takes a token, also where the public may read."""
    door = _Door(services.events)
    return [
        Route(path, TokenGuard(_Endpoint(answer), services.tokens, public=False), methods=["POST"])
        for path, answer in (("/api/v1/lineage", door.one), ("/api/v1/lineage/batch", door.many))
    ]


class _Endpoint:
    """Answer requests; whatever goes wrong comes as a sentence with a code."""

    def __init__(self, answer: Callable[[Request], Any]) -> None:
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer: ASGIApp
        try:
            answer = await self._answer(Request(scope, receive))
        except MeshError as error:
            answer = refuse(_status(error), error.code, str(error))
        except Exception as error:
            sentence, number = broken(error)
            answer = refuse(500, "INTERNAL", sentence, number=number)
        await answer(scope, receive, send)


class _Door:
    def __init__(self, events: Events) -> None:
        self._events = events

    async def one(self, request: Request) -> Response:
        """Take one event."""
        value = await _body(request)
        values = [("The event", value)]
        (read,) = await to_thread.run_sync(self._events.read, values, _author(request))
        if isinstance(read, MeshError):
            raise read
        (answer,) = await asyncio.wrap_future(self._events.submit([read]))
        if answer is None:
            return Response(status_code=201)
        if isinstance(answer, Refused):
            violations = [
                {
                    "focusNode": found.focus_node,
                    "path": found.path,
                    "value": found.value,
                    "rule": found.rule,
                    "message": found.message,
                }
                for found in answer.violations
            ]
            return refuse(422, "REFUSED", _reason(answer), violations=violations)
        raise answer

    async def many(self, request: Request) -> Response:
        """Take each event of an array that can be, and say what became of the others."""
        values = await _body(request)
        if not isinstance(values, list):
            raise InvalidInput("The body should be a JSON array of OpenLineage events.")
        if len(values) > MOST_IN_BATCH:
            raise TooLarge(f"At most {MOST_IN_BATCH:,} events are taken at once: send fewer.")
        named = [(f"Event {place}", value) for place, value in enumerate(values)]
        read = await to_thread.run_sync(self._events.read, named, _author(request))
        answers: list[Answer] = [one if isinstance(one, MeshError) else None for one in read]
        reported = {place: one for place, one in enumerate(read) if isinstance(one, Reported)}
        taken = await asyncio.wrap_future(self._events.submit(list(reported.values())))
        for place, answer in zip(reported, taken, strict=True):
            answers[place] = answer
        trouble = next((a for a in answers if isinstance(a, StoreUnavailable)), None)
        if trouble is not None and len(taken) == sum(_retriable(answer) for answer in taken):
            raise trouble
        return _summary(answers)


def _summary(answers: list[Answer]) -> JSONResponse:
    failed = [
        {"index": place, "reason": _reason(answer), "retriable": _retriable(answer)}
        for place, answer in enumerate(answers)
        if answer is not None
    ]
    retriable = sum(bool(one["retriable"]) for one in failed)
    return JSONResponse(
        {
            "status": "partial_success" if failed else "success",
            "summary": {
                "received": len(answers),
                "successful": len(answers) - len(failed),
                "failed": len(failed),
                "retriable": retriable,
                "non_retriable": len(failed) - retriable,
            },
            "failed_events": failed,
        }
    )


def _reason(answer: MeshError | Refused) -> str:
    if isinstance(answer, MeshError):
        return f"{answer} [{answer.code}]"
    found = answer.violations[0]
    more = f" and {len(answer.violations) - 1} more" if answer.violations[1:] else ""
    return f"It would break rules: {found.message} (<{found.focus_node}>){more}."


def _retriable(answer: Answer) -> bool:
    return isinstance(answer, MeshError) and _status(answer) == 503


def _status(error: MeshError) -> int:
    return next((_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS), 503)


def _author(request: Request) -> Iri:
    author = author_of(request)
    if author is None:
        raise Forbidden("Who reports events says so by a token.")
    return author


async def _body(request: Request) -> Any:
    """Read a body of JSON, packed or not.

    Raises:
        InvalidInput: it is not JSON, packed by something else than gzip, or not as it says.
        TooLarge: it has more bytes than are read at once, packed or not.
    """
    packing = request.headers.get("content-encoding", "identity").strip().lower()
    if packing not in ("identity", "gzip"):
        raise InvalidInput(f"The body is packed by {packing[:40]!r}: send gzip, or plain JSON.")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BYTES:
            raise TooLarge(f"The body has more than {MAX_BYTES >> 20} MB: send less at once.")
    data = bytes(body)

    def read() -> Any:
        if packing == "gzip" and not is_gzip(data):
            raise InvalidInput(
                "The body is not gzip, which the header Content-Encoding says that it is: pack "
                "it, or leave that header out."
            )
        text = inflate("The body", data) if packing == "gzip" else data
        return parse_json("The body", check_text("The body", text))

    return await to_thread.run_sync(read) if len(data) > _SLOW_BYTES else read()
