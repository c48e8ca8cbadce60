"""The question what a change would break, as GraphQL."""

from typing import Annotated

import strawberry
from anyio import to_thread
from strawberry import ID

from isogloss.api.graphql import catalog
from isogloss.api.graphql.catalog import Agent, DataProduct, Dataset, Domain
from isogloss.api.graphql.context import Info, show_one
from isogloss.api.graphql.lineage_answers import LineageAnswer
from isogloss.api.graphql.lineage_asking import (
    AfterCut,
    Filter,
    LineageFilter,
    MaxHops,
    OfThing,
    pinned,
    question,
)
from isogloss.model import lineage_answers as model
from isogloss.model.lineage import Level
from isogloss.model.rdf import Iri, parse_iri
from isogloss.services.impact import MAX_HOPS, MAX_NODES
from isogloss.services.impact_exports import (
    impact_csv,
    impact_graphml,
    impact_mermaid,
    impact_turtle,
)

strawberry.enum(
    model.Change,
    description="What is to be done: DROP it, RENAME it, RETYPE its values, REDEFINE what they "
    "mean, or DEPRECATE it.",
)
strawberry.enum(
    model.ImpactSeverity,
    description="How badly a change hurts. CRITICAL: it breaks what a product promises. HIGH: it "
    "fails, or is silently wrong. MEDIUM: it grows stale, or may fail. LOW: look at it. INFO.",
)


@strawberry.type(description="Something that a change reaches, where it is and whose it is.")
class ImpactHit:
    """View of model.lineage_answers.Hit."""

    hit: strawberry.Private[model.Hit]
    id: ID = strawberry.field(description="The column, dataset or product.")
    severity: model.ImpactSeverity = strawberry.field(description="How badly it hurts.")
    distance: int = strawberry.field(description="Hops from what is changed.")
    way: model.Way = strawberry.field(description="What of the changed thing reaches it.")
    observed: bool = strawberry.field(
        description="Whether runs did every edge of some way to it; else it is only declared."
    )
    promised: bool = strawberry.field(
        description="Whether its product has a service level objective."
    )

    @classmethod
    def of(cls, hit: model.Hit) -> "ImpactHit":
        """Show a hit."""
        one = hit.affected
        return cls(
            hit=hit,
            id=ID(one.id),
            severity=one.severity,
            distance=one.distance,
            way=one.way,
            observed=one.is_observed,
            promised=one.is_promised,
        )

    @strawberry.field(description="The dataset that it is, or is a column of.")
    async def dataset(self, info: Info) -> Dataset | None:
        """Load the dataset."""
        loaders = info.context.at(info).loaders
        return await show_one(loaders.dataset, self.hit.dataset, Dataset.of)

    @strawberry.field(description="The products that output it.")
    async def products(self, info: Info) -> list[DataProduct]:
        """Load the products."""
        return await catalog.products(info, self.hit.products)

    @strawberry.field(description="The domain that it is in.")
    async def domain(self, info: Info) -> Domain | None:
        """Load the domain."""
        return await show_one(info.context.at(info).loaders.domain, self.hit.domain, Domain.of)

    @strawberry.field(description="The products' owners, else the domain's.")
    async def owners(self, info: Info) -> list[Agent]:
        """Load the owners."""
        found = await info.context.at(info).loaders.agent.load_many(self.hit.owners)
        return [Agent.of(agent) for agent in found if agent is not None]


@strawberry.type(description="What hurts one owner.")
class OwnerImpact:
    """One group of model.lineage_answers.Impact.by_owner."""

    owner_id: strawberry.Private[Iri | None]
    hits: list[ImpactHit] = strawberry.field(description="Worst first.")

    @strawberry.field(description="Whose it is; null if nobody is known to own it.")
    async def owner(self, info: Info) -> Agent | None:
        """Load the owner."""
        return await show_one(info.context.at(info).loaders.agent, self.owner_id, Agent.of)


@strawberry.type(description="What a change would break, where, whose it is and how badly.")
class Impact(LineageAnswer):
    """View of model.lineage_answers.Impact."""

    found: strawberry.Private[model.Impact]

    @strawberry.field(description="Worst first, then what was observed, nearest, by IRI.")
    def hits(self) -> list[ImpactHit]:
        """Show the hits."""
        return [ImpactHit.of(hit) for hit in self.found.hits]

    @strawberry.field(description="The hits by owner, whoever is hurt worst first.")
    def by_owner(self) -> list[OwnerImpact]:
        """Group the hits."""
        return [
            OwnerImpact(owner_id=owner, hits=[ImpactHit.of(hit) for hit in hits])
            for owner, hits in self.found.by_owner()
        ]

    @strawberry.field(description="The hits as CSV, with a row of names; no cell is a formula.")
    async def csv(self) -> str:
        """Write CSV."""
        return await to_thread.run_sync(impact_csv, self.found)

    @strawberry.field(description="The hits in Turtle, a mesh:Impact each.")
    async def turtle(self) -> str:
        """Write Turtle."""
        return await to_thread.run_sync(impact_turtle, self.found)

    @strawberry.field(description="A Mermaid flowchart from what is changed to the hits.")
    async def mermaid(self) -> str:
        """Write Mermaid."""
        return await to_thread.run_sync(impact_mermaid, self.found)

    @strawberry.field(description="What is changed, the hits and the edges between, in GraphML.")
    async def graphml(self) -> str:
        """Write GraphML."""
        return await to_thread.run_sync(impact_graphml, self.found)


@strawberry.type
class ImpactQuery:
    """The question what a change would break."""

    @question(
        description="What a change would break: where, whose it is and how badly, by rule "
        "(docs/lineage.md)."
    )
    async def impact(
        self,
        info: Info,
        of: OfThing,
        change: Annotated[model.Change, strawberry.argument(description="What is to be done.")],
        level: Annotated[
            Level | None,
            strawberry.argument(description="What the hits are; if left out, what `of` is."),
        ] = None,
        filter: Filter = None,
        max_hops: MaxHops = MAX_HOPS,
        max_nodes: Annotated[
            int, strawberry.argument(description="Give so many hits at the most.")
        ] = MAX_NODES,
        after: AfterCut = None,
    ) -> Impact:
        """Judge a change."""
        iri, chosen = parse_iri(of), LineageFilter.model(filter)
        view = await pinned(info, after)
        found = await to_thread.run_sync(
            lambda: view.impact.impact(
                iri,
                change,
                level=level,
                filter=chosen,
                max_hops=max_hops,
                max_nodes=max_nodes,
                after=after,
            )
        )
        return Impact(found=found, extent=found.extent)
