"""Write a report for people and for programs."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import Enum

import rdflib
from rdflib import OWL, RDF, RDFS, SH
from rdflib.plugins.serializers.jsonld import from_rdf
from rdflib.term import Node

from isogloss.errors import ValidationFailed
from isogloss.governance.compiler.program import Program
from isogloss.governance.compiler.report_graph import report_graph
from isogloss.governance.compiler.shapes import TARGETS
from isogloss.governance.compiler.standing import SelectQuery
from isogloss.governance.rulebook import Rulebook
from isogloss.governance.terms import add_all
from isogloss.governance.turtle import to_turtle
from isogloss.governance.validation import read_report, run
from isogloss.model.governance import ValidationReport, ValidationResult
from isogloss.model.rdf import Literal, Term, Triple
from isogloss.vocab import PREFIXES


class ReportFormat(Enum):
    """How a report is written."""

    TEXT = "text"
    JSON = "json"
    TURTLE = "turtle"
    JSON_LD = "json-ld"


def check(
    select: SelectQuery, data: Collection[Triple], shapes: Iterable[Triple], format: ReportFormat
) -> tuple[ValidationReport, str]:
    """Judge triples by the shapes that a person brought, and write the report.

    Turtle and JSON-LD hold the sh:ValidationReport (SHACL §3.6), details and paths included.
    What does not compile is judged by pySHACL, and the report says so.

    Args:
        select: queries the triples.
        data: the same triples.
        shapes: the shapes; blank nodes have become IRIs.
        format: how to write it.

    Raises:
        ValidationFailed: the shapes are ill-formed, or could not be evaluated.
    """
    rulebook = Rulebook({})
    add_all(rulebook.graph, shapes, blank_nodes=True)
    if not any(mark in rulebook.graph for mark in _MARKS_OF_A_SHAPE):
        raise ValidationFailed(
            "The shapes hold no SHACL shape, so they would call anything good: name files with "
            "sh:NodeShape or sh:path in them."
        )
    program = Program(rulebook)
    graph = report_graph(program.full(select), select)
    if program.declined:
        _merge(graph, run(_only(rulebook, program.declined), data, blank_nodes=True))
    report, engines = read_report(graph, rulebook), _engines(program)
    if format is ReportFormat.TEXT:
        return report, _text(report, engines)
    if format is ReportFormat.JSON:
        return report, json.dumps(_json(report, engines), indent=2, ensure_ascii=False)
    if format is ReportFormat.JSON_LD:
        return report, json_ld(graph)
    return report, to_turtle(graph).rstrip()


def _engines(program: Program) -> dict[str, list[str]]:
    """Tell by engine which shapes it judged; those without a name are counted."""
    compiled = [shape.node for shape in program.shapes]
    return {
        engine: sorted({str(node) for node in nodes if isinstance(node, rdflib.URIRef)})
        for engine, nodes in (("SPARQL", compiled), ("pySHACL", program.declined))
    }


def _only(rulebook: Rulebook, roots: Collection[Node]) -> Rulebook:
    """Take their targets from all other shapes."""
    rest = Rulebook({})
    for subject, predicate, value in rulebook.graph:
        is_target = predicate in TARGETS or value in (RDFS.Class, OWL.Class)
        if not is_target or subject in roots:
            rest.graph.add((subject, predicate, value))
    return rest


def _merge(graph: rdflib.Graph, more: rdflib.Graph) -> None:
    """Add the results of another report."""
    (report,) = graph.subjects(RDF.type, SH.ValidationReport)
    (other,) = more.subjects(RDF.type, SH.ValidationReport)
    for subject, predicate, value in more:
        if subject != other:
            graph.add((subject, predicate, value))
        elif predicate == SH.result:
            graph.add((report, predicate, value))
            graph.set((report, SH.conforms, rdflib.Literal(False)))


_MARKS_OF_A_SHAPE = ((None, SH.path, None), (None, RDF.type, SH.NodeShape))


def _text(report: ValidationReport, engines: Mapping[str, Sequence[str]]) -> str:
    by_pyshacl = [f"Judged by pySHACL: <{shape}>" for shape in engines["pySHACL"]]
    if report.conforms:
        return "\n".join(["Conforms: no rule is broken.", *by_pyshacl])
    lines = [f"Does not conform: {len(report.results)} result(s)."]
    for result in report.results:
        lines += ["", *result_text(result)]
    return "\n".join([*lines, *(["", *by_pyshacl] if by_pyshacl else [])])


def result_text(result: ValidationResult) -> list[str]:
    """Write a result in lines, for people."""
    name = f"{result.rule_name} " if result.rule_name else ""
    lines = [
        f"{result.severity.name.lower()}: {result.message}",
        f"  focus node  {result.focus_node}",
    ]
    if result.path is not None:
        lines.append(f"  path        {result.path}")
    if result.value is not None:
        lines.append(f"  value       {_plain(result.value)}")
    return [*lines, f"  rule        {name}<{result.rule}>"]


def _json(report: ValidationReport, engines: Mapping[str, Sequence[str]]) -> dict[str, object]:
    return {
        "conforms": report.conforms,
        "engines": engines,
        "results": [result_json(result) for result in report.results],
    }


def result_json(result: ValidationResult) -> dict[str, object]:
    """Give a result as JSON has it, in the words of the other doors."""
    return {
        "focusNode": result.focus_node,
        "path": result.path,
        "value": None if result.value is None else _plain(result.value),
        "rule": result.rule,
        "ruleName": result.rule_name,
        "component": result.component,
        "severity": result.severity.name,
        "message": result.message,
    }


def json_ld(graph: rdflib.Graph, prefixes: Collection[str] = ("sh", "xsd")) -> str:
    """Write a graph as JSON-LD, with literals as they are."""
    # rdflib with a context makes JSON's own numbers, and so 10 of 010, and an integer of the
    # double 1.0. Without one it keeps what is written; the context is then ours to add.
    nodes = from_rdf(graph)  # type: ignore[no-untyped-call]  # rdflib's own gap
    context = {prefix: PREFIXES[prefix] for prefix in prefixes}
    document = {"@context": context, "@graph": _compact(nodes, context)}
    return json.dumps(document, indent=2, ensure_ascii=False)


def _compact(value: object, context: Mapping[str, str], key: str = "") -> object:
    if isinstance(value, dict):
        return {
            _curie(name, context): _compact(inner, context, name) for name, inner in value.items()
        }
    if isinstance(value, list):
        return [_compact(inner, context, key) for inner in value]
    is_name = isinstance(value, str) and key in ("@id", "@type")
    return _curie(str(value), context) if is_name else value


def _curie(iri: str, context: Mapping[str, str]) -> str:
    for prefix, namespace in context.items():
        if iri.startswith(namespace):
            return f"{prefix}:{iri.removeprefix(namespace)}"
    return iri


def _plain(value: Term) -> str:
    return value.value if isinstance(value, Literal) else value
