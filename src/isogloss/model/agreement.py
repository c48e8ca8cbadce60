"""How two domains come to agree on a mapping: what is proposed, voted, decided and dismissed."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, StrEnum

from isogloss.model.change import Committed, Refused
from isogloss.model.meaning import Loss, Mapping, Translation
from isogloss.model.rdf import Iri
from isogloss.model.rules import Vote
from isogloss.vocab import SEMAPV, SKOS


class Match(Enum):
    """How the meaning of one term relates to another's, by the mapping properties of SKOS."""

    EXACT = SKOS.exactMatch
    CLOSE = SKOS.closeMatch
    BROAD = SKOS.broadMatch
    NARROW = SKOS.narrowMatch
    RELATED = SKOS.relatedMatch


class Status(StrEnum):
    """How far a mapping has come (mesh:mappingStatus)."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"
    RETIRED = "retired"


class Step(Enum):
    """What a steward decides."""

    APPROVE = "approve"
    REJECT = "reject"
    RETIRE = "retire"
    DISMISS = "dismiss"


@dataclass(frozen=True, slots=True)
class TranslationDraft:
    """A translation that somebody proposes; from the mapping's object back if `backwards`.

    It has an expression, a concordance, or a factor and an offset, all as `Translation` has them.
    """

    loss: Loss
    expression: str | None = None
    concordance: Iri | None = None
    factor: str | None = None
    offset: str | None = None
    precondition: str | None = None
    backwards: bool = False


@dataclass(frozen=True, slots=True)
class MappingDraft:
    """A mapping that somebody proposes.

    `author` is whose claim it is, where that is somebody else than who proposes it.
    """

    subject: Iri
    match: Match
    object: Iri
    negated: bool = False
    confidence: float | None = None
    justification: Iri = SEMAPV.ManualMappingCuration
    comment: str | None = None
    translations: tuple[TranslationDraft, ...] = ()
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    author: Iri | None = None
    tool: str | None = None


@dataclass(frozen=True, slots=True)
class Agreement:
    """A mapping on its way, with what has been said of it; `votes` are in order.

    `proposer` is who put it as it stands now: who proposed it, or changed its translation since.
    """

    mapping: Mapping
    proposer: Iri
    votes: tuple[Vote, ...] = ()
    translations: tuple[Translation, ...] = ()

    @property
    def id(self) -> Iri:
        """The IRI of the mapping."""
        return self.mapping.id

    @property
    def terms(self) -> tuple[Iri, Iri]:
        """Subject and object."""
        return self.mapping.subject, self.mapping.object

    def is_open(self, at: datetime) -> bool:
        """Tell whether it is proposed, or approved and not over by an instant."""
        end = self.mapping.valid_until
        over = end is not None and end <= at
        return self.mapping.status in (Status.PROPOSED, Status.APPROVED) and not over


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found about two terms, by its kind; `fingerprint` stands for the evidence."""

    kind: str
    one: Iri
    other: Iri
    fingerprint: str

    @property
    def key(self) -> tuple[str, frozenset[Iri]]:
        """What stays the same while the evidence changes."""
        return self.kind, frozenset((self.one, self.other))


@dataclass(frozen=True, slots=True)
class Dismissal:
    """A steward's decision that a finding needs no mapping, as long as its evidence stays."""

    id: Iri
    finding: Finding
    author: Iri
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Choice:
    """One decision of a batch: a step of a mapping, or the dismissal of a finding."""

    step: Step
    about: Iri | Finding
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a step, and the mappings that it was about, in the order asked."""

    outcome: Committed | Refused
    mappings: tuple[Iri, ...]


@dataclass(frozen=True, slots=True)
class MappingChange:
    """How a mapping has come to differ; None where it was, or is, not there.

    `held` and `holds` tell whether it is approved and in force.
    """

    sequence: int
    mapping: Iri
    was: str | None
    status: str | None
    held: bool
    holds: bool


class Awaiting(Enum):
    """Why something is in a steward's queue."""

    MAPPING = "mapping"
    STATED = "stated"  # by a source that cannot approve of it: to be proposed anew
    CONFLICT = "conflict"
    CANDIDATE = "candidate"


@dataclass(frozen=True, slots=True)
class QueueItem:
    """Something that awaits a steward; `flows` counts the lineage that it would settle.

    `mappings` are those that it is about: none yet, where it is a candidate.
    """

    kind: Awaiting
    one: Iri
    other: Iri
    why: str
    flows: int
    mappings: tuple[Iri, ...] = ()
    finding: Finding | None = None
