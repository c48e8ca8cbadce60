"""Answers to the further questions about lineage as GraphQL types."""

from datetime import datetime

import strawberry
from strawberry import ID

from isogloss.api.graphql import lineage_words  # noqa: F401 - its enums come before their use
from isogloss.model import lineage as reached
from isogloss.model import lineage_answers as model
from isogloss.model.rdf import Iri

strawberry.enum(
    model.Way,
    description="What of a thing reaches another, the most first: its values (IDENTITY), values "
    "made from them (VALUES), what hides them (MASKED), or none (INFLUENCE).",
)
strawberry.enum(model.CauseKind, description="What is wrong upstream.")
strawberry.enum(
    model.MaskingVerdict,
    description="Whether values are hidden. MASKED: on every way. UNKNOWN: no way is known to "
    "leak, and of some nobody told. LEAKS: on some way they are not.",
)


@strawberry.type(description="The limit that cut an answer.")
class LineageTruncation:
    """View of model.lineage.Truncation."""

    limit: str = strawberry.field(description="The argument that cut it.")
    value: int = strawberry.field(description="What it was.")
    beyond: str = strawberry.field(description="What was left out.")
    cursor: str | None = strawberry.field(
        description="Goes on from here, given as `after` with the same arguments."
    )


@strawberry.interface(
    description="An answer that says how much it covers, and the commit that it is true of."
)
class LineageAnswer:
    """View of model.lineage.Extent."""

    extent: strawberry.Private[reached.Extent]

    @strawberry.field(description="Whether nothing was left out.")
    def complete(self) -> bool:
        """Tell."""
        return self.extent.complete

    @strawberry.field(description="What cut the answer; null if nothing did.")
    def truncated_by(self) -> LineageTruncation | None:
        """Show the limit."""
        cut = self.extent.truncated_by
        if cut is None:
            return None
        return LineageTruncation(
            limit=cut.limit, value=cut.value, beyond=cut.beyond, cursor=cut.cursor
        )

    @strawberry.field(description="The commit that it is true of.")
    def as_of_commit(self) -> int:
        """Tell."""
        return self.extent.as_of_commit

    @strawberry.field(description="How many nodes were looked at.")
    def nodes_explored(self) -> int:
        """Tell."""
        return self.extent.nodes_explored

    @strawberry.field(description="How many edges were looked at.")
    def edges_explored(self) -> int:
        """Tell."""
        return self.extent.edges_explored

    @strawberry.field(
        description="How many nodes you may not see; null where you may not know that either."
    )
    def hidden_by_policy(self) -> int | None:
        """Tell."""
        return self.extent.hidden_by_policy


@strawberry.type(description="What one source says of two things; it points to the source.")
class LineageLink:
    """View of model.lineage.Link."""

    downstream: ID = strawberry.field(description="What depends.")
    upstream: ID = strawberry.field(description="What it depends on.")
    kind: reached.EdgeKind = strawberry.field(description="How it depends.")
    evidence: reached.Evidence = strawberry.field(description="How that is known.")
    transformations: list[str] = strawberry.field(
        description="In OpenLineage's words, as DIRECT/IDENTITY; empty where nobody told."
    )
    graph: ID = strawberry.field(description="The named graph that says so.")
    job: ID | None = strawberry.field(description="The job that does it.")
    since: int = strawberry.field(description="The commit that it is true from.")
    until: int | None = strawberry.field(description="The commit that ended it; null if none.")

    @classmethod
    def of(cls, link: reached.Link) -> "LineageLink":
        """Show a link."""
        return cls(
            downstream=ID(link.downstream),
            upstream=ID(link.upstream),
            kind=link.kind,
            evidence=link.evidence,
            transformations=list(link.transformations),
            graph=ID(link.graph),
            job=_id(link.job),
            since=link.since,
            until=link.until,
        )


@strawberry.type(description="Something that is wrong, and where.")
class Cause:
    """View of model.lineage_answers.Cause."""

    kind: model.CauseKind = strawberry.field(description="What is wrong.")
    node: ID = strawberry.field(description="The dataset or column that has it.")
    distance: int = strawberry.field(description="Hops upstream; 0 for what was asked of.")
    subject: ID = strawberry.field(
        description="The run that failed or was the last to succeed, or the measurement."
    )
    job: ID | None = strawberry.field(description="The job of the run.")
    at: datetime | None = strawberry.field(description="When it ended, or was measured.")
    words: str = strawberry.field(description="The same in words.")

    @classmethod
    def of(cls, cause: model.Cause) -> "Cause":
        """Show a cause."""
        return cls(
            kind=cause.kind,
            node=ID(cause.node),
            distance=cause.distance,
            subject=ID(cause.subject),
            job=_id(cause.job),
            at=cause.at,
            words=cause.words,
        )


@strawberry.type(description="What is wrong upstream, nearest first.")
class RootCauses(LineageAnswer):
    """View of model.lineage_answers.RootCauses."""

    causes: list[Cause] = strawberry.field(description="Nearest first.")


