"""Questions about lineage and their answers; distances are hops, edges point to the source."""

from dataclasses import dataclass
from enum import Enum

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


class EdgeKind(Enum):
    """How the downstream end depends on the upstream one."""

    DERIVATION = "derivation"  # values come from values: prov:wasDerivedFrom
    INFLUENCE = "influence"  # filters, joins, sorts: prov:wasInfluencedBy
    CONSUMPTION = "consumption"  # a product reads another's port; says nothing about its data


@dataclass(frozen=True, slots=True)
class Edge:
    """One dependency, as one source states it or as it follows from finer ones.

    `graphs` are the named graphs that say so, sorted; `transformations` are the words of
    OpenLineage's columnLineage facet ("DIRECT/IDENTITY"), sorted, () where nobody told;
    `through` are the finer nodes (columns, datasets, ports) that a dataset or product edge
    follows from, sorted, () where it is only asserted.
    """

    downstream: Iri
    upstream: Iri
    kind: EdgeKind
    graphs: tuple[Iri, ...] = ()
    transformations: tuple[str, ...] = ()
    through: tuple[Iri, ...] = ()


@dataclass(frozen=True, slots=True)
class Node:
    """A node reached, `distance` hops from where the question started."""

    id: Iri
    distance: int


@dataclass(frozen=True, slots=True)
class Lineage:
    """Everything reached; `truncated_by` names the limit that cut it, None when complete.

    `nodes` are nearest first, then by IRI, without the starts; `edges` are those between
    the starts and nodes shown, sorted. `sequence` is the commit that the answer is true of.
    """

    starts: tuple[Iri, ...]
    direction: Direction
    level: Level
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    truncated_by: str | None
    sequence: int

    @property
    def complete(self) -> bool:
        """Tell whether nothing was left out."""
        return self.truncated_by is None


@dataclass(frozen=True, slots=True)
class Paths:
    """Simple paths from a source down to a user, shortest first, then by their IRIs."""

    paths: tuple[tuple[Iri, ...], ...]
    truncated_by: str | None
    sequence: int

    @property
    def complete(self) -> bool:
        """Tell whether nothing was left out."""
        return self.truncated_by is None
