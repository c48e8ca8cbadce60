"""A query in a rule reads the mesh, for $this, and does nothing else."""

import pytest

from isogloss.governance.admission.queries import refusals
from isogloss.governance.admission.words import vocabularies
from tests.governance.admission.rule_sets import ONTOLOGY, codes, linted, query, rule

KNOWN = vocabularies(ONTOLOGY)
PREFIX = "PREFIX dcterms: <http://purl.org/dc/terms/> PREFIX ex: <https://mesh.example/sales/> "


def refused(select: str, *, has_path: bool = True) -> dict[str, str]:
    found = refusals(
        PREFIX + select, {"dcat": "http://www.w3.org/ns/dcat#"}, KNOWN, has_path=has_path
    )
    return {refusal.code: refusal.message for refusal in found}


@pytest.mark.parametrize(
    "select",
    [
        "SELECT $this WHERE { $this dcterms:title ?t }",
        "SELECT ?this ?value { ?this $PATH ?value FILTER(STRLEN(STR(?value)) < 3) }",
        "SELECT DISTINCT $this (COUNT(?t) AS ?n) { $this dcterms:title ?t } GROUP BY $this "
        "HAVING (COUNT(?t) > 1)",
        "SELECT $this ?x { $this dcterms:isPartOf*/^dcterms:source+ ?x }",
        "SELECT $this { $this dcat:keyword ?k FILTER NOT EXISTS { $this dcterms:title ?t } }",
        "SELECT $this { { SELECT $this (COUNT(?t) AS ?n) { $this dcterms:title ?t } "
        "GROUP BY $this } FILTER(?n > 1) }",
        "SELECT $this { $this dcterms:title ?t . BIND(STRLEN(?t) AS ?n) OPTIONAL { $this ex:p ?x } "
        "FILTER(?n > 3 || ?x IN (1, 2)) } # SERVICE FROM MINUS",
        'SELECT $this { $this dcterms:title "SERVICE <urn:x> { ((((( " }',
        'SELECT $this { $this dcterms:title ?t FILTER(REGEX(?t, "^[a-z]+$", "i")) }',
        "PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> SELECT $this { $this ex:p ?v "
        "FILTER(xsd:integer(?v) > 3) }",
    ],
)
def test_a_query_that_reads_what_is_wrong_is_let_through(select: str) -> None:
    assert refused(select) == {}


