"""Plain terms to Oxigraph's and back."""

from collections.abc import Iterable
from functools import lru_cache

import pyoxigraph as ox

from isogloss.errors import InvalidIri
from isogloss.model.rdf import Iri, Literal, Quad, Term
from isogloss.vocab import XSD

_MOST_REMEMBERED = 50_000
"""Of so many IRIs: most are said again and again."""


@lru_cache(maxsize=_MOST_REMEMBERED)
def node(iri: Iri) -> ox.NamedNode:
    """Give Oxigraph's term for an IRI.

    Raises:
        ValueError: RFC 3987 does not allow it.
    """
    return ox.NamedNode(iri)


@lru_cache(maxsize=_MOST_REMEMBERED)
def _written(iri: Iri) -> str:
    return str(ox.NamedNode(iri))


def written(term: Term) -> str:
    """Write a term as N-Triples does, escaped by Oxigraph, so that no text can leave it."""
    return str(to_ox(term)) if isinstance(term, Literal) else _written(term)


def to_ox(term: Term) -> ox.NamedNode | ox.Literal:
    """Give Oxigraph's term for a plain one.

    Raises:
        ValueError: an IRI that RFC 3987 does not allow.
    """
    if isinstance(term, Literal):
        if term.language is not None:
            return ox.Literal(term.value, language=term.language)
        return ox.Literal(term.value, datatype=node(term.datatype))
    return node(term)


def from_ox(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> Term:
    """Give the plain term for Oxigraph's."""
    if isinstance(term, ox.NamedNode):
        return Iri(term.value)
    if isinstance(term, ox.Literal):
        datatype = term.datatype.value
        # Most literals are strings: share the one constant.
        kind = XSD.string if datatype == XSD.string else Iri(datatype)
        return Literal(term.value, kind, term.language)
    # Intake skolemises blank nodes and refuses triple terms, so neither is ever stored.
    raise TypeError(f"the store holds {term}, which no commit can have written")


def quad_to_ox(quad: Quad) -> ox.Quad:
    """Give Oxigraph's quad for a plain one."""
    subject, predicate, object_, graph = quad
    return ox.Quad(node(subject), node(predicate), to_ox(object_), node(graph))


def normal(quads: Iterable[Quad]) -> frozenset[Quad]:
    """Check that quads can be stored, and write language tags in lower case as parsers do.

    Raises:
        InvalidIri: an IRI that RFC 3987 does not allow.
    """
    try:
        return frozenset(map(_normal, quads))
    except ValueError as error:
        raise InvalidIri(f"The store cannot hold an IRI of this change: {error}") from error


def _normal(quad: Quad) -> Quad:
    subject, predicate, object_, graph = quad
    if isinstance(object_, Literal) and object_.language is not None:
        return quad_from_ox(quad_to_ox(quad))
    # Nothing else is written otherwise than it was given.
    for iri in (subject, predicate, graph):
        node(iri)
    node(object_.datatype if isinstance(object_, Literal) else object_)
    return quad


def quad_from_ox(quad: ox.Quad) -> Quad:
    """Give the plain quad for Oxigraph's."""
    subject, graph = quad.subject, quad.graph_name
    if not (isinstance(subject, ox.NamedNode) and isinstance(graph, ox.NamedNode)):
        raise TypeError(f"the store holds {quad}, which no commit can have written")
    return Quad(
        Iri(subject.value), Iri(quad.predicate.value), from_ox(quad.object), Iri(graph.value)
    )
