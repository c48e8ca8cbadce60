"""A change that somebody asks for, and what became of it."""

from dataclasses import dataclass

from isogloss.model.governance import ValidationResult
from isogloss.model.rdf import Iri, Triple


@dataclass(frozen=True, slots=True)
class Document:
    """What intake read: statements, and in sentences what it did not understand."""

    triples: frozenset[Triple]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceContent:
    """All that one source says: it replaces exactly the named graph of that source.

    `domain` is the domain's short name, `source` a path such as `product/activity`.
    """

    domain: str
    source: str
    triples: frozenset[Triple]


@dataclass(frozen=True, slots=True)
class Committed:
    """The change is in the mesh. `added` and `removed` count quads; 0 and 0 changed nothing."""

    sequence: int
    graphs: tuple[Iri, ...]
    added: int
    removed: int
    remarks: tuple[ValidationResult, ...]  # new results that do not refuse


@dataclass(frozen=True, slots=True)
class Refused:
    """The change would break rules that hold today; nothing was written."""

    violations: tuple[ValidationResult, ...]
