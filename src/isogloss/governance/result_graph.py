"""Results as RDF, of which only the words are known: of a report of the mesh, or a preview."""

import rdflib
from rdflib import RDF, SH

from isogloss.errors import InvalidIri
from isogloss.governance.paths import add_path
from isogloss.governance.rulebook import SEVERITIES
from isogloss.governance.terms import to_rdflib
from isogloss.model.governance import ValidationResult
from isogloss.model.rdf import Iri, parse_iri
from isogloss.vocab import MESH

SEVERITY_IRIS = {severity: iri for iri, severity in SEVERITIES.items()}


def add_result(graph: rdflib.Graph, result: ValidationResult) -> rdflib.BNode:
    """Write a result, and give its node.

    Writes:
        [] a sh:ValidationResult ;
            sh:focusNode <node> ; sh:resultPath <path> ; sh:value 010 ;
            sh:sourceShape <rule> ; sh:sourceConstraintComponent sh:MinCountConstraintComponent ;
            sh:resultSeverity sh:Violation ; sh:resultMessage "How to put it right." ;
            mesh:ruleSetVersion <version> ; mesh:waivedBy <waiver> .

    Only a waiver that lets it pass is written.
    """
    node = rdflib.BNode()
    said: list[tuple[rdflib.URIRef, rdflib.term.Node | None]] = [
        (RDF.type, SH.ValidationResult),
        (SH.focusNode, _node(result.focus_node)),
        (SH.sourceShape, _node(result.rule)),
        (SH.sourceConstraintComponent, rdflib.URIRef(result.component)),
        (SH.resultSeverity, SEVERITY_IRIS[result.severity]),
        (SH.resultMessage, rdflib.Literal(result.message)),
        (SH.resultPath, None if result.path is None else add_path(graph, result.path)),
        (SH.value, None if result.value is None else to_rdflib(result.value)),
        (
            rdflib.URIRef(MESH.ruleSetVersion),
            None if result.rule_set is None else rdflib.URIRef(result.rule_set),
        ),
        (
            rdflib.URIRef(MESH.waivedBy),
            rdflib.URIRef(result.waiver) if result.waived and result.waiver else None,
        ),
    ]
    for predicate, value in said:
        if value is not None:
            graph.add((node, predicate, value))
    return node


def _node(iri: Iri) -> rdflib.term.Node:
    if iri.startswith("_:"):
        return rdflib.BNode(iri.removeprefix("_:"))
    try:
        return rdflib.URIRef(parse_iri(iri))
    except InvalidIri:
        # A literal can be a focus node (sh:targetNode "x"); its text then names it.
        return rdflib.Literal(iri)
