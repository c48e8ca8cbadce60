"""The steps in the life of mappings, as mutations; each is a commit."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, TypeAlias

import strawberry
from anyio import to_thread
from strawberry import ID

from isogloss.api.graphql import meaning_words  # noqa: F401 - its enums come before their use
from isogloss.api.graphql.context import Info
from isogloss.api.graphql.governance import Refused, ValidationResult
from isogloss.api.graphql.meaning import Mapping
from isogloss.api.graphql.moments import in_utc
from isogloss.errors import InvalidArgument
from isogloss.model import agreement as model
from isogloss.model.change import Refused as RefusedChange
from isogloss.model.meaning import Loss
from isogloss.model.rdf import Iri, parse_iri
from isogloss.services.term_names import get_term
from isogloss.vocab import SEMAPV

_MANUAL = ID(SEMAPV.ManualMappingCuration)


@strawberry.input(
    description="How to turn values of one term into another's: by an expression, a concordance, "
    "or a factor and an offset."
)
class TranslationInput:
    """A model.agreement.TranslationDraft."""

    loss: Loss = strawberry.field(description="What is lost (mesh:lossiness).")
    expression: str | None = strawberry.field(
        default=None, description="SQL over `value`, or over columns of what is upstream."
    )
    concordance: ID | None = strawberry.field(
        default=None, description="Which codes meet which (xkos:Correspondence)."
    )
    factor: str | None = strawberry.field(
        default=None, description="A decimal that values are multiplied by."
    )
    offset: str | None = strawberry.field(default=None, description="A decimal that is then added.")
    precondition: str | None = strawberry.field(
        default=None, description="What must hold for it to be right, in words."
    )
    backwards: bool = strawberry.field(
        default=False, description="Whether it leads from the mapping's object to its subject."
    )

    def draft(self) -> model.TranslationDraft:
        """Read what was sent."""
        return model.TranslationDraft(
            loss=self.loss,
            expression=self.expression,
            concordance=parse_iri(self.concordance) if self.concordance else None,
            factor=self.factor,
            offset=self.offset,
            precondition=self.precondition,
            backwards=self.backwards,
        )


@strawberry.input(description="A mapping that somebody proposes.")
class MappingInput:
    """A model.agreement.MappingDraft."""

    subject: str = strawberry.field(
        description="A term by its IRI, or by its domain and a label, as `product:active user`."
    )
    match: model.Match = strawberry.field(
        description="How it relates to the object; BROAD: the object is the broader one."
    )
    object: str = strawberry.field(description="The other term.")
    negated: bool = strawberry.field(default=False, description="Whether that is denied.")
    confidence: float | None = strawberry.field(
        default=None, description="How sure the author is, 0 to 1."
    )
    justification: ID = strawberry.field(
        default=_MANUAL, description="How one came to it, a SEMAPV term."
    )
    comment: str | None = strawberry.field(default=None, description="Why.")
    valid_from: datetime | None = strawberry.field(
        default=None, description="From when on it holds; once approved, if left out."
    )
    valid_until: datetime | None = strawberry.field(
        default=None, description="When it ceases to hold; never, if left out."
    )
    author: ID | None = strawberry.field(
        default=None, description="Whose claim it is, if not that of who proposes it."
    )
    translations: list[TranslationInput] = strawberry.field(
        default_factory=list, description="How to translate along it, at most one each way."
    )

    def draft(self, info: Info) -> model.MappingDraft:
        """Read what was sent."""
        catalog = info.context.services.catalog
        return model.MappingDraft(
            subject=get_term(catalog, self.subject).id,
            match=self.match,
            object=get_term(catalog, self.object).id,
            negated=self.negated,
            confidence=self.confidence,
            justification=parse_iri(self.justification),
            comment=self.comment,
            translations=tuple(one.draft() for one in self.translations),
            valid_from=in_utc(self.valid_from) if self.valid_from else None,
            valid_until=in_utc(self.valid_until) if self.valid_until else None,
            author=parse_iri(self.author) if self.author else None,
        )


@strawberry.input(description="What was found of two terms, as `polysemeCandidates` tells it.")
class FindingInput:
    """A model.agreement.Finding."""

    kind: str = strawberry.field(description="As polyseme or synonym.")
    one: ID = strawberry.field(description="A term.")
    other: ID = strawberry.field(description="The other term.")
    fingerprint: str = strawberry.field(description="What changes with the evidence.")

    def finding(self) -> model.Finding:
        """Read what was sent."""
        one, other = parse_iri(self.one), parse_iri(self.other)
        return model.Finding(self.kind, one, other, self.fingerprint)


@strawberry.input(description="One decision of a batch: about a mapping, or DISMISS of a finding.")
class DecisionInput:
    """A model.agreement.Choice."""

    step: model.Step = strawberry.field(description="What is decided.")
    mapping: ID | None = strawberry.field(default=None, description="The mapping.")
    finding: FindingInput | None = strawberry.field(default=None, description="What is dismissed.")
    reason: str = strawberry.field(default="", description="Why; only an approval can do without.")

    def choice(self) -> model.Choice:
        """Read what was sent."""
        about: Iri | model.Finding
        if (self.step is model.Step.DISMISS) != (self.finding is not None):
            raise InvalidArgument("DISMISS, and nothing else, is about a finding.")
        if (self.finding is None) == (self.mapping is None):
            raise InvalidArgument("A decision names a mapping or a finding, and not both.")
        about = self.finding.finding() if self.finding else parse_iri(str(self.mapping))
        return model.Choice(self.step, about, self.reason)


@strawberry.type(description="Allowed: the step is taken, in one commit.")
class MappingsDecided:
    """View of model.agreement.Settled."""

    sequence: int = strawberry.field(description="Number of the commit, by which it is undone.")
    mappings: list[Mapping] = strawberry.field(
        description="The mappings that it was about, as they are now."
    )
    warnings: list[ValidationResult] = strawberry.field(
        description="What the rules say of it that refuses nothing."
    )


MappingVerdict = Annotated[
    MappingsDecided | Refused,
    strawberry.union(
        "MappingVerdict", description="What became of a step: taken, or blocked by the rules."
    ),
]
_Shown: TypeAlias = MappingsDecided | Refused

MappingId = Annotated[ID, strawberry.argument(description="The IRI of the mapping.")]
Why = Annotated[str, strawberry.argument(description="Why, for those who come after.")]


@strawberry.type
class MappingsMutation:
    """How mappings come to hold, and end."""

    @strawberry.mutation(
        description="Propose mappings; they hold once a steward of each side has approved, and "
        "never by one person alone."
    )
    async def propose_mapping(
        self,
        info: Info,
        mappings: Annotated[
            list[MappingInput], strawberry.argument(description="One or several, in one commit.")
        ],
    ) -> MappingVerdict:
        """Propose."""
        author, steps = info.context.require_author(), info.context.services.mappings

        def step() -> model.Settled:
            return steps.propose([one.draft(info) for one in mappings], author=author)

        return await _step(info, step)

    @strawberry.mutation(description="Approve of a mapping for the sides you are a steward of.")
    async def approve_mapping(
        self,
        info: Info,
        id: MappingId,
        comment: Annotated[str, strawberry.argument(description="What you think of it.")] = "",
    ) -> MappingVerdict:
        """Approve."""
        author, steps = info.context.require_author(), info.context.services.mappings
        iri = parse_iri(id)
        return await _step(info, lambda: steps.approve(iri, comment, author=author))

    @strawberry.mutation(description="Turn a proposed mapping down, as a steward of either side.")
    async def reject_mapping(self, info: Info, id: MappingId, reason: Why) -> MappingVerdict:
        """Reject."""
        author, steps = info.context.require_author(), info.context.services.mappings
        iri = parse_iri(id)
        return await _step(info, lambda: steps.reject(iri, reason, author=author))

    @strawberry.mutation(description="Let an approved mapping hold no longer.")
    async def retire_mapping(self, info: Info, id: MappingId, reason: Why) -> MappingVerdict:
        """Retire."""
        author, steps = info.context.require_author(), info.context.services.mappings
        iri = parse_iri(id)
        return await _step(info, lambda: steps.retire(iri, reason, author=author))

    @strawberry.mutation(
        description="Give a mapping a translation; both sides have to approve of it again."
    )
    async def translate_mapping(
        self,
        info: Info,
        id: MappingId,
        translation: Annotated[
            TranslationInput,
            strawberry.argument(description="In place of the one that leads the same way."),
        ],
    ) -> MappingVerdict:
        """Translate."""
        author, steps = info.context.require_author(), info.context.services.mappings
        iri = parse_iri(id)
        return await _step(
            info, lambda: steps.translate_by(iri, translation.draft(), author=author)
        )

    @strawberry.mutation(description="Take several decisions in one commit, all or none.")
    async def decide_mappings(
        self,
        info: Info,
        decisions: Annotated[
            list[DecisionInput], strawberry.argument(description="What is decided, in order.")
        ],
    ) -> MappingVerdict:
        """Decide."""
        author, steps = info.context.require_author(), info.context.services.mappings
        choices = [one.choice() for one in decisions]
        return await _step(info, lambda: steps.decide(choices, author=author))

    @strawberry.mutation(
        description="Take back all that a commit of yours decided about mappings, unless "
        "somebody has decided about one of them since; that is a commit too."
    )
    async def undo_decisions(
        self,
        info: Info,
        sequence: Annotated[int, strawberry.argument(description="The number of the commit.")],
    ) -> MappingVerdict:
        """Undo."""
        author, steps = info.context.require_author(), info.context.services.mappings
        return await _step(info, lambda: steps.undo(sequence, author=author))

    @strawberry.mutation(
        description="Say that what was found of two terms needs no mapping; it comes back once "
        "the evidence is other."
    )
    async def dismiss_candidate(
        self,
        info: Info,
        finding: Annotated[FindingInput, strawberry.argument(description="What was found.")],
        reason: Why,
    ) -> MappingVerdict:
        """Dismiss."""
        author, steps = info.context.require_author(), info.context.services.mappings
        found = finding.finding()
        return await _step(info, lambda: steps.dismiss(found, reason, author=author))


async def _step(info: Info, take: Callable[[], model.Settled]) -> _Shown:
    meanings = info.context.services.meanings

    def run() -> _Shown:
        settled = take()
        if isinstance(settled.outcome, RefusedChange):
            return Refused.of(settled.outcome)
        known = {one.id: one for one in meanings.mappings()}
        return MappingsDecided(
            sequence=settled.outcome.sequence,
            mappings=[Mapping.of(known[id]) for id in settled.mappings if id in known],
            warnings=[ValidationResult.of(one) for one in settled.outcome.remarks],
        )

    return await to_thread.run_sync(run)