@pytest.mark.parametrize(
    ("select", "code", "fix"),
    [
        ("SELECT $this { SERVICE <https://evil.example/> { $this ?p ?o } }", "SERVICE", "take it"),
        ("SELECT $this { SERVICE SILENT ?s { $this ?p ?o } }", "SERVICE", "take it"),
        (
            "SELECT $this { $this ?p ?o FILTER EXISTS { SERVICE <urn:x> { ?s ?p ?o } } }",
            "SERVICE",
            "take it",
        ),
        (
            "SELECT $this { { SELECT $this { OPTIONAL { SERVICE <urn:x> { ?s ?p ?o } } } } }",
            "SERVICE",
            "take it",
        ),
        ("SELECT $this FROM <https://evil.example/x> { $this ?p ?o }", "FROM", "take it"),
        ("SELECT $this FROM NAMED <urn:x> { $this ?p ?o }", "FROM", "take it"),
        ("SELECT $this { GRAPH ?g { $this ?p ?o } }", "GRAPH", "without it"),
        ("SELECT $this { $this ?p ?o MINUS { $this ex:p 1 } }", "MINUS", "NOT EXISTS"),
        ("SELECT $this { $this ?p ?o VALUES ?o { 1 } }", "VALUES", "IN"),
        ("SELECT $this { $this ?p ?o } VALUES ?o { 1 }", "VALUES", "IN"),
        ("SELECT $this { $this ?p ?o } LIMIT 1", "LIMIT", "take it out"),
        ("SELECT $this { $this ?p ?o } OFFSET 1", "LIMIT", "take it out"),
        ("ASK { $this ?p ?o }", "NO_SELECT", "write a SELECT"),
        ("CONSTRUCT { $this ex:p 1 } WHERE { $this ?p ?o }", "NO_SELECT", "write a SELECT"),
        ("DESCRIBE $this { $this ?p ?o }", "NO_SELECT", "write a SELECT"),
        ("LOAD <https://evil.example/x>", "NO_SELECT", "write a SELECT"),
        ("DELETE WHERE { ?s ?p ?o }", "NO_SELECT", "write a SELECT"),
        ("SELECT $this { $this ?p ?o ", "NO_QUERY", "mend it"),
        ("SELECT * { $this ex:p ?x }", "THIS_NOT_SELECTED", "name it after SELECT"),
        ("SELECT ?x { $this ex:p ?x }", "THIS_NOT_SELECTED", "name it after SELECT"),
        (
            "SELECT $this { $this ex:p ?x { SELECT ?x { $this ex:q ?x } } }",
            "THIS_NOT_SELECTED",
            "name it after SELECT",
        ),
        ("SELECT (?x AS ?this) { ?x ?p ?o }", "ASSIGNED", "otherwise"),
        ("SELECT $this { ?x ?p ?o BIND(?x AS ?this) }", "ASSIGNED", "otherwise"),
        ("SELECT $this { ?x ?p ?o } GROUP BY (?x AS ?this)", "ASSIGNED", "otherwise"),
        ("SELECT $this { ?x ?p ?o BIND(1 AS ?PATH) }", "ASSIGNED", "otherwise"),
        ("SELECT $this (?x AS ?shapesGraph) { $this ?p ?x }", "ASSIGNED", "otherwise"),
        ("SELECT $this { $this ?p $shapesGraph }", "NOT_BOUND", "do without"),
        ("SELECT $this { $this ?p $currentShape }", "NOT_BOUND", "do without"),
        ("SELECT $this { $this foaf:name ?n }", "UNDECLARED_PREFIX", "write PREFIX foaf:"),
        ("SELECT $this { $this :name ?n }", "UNDECLARED_PREFIX", "write PREFIX"),
        (
            "SELECT $this { $this ?p ?o FILTER(?o = '1'^^xsd:integer) }",
            "UNDECLARED_PREFIX",
            "write PREFIX xsd:",
        ),
        ("SELECT $this { $this ?p ?o FILTER(ex:hash(?o) = 1) }", "FUNCTION", "SPARQL's own"),
        ("SELECT $this { $this ex:p $PATH }", "PATH", "predicate"),
        ("SELECT $this { $this $PATH ?v FILTER(?PATH = ex:p) }", "PATH", "predicate"),
        ("SELECT $this { $this dcterms:titled ?t }", "UNKNOWN_TERM", "dcterms:title?"),
        (
            "SELECT $this { $this dcterms:isPartOf/dcat:datset* ?t }",
            "UNKNOWN_TERM",
            "dcat:dataset?",
        ),
        ("SELECT $this { $this <title> ?t }", "NO_IRI", "absolute IRI"),
        (
            'SELECT $this { $this ex:p ?t FILTER(REGEX(?t, "^(?!x)")) }',
            "BAD_PATTERN",
            "sh:not",
        ),
        (
            'SELECT $this { $this ex:p ?t BIND(REPLACE(?t, "\\\\1", "") AS ?u) }',
            "BAD_PATTERN",
            "back",
        ),
        ("SELECT $this { $this ex:p ?t FILTER(RAND() < 0.5) }", "UNSTEADY", "without it"),
        ("SELECT $this { $this ex:p ?t FILTER(?t < NOW()) }", "UNSTEADY", "without it"),
        # rdflib makes letters of it, others do not: what is vetted would not be what is run.
        (r'SELECT $this { $this ex:p "\u0022 SERVICE" }', "QUERY_TOO_LARGE", "themselves"),
        (r"SELECT $this { \u0053ERVICE <urn:x> { ?s ?p ?o } }", "QUERY_TOO_LARGE", "themselves"),
        ("SELECT $this { " + "{ " * 70 + "$this ?p ?o" + " }" * 71, "QUERY_TOO_LARGE", "flatter"),
        (
            "SELECT $this { $this ?p ?o FILTER" + "(" * 5000 + "1" + ")" * 5000 + "}",
            "QUERY_TOO_LARGE",
            "characters",
        ),
        ("SELECT $this { $this ?p ?o FILTER" + "(" * 2000, "QUERY_TOO_LARGE", "flatter"),
        ("SELECT $this { $this ?p ?o FILTER(" + "!" * 9000 + "1) }", "NO_QUERY", "mend"),
    ],
)
def test_a_query_that_does_more_is_refused_with_the_fix(select: str, code: str, fix: str) -> None:
    found = refused(select)
    assert code in found
    assert fix in found[code]


