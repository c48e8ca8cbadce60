"""Constraints in SPARQL: each has one query that may run, and prefixes that somebody declares.

Source: SHACL §5.2 and §5.3.
"""

import re
from collections.abc import Iterator

import rdflib
from rdflib import OWL, SH
from rdflib.term import Node

from isogloss.errors import InvalidIri
from isogloss.governance.admission.draft import Draft
from isogloss.governance.admission.queries import refusals
from isogloss.governance.admission.words import Vocabularies
from isogloss.model.admission import Finding
from isogloss.model.rdf import parse_iri


def vet(draft: Draft, known: Vocabularies) -> Iterator[Finding]:
    """Find queries that may not run, or would not mean what they seem to."""
    graph = draft.graph
    yield from _declarations(draft)
    for shape, source in sorted(graph.subject_objects(SH.sparql), key=str):
        queries = list(graph.objects(source, SH.select))
        if len(queries) != 1 or not isinstance(queries[0], rdflib.Literal):
            said = (
                f"{draft.name(shape)} has a sh:sparql with {len(queries)} texts of sh:select: give "
                "it one SELECT query that finds what is wrong."
            )
            yield draft.finding("NO_QUERY", said, shape, SH.sparql, source)
            continue
        has_path = (shape, SH.path, None) in graph
        declared = _declared(graph, source)
        for refusal in refusals(str(queries[0]), declared, known, has_path=has_path):
            yield draft.finding(
                refusal.code,
                f"The query of {draft.name(shape)} {refusal.message}",
                source if isinstance(source, rdflib.BNode) else shape,
                SH.select if isinstance(source, rdflib.BNode) else SH.sparql,
                blocking=refusal.code != "UNSTEADY",
            )


def _declared(graph: rdflib.Graph, source: Node) -> dict[str, str]:
    return {
        str(graph.value(declaration, SH.prefix, any=True)): str(
            graph.value(declaration, SH.namespace, any=True)
        )
        for holder in graph.objects(source, SH.prefixes)
        for declaration in graph.objects(holder, SH.declare)
    }


_PREFIX = re.compile(r"(?:[A-Za-z](?:[\w.-]*[\w-])?)?", re.ASCII)


def _declarations(draft: Draft) -> Iterator[Finding]:
    graph = draft.graph
    for holder, declaration in graph.subject_objects(SH.declare):
        prefixes = list(graph.objects(declaration, SH.prefix))
        spaces = list(graph.objects(declaration, SH.namespace))
        well_formed = (
            len(prefixes) == len(spaces) == 1
            and isinstance(prefixes[0], rdflib.Literal)
            and prefixes[0].datatype is None
            and isinstance(spaces[0], rdflib.Literal)
            and _PREFIX.fullmatch(str(prefixes[0]))
        )
        try:
            parse_iri(str(spaces[0]) if spaces else "")
        except InvalidIri:
            well_formed = None
        if not well_formed:
            said = (
                f"A sh:declare of {draft.name(holder)} needs one sh:prefix of letters and digits "
                'and one sh:namespace, such as "http://www.w3.org/ns/dcat#"^^xsd:anyURI.'
            )
            yield draft.finding("BAD_PREFIX", said, holder, SH.declare, declaration)
    for source, holder in graph.subject_objects(SH.prefixes):
        if (holder, SH.declare, None) not in graph:
            said = (
                f"sh:prefixes names {draft.name(holder)}, which declares none here: give it "
                "sh:declare [ sh:prefix … ; sh:namespace … ], or write PREFIX in the query."
            )
            yield draft.finding("BAD_PREFIX", said, source, SH.prefixes, holder)
        if (holder, OWL.imports, None) in graph:
            said = (
                f"The prefixes that {draft.name(holder)} imports are not looked up: declare them."
            )
            yield draft.finding("BAD_PREFIX", said, holder, OWL.imports)
