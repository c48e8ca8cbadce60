"""Domains with stewards and a word that each uses, for tests of mappings between them."""

from dataclasses import dataclass, replace
from datetime import datetime

from isogloss.model.access import Role
from isogloss.model.agreement import Agreement, MappingDraft, Match, Settled
from isogloss.model.change import Committed
from isogloss.model.rdf import Iri, Literal, Quad, Triple, text
from isogloss.services.agreements import decisions_graph
from isogloss.services.mappings import Mappings
from isogloss.services.ownership import OPERATOR
from isogloss.services.steward_queue import Detect
from isogloss.vocab import CODE, MESH, OWL, RDF, SEMAPV, SKOS, SSSOM, XSD
from tests.services.delegates_world import GOVERNANCE, World, id_of, person, space, world

BOTH = Iri("https://people.example/both")
"""Who is a steward of shop and of sales."""


def term(domain: str, label: str = "lead") -> Iri:
    """Name a term of a domain."""
    return Iri(f"{space(domain)}term/{label.replace(' ', '-')}")


BROAD = MappingDraft(
    term("sales"), Match.BROAD, term("shop"), confidence=0.9, comment="One lies in the other."
)


class Agreeing:
    """The world of the delegates, and what its stewards do."""

    def __init__(self, made: World) -> None:
        self.world = made
        self.services = made.services
        self.mappings = made.services.mappings
        self.clock = made.clock

    def find(self, detect: Detect) -> None:
        """Let detection find what a test has it find."""
        services = self.services
        self.mappings = Mappings(
            services.mesh, services.catalog, services.commits, self.clock, detect
        )

    def propose(self, draft: MappingDraft = BROAD, author: Iri = OPERATOR) -> Iri:
        """Propose a mapping."""
        settled = self.mappings.propose([draft], author=author)
        assert isinstance(settled.outcome, Committed), settled
        (id,) = settled.mappings
        return id

    def approved(self, draft: MappingDraft = BROAD) -> Iri:
        """Propose a mapping, and let both sides approve."""
        id = self.propose(draft, person("sales", "steward"))
        self.mappings.approve(id, author=person("shop", "steward"))
        assert self.status(id) == "approved"
        return id

    def agreement(self, id: Iri) -> Agreement:
        """Read how a mapping stands."""
        return self.services.agreements.get(id)

    def status(self, id: Iri, moment: int | datetime | None = None) -> str | None:
        """Read the status of a mapping as everybody does, now or then; None if there is none."""
        view = self.services if moment is None else self.services.as_of(moment)
        return next((m.status for m in view.meanings.mappings() if m.id == id), None)

    def decisions(self) -> frozenset[Quad]:
        """Give all that is decided, as it was submitted."""
        mesh = self.services.mesh
        state = mesh.at(mesh.journal.head.sequence)
        return frozenset(state.quads([decisions_graph(self.services.catalog)]))


@dataclass(frozen=True)
class Said:
    """A piece of evidence."""

    sentence: str


@dataclass(frozen=True)
class Found:
    """What a test has detection find."""

    kind: str
    one: Iri
    other: Iri
    score: float = 0.9
    evidence: tuple[Said, ...] = (Said("They share a word."),)
    fingerprint: str = "f1"


def sequence_of(settled: Settled) -> int:
    """Tell in which commit a step was taken."""
    assert isinstance(settled.outcome, Committed)
    return settled.outcome.sequence


def until(draft: MappingDraft, end: datetime) -> MappingDraft:
    """Let a proposed mapping end."""
    return replace(draft, valid_until=end)


def agreeing(*domains: str) -> Agreeing:
    """Open a mesh in which some domains have glossaries with the words lead and churn."""
    made = world(*domains)
    glossaries = {
        Triple(id_of(domain), MESH.glossary, Iri(f"{space(domain)}terms")) for domain in domains
    }
    assert isinstance(made.say(GOVERNANCE, glossaries, source="glossaries"), Committed)
    for domain in domains:
        said = {
            triple
            for label in ("lead", "churn")
            for triple in (
                Triple(term(domain, label), RDF.type, SKOS.Concept),
                Triple(term(domain, label), SKOS.inScheme, Iri(f"{space(domain)}terms")),
                Triple(term(domain, label), SKOS.prefLabel, text(label, "en")),
                Triple(term(domain, label), SKOS.definition, text(f"As {domain} has it.", "en")),
            )
        }
        assert isinstance(made.say(domain, said, source="glossary"), Committed)
    for domain in ("shop", "sales"):
        made.services.loading.grant(domain, BOTH, Role.STEWARD)
    return Agreeing(made)


def state(
    mesh: Agreeing, domain: str, terms: tuple[Iri, Iri], status: str, source: str = "mappings"
) -> Iri:
    """Let a source of a domain state a mapping, with a translation."""
    id = Iri(f"{space(domain)}mapping/stated")
    translation = Iri(f"{space(domain)}translation/stated")
    said = {
        Triple(id, RDF.type, OWL.Axiom),
        Triple(id, OWL.annotatedSource, terms[0]),
        Triple(id, OWL.annotatedProperty, SKOS.exactMatch),
        Triple(id, OWL.annotatedTarget, terms[1]),
        Triple(id, SSSOM.mapping_justification, SEMAPV.ManualMappingCuration),
        Triple(id, SSSOM.confidence, Literal("1.0", XSD.double)),
        Triple(id, MESH.mappingStatus, Iri(f"{CODE.iri}{status}")),
        *translated(translation, id, terms),
    }
    assert isinstance(mesh.world.say(domain, said, source=source), Committed)
    return id


def translated(translation: Iri, mapping: Iri, terms: tuple[Iri, Iri]) -> set[Triple]:
    """Say that a translation is based on a mapping."""
    return {
        Triple(translation, RDF.type, MESH.Translation),
        Triple(translation, MESH.fromTerm, terms[0]),
        Triple(translation, MESH.toTerm, terms[1]),
        Triple(translation, MESH.lossiness, CODE.exact),
        Triple(translation, MESH.expression, Literal("value")),
        Triple(translation, MESH.basedOnMapping, mapping),
    }
