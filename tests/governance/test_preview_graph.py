"""A preview in Turtle reads back as it was, effect by effect."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import product

import rdflib
from rdflib import DCTERMS, PROV, RDF, SH
from rdflib.term import Node

from isogloss.governance.preview_graph import EFFECTS, preview_turtle
from isogloss.governance.rulebook import Rulebook, severity_of
from isogloss.governance.terms import from_rdflib, parse_turtle
from isogloss.governance.validation import read_report
from isogloss.model.governance import Severity, ValidationResult
from isogloss.model.preview import Effect, EffectKind, Radius, RefusedCommit, RulePreview
from isogloss.model.rdf import Iri, Literal, Term, text
from isogloss.vocab import DPROD, MESH, XSD

COMPONENT = Iri(f"{SH}MinCountConstraintComponent")
VALUES: list[Term | None] = [
    None,
    Iri("urn:x"),
    Literal("010", XSD.integer),
    Literal("1.50E0", XSD.double),
    Literal("t", XSD.boolean),
    Literal('"\n\\'),
    text("naïve", "fr"),
]
PATHS = [None, "urn:p", "(<urn:p>/^<urn:q>)", "(<urn:p>|<urn:q>*)"]


def results() -> list[ValidationResult]:
    return [
        ValidationResult(
            focus_node=Iri(f"urn:node/{number}"),
            rule=Iri("urn:rule"),
            path=path,
            value=value,
            component=COMPONENT,
            severity=list(Severity)[number % 3],
            rule_name="",
            message=f"Mend {number}.",
            rule_set=Iri("urn:isogloss:draft"),
        )
        for number, (path, value) in enumerate(product(PATHS, VALUES))
    ]


def effects() -> tuple[Effect, ...]:
    found = []
    for number, result in enumerate(results()):
        kind = list(EffectKind)[number % 3]
        known = number % 2 == 0
        found.append(
            Effect(
                kind,
                result,
                None if kind is EffectKind.NEWLY_FAILING else Severity.WARNING,
                "sales" if known else None,
                Iri("urn:product") if known else None,
                (Iri("urn:ada"), Iri("urn:bo")) if known else (),
            )
        )
    return tuple(found)


AT = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)
PREVIEW = RulePreview(
    sequence=42,
    in_force="aa",
    draft="bb",
    digest="cc",
    effects=effects(),
    radii=(Radius(Iri("urn:product"), 3, (Iri("urn:a"), Iri("urn:b")), ("sales", "support")),),
    costs=(),
    refused=(RefusedCommit(40, AT, Iri("urn:ada"), 'Say "x".', tuple(results()[:2])),),
)


def read(written: str) -> tuple[rdflib.Graph, Node]:
    graph = parse_turtle({"preview": written})
    (report,) = graph.subjects(RDF.type, PROV.Entity)
    return graph, report


def names(graph: rdflib.Graph, node: Node) -> tuple[str, ...]:
    domains = graph.objects(node, rdflib.URIRef(DPROD.domain))
    return tuple(sorted(str(graph.value(one, DCTERMS.identifier)) for one in domains))


def effect_of(graph: rdflib.Graph, node: Node) -> Effect:
    kinds = {iri: kind for kind, iri in EFFECTS.items()}
    kind = graph.value(node, rdflib.URIRef(MESH.effect))
    before = graph.value(node, rdflib.URIRef(MESH.severityBefore))
    whole = graph.value(node, DCTERMS.isPartOf)
    (result,) = (
        found
        for found in read_report(graph, Rulebook({})).results
        if found.focus_node == str(graph.value(node, SH.focusNode))
        and found.message == str(graph.value(node, SH.resultMessage))
    )
    version = graph.value(node, rdflib.URIRef(MESH.ruleSetVersion))
    assert isinstance(kind, rdflib.URIRef)
    return Effect(
        kinds[kind],
        replace(result, rule_set=Iri(str(version))),
        None if before is None else severity_of(before),
        next(iter(names(graph, node)), None),
        None if whole is None else Iri(str(whole)),
        tuple(sorted(Iri(str(one)) for one in graph.objects(node, PROV.wasAttributedTo))),
    )


def test_every_effect_reads_back_as_it_was() -> None:
    graph, report = read(preview_turtle(replace(PREVIEW, refused=())))
    found = [effect_of(graph, node) for node in graph.objects(report, SH.result)]
    assert len(found) == len(PREVIEW.effects)
    assert {repr(effect) for effect in found} == {repr(effect) for effect in PREVIEW.effects}


def test_the_preview_says_what_it_is_true_of() -> None:
    graph, report = read(preview_turtle(PREVIEW))
    assert (report, RDF.type, SH.ValidationReport) in graph
    assert str(graph.value(report, DCTERMS.identifier)) == "cc"
    assert from_rdflib(_value(graph, report, rdflib.URIRef(MESH.sequence))) == Literal(
        "42", XSD.integer
    )
    sources = {
        str(graph.value(node, DCTERMS.title)): str(graph.value(node, DCTERMS.identifier))
        for node in graph.objects(report, PROV.wasDerivedFrom)
    }
    assert sources == {"rules in force": "aa", "draft": "bb"}
    empty, nothing = read(preview_turtle(replace(PREVIEW, effects=())))
    assert str(empty.value(nothing, SH.conforms)) == "true"
    assert str(graph.value(report, SH.conforms)) == "false"


def test_who_would_wait_and_what_would_have_been_refused() -> None:
    graph, report = read(preview_turtle(PREVIEW))
    radius = _value(graph, report, rdflib.URIRef(MESH.blastRadius))
    assert str(graph.value(radius, DCTERMS.subject)) == "urn:product"
    assert str(graph.value(radius, rdflib.URIRef(MESH.violations))) == "3"
    assert {str(one) for one in graph.objects(radius, DCTERMS.isRequiredBy)} == {"urn:a", "urn:b"}
    assert names(graph, radius) == ("sales", "support")
    commit = _value(graph, report, rdflib.URIRef(MESH.wouldRefuse))
    assert str(graph.value(commit, rdflib.URIRef(MESH.sequence))) == "40"
    assert str(graph.value(commit, PROV.endedAtTime)) == AT.isoformat()
    assert str(graph.value(commit, DCTERMS.description)) == 'Say "x".'
    inner = _value(graph, commit, PROV.generated)
    assert len(list(graph.objects(inner, SH.result))) == 2


def _value(graph: rdflib.Graph, node: Node, predicate: rdflib.URIRef) -> Node:
    (found,) = graph.objects(node, predicate)
    return found
