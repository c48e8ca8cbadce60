"""The further questions about lineage, as GraphQL."""

from typing import Annotated

import strawberry
from anyio import to_thread
from strawberry import ID

from isogloss.api.graphql.context import Info
from isogloss.api.graphql.lineage_answers import (
    Cause,
    LineageDiff,
    LineageRoot,
    Masking,
    RootCauses,
    RunLineage,
    SourceOfTruth,
)
from isogloss.api.graphql.lineage_asking import (
    AfterCut,
    Filter,
    LineageFilter,
    MaxHops,
    OfColumns,
    OfThing,
    pinned,
    question,
)
from isogloss.api.graphql.moments import Moment
from isogloss.model.lineage import Direction, Level
from isogloss.model.rdf import parse_iri
from isogloss.services.lineage_pages import sequence_of
from isogloss.services.lineage_questions import MAX_FOUND, MAX_HOPS
from isogloss.services.root_causes import MAX_CAUSES
from isogloss.services.run_lineage import MAX_NODES


@strawberry.type
class LineageQuery:
    """Questions about what lineage means."""

    @question(
        description="What is wrong with something or upstream of it: runs that failed or are "
        "late, measured qualities out of bounds; nearest first."
    )
    async def root_causes(
        self,
        info: Info,
        of: OfThing,
        filter: Filter = None,
        max_hops: MaxHops = MAX_HOPS,
        max_causes: Annotated[
            int, strawberry.argument(description="Give so many causes at the most.")
        ] = MAX_CAUSES,
        after: AfterCut = None,
    ) -> RootCauses:
        """Look for causes."""
        iri, chosen = parse_iri(of), LineageFilter.model(filter)
        search = (await pinned(info, after)).root_causes
        found = await to_thread.run_sync(
            lambda: search.root_causes(
                iri, filter=chosen, max_hops=max_hops, max_causes=max_causes, after=after
            )
        )
        return RootCauses(
            causes=[Cause.of(cause) for cause in found.causes],
            extent=found.extent,
        )

    @question(
        description="What exactly a run read and wrote, as its own events tell. One that failed "
        "wrote nothing."
    )
    async def run_lineage(
        self,
        info: Info,
        run: Annotated[ID, strawberry.argument(description="The run's IRI.")],
        max_nodes: Annotated[
            int,
            strawberry.argument(
                description="Give so many inputs, outputs and edges at the most, in this order."
            ),
        ] = MAX_NODES,
        after: AfterCut = None,
    ) -> RunLineage:
        """Tell a run."""
        iri, runs = parse_iri(run), (await pinned(info, after)).runs
        return RunLineage.of(
            await to_thread.run_sync(
                lambda: runs.run_lineage(iri, max_nodes=max_nodes, after=after)
            )
        )

    @question(
        description="Where the values of a column begin, by which transformations they come from "
        "there, and whether they are masked on every way."
    )
    async def source_of_truth(
        self,
        info: Info,
        of: OfColumns,
        filter: Filter = None,
        max_hops: MaxHops = MAX_HOPS,
        max_roots: Annotated[
            int, strawberry.argument(description="Give so many roots at the most.")
        ] = MAX_FOUND,
        after: AfterCut = None,
    ) -> SourceOfTruth:
        """Find the roots."""
        iri, chosen = parse_iri(of), LineageFilter.model(filter)
        questions = (await pinned(info, after)).questions
        found = await to_thread.run_sync(
            lambda: questions.source_of_truth(
                iri, filter=chosen, max_roots=max_roots, max_hops=max_hops, after=after
            )
        )
        return SourceOfTruth(
            roots=[LineageRoot.of(root) for root in found.roots],
            unresolved=[ID(dataset) for dataset in found.unresolved],
            extent=found.extent,
        )

    @question(
        description="Whether the values of a column are masked on every way out, or the ways "
        "that leak. Of a dataset or product: of its confidential and restricted columns."
    )
    async def masking(
        self,
        info: Info,
        of: OfColumns,
        filter: Filter = None,
        max_hops: MaxHops = MAX_HOPS,
        max_leaks: Annotated[
            int, strawberry.argument(description="Give so many leaks at the most.")
        ] = MAX_FOUND,
        after: AfterCut = None,
    ) -> Masking:
        """Look for leaks."""
        iri, chosen = parse_iri(of), LineageFilter.model(filter)
        questions = (await pinned(info, after)).questions
        found = await to_thread.run_sync(
            lambda: questions.masking(
                iri, filter=chosen, max_leaks=max_leaks, max_hops=max_hops, after=after
            )
        )
        return Masking.of(found)

    @strawberry.field(
        description="What came and what went between two moments in what something comes from, "
        "or in what depends on it."
    )
    async def lineage_diff(
        self,
        info: Info,
        of: OfThing,
        from_: Annotated[
            Moment, strawberry.argument(name="from", description="The earlier moment.")
        ],
        to: Annotated[
            Moment | None, strawberry.argument(description="The later one; now if left out.")
        ] = None,
        direction: Annotated[
            Direction, strawberry.argument(description="Which way to go.")
        ] = Direction.UPSTREAM,
        level: Annotated[
            Level, strawberry.argument(description="What the nodes of the answer are.")
        ] = Level.COLUMN,
        filter: Filter = None,
        max_changes: Annotated[
            int, strawberry.argument(description="Give so many changes at the most.")
        ] = MAX_FOUND,
        after: AfterCut = None,
    ) -> LineageDiff:
        """Compare two states."""
        iri, chosen = parse_iri(of), LineageFilter.model(filter)
        services = info.context.services

        def compare() -> LineageDiff:
            start = services.history.resolve(from_)  # type: ignore[arg-type]  # by the scalar
            head = sequence_of(after) if after else services.mesh.journal.head.sequence
            end = services.history.resolve(to) if to is not None else head  # type: ignore[arg-type]
            return LineageDiff.of(
                services.questions.difference(
                    iri,
                    start,
                    end,
                    direction=direction,
                    level=level,
                    filter=chosen,
                    max_changes=max_changes,
                    after=after,
                )
            )

        return await to_thread.run_sync(compare)
