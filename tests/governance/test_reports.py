"""A report is the same in every form, and shapes that cannot be judged by give none."""

import json

import pytest
import rdflib
from rdflib import SH

from isogloss.errors import ValidationFailed
from isogloss.governance.reports import ReportFormat, check
from isogloss.governance.rulebook import Rulebook
from isogloss.governance.terms import add_all
from isogloss.governance.validation import read_report
from isogloss.intake.documents import Upload, read_source
from isogloss.model.governance import ValidationReport, ValidationResult
from isogloss.model.rdf import Iri, Triple
from isogloss.store.twin import Twin

EX = "https://mesh.example/shop/"
PREFIXES = f"PREFIX ex: <{EX}>\nPREFIX sh: <{SH}>\nPREFIX xsd: <{rdflib.XSD}>\n"

SHAPES = """
ex:ProductShape a sh:NodeShape ; sh:targetClass ex:Product ;
    sh:property ex:Product-title , ex:Product-price , ex:Product-path .
ex:Product-title a sh:PropertyShape ; sh:path ex:title ; sh:minCount 1 ; sh:severity sh:Warning ;
    sh:name "title"@en ; sh:message "Benenne es."@de , "Give it a title."@en .
ex:Product-price a sh:PropertyShape ; sh:path ex:price ; sh:datatype xsd:decimal .
ex:Product-path a sh:PropertyShape ; sh:path ( ex:offer [ sh:inversePath ex:of ] ) ; sh:minCount 1 ;
    sh:severity ex:Advisory .
"""
DATA = """
ex:umbrella a ex:Product ; ex:title "umbrella" ; ex:price "010"^^xsd:integer , "cheap"@en ;
    ex:offer ex:o . ex:sale ex:of ex:o .
ex:nameless a ex:Product ; ex:price 1.5 .
"""
GOOD = 'ex:umbrella a ex:Product ; ex:title "umbrella" ; ex:offer ex:o . ex:sale ex:of ex:o .'


def triples(turtle: str) -> frozenset[Triple]:
    upload = Upload("document.ttl", (PREFIXES + turtle).encode())
    return read_source([upload], space=EX, graph=Iri(f"{EX}graph/document")).triples


def write(format: ReportFormat, data: str = DATA) -> tuple[ValidationReport, str]:
    return judged(data, SHAPES, format)


def judged(data: str, shapes: str, format: ReportFormat) -> tuple[ValidationReport, str]:
    said = triples(data)
    return check(Twin(said).select, said, triples(shapes), format)


RDF_FORMATS = [ReportFormat.TURTLE, ReportFormat.JSON_LD]
SUFFIXES = {ReportFormat.TURTLE: "ttl", ReportFormat.JSON_LD: "jsonld"}


def read_back(format: ReportFormat, written: str) -> rdflib.Graph:
    """Read a report by intake's parser, which is not the library that wrote it."""
    upload = Upload(f"report.{SUFFIXES[format]}", written.encode())
    graph = rdflib.Graph()
    read = read_source([upload], space=EX, graph=Iri(f"{EX}graph/report")).triples
    add_all(graph, read, blank_nodes=True)
    return graph


@pytest.fixture(scope="module")
def report() -> ValidationReport:
    return write(ReportFormat.TEXT)[0]


def test_the_report_finds_what_is_wrong(report: ValidationReport) -> None:
    found = [
        (r.severity.name, r.focus_node.removeprefix(EX), r.rule.removeprefix(EX))
        for r in report.results
    ]
    assert found == [
        ("VIOLATION", "nameless", "Product-path"),
        ("VIOLATION", "umbrella", "Product-price"),
        ("VIOLATION", "umbrella", "Product-price"),
        ("WARNING", "nameless", "Product-title"),
    ]


@pytest.mark.parametrize("format", ReportFormat)
def test_every_form_comes_with_the_same_report(
    format: ReportFormat, report: ValidationReport
) -> None:
    assert write(format)[0] == report


@pytest.mark.parametrize("format", RDF_FORMATS)
def test_a_report_read_back_has_the_same_results(
    format: ReportFormat, report: ValidationReport
) -> None:
    rulebook = Rulebook({})
    add_all(rulebook.graph, triples(SHAPES), blank_nodes=True)
    assert read_report(read_back(format, write(format)[1]), rulebook) == report


