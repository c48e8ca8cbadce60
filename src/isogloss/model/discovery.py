"""What a search looks through and what it finds."""

from dataclasses import dataclass
from enum import Enum

from isogloss.model.rdf import Iri


class EntryKind(Enum):
    """What kind of thing an entry is."""

    DOMAIN = "domain"
    PRODUCT = "product"
    DATASET = "dataset"
    COLUMN = "column"
    TERM = "term"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that can be found; `title` weighs more than `text`."""

    id: Iri
    kind: EntryKind
    title: str
    text: str
    domain: Iri | None


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that was found; scores compare within one answer only."""

    id: Iri
    kind: EntryKind
    title: str
    score: float
    snippet: str
