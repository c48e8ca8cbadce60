"""RDF documents: Turtle, TriG, N-Triples, N-Quads, JSON-LD and RDF/XML."""

import pyoxigraph as ox

from isogloss.errors import ForeignGraph, InvalidInput
from isogloss.intake.contexts import check_contexts
from isogloss.intake.formats import Format
from isogloss.intake.guards import check_turtle, check_xml, quoted_triple
from isogloss.intake.skolem import BLANK, skolemise
from isogloss.intake.terms import MAX_TRIPLES, check_terms, too_many
from isogloss.model.change import Document
from isogloss.model.rdf import Iri, Literal, Triple

_PARSERS = {
    Format.TURTLE: (ox.RdfFormat.TURTLE, check_turtle),
    Format.TRIG: (ox.RdfFormat.TRIG, check_turtle),
    Format.NTRIPLES: (ox.RdfFormat.N_TRIPLES, check_turtle),
    Format.NQUADS: (ox.RdfFormat.N_QUADS, check_turtle),
    Format.JSON_LD: (ox.RdfFormat.JSON_LD, check_contexts),
    Format.RDF_XML: (ox.RdfFormat.RDF_XML, check_xml),
}
_REIFIES = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#reifies")


def read_rdf(
    name: str,
    data: bytes,
    format: Format,
    *,
    space: str,
    graph: Iri,
    most: int = MAX_TRIPLES,
) -> Document:
    """Read an RDF document whose statements go to `graph`, whatever they are called in it.

    Raises:
        InvalidInput: it cannot be parsed, and line and column say where if the parser knows;
            or it has more than `most` statements, or a term that is too long.
        ForeignGraph: it names a graph other than `graph`.
    """
    parser, check = _PARSERS[format]
    check(name, data)
    triples = []
    try:
        for quad in ox.parse(data, format=parser):
            triples.append(_triple(name, quad, graph))
            if len(triples) > most:
                raise too_many(name)
    except SyntaxError as error:
        raise _unreadable(name, format, error) from error
    except ValueError as error:
        raise InvalidInput(f"{name} is not readable as {format.value}: {error}.") from error
    except MemoryError as error:
        if "buffer" not in str(error):
            raise
        raise InvalidInput(
            f"{name} has a word of more than 16 MB, which no literal or IRI may have: mend or "
            "shorten it."
        ) from error
    document = Document(skolemise(triples, space=space, graph=graph))
    check_terms(name, document.triples)
    return document


def _triple(name: str, quad: ox.Quad, graph: Iri) -> Triple:
    if not isinstance(quad.graph_name, ox.DefaultGraph) and _value(quad.graph_name) != graph:
        raise ForeignGraph(
            f"{name} speaks for the graph {_value(quad.graph_name)}, which is not its own: leave "
            f"graph names out, or write <{graph}>; where it goes is told by its domain and source."
        )
    if isinstance(quad.object, ox.Triple) or quad.predicate == _REIFIES:
        raise quoted_triple(name)
    value: Iri | Literal
    if isinstance(quad.object, ox.Literal):
        value = Literal(quad.object.value, Iri(quad.object.datatype.value), quad.object.language)
    else:
        value = _value(quad.object)
    return Triple(_value(quad.subject), Iri(quad.predicate.value), value)


def _value(term: ox.NamedNode | ox.BlankNode | ox.Triple | ox.DefaultGraph) -> Iri:
    if isinstance(term, ox.BlankNode):
        return Iri(f"{BLANK}{term.value}")
    return Iri(term.value) if isinstance(term, ox.NamedNode) else Iri(str(term))


def _unreadable(name: str, format: Format, error: SyntaxError) -> InvalidInput:
    said = str(error.msg)
    if "LoadDocumentCallback" in said:
        return InvalidInput(
            f"{name} takes its @context from elsewhere, and nothing is fetched: put the context "
            "into the document."
        )
    if "No scheme" in said:
        said += "; write IRIs whole, or declare a @base"
    # The parser puts the place into its sentence; ours has it in front.
    what = said.partition(": ")[2] if said.startswith("Parser error at ") else said
    place = f", line {error.lineno}, column {error.offset}" if error.lineno else ""
    return InvalidInput(
        f"{name}{place}: this is not {format.label}: {what}. Mend it there, or name another "
        "format with --format.",
        line=error.lineno,
        column=error.offset,
    )
