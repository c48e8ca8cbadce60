"""A change that somebody asks for, and what became of it."""

from collections.abc import Callable
from dataclasses import dataclass

from isogloss.model.access import Membership
from isogloss.model.governance import ValidationResult
from isogloss.model.journal import Difference
from isogloss.model.past import ResourceChange
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
class SourceEdit:
    """What a source is to say, made from what it says when its turn has come."""

    domain: str
    source: str
    edit: Callable[[frozenset[Triple]], frozenset[Triple]]


@dataclass(frozen=True, slots=True)
class Act:
    """A step in the life of rules, which `edit` takes or refuses, knowing who belongs where."""

    domain: str
    source: str
    edit: Callable[[frozenset[Triple], frozenset[Membership]], frozenset[Triple]]


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


@dataclass(frozen=True, slots=True)
class Plan:
    """What a change would do to the mesh as of a commit, and nothing of it done.

    `digest` stands for `change` and `results`, the new results of the rules; `refused` says
    whether they keep it out. `resources` tells the change resource by resource.
    `readers` are the resources of other domains that depend on what changes, by domain.
    """

    sequence: int
    digest: str
    change: Difference
    results: tuple[ValidationResult, ...]
    refused: bool = False
    resources: tuple[ResourceChange, ...] = ()
    readers: tuple[tuple[str, tuple[Iri, ...]], ...] = ()
