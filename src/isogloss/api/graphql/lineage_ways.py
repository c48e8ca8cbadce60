"""The ways from one thing down to another, as GraphQL."""

from collections.abc import Sequence
from typing import Annotated

import strawberry
from anyio import to_thread
from strawberry import ID

from isogloss.api.graphql import verdicts as shown
from isogloss.api.graphql.context import Info
from isogloss.api.graphql.lineage import LineagePath
from isogloss.api.graphql.lineage_answers import LineageAnswer
from isogloss.api.graphql.lineage_asking import (
    AfterCut,
    Filter,
    LineageFilter,
    MaxHops,
    pinned,
    question,
)
from isogloss.api.graphql.lineage_trace import asks_for
from isogloss.model.lineage import Level
from isogloss.model.rdf import parse_iri
from isogloss.model.verdicts import Judgement
from isogloss.services.lineage_questions import MAX_HOPS, MAX_PATHS


@strawberry.type(description="The ways from one node down to another, shortest first.")
class LineagePaths(LineageAnswer):
    """View of model.lineage_answers.LineageWays."""

    paths: list[LineagePath] = strawberry.field(description="Shortest first, then by IRIs.")
    more: str = strawberry.field(
        description="How many follow, as a string since there may be more than an Int holds."
    )
    more_is_exact: bool = strawberry.field(
        description="Whether `more` is all; else at least so many follow: with cycles between "
        "the ends, to count them would take as long as to list them."
    )


@strawberry.type
class LineageWaysQuery:
    """The question by which ways."""

    @question(description="The ways by which data flows from one thing down to another.")
    async def lineage_paths(
        self,
        info: Info,
        from_: Annotated[
            ID, strawberry.argument(name="from", description="The IRI of the source.")
        ],
        to: Annotated[ID, strawberry.argument(description="The IRI of the user.")],
        level: Annotated[
            Level, strawberry.argument(description="What the nodes of the answer are.")
        ] = Level.COLUMN,
        filter: Filter = None,
        max_paths: Annotated[
            int, strawberry.argument(description="Give so many paths at the most, 1 to 1000.")
        ] = MAX_PATHS,
        max_hops: MaxHops = MAX_HOPS,
        after: AfterCut = None,
    ) -> LineagePaths:
        """Find paths."""
        source, target = parse_iri(from_), parse_iri(to)
        chosen = LineageFilter.model(filter)
        view = await pinned(info, after)

        def answer() -> LineagePaths:
            found = view.questions.paths(
                source,
                target,
                level=level,
                filter=chosen,
                max_paths=max_paths,
                max_hops=max_hops,
                after=after,
            )
            paths = found.ways.paths
            meanings: Sequence[Judgement | None] = [None] * len(paths)
            if level is Level.COLUMN and asks_for(info, "paths", "meaning"):
                meanings = view.verdicts.of_paths(paths, found.extent.as_of_commit)
            return LineagePaths(
                paths=[
                    LineagePath(
                        ids=[ID(node) for node in path],
                        meaning=shown.Judgement.of(judgement) if judgement else None,
                        level=level,
                    )
                    for path, judgement in zip(paths, meanings, strict=True)
                ],
                more=str(found.ways.more),
                more_is_exact=found.ways.is_exact,
                extent=found.extent,
            )

        return await to_thread.run_sync(answer)
