"""Whether what flows from one column into another still means the same."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from isogloss.model.lineage import Extent
from isogloss.model.rdf import Iri


class Verdict(StrEnum):
    """What an edge does to meaning, from good to bad; a way is as bad as its worst edge."""

    SAME = "same"
    DIFFERENT = "different"
    TRANSLATED = "translated"
    UNKNOWN = "unknown"
    UNTRANSLATED = "untranslated"
    CONFLICT = "conflict"


BADNESS = {verdict: badness for badness, verdict in enumerate(Verdict)}


class Treatment(StrEnum):
    """What an edge does to values, as far as meaning is concerned.

    What filters, sorts or groups carries no meaning across, and is none of them.
    """

    COPY = "copy"  # values are as they were: identity, rename
    CHANGE = "change"
    AGGREGATE = "aggregate"
    UNTOLD = "untold"  # nobody says how
    JOIN = "join"  # values are compared with those of another column


class End(NamedTuple):
    """What is at one end of a flow: the terms, sorted, () where unknown, and whose space it is."""

    terms: tuple[Iri, ...]
    domain: Iri | None


@dataclass(frozen=True, slots=True)
class Flow:
    """Edges between columns that mean alike, and are treated alike.

    Of a join, both ends are keys, compared to make columns of the domain `made_in`, such as
    `made_column`; `is_pair` tells that nothing else is joined there. `applied` are translations
    that somebody confirms are applied in the downstream column. `upstream_column` and
    `downstream_column` are one example.
    """

    upstream: End
    downstream: End
    treatment: Treatment
    count: int
    upstream_column: Iri
    downstream_column: Iri
    applied: frozenset[Iri] = frozenset()
    is_pair: bool = True
    made_in: Iri | None = None
    made_column: Iri | None = None

    @property
    def domains(self) -> frozenset[Iri | None]:
        """The domains that it touches, None for what is nobody's; of more than one it crosses."""
        made = {self.made_in} if self.treatment is Treatment.JOIN else set()
        return frozenset({self.upstream.domain, self.downstream.domain} | made)


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict with its reason, a sentence.

    `upstream` and `downstream` are the terms that decided it; `mappings` those that it rests
    on, in a row, and `translations` those to apply, or applied, in the order of the mappings.
    Of a conflict, `is_open` tells that a mapping would settle it.
    """

    verdict: Verdict
    reason: str
    upstream: Iri | None = None
    downstream: Iri | None = None
    mappings: tuple[Iri, ...] = ()
    translations: tuple[Iri, ...] = ()
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class JudgedFlow:
    """A flow and what is thought of it."""

    flow: Flow
    judgement: Judgement


@dataclass(frozen=True, slots=True)
class Settling:
    """Two terms that no approved mapping relates, and how many edges one would settle."""

    one: Iri
    other: Iri
    edges: int


@dataclass(frozen=True, slots=True)
class BoundaryReport:
    """What crosses between two domains: flows, worst first, and what would settle most of them.

    `counts` has the number of edges by verdict, each verdict included and of all flows, shown
    or not; joins count once for each pair of keys. `settling` has the pairs that settle most.
    """

    flows: tuple[JudgedFlow, ...]
    counts: dict[Verdict, int]
    settling: tuple[Settling, ...]
    extent: Extent


class Crossing(NamedTuple):
    """One edge upstream of a column, of which the meaning is not the same at both ends."""

    upstream_column: Iri
    downstream_column: Iri
    judgement: Judgement


@dataclass(frozen=True, slots=True)
class ColumnMeaning:
    """What a column means, and what happened to meanings on the way to it.

    `terms` are what it represents; unless `is_asserted`, they are inferred from columns that it
    is a copy of: `chain` leads from it to the nearest that says so. `crossings` are upstream,
    worst first, without the edges of which nothing is known: these are counted by `unknown`.
    """

    column: Iri
    terms: tuple[Iri, ...]
    is_asserted: bool
    chain: tuple[Iri, ...]
    worst: Verdict
    crossings: tuple[Crossing, ...]
    unknown: int
    extent: Extent


@dataclass(frozen=True, slots=True)
class MeaningChange:
    """That the worst upstream of a product is something else after a commit than before.

    None is that nothing is translated there, or would have to be.
    """

    sequence: int
    product: Iri
    was: Verdict | None
    verdict: Verdict | None
