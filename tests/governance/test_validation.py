"""Data are judged by what the rules say, and a failure never passes for a verdict."""

import contextlib
import logging
import logging.config
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import rdflib

from isogloss import resources
from isogloss.errors import ValidationFailed
from isogloss.governance.rulebook import Rulebook
from isogloss.governance.validation import axioms
from isogloss.intake.documents import Upload, read_source
from isogloss.model.governance import Severity, ValidationReport
from isogloss.model.rdf import Iri, Literal, Triple, text
from isogloss.vocab import DCAT, DCTERMS, MESH, OWL, PROV, RDF, RDFS, RULE, SH, SKOS, SSSOM, XSD
from tests.judging import Judge, judge_of_a_mesh, pyshacl

EX = "https://mesh.example/shop/"
PREFIXES = f"""
PREFIX ex: <{EX}>
PREFIX rdfs: <{RDFS.iri}>
PREFIX sh: <{SH.iri}>
PREFIX xsd: <{XSD.iri}>
"""


def ex(name: str) -> Iri:
    return Iri(EX + name)


def data(turtle: str) -> frozenset[Triple]:
    upload = Upload("data.ttl", (PREFIXES + turtle).encode())
    return read_source([upload], space=EX, graph=Iri(f"{EX}graph/data")).triples


def judge(shapes: str, turtle: str) -> ValidationReport:
    return pyshacl(Rulebook({"shapes.ttl": PREFIXES + shapes}))(data(turtle))


def property_shape(constraints: str) -> str:
    return f"""ex:S a sh:NodeShape ; sh:targetClass ex:T ; sh:property ex:S-p .
        ex:S-p a sh:PropertyShape ; sh:path ex:p ; {constraints} ."""


def node_shape(constraints: str) -> str:
    return f"ex:S a sh:NodeShape ; sh:targetClass ex:T ; {constraints} ."


@pytest.fixture(scope="module")
def global_rules() -> Rulebook:
    return Rulebook(resources.texts("shapes", ".ttl"))


@pytest.fixture(scope="module")
def by_global_rules(global_rules: Rulebook) -> Judge:
    return judge_of_a_mesh(global_rules, axioms(resources.texts("ontology", ".ttl")))


# ---- what a report says


def test_a_result_says_all_that_one_must_know() -> None:
    shapes = property_shape('sh:datatype xsd:date ; sh:name "day"@en ; sh:message "Say a day."@en')
    (result,) = judge(shapes, 'ex:a a ex:T ; ex:p "soon" .').results
    assert result.focus_node == ex("a")
    assert result.rule == ex("S-p")
    assert result.path == ex("p")
    assert result.value == Literal("soon")
    assert result.component == Iri(f"{SH.iri}DatatypeConstraintComponent")
    assert result.severity is Severity.VIOLATION
    assert (result.rule_name, result.message) == ("day", "Say a day.")


def test_the_values_of_a_result_are_plain() -> None:
    shapes = property_shape("sh:maxCount 0 ; sh:in ( )")
    values = {r.value for r in judge(shapes, 'ex:a a ex:T ; ex:p ex:b , "x"@en , 7 .').results}
    assert values == {None, ex("b"), text("x", "en"), Literal("7", XSD.integer)}


@pytest.mark.parametrize(
    ("written", "datatype"),
    [("01", "integer"), ("INF", "double"), ("TRUE", "boolean"), ("0.950", "decimal")],
)
def test_a_value_is_quoted_as_it_was_written(written: str, datatype: str) -> None:
    shapes = property_shape("sh:nodeKind sh:IRI")
    (result,) = judge(shapes, f'ex:a a ex:T ; ex:p "{written}"^^xsd:{datatype} .').results
    assert result.value == Literal(written, Iri(XSD.iri + datatype))


def test_results_come_worst_first_then_by_focus_node_and_rule() -> None:
    shapes = """ex:S a sh:NodeShape ; sh:targetClass ex:T ; sh:property ex:A , ex:B , ex:C .
        ex:A a sh:PropertyShape ; sh:path ex:p ; sh:minCount 1 ; sh:severity sh:Info .
        ex:B a sh:PropertyShape ; sh:path ex:p ; sh:minCount 1 ; sh:severity sh:Violation .
        ex:C a sh:PropertyShape ; sh:path ex:p ; sh:minCount 1 ; sh:severity sh:Warning ."""
    report = judge(shapes, "ex:b a ex:T . ex:a a ex:T .")
    found = [(r.rule.removeprefix(EX), r.focus_node.removeprefix(EX)) for r in report.results]
    assert found == [(rule, node) for rule in "BCA" for node in "ab"]