@pytest.mark.parametrize("format", RDF_FORMATS)
@pytest.mark.parametrize(("data", "conforms"), [(DATA, False), (GOOD, True)], ids=["bad", "good"])
def test_a_report_in_rdf_is_one_validation_report(
    format: ReportFormat, data: str, conforms: bool
) -> None:
    report, written = write(format, data)
    graph = read_back(format, written)
    (node,) = graph.subjects(rdflib.RDF.type, SH.ValidationReport)
    assert [str(value) for value in graph.objects(node, SH.conforms)] == [str(conforms).lower()]
    assert len(list(graph.objects(node, SH.result))) == len(report.results)
    for result in graph.objects(node, SH.result):
        for predicate in (SH.focusNode, SH.resultSeverity, SH.sourceConstraintComponent):
            assert len(list(graph.objects(result, predicate))) == 1


def test_json_has_the_same_words_as_the_other_doors(report: ValidationReport) -> None:
    written = json.loads(write(ReportFormat.JSON)[1])
    assert written["conforms"] is False
    assert len(written["results"]) == len(report.results)
    assert written["results"][-1] == {
        "focusNode": f"{EX}nameless",
        "path": f"{EX}title",
        "value": None,
        "rule": f"{EX}Product-title",
        "ruleName": "title",
        "component": f"{SH}MinCountConstraintComponent",
        "severity": "WARNING",
        "message": "Give it a title.",
    }
    assert {result["value"] for result in written["results"]} == {None, "010", "cheap"}


def test_text_is_for_people(report: ValidationReport) -> None:
    written = write(ReportFormat.TEXT)[1]
    assert written.startswith(f"Does not conform: {len(report.results)} result(s).")
    assert "warning: Give it a title." in written
    assert "010" in written
    assert f"title <{EX}Product-title>" in written


def test_good_data_conform_in_every_form() -> None:
    for format in ReportFormat:
        report, written = write(format, GOOD)
        assert report.conforms
        assert report.results == ()
        assert written
    assert write(ReportFormat.TEXT, GOOD)[1] == "Conforms: no rule is broken."
    assert json.loads(write(ReportFormat.JSON, GOOD)[1]) == {
        "conforms": True,
        "engines": {"SPARQL": [f"{EX}ProductShape"], "pySHACL": []},
        "results": [],
    }


def test_details_explain_a_result_and_are_none_themselves() -> None:
    shapes = """ex:S a sh:NodeShape ; sh:targetClass ex:Product ; sh:property ex:S-offer .
        ex:S-offer a sh:PropertyShape ; sh:path ex:offer ; sh:node ex:Priced .
        ex:Priced a sh:NodeShape ; sh:property [ sh:path ex:price ; sh:minCount 1 ] ."""
    report, written = judged(GOOD, shapes, ReportFormat.TURTLE)
    assert [r.component for r in report.results] == [f"{SH}NodeConstraintComponent"]
    graph = rdflib.Graph().parse(data=written, format="turtle")
    (detail,) = graph.objects(None, SH.detail)
    assert graph.value(detail, SH.resultPath) == rdflib.URIRef(f"{EX}price")


def test_a_result_can_be_kept_in_a_set(report: ValidationReport) -> None:
    assert len({*report.results, *write(ReportFormat.JSON)[0].results}) == len(report.results)
    assert all(isinstance(result, ValidationResult) for result in report.results)


@pytest.mark.parametrize("format", ReportFormat)
@pytest.mark.parametrize(
    "shapes",
    [
        pytest.param(
            "ex:S a sh:NodeShape ; sh:targetClass ex:Product ; sh:property ex:S-title . "
            'ex:S-title sh:path ex:title ; sh:pattern "(" .',
            id="regex that does not compile",
        ),
        pytest.param(
            "ex:S a sh:NodeShape ; sh:targetClass ex:Product ; sh:property ex:nowhere .",
            id="property shape that there is not",
        ),
        pytest.param("ex:umbrella a ex:Product .", id="no shape at all"),
        pytest.param("", id="nothing at all"),
    ],
)
def test_broken_shapes_give_no_report_in_any_form(format: ReportFormat, shapes: str) -> None:
    with pytest.raises(ValidationFailed):
        judged(GOOD, shapes, format)


