"""Domains with people in each role, rules that they write, and a clock that a test moves."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from isogloss.bootstrap import Services, build
from isogloss.governance.rulebook import Rulebook
from isogloss.model.access import Role
from isogloss.model.change import Committed, Refused, SourceContent
from isogloss.model.governance import ValidationResult
from isogloss.model.rdf import Iri, Literal, Term, Triple, text
from isogloss.model.rules import Progress
from isogloss.services.memberships import membership_triples
from isogloss.services.ownership import OPERATOR
from isogloss.settings import Settings
from isogloss.vocab import DCAT, DCTERMS, DPROD, MESH, PROV, RDF, SKOS, VOID

BASE = "https://mesh.example/"
TERMS = f"{BASE}terms/"
GOVERNANCE = "governance"
TODAY = datetime(2026, 11, 21, 12, tzinfo=UTC)
DAY = timedelta(days=1)
PREFIXES = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix dprod: <https://www.omg.org/spec/DPROD/dprod/> .
@prefix mesh: <https://w3id.org/isogloss/mesh#> .
@prefix odrl: <http://www.w3.org/ns/odrl/2/> .
"""


def space(domain: str) -> str:
    """Give the space of a domain."""
    return BASE if domain == GOVERNANCE else f"{BASE}{domain}/"


def id_of(domain: str) -> Iri:
    """Name a domain."""
    return Iri(f"{BASE}{domain}/domain")


def person(domain: str, role: str = "owner") -> Iri:
    """Name somebody who has a role in a domain, and none elsewhere."""
    return Iri(f"https://people.example/{domain}/{role}")


def rules(
    domain: str,
    name: str = "keywords",
    *,
    path: str = "dcat:keyword",
    severity: str = "Violation",
    target: str = "dprod:DataProduct",
    message: str = "Say it.",
) -> str:
    """Write a set with one rule, `{domain}-{name}`: what has the class is to have the property."""
    where = f"{TERMS}{name}" if domain == GOVERNANCE else f"{space(domain)}shape/{name}"
    return f"""{PREFIXES}
<{where}> a sh:NodeShape ; sh:targetClass {target} ; sh:property <{where}/rule> .
<{where}/rule> a sh:PropertyShape ; sh:path {path} ; sh:minCount 1 ; sh:severity sh:{severity} ;
    sh:name "{name}"@en ; sh:description "What it is about."@en ; sh:message "{message}"@en ;
    mesh:ruleId "{domain}-{name}" ;
    mesh:passingExample "<{space(domain)}x> a {target} ; {path} 'x' ." ;
    mesh:failingExample "<{space(domain)}x> a {target} ." .
"""


def rule_of(domain: str, name: str = "keywords") -> Iri:
    """Name the rule of such a set."""
    where = f"{TERMS}{name}" if domain == GOVERNANCE else f"{space(domain)}shape/{name}"
    return Iri(f"{where}/rule")


@dataclass
class Clock:
    """A clock that goes when it is told to; each look takes a microsecond, if it `ticks`."""

    at: datetime = TODAY
    ticks: bool = False

    def __call__(self) -> datetime:
        self.at += timedelta(microseconds=self.ticks)
        return self.at

    def forward(self, by: timedelta) -> datetime:
        """Let some time pass."""
        self.at += by
        return self.at


