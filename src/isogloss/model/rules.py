"""Rule sets that groups of people write, adopt and withdraw, and waivers from their rules."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from isogloss.model.admission import Finding
from isogloss.model.rdf import Iri


class Stage(Enum):
    """How far a version of a rule set has come; in GRACE its violations are warnings."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    ADOPTED = "adopted"
    GRACE = "grace"
    IN_FORCE = "in force"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Vote:
    """What a domain says of a proposal, by its delegate; a later one takes its place."""

    domain: Iri
    delegate: Iri
    approves: bool
    comment: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RuleSet:
    """A version of a set of shapes (mesh:RuleSet); `turtle` never changes.

    `owner` is the domain whose own rules they are; the governance group's bind all. `adopted`,
    `valid_from` and `blocks_from` are set together: from then on it judges, and refuses.
    """

    id: Iri
    owner: Iri
    name: str
    number: int
    turtle: str
    author: Iri
    reason: str
    created: datetime
    proposed: datetime | None = None
    votes: tuple[Vote, ...] = ()
    adopted: datetime | None = None
    valid_from: datetime | None = None
    blocks_from: datetime | None = None
    valid_until: datetime | None = None

    @property
    def line(self) -> tuple[Iri, str]:
        """What the versions of one set have in common."""
        return (self.owner, self.name)

    def began(self, at: datetime) -> bool:
        """Tell whether it has ever been in force."""
        start, end = self.valid_from, self.valid_until
        return start is not None and start <= at and (end is None or start < end)

    def comes_before(self, other: "RuleSet", at: datetime) -> bool:
        """Tell whether it will keep another version from coming into force at an instant."""
        is_later = self.line == other.line and self.number > other.number
        return is_later and self.valid_until is None and self.began(at)

    def stage(self, at: datetime, versions: Iterable["RuleSet"] = ()) -> Stage:
        """Tell how far it is among the versions of its set.

        A version that a later one has superseded never comes back, also when that is withdrawn;
        neither does a draft or proposal that it has overtaken.
        """
        if self.valid_until is not None and self.valid_until <= at:
            return Stage.WITHDRAWN
        if any(
            other.line == self.line and other.number > self.number and other.began(at)
            for other in versions
        ):
            return Stage.SUPERSEDED
        if self.valid_from is None or self.blocks_from is None:
            return Stage.PROPOSED if self.proposed else Stage.DRAFT
        if at < self.valid_from:
            return Stage.ADOPTED
        return Stage.GRACE if at < self.blocks_from else Stage.IN_FORCE


@dataclass(frozen=True, slots=True)
class Progress:
    """A version as it stands at an instant; of global ones, who of how many is for it.

    `approvals` are the domains whose last vote is for it, `quorum` how many it takes.
    """

    rule_set: RuleSet
    stage: Stage
    approvals: tuple[Iri, ...]
    quorum: int


@dataclass(frozen=True, slots=True)
class NotAdmitted:
    """A rule set that may not judge, and everything there is to say of it."""

    findings: tuple[Finding, ...]


class WaiverStage(Enum):
    """Whether a waiver lets anything pass."""

    REQUESTED = "requested"
    OPEN = "open"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Waiver:
    """A permission to break a rule until an instant (mesh:Waiver).

    `focus_node` is what may break it: a node, or a product with all of its parts.
    `approver` and `approved` are None until somebody other than the requester grants it.
    """

    id: Iri
    rule: Iri
    focus_node: Iri
    reason: str
    requester: Iri
    requested: datetime
    until: datetime
    approver: Iri | None = None
    approved: datetime | None = None

    def stage(self, at: datetime) -> WaiverStage:
        """Tell whether it lets anything pass; one that nobody granted in time expires, too."""
        if self.until <= at:
            return WaiverStage.EXPIRED
        return WaiverStage.OPEN if self.approver else WaiverStage.REQUESTED

    def matters(self, at: datetime) -> bool:
        """Tell whether it lets or let anything pass, or may yet."""
        return self.approver is not None or at < self.until
