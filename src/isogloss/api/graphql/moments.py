"""`asOf`: every question, asked of the past."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, NewType

import strawberry
from anyio import to_thread
from strawberry.annotation import StrawberryAnnotation
from strawberry.extensions import FieldExtension
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField

from isogloss.api.graphql.context import Info
from isogloss.errors import InvalidArgument
from isogloss.services.history import Moment as PastMoment
from isogloss.services.history import parse_moment


def _parse(value: object) -> PastMoment:
    if isinstance(value, int | str) and not isinstance(value, bool):
        return parse_moment(str(value))
    raise InvalidArgument("A Moment is a commit's number, or an instant as a string.")


Moment = NewType("Moment", object)

MOMENT = strawberry.scalar(
    name="Moment",
    description="A commit by its number, as 12, or an instant in ISO 8601, as "
    "2026-03-31T12:00:00Z; a date means its end, in UTC.",
    serialize=str,
    parse_value=_parse,
)


class AsOf(FieldExtension):
    """Give a question the argument `asOf`, and its whole answer the state of that moment."""

    def apply(self, field: StrawberryField) -> None:
        """Add the argument."""
        field.arguments.append(
            StrawberryArgument(
                python_name="as_of",
                graphql_name="asOf",
                type_annotation=StrawberryAnnotation(Moment | None),
                default=None,
                description="Ask it of the mesh as it was then; as it is now if left out.",
            )
        )

    async def resolve_async(
        self,
        next_: Callable[..., Awaitable[Any]],
        source: Any,
        info: Info,
        as_of: PastMoment | None = None,
        **arguments: Any,
    ) -> Any:
        """Look the state up, and ask."""
        if as_of is not None:
            view = await to_thread.run_sync(info.context.services.as_of, as_of)
            info.context.look(info.path.key, view)
        return await next_(source, info, **arguments)


def in_utc(instant: datetime) -> datetime:
    """Take an instant without an offset for one in UTC.

    Raises:
        InvalidArgument: in UTC it lies before the year 1 or after 9999.
    """
    try:
        return (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError:
        raise InvalidArgument(
            f"{instant.isoformat()} lies outside the years 1 to 9999 in UTC: leave it out if it "
            "is to mean ever or never."
        ) from None
