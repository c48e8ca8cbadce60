"""Write what the rules of a mesh say of documents, for people and for programs."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC

import rdflib
from rdflib import RDF, SH

from isogloss.governance.reports import ReportFormat, json_ld, result_json, result_text
from isogloss.governance.result_graph import add_result
from isogloss.governance.turtle import to_turtle
from isogloss.model.governance import Severity, ValidationResult
from isogloss.model.rule_export import ExportedVersion, Verdict
from isogloss.vocab import MESH


def write_verdict(verdict: Verdict, format: ReportFormat) -> str:
    """Write a verdict; Turtle and JSON-LD are the sh:ValidationReport.

    Writes:
        [] a sh:ValidationReport ;
            sh:conforms false ; mesh:effectiveConforms true ; mesh:ruleSetVersion <version> ;
            sh:result [ a sh:ValidationResult ; …; mesh:waivedBy <waiver> ] .
    """
    if format is ReportFormat.TEXT:
        return "\n".join(_text(verdict))
    if format is ReportFormat.JSON:
        return json.dumps(_json(verdict), indent=2, ensure_ascii=False)
    graph = _graph(verdict)
    if format is ReportFormat.JSON_LD:
        return json_ld(graph, ("mesh", "sh", "xsd"))
    return to_turtle(graph).rstrip()


def _text(verdict: Verdict) -> Iterator[str]:
    results, refused = verdict.report.results, set(verdict.refused)
    if refused:
        yield f"Would be refused: {len(refused)} of {len(results)} result(s) stand in the way."
    elif results:
        counts = Counter(_standing(verdict, result) for result in results)
        parts = ", ".join(f"{count} {word}" for word, count in counts.items())
        yield f"Nothing would be refused, though {len(results)} result(s) are here: {parts}."
    else:
        yield "Conforms: no rule is broken."
    yield _judged_by(verdict)
    for id in verdict.report.unjudged:
        yield f"Not judged, for its rules could not be run: <{id}>"
    if verdict.elsewhere:
        yield (
            f"Not judged, for the mesh describes them elsewhere: {len(verdict.elsewhere)} node(s) "
            f"such as <{verdict.elsewhere[0]}>."
        )
    for result in results:
        first, *rest = result_text(result)
        yield ""
        standing = _standing(verdict, result)
        yield first if first.startswith(standing) else f"{first} [{standing}]"
        yield from rest
        yield f"  by          <{result.rule_set}>"
        if result.waiver is not None:
            holds = "" if result.waived else ", which does not hold"
            yield f"  waiver      <{result.waiver}>{holds}"


def _standing(verdict: Verdict, result: ValidationResult) -> str:
    """Say how a result counts."""
    if result.waived:
        return "waived"
    if result.severity is not Severity.VIOLATION:
        return result.severity.name.lower()
    return "violation" if result in verdict.refused else "a remark, by another domain's rule"


def _judged_by(verdict: Verdict) -> str:
    names = ", ".join(_name(verdict, version) for version in verdict.versions)
    if verdict.sequence is None:
        return f"Judged by {names}, without a mesh: nothing is known of what is only referred to."
    whose = " and ".join(domain.name for domain in verdict.domains) or "nobody"
    return (
        f"Judged by {names}, as of commit {verdict.sequence} "
        f"({verdict.exported.astimezone(UTC):%F %R} UTC), "
        f"as documents of {whose}."
    )


def _name(verdict: Verdict, version: ExportedVersion) -> str:
    grace = " in grace" if version.is_in_grace(verdict.at) else ""
    return f"{version.name} {version.number}{grace}" if version.number else f"{version.name}{grace}"


def _json(verdict: Verdict) -> dict[str, object]:
    refused = set(verdict.refused)
    return {
        "conforms": verdict.report.conforms,
        "effectiveConforms": not verdict.refused,
        "sequence": verdict.sequence,
        "exported": verdict.exported.isoformat(),
        "domains": [domain.name for domain in verdict.domains],
        "ruleSets": [
            {
                "id": version.id,
                "name": version.name,
                "number": version.number,
                "owner": None if version.binds_all else version.owner,
                "grace": version.is_in_grace(verdict.at),
            }
            for version in verdict.versions
        ],
        "unjudged": list(verdict.report.unjudged),
        "elsewhere": list(verdict.elsewhere),
        "results": [
            {
                **result_json(result),
                "ruleSet": result.rule_set,
                "owner": result.owner,
                "waiver": result.waiver,
                "waived": result.waived,
                "blocks": result in refused,
            }
            for result in verdict.report.results
        ],
    }


def _graph(verdict: Verdict) -> rdflib.Graph:
    graph = rdflib.Graph(bind_namespaces="none")
    report = rdflib.BNode()
    graph.add((report, RDF.type, SH.ValidationReport))
    graph.add((report, SH.conforms, rdflib.Literal(verdict.report.conforms)))
    effective = rdflib.URIRef(MESH.effectiveConforms)
    graph.add((report, effective, rdflib.Literal(not verdict.refused)))
    for id in verdict.report.rule_sets:
        graph.add((report, rdflib.URIRef(MESH.ruleSetVersion), rdflib.URIRef(id)))
    for result in verdict.report.results:
        graph.add((report, SH.result, add_result(graph, result)))
    return graph
