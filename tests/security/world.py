"""A mesh of rival domains whose spaces nest and resemble each other, and how to try it."""

import json
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from starlette.testclient import TestClient

from isogloss.api.app import build_app
from isogloss.bootstrap import Services, build
from isogloss.errors import ERRORS, Forbidden, InvalidInput, MeshError
from isogloss.governance.rulebook import Rulebook
from isogloss.model.access import Role
from isogloss.model.change import Committed, SourceContent
from isogloss.model.journal import Entry, Outcome
from isogloss.model.rdf import Iri, Literal, Quad, Triple, text
from isogloss.services.ownership import OPERATOR
from isogloss.settings import Settings
from isogloss.store.terms import to_ox
from isogloss.vocab import DCAT, DCTERMS, MESH, PROV, RDF, SKOS, VOID

TORTURE = os.environ.get("ISOGLOSS_TORTURE") == "1"

BASE = "https://mesh.example/"
SPACES = {
    "shop": f"{BASE}shop/",
    "sales": f"{BASE}sales/",
    "emea": f"{BASE}sales/emea/",
    "muc": f"{BASE}sales/münchen/",
    "sales-old": f"{BASE}sales-old/",
    "books": "https://bücher.example/daten/",
    "kiosk": "https://kiosk.example:8443/",
}
RIVALS = sorted(SPACES)
DATA = ("orders", "product/activity", "dbt")
WORDS = ("glossary", "mappings", "concordances/iso")


