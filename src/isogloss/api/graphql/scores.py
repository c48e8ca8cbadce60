"""How well products, domains and the mesh keep the rules, as GraphQL types."""

from datetime import datetime
from typing import Annotated

import strawberry
from anyio import to_thread
from strawberry import ID

from isogloss.api.graphql.catalog import DataProduct
from isogloss.api.graphql.context import Info, show_one
from isogloss.api.graphql.governance import Rule
from isogloss.api.graphql.paging import MAX_PAGE_SIZE
from isogloss.api.graphql.rules import Waiver
from isogloss.errors import InvalidArgument
from isogloss.model import score as model
from isogloss.model.governance import Quality
from isogloss.model.rdf import Iri
from isogloss.model.rules import WaiverStage
from isogloss.services.scorecards import DAYS

Most = Annotated[int, strawberry.argument(description="Give so many at the most, 1 to 100.")]


@strawberry.type(description="Outcomes, counted: a rule that judges a product or its parts is one.")
class Score:
    """View of model.score.Score."""

    passed: int = strawberry.field(description="How many passed.")
    judged: int = strawberry.field(description="How many there are.")
    share: float | None = strawberry.field(
        description="The part that passed, 0 to 1; null where nothing was judged."
    )

    @classmethod
    def of(cls, score: model.Score) -> "Score":
        """Show a score."""
        return cls(passed=score.passed, judged=score.judged, share=score.share)


@strawberry.type(description="A rule, and how many of the products that it judges keep it.")
class RuleScore:
    """View of model.score.RuleScore."""

    rule: Rule = strawberry.field(description="The rule.")
    score: Score = strawberry.field(description="How many products keep it.")

    @classmethod
    def of(cls, one: model.RuleScore) -> "RuleScore":
        """Show the score of a rule."""
        return cls(rule=Rule.of(one.rule), score=Score.of(one.score))


@strawberry.type(description="A product, and how many of the rules that judge it it keeps.")
class ProductScore:
    """View of model.score.ProductScore."""

    id: ID = strawberry.field(description="The IRI of the product.")
    score: Score = strawberry.field(description="How many rules it keeps.")

    @classmethod
    def of(cls, one: model.ProductScore) -> "ProductScore":
        """Show the score of a product."""
        return cls(id=ID(one.product), score=Score.of(one.score))

    @strawberry.field(description="The product; null if it went meanwhile.")
    async def product(self, info: Info) -> DataProduct | None:
        """Load the product."""
        loader = info.context.at(info).loaders.product
        return await show_one(loader, Iri(self.id), DataProduct.of)


@strawberry.type(description="A quality of data products, and the rules that back it.")
class QualityScore:
    """View of model.score.QualityScore."""

    quality: Quality = strawberry.field(description="The quality.")
    score: Score = strawberry.field(
        description="The outcomes of its rules; its share is null where no rule backs it."
    )
    rules: list[RuleScore] = strawberry.field(
        description="The rules that back it (mesh:quality) and judge anything here, by their ids."
    )

    @classmethod
    def of(cls, one: model.QualityScore) -> "QualityScore":
        """Show the score of a quality."""
        return cls(
            quality=one.quality,
            score=Score.of(one.score),
            rules=[RuleScore.of(rule) for rule in one.rules],
        )


@strawberry.type(description="The score at an instant, by the rules of today.")
class TrendPoint:
    """View of model.score.TrendPoint."""

    at: datetime = strawberry.field(description="The instant.")
    sequence: int = strawberry.field(description="The newest commit then.")
    score: Score = strawberry.field(description="The outcomes of what was there then.")

    @classmethod
    def of(cls, point: model.TrendPoint) -> "TrendPoint":
        """Show a point."""
        return cls(at=point.at, sequence=point.sequence, score=Score.of(point.score))


@strawberry.type(description="How well a product, a domain's products or all keep the rules.")
class Scorecard:
    """View of model.score.Scorecard."""

    card: strawberry.Private[model.Scorecard]
    subject: ID | None = strawberry.field(
        name="of", description="The product or domain that it is of; null for the mesh."
    )
    sequence: int = strawberry.field(description="The commit that it is true of.")
    score: Score = strawberry.field(description="All outcomes, also of rules that back no quality.")
    qualities: list[QualityScore] = strawberry.field(
        description="All six qualities, also those that no rule backs here."
    )
    waivers: list[Waiver] = strawberry.field(
        description="The waivers that hold and are about it or its parts, soonest to run out "
        "first. What is waived counts as broken all the same."
    )
    trend: list[TrendPoint] = strawberry.field(
        description="The score over the days that were asked for, oldest first, now last. An "
        "instant at which there was nothing to judge has no point."
    )

    @classmethod
    def of(cls, card: model.Scorecard) -> "Scorecard":
        """Show a scorecard."""
        return cls(
            card=card,
            subject=None if card.of is None else ID(card.of),
            sequence=card.sequence,
            score=Score.of(card.score),
            qualities=[QualityScore.of(one) for one in card.qualities],
            waivers=[Waiver.of(one, WaiverStage.OPEN) for one in card.waivers],
            trend=[TrendPoint.of(point) for point in card.trend],
        )

    @strawberry.field(description="The products that break any rule, the lowest share first.")
    def worst_products(self, first: Most = 5) -> list[ProductScore]:
        """Show the first of them."""
        return [ProductScore.of(one) for one in self.card.worst_products[: _bounded(first)]]

    @strawberry.field(description="The rules that any product breaks, the most broken first.")
    def worst_rules(self, first: Most = 5) -> list[RuleScore]:
        """Show the first of them."""
        return [RuleScore.of(one) for one in self.card.worst_rules[: _bounded(first)]]


@strawberry.type
class ScoreQuery:
    """The question how well the rules are kept."""

    @strawberry.field(
        description="How well a product, a domain's products or all keep the rules, now and "
        "over time, quality by quality."
    )
    async def scorecard(
        self,
        info: Info,
        of: Annotated[
            ID | None,
            strawberry.argument(
                description="A product's IRI, or a domain's IRI or short name; the mesh if left "
                "out."
            ),
        ] = None,
        days: Annotated[
            int,
            strawberry.argument(description="How far the trend goes back, 0 to 366; 0: no trend."),
        ] = DAYS,
    ) -> Scorecard:
        """Count the outcomes."""
        scorecards = info.context.services.scorecards
        return Scorecard.of(await to_thread.run_sync(lambda: scorecards.card(of, days=days)))


def _bounded(first: int) -> int:
    if not 1 <= first <= MAX_PAGE_SIZE:
        raise InvalidArgument(f"Ask for 1 to {MAX_PAGE_SIZE} with `first`.")
    return first