@dataclass
class World:
    """A mesh, its clock, and the domains that there are."""

    services: Services
    clock: Clock
    domains: list[str] = field(default_factory=list)

    def found(self, *domains: str) -> None:
        """Let there be these domains and no others, with an owner and three others in each."""
        said: set[Triple] = set()
        for domain in domains:
            said |= _described(domain)
        self.say(GOVERNANCE, said, source="domains")
        for domain in {GOVERNANCE, *domains} - set(self.domains):
            known = self.services.catalog.get_domain(domain)
            members = {
                triple
                for role in Role
                for triple in membership_triples(known, person(domain, role.value), role)
            }
            self.say(domain, members, source="members")
        self.domains = [GOVERNANCE, *domains]

    def say(
        self,
        domain: str,
        said: Iterable[Triple],
        *,
        source: str = "things",
        author: Iri = OPERATOR,
    ) -> Committed | Refused:
        """Let a source say something."""
        content = SourceContent(domain, source, frozenset(said))
        return self.services.commits.replace([content], author=author)

    def product(self, domain: str, name: str = "one", **said: str) -> Committed | Refused:
        """Describe a product by a source of its own, `name`."""
        return self.say(domain, product(domain, name, **said), source=name)

    def propose(
        self,
        domain: str,
        name: str = "keywords",
        written: str = "",
        *,
        author: Iri = OPERATOR,
    ) -> Progress:
        """Draft and propose a set."""
        files = {"rules.ttl": written or rules(domain, name)}
        made = self.services.rules.draft(
            domain, name, files, "So it shall be.", author=author, propose=True
        )
        assert isinstance(made, Progress), made
        return made

    def approve(self, id: Iri) -> None:
        """Let everybody who has a vote approve."""
        found = self.services.rules.version(id).rule_set
        own = next(d for d in self.domains if id_of(d) == found.owner)
        voters = [own] if own != GOVERNANCE else [d for d in self.domains if d != GOVERNANCE]
        for domain in voters or [own]:
            self.services.rules.vote(id, domain, True, "Good.")

    def digest(self, id: Iri) -> str:
        """Preview a version, and give the digest of that."""
        found = self.services.rules.version(id).rule_set
        files = {"rules.ttl": found.turtle}
        return self.services.previewing.preview(files, domain=found.owner, name=found.name).digest

    def adopt(self, id: Iri, *, after: timedelta = timedelta(), grace_days: int = 0) -> Progress:
        """Let everybody approve, look what it does, and adopt it."""
        self.approve(id)
        return self.services.rules.adopt(
            id,
            valid_from=self.clock.at + after if after else None,
            grace_days=grace_days,
            preview=self.digest(id),
        )

    def enact(
        self, domain: str, name: str = "keywords", written: str = "", *, grace_days: int = 0
    ) -> Progress:
        """Take a set through all of its life until it is in force."""
        made = self.propose(domain, name, written)
        return self.adopt(made.rule_set.id, grace_days=grace_days)

    def results(self) -> tuple[ValidationResult, ...]:
        """Give what the report says."""
        return self.services.judge.report().results


def product(domain: str, name: str = "one", **said: str) -> frozenset[Triple]:
    """Describe a product by words of DCTERMS, or of DCAT for `keyword`."""
    node = Iri(f"{space(domain)}product/{name}")
    words = {"keyword": DCAT.keyword, "title": DCTERMS.title, "format": DCTERMS.format}
    given = {Triple(node, words[word], Literal(value)) for word, value in said.items()}
    return frozenset({Triple(node, RDF.type, DPROD.DataProduct), *given})


def _described(domain: str) -> set[Triple]:
    team, iri = Iri(f"{space(domain)}team"), id_of(domain)
    values: dict[Iri, Term] = {
        DCTERMS.identifier: Literal(domain),
        SKOS.prefLabel: text(domain.title(), "en"),
        SKOS.definition: text(f"What is about {domain}.", "en"),
        SKOS.inScheme: Iri(f"{BASE}governance/domains"),
        VOID.uriSpace: Literal(space(domain)),
        MESH.ownedBy: team,
    }
    kinds = {Triple(iri, RDF.type, MESH.Domain), Triple(iri, RDF.type, SKOS.Concept)}
    named = {
        Triple(team, RDF.type, PROV.Agent),
        Triple(team, SKOS.prefLabel, text(f"{domain} team", "en")),
    }
    return kinds | named | {Triple(iri, word, value) for word, value in values.items()}


def world(
    *domains: str,
    data: Path | None = None,
    quorum: float = 0.5,
    shipped: str = "",
    ticks: bool = True,
) -> World:
    """Open a mesh in which some domains are founded; few rules travel with its package."""
    clock = Clock(ticks=ticks)
    services = build(
        Settings(data=data, quorum=quorum), rulebook=Rulebook({"r.ttl": shipped}), clock=clock
    )
    made = World(services, clock)
    made.found(*domains)
    return made
