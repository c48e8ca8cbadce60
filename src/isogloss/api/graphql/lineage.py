"""Answers about lineage as GraphQL types."""

from collections.abc import Sequence

import strawberry
from strawberry import ID

from isogloss.api.graphql import catalog
from isogloss.api.graphql.catalog import Node
from isogloss.api.graphql.context import Info
from isogloss.model import lineage as model
from isogloss.model.rdf import Iri

strawberry.enum(
    model.Direction, description="UPSTREAM goes towards sources, DOWNSTREAM towards users."
)
strawberry.enum(model.Level, description="What the nodes of an answer are.")
strawberry.enum(
    model.EdgeKind,
    description="DERIVATION: values come from values (prov:wasDerivedFrom). INFLUENCE: filters, "
    "joins, sorts (prov:wasInfluencedBy). CONSUMPTION: a product reads another's port, which "
    "says nothing about its data (dprod:inputPort).",
)


@strawberry.type(description="A node that was reached.")
class LineageNode:
    """View of model.lineage.Node."""

    distance: int = strawberry.field(description="Hops from where the question started.")
    id: ID = strawberry.field(description="The node's IRI.")
    level: strawberry.Private[model.Level]

    @strawberry.field(description="The column, dataset or product itself.")
    async def node(self, info: Info) -> Node | None:
        """Load the node."""
        return next(iter(await load(info, self.level, [Iri(self.id)])), None)


@strawberry.type(description="One dependency; it points from the user to the source.")
class LineageEdge:
    """View of model.lineage.Edge."""

    downstream: ID = strawberry.field(description="What depends.")
    upstream: ID = strawberry.field(description="What it depends on.")
    kind: model.EdgeKind = strawberry.field(description="How it depends.")
    transformations: list[str] = strawberry.field(
        description="In OpenLineage's words, as DIRECT/IDENTITY; empty where nobody told."
    )
    graphs: list[ID] = strawberry.field(description="The named graphs that say so.")
    through: list[ID] = strawberry.field(
        description="The columns, datasets or ports that it follows from; empty where asserted."
    )

    @classmethod
    def of(cls, edge: model.Edge) -> "LineageEdge":
        """Show an edge."""
        return cls(
            downstream=ID(edge.downstream),
            upstream=ID(edge.upstream),
            kind=edge.kind,
            transformations=list(edge.transformations),
            graphs=[ID(graph) for graph in edge.graphs],
            through=[ID(iri) for iri in edge.through],
        )


@strawberry.type(description="Everything that was reached, and whether that is all.")
class Lineage:
    """View of model.lineage.Lineage."""

    complete: bool = strawberry.field(description="Whether nothing was left out.")
    truncated_by: str | None = strawberry.field(
        description="The limit that cut the answer; null when complete."
    )
    sequence: int = strawberry.field(description="The commit that the answer is true of.")
    starts: list[ID] = strawberry.field(
        description="Where it started: `of`, or its columns or datasets at this level."
    )
    nodes: list[LineageNode] = strawberry.field(description="Nearest first, then by IRI.")
    edges: list[LineageEdge] = strawberry.field(description="Between starts and nodes shown.")

    @classmethod
    def of(cls, lineage: model.Lineage) -> "Lineage":
        """Show an answer."""
        return cls(
            complete=lineage.complete,
            truncated_by=lineage.truncated_by,
            sequence=lineage.sequence,
            starts=[ID(start) for start in lineage.starts],
            nodes=[
                LineageNode(distance=node.distance, id=ID(node.id), level=lineage.level)
                for node in lineage.nodes
            ],
            edges=[LineageEdge.of(edge) for edge in lineage.edges],
        )


@strawberry.type(description="One way by which data flows, from the source down to the user.")
class LineagePath:
    """One of model.lineage_answers.Ways."""

    ids: list[ID] = strawberry.field(description="The IRIs along the way.")
    level: strawberry.Private[model.Level]

    @strawberry.field(description="The columns, datasets or products along the way.")
    async def nodes(self, info: Info) -> Sequence[Node]:
        """Load the nodes."""
        return await load(info, self.level, [Iri(id_) for id_ in self.ids])


async def load(info: Info, level: model.Level, ids: Sequence[Iri]) -> Sequence[Node]:
    """Load the nodes of a level."""
    if level is model.Level.COLUMN:
        return await catalog.columns(info, ids)
    if level is model.Level.DATASET:
        return await catalog.datasets(info, ids)
    return await catalog.products(info, ids)
