"""A verdict says of each result by which version it is, and whether it counts."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import rdflib
from rdflib import SH

from isogloss.governance.reports import ReportFormat
from isogloss.governance.verdicts import write_verdict
from isogloss.model.governance import Severity, ValidationReport, ValidationResult
from isogloss.model.rdf import Iri, Literal
from isogloss.model.rule_export import ExportedDomain, ExportedVersion, Verdict
from isogloss.vocab import MESH, XSD

NOW = datetime(2026, 11, 21, tzinfo=UTC)
SALES = ExportedDomain(Iri("urn:sales"), "sales", "urn:sales/")
VERSION = ExportedVersion(
    Iri("urn:set/1"), "set", 1, Iri("urn:gov"), True, "", (), NOW, NOW + timedelta(days=1), ""
)
BLOCKS = ValidationResult(
    focus_node=Iri("urn:sales/x"),
    rule=Iri("urn:rule"),
    path="(<urn:p>/^<urn:q>)",
    value=Literal("1.50E0", XSD.double),
    component=Iri(f"{SH}DatatypeConstraintComponent"),
    severity=Severity.VIOLATION,
    rule_name="rule",
    message="Mend it.",
    rule_set=VERSION.id,
)
WAIVED = replace(BLOCKS, focus_node=Iri("urn:sales/y"), waiver=Iri("urn:waiver"), waived=True)
LAPSED = replace(WAIVED, focus_node=Iri("urn:sales/z"), waived=False)
REMARK = replace(BLOCKS, focus_node=Iri("urn:sales/w"), owner=Iri("urn:other"))
WARNING = replace(BLOCKS, focus_node=Iri("urn:sales/v"), severity=Severity.WARNING)


def verdict(*results: ValidationResult, refused: tuple[ValidationResult, ...] = ()) -> Verdict:
    return Verdict(
        ValidationReport(results, (VERSION.id,), (Iri("urn:bad"),)),
        refused,
        (VERSION,),
        (SALES,),
        (Iri("urn:elsewhere"),),
        7,
        NOW,
        NOW,
    )


EVERY = verdict(BLOCKS, LAPSED, REMARK, WAIVED, WARNING, refused=(BLOCKS, LAPSED))
CALM = verdict(REMARK, WAIVED, WARNING)


def test_text_says_of_each_whether_it_counts() -> None:
    text = write_verdict(EVERY, ReportFormat.TEXT)
    assert text.startswith(
        "Would be refused: 2 of 5 result(s) stand in the way.\n"
        "Judged by set 1 in grace, as of commit 7 (2026-11-21 00:00 UTC), as documents of sales.\n"
        "Not judged, for its rules could not be run: <urn:bad>\n"
        "Not judged, for the mesh describes them elsewhere: 1 node(s) such as <urn:elsewhere>.\n"
    )
    assert "\nviolation: Mend it. [a remark, by another domain's rule]\n" in text
    assert "\nviolation: Mend it. [waived]\n" in text
    assert text.count("\nviolation: Mend it.\n") == 2
    assert "\nwarning: Mend it.\n" in text
    assert "  waiver      <urn:waiver>, which does not hold\n" in text
    assert write_verdict(CALM, ReportFormat.TEXT).startswith(
        "Nothing would be refused, though 3 result(s) are here: 1 a remark, by another domain's "
        "rule, 1 waived, 1 warning.\n"
    )


def test_json_says_it_to_programs() -> None:
    found = json.loads(write_verdict(EVERY, ReportFormat.JSON))
    assert (found["conforms"], found["effectiveConforms"], found["sequence"]) == (False, False, 7)
    assert found["ruleSets"][0]["grace"] is True
    assert [(r["blocks"], r["waived"], r["waiver"]) for r in found["results"]] == [
        (True, False, None),
        (True, False, "urn:waiver"),
        (False, False, None),
        (False, True, "urn:waiver"),
        (False, False, None),
    ]
    assert {r["ruleSet"] for r in found["results"]} == {VERSION.id}


def test_turtle_has_the_version_and_the_waiver_of_each_result() -> None:
    for given, effective in ((EVERY, "false"), (CALM, "true")):
        graph = rdflib.Graph().parse(data=write_verdict(given, ReportFormat.TURTLE))
        (report,) = graph.subjects(rdflib.RDF.type, SH.ValidationReport)
        assert str(graph.value(report, SH.conforms)) == "false"
        assert str(graph.value(report, rdflib.URIRef(MESH.effectiveConforms))) == effective
        results = list(graph.objects(report, SH.result))
        assert len(results) == len(given.report.results)
        for node in results:
            version = graph.value(node, rdflib.URIRef(MESH.ruleSetVersion))
            assert version == rdflib.URIRef(VERSION.id)
        waived = graph.subjects(rdflib.URIRef(MESH.waivedBy), rdflib.URIRef("urn:waiver"))
        assert [str(graph.value(node, SH.focusNode)) for node in waived] == [WAIVED.focus_node]
    assert '"1.50E0"^^xsd:double' in write_verdict(EVERY, ReportFormat.TURTLE)