def test_the_same_result_is_told_once() -> None:
    # A focus node that two targets name is judged twice.
    shapes = property_shape("sh:minCount 1").replace("ex:T ;", "ex:T , ex:U ;", 1)
    assert len(judge(shapes, "ex:a a ex:T , ex:U .").results) == 1


def test_an_info_is_enough_not_to_conform() -> None:
    report = judge(property_shape("sh:minCount 1 ; sh:severity sh:Info"), "ex:a a ex:T .")
    assert not report.conforms
    assert report.violations == ()


def test_a_severity_of_ones_own_counts_as_a_violation() -> None:
    report = judge(property_shape("sh:minCount 1 ; sh:severity ex:Advisory"), "ex:a a ex:T .")
    assert [r.severity for r in report.results] == [Severity.VIOLATION]


@pytest.mark.parametrize(
    ("messages", "shown"),
    [
        ('"Benenne es!"@de , "A title."@en', "A title."),
        ('"Benenne es!"@de , "A title."', "A title."),
        ('"Benenne es!"@de , "Title it."@en-GB', "Title it."),
        ('"Un titre!"@fr , "Benenne es!"@de', "Benenne es!"),
    ],
)
def test_english_is_shown_first_of_several_messages(messages: str, shown: str) -> None:
    (result,) = judge(
        property_shape(f"sh:minCount 1 ; sh:message {messages}"), "ex:a a ex:T ."
    ).results
    assert result.message == shown


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("ex:p", f"{EX}p"),
        ("( ex:p ex:q )", f"(<{EX}p>/<{EX}q>)"),
        ("[ sh:inversePath ex:p ]", f"^<{EX}p>"),
        ("[ sh:alternativePath ( ex:p ex:q ) ]", f"(<{EX}p>|<{EX}q>)"),
        ("[ sh:zeroOrMorePath ex:p ]", f"<{EX}p>*"),
        ("[ sh:oneOrMorePath [ sh:inversePath ex:p ] ]", f"^<{EX}p>+"),
        ("( ex:p [ sh:zeroOrOnePath ex:q ] )", f"(<{EX}p>/<{EX}q>?)"),
    ],
)
def test_a_path_is_written_as_in_sparql(path: str, shown: str) -> None:
    shapes = node_shape(f"sh:property [ sh:path {path} ; sh:minCount 9 ]")
    (result,) = judge(shapes, "ex:a a ex:T .").results
    assert result.path == shown


def test_a_node_constraint_has_no_path() -> None:
    (result,) = judge(node_shape('sh:pattern "^urn:"'), "ex:a a ex:T .").results
    assert (result.path, result.value) == (None, ex("a"))


# ---- how data and shapes meet


@pytest.mark.parametrize("constraint", ["sh:in ( {} )", "sh:hasValue {}"])
@pytest.mark.parametrize("in_shapes", ['"x"', '"x"^^xsd:string'])
@pytest.mark.parametrize("in_data", ['"x"', '"x"^^xsd:string'])
def test_a_string_is_the_same_with_and_without_its_datatype(
    constraint: str, in_shapes: str, in_data: str
) -> None:
    shapes = property_shape(constraint.format(in_shapes))
    assert judge(shapes, f"ex:a a ex:T ; ex:p {in_data} .").conforms


def test_a_query_finds_the_strings_that_it_names() -> None:
    select = f'"""SELECT $this WHERE {{ $this <{EX}p> "x" }}"""'
    assert not judge(
        node_shape(f"sh:sparql [ sh:select {select} ]"), 'ex:a a ex:T ; ex:p "x" .'
    ).conforms


