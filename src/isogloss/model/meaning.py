"""Words, their senses in the domains, and the mappings and translations between them.

What the words of this module mean together is told in `docs/meaning.md`.
"""

from collections.abc import Mapping as Map
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from isogloss.model.catalog import Term
from isogloss.model.rdf import Iri


class TermKind(StrEnum):
    """What a term is about; senses of two kinds cannot be compared (code:termKinds)."""

    ENTITY = "entity"
    FLAG = "flag"
    MEASURE = "measure"
    DIMENSION = "dimension"
    IDENTIFIER = "identifier"
    CODE = "code"


class Loss(StrEnum):
    """What a translation loses; `meaning.loss` joins them (mesh:lossiness)."""

    EXACT = "exact"
    WIDENING = "widening"
    NARROWING = "narrowing"
    APPROXIMATE = "approximate"
    UNTRANSLATABLE = "untranslatable"


@dataclass(frozen=True, slots=True)
class Sense:
    """What makes a term precise enough to be compared; None is unknown, never "any".

    `window` is a duration of the past (xsd:duration, as in P7D) or a calendar's code, such as
    calendarMonth. `population`, `identifier` and `event` are concepts, which have broader ones.
    `filter` is an expression of SQL that rows pass. A measure `counts` a term.
    """

    term: Iri
    kind: TermKind | None = None
    population: Iri | None = None
    identifier: Iri | None = None
    unique_within: Iri | None = None
    event: Iri | None = None
    window: str | None = None
    filter: str | None = None
    grain: str | None = None
    unit: str | None = None
    currency: str | None = None
    timezone: str | None = None
    counts: Iri | None = None


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """How the concepts relate that attributes of senses name."""

    broader: Map[Iri, frozenset[Iri]] = field(default_factory=dict)  # each to all above it
    disjoint: frozenset[frozenset[Iri]] = frozenset()  # pairs that share nothing
    absences: Map[Iri, Iri] = field(default_factory=dict)  # such as silence, to what is absent
    labels: Map[Iri, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Mapping:
    """How the meaning of one term relates to that of another (SSSOM, read as RDF).

    `predicate` is the SKOS mapping property; with `negated` it is said not to hold.
    `confidence` is in [0, 1]; None where the author gave none. `status` is proposed, approved,
    rejected or retired. It holds from `valid_from` until before `valid_until`. `stated_by` are the
    domains whose sources state it, where it did not go the way of votes.
    """

    id: Iri
    subject: Iri
    predicate: Iri
    object: Iri
    negated: bool
    justification: Iri | None
    confidence: float | None
    author: Iri | None
    status: str | None
    comment: str | None
    translations: tuple[Iri, ...]
    created: date | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    reviewers: tuple[Iri, ...] = ()
    tool: str | None = None
    cardinality: str | None = None
    stated_by: tuple[Iri, ...] = ()

    def holds(self, at: datetime) -> bool:
        """Tell whether it is approved and in force at an instant."""
        return (
            self.status == "approved"
            and (self.valid_from is None or self.valid_from <= at)
            and (self.valid_until is None or at < self.valid_until)
        )


@dataclass(frozen=True, slots=True)
class Translation:
    """How to turn values of one term into values of another, and what is lost.

    `expression` is SQL over `value`, or over the columns of the upstream dataset. A
    `concordance` lists codes; `factor` and `offset` convert units: value * factor + offset.
    """

    id: Iri
    from_term: Iri
    to_term: Iri
    expression: str | None
    lossiness: str | None
    precondition: str | None
    mapping: Iri | None = None
    concordance: Iri | None = None
    factor: str | None = None  # decimals, as written
    offset: str | None = None


@dataclass(frozen=True, slots=True)
class Concordance:
    """Which codes of one list meet which of another, n to m (xkos:Correspondence).

    `pairs` are of notations, sorted. A code without a pair becomes `default`; without one, it
    is not translated, and named.
    """

    id: Iri
    source: Iri
    target: Iri
    pairs: tuple[tuple[str, str], ...]
    default: str | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """Tell whether it is in force at an instant."""
        return (self.valid_from is None or self.valid_from <= at) and (
            self.valid_until is None or at < self.valid_until
        )


@dataclass(frozen=True, slots=True)
class Word:
    """One normalised label and every domain's meaning of it, in order of the terms' IRIs."""

    label: str
    senses: tuple[Term, ...]
    mappings: tuple[Mapping, ...]
