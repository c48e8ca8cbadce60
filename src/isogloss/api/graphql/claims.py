"""Whose namespaces are, as GraphQL types."""

import strawberry
from anyio import to_thread
from strawberry import ID

from isogloss.api.graphql.context import Info
from isogloss.api.graphql.moments import AsOf
from isogloss.model import claims as model
from isogloss.services.claims import find_unclaimed


@strawberry.type(description="A namespace that no domain claims.")
class UnclaimedNamespace:
    """View of model.claims.UnclaimedNamespace."""

    namespace: str = strawberry.field(description="The namespace, as producers name it.")
    datasets: int = strawberry.field(description="So many datasets are named in it.")
    jobs: int = strawberry.field(description="So many jobs are named in it.")


@strawberry.type(description="A pattern that several domains claim alike.")
class ContestedPattern:
    """View of a conflict of model.claims.Unclaimed."""

    pattern: str = strawberry.field(description="The pattern.")
    domains: list[ID] = strawberry.field(description="The domains; the first has it meanwhile.")


@strawberry.type(description="What the stewards have to settle about whose namespaces are.")
class Unclaimed:
    """View of model.claims.Unclaimed."""

    namespaces: list[UnclaimedNamespace] = strawberry.field(
        description="Namespaces that no domain claims, those with most datasets first."
    )
    conflicts: list[ContestedPattern] = strawberry.field(
        description="Patterns that several domains claim alike."
    )

    @classmethod
    def of(cls, found: model.Unclaimed) -> "Unclaimed":
        """Show what there is to do."""
        return cls(
            namespaces=[
                UnclaimedNamespace(namespace=one.namespace, datasets=one.datasets, jobs=one.jobs)
                for one in found.namespaces
            ],
            conflicts=[
                ContestedPattern(pattern=pattern, domains=[ID(iri) for iri in domains])
                for pattern, domains in found.conflicts
            ],
        )


@strawberry.type
class ClaimsQuery:
    """Questions about claims."""

    @strawberry.field(
        description="Which namespaces no domain claims, and which several do.", extensions=[AsOf()]
    )
    async def unclaimed(self, info: Info) -> Unclaimed:
        """Find what is unclaimed."""
        graph = info.context.at(info).view.graph
        return Unclaimed.of(await to_thread.run_sync(find_unclaimed, graph))
