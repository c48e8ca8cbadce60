"""Answers to questions about lineage that ask for more than what is reached."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Generic, NamedTuple, TypeVar

from isogloss.model.lineage import EdgeKind, Evidence, Extent, Level, Link
from isogloss.model.rdf import Iri

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class LineageFilter:
    """What of the lineage to follow, in the words of the caller; None and () ask nothing.

    `domain` is a short name or an IRI, `tag` a keyword of datasets or columns. `context` is a
    job, which stands for itself and all that is part of it, or a keyword of jobs.
    `ignore_as_hops` are things to pass through without showing or counting them.
    """

    kinds: tuple[EdgeKind, ...] | None = None
    evidence: Evidence | None = None
    transformations: tuple[str, ...] = ()
    context: str | None = None
    domain: str | None = None
    tag: str | None = None
    ignore_as_hops: tuple[Iri, ...] = ()


class Change(Enum):
    """What is to be done to a column, dataset or product."""

    DROP = "drop"  # it is gone
    RENAME = "rename"  # it goes by another name
    RETYPE = "retype"  # its values have another type
    REDEFINE = "redefine"  # its values mean something else
    DEPRECATE = "deprecate"  # it stays for a while, and is not to be used any more


class Way(Enum):
    """What reaches a node of another's content, the most first; a way is as its weakest edge."""

    IDENTITY = "identity"  # the values, unchanged
    VALUES = "values"  # values made from the values; also where nobody told how
    MASKED = "masked"  # values made from the values, which they hide
    INFLUENCE = "influence"  # no values: filters, joins, sorts, a port that is read


class ImpactSeverity(Enum):
    """How badly a change hurts, worst first."""

    CRITICAL = "critical"  # breaks what a product promises
    HIGH = "high"  # fails, or is silently wrong
    MEDIUM = "medium"  # grows stale, or may fail
    LOW = "low"  # is to be looked at
    INFO = "info"  # is to be known


@dataclass(frozen=True, slots=True)
class Affected:
    """A node that a change reaches.

    `is_observed` tells whether runs did every edge of some way to it. `is_promised` tells
    whether it is part of a product with a service level objective.
    """

    id: Iri
    distance: int
    way: Way
    is_observed: bool
    is_promised: bool
    severity: ImpactSeverity


@dataclass(frozen=True, slots=True)
class Hit:
    """A node that a change reaches, where it is and whose it is."""

    affected: Affected
    dataset: Iri | None
    products: tuple[Iri, ...]
    domain: Iri | None
    owners: tuple[Iri, ...]  # of the products, else of the domain; sorted, () if nobody knows


@dataclass(frozen=True, slots=True)
class Impact:
    """What a change would do: hits worst first, then observed, nearest, by IRI."""

    of: Iri
    change: Change
    level: Level
    hits: tuple[Hit, ...]
    links: tuple[Link, ...]  # between the starts and the hits
    starts: tuple[Iri, ...]
    extent: Extent

    def by_owner(self) -> tuple[tuple[Iri | None, tuple[Hit, ...]], ...]:
        """Group the hits by owner, the worst hit first; a hit of two owners is in both."""
        found: dict[Iri | None, list[Hit]] = {}
        for hit in self.hits:
            for owner in hit.owners or (None,):
                found.setdefault(owner, []).append(hit)
        return tuple((owner, tuple(hits)) for owner, hits in found.items())


@dataclass(frozen=True, slots=True)
class Ways:
    """Simple paths from a source down to a user, shortest first, then by their IRIs.

    `more` counts those that follow; where cycles make that dear it is a lower bound, and
    `is_exact` is false. `cut_by` names the limit that cut them.
    """

    paths: tuple[tuple[Iri, ...], ...]
    more: int
    is_exact: bool
    cut_by: str | None


@dataclass(frozen=True, slots=True)
class LineageWays:
    """Ways, and how much they cover."""

    ways: Ways
    extent: Extent


class CauseKind(Enum):
    """What is wrong upstream."""

    FAILED = "failed"  # the newest run that ended, ended badly
    LATE = "late"  # the newest successful run is older than it may be
    OUT_OF_BOUNDS = "out-of-bounds"  # a measured quality breaks its objective, or a test failed


@dataclass(frozen=True, slots=True)
class Cause:
    """Something that is wrong `distance` hops upstream, with `node` as the one that has it."""

    kind: CauseKind
    node: Iri
    distance: int
    subject: Iri  # the run, the job that is late, or the measurement
    job: Iri | None
    at: datetime | None  # when the run ended or the quality was measured
    words: str


