"""Judge data by shapes with pySHACL, and never mistake a failure for a verdict."""

import warnings
from collections.abc import Iterable, Mapping

import pyshacl
import rdflib
from pyshacl.errors import ShapeRecursionWarning
from pyshacl.graph_abstraction import DataGraph
from rdflib import RDF, RDFS, SH, SKOS

from isogloss.errors import ValidationFailed
from isogloss.governance.compiler.shapes import refuse_unevaluated
from isogloss.governance.paths import path_text
from isogloss.governance.rulebook import Rulebook, english, severity_of
from isogloss.governance.terms import (
    add_all,
    exact_literals,
    from_rdflib,
    parse_turtle,
    plain_triple,
    silent,
)
from isogloss.model.governance import ValidationReport, ValidationResult, in_order
from isogloss.model.rdf import Iri, Literal, Triple

# What pySHACL logs, it raises as well.
_SILENT = silent("isogloss.pyshacl")


def axioms(ontology: Mapping[str, str]) -> tuple[Triple, ...]:
    """Pick what rules must know of the ontology: subclasses, and the codes.

    Raises:
        ValidationFailed: a file of it is no Turtle.
    """
    facts = parse_turtle(ontology)
    codes = set(facts.subjects(RDF.type, SKOS.Concept))
    found = [
        *facts.triples((None, RDFS.subClassOf, None)),
        *(triple for code in codes for triple in facts.triples((code, None, None))),
    ]
    # A class made of others is no name that data could have.
    return tuple(plain for triple in found if (plain := plain_triple(triple)) is not None)


def read_report(graph: rdflib.Graph, rulebook: Rulebook) -> ValidationReport:
    """Read a sh:ValidationReport that the rules of `rulebook` gave."""
    results = {
        _result(graph, rulebook.graph, node)
        for node in graph.subjects(RDF.type, SH.ValidationResult)
        # Details hang on the result that they explain, and are no results of their own.
        if (None, SH.detail, node) not in graph
    }
    return ValidationReport(in_order(results))


def run(
    rulebook: Rulebook,
    triples: Iterable[Triple],
    *,
    blank_nodes: bool = False,
) -> rdflib.Graph:
    """Judge triples by rules: the report as RDF.

    Raises:
        ValidationFailed: the rules could not be evaluated (SHACL §3.4.1).
    """
    refuse_unevaluated(rulebook.graph)
    data = rdflib.Graph(bind_namespaces="none")
    add_all(data, triples, blank_nodes=blank_nodes)
    # So that a report quotes values as they were written.
    with exact_literals(), warnings.catch_warnings():
        # It only warns of shapes that lead back to themselves, and calls the data good.
        warnings.simplefilter("error", ShapeRecursionWarning)
        try:
            # Not `pyshacl.validate`, which logs to stderr, turns NORMALIZE_LITERALS on again and
            # returns a failure in the place of a report. The graph is of this run alone, so it
            # may be used in place; nothing is inferred or imported unless asked for.
            validator = pyshacl.Validator(
                DataGraph.from_rdflib(data),
                shacl_graph=rulebook.graph,
                options={"inplace": True, "logger": _SILENT},
            )
            _, report, _ = validator.run()  # type: ignore[no-untyped-call]  # pySHACL's own gap
        except ShapeRecursionWarning as error:
            raise ValidationFailed(
                "The rules could not be evaluated: a shape refers to itself, by way of others or "
                "directly, and SHACL does not say what that means (§3.4.3)."
            ) from error
        except Exception as error:
            # Ill-formed shapes, a bad regular expression, a query that is none: pySHACL has no
            # common base for them, and none may ever pass for a verdict.
            raise _failed(error) from error
    if not isinstance(report, rdflib.Graph):
        raise ValidationFailed(f"The rules could not be evaluated: {report}")
    return report


def _failed(error: BaseException) -> ValidationFailed:
    what = getattr(error, "message", None) or str(error) or type(error).__name__
    return ValidationFailed(
        f"The rules could not be evaluated, which says nothing about the data: {what}"
    )


def _result(report: rdflib.Graph, shapes: rdflib.Graph, node: rdflib.term.Node) -> ValidationResult:
    def iri(predicate: rdflib.URIRef) -> Iri:
        found = report.value(node, predicate)
        plain = None if found is None else from_rdflib(found)
        # A literal can be a focus node (sh:targetNode "x"); its text then names it.
        return Iri(plain.value if isinstance(plain, Literal) else plain or "")

    path = report.value(node, SH.resultPath)
    value = report.value(node, SH.value)
    shape = report.value(node, SH.sourceShape)
    return ValidationResult(
        focus_node=iri(SH.focusNode),
        rule=iri(SH.sourceShape),
        path=None if path is None else path_text(report, shapes, path),
        value=None if value is None else from_rdflib(value),
        component=iri(SH.sourceConstraintComponent),
        severity=severity_of(report.value(node, SH.resultSeverity)),
        rule_name=(english(shapes, shape, SH.name) if shape is not None else None) or "",
        message=english(report, node, SH.resultMessage) or "",
    )
