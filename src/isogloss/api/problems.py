"""How errors look from outside: the only place of the API that knows status codes."""

import logging
from collections.abc import Iterator
from uuid import uuid4

from graphql import ExecutionResult as CoreResult
from graphql import GraphQLError
from starlette.responses import JSONResponse
from strawberry.exceptions import MissingQueryError
from strawberry.extensions import SchemaExtension
from strawberry.schema.exceptions import CannotGetOperationTypeError
from strawberry.types import ExecutionResult, StreamExecutionResult

from isogloss.errors import InvalidInput, MeshError

log = logging.getLogger("isogloss.api")


class Problems(SchemaExtension):
    """Give each GraphQL error a code; say nothing of our own bugs but an id to look up."""

    def on_stream_result(self, result: StreamExecutionResult) -> Iterator[None]:
        """Rewrite the errors of one of many results before it is sent."""
        if isinstance(result, ExecutionResult) and result.errors:
            result.errors = [_problem(error) for error in result.errors]
        yield

    def on_operation(self) -> Iterator[None]:
        """Rewrite the errors once the operation has run."""
        yield
        result = self.execution_context.result
        if isinstance(result, CoreResult | ExecutionResult) and result.errors:
            result.errors = [_problem(error) for error in result.errors]


def _problem(error: GraphQLError) -> GraphQLError:
    cause = error.original_error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    if cause is None or isinstance(cause, CannotGetOperationTypeError | MissingQueryError):
        # The document itself is at fault: graphql-core's sentence says where.
        return _copy(error, error.message, {"code": "INVALID_GRAPHQL"})
    if isinstance(cause, InvalidInput):
        place = {"line": cause.line, "column": cause.column}
        known = {name: value for name, value in place.items() if value is not None}
        return _copy(error, str(cause), {"code": cause.code, **known})
    if isinstance(cause, MeshError):
        return _copy(error, str(cause), {"code": cause.code})
    sentence, number = broken(cause)
    return _copy(error, sentence, {"code": "INTERNAL", "number": number})


def _copy(error: GraphQLError, message: str, extensions: dict[str, object]) -> GraphQLError:
    return GraphQLError(
        message,
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        extensions=extensions,
    )


def refuse(status: int, code: str, message: str, **more: object) -> JSONResponse:
    """Answer a request that never reached GraphQL, in the form of a GraphQL error."""
    return JSONResponse(
        {"errors": [{"message": message, "extensions": {"code": code} | more}]},
        status_code=status,
    )


def broken(error: Exception) -> tuple[str, str]:
    """Log a bug of ours; give a sentence with the number under which it is found, and that."""
    number = uuid4().hex
    log.error("error %s", number, exc_info=error)
    return f"Something broke on our side; tell the operator the number {number}.", number
