"""What a shapes graph says, read strictly: what is not as SHACL has it is an error."""

from collections.abc import Iterator

import rdflib
from rdflib import RDF
from rdflib.term import Node

from isogloss.errors import InvalidIri, ValidationFailed
from isogloss.governance.terms import from_rdflib
from isogloss.model.rdf import Iri, Term, parse_iri
from isogloss.vocab import XSD


def iri(node: Node) -> Iri:
    """Read an IRI.

    Raises:
        ValidationFailed: it is none, or none that SPARQL can write.
    """
    if not isinstance(node, rdflib.URIRef):
        raise ValidationFailed(f"The shapes have {node.n3()} where SHACL needs an IRI.")
    try:
        return parse_iri(str(node))
    except InvalidIri as error:
        raise ValidationFailed(f"The shapes have an IRI that is none: {error}") from error


def term(node: Node) -> Term:
    """Read an IRI or a literal; a blank node of the shapes is no term of the data."""
    return iri(node) if isinstance(node, rdflib.URIRef) else from_rdflib(node)


def only(graph: rdflib.Graph, subject: Node, predicate: rdflib.URIRef) -> Node | None:
    """Find the one value, if there is one.

    Raises:
        ValidationFailed: there are several.
    """
    found = list(graph.objects(subject, predicate))
    if len(found) > 1:
        raise ValidationFailed(
            f"{_name(subject)} has {len(found)} values of sh:{predicate.fragment}, and SHACL "
            "allows one: keep one of them."
        )
    return found[0] if found else None


def members(graph: rdflib.Graph, head: Node) -> Iterator[Node]:
    """Yield the members of a list, in order.

    Raises:
        ValidationFailed: it is no well-formed list (SHACL §1.4).
    """
    seen = set()
    while head != RDF.nil:
        first, rest = list(graph.objects(head, RDF.first)), list(graph.objects(head, RDF.rest))
        if head in seen or len(first) != 1 or len(rest) != 1:
            raise ValidationFailed("The shapes have a list that is none: write it as ( a b c ).")
        seen.add(head)
        yield first[0]
        head = rest[0]


def natural(shape: Node, predicate: rdflib.URIRef, node: Node) -> int:
    """Read a number of things.

    Raises:
        ValidationFailed: it is no xsd:integer, or below zero.
    """
    found = from_rdflib(node)
    if not isinstance(found, str) and found.datatype == XSD.integer and found.value.isdecimal():
        return int(found.value)
    raise ValidationFailed(
        f"{_name(shape)} has sh:{predicate.fragment} {node.n3()}, which must be an xsd:integer "
        "of 0 or more."
    )


def flag(shape: Node, predicate: rdflib.URIRef, node: Node) -> bool:
    """Read true or false.

    Raises:
        ValidationFailed: it is neither.
    """
    found = from_rdflib(node)
    if not isinstance(found, str) and found.datatype == XSD.boolean:
        if found.value in ("true", "false"):
            return found.value == "true"
        if found.value in ("1", "0"):
            # Not the term `true`, and so not what the validators of SHACL §4 look for.
            return False
    raise ValidationFailed(
        f"{_name(shape)} has sh:{predicate.fragment} {node.n3()}, which must be true or false."
    )


def _name(shape: Node) -> str:
    return f"The shape {shape}" if isinstance(shape, rdflib.URIRef) else "A nameless shape"
