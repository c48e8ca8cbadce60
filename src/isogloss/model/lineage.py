"""Questions about lineage and their answers; distances are hops, edges point to the source."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from isogloss.model.rdf import Iri


class Direction(Enum):
    """UPSTREAM goes towards sources, DOWNSTREAM towards users."""

    UPSTREAM = "upstream"
    DOWNSTREAM = "downstream"


class Level(Enum):
    """What the nodes are."""

    COLUMN = "column"
    DATASET = "dataset"
    PRODUCT = "product"
    DOMAIN = "domain"


class EdgeKind(Enum):
    """How the downstream end depends on the upstream one."""

    DERIVATION = "derivation"  # values come from values: prov:wasDerivedFrom
    INFLUENCE = "influence"  # filters, joins, sorts: prov:wasInfluencedBy
    CONSUMPTION = "consumption"  # a product reads another's port; says nothing about its data


class Evidence(Enum):
    """How a dependency is known; the two are never merged."""

    DECLARED = "declared"  # a design says so: a manifest, SQL, Turtle, a JobEvent
    OBSERVED = "observed"  # a run did it


class Fact(NamedTuple):
    """What one source says of one upstream end of a node; no two facts of a node are equal.

    `transformations` are words such as DIRECT/IDENTITY or DIRECT/TRANSFORMATION/MASKING, sorted,
    () where nobody told.
    """

    upstream: Iri
    kind: EdgeKind
    evidence: Evidence
    transformations: tuple[str, ...]
    graph: Iri
    job: Iri | None = None


@dataclass(frozen=True, slots=True)
class EdgeFilter:
    """Which edges to follow; None and () ask nothing. `transformations` are prefixes.

    "DIRECT" lets DIRECT/IDENTITY pass, "MASKING" whatever masks; one that fits is enough.
    """

    kinds: frozenset[EdgeKind] | None = None
    evidence: Evidence | None = None
    transformations: tuple[str, ...] = ()
    jobs: frozenset[Iri] | None = None


@dataclass(frozen=True, slots=True)
class NodeFilter:
    """Which nodes to enter, by IRI; a node that is not entered is not passed through either.

    `ignored` nodes are passed through without being shown or counted as a hop.
    """

    entered: Collection[Iri] | None = None
    ignored: Collection[Iri] = ()


class Link(NamedTuple):
    """One fact with both its ends, true from commit `since` until, not including, `until`."""

    downstream: Iri
    upstream: Iri
    kind: EdgeKind
    evidence: Evidence
    transformations: tuple[str, ...]
    graph: Iri
    job: Iri | None
    since: int
    until: int | None  # None where it still is


class Agreement(Enum):
    """Whether ports and data lineage agree on a dependency between products or domains."""

    AGREED = "agreed"  # a port declares it, and data depends on data
    UNOBSERVED = "unobserved"  # a port declares it, and no data was ever seen to depend on it
    UNDECLARED = "undeclared"  # data depends on data, and no port declares it


@dataclass(frozen=True, slots=True)
class Edge:
    """One dependency, as it is known in one way: declared and observed are two edges.

    `graphs` are the named graphs that say so and `jobs` what makes it, sorted;
    `transformations` are the words of OpenLineage's columnLineage facet ("DIRECT/IDENTITY"),
    sorted, () where nobody told; `through` are the finer nodes (columns, datasets, ports) that
    a dataset, product or domain edge follows from, sorted, () where it is only asserted or
    they were not asked for. It is true from commit `since`. `agreement` is None between
    columns and between datasets, which have no ports.
    """

    downstream: Iri
    upstream: Iri
    kind: EdgeKind
    evidence: Evidence
    graphs: tuple[Iri, ...]
    jobs: tuple[Iri, ...]
    transformations: tuple[str, ...]
    since: int
    through: tuple[Iri, ...] = ()
    agreement: Agreement | None = None


@dataclass(frozen=True, slots=True)
class Node:
    """A node reached, `distance` hops from where the question started."""

    id: Iri
    distance: int


@dataclass(frozen=True, slots=True)
class Reached:
    """What a search of one level found, as of commit `sequence`.

    `nodes` are nearest first, then by IRI, without the starts and the ignored; `links` are
    those between starts and nodes shown, () where they were not asked for. `cut_by` names
    the limit ("maxHops", "maxNodes") that cut it; `beyond` then counts the nodes known to
    follow: all that were left out, or with maxHops those one hop further.
    """

    starts: tuple[Iri, ...]
    nodes: tuple[Node, ...]
    links: tuple[Link, ...]
    sequence: int
    nodes_explored: int
    edges_explored: int
    cut_by: str | None = None
    beyond: int = 0


@dataclass(frozen=True, slots=True)
class Truncation:
    """What cut an answer: the limit as the caller names it, its value, and what lies beyond.

    `cursor` given as `after` with the same question goes on where the answer was cut.
    """

    limit: str
    value: int
    beyond: str
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Extent:
    """How much an answer covers, and the commit that it is true of.

    `hidden_by_policy` counts the nodes that the caller may not see, None where he may not
    know that either.
    """

    as_of_commit: int
    nodes_explored: int
    edges_explored: int
    truncated_by: Truncation | None = None
    hidden_by_policy: int | None = 0

    @property
    def complete(self) -> bool:
        """Tell whether nothing was left out."""
        return self.truncated_by is None and not self.hidden_by_policy


@dataclass(frozen=True, slots=True)
class Lineage:
    """Everything reached, or a page of it.

    `nodes` are nearest first, then by IRI, without the starts; `edges` are those between
    the starts and nodes shown, sorted, each on the page that has the last of its ends.
    `columnless` are the datasets next to those asked about of which no column is known to
    take part, so that an answer about columns has none of them.
    """

    starts: tuple[Iri, ...]
    direction: Direction
    level: Level
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    extent: Extent
    columnless: tuple[Iri, ...] = ()
