"""What changed, told resource by resource."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import TypeAlias

from isogloss.model.journal import Difference, Entry
from isogloss.model.rdf import Iri

Moment: TypeAlias = int | datetime
"""A commit by its number, or an instant."""


class ChangeKind(Enum):
    """Whether a resource is new, other than before, or no longer spoken of."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class ResourceChange:
    """What became different about one resource, in words and in quads."""

    id: Iri
    kind: ChangeKind
    words: tuple[str, ...]
    difference: Difference


@dataclass(frozen=True, slots=True)
class CommitChange:
    """A commit, and what it changed about what was asked for."""

    entry: Entry
    changes: tuple[ResourceChange, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two states, given as commits, and the resources that differ, by IRI."""

    start: int
    end: int
    changes: tuple[ResourceChange, ...]
