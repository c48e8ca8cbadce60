"""What happened to the mesh, and who did it."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from isogloss.model.governance import ValidationResult
from isogloss.model.rdf import Iri, Quad


class Outcome(Enum):
    """What became of an attempt to change the mesh."""

    COMMITTED = "committed"
    REFUSED = "refused"
    FORBIDDEN = "forbidden"


@dataclass(frozen=True, slots=True)
class Attempt:
    """Who asks for a change, of what, and why; `id` is the author's, to ask again safely.

    `request` is a digest of all that was asked; `domains` are short names.
    """

    id: str
    request: str
    author: Iri
    domains: tuple[str, ...]
    graphs: tuple[Iri, ...]
    message: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the journal: a commit, or an attempt that came to nothing.

    `position` counts every entry, `sequence` commits only (None for the others); both from 1.
    `added` and `removed` count the quads of sources. `results` are the new results of the
    rules: remarks of a commit, violations of a refusal. `reason` is set where the author had
    no right to it. `hash` covers all that the entry says and the hash of the entry before.
    `rule_sets` are the versions of the rules that judged.
    """

    position: int
    sequence: int | None
    at: datetime
    attempt: Attempt
    outcome: Outcome
    added: int
    removed: int
    results: tuple[ValidationResult, ...]
    reason: str
    hash: str
    rule_sets: tuple[Iri, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """What one state says that another does not: quads with literals as submitted."""

    added: frozenset[Quad]
    removed: frozenset[Quad]