def test_a_subclass_is_known_from_the_ontology_alone() -> None:
    ontology = {"o.ttl": PREFIXES + "ex:Robot rdfs:subClassOf ex:Agent ."}
    rulebook = Rulebook({"s.ttl": PREFIXES + property_shape("sh:class ex:Agent")})
    robot = data("ex:a a ex:T ; ex:p ex:r . ex:r a ex:Robot .")
    assert not judge_of_a_mesh(rulebook)(robot).conforms
    assert judge_of_a_mesh(rulebook, axioms(ontology))(robot).conforms


def test_nothing_is_inferred_from_domains_and_ranges() -> None:
    # rdfs:range would make sh:class true of anything.
    ontology = {"o.ttl": PREFIXES + "ex:p rdfs:range ex:Agent ."}
    rulebook = Rulebook({"s.ttl": PREFIXES + property_shape("sh:class ex:Agent")})
    report = judge_of_a_mesh(rulebook, axioms(ontology))(data("ex:a a ex:T ; ex:p ex:r ."))
    assert not report.conforms


def test_data_cannot_switch_a_rule_off(by_global_rules: Judge) -> None:
    turtle = f"""ex:d a <{DCAT.Dataset}> .
        <{RULE.iri}Dataset-title> sh:deactivated true ; sh:minCount 0 .
        <{RULE.iri}DatasetShape> sh:deactivated true .
        ex:graph sh:shapesGraph ex:none ."""
    rules = {r.rule for r in by_global_rules(data(turtle)).violations}
    assert rules == {f"{RULE.iri}Dataset-title"}


def test_a_judge_can_be_asked_again(by_global_rules: Judge) -> None:
    untitled = {Triple(ex("d"), RDF.type, DCAT.Dataset)}
    titled = untitled | {Triple(ex("d"), DCTERMS.title, Literal("d"))}
    first = by_global_rules(untitled)
    assert by_global_rules(titled).violations == ()
    assert by_global_rules(untitled) == first


def test_the_order_of_triples_does_not_matter(by_global_rules: Judge) -> None:
    triples = sorted(data(f'ex:d a <{DCAT.Dataset}> . ex:t a <{SKOS.Concept}> . ex:d ex:p "x" .'))
    expected = by_global_rules(triples)
    assert by_global_rules(triples[::-1]) == expected
    assert by_global_rules(frozenset(triples)) == expected


def test_validating_leaves_the_process_as_it_was(global_rules: Rulebook) -> None:
    before = rdflib.NORMALIZE_LITERALS
    pyshacl(global_rules)(())
    with pytest.raises(ValidationFailed):
        judge(property_shape('sh:pattern "("'), 'ex:a a ex:T ; ex:p "x" .')
    assert rdflib.NORMALIZE_LITERALS is before


