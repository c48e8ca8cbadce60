"""Words, senses and mappings as GraphQL types."""

from collections.abc import Sequence
from datetime import date, datetime

import strawberry
from anyio import to_thread
from strawberry import ID

from isogloss.api.graphql.catalog import Agent, Node, Term
from isogloss.api.graphql.context import Info, show_many, show_one
from isogloss.model import meaning as model
from isogloss.model import senses
from isogloss.model.rules import Vote


@strawberry.type(description="How to turn values of one term into another's (mesh:Translation).")
class Translation(Node):
    """View of model.meaning.Translation."""

    from_term: ID = strawberry.field(description="The term it reads (mesh:fromTerm).")
    to_term: ID = strawberry.field(description="The term it makes (mesh:toTerm).")
    expression: str | None = strawberry.field(description="How, in SQL (mesh:expression).")
    lossiness: str | None = strawberry.field(description="What is lost (mesh:lossiness).")
    precondition: str | None = strawberry.field(
        description="What must hold for it to be right (mesh:precondition)."
    )
    concordance: ID | None = strawberry.field(
        description="The list of codes that meet (mesh:concordance)."
    )
    factor: str | None = strawberry.field(
        description="What a value is multiplied by, as a decimal (mesh:factor)."
    )
    offset: str | None = strawberry.field(
        description="What is added after that, as a decimal (mesh:offset)."
    )

    @classmethod
    def of(cls, translation: model.Translation) -> "Translation":
        """Show a translation."""
        return cls(
            id=ID(translation.id),
            from_term=ID(translation.from_term),
            to_term=ID(translation.to_term),
            expression=translation.expression,
            lossiness=translation.lossiness,
            precondition=translation.precondition,
            concordance=ID(translation.concordance) if translation.concordance else None,
            factor=translation.factor,
            offset=translation.offset,
        )


@strawberry.type(description="What a steward said of a mapping, on behalf of his domain.")
class MappingVote:
    """View of model.rules.Vote."""

    domain: ID = strawberry.field(description="The domain.")
    person: ID = strawberry.field(description="The steward.")
    approves: bool = strawberry.field(description="Whether he is for it.")
    comment: str = strawberry.field(description="Why.")
    at: datetime = strawberry.field(description="When.")

    @classmethod
    def of(cls, vote: Vote) -> "MappingVote":
        """Show a vote."""
        return cls(
            domain=ID(vote.domain),
            person=ID(vote.delegate),
            approves=vote.approves,
            comment=vote.comment,
            at=vote.at,
        )


@strawberry.type(description="How the meaning of one term relates to another's (SSSOM mapping).")
class Mapping(Node):
    """View of model.meaning.Mapping."""

    predicate: ID = strawberry.field(
        description="The SKOS mapping property (owl:annotatedProperty)."
    )
    negated: bool = strawberry.field(
        description="Whether it is said not to hold (sssom:predicate_modifier)."
    )
    justification: ID | None = strawberry.field(
        description="How one came to it, a SEMAPV term (sssom:mapping_justification)."
    )
    confidence: float | None = strawberry.field(
        description="How sure the author is, 0 to 1 (sssom:confidence)."
    )
    status: str | None = strawberry.field(
        description="proposed, approved, rejected or retired (mesh:mappingStatus)."
    )
    comment: str | None = strawberry.field(description="Why (rdfs:comment).")
    created: date | None = strawberry.field(description="When somebody said so (dcterms:created).")
    valid_from: datetime | None = strawberry.field(
        description="From when on it holds, once it is approved (mesh:validFrom)."
    )
    valid_until: datetime | None = strawberry.field(
        description="When it ceases to hold; null if never (mesh:validUntil)."
    )
    reviewers: list[ID] = strawberry.field(
        description="Who approved of somebody else's proposal (sssom:reviewer_id)."
    )
    tool: str | None = strawberry.field(description="What made it (sssom:mapping_tool).")
    agreed: bool = strawberry.field(
        description="Whether stewards of both sides voted for it, never one person alone. What is "
        "approved and not agreed is stated by the governance group alone, or by the one domain of "
        "both terms."
    )
    stated_by: list[ID] = strawberry.field(
        description="The domains whose sources state it; none, if it was proposed and voted on."
    )
    mapping: strawberry.Private[model.Mapping]

    @classmethod
    def of(cls, mapping: model.Mapping) -> "Mapping":
        """Show a mapping."""
        return cls(
            id=ID(mapping.id),
            predicate=ID(mapping.predicate),
            negated=mapping.negated,
            justification=ID(mapping.justification) if mapping.justification else None,
            confidence=mapping.confidence,
            status=mapping.status,
            comment=mapping.comment,
            created=mapping.created,
            valid_from=mapping.valid_from,
            valid_until=mapping.valid_until,
            reviewers=[ID(reviewer) for reviewer in mapping.reviewers],
            tool=mapping.tool,
            agreed=mapping.status == "approved" and not mapping.stated_by,
            stated_by=[ID(domain) for domain in mapping.stated_by],
            mapping=mapping,
        )

    @strawberry.field(description="Whether it is approved and in force.")
    async def holds(self, info: Info) -> bool:
        """Ask the clock, or the instant of a past state."""
        return self.mapping.holds(info.context.at(info).view.clock())

    @strawberry.field(
        description="What stewards said of it, in order; none, if a source states it."
    )
    async def votes(self, info: Info) -> list[MappingVote]:
        """List the votes."""
        found = info.context.at(info).view.agreements.all().get(self.mapping.id)
        return [MappingVote.of(vote) for vote in found.votes] if found else []

    @strawberry.field(
        description="The domains of which a steward is yet to approve, while it is proposed."
    )
    async def lacking(self, info: Info) -> list[ID]:
        """List the domains."""
        agreements = info.context.at(info).view.agreements
        found = agreements.all().get(self.mapping.id)
        return [ID(domain) for domain in agreements.lacking(found)] if found else []

    @strawberry.field(description="The term that is mapped (owl:annotatedSource).")
    async def subject(self, info: Info) -> Term | None:
        """Load the subject."""
        return await show_one(info.context.at(info).loaders.term, self.mapping.subject, Term.of)

    @strawberry.field(description="The term that it is mapped to (owl:annotatedTarget).")
    async def object(self, info: Info) -> Term | None:
        """Load the object."""
        return await show_one(info.context.at(info).loaders.term, self.mapping.object, Term.of)

    @strawberry.field(description="Who said so (pav:authoredBy).")
    async def author(self, info: Info) -> Agent | None:
        """Load the author."""
        return await show_one(info.context.at(info).loaders.agent, self.mapping.author, Agent.of)

    @strawberry.field(description="How to translate along it (mesh:basedOnMapping).")
    async def translations(self, info: Info) -> list[Translation]:
        """Load the translations."""
        return await show_many(
            info.context.at(info).loaders.translation, self.mapping.translations, Translation.of
        )