def attempts(few: int, many: int) -> settings:
    """Try a property a few times, the same ones each time, or in earnest."""
    return settings(
        max_examples=many if TORTURE else few,
        derandomize=not TORTURE,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


def domain_iri(name: str) -> Iri:
    return Iri(f"{BASE}governance/domain" if name == "governance" else f"{SPACES[name]}domain")


def person(domain: str, role: Role) -> Iri:
    return Iri(f"https://people.example/{domain}/{role.value}")


REMOVED = Iri("https://people.example/removed")
STRANGER = Iri("https://people.example/stranger")


def may_write(author: Iri, domain: str, source: str) -> bool:
    """Tell by the book, which the code has not read, whether somebody may write a source."""
    if author == OPERATOR or author == person(domain, Role.OWNER):
        return True
    if source == "members":
        return author == person("governance", Role.OWNER)
    words = {word.partition("/")[0] for word in WORDS}
    role = Role.STEWARD if source.partition("/")[0] in words else Role.ENGINEER
    return author == person(domain, role)


def dataset(iri: str, title: str = "orders") -> frozenset[Triple]:
    return frozenset(
        {
            Triple(Iri(iri), RDF.type, DCAT.Dataset),
            Triple(Iri(iri), DCTERMS.title, Literal(title)),
        }
    )


def founding() -> SourceContent:
    """Found every rival."""
    said: set[Triple] = set()
    for name, space in SPACES.items():
        domain, team = domain_iri(name), Iri(f"{space}team")
        said |= {
            Triple(domain, RDF.type, MESH.Domain),
            Triple(domain, RDF.type, SKOS.Concept),
            Triple(domain, DCTERMS.identifier, Literal(name)),
            Triple(domain, SKOS.prefLabel, text(name.capitalize(), "en")),
            Triple(domain, SKOS.definition, text(f"Does {name}.", "en")),
            Triple(domain, SKOS.inScheme, Iri(f"{BASE}governance/domains")),
            Triple(domain, VOID.uriSpace, Literal(space)),
            Triple(domain, MESH.ownedBy, team),
            Triple(domain, MESH.glossary, Iri(f"{space}glossary")),
            Triple(team, RDF.type, PROV.Agent),
            Triple(team, SKOS.prefLabel, text(f"{name} team", "en")),
        }
    return SourceContent("governance", "domains", frozenset(said))


@dataclass
class World:
    """The rivals' mesh, and its doors."""

    services: Services
    client: TestClient
    secrets: dict[Iri, str] = field(default_factory=dict)
    tried: int = 0

    def quads(self) -> frozenset[Quad]:
        """Give all that is said, the system's own graphs included."""
        mesh = self.services.mesh
        return frozenset(mesh.at(mesh.journal.head.sequence).all_quads())

    def newest(self) -> Entry:
        return self.services.mesh.journal.entries(newest=1)[0]

    def post(self, token: str | None, query: str, **variables: object) -> Any:
        # As a client that escapes whatever is not ASCII, half letters included.
        body = json.dumps({"query": query, "variables": variables})
        headers = {"Content-Type": "application/json"}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        return self.client.post("/graphql", content=body, headers=headers)

    def ask(self, author: Iri, query: str, **variables: object) -> dict[str, Any]:
        """Ask over HTTP; an error comes as the exception that it stands for."""
        if author not in self.secrets:
            self.secrets[author] = self.services.tokens.issue(author, timedelta(days=1))[0]
        response = self.post(self.secrets[author], query, **variables)
        answer: dict[str, Any] = response.json()
        for error in answer.get("errors") or ():
            code = error["extensions"]["code"]
            assert code in ERRORS or code in {"INVALID_JSON", "INVALID_GRAPHQL"}, error
            raise ERRORS.get(code, InvalidInput)(error["message"])
        data: dict[str, Any] = answer["data"]
        return data

    def refuses(
        self, author: Iri, act: Callable[[], object], *, preview: bool = False
    ) -> MeshError:
        """Try what must not succeed: nothing changes, and the journal knows who tried.

        A plan (`preview`) is no attempt to change anything, and need not be known.
        """
        self.tried += 1
        before, last = self.quads(), self.newest()
        with pytest.raises(MeshError) as caught:
            act()
        assert type(caught.value) in {*ERRORS.values()}, repr(caught.value)
        assert str(caught.value)
        after, entry = self.quads(), self.newest()
        assert after == before, sorted(after ^ before)
        if isinstance(caught.value, Forbidden) and not (preview and entry == last):
            assert entry.position == last.position + 1
            assert (entry.attempt.author, entry.outcome) == (author, Outcome.FORBIDDEN)
            assert entry.reason
        else:
            assert entry == last
        return caught.value

    def allows(self, act: Callable[[], object], *graphs: Iri) -> None:
        """Do what must succeed, and change these graphs and the catalogue only."""
        before = self.quads()
        act()
        changed = {quad.graph for quad in self.quads() ^ before}
        assert changed <= {*graphs, CATALOGUE}, changed


CATALOGUE = Iri("https://w3id.org/isogloss/graph/catalogue")
MEMBERS = Iri("https://w3id.org/isogloss/graph/members")


def found(rulebook: Rulebook | None = None, *, isolated: bool = False) -> World:
    """Found the rivals, give each all four roles, and let each say a little."""
    services = build(Settings(data=None), rulebook=rulebook, isolated=isolated)
    outcomes = [services.commits.replace([founding()])]
    for name in ("governance", *RIVALS):
        outcomes += [services.loading.grant(name, person(name, r), r).outcome for r in Role]
        outcomes.append(services.loading.grant(name, REMOVED, Role.OWNER).outcome)
    for name, space in SPACES.items():
        for source in ("orders", "glossary"):
            content = SourceContent(name, source, dataset(f"{space}dataset/{source}"))
            outcomes.append(services.commits.replace([content]))
    for name in ("governance", *RIVALS):
        outcomes.append(services.loading.withdraw(name, REMOVED, Role.OWNER).outcome)
    assert all(isinstance(outcome, Committed) for outcome in outcomes)
    client = TestClient(build_app(services), base_url="http://localhost")
    return World(services, client)


def turtle(triples: Iterable[Triple]) -> str:
    """Write triples whatever their IRIs, as one would who attacks."""
    lines = []
    for subject, predicate, value in triples:
        shown = str(to_ox(value)) if isinstance(value, Literal) else f"<{value}>"
        lines.append(f"<{subject}> <{predicate}> {shown} .\n")
    return "".join(lines)
