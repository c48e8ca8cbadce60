"""Answers about lineage as GraphQL types."""

from collections.abc import Sequence

import strawberry
from strawberry import ID

from isogloss.api.graphql import catalog
from isogloss.api.graphql.catalog import Node
from isogloss.api.graphql.context import Info
from isogloss.api.graphql.lineage_answers import LineageAnswer
from isogloss.api.graphql.verdicts import Judgement
from isogloss.model import lineage as model
from isogloss.model import verdicts
from isogloss.model.rdf import Iri


@strawberry.type(description="A node that was reached.")
class LineageNode:
    """View of model.lineage.Node."""

    distance: int = strawberry.field(description="Hops from where the question started.")
    id: ID = strawberry.field(description="The node's IRI.")
    level: strawberry.Private[model.Level]

    @strawberry.field(description="The column, dataset, product or domain itself.")
    async def node(self, info: Info) -> Node | None:
        """Load the node."""
        return next(iter(await load(info, self.level, [Iri(self.id)])), None)


@strawberry.type(description="One dependency; it points from the user to the source.")
class LineageEdge:
    """View of model.lineage.Edge."""

    downstream: ID = strawberry.field(description="What depends.")
    upstream: ID = strawberry.field(description="What it depends on.")
    kind: model.EdgeKind = strawberry.field(description="How it depends.")
    evidence: model.Evidence = strawberry.field(
        description="How it is known; what is declared and what is observed are two edges."
    )
    transformations: list[str] = strawberry.field(
        description="In OpenLineage's words, as DIRECT/IDENTITY; empty where nobody told."
    )
    graphs: list[ID] = strawberry.field(description="The named graphs that say so.")
    jobs: list[ID] = strawberry.field(description="The jobs that make it (mesh:madeBy).")
    since: int = strawberry.field(description="The commit that it is true from.")
    through: list[ID] = strawberry.field(
        description="The columns, datasets or ports that it follows from; empty where asserted."
    )
    agreement: model.Agreement | None = strawberry.field(
        description="Whether ports and data lineage agree; null between columns and datasets."
    )

    meaning: Judgement | None = strawberry.field(
        description="What it does to meaning; null of what is no edge between columns, or carries "
        "no meaning across, such as a filter."
    )

    @classmethod
    def of(cls, edge: model.Edge, judgement: verdicts.Judgement | None = None) -> "LineageEdge":
        """Show an edge, and what is thought of it."""
        return cls(
            downstream=ID(edge.downstream),
            upstream=ID(edge.upstream),
            kind=edge.kind,
            evidence=edge.evidence,
            transformations=list(edge.transformations),
            graphs=[ID(graph) for graph in edge.graphs],
            jobs=[ID(job) for job in edge.jobs],
            since=edge.since,
            through=[ID(iri) for iri in edge.through],
            agreement=edge.agreement,
            meaning=Judgement.of(judgement) if judgement else None,
        )


@strawberry.type(description="What was reached, and how much of it this is.")
class Lineage(LineageAnswer):
    """View of model.lineage.Lineage."""

    starts: list[ID] = strawberry.field(
        description="Where it started: `of` by the name that it goes by, or what stands for it "
        "at this level."
    )
    nodes: list[LineageNode] = strawberry.field(description="Nearest first, then by IRI.")
    edges: list[LineageEdge] = strawberry.field(
        description="Between starts and nodes shown; those with an end on an earlier page, too."
    )
    columnless: list[ID] = strawberry.field(
        description="Of an answer about columns: the datasets next to those asked about of which "
        "no column is known to take part, so that they are not in it; ask at level DATASET."
    )

    @classmethod
    def of(
        cls, lineage: model.Lineage, meanings: Sequence[verdicts.Judgement | None] = ()
    ) -> "Lineage":
        """Show an answer; `meanings` are of its edges, in their order, if they were asked for."""
        return cls(
            extent=lineage.extent,
            starts=[ID(start) for start in lineage.starts],
            nodes=[
                LineageNode(distance=node.distance, id=ID(node.id), level=lineage.level)
                for node in lineage.nodes
            ],
            edges=list(map(LineageEdge.of, lineage.edges, meanings))
            if meanings
            else [LineageEdge.of(edge) for edge in lineage.edges],
            columnless=[ID(dataset) for dataset in lineage.columnless],
        )


@strawberry.type(description="One way by which data flows, from the source down to the user.")
class LineagePath:
    """One of model.lineage_answers.Ways."""

    ids: list[ID] = strawberry.field(description="The IRIs along the way.")
    meaning: Judgement | None = strawberry.field(
        description="The worst that its edges do to meaning; null if they carry none across, or "
        "are not between columns."
    )
    level: strawberry.Private[model.Level]

    @strawberry.field(description="The things along the way.")
    async def nodes(self, info: Info) -> Sequence[Node]:
        """Load the nodes."""
        return await load(info, self.level, [Iri(id_) for id_ in self.ids])


async def load(info: Info, level: model.Level, ids: Sequence[Iri]) -> Sequence[Node]:
    """Load the nodes of a level."""
    if level is model.Level.COLUMN:
        return await catalog.columns(info, ids)
    if level is model.Level.DATASET:
        return await catalog.datasets(info, ids)
    if level is model.Level.DOMAIN:
        return await catalog.domains(info, ids)
    return await catalog.products(info, ids)
