"""Run GraphQL operations, here or on a running mesh."""

import asyncio
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2

from isogloss.api.app import build_schema
from isogloss.api.graphql.context import Context
from isogloss.bootstrap import Services
from isogloss.cli.options import open_mesh
from isogloss.errors import ERRORS, InvalidInput, StoreUnavailable
from isogloss.model.rdf import Iri
from isogloss.services.ownership import OPERATOR


def read_operation(data: bytes, name: str) -> str:
    """Read a GraphQL document.

    Raises:
        InvalidInput: it is empty or not UTF-8.
    """
    try:
        operation = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{name} is not UTF-8 text: save it as UTF-8.") from error
    if not operation.strip():
        raise InvalidInput(f"{name} is empty: write a GraphQL operation into it.")
    return operation


def read_variables(text: str | None) -> dict[str, Any]:
    """Read an operation's variables.

    Raises:
        InvalidInput: they are not a JSON object.
    """
    try:
        values = json.loads(text) if text else {}
    except ValueError as error:
        raise InvalidInput(f"--variables is not JSON ({error}).") from error
    if not isinstance(values, dict):
        raise InvalidInput('--variables must be a JSON object, as {"id": "https://…"}.')
    return values


async def execute(
    services: Services, operation: str, variables: dict[str, Any], author: Iri = OPERATOR
) -> dict[str, Any]:
    """Run an operation on an open mesh; the answer is as over HTTP."""
    result = await build_schema().execute(
        operation, variable_values=variables, context_value=Context(services, author)
    )
    answer: dict[str, Any] = {"data": result.data}
    if result.errors:
        answer["errors"] = [error.formatted for error in result.errors]
    return answer


def ask(url: str, operation: str, variables: dict[str, Any]) -> dict[str, Any]:
    """Run an operation on a running mesh, with the token of $ISOGLOSS_TOKEN if there is one.

    Raises:
        InvalidInput: the URL is none, or what answers is no GraphQL server.
        StoreUnavailable: nobody answers there.
    """
    token = os.environ.get("ISOGLOSS_TOKEN")
    try:
        response = httpx2.post(
            url,
            json={"query": operation, "variables": variables},
            headers={"Authorization": f"Bearer {token}"} if token else {},
            timeout=60.0,
        )
    except (httpx2.InvalidURL, httpx2.UnsupportedProtocol) as error:
        raise InvalidInput(
            f"{url} is not a URL to ask: write it as http://127.0.0.1:8000/graphql."
        ) from error
    except httpx2.HTTPError as error:
        raise StoreUnavailable(
            f"Nobody answers at {url} ({error}): is `isogloss serve` running there?"
        ) from error
    try:
        answer = response.json()
    except ValueError as error:
        raise InvalidInput(
            f"What answers at {url} is no GraphQL server (status {response.status_code}): "
            "the path is usually /graphql."
        ) from error
    if not isinstance(answer, dict) or not {"data", "errors"} & answer.keys():
        raise InvalidInput(f"What answers at {url} is no GraphQL server: it sent other JSON.")
    return answer


def asker(
    url: str | None, data: Path | None, author: Iri = OPERATOR
) -> Callable[..., dict[str, Any]]:
    """Find whom to ask: the mesh at a URL, or else the one in a folder, in somebody's name."""
    address = url or (os.environ.get("ISOGLOSS_URL") if data is None else None)
    services = None if address else open_mesh(data)

    def run(operation: str, **variables: object) -> dict[str, Any]:
        if services is None:
            return data_of(ask(str(address), operation, variables))
        return data_of(asyncio.run(execute(services, operation, variables, author)))

    return run


def data_of(answer: dict[str, Any]) -> dict[str, Any]:
    """Give the data of an answer.

    Raises:
        MeshError: the answer is an error; it is raised as it would be here.
    """
    for error in answer.get("errors") or ():
        code = error.get("extensions", {}).get("code")
        raise ERRORS.get(code, InvalidInput)(error["message"])
    data: dict[str, Any] = answer["data"]
    return data


def schema_text() -> str:
    """Print the GraphQL schema, as `schema.graphql` holds it."""
    return build_schema().as_str() + "\n"
