"""What one mapping on the way can do for values, and what becomes of them there."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from isogloss.meaning.chains import Link
from isogloss.meaning.concordances import CodeLists, CodeRelation
from isogloss.model.meaning import Loss, Sense, Translation
from isogloss.model.translation import Bound, Expression, Outcome, Way

Value = str | Fraction
"""A code, true, false or a number as written; a number that was converted is exact."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A mapping that is walked, and what its translation offers in that direction.

    One of `codes`, `conversion` (value * first + second) and `expression` is there where the
    translation can be used; where not, `obstacle` says why in a sentence.
    """

    link: Link
    source_name: str
    target_name: str
    source: Sense
    target: Sense
    translation: Translation | None = None
    backwards: bool = False
    codes: CodeRelation | None = None
    lists: CodeLists | None = None
    conversion: tuple[Fraction, Fraction] | None = None
    expression: Expression | None = None
    declared: Loss | None = None
    obstacle: str | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """What is known of a value so far, and why no more."""

    outcome: Outcome
    results: tuple[Value, ...] = ()
    bound: Bound = Bound.EXACT
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """How a stage translates: as SQL over `value` or over columns, and value by value.

    `turns` a number's bound round where more here is less there.
    """

    way: Way
    text: str | None
    loss: Loss
    reason: str
    convert: Callable[[Value], Held]
    missing: tuple[str, ...] = ()
    preconditions: tuple[str, ...] = ()
    bound: Bound = Bound.EXACT
    turns: bool = False


def kept(value: Value) -> Held:
    """Hold a value as it is."""
    return Held(Outcome.TRANSLATED, (value,))


def unknown(reason: str) -> Held:
    """Hold that nobody knows what becomes of a value."""
    return Held(Outcome.UNKNOWN, reasons=(reason,))


def untranslatable(reason: str) -> Held:
    """Hold that there is no way for a value."""
    return Held(Outcome.UNTRANSLATABLE, reasons=(reason,))
