"""Who belongs where, and by what right."""

from dataclasses import dataclass
from enum import Enum

from isogloss.model.rdf import Iri


class Role(Enum):
    """What a member may do in a domain: everything; data; words; look."""

    OWNER = "owner"
    ENGINEER = "engineer"
    STEWARD = "steward"
    READER = "reader"


@dataclass(frozen=True, slots=True, order=True)
class Membership:
    """A person or a service account in a domain (org:Membership)."""

    domain: Iri
    member: Iri
    role: Role
