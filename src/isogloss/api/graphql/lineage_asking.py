"""What questions about lineage have in common: filters, limits, and where to go on."""

from functools import partial
from typing import Annotated

import strawberry
from anyio import to_thread
from strawberry import ID

from isogloss.api.graphql import lineage_words  # noqa: F401 - its enums come before their use
from isogloss.api.graphql.context import Info
from isogloss.api.graphql.moments import AsOf
from isogloss.bootstrap import View
from isogloss.model import lineage_answers as model
from isogloss.model.lineage import EdgeKind, Evidence
from isogloss.model.rdf import parse_iri
from isogloss.services.lineage_pages import sequence_of

question = partial(strawberry.field, extensions=[AsOf()])

OfThing = Annotated[
    ID,
    strawberry.argument(
        description="The IRI of a column, dataset, product or domain, by any of its names."
    ),
]
OfColumns = Annotated[
    ID,
    strawberry.argument(description="The IRI of a column, or of what has columns."),
]
MaxHops = Annotated[int, strawberry.argument(description="Go so many hops at the most.")]
AfterCut = Annotated[
    str | None,
    strawberry.argument(
        description="The `cursor` of an answer that was cut: goes on there, with the mesh as it "
        "was then. The other arguments must be the same."
    ),
]


@strawberry.input(description="What of the lineage to follow; all of it if left out.")
class LineageFilter:
    """Reads model.lineage_answers.LineageFilter."""

    kinds: list[EdgeKind] | None = strawberry.field(
        default=None, description="Edges of these kinds."
    )
    evidence: Evidence | None = strawberry.field(
        default=None, description="Edges that are known so."
    )
    transformations: list[str] | None = strawberry.field(
        default=None,
        description="Edges with a transformation that begins so, as DIRECT or DIRECT/IDENTITY; "
        "MASKING stands for all that mask.",
    )
    context: str | None = strawberry.field(
        default=None,
        description="Edges that a job makes, or one that is part of it, by its IRI; or those of "
        "the jobs with a keyword, such as a business process.",
    )
    domain: str | None = strawberry.field(
        default=None, description="Things of a domain, by its short name or IRI."
    )
    tag: str | None = strawberry.field(
        default=None, description="Things with a keyword (dcat:keyword), and their columns."
    )
    ignore_as_hops: list[ID] | None = strawberry.field(
        default=None,
        description="Things to pass through without showing or counting them, such as staging "
        "tables.",
    )

    @classmethod
    def model(cls, filter: "LineageFilter | None") -> model.LineageFilter:
        """Read a filter that was given or not."""
        if filter is None:
            return model.LineageFilter()
        return model.LineageFilter(
            kinds=None if filter.kinds is None else tuple(filter.kinds),
            evidence=filter.evidence,
            transformations=tuple(sorted(filter.transformations or ())),
            context=filter.context,
            domain=filter.domain,
            tag=filter.tag,
            ignore_as_hops=tuple(sorted(parse_iri(iri) for iri in filter.ignore_as_hops or ())),
        )


Filter = Annotated[
    LineageFilter | None, strawberry.argument(description="What of the lineage to follow.")
]


async def pinned(info: Info, after: str | None) -> View:
    """Give the state that is asked of; that of a cursor, if one is given.

    Raises:
        InvalidArgument: the cursor is none of ours.
    """
    if after is not None:
        sequence = sequence_of(after)
        if sequence != info.context.at(info).view.graph.sequence:
            view = await to_thread.run_sync(info.context.services.as_of, sequence)
            info.context.look(_field(info), view)
    return info.context.at(info).view


def _field(info: Info) -> str | int:
    path = info.path
    while path.prev is not None:
        path = path.prev
    return path.key
