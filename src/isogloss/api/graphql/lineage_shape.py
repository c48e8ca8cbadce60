"""What the lineage looks like as a whole, as GraphQL."""

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

import strawberry
from anyio import to_thread
from strawberry import ID

from isogloss.api.graphql.catalog import Node
from isogloss.api.graphql.context import Info
from isogloss.api.graphql.lineage import load
from isogloss.api.graphql.lineage_answers import LineageAnswer
from isogloss.api.graphql.lineage_asking import (
    AfterCut,
    Filter,
    LineageFilter,
    pinned,
    question,
)
from isogloss.model import lineage_answers as model
from isogloss.model.lineage import Level
from isogloss.model.lineage_answers import Shape
from isogloss.model.rdf import Iri
from isogloss.services.lineage_shape import MAX_FOUND, LineageShape, ShapeAsked

T = TypeVar("T")

InDomain = Annotated[
    str | None,
    strawberry.argument(description="Only in this domain, by short name or IRI; all if left out."),
]
AtLevel = Annotated[Level, strawberry.argument(description="What the nodes are.")]
Most = Annotated[int, strawberry.argument(description="Give so many at the most.")]


@strawberry.type(description="Nodes that all depend on each other.")
class LineageCircle:
    """View of model.lineage_answers.Circle."""

    nodes: list[ID] = strawberry.field(description="All of them, by IRI.")
    path: list[ID] = strawberry.field(
        description="A shortest way around, from the first node back to it."
    )


@strawberry.type(description="A page of cycles.")
class LineageCycles(LineageAnswer):
    """View of a model.lineage_answers.Shape."""

    circles: list[LineageCircle] = strawberry.field(description="The largest first, then by IRI.")


@strawberry.type(description="A page of nodes without any lineage.")
class LineageOrphans(LineageAnswer):
    """View of a model.lineage_answers.Shape."""

    ids: list[ID] = strawberry.field(description="Their IRIs, sorted.")
    level: strawberry.Private[Level]

    @strawberry.field(description="The columns, datasets or products themselves.")
    async def nodes(self, info: Info) -> list[Node]:
        """Load the nodes."""
        return list(await load(info, self.level, [Iri(iri) for iri in self.ids]))


@strawberry.type(description="A node by how many others are next to it.")
class LineageHub:
    """View of model.lineage_answers.Hub."""

    id: ID = strawberry.field(description="The node.")
    upstream: int = strawberry.field(description="How many it depends on at once.")
    downstream: int = strawberry.field(description="How many depend on it at once.")


@strawberry.type(description="A page of hubs.")
class LineageHubs(LineageAnswer):
    """View of a model.lineage_answers.Shape."""

    hubs: list[LineageHub] = strawberry.field(description="Most neighbours first, then by IRI.")


@strawberry.type(description="A node by how many others depend on it, however far away.")
class CriticalDataset:
    """View of model.lineage_answers.Critical."""

    id: ID = strawberry.field(description="The node.")
    reach: int = strawberry.field(description="How many others depend on it.")


@strawberry.type(description="A page of what others depend on the most.")
class CriticalDatasets(LineageAnswer):
    """View of a model.lineage_answers.Shape."""

    datasets: list[CriticalDataset] = strawberry.field(description="Most reach first, then by IRI.")


def _question(
    description: str,
    kind: type[LineageAnswer],
    ask: Callable[[LineageShape, ShapeAsked], Shape[T]],
    show: Callable[[Shape[T], Level], LineageAnswer],
) -> Any:
    """Make a field that asks with the arguments that all these questions have."""

    async def resolve(
        info: Info,
        domain: InDomain = None,
        level: AtLevel = Level.DATASET,
        filter: Filter = None,
        first: Most = MAX_FOUND,
        after: AfterCut = None,
    ) -> LineageAnswer:
        view = await pinned(info, after)
        asked = ShapeAsked(domain, level, LineageFilter.model(filter), first, after)
        return show(await to_thread.run_sync(ask, view.shape, asked), level)

    resolve.__annotations__["return"] = kind
    return question(resolver=resolve, description=description)


@strawberry.type
class LineageShapeQuery:
    """What the lineage looks like as a whole."""

    cycles: LineageCycles = _question(
        "What depends on itself: circles of nodes, the largest first.",
        LineageCycles,
        LineageShape.cycles,
        lambda page, _: LineageCycles(
            circles=[_circle(one) for one in page.found], extent=page.extent
        ),
    )
    orphans: LineageOrphans = _question(
        "What neither comes from anything nor goes anywhere, as far as known.",
        LineageOrphans,
        LineageShape.orphans,
        lambda page, level: LineageOrphans(
            ids=[ID(iri) for iri in page.found], level=level, extent=page.extent
        ),
    )
    hubs: LineageHubs = _question(
        "What has the most neighbours, upstream and downstream together.",
        LineageHubs,
        LineageShape.hubs,
        lambda page, _: LineageHubs(
            hubs=[
                LineageHub(id=ID(one.id), upstream=one.upstream, downstream=one.downstream)
                for one in page.found
            ],
            extent=page.extent,
        ),
    )
    critical_datasets: CriticalDatasets = _question(
        "What most others depend on, however far away.",
        CriticalDatasets,
        LineageShape.critical,
        lambda page, _: CriticalDatasets(
            datasets=[CriticalDataset(id=ID(one.id), reach=one.reach) for one in page.found],
            extent=page.extent,
        ),
    )


def _circle(circle: model.Circle) -> LineageCircle:
    return LineageCircle(
        nodes=[ID(node) for node in circle.nodes], path=[ID(node) for node in circle.path]
    )
