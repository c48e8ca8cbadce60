"""What becomes of values and expressions on their way from one term to another."""

from dataclasses import dataclass
from enum import StrEnum

from isogloss.model.meaning import Loss
from isogloss.model.rdf import Iri


class SqlType(StrEnum):
    """What an expression gives; UNKNOWN where only its columns could tell."""

    BOOLEAN = "boolean"
    NUMERIC = "numeric"
    TEXT = "text"
    DATE = "date"
    TIMESTAMP = "timestamp"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Expression:
    """A vetted expression in SQL of no dialect, and the columns that it speaks of.

    The column `value` stands for the value that is translated.
    """

    text: str
    columns: frozenset[str]
    type: SqlType


class Bound(StrEnum):
    """How a translated number relates to what is asked for."""

    EXACT = "exact"
    LOWER = "lower"  # what is asked for is as much, or more
    UPPER = "upper"  # what is asked for is as much, or less


class Way(StrEnum):
    """How one step of a chain is translated."""

    SAME = "same"  # the value stays as it is
    RELATION = "relation"  # by what the mapping says of the terms, and their kind
    EXPRESSION = "expression"
    CONCORDANCE = "concordance"
    UNITS = "units"
    NONE = "none"


class Outcome(StrEnum):
    """What became of a value."""

    TRANSLATED = "translated"
    UNKNOWN = "unknown"  # it is right either way, as far as anybody knows
    UNTRANSLATABLE = "untranslatable"


@dataclass(frozen=True, slots=True)
class TranslatedValue:
    """What becomes of one value.

    Several `results` are all possible, and none is picked. `bound` is that of a number. `reason`
    says in a sentence why there are several, or none.
    """

    value: str
    outcome: Outcome
    results: tuple[str, ...] = ()
    bound: Bound = Bound.EXACT
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class TranslationStep:
    """One mapping on the way, and what is done there."""

    source: Iri
    target: Iri
    mapping: Iri
    backwards: bool
    translation: Iri | None
    way: Way
    expression: str | None
    loss: Loss
    reason: str


@dataclass(frozen=True, slots=True)
class Translated:
    """How to translate from one term to another, and what is lost on the way.

    `relation` is what the chain claims of the two terms, None where it claims nothing.
    `expression` is SQL of the chosen `dialect`; None where no single one does it, and `missing`
    says why, and what would be needed for more. `alternatives` are other chains, best first, by
    their mappings.
    """

    source: Iri
    target: Iri
    steps: tuple[TranslationStep, ...]
    relation: Iri | None
    expression: str | None
    dialect: str | None
    loss: Loss
    confidence: float
    values: tuple[TranslatedValue, ...]
    preconditions: tuple[str, ...]
    missing: tuple[str, ...]
    alternatives: tuple[tuple[Iri, ...], ...]
