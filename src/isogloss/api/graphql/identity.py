"""Which names are one dataset, and what stewards decide about it, as GraphQL."""

from typing import Annotated

import strawberry
from anyio import to_thread
from strawberry import ID

from isogloss.api.graphql.context import Info
from isogloss.api.graphql.governance import Verdict, verdict
from isogloss.lineage.identity import Reason
from isogloss.model.rdf import parse_iri
from isogloss.services import identity as services

Names = Annotated[
    list[ID], strawberry.argument(description="IRIs that datasets go by, two or more.")
]
Why = Annotated[str, strawberry.argument(description="Why; it stays in the history.")]


@strawberry.type(description="Why two names are one dataset, or that somebody keeps them apart.")
class IdentityReason:
    """View of lineage.identity.Reason."""

    one: ID = strawberry.field(description="A name.")
    other: ID = strawberry.field(description="Another name.")
    why: str = strawberry.field(
        description="key, symlink, alias (of namespaces), decision; or split."
    )
    decision: ID | None = strawberry.field(description="The decision, if it is one.")

    @classmethod
    def of(cls, reason: Reason) -> "IdentityReason":
        """Show a reason."""
        return cls(
            one=ID(reason.one),
            other=ID(reason.other),
            why=reason.why,
            decision=ID(reason.decision) if reason.decision else None,
        )


@strawberry.type(description="Several names of one dataset.")
class IdentityMerge:
    """View of services.identity.Merge."""

    canonical: ID = strawberry.field(description="What the dataset is called.")
    names: list[ID] = strawberry.field(description="All its names.")
    reasons: list[IdentityReason] = strawberry.field(description="Why they are one.")
    since: int = strawberry.field(description="The commit that made them what they are.")

    @classmethod
    def of(cls, merge: services.Merge) -> "IdentityMerge":
        """Show a merge."""
        return cls(
            canonical=ID(merge.canonical),
            names=[ID(name) for name in merge.names],
            reasons=[IdentityReason.of(reason) for reason in merge.reasons],
            since=merge.since,
        )


@strawberry.type
class IdentityQuery:
    """What is one."""

    @strawberry.field(description="The datasets that go by several names now, and why.")
    async def identity_merges(self, info: Info) -> list[IdentityMerge]:
        """List merges."""
        found = await to_thread.run_sync(info.context.services.identities.merges)
        return [IdentityMerge.of(merge) for merge in found]

    @strawberry.field(description="Which names somebody keeps apart now.")
    async def identity_splits(self, info: Info) -> list[IdentityReason]:
        """List splits."""
        found = await to_thread.run_sync(info.context.services.identities.splits)
        return [IdentityReason.of(reason) for reason in found]

    @strawberry.field(
        description="Which names are linked, but not by all whose they are, so that it counts only "
        "once somebody confirms it."
    )
    async def identity_suggestions(self, info: Info) -> list[IdentityReason]:
        """List suggestions."""
        found = await to_thread.run_sync(info.context.services.identities.suggestions)
        return [IdentityReason.of(reason) for reason in found]


@strawberry.type
class IdentityMutation:
    """What stewards decide about it."""

    @strawberry.mutation(description="Say that names are one dataset: a steward of one's domain.")
    async def confirm_identity(self, info: Info, names: Names, reason: Why) -> Verdict:
        """Confirm."""
        return await _decide(info, names, reason, same=True)

    @strawberry.mutation(description="Say that names are not one dataset, whatever links them.")
    async def split_identity(self, info: Info, names: Names, reason: Why) -> Verdict:
        """Split."""
        return await _decide(info, names, reason, same=False)

    @strawberry.mutation(description="Take a decision about names back.")
    async def undo_identity(
        self,
        info: Info,
        decision: Annotated[ID, strawberry.argument(description="The IRI of the decision.")],
        reason: Why,
    ) -> Verdict:
        """Undo."""
        author, identities = info.context.require_author(), info.context.services.identities
        iri = parse_iri(decision)
        return verdict(
            await to_thread.run_sync(lambda: identities.undo(iri, reason, author=author))
        )


async def _decide(info: Info, names: list[ID], reason: str, *, same: bool) -> Verdict:
    author, identities = info.context.require_author(), info.context.services.identities
    iris = [parse_iri(name) for name in names]
    return verdict(
        await to_thread.run_sync(lambda: identities.decide(iris, reason, same=same, author=author))
    )
