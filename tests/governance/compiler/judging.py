"""Ask the compiled rules and pySHACL the same question, and write their answers alike."""

import os
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple, TypeAlias

import rdflib
from rdflib import RDF as RDF_TERMS
from rdflib import SH as SH_TERMS

from isogloss.governance.compiler.program import Program
from isogloss.governance.compiler.standing import Standing
from isogloss.governance.paths import path_text
from isogloss.governance.rulebook import Rulebook, english
from isogloss.governance.terms import from_rdflib
from isogloss.governance.validation import run
from isogloss.intake.documents import Upload, read_source
from isogloss.model.governance import ValidationResult
from isogloss.model.rdf import Iri, Literal, Term, Triple
from isogloss.store.twin import Twin
from isogloss.vocab import RDF, RDFS, SH, XSD

EX = "https://mesh.example/"
GENID = f"{EX}.well-known/genid/"
PREFIXES = f"""
PREFIX ex: <{EX}>
PREFIX rdf: <{RDF.iri}>
PREFIX rdfs: <{RDFS.iri}>
PREFIX sh: <{SH.iri}>
PREFIX xsd: <{XSD.iri}>
"""
TORTURE = bool(os.environ.get("ISOGLOSS_TORTURE"))

Data: TypeAlias = frozenset[Triple]


class Finding(NamedTuple):
    """A result in the words of SHACL §3.6.2, so that two engines' can be compared.

    A nameless shape is `_:`; the message is given where the shape states one, as engines choose
    their own words where it does not.
    """

    focus: str
    path: str | None
    value: Term | None
    component: str
    shape: str
    severity: str
    message: str


def ex(name: str) -> Iri:
    return Iri(EX + name)


def data(turtle: str) -> Data:
    upload = Upload("data.ttl", (PREFIXES + turtle).encode())
    return read_source([upload], space=EX, graph=ex("graph")).triples


def rules(turtle: str) -> Rulebook:
    return Rulebook({"shapes.ttl": PREFIXES + turtle})


def compiled(rulebook: Rulebook, triples: Iterable[Triple]) -> Counter[Finding]:
    """Judge everything by compiled rules."""
    return standing_of(rulebook, Program(rulebook).full(Twin(triples).select))


def standing_of(rulebook: Rulebook, standing: Standing) -> Counter[Finding]:
    return findings(rulebook, standing.results)


def findings(rulebook: Rulebook, results: Iterable[ValidationResult]) -> Counter[Finding]:
    return Counter(
        Finding(
            focus=result.focus_node,
            path=result.path,
            value=alike(result.value),
            component=result.component,
            shape=nameless(result.rule),
            severity=severity_iri(rulebook, result),
            message=result.message if _states_message(rulebook.graph, result.rule) else "",
        )
        for result in results
    )


def interpreted(rulebook: Rulebook, triples: Iterable[Triple]) -> Counter[Finding]:
    """Judge everything by pySHACL, as its report says in RDF.

    Raises:
        ValidationFailed: pySHACL refuses the shapes.
    """
    # pySHACL copies a path into the report ten levels deep; the shape has it whole.
    report = run(rulebook, triples, blank_nodes=True)
    return reported(rulebook, report, whole_paths=False)


def reported(
    rulebook: Rulebook, report: rdflib.Graph, *, whole_paths: bool = True
) -> Counter[Finding]:
    """Read the results of a report, those that explain others left out."""
    return Counter(
        _reported(rulebook, report, node, whole_paths=whole_paths)
        for node in report.subjects(RDF_TERMS.type, SH_TERMS.ValidationResult)
        if (None, SH_TERMS.detail, node) not in report
    )


def _reported(
    rulebook: Rulebook, report: rdflib.Graph, node: rdflib.term.Node, *, whole_paths: bool
) -> Finding:
    value = report.value(node, SH_TERMS.value)
    shape = report.value(node, SH_TERMS.sourceShape)
    path = report.value(node, SH_TERMS.resultPath)
    paths = report
    if isinstance(path, rdflib.BNode) and not whole_paths:
        paths, path = rulebook.graph, rulebook.graph.value(shape, SH_TERMS.path)
    focus = plain(report.value(node, SH_TERMS.focusNode))
    says = shape is not None and (shape, SH_TERMS.message, None) in rulebook.graph
    return Finding(
        focus=focus.value if isinstance(focus, Literal) else str(focus),
        path=None if path is None else path_text(paths, rulebook.graph, path),
        value=alike(plain(value)),
        component=str(report.value(node, SH_TERMS.sourceConstraintComponent)),
        shape="_:" if isinstance(shape, rdflib.BNode) else str(shape),
        severity=str(report.value(node, SH_TERMS.resultSeverity)),
        message=(english(report, node, SH_TERMS.resultMessage) or "") if says else "",
    )


def plain(node: rdflib.term.Node | None) -> Term | None:
    """Give the term as it stands in our data, where a blank node is a skolem IRI."""
    if node is None:
        return None
    return Iri(GENID + str(node)) if isinstance(node, rdflib.BNode) else from_rdflib(node)


def alike(term: Term | None) -> Term | None:
    """Write language tags in lower case, as RDF 1.1 allows (Concepts §3.3) and stores do."""
    if isinstance(term, Literal) and term.language is not None:
        return term._replace(language=term.language.lower())
    return term


def nameless(rule: Iri) -> str:
    return "_:" if rule.startswith("_:") else rule


def _node(rule: Iri) -> rdflib.term.Node:
    if rule.startswith("_:"):
        return rdflib.BNode(rule.removeprefix("_:"))
    return rdflib.URIRef(rule)


def severity_iri(rulebook: Rulebook, result: ValidationResult) -> str:
    """Give the severity that the shape states: SHACL §2.1.4 lets authors add their own."""
    stated = rulebook.graph.value(_node(result.rule), SH_TERMS.severity)
    if stated is not None and stated not in (SH_TERMS.Info, SH_TERMS.Warning):
        return str(stated)
    return str(SH_TERMS[result.severity.name.capitalize()])


def _states_message(graph: rdflib.Graph, rule: Iri) -> bool:
    return (_node(rule), SH_TERMS.message, None) in graph
