"""Plain terms to Oxigraph's and back."""

from collections.abc import Iterable

import pyoxigraph as ox

from isogloss.errors import InvalidIri
from isogloss.model.rdf import Iri, Literal, Quad, Term
from isogloss.vocab import XSD


def to_ox(term: Term) -> ox.NamedNode | ox.Literal:
    """Give Oxigraph's term for a plain one.

    Raises:
        ValueError: an IRI that RFC 3987 does not allow.
    """
    if isinstance(term, Literal):
        if term.language is not None:
            return ox.Literal(term.value, language=term.language)
        return ox.Literal(term.value, datatype=ox.NamedNode(term.datatype))
    return ox.NamedNode(term)


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
    return ox.Quad(
        ox.NamedNode(quad.subject),
        ox.NamedNode(quad.predicate),
        to_ox(quad.object),
        ox.NamedNode(quad.graph),
    )


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
    made = quad_to_ox(quad)
    # Nothing else is written otherwise than it was given.
    tagged = isinstance(quad.object, Literal) and quad.object.language is not None
    return quad_from_ox(made) if tagged else quad


def quad_from_ox(quad: ox.Quad) -> Quad:
    """Give the plain quad for Oxigraph's."""
    subject, graph = quad.subject, quad.graph_name
    if not (isinstance(subject, ox.NamedNode) and isinstance(graph, ox.NamedNode)):
        raise TypeError(f"the store holds {quad}, which no commit can have written")
    return Quad(
        Iri(subject.value), Iri(quad.predicate.value), from_ox(quad.object), Iri(graph.value)
    )
