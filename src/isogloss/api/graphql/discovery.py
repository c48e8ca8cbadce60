"""Search as GraphQL types."""

from collections.abc import Awaitable, Callable, Sequence

import strawberry
from strawberry import ID

from isogloss.api.graphql import catalog
from isogloss.api.graphql.catalog import Node
from isogloss.api.graphql.context import Info
from isogloss.model import discovery as model
from isogloss.model.rdf import Iri

strawberry.enum(model.EntryKind, description="What kind of thing was found.")


@strawberry.input(description="What to narrow a search to.")
class SearchFilter:
    """Kinds and a domain; left out means all."""

    kinds: list[model.EntryKind] = strawberry.field(
        default_factory=list, description="Only things of these kinds."
    )
    domain: str | None = strawberry.field(
        default=None, description="Only what this domain describes: its short name or IRI."
    )


@strawberry.type(description="One thing that was found.")
class SearchHit:
    """View of model.discovery.Hit."""

    id: ID = strawberry.field(description="Its IRI.")
    kind: model.EntryKind = strawberry.field(description="What kind of thing it is.")
    title: str = strawberry.field(description="Its name.")
    snippet: str = strawberry.field(description="A piece of its text, around the words if it can.")
    score: float = strawberry.field(description="How well it fits; compare within one answer.")

    @classmethod
    def of(cls, hit: model.Hit) -> "SearchHit":
        """Show a hit."""
        return cls(
            id=ID(hit.id), kind=hit.kind, title=hit.title, snippet=hit.snippet, score=hit.score
        )

    @strawberry.field(description="The thing itself.")
    async def node(self, info: Info) -> Node | None:
        """Load it."""
        return next(iter(await _READERS[self.kind](info, [Iri(self.id)])), None)


_READERS: dict[model.EntryKind, Callable[[Info, Sequence[Iri]], Awaitable[Sequence[Node]]]] = {
    model.EntryKind.DOMAIN: catalog.domains,
    model.EntryKind.PRODUCT: catalog.products,
    model.EntryKind.DATASET: catalog.datasets,
    model.EntryKind.COLUMN: catalog.columns,
    model.EntryKind.TERM: catalog.terms,
}
