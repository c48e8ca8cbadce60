"""What the API announces by itself."""

from collections.abc import AsyncGenerator
from typing import Annotated

import strawberry
from anyio import to_thread
from strawberry import ID

from isogloss.api.graphql.context import Info
from isogloss.api.graphql.governance import ValidationResult
from isogloss.errors import InvalidArgument
from isogloss.model import agreement, verdicts
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


@strawberry.type(description="How a mapping has come to differ.")
class MappingChange:
    """View of model.agreement.MappingChange."""

    sequence: int = strawberry.field(
        description="The commit after which it is so. Time alone lets mappings begin and end."
    )
    mapping: ID = strawberry.field(description="The mapping.")
    status: str | None = strawberry.field(
        description="How far it has come; null if it is not there any more."
    )
    was: str | None = strawberry.field(
        description="How far it had come before; null if it was not there."
    )
    holds: bool = strawberry.field(description="Whether it is approved and in force.")
    held: bool = strawberry.field(description="Whether it was before.")

    @classmethod
    def of(cls, change: agreement.MappingChange) -> "MappingChange":
        """Show a change."""
        return cls(
            sequence=change.sequence,
            mapping=ID(change.mapping),
            status=change.status,
            was=change.was,
            holds=change.holds,
            held=change.held,
        )


@strawberry.type(description="How what is upstream of a product has come to differ.")
class MeaningChange:
    """View of model.verdicts.MeaningChange."""

    sequence: int = strawberry.field(
        description="The commit after which it is so. Time alone lets mappings begin and end."
    )
    product: ID = strawberry.field(description="The product.")
    verdict: verdicts.Verdict | None = strawberry.field(
        description="The worst upstream of its columns, or in them: TRANSLATED, UNTRANSLATED or "
        "CONFLICT; null if none of these."
    )
    was: verdicts.Verdict | None = strawberry.field(description="The same before.")

    @classmethod
    def of(cls, change: verdicts.MeaningChange) -> "MeaningChange":
        """Show a change."""
        return cls(
            sequence=change.sequence,
            product=ID(change.product),
            verdict=change.verdict,
            was=change.was,
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
        watchers, connection = info.context.watchers, info.context.connection
        if watchers is None or connection is None:
            raise InvalidArgument("Nobody listens here: subscribe over a WebSocket.")
        await connection.check()
        catalog = info.context.services.catalog
        found = await to_thread.run_sync(catalog.get_domain, domain)
        async with watchers.verdicts.listen(found.id) as listener:
            while True:
                for change in await listener.take():
                    # It may have waited long, and the token have ended.
                    await connection.check()
                    yield VerdictChange.of(change)

    @strawberry.subscription(
        description="Each mapping that touches a term of a domain and is proposed, approved, "
        "rejected or retired, begins or ceases to hold, or is taken back, from now on; several "
        "steps in quick succession may be told as one. Who reads too slowly is told TOO_SLOW, "
        "and no more."
    )
    async def mapping_changes(
        self,
        info: Info,
        domain: Annotated[
            str, strawberry.argument(description="A domain by its short name or its IRI.")
        ],
    ) -> AsyncGenerator[MappingChange, None]:
        """Listen to the mappings of a domain."""
        watchers, connection = info.context.watchers, info.context.connection
        if watchers is None or connection is None:
            raise InvalidArgument("Nobody listens here: subscribe over a WebSocket.")
        await connection.check()
        catalog = info.context.services.catalog
        found = await to_thread.run_sync(catalog.get_domain, domain)
        async with watchers.mappings.listen(found.id) as listener:
            while True:
                for change in await listener.take():
                    await connection.check()
                    yield MappingChange.of(change)

    @strawberry.subscription(
        description="Each product of a domain upstream of which a meaning came to be in conflict, "
        "not translated, or translated, or ceased to be, from now on: by lineage, by mappings, or "
        "as these begin and end. Who reads too slowly is told TOO_SLOW, and no more."
    )
    async def meaning_changes(
        self,
        info: Info,
        domain: Annotated[
            str, strawberry.argument(description="A domain by its short name or its IRI.")
        ],
    ) -> AsyncGenerator[MeaningChange, None]:
        """Listen to the meanings that flow into a domain's products."""
        watchers, connection = info.context.watchers, info.context.connection
        if watchers is None or connection is None:
            raise InvalidArgument("Nobody listens here: subscribe over a WebSocket.")
        await connection.check()
        catalog = info.context.services.catalog
        found = await to_thread.run_sync(catalog.get_domain, domain)
        async with watchers.meanings.listen(found.id) as listener:
            while True:
                for change in await listener.take():
                    await connection.check()
                    yield MeaningChange.of(change)
