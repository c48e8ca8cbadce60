"""Plain terms to rdflib's and back, and the parsing of our own Turtle."""

import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from threading import Lock

import rdflib
from rdflib.term import Node

from isogloss.errors import ValidationFailed
from isogloss.model.rdf import Iri, Literal, Term, Triple, text
from isogloss.vocab import XSD


def silent(name: str) -> logging.Logger:
    """Give a logger that says nothing, even once logging is configured (as uvicorn does)."""
    logger = logging.getLogger(name)
    # Not `disabled`, which logging.config resets.
    logger.filters = [lambda _: False]
    return logger


# rdflib logs a traceback for each ill-typed literal; to speak of those is for the rules.
silent("rdflib.term")

# rdflib's NORMALIZE_LITERALS is one flag for the whole process.
_ONE_AT_A_TIME = Lock()


@contextmanager
def exact_literals() -> Iterator[None]:
    """Let rdflib keep literals as they are written, for one thread at a time."""
    with _ONE_AT_A_TIME:
        normalize, rdflib.NORMALIZE_LITERALS = rdflib.NORMALIZE_LITERALS, False
        try:
            yield
        finally:
            rdflib.NORMALIZE_LITERALS = normalize


def to_rdflib(term: Term) -> rdflib.URIRef | rdflib.Literal:
    """Give rdflib's term for a plain one, with its lexical form as it is."""
    if not isinstance(term, Literal):
        return rdflib.URIRef(term)
    if term.language is not None:
        return rdflib.Literal(term.value, lang=term.language)
    if term.datatype == XSD.string:
        # To RDF 1.1 "a" and "a"^^xsd:string are one, to rdflib two. It reads "a" in Turtle and
        # in SPARQL as the one without a datatype, so that is how sh:in, sh:hasValue and the
        # patterns of sh:sparql find their strings.
        return rdflib.Literal(term.value)
    return rdflib.Literal(term.value, datatype=rdflib.URIRef(term.datatype), normalize=False)


def from_rdflib(term: Node) -> Term:
    """Give the plain term for rdflib's; a blank node becomes an IRI of its label."""
    if isinstance(term, rdflib.Literal):
        if term.language is not None:
            return text(str(term), term.language)
        # str() first: a URIRef equals no plain string, not even one of the same letters.
        return Literal(str(term), XSD.string if term.datatype is None else Iri(str(term.datatype)))
    return Iri(f"_:{term}") if isinstance(term, rdflib.BNode) else Iri(str(term))


def plain_triple(triple: tuple[Node, Node, Node]) -> Triple | None:
    """Give the plain triple for rdflib's; None if it has a blank node."""
    if any(isinstance(term, rdflib.BNode) for term in triple):
        return None
    subject, predicate, object_ = map(from_rdflib, triple)
    if isinstance(subject, Literal) or isinstance(predicate, Literal):
        return None
    return Triple(subject, predicate, object_)


GENID = ".well-known/genid/"
"""What an IRI has that stands for a blank node (RDF 1.1 Concepts §3.5)."""


def add_all(graph: rdflib.Graph, triples: Iterable[Triple], *, blank_nodes: bool = False) -> None:
    """Add plain triples to an rdflib graph.

    With `blank_nodes`, skolem IRIs become the blank nodes that they stand for (RDF 1.1
    Concepts §3.5): a SHACL path that is an IRI would be read as a predicate.
    """
    kept: dict[str, rdflib.URIRef | rdflib.BNode] = {}

    def node(iri: Iri) -> rdflib.URIRef | rdflib.BNode:
        # Making a URIRef costs more than finding it; most IRIs come many times.
        if iri not in kept:
            skolem = blank_nodes and GENID in iri
            kept[iri] = rdflib.BNode(iri.rpartition(GENID)[2]) if skolem else rdflib.URIRef(iri)
        return kept[iri]

    graph.addN(
        (
            node(triple.subject),
            node(triple.predicate),
            to_rdflib(triple.object) if isinstance(triple.object, Literal) else node(triple.object),
            graph,
        )
        for triple in triples
    )


def parse_turtle(texts: Mapping[str, str]) -> rdflib.Graph:
    """Parse Turtle files into one graph: name → text.

    Raises:
        ValidationFailed: one of them is no Turtle; the sentence names it.
    """
    graph = rdflib.Graph(bind_namespaces="none")
    for name, turtle in texts.items():
        try:
            # A rule that asks for 1.10 means 1.10, for data is judged as it was written.
            with exact_literals():
                graph.parse(data=turtle, format="turtle")
        except Exception as error:  # rdflib raises many kinds; all mean the same here
            raise ValidationFailed(f"The file {name} cannot be read as Turtle: {error}") from error
    for subject, predicate, value in list(graph):
        if isinstance(value, rdflib.Literal) and value.datatype == rdflib.XSD.string:
            graph.remove((subject, predicate, value))
            graph.add((subject, predicate, to_rdflib(Literal(str(value)))))
    return graph
