"""What a request may cost, checked before anything is run."""

import json
import re
from typing import NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValidationRule,
)
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from isogloss.api.problems import refuse

MAX_BODY_BYTES = 32 * 1024 * 1024
MAX_DEPTH = 15
MAX_TOKENS = 2_000
MAX_FIELDS = 500

_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


class BodyGuard:
    """Pass on POST bodies that are JSON objects of a bearable size; refuse others in a sentence."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the body, judge it, and play it back to the app."""
        if scope["type"] != "http" or scope["method"] != "POST":
            await self.app(scope, receive, send)
            return
        body = bytearray()
        async for chunk in Request(scope, receive).stream():
            body += chunk
            if len(body) > MAX_BODY_BYTES:
                message = (
                    f"The request is larger than {MAX_BODY_BYTES >> 20} MB: send less at once."
                )
                await refuse(413, "TOO_LARGE", message)(scope, receive, send)
                return
        if not is_object(bytes(body)):
            message = (
                'The body must be a JSON object in UTF-8, such as {"query": "{ domains { '
                'totalCount } }"}.'
            )
            await refuse(400, "INVALID_JSON", message)(scope, receive, send)
            return

        async def replay() -> Message:
            return {"type": "http.request", "body": bytes(body), "more_body": False}

        await self.app(scope, replay, send)


def is_object(body: bytes) -> bool:
    """Tell whether bytes are a JSON object in UTF-8 that can be stored and answered."""
    try:
        value = json.loads(body.decode("utf-8"))
        if _SURROGATE.search(body):
            # Half a character can be escaped in JSON, and stored or answered nowhere.
            json.dumps(value, ensure_ascii=False).encode("utf-8")
        return isinstance(value, dict)
    except (ValueError, RecursionError):
        return False


class _Size(NamedTuple):
    depth: int
    fields: int


class SizeGuard(ValidationRule):
    """Refuse an operation that is too deep or too wide once its fragments are spread.

    Each fragment is measured once, so the guard is linear in the document (a chain of n
    fragments that spread the next one twice stands for 2^n fields). A cycle of fragments
    counts as nothing here: the standard rules refuse it.
    """

    def enter_document(self, node: DocumentNode, *_: object) -> None:
        """Measure every operation."""
        fragments = {
            definition.name.value: definition
            for definition in node.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }
        known: dict[str, _Size] = {}
        for definition in node.definitions:
            if not isinstance(definition, OperationDefinitionNode):
                continue
            size = _measure(definition.selection_set, fragments, known)
            if size.depth > MAX_DEPTH or size.fields > MAX_FIELDS:
                self.report_error(
                    GraphQLError(
                        f"The operation is {size.depth} levels deep and asks for {size.fields} "
                        f"fields; at most {MAX_DEPTH} levels and {MAX_FIELDS} fields are "
                        "answered. Ask in several operations.",
                        definition,
                    )
                )


def _measure(
    selections: SelectionSetNode | None,
    fragments: dict[str, FragmentDefinitionNode],
    known: dict[str, _Size],
) -> _Size:
    depth = fields = 0
    for selection in selections.selections if selections else ():
        if isinstance(selection, FieldNode):
            # Introspection nests by nature and is bounded by graphql-core itself.
            if selection.name.value.startswith("__"):
                continue
            inner = _measure(selection.selection_set, fragments, known)
            inner = _Size(inner.depth + 1, inner.fields + 1)
        elif isinstance(selection, FragmentSpreadNode):
            name = selection.name.value
            if name not in known:
                known[name] = _Size(0, 0)  # stands in while a cycle comes back to it
                if name in fragments:
                    known[name] = _measure(fragments[name].selection_set, fragments, known)
            inner = known[name]
        elif isinstance(selection, InlineFragmentNode):
            inner = _measure(selection.selection_set, fragments, known)
        else:
            continue
        depth = max(depth, inner.depth)
        fields += inner.fields
    return _Size(depth, fields)
