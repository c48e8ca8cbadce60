"""What awaits stewards, as GraphQL."""

from typing import Annotated

import strawberry
from anyio import to_thread
from strawberry import ID

from isogloss.api.graphql import meaning_words  # noqa: F401 - its enums come before their use
from isogloss.api.graphql.catalog import Term
from isogloss.api.graphql.context import Info, show_one
from isogloss.api.graphql.moments import AsOf
from isogloss.api.graphql.paging import MAX_PAGE_SIZE, First
from isogloss.errors import InvalidArgument
from isogloss.meaning.conflicts import Conflict
from isogloss.model import agreement as model
from isogloss.model.rdf import Iri
from isogloss.services.steward_queue import Candidate


@strawberry.type(description="Two terms that detection says a steward should look at.")
class PolysemeCandidate:
    """View of services.steward_queue.Candidate."""

    kind: str = strawberry.field(description="What may be so, as polyseme or synonym.")
    score: float = strawberry.field(description="How likely it is, 0 to 1.")
    evidence: list[str] = strawberry.field(description="Why, the weightiest first.")
    fingerprint: str = strawberry.field(
        description="What changes with the evidence; a dismissal names it."
    )
    terms: strawberry.Private[tuple[Iri, Iri]]

    @classmethod
    def of(cls, candidate: Candidate) -> "PolysemeCandidate":
        """Show a candidate."""
        return cls(
            kind=candidate.kind,
            score=candidate.score,
            evidence=[reason.sentence for reason in candidate.evidence],
            fingerprint=candidate.fingerprint,
            terms=(candidate.one, candidate.other),
        )

    @strawberry.field(description="A term.")
    async def one(self, info: Info) -> Term | None:
        """Load the first."""
        return await show_one(info.context.at(info).loaders.term, self.terms[0], Term.of)

    @strawberry.field(description="The other term.")
    async def other(self, info: Info) -> Term | None:
        """Load the second."""
        return await show_one(info.context.at(info).loaders.term, self.terms[1], Term.of)


@strawberry.type(description="Something that awaits a steward.")
class QueueItem:
    """View of model.agreement.QueueItem."""

    kind: model.Awaiting = strawberry.field(description="What it is.")
    one: ID = strawberry.field(description="The term that it begins with.")
    other: ID = strawberry.field(description="The term that it ends with.")
    why: str = strawberry.field(description="Why it awaits you, in words.")
    flows: int = strawberry.field(
        description="How many flows between columns of the two terms it would settle."
    )
    mappings: list[ID] = strawberry.field(
        description="The mappings that it is about; none, if it is a candidate."
    )
    candidate_kind: str | None = strawberry.field(description="The kind, if it is a candidate.")
    fingerprint: str | None = strawberry.field(
        description="What a dismissal names, if it is a candidate."
    )

    @classmethod
    def of(cls, item: model.QueueItem) -> "QueueItem":
        """Show an item."""
        return cls(
            kind=item.kind,
            one=ID(item.one),
            other=ID(item.other),
            why=item.why,
            flows=item.flows,
            mappings=[ID(id) for id in item.mappings],
            candidate_kind=item.finding.kind if item.finding else None,
            fingerprint=item.finding.fingerprint if item.finding else None,
        )


@strawberry.type(description="Statements that cannot all be so, for stewards to settle.")
class MappingConflict:
    """View of meaning.conflicts.Conflict."""

    kind: str = strawberry.field(
        description="denied, twoPredicates, exactAndOther, exactAndDenied, cycle, merged, "
        "relatedAndBroader, labelRepeated or twoPreferred."
    )
    terms: list[ID] = strawberry.field(
        description="The terms that it is about, in the order of the chain, where there is one."
    )
    mappings: list[ID] = strawberry.field(description="The mappings that it rests on, if any.")
    sentence: str = strawberry.field(description="Why they cannot all be so.")

    @classmethod
    def of(cls, conflict: Conflict) -> "MappingConflict":
        """Show a conflict."""
        return cls(
            kind=conflict.kind.value,
            terms=[ID(id) for id in conflict.terms],
            mappings=[ID(id) for id in conflict.mappings],
            sentence=conflict.sentence,
        )


@strawberry.type
class MappingQueueQuery:
    """What there is to decide."""

    @strawberry.field(
        description="All that cannot be so at once among mappings that hold, what glossaries say "
        "of their concepts, and labels.",
        extensions=[AsOf()],
    )
    async def mapping_conflicts(self, info: Info) -> list[MappingConflict]:
        """List every conflict."""
        compositions = info.context.at(info).view.compositions
        found = await to_thread.run_sync(compositions.conflicts)
        return [MappingConflict.of(one) for one in found]

    @strawberry.field(
        description="What awaits you: mappings to approve of, conflicts and candidates of your "
        "domains, what would settle most lineage first."
    )
    async def steward_queue(self, info: Info, first: First = 50) -> list[QueueItem]:
        """List what awaits whoever asks."""
        author, queue = info.context.require_author(), info.context.services.queue
        _check_first(first)
        found = await to_thread.run_sync(queue.queue, author)
        return [QueueItem.of(item) for item in found[:first]]

    @strawberry.field(description="How much awaits you in all, shown or not.")
    async def steward_queue_total(self, info: Info) -> int:
        """Count what awaits whoever asks."""
        author, queue = info.context.require_author(), info.context.services.queue
        return len(await to_thread.run_sync(queue.queue, author))

    @strawberry.field(
        description="Words that may mean several things, and things that may have several words, "
        "the likeliest first, without what stewards mapped or dismissed."
    )
    async def polyseme_candidates(
        self,
        info: Info,
        first: First = 50,
        fingerprint: Annotated[
            str, strawberry.argument(description="Only those whose fingerprint begins so.")
        ] = "",
    ) -> list[PolysemeCandidate]:
        """List candidates."""
        _check_first(first)
        found = await to_thread.run_sync(info.context.services.queue.candidates)
        chosen = [one for one in found if one.fingerprint.startswith(fingerprint)]
        return [PolysemeCandidate.of(one) for one in chosen[:first]]

    @strawberry.field(description="How many such words there are in all, shown or not.")
    async def polyseme_candidates_total(self, info: Info) -> int:
        """Count candidates."""
        return len(await to_thread.run_sync(info.context.services.queue.candidates))


def _check_first(first: int) -> None:
    """Check how many are asked for at once.

    Raises:
        InvalidArgument: it is not in 1..MAX_PAGE_SIZE.
    """
    if not 1 <= first <= MAX_PAGE_SIZE:
        raise InvalidArgument(f"`first` is {first}: ask for 1 to {MAX_PAGE_SIZE}.")
