"""Translations between terms as GraphQL."""

from typing import Annotated

import strawberry
from anyio import to_thread
from strawberry import ID

from isogloss.api.graphql import meaning_words  # noqa: F401 - its enums come before their use
from isogloss.api.graphql.context import Info
from isogloss.api.graphql.lineage_asking import question
from isogloss.model import translation as model
from isogloss.model.meaning import Loss

strawberry.enum(
    model.Bound,
    name="ValueBound",
    description="How a translated number relates to the one that is asked for.",
)
strawberry.enum(model.Outcome, name="TranslationOutcome", description="What became of a value.")
strawberry.enum(model.Way, name="TranslationWay", description="How one step is translated.")

_Name = "a term by its IRI, or by its domain and a label, as `product:active user`"


@strawberry.type(description="What becomes of one value.")
class TranslatedValue:
    """View of model.translation.TranslatedValue."""

    value: str = strawberry.field(description="The value that was given.")
    outcome: model.Outcome = strawberry.field(description="What became of it.")
    results: list[str] = strawberry.field(
        description="What it becomes; all are possible where there are several, none is picked."
    )
    bound: model.Bound = strawberry.field(
        description="Whether a number is exact, or what is asked for is as much or more, or less."
    )
    reason: str | None = strawberry.field(description="Why there are several results, or none.")

    @classmethod
    def of(cls, value: model.TranslatedValue) -> "TranslatedValue":
        """Show a value."""
        return cls(
            value=value.value,
            outcome=value.outcome,
            results=list(value.results),
            bound=value.bound,
            reason=value.reason,
        )


@strawberry.type(description="One mapping on the way, and what is done there.")
class TranslationStep:
    """View of model.translation.TranslationStep."""

    source: ID = strawberry.field(description="The term that it leads from.")
    target: ID = strawberry.field(description="The term that it leads to.")
    mapping: ID = strawberry.field(description="The mapping.")
    backwards: bool = strawberry.field(
        description="Whether it is walked from its object to its subject."
    )
    translation: ID | None = strawberry.field(description="The translation that is used, if any.")
    way: model.Way = strawberry.field(description="How it is translated.")
    expression: str | None = strawberry.field(description="How, in SQL of no dialect.")
    loss: Loss = strawberry.field(description="What is lost here.")
    reason: str = strawberry.field(description="Why so, in a sentence.")

    @classmethod
    def of(cls, step: model.TranslationStep) -> "TranslationStep":
        """Show a step."""
        return cls(
            source=ID(step.source),
            target=ID(step.target),
            mapping=ID(step.mapping),
            backwards=step.backwards,
            translation=ID(step.translation) if step.translation else None,
            way=step.way,
            expression=step.expression,
            loss=step.loss,
            reason=step.reason,
        )


@strawberry.type(description="How to translate from one term to another, and what is lost.")
class Translated:
    """View of model.translation.Translated."""

    source: ID = strawberry.field(description="The term that is translated.")
    target: ID = strawberry.field(description="The term that it is translated into.")
    steps: list[TranslationStep] = strawberry.field(
        description="The mappings in a row; none where no approved ones lead there."
    )
    relation: ID | None = strawberry.field(
        description="What they claim of the two terms, a SKOS mapping property; null where nothing."
    )
    expression: str | None = strawberry.field(
        description="SQL that translates, in the dialect; null where no single expression does."
    )
    dialect: str | None = strawberry.field(description="The dialect that was asked for.")
    loss: Loss = strawberry.field(description="What all steps lose together.")
    confidence: float = strawberry.field(
        description="The product of the mappings' confidences, 0 to 1."
    )
    values: list[TranslatedValue] = strawberry.field(description="The values, in their order.")
    preconditions: list[str] = strawberry.field(description="What must hold for it to be right.")
    missing: list[str] = strawberry.field(
        description="What could not be translated, and what it would take."
    )
    alternatives: list[list[ID]] = strawberry.field(
        description="Other ways, the best first, by their mappings."
    )

    @classmethod
    def of(cls, answer: model.Translated) -> "Translated":
        """Show an answer."""
        return cls(
            source=ID(answer.source),
            target=ID(answer.target),
            steps=[TranslationStep.of(step) for step in answer.steps],
            relation=ID(answer.relation) if answer.relation else None,
            expression=answer.expression,
            dialect=answer.dialect,
            loss=answer.loss,
            confidence=answer.confidence,
            values=[TranslatedValue.of(value) for value in answer.values],
            preconditions=list(answer.preconditions),
            missing=list(answer.missing),
            alternatives=[[ID(one) for one in mappings] for mappings in answer.alternatives],
        )


@strawberry.type
class TranslatingQuery:
    """Questions about translations."""

    @question(
        description="Translate values or SQL of one term into another's, by the best approved "
        "mappings."
    )
    async def translate(
        self,
        info: Info,
        from_: Annotated[
            str, strawberry.argument(name="from", description=f"What is translated: {_Name}.")
        ],
        to: Annotated[str, strawberry.argument(description=f"Into what: {_Name}.")],
        values: Annotated[
            list[str] | None,
            strawberry.argument(description="Codes, true and false, or decimal numbers."),
        ] = None,
        expression: Annotated[
            str | None,
            strawberry.argument(
                description="SQL of no dialect that gives what is translated, such as a column."
            ),
        ] = None,
        sql: Annotated[
            str | None,
            strawberry.argument(
                description="The same in the dialect, or SELECT of it from one table."
            ),
        ] = None,
        dialect: Annotated[
            str | None,
            strawberry.argument(
                description="The dialect to write SQL in, as `postgres`; none if left out."
            ),
        ] = None,
    ) -> Translated:
        """Translate."""
        translating = info.context.at(info).view.translating
        return Translated.of(
            await to_thread.run_sync(
                lambda: translating.translate(
                    from_,
                    to,
                    values=values or [],
                    expression=expression,
                    sql=sql,
                    dialect=dialect,
                )
            )
        )
