"""A preview of rules in RDF, as the report of a validator with what is ours beside it."""

from collections.abc import Iterable

import rdflib
from rdflib import DCTERMS, PROV, RDF, SH, XSD

from isogloss.governance.result_graph import SEVERITY_IRIS, add_result
from isogloss.governance.terms import to_rdflib
from isogloss.governance.turtle import to_turtle
from isogloss.model.preview import Effect, EffectKind, Radius, RefusedCommit, RulePreview
from isogloss.model.rdf import text
from isogloss.vocab import CODE, DPROD, MESH

EFFECTS = {
    EffectKind.NEWLY_FAILING: rdflib.URIRef(CODE.newlyFailing),
    EffectKind.NEWLY_PASSING: rdflib.URIRef(CODE.newlyPassing),
    EffectKind.CHANGED_SEVERITY: rdflib.URIRef(CODE.changedSeverity),
}
_SEQUENCE = rdflib.URIRef(MESH.sequence)


def preview_turtle(found: RulePreview) -> str:
    """Write a preview as Turtle; its costs are left out.

    Writes:
        [] a sh:ValidationReport , prov:Entity ;
            dcterms:identifier "digest" ; mesh:sequence 42 ; sh:conforms false ;
            prov:wasDerivedFrom [ dcterms:title "draft"@en ; dcterms:identifier "digest" ] ;
            sh:result [ a sh:ValidationResult ; … ; mesh:effect code:newlyFailing ;
                mesh:severityBefore sh:Warning ; dcterms:isPartOf <product> ;
                prov:wasAttributedTo <owner> ; dprod:domain [ dcterms:identifier "sales" ] ] ;
            mesh:blastRadius [ dcterms:subject <product> ; mesh:violations 3 ;
                dcterms:isRequiredBy <reader> ; dprod:domain [ … ] ] ;
            mesh:wouldRefuse [ a prov:Activity ; mesh:sequence 40 ; … ;
                prov:generated [ a sh:ValidationReport ; … ] ] .
    """
    graph = rdflib.Graph(bind_namespaces="none")
    report = _report(graph, (_effect(graph, effect) for effect in found.effects))
    graph.add((report, RDF.type, PROV.Entity))
    graph.add((report, DCTERMS.identifier, rdflib.Literal(found.digest)))
    graph.add((report, _SEQUENCE, _number(found.sequence)))
    for title, digest in (("rules in force", found.in_force), ("draft", found.draft)):
        source = rdflib.BNode()
        graph.add((report, PROV.wasDerivedFrom, source))
        graph.add((source, DCTERMS.title, to_rdflib(text(title, "en"))))
        graph.add((source, DCTERMS.identifier, rdflib.Literal(digest)))
    for radius in found.radii:
        graph.add((report, rdflib.URIRef(MESH.blastRadius), _radius(graph, radius)))
    for commit in found.refused:
        graph.add((report, rdflib.URIRef(MESH.wouldRefuse), _commit(graph, commit)))
    return to_turtle(graph)


def _report(graph: rdflib.Graph, results: Iterable[rdflib.BNode]) -> rdflib.BNode:
    report, nodes = rdflib.BNode(), list(results)
    graph.add((report, RDF.type, SH.ValidationReport))
    # SHACL §3.6.1.1: it is true just when there is no result.
    graph.add((report, SH.conforms, rdflib.Literal(not nodes)))
    for node in nodes:
        graph.add((report, SH.result, node))
    return report


def _effect(graph: rdflib.Graph, effect: Effect) -> rdflib.BNode:
    node = add_result(graph, effect.result)
    graph.add((node, rdflib.URIRef(MESH.effect), EFFECTS[effect.kind]))
    if effect.before is not None:
        before = rdflib.URIRef(MESH.severityBefore)
        graph.add((node, before, SEVERITY_IRIS[effect.before]))
    if effect.product is not None:
        graph.add((node, DCTERMS.isPartOf, rdflib.URIRef(effect.product)))
    for owner in effect.owners:
        graph.add((node, PROV.wasAttributedTo, rdflib.URIRef(owner)))
    if effect.domain is not None:
        _add_domain(graph, node, effect.domain)
    return node


def _radius(graph: rdflib.Graph, radius: Radius) -> rdflib.BNode:
    node = rdflib.BNode()
    graph.add((node, DCTERMS.subject, rdflib.URIRef(radius.product)))
    graph.add((node, rdflib.URIRef(MESH.violations), _number(radius.violations)))
    for product in radius.products:
        graph.add((node, DCTERMS.isRequiredBy, rdflib.URIRef(product)))
    for domain in radius.domains:
        _add_domain(graph, node, domain)
    return node


def _commit(graph: rdflib.Graph, commit: RefusedCommit) -> rdflib.BNode:
    node = rdflib.BNode()
    graph.add((node, RDF.type, PROV.Activity))
    graph.add((node, _SEQUENCE, _number(commit.sequence)))
    at = rdflib.Literal(commit.at.isoformat(), datatype=XSD.dateTime, normalize=False)
    graph.add((node, PROV.endedAtTime, at))
    graph.add((node, PROV.wasAssociatedWith, rdflib.URIRef(commit.author)))
    if commit.message:
        graph.add((node, DCTERMS.description, rdflib.Literal(commit.message)))
    report = _report(graph, (add_result(graph, result) for result in commit.violations))
    graph.add((node, PROV.generated, report))
    return node


def _add_domain(graph: rdflib.Graph, node: rdflib.BNode, name: str) -> None:
    # Only its short name is known here.
    domain = rdflib.BNode()
    graph.add((node, rdflib.URIRef(DPROD.domain), domain))
    graph.add((domain, DCTERMS.identifier, rdflib.Literal(name)))


def _number(value: int) -> rdflib.Literal:
    return rdflib.Literal(value)
