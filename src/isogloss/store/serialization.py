"""Quads out again, in the formats that other tools read."""

from collections.abc import Iterable, Mapping
from enum import Enum

import pyoxigraph as ox

from isogloss.model.rdf import Iri, Quad, Term, Triple
from isogloss.store.terms import quad_to_ox, to_ox
from isogloss.vocab import PREFIXES


class ExportFormat(Enum):
    """What `export` writes; only N-Quads, TriG and JSON-LD keep the named graphs."""

    NQUADS = "nquads"
    TRIG = "trig"
    TURTLE = "turtle"
    JSON_LD = "json-ld"


_FORMATS = {
    ExportFormat.NQUADS: ox.RdfFormat.N_QUADS,
    ExportFormat.TRIG: ox.RdfFormat.TRIG,
    ExportFormat.TURTLE: ox.RdfFormat.TURTLE,
    ExportFormat.JSON_LD: ox.RdfFormat.JSON_LD,
}


def serialize(quads: Iterable[Quad], format: ExportFormat) -> bytes:
    """Write quads, sorted, so that two exports of one state are the same bytes."""
    rows = [quad_to_ox(quad) for quad in sorted(quads, key=_order)]
    target = _FORMATS[format]
    # Neither has a place for prefixes: N-Quads by design, JSON-LD because ours is expanded.
    prefixes = PREFIXES if format in {ExportFormat.TRIG, ExportFormat.TURTLE} else None
    if not target.supports_datasets:
        triples = list(dict.fromkeys(quad.triple for quad in rows))
        return ox.serialize(triples, format=target, prefixes=prefixes) or b""
    return ox.serialize(rows, format=target, prefixes=prefixes) or b""


def turtle(triples: Iterable[Triple], prefixes: Mapping[str, str]) -> str:
    """Write triples as Turtle, in their order; nodes that are called "_:…" are blank ones."""
    rows = [
        ox.Triple(_named(triple.subject), ox.NamedNode(triple.predicate), _object(triple.object))
        for triple in dict.fromkeys(triples)
    ]
    return (ox.serialize(rows, format=ox.RdfFormat.TURTLE, prefixes=dict(prefixes)) or b"").decode()


def ntriples(triples: Iterable[Triple]) -> str:
    """Write triples as N-Triples, sorted."""
    rows = [quad_to_ox(Quad(*triple, Iri("urn:isogloss:graph"))).triple for triple in triples]
    lines = ox.serialize(rows, format=ox.RdfFormat.N_TRIPLES) or b""
    # A literal may hold other line ends, which `splitlines` would take for one.
    return "".join(f"{line}\n" for line in sorted(lines.decode().split("\n")) if line)


def _named(iri: str) -> ox.NamedNode | ox.BlankNode:
    return ox.BlankNode(iri.removeprefix("_:")) if iri.startswith("_:") else ox.NamedNode(iri)


def _object(term: Term) -> ox.NamedNode | ox.BlankNode | ox.Literal:
    return _named(term) if isinstance(term, str) else to_ox(term)


def _order(quad: Quad) -> tuple[str, str, str, str]:
    return (quad.graph, quad.subject, quad.predicate, str(quad.object))
