"""Write what the rules of a mesh say of it or of documents, for people and for programs."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC

import rdflib
from rdflib import RDF, SH

from isogloss.governance.reports import ReportFormat, json_ld, result_json, result_text
from isogloss.governance.result_graph import add_result
from isogloss.governance.turtle import to_turtle
from isogloss.model.governance import Severity, ValidationReport, ValidationResult
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
    return _rdf(verdict.report, not verdict.refused, format)


def write_report(report: ValidationReport, format: ReportFormat) -> str:
    """Write what the rules say of the mesh; Turtle and JSON-LD are as those of a verdict."""
    if format is ReportFormat.TEXT:
        return "\n".join(_standing_text(report))
    conforms = not report.violations
    if format is not ReportFormat.JSON:
        return _rdf(report, conforms, format)
    said: dict[str, object] = {
        "conforms": report.conforms,
        "effectiveConforms": conforms,
        "ruleSets": list(report.rule_sets),
        "unjudged": list(report.unjudged),
        "results": [_result_json(result) for result in report.results],
    }
    return json.dumps(said, indent=2, ensure_ascii=False)


def _standing_text(report: ValidationReport) -> Iterator[str]:
    results = report.results
    waived = sum(result.waived for result in results)
    yield (
        f"{len(report.violations)} violation(s), {waived} waived, "
        f"{len(results) - len(report.violations) - waived} warning(s) and remark(s)."
    )
    for id in report.rule_sets:
        yield f"Judged by <{id}>"
    for id in report.unjudged:
        yield f"Not judged, for its rules could not be run: <{id}>"
    for result in results:
        yield ""
        first, *rest = result_text(result)
        yield f"{first} [waived]" if result.waived else first
        yield from rest
        yield f"  by          <{result.rule_set}>"
        if result.waiver is not None:
            yield _waiver(result)


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
            yield _waiver(result)


def _waiver(result: ValidationResult) -> str:
    holds = "" if result.waived else ", which does not hold"
    return f"  waiver      <{result.waiver}>{holds}"


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
            {**_result_json(result), "blocks": result in refused}
            for result in verdict.report.results
        ],
    }


def _result_json(result: ValidationResult) -> dict[str, object]:
    return {
        **result_json(result),
        "ruleSet": result.rule_set,
        "owner": result.owner,
        "waiver": result.waiver,
        "waived": result.waived,
    }


def _rdf(found: ValidationReport, effectively: bool, format: ReportFormat) -> str:
    graph = rdflib.Graph(bind_namespaces="none")
    report = rdflib.BNode()
    graph.add((report, RDF.type, SH.ValidationReport))
    graph.add((report, SH.conforms, rdflib.Literal(found.conforms)))
    effective = rdflib.URIRef(MESH.effectiveConforms)
    graph.add((report, effective, rdflib.Literal(effectively)))
    for id in found.rule_sets:
        graph.add((report, rdflib.URIRef(MESH.ruleSetVersion), rdflib.URIRef(id)))
    for result in found.results:
        graph.add((report, SH.result, add_result(graph, result)))
    if format is ReportFormat.JSON_LD:
        return json_ld(graph, ("mesh", "sh", "xsd"))
    return to_turtle(graph).rstrip()
