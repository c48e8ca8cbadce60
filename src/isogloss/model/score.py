"""How well data products keep the rules, counted: one rule of one product is one outcome."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from isogloss.model.governance import Quality, Rule
from isogloss.model.rdf import Iri
from isogloss.model.rules import Waiver


@dataclass(frozen=True, slots=True)
class Score:
    """How many outcomes were judged, and how many of these are good."""

    passed: int
    judged: int

    @property
    def share(self) -> float | None:
        """The part that passed, 0 to 1; None where nothing was judged, which is no praise."""
        return self.passed / self.judged if self.judged else None

    @classmethod
    def total(cls, scores: Iterable["Score"]) -> "Score":
        """Add scores up.

        >>> Score.total([Score(1, 2), Score(3, 3)])
        Score(passed=4, judged=5)
        """
        every = list(scores)
        return cls(sum(one.passed for one in every), sum(one.judged for one in every))


@dataclass(frozen=True, slots=True)
class RuleScore:
    """How many of the products that a rule judges keep it."""

    rule: Rule
    score: Score


@dataclass(frozen=True, slots=True)
class ProductScore:
    """How many of the rules that judge a product or its parts it keeps."""

    product: Iri
    score: Score


@dataclass(frozen=True, slots=True)
class QualityScore:
    """A quality, and the rules that back it; where there are none, nobody can tell."""

    quality: Quality
    rules: tuple[RuleScore, ...]

    @property
    def score(self) -> Score:
        """Count the outcomes of its rules."""
        return Score.total(rule.score for rule in self.rules)


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """The score at an instant, when the commit of this number was the newest."""

    at: datetime
    sequence: int
    score: Score


@dataclass(frozen=True, slots=True)
class Scorecard:
    """What the rules say of a product, a domain's products, or all (`of` is None).

    True of the commit `sequence`. `rules` are those that judge any of the products, by id;
    `products` have the lowest share first, then the most broken rules, then by IRI; `waivers`
    are those that hold now, soonest to expire first; `trend` is oldest first.
    """

    of: Iri | None
    sequence: int
    rules: tuple[RuleScore, ...]
    products: tuple[ProductScore, ...]
    waivers: tuple[Waiver, ...] = ()
    trend: tuple[TrendPoint, ...] = ()

    @property
    def score(self) -> Score:
        """Count all outcomes, also of rules that back no quality."""
        return Score.total(rule.score for rule in self.rules)

    @property
    def qualities(self) -> tuple[QualityScore, ...]:
        """Count by quality: all six, also those that no rule backs here."""
        return tuple(
            QualityScore(quality, tuple(one for one in self.rules if one.rule.quality is quality))
            for quality in Quality
        )

    @property
    def worst_products(self) -> tuple[ProductScore, ...]:
        """The products that break any rule, worst first; a product alone has none beside it."""
        return tuple(
            one
            for one in self.products
            if one.score.passed < one.score.judged and one.product != self.of
        )

    @property
    def worst_rules(self) -> tuple[RuleScore, ...]:
        """The rules that any product breaks, the most broken first."""
        broken = [one for one in self.rules if one.score.passed < one.score.judged]
        return tuple(sorted(broken, key=_least_kept))


def _least_kept(one: RuleScore) -> tuple[int, int, str]:
    return (one.score.passed - one.score.judged, -one.rule.severity, one.rule.rule_id)