def test_a_word_within_a_text_or_a_comment_is_no_word() -> None:
    select = "SELECT $this { $this dcterms:title 'MINUS { SERVICE }' } # GRAPH ?g { VALUES"
    assert refused(select) == {}


def test_brackets_within_texts_iris_and_comments_are_none() -> None:
    deep = "(" * 100
    select = f"SELECT $this {{ $this <urn:a{deep}> '{deep}' , \"{deep}\" , '''{deep}''' }} # {deep}"
    assert "QUERY_TOO_LARGE" not in refused(select)


def test_a_node_shape_has_no_path() -> None:
    found = refused("SELECT $this { $this $PATH ?v }", has_path=False)
    assert "no sh:path" in found["PATH"]


def test_a_refusal_names_the_shape_and_the_line_of_the_query() -> None:
    text = query("\nSELECT $this { $this dcterms:title ?t MINUS { $this a 1 } }")
    found = [finding for finding in linted(text) if finding.code in ("MINUS", "UNDECLARED_PREFIX")]
    assert {(f.line, f.shape) for f in found} == {(6, "https://mesh.example/sales/Product-title")}
    assert found[0].message.startswith("The query of ex:Product-title uses ")


def test_declared_prefixes_need_not_be_repeated() -> None:
    beside = "; sh:prefixes ex:Prefixes"
    space = '"http://purl.org/dc/terms/"^^xsd:anyURI'
    declared = f'ex:Prefixes sh:declare [ sh:prefix "dct" ; sh:namespace {space} ] .'
    select = "SELECT $this { $this dct:title ?t }"
    assert codes(linted(query(select, beside=beside) + declared)) == []
    assert "UNDECLARED_PREFIX" in codes(linted(query(select)))


@pytest.mark.parametrize(
    "declare",
    [
        'sh:prefix "a: <urn:x> SELECT" ; sh:namespace "http://purl.org/dc/terms/"^^xsd:anyURI',
        'sh:prefix "a" ; sh:namespace "urn:x> SELECT * { ?s ?p ?o } #"^^xsd:anyURI',
        'sh:prefix "a"',
        'sh:prefix "a" , "b" ; sh:namespace "urn:x"^^xsd:anyURI',
    ],
)
def test_a_prefix_cannot_smuggle_a_query_in(declare: str) -> None:
    beside = "; sh:prefixes ex:Prefixes"
    text = query("SELECT $this { $this ?p ?o }", beside=beside)
    assert "BAD_PREFIX" in codes(linted(f"{text} ex:Prefixes sh:declare [ {declare} ] ."))


def test_prefixes_that_nobody_declares_or_that_are_imported_are_refused() -> None:
    text = query("SELECT $this { $this ?p ?o }", beside="; sh:prefixes ex:Prefixes")
    assert "BAD_PREFIX" in codes(linted(text))
    found = codes(linted(text + "ex:Prefixes owl:imports <urn:x> ; sh:declare [ ] ."))
    assert {"BAD_PREFIX", "IMPORTS"} <= set(found)


@pytest.mark.parametrize(
    "constraint", ["[ ]", "[ sh:select 1 , 2 ]", "[ sh:ask 'ASK { $this ?p 1 }' ]"]
)
def test_a_constraint_needs_one_query(constraint: str) -> None:
    assert "NO_QUERY" in codes(linted(rule(f"sh:sparql {constraint}")))
