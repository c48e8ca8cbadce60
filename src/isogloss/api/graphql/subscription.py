"""What the API announces by itself."""

from collections.abc import AsyncGenerator
from typing import Annotated

import strawberry
from anyio import to_thread
from strawberry import ID

from isogloss.api.graphql.context import Info
from isogloss.api.graphql.governance import ValidationResult
from isogloss.errors import InvalidArgument
from isogloss.model import governance as model


@strawberry.type(description="How what the rules say of a product has come to differ.")
class VerdictChange:
    """View of model.governance.VerdictChange."""

    sequence: int = strawberry.field(
        description="The commit after which it is so. Rules that begin or end change verdicts "
        "without one."
    )
    product: ID = strawberry.field(description="The product.")
    passed: bool | None = strawberry.field(
        description="Whether no result of severity VIOLATION, but for waived ones, stands at the "
        "product or its parts (output ports, output datasets with their columns, objectives); "
        "null if the domain has no such product any more."
    )
    was: bool | None = strawberry.field(
        description="The same before; null if the domain had no such product."
    )
    newly_failing: list[ValidationResult] = strawberry.field(
        description="What is wrong and was not before, worst first."
    )
    newly_passing: list[ValidationResult] = strawberry.field(
        description="What was wrong before and is not any more, worst first."
    )

    @classmethod
    def of(cls, change: model.VerdictChange) -> "VerdictChange":
        """Show a change."""
        return cls(
            sequence=change.sequence,
            product=ID(change.product),
            passed=change.passed,
            was=change.was,
            newly_failing=[ValidationResult.of(result) for result in change.newly_failing],
            newly_passing=[ValidationResult.of(result) for result in change.newly_passing],
        )


@strawberry.type(description="What there is to listen to, over a WebSocket (graphql-transport-ws).")
class Subscription:
    """Every subscription of the API."""

    @strawberry.subscription(
        description="Each product of a domain of which a result came or went, or that came or "
        "went itself, from now on; several commits in quick succession may be told as one "
        "change. Who reads too slowly is told TOO_SLOW, and no more."
    )
    async def verdict_changes(
        self,
        info: Info,
        domain: Annotated[
            str, strawberry.argument(description="A domain by its short name or its IRI.")
        ],
    ) -> AsyncGenerator[VerdictChange, None]:
        """Listen to a domain."""
        watcher, connection = info.context.watcher, info.context.connection
        if watcher is None or connection is None:
            raise InvalidArgument("Nobody listens here: subscribe over a WebSocket.")
        await connection.check()
        catalog = info.context.services.catalog
        found = await to_thread.run_sync(catalog.get_domain, domain)
        async with watcher.listen(found.id) as listener:
            while True:
                for change in await listener.take():
                    # It may have waited long, and the token have ended.
                    await connection.check()
                    yield VerdictChange.of(change)