@strawberry.type(description="What came and what went between two commits.")
class LineageDiff(LineageAnswer):
    """View of model.lineage_answers.LineageDifference."""

    from_: int = strawberry.field(name="from", description="The earlier commit.")
    to: int = strawberry.field(description="The later commit.")
    nodes_added: list[ID] = strawberry.field(description="Nodes that came, by IRI.")
    nodes_removed: list[ID] = strawberry.field(description="Nodes that went, by IRI.")
    links_added: list[LineageLink] = strawberry.field(description="Edges that came.")
    links_removed: list[LineageLink] = strawberry.field(description="Edges that went.")

    @classmethod
    def of(cls, found: model.LineageDifference) -> "LineageDiff":
        """Show a difference."""
        parts = found.difference
        return cls(
            from_=found.start,
            to=found.end,
            nodes_added=[ID(node) for node in parts.nodes_added],
            nodes_removed=[ID(node) for node in parts.nodes_removed],
            links_added=[LineageLink.of(link) for link in parts.links_added],
            links_removed=[LineageLink.of(link) for link in parts.links_removed],
            extent=found.extent,
        )


@strawberry.type(description="What exactly a run read and wrote.")
class RunLineage(LineageAnswer):
    """View of model.lineage_answers.RunLineage."""

    run: ID = strawberry.field(description="The run.")
    job: ID | None = strawberry.field(description="Its job.")
    state: str | None = strawberry.field(description="How far it came, as COMPLETE.")
    started_at: datetime | None = strawberry.field(description="When it began.")
    ended_at: datetime | None = strawberry.field(description="When it ended.")
    inputs: list[ID] = strawberry.field(description="What it read (prov:used), by IRI.")
    outputs: list[ID] = strawberry.field(description="What it wrote (prov:generated).")
    links: list[LineageLink] = strawberry.field(
        description="How it made columns of others; since the commit that had all of its events."
    )

    @classmethod
    def of(cls, found: model.RunLineage) -> "RunLineage":
        """Show a run."""
        run = found.run
        return cls(
            run=ID(run.id),
            job=_id(run.job),
            state=run.state or None,
            started_at=run.started,
            ended_at=run.ended,
            inputs=[ID(iri) for iri in found.inputs],
            outputs=[ID(iri) for iri in found.outputs],
            links=[LineageLink.of(link) for link in found.links],
            extent=found.extent,
        )


@strawberry.type(description="Where values of a column begin, and how they come from there.")
class LineageRoot:
    """View of model.lineage_answers.Root."""

    id: ID = strawberry.field(description="The column where they begin.")
    distance: int = strawberry.field(description="Hops; 0 if it comes from nothing itself.")
    chain: list[LineageLink] = strawberry.field(
        description="The edges of a shortest way down; one that hides nothing, if there is one."
    )
    masked: bool = strawberry.field(description="Whether every way from it hides the values.")
    leak: list[ID] = strawberry.field(
        description="A shortest way that hides nothing; empty if all do."
    )
    unknown: bool = strawberry.field(
        description="Whether nobody told what some step of that way does, so that it may hide the "
        "values or not."
    )

    @classmethod
    def of(cls, root: model.Root) -> "LineageRoot":
        """Show a root."""
        return cls(
            id=ID(root.id),
            distance=root.distance,
            chain=[LineageLink.of(link) for link in root.chain],
            masked=root.is_masked,
            leak=[ID(node) for node in root.leak],
            unknown=root.is_unknown,
        )


@strawberry.type(description="The columns where values begin, nearest first.")
class SourceOfTruth(LineageAnswer):
    """View of model.lineage_answers.SourceOfTruth."""

    roots: list[LineageRoot] = strawberry.field(description="Nearest first, then by IRI.")
    unresolved: list[ID] = strawberry.field(
        description="Datasets that values come from too, or may: nobody told from which of their "
        "columns. By IRI."
    )


@strawberry.type(description="A way on which values come out as they are, or may.")
class MaskingLeak:
    """View of model.lineage_answers.Leak."""

    end: ID = strawberry.field(
        description="The column where they come out; a dataset, where nobody told of columns."
    )
    path: list[ID] = strawberry.field(description="A shortest way there that hides nothing.")
    unknown: bool = strawberry.field(
        description="Whether nobody told what some step of it does, so that they may come out or "
        "not."
    )


@strawberry.type(description="Whether values are hidden on every way out.")
class Masking(LineageAnswer):
    """View of model.lineage_answers.Masking."""

    columns: list[ID] = strawberry.field(description="The columns that were asked of.")
    holds: bool = strawberry.field(description="Whether the verdict is MASKED.")
    verdict: model.MaskingVerdict = strawberry.field(description="All of it in a word.")
    ends: int = strawberry.field(description="At how many columns values come out, or would.")
    leaking: int = strawberry.field(description="At how many of them they are not hidden.")
    unknown: int = strawberry.field(description="At how many of them nobody knows.")
    leaks: list[MaskingLeak] = strawberry.field(
        description="The ways that leak, or of which nobody knows, shortest first."
    )

    @classmethod
    def of(cls, found: model.Masking) -> "Masking":
        """Show an answer."""
        return cls(
            columns=[ID(column) for column in found.columns],
            holds=found.holds,
            verdict=found.verdict,
            ends=found.ends,
            leaking=found.leaking,
            unknown=found.unknown,
            leaks=[
                MaskingLeak(
                    end=ID(leak.end), path=[ID(node) for node in leak.path], unknown=leak.is_unknown
                )
                for leak in found.leaks
            ],
            extent=found.extent,
        )


def _id(iri: Iri | None) -> ID | None:
    return None if iri is None else ID(iri)