def test_threads_may_validate_at_once(global_rules: Rulebook) -> None:
    by_pyshacl = pyshacl(global_rules)
    untitled = {Triple(ex("d"), RDF.type, DCAT.Dataset)}
    expected = by_pyshacl(untitled)
    reports: list[ValidationReport] = []
    threads = [
        threading.Thread(target=lambda: reports.append(by_pyshacl(untitled))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert reports == [expected] * 4


# ---- failures, which are never verdicts


@pytest.mark.parametrize(
    "shapes",
    [
        pytest.param(property_shape('sh:pattern "("'), id="regex that does not compile"),
        pytest.param(property_shape("sh:path ex:q ; sh:minCount 1"), id="two paths"),
        pytest.param(property_shape('sh:minCount "one"'), id="count that is no number"),
        pytest.param(
            node_shape("sh:property ex:nowhere"),
            id="property shape that there is not",
        ),
        pytest.param(
            node_shape("sh:property [ sh:minCount 1 ]"),
            id="property shape without a path",
        ),
        pytest.param(
            node_shape("sh:property [ sh:path ex:self ; sh:node ex:S ]"),
            id="shape that refers to itself",
        ),
        pytest.param(
            node_shape('sh:sparql [ sh:select "SELECT nothing" ]'),
            id="query that is none",
        ),
        pytest.param(
            node_shape('sh:sparql [ sh:select "SELECT $this WHERE { $this no:where ?x }" ]'),
            id="query with an undeclared prefix",
        ),
    ],
)
def test_rules_that_cannot_be_evaluated_are_a_failure(shapes: str) -> None:
    with pytest.raises(ValidationFailed, match="could not be evaluated"):
        judge(shapes, 'ex:a a ex:T ; ex:p "x" ; ex:self ex:a .')


@pytest.mark.parametrize("word", ["entailment", "expression", "js", "rule", "target"])
def test_what_is_not_evaluated_is_refused_and_not_passed_over(word: str) -> None:
    with pytest.raises(ValidationFailed, match=f"sh:{word}, which is not evaluated"):
        judge(node_shape(f"sh:{word} ex:x"), "ex:a a ex:T .")


def test_a_file_that_is_no_turtle_is_named() -> None:
    with pytest.raises(ValidationFailed, match=r"broken\.ttl"):
        Rulebook({"broken.ttl": "this is no Turtle"})
    with pytest.raises(ValidationFailed, match=r"broken\.ttl"):
        axioms({"broken.ttl": "neither is this"})


def test_a_failure_is_said_once_and_not_on_stderr(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    # As any server does at its start.
    logging.config.dictConfig({"version": 1, "disable_existing_loggers": False})
    with caplog.at_level(logging.DEBUG), pytest.raises(ValidationFailed):
        judge(property_shape('sh:minCount "one"'), 'ex:a a ex:T ; ex:p "x"^^xsd:integer .')
    assert (capfd.readouterr().err, caplog.messages) == ("", [])


def test_a_confidence_that_is_no_number_breaks_its_rule_and_nothing_else_fails(
    by_global_rules: Judge,
) -> None:
    mapping = {
        Triple(ex("set"), SSSOM.mappings, ex("m")),
        Triple(ex("m"), SSSOM.confidence, Literal("NaN", XSD.double)),
    }
    broken = {result.rule for result in by_global_rules(mapping).results}
    assert f"{RULE.iri}Mapping-confidence" in broken


# ---- nothing is fetched


@pytest.fixture
def visited() -> Iterator[tuple[str, list[str]]]:
    """Give the address of a server, and the paths that somebody asked it for."""
    paths: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_error(404)

        do_POST = do_GET  # noqa: N815  # the name is the standard library's

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    # It looks this often whether it shall stop.
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", paths
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    "query",
    [
        "SELECT $this FROM <{url}/from> WHERE {{ $this ?p ?o }}",
        "SELECT $this FROM NAMED <{url}/named> WHERE {{ GRAPH ?g {{ $this ?p ?o }} }}",
        "SELECT $this WHERE {{ SERVICE <{url}/service> {{ $this ?p ?o }} }}",
    ],
)
def test_a_query_of_a_rule_fetches_nothing(query: str, visited: tuple[str, list[str]]) -> None:
    url, paths = visited
    select = query.format(url=url)
    # Refusing the query is as good; only a visit would be wrong.
    with contextlib.suppress(ValidationFailed):
        judge(node_shape(f'sh:sparql [ sh:select "{select}" ]'), "ex:a a ex:T .")
    assert paths == []


def test_an_import_is_not_followed(visited: tuple[str, list[str]]) -> None:
    url, paths = visited
    imports = f"ex:o a <{OWL.Ontology}> ; <{OWL.imports}> <{url}/import> ."
    report = judge(property_shape("sh:minCount 1") + imports, f"ex:a a ex:T . {imports}")
    assert not report.conforms
    assert paths == []


# ---- the global rules, where a case in tests/shapes cannot tell


def test_what_a_tool_reports_breaks_nothing_but_documentation(by_global_rules: Judge) -> None:
    turtle = f"""ex:in a <{DCAT.Dataset}> ; <{DCTERMS.title}> "in" .
        ex:out a <{DCAT.Dataset}> ; <{DCTERMS.title}> "out" ; <{PROV.wasDerivedFrom}> ex:in .
        ex:in-c a <{MESH.Field}> ; <{MESH.fieldOf}> ex:in ; <{MESH.fieldPath}> "c" .
        ex:out-c a <{MESH.Field}> ; <{MESH.fieldOf}> ex:out ; <{MESH.fieldPath}> "c" ;
            <{PROV.wasDerivedFrom}> ex:in-c ."""
    report = by_global_rules(data(turtle))
    assert {result.severity for result in report.results} == {Severity.INFO}


def test_the_ontology_itself_breaks_no_rule(by_global_rules: Judge) -> None:
    assert by_global_rules(()).conforms
