"""The rules of a mesh, and what of the mesh it takes to judge by them elsewhere."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from isogloss.model.governance import ValidationReport, ValidationResult
from isogloss.model.rdf import Iri, Triple
from isogloss.model.rules import Waiver


@dataclass(frozen=True, slots=True)
class ExportedDomain:
    """A domain, and what its IRIs begin with."""

    id: Iri
    name: str
    space: str


@dataclass(frozen=True, slots=True)
class ExportedVersion:
    """A version of a rule set that judges, or will from an instant on.

    It binds all, or what begins with `space` and with none of `others`. Those that travel with
    the package have number 0 and no instants: they judge as long as no other of the name does.
    """

    id: Iri
    name: str
    number: int
    owner: Iri
    binds_all: bool
    space: str
    others: tuple[str, ...]
    valid_from: datetime | None
    blocks_from: datetime | None
    turtle: str

    def began(self, at: datetime) -> bool:
        """Tell whether it has come into force."""
        return self.valid_from is None or self.valid_from <= at

    def is_in_grace(self, at: datetime) -> bool:
        """Tell whether its violations are still warnings."""
        return self.blocks_from is not None and at < self.blocks_from


@dataclass(frozen=True, slots=True)
class RuleExport:
    """All that is needed to judge as the mesh did `at` an instant, after a commit.

    `said` has by graph what is told of the mesh: the class of each node, and the parts of what
    a waiver is for. `axioms` are what the ontology says of classes and codes. `sequence` is None
    where there is no mesh, but only the rules that travel with the package.
    """

    package: str
    sequence: int | None
    at: datetime
    domains: tuple[ExportedDomain, ...]
    versions: tuple[ExportedVersion, ...]
    waivers: tuple[Waiver, ...]
    said: Mapping[Iri, frozenset[Triple]]
    axioms: frozenset[Triple]

    def judging(self, at: datetime) -> Iterator[ExportedVersion]:
        """Yield the versions that judge at an instant: of each set, the last that began."""
        for version in self.versions:
            line = (version.owner, version.name)
            later = (
                other
                for other in self.versions
                if (other.owner, other.name) == line and other.number > version.number
            )
            if version.began(at) and not any(other.began(at) for other in later):
                yield version

    def find_domain(self, name: str) -> ExportedDomain | None:
        """Find a domain by its short name or its IRI."""
        return next((found for found in self.domains if name in (found.name, found.id)), None)

    def owner_of(self, iri: str) -> ExportedDomain | None:
        """Find the domain whose space an IRI lies in, the narrowest where they nest."""
        there = [found for found in self.domains if found.space and iri.startswith(found.space)]
        return max(there, key=lambda found: len(found.space), default=None)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rules of a mesh say of documents that are to come into it.

    `refused` is what would keep them out of it, `domains` whose documents they were taken for.
    `elsewhere` are the nodes of which the documents only say more, and which were not judged.
    """

    report: ValidationReport
    refused: tuple[ValidationResult, ...]
    versions: tuple[ExportedVersion, ...]
    domains: tuple[ExportedDomain, ...]
    elsewhere: tuple[Iri, ...]
    sequence: int | None
    exported: datetime
    at: datetime