@strawberry.type(description="What two senses say of one attribute, in words.")
class AttributePair:
    """View of model.senses.AttributePair."""

    name: str = strawberry.field(description="The attribute, as population or window.")
    one: str | None = strawberry.field(description="What the first says; null if nothing.")
    other: str | None = strawberry.field(description="What the second says; null if nothing.")
    match: str = strawberry.field(
        description="From the first to the second: equal, narrower, broader, disjoint, "
        "convertible, mapped, different or unknown."
    )
    differs: bool = strawberry.field(description="Whether both say something, and not the same.")


@strawberry.type(description="Two senses, attribute by attribute, and how they relate.")
class SensePair:
    """View of model.senses.SensePair."""

    attributes: list[AttributePair] = strawberry.field(description="Those that either states.")
    missing: list[str] = strawberry.field(
        description="Attributes that would have to be known of both to reason how they relate."
    )
    agreed: str | None = strawberry.field(
        description="How they relate by approved mappings, from the first to the second."
    )
    mappings: list[ID] = strawberry.field(description="The mappings that say so, in a row.")
    reasoned: str | None = strawberry.field(
        description="How they relate by their attributes, from the first to the second."
    )
    reasoning: str | None = strawberry.field(description="Why, in a sentence.")
    pair: strawberry.Private[senses.SensePair]

    @classmethod
    def of(cls, pair: senses.SensePair) -> "SensePair":
        """Show a pair."""
        return cls(
            attributes=[
                AttributePair(
                    name=a.name, one=a.one, other=a.other, match=a.match, differs=a.differs
                )
                for a in pair.attributes
            ],
            missing=list(pair.missing),
            agreed=pair.agreed,
            mappings=[ID(iri) for iri in pair.mappings],
            reasoned=pair.reasoned,
            reasoning=pair.reasoning,
            pair=pair,
        )

    @strawberry.field(description="The first sense.")
    async def one(self, info: Info) -> Term | None:
        """Load the term."""
        return await show_one(info.context.at(info).loaders.term, self.pair.one, Term.of)

    @strawberry.field(description="The second sense.")
    async def other(self, info: Info) -> Term | None:
        """Load the term."""
        return await show_one(info.context.at(info).loaders.term, self.pair.other, Term.of)


@strawberry.type(description="A word and every domain's meaning of it, side by side.")
class Word:
    """View of model.meaning.Word."""

    label: str = strawberry.field(description="The word, whatever its case, plural or hyphens.")
    senses: list[Term] = strawberry.field(description="What it means, domain by domain.")
    mappings: list[Mapping] = strawberry.field(description="How the senses relate.")
    word: strawberry.Private[model.Word]

    @classmethod
    def of(cls, word: model.Word) -> "Word":
        """Show a word."""
        return cls(
            label=word.label,
            senses=[Term.of(term) for term in word.senses],
            mappings=show(word.mappings),
            word=word,
        )

    @strawberry.field(description="Each sense beside each other one.")
    async def pairs(self, info: Info) -> list[SensePair]:
        """Compare the senses."""
        comparing = info.context.at(info).view.comparing
        pairs = await to_thread.run_sync(lambda: comparing.pairs(self.word.senses))
        return [SensePair.of(pair) for pair in pairs]


def show(mappings: Sequence[model.Mapping]) -> list[Mapping]:
    """Show mappings, in their order."""
    return [Mapping.of(mapping) for mapping in mappings]