def test_shapes_that_are_no_shapes_are_refused_with_what_to_do() -> None:
    with pytest.raises(ValidationFailed, match=r"hold no SHACL shape.*name files with"):
        judged(GOOD, "ex:a ex:b ex:c .", ReportFormat.TEXT)


def test_a_result_comes_in_each_language_and_with_the_severity_that_the_shape_has() -> None:
    graph = read_back(ReportFormat.TURTLE, write(ReportFormat.TURTLE)[1])
    messages = {str(text): text.language for text in graph.objects(None, SH.resultMessage)}  # type: ignore[attr-defined]
    assert (messages["Benenne es."], messages["Give it a title."]) == ("de", "en")
    assert rdflib.URIRef(f"{EX}Advisory") in set(graph.objects(None, SH.resultSeverity))


def test_a_result_of_sh_node_says_what_the_inner_shape_found() -> None:
    shapes = (
        "ex:S a sh:NodeShape ; sh:targetClass ex:Product ; sh:property ex:S-offer . "
        "ex:S-offer sh:path ex:offer ; sh:node ex:Offer . "
        "ex:Offer a sh:NodeShape ; sh:property ex:Offer-date . "
        "ex:Offer-date sh:path ex:date ; sh:minCount 1 ."
    )
    report, written = judged(GOOD, shapes, ReportFormat.TURTLE)
    graph = read_back(ReportFormat.TURTLE, written)
    ((result, detail),) = graph.subject_objects(SH.detail)
    assert len(report.results) == 1
    assert graph.value(result, SH.sourceShape) == rdflib.URIRef(f"{EX}S-offer")
    assert graph.value(detail, SH.sourceShape) == rdflib.URIRef(f"{EX}Offer-date")
    assert graph.value(detail, SH.focusNode) == rdflib.URIRef(f"{EX}o")


def test_what_does_not_compile_is_judged_by_pyshacl_and_said_to_be() -> None:
    shapes = (
        SHAPES
        + """
ex:Sold a sh:ConstraintComponent ; sh:parameter [ sh:path ex:sold ] ;
    sh:validator [ a sh:SPARQLAskValidator ; sh:ask "ASK { FILTER($value != $sold) }" ] .
ex:Offered a sh:PropertyShape ; sh:targetClass ex:Product ; sh:path ex:offer ; ex:sold ex:o ;
    sh:message "It is sold."@en .
"""
    )
    report, written = judged(DATA, shapes, ReportFormat.JSON)
    assert json.loads(written)["engines"] == {
        "SPARQL": [f"{EX}ProductShape"],
        "pySHACL": [f"{EX}Offered"],
    }
    found = {result.rule.removeprefix(EX): result.message for result in report.results}
    assert found["Offered"] == "It is sold."
    assert found["Product-title"] == "Give it a title."
    text = judged(DATA, shapes, ReportFormat.TEXT)[1]
    assert text.endswith(f"Judged by pySHACL: <{EX}Offered>")
    # Alone, too, it makes the report not conform.
    assert not judged(GOOD, shapes, ReportFormat.TURTLE)[0].conforms


def test_a_blank_node_is_judged_and_reported_as_one() -> None:
    shapes = "ex:S a sh:NodeShape ; sh:targetClass ex:Product ; sh:nodeKind sh:IRI ."
    # As `validate` reads documents: into a space that ends otherwise than with a slash.
    upload = Upload(
        "document.ttl", f"{PREFIXES} [] a ex:Product . ex:named a ex:Product .".encode()
    )
    said = read_source([upload], space="urn:isogloss:", graph=Iri("urn:isogloss:document")).triples
    report, written = check(Twin(said).select, said, triples(shapes), ReportFormat.TURTLE)
    assert len(report.results) == 1
    (focus,) = rdflib.Graph().parse(data=written, format="turtle").objects(None, SH.focusNode)
    assert isinstance(focus, rdflib.BNode)
