"""The doors to a mesh: each way to have something written."""

import json
from collections.abc import Callable
from xml.sax.saxutils import quoteattr

from hypothesis import strategies as st

from isogloss.errors import MeshError
from isogloss.model.change import SourceContent, SourceEdit
from isogloss.model.rdf import Iri, Literal, Term, Triple
from isogloss.services.loading import Format, Upload
from tests.security.world import World, turtle

REPLACE = """mutation ($domain: String!, $source: String!, $turtle: String!, $id: ID) {
  replaceSource(domain: $domain, source: $source, turtle: $turtle, id: $id) {
    __typename ... on Committed { sequence } } }"""
PLAN = """query ($domain: String!, $sources: [SourceInput!]!) {
  plan(domain: $domain, sources: $sources) { digest } }"""
APPLY = """mutation ($domain: String!, $sources: [SourceInput!]!, $digest: String!) {
  applyPlan(domain: $domain, sources: $sources, digest: $digest) { __typename } }"""
RESTORE = """mutation ($domain: String!, $source: String!, $asOf: Moment!) {
  restoreSource(domain: $domain, source: $source, asOf: $asOf) { __typename } }"""
GRANT = """mutation ($domain: String!, $member: ID!, $role: Role!) {
  grantRole(domain: $domain, member: $member, role: $role) { __typename } }"""
WITHDRAW = GRANT.replace("grantRole", "withdrawRole")

Door = Callable[[World, Iri, str, str, frozenset[Triple]], object]


def by_change(
    world: World, author: Iri, domain: str, source: str, triples: frozenset[Triple]
) -> object:
    return world.services.commits.replace([SourceContent(domain, source, triples)], author=author)


def by_edit(
    world: World, author: Iri, domain: str, source: str, triples: frozenset[Triple]
) -> object:
    edit = SourceEdit(domain, source, lambda said: said | triples)
    return world.services.commits.replace([edit], author=author)


def by_text(
    world: World, author: Iri, domain: str, source: str, triples: frozenset[Triple]
) -> object:
    return world.services.loading.replace_source(domain, source, turtle(triples), author=author)


def _by_load(format: Format) -> Door:
    def load(
        world: World, author: Iri, domain: str, source: str, triples: frozenset[Triple]
    ) -> object:
        document = Upload("document", written(format, triples))
        return world.services.loading.load(
            [document], domain, source=source, format=format, author=author
        )

    return load


def by_folder(
    world: World, author: Iri, domain: str, source: str, triples: frozenset[Triple]
) -> object:
    files = {source: turtle(triples).encode()}
    return world.services.planning.apply(domain, files, "0" * 64, author=author)


def by_plan(
    world: World, author: Iri, domain: str, source: str, triples: frozenset[Triple]
) -> object:
    files = {source: turtle(triples).encode()}
    return world.services.planning.plan(domain, files, author=author)


def over_http(
    world: World, author: Iri, domain: str, source: str, triples: frozenset[Triple]
) -> object:
    return world.ask(author, REPLACE, domain=domain, source=source, turtle=turtle(triples))


def apply_over_http(
    world: World, author: Iri, domain: str, source: str, triples: frozenset[Triple]
) -> object:
    sources = [{"source": source, "turtle": turtle(triples)}]
    return world.ask(author, APPLY, domain=domain, sources=sources, digest="0" * 64)


def plan_over_http(
    world: World, author: Iri, domain: str, source: str, triples: frozenset[Triple]
) -> object:
    sources = [{"source": source, "turtle": turtle(triples)}]
    return world.ask(author, PLAN, domain=domain, sources=sources)


def written(format: Format, triples: frozenset[Triple], graph: str = "") -> bytes:
    if format in (Format.TRIG, Format.NQUADS) and graph:
        lines = turtle(triples).splitlines()
        if format is Format.TRIG:
            return f"<{graph}> {{ {' '.join(lines)} }}".encode()
        return "".join(f"{line[:-1]} <{graph}> .\n" for line in lines).encode()
    if format is Format.JSON_LD:
        nodes = [{"@id": s, p: _json(o)} for s, p, o in triples]
        whole = {"@id": graph, "@graph": nodes} if graph else {"@graph": nodes}
        return json.dumps(whole).encode()
    if format is Format.RDF_XML:
        return _xml(triples)
    return turtle(triples).encode()


def _json(term: Term) -> dict[str, str]:
    return {"@value": term.value} if isinstance(term, Literal) else {"@id": term}


def _xml(triples: frozenset[Triple]) -> bytes:
    parts = []
    for subject, predicate, value in triples:
        cut = max(predicate.rfind("#"), predicate.rfind("/")) + 1
        space, name = quoteattr(predicate[:cut]), predicate[cut:]
        if isinstance(value, Literal):
            said = f"<p:{name} xmlns:p={space}>{value.value}</p:{name}>"
        else:
            said = f"<p:{name} xmlns:p={space} rdf:resource={quoteattr(value)}/>"
        parts.append(f"<rdf:Description rdf:about={quoteattr(subject)}>{said}</rdf:Description>")
    rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    return f"<rdf:RDF xmlns:rdf='{rdf}'>{''.join(parts)}</rdf:RDF>".encode()


LOADS = [
    _by_load(format)
    for format in (
        Format.TURTLE,
        Format.TRIG,
        Format.NTRIPLES,
        Format.NQUADS,
        Format.JSON_LD,
        Format.RDF_XML,
    )
]
JSON_LD = LOADS[4]
PREVIEWS = (by_plan, plan_over_http)
# Fast ones are tried more often.
DOORS = st.sampled_from(
    [
        *[by_change, by_edit] * 2,
        by_text,
        *LOADS,
        by_folder,
        over_http,
        apply_over_http,
        *PREVIEWS,
    ]
)


def refuse(
    world: World, door: Door, author: Iri, domain: str, source: str, triples: frozenset[Triple]
) -> MeshError:
    return world.refuses(
        author,
        lambda: door(world, author, domain, source, triples),
        preview=door in PREVIEWS,
    )