class Run(NamedTuple):
    """One execution of a job; `state` is a word such as COMPLETE, "" where nobody told."""

    id: Iri
    job: Iri | None
    state: str
    started: datetime | None
    ended: datetime | None


class Measurement(NamedTuple):
    """A measured quality; `metric` is a word such as completeness."""

    id: Iri
    node: Iri
    metric: str
    value: str
    at: datetime | None


class Bound(NamedTuple):
    """What was promised of a dataset: metric, operator and value, as in freshness lteq P1D."""

    objective: Iri
    dataset: Iri
    metric: str
    operator: str
    value: str


@dataclass(frozen=True, slots=True)
class Shape(Generic[T]):
    """A page of what a level looks like: circles, orphans, hubs or critical nodes."""

    found: tuple[T, ...]
    extent: Extent


@dataclass(frozen=True, slots=True)
class RootCauses:
    """Causes, nearest first, then by kind and IRI."""

    causes: tuple[Cause, ...]
    extent: Extent


@dataclass(frozen=True, slots=True)
class Difference:
    """What came and what went between two commits; nodes and links are sorted."""

    nodes_added: tuple[Iri, ...]
    nodes_removed: tuple[Iri, ...]
    links_added: tuple[Link, ...]
    links_removed: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class LineageDifference:
    """A difference, or a page of it, between commit `start` and commit `end`."""

    difference: Difference
    start: int
    end: int
    extent: Extent


@dataclass(frozen=True, slots=True)
class RunLineage:
    """What exactly a run read and wrote, and by which edges between columns; or a page of it."""

    run: Run
    inputs: tuple[Iri, ...]
    outputs: tuple[Iri, ...]
    links: tuple[Link, ...]
    extent: Extent


@dataclass(frozen=True, slots=True)
class Circle:
    """Nodes that all depend on each other, sorted, and a shortest way around through the first."""

    nodes: tuple[Iri, ...]
    path: tuple[Iri, ...]


@dataclass(frozen=True, slots=True)
class Hub:
    """A node by how many others it has next to it."""

    id: Iri
    upstream: int
    downstream: int


@dataclass(frozen=True, slots=True)
class Critical:
    """A node by how many others depend on it, however far away."""

    id: Iri
    reach: int


@dataclass(frozen=True, slots=True)
class Root:
    """Where values of a column begin.

    `chain` are the edges of a shortest way, from the root down to the column; of equally short
    ways the first by IRI. `is_masked` tells whether every way hides the values; where not,
    `leak` is a shortest way that hides nothing, and `chain` is that. It `is_unknown` if nobody
    told what some step of it does, and there is no other way that hides nothing.
    """

    id: Iri
    distance: int
    chain: tuple[Link, ...]
    is_masked: bool
    leak: tuple[Iri, ...] = ()
    is_unknown: bool = False


@dataclass(frozen=True, slots=True)
class Leak:
    """A shortest way on which the values of a column come out at `end` as they are.

    It `is_unknown` whether they do if nobody told what some step does. The end is then a column
    or, where nobody told of columns, a dataset.
    """

    end: Iri
    path: tuple[Iri, ...]
    is_unknown: bool = False


@dataclass(frozen=True, slots=True)
class SourceOfTruth:
    """The roots of columns, nearest first, then by IRI.

    `unresolved` are the datasets that values come from too, or may, nobody telling from which
    of their columns; sorted.
    """

    roots: tuple[Root, ...]
    extent: Extent
    unresolved: tuple[Iri, ...] = ()


class MaskingVerdict(Enum):
    """Whether values are hidden on every way out."""

    MASKED = "masked"  # on every way
    UNKNOWN = "unknown"  # no way is known to leak, and of some nobody knows
    LEAKS = "leaks"  # on some way they are not


@dataclass(frozen=True, slots=True)
class Masking:
    """Whether the values of columns are hidden on every way out; if not, the ways that leak.

    `ends` counts where ways lead out, whether they leak or not; at `leaking` of them they do,
    at `unknown` nobody knows.
    """

    columns: tuple[Iri, ...]
    ends: int
    leaking: int
    unknown: int
    leaks: tuple[Leak, ...]
    extent: Extent

    @property
    def verdict(self) -> MaskingVerdict:
        """Sum it up."""
        if self.leaking:
            return MaskingVerdict.LEAKS
        return MaskingVerdict.UNKNOWN if self.unknown else MaskingVerdict.MASKED

    @property
    def holds(self) -> bool:
        """Tell whether it is known that nothing leaks."""
        return self.verdict is MaskingVerdict.MASKED
