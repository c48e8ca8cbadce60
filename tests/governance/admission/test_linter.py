"""What SHACL passes over in silence is told: the shape, the line and the fix."""

import pytest

from isogloss.governance.compiler.shapes import Target
from isogloss.model.rdf import Iri
from tests.governance.admission.rule_sets import SPACE, codes, linted, query, rule

SHAPE = Iri(f"{SPACE}Product-title")
CONSTRAINT_LINE = 6


def one(text: str, code: str) -> tuple[int, str, bool]:
    found = [f for f in linted(text) if f.code == code]
    assert len(found) == 1, linted(text)
    return found[0].line, found[0].message, found[0].blocking


@pytest.mark.parametrize(
    ("constraints", "code", "fix"),
    [
        # slips of the pen
        ("sh:minCoutn 1", "UNKNOWN_TERM", "did you mean sh:minCount?"),
        ("sh:Class dcat:Dataset", "UNKNOWN_TERM", "did you mean sh:class?"),
        ("sh:minCount 1 ; sh:shape ex:X", "UNKNOWN_TERM", "did you mean sh:Shape?"),
        ("sh:class dcat:DataSet", "UNKNOWN_TERM", "did you mean dcat:Dataset?"),
        ("sh:class mesh:Fieldd", "UNKNOWN_TERM", "did you mean mesh:Field?"),
        ("sh:in ( code:public code:internl )", "UNKNOWN_TERM", "did you mean code:internal?"),
        ("sh:datatype xsd:dateTme", "UNKNOWN_TERM", "did you mean xsd:dateTime?"),
        ("sh:equals skos:prefLable", "UNKNOWN_TERM", "did you mean skos:prefLabel?"),
        # what is not run
        ("sh:rule [ ]", "NOT_RUN", "SHACL Core"),
        ("sh:target [ a sh:SPARQLTarget ]", "NOT_RUN", "sh:targetClass"),
        ("sh:js [ ]", "NOT_RUN", "SHACL Core"),
        ("sh:expression [ ]", "NOT_RUN", "SHACL Core"),
        ("sh:entailment <urn:rdfs>", "NOT_RUN", "SHACL Core"),
        ("sh:minCount 1 ; sh:value 1", "NOT_RUN", "sh:hasValue"),
        ("sh:sparql [ sh:select 'SELECT $this {}' ; sh:ask 'ASK {}' ]", "NOT_RUN", "sh:select"),
        ("sh:minCount 1 ; sh:validator [ ]", "NOT_RUN", "SHACL Core"),
        # what nothing can meet
        ("sh:datatype rdfs:Resource", "NEVER_MATCHES", "sh:nodeKind"),
        ("sh:datatype rdfs:Literal", "NEVER_MATCHES", "xsd:string"),
        ("sh:datatype skos:Concept", "NEVER_MATCHES", "sh:class"),
        ("sh:datatype xsd:pattern", "NEVER_MATCHES", "xsd:string"),
        ("sh:class xsd:string", "NEVER_MATCHES", "sh:datatype"),
        ("sh:class ex:T ; sh:datatype xsd:date", "CONTRADICTION", "take one"),
        ("sh:class ex:T ; sh:nodeKind sh:Literal", "CONTRADICTION", "take one"),
        ("sh:nodeKind sh:IRI ; sh:datatype xsd:date", "CONTRADICTION", "take one"),
        ("sh:datatype xsd:date , xsd:string", "CONTRADICTION", "sh:or"),
        ("sh:minCount 3 ; sh:maxCount 2", "CONTRADICTION", "change one"),
        ("sh:minLength 3 ; sh:maxLength 2", "CONTRADICTION", "change one"),
        ("sh:minInclusive 3 ; sh:maxInclusive 2.5", "CONTRADICTION", "change one"),
        ("sh:minExclusive 3 ; sh:maxInclusive 3", "CONTRADICTION", "change one"),
        (
            "sh:qualifiedValueShape [ ] ; sh:qualifiedMinCount 3 ; sh:qualifiedMaxCount 2",
            "CONTRADICTION",
            "change one",
        ),
        # ill-formed
        ('sh:minCount "1"', "BAD_PARAMETER", "without quotes"),
        ("sh:minCount -1", "BAD_PARAMETER", "0 or more"),
        ("sh:maxCount 1.0", "BAD_PARAMETER", "whole number"),
        ("sh:maxCount 99999999999", "BAD_PARAMETER", "lower it"),
        ('sh:uniqueLang "1"^^xsd:boolean', "BAD_PARAMETER", "write true or false"),
        ("sh:minCount 1 ; sh:flags 'i'", "BAD_PARAMETER", "add sh:pattern"),
        ("sh:qualifiedMinCount 1 ; sh:minCount 1", "BAD_PARAMETER", "sh:qualifiedValueShape"),
        ("sh:qualifiedValueShape [ ]", "BAD_PARAMETER", "sh:qualifiedMinCount"),
        ("sh:in ex:list", "NO_LIST", "write ( a b c )"),
        ("sh:or ex:list", "NO_LIST", "write ( a b c )"),
        ("sh:nodeKind sh:Iri", "UNKNOWN_TERM", "sh:IRI"),
        ("sh:nodeKind sh:NodeShape", "ILL_FORMED", "§4"),
        ("sh:minCount 1 ; sh:minCount 2", "ILL_FORMED", "keep one"),
        ("sh:pattern ex:p", "ILL_FORMED", "another kind of value"),
        ("sh:lessThan 1", "ILL_FORMED", "another kind of value"),
        ("sh:not 1", "ILL_FORMED", "name one"),
        ("sh:or ( 1 )", "ILL_FORMED", "name one"),
        ("sh:path dcterms:type", "ILL_FORMED", "sh:alternativePath"),
        ("a sh:NodeShape", "ILL_FORMED", "make it a sh:PropertyShape"),
        ("sh:node [ sh:minCount 1 ]", "ILL_FORMED", "put it into a property shape"),
        ("sh:property [ sh:minLength 1 ]", "ILL_FORMED", "name the property"),
        ("sh:message ex:words", "BAD_PARAMETER", "write a text"),
        # patterns
        (r'sh:pattern "^(?!draft)"', "BAD_PATTERN", "sh:not"),
        (r'sh:pattern "\\i\\c*"', "BAD_PATTERN", "XML only"),
        (r'sh:pattern "(a)\\1"', "BAD_PATTERN", "refers back"),
        (r'sh:pattern "a" ; sh:flags "s"', "BAD_PATTERN", "use i and m"),
        # severities
        ("sh:minCount 1 ; sh:severity sh:Info", "CONTRADICTING_SEVERITIES", "keep one"),
        ("sh:minCount 1 ; sh:severity ex:Advisory", "UNKNOWN_SEVERITY", "sh:Warning"),
        # references
        ("sh:node ex:Nowhere", "UNDEFINED_SHAPE", "define it here"),
        ("sh:or ( ex:Nowhere [ ] )", "UNDEFINED_SHAPE", "define it here"),
        ("sh:node ex:Product-title", "RECURSION", "take one"),
        ("sh:property ex:Product-title", "RECURSION", "take one"),
        ("sh:not [ sh:node ex:Product-title ]", "RECURSION", "sh:zeroOrMorePath"),
    ],
)
def test_a_fault_is_told_with_shape_line_and_fix(constraints: str, code: str, fix: str) -> None:
    found = [f for f in linted(rule(constraints)) if f.code == code]
    assert found, linted(rule(constraints))
    assert found[0].blocking
    assert found[0].shape == SHAPE
    assert any(fix in f.message for f in found)
    assert abs(found[0].line - CONSTRAINT_LINE) <= 2


@pytest.mark.parametrize(
    ("constraints", "code", "fix"),
    [
        ("sh:minCount 0", "NEVER_FAILS", "take it out"),
        ("sh:closed false", "NEVER_FAILS", "ask for something"),
        ("sh:order 1", "NEVER_FAILS", "ask for something"),
        ("sh:datatype xsd:string", "NO_LANGUAGE", "rdf:langString"),
        ("sh:minCount 1 ; sh:deactivated true", "SWITCHED_OFF", "leave it out"),
        ("sh:class dprod:DataProdukt", "UNKNOWN_TERM", "did you mean dprod:DataProduct?"),
        ("sh:node [ sh:minLength 1 ; sh:severity sh:Info ]", "SEVERITY_WITHOUT_EFFECT", "refers"),
    ],
)
def test_a_doubt_is_a_remark(constraints: str, code: str, fix: str) -> None:
    (_, message, blocking) = one(rule(constraints), code)
    assert not blocking
    assert fix in message


@pytest.mark.parametrize(
    "constraints",
    [
        "sh:minCount 1 ; sh:maxCount 1 ; sh:uniqueLang true",
        "sh:datatype <urn:own:datatype>",
        "sh:datatype rdf:langString ; sh:languageIn ( 'en' 'de' )",
        "sh:datatype dcterms:W3CDTF",
        "sh:or ( [ sh:datatype xsd:string ] [ sh:datatype rdf:langString ] )",
        "sh:class <https://schema.example/Whatever>",
        "sh:class dprod:Protocol",
        "sh:in ( 1 'a' ex:b )",
        "sh:nodeKind sh:IRIOrLiteral ; sh:datatype xsd:date",
        "sh:minInclusive 1 ; sh:maxInclusive 1",
        "sh:minExclusive '2020-01-01'^^xsd:date ; sh:maxExclusive '2019-01-01'^^xsd:date",
        "sh:qualifiedValueShape [ sh:class ex:T ] ; sh:qualifiedMinCount 1",
        "sh:not [ ]",
        "sh:hasValue rdf:_1",
        "sh:minCount 1 ; sh:name 'titel'@de ; sh:order 1 ; sh:group ex:Names",
    ],
)
def test_what_is_sound_is_let_pass(constraints: str) -> None:
    groups = "ex:Names a sh:PropertyGroup ."
    assert linted(rule(constraints) + groups) == []


def test_paths_of_all_kinds_are_let_pass() -> None:
    for path in (
        "( dcterms:isPartOf [ sh:inversePath dcterms:source ] )",
        "[ sh:alternativePath ( dcterms:title [ sh:zeroOrMorePath dcterms:type ] ) ]",
        "[ sh:oneOrMorePath [ sh:zeroOrOnePath dcterms:type ] ]",
    ):
        assert linted(rule(path=path)) == []


# ---- shapes as a whole


def test_a_shape_that_nobody_refers_to_needs_a_target() -> None:
    (line, message, blocking) = one(
        rule() + "\nex:Lost a sh:NodeShape ; sh:minLength 1 .", "NO_TARGET"
    )
    assert (line, blocking) == (rule().count("\n") + 2, True)
    assert "ex:Lost" in message
    assert "sh:targetClass" in message


def test_a_target_that_finds_nothing_in_the_mesh_is_a_remark() -> None:
    asked = []

    def count(target: Target) -> int:
        asked.append(target)
        return 0

    found = linted(rule(), count_targets=count)
    assert asked == [Target("targetClass", Iri("https://www.omg.org/spec/DPROD/dprod/DataProduct"))]
    assert [(f.code, f.line, f.blocking) for f in found] == [("MATCHES_NOTHING", 2, False)]
    assert linted(rule(), count_targets=lambda _: 1) == []


def test_a_class_that_is_a_shape_targets_its_instances() -> None:
    text = rule().replace(
        "sh:NodeShape ;\n    sh:targetClass dprod:DataProduct", "sh:NodeShape , rdfs:Class"
    )
    assert "ex:ProductShape a sh:NodeShape , rdfs:Class ;" in text
    assert linted(text) == []
    assert codes(linted(text, count_targets=lambda _: 0)) == ["MATCHES_NOTHING"]


def test_a_target_that_is_no_iri_is_refused() -> None:
    assert "BAD_TARGET" in codes(linted(rule() + 'ex:ProductShape sh:targetClass "T" .'))
    assert "BAD_TARGET" in codes(linted(rule() + "ex:ProductShape sh:targetSubjectsOf [ ] ."))


def test_a_severity_does_not_reach_the_property_shapes() -> None:
    on_holder = "ex:ProductShape sh:severity sh:Info ."
    (_, message, blocking) = one(rule() + on_holder, "SEVERITY_WITHOUT_EFFECT")
    assert not blocking  # for the property shape has its own
    mute = rule().replace("    sh:severity sh:Violation ;\n", "")
    (_, message, blocking) = one(mute + on_holder, "SEVERITY_WITHOUT_EFFECT")
    assert blocking
    assert "ex:Product-title and the like count as sh:Violation" in message


def test_a_closed_shape_lets_types_through() -> None:
    closed = "ex:ProductShape sh:closed true"
    assert "CLOSED_TO_TYPES" in codes(linted(f"{rule()} {closed} ."))
    ignoring = f"{rule()} {closed} ; sh:ignoredProperties ( rdf:type ) ."
    assert "CLOSED_TO_TYPES" not in codes(linted(ignoring))


def test_a_nameless_property_shape_is_no_rule_that_can_be_quoted() -> None:
    text = rule() + "\nex:ProductShape sh:property [ sh:path ex:p ; sh:minCount 1 ] ."
    (line, message, blocking) = one(text, "NAMELESS_RULE")
    assert (line, blocking) == (rule().count("\n") + 2, True)
    assert "an IRI of its own" in message


def test_what_only_decides_for_others_needs_no_name() -> None:
    text = rule("sh:node [ sh:property [ sh:path ex:p ; sh:minCount 1 ] ]")
    assert linted(text) == []


def test_subclasses_in_the_rules_are_told_not_to_be_seen() -> None:
    found = linted(rule() + "ex:Order rdfs:subClassOf dprod:DataProduct .")
    assert codes(found) == ["SUBCLASS_NOT_SEEN"]
    assert not found[0].blocking


def test_data_among_the_rules_are_told_to_go_elsewhere() -> None:
    assert codes(linted(rule() + "ex:orders a dprod:DataProduct .")) == ["NO_RULE"]


def test_a_header_is_no_data() -> None:
    assert linted(rule() + "ex:rules a owl:Ontology ; owl:versionInfo '1' .") == []


def test_a_set_without_rules_is_refused() -> None:
    assert codes(linted("")) == ["NO_RULES"]
    assert "NO_RULES" in codes(linted("ex:S a sh:NodeShape ; sh:targetClass ex:T ."))


def test_unknown_words_in_queries_are_told() -> None:
    text = query("SELECT $this { $this <http://www.w3.org/2004/02/skos/core#prefLable> ?l }")
    assert codes(linted(text)) == ["UNKNOWN_TERM"]


# ---- size


def nested(depth: int) -> str:
    """Write a rule with so many shapes within each other."""
    shapes = "".join(f"ex:N{n} a sh:NodeShape ; sh:not ex:N{n + 1} .\n" for n in range(depth))
    return rule("sh:node ex:N0") + shapes + f"ex:N{depth} a sh:NodeShape ; sh:minLength 1 ."


def test_shapes_may_be_nested_but_not_without_end() -> None:
    assert linted(nested(20)) == []
    assert set(codes(linted(nested(40)))) == {"TOO_DEEP"}
    assert "TOO_DEEP" in codes(linted(nested(200)))


def test_a_shape_used_twice_by_one_used_twice_and_so_on_is_refused() -> None:
    doubling = "".join(
        f"ex:D{n} a sh:NodeShape ; sh:or ( [ sh:node ex:D{n + 1} ] [ sh:not ex:D{n + 1} ] ) .\n"
        for n in range(13)
    )
    text = rule("sh:node ex:D0") + doubling + "ex:D13 a sh:NodeShape ; sh:minLength 1 ."
    assert "TOO_LARGE" in codes(linted(text))


def test_a_path_of_many_ways_is_refused() -> None:
    steps = "[ sh:zeroOrOnePath dcterms:type ] " * 12
    assert "TOO_LARGE" in codes(linted(rule(path=f"( {steps})")))
    assert linted(rule(path=f"( {'[ sh:zeroOrOnePath dcterms:type ] ' * 3})")) == []


def test_a_path_that_leads_into_itself_is_refused() -> None:
    text = rule(path="_:p") + "_:p sh:inversePath [ sh:zeroOrMorePath _:p ] ."
    assert "BAD_PATH" in codes(linted(text))


def test_a_list_that_leads_into_itself_is_refused() -> None:
    text = rule("sh:in _:l") + "_:l rdf:first 1 ; rdf:rest _:l ."
    assert "NO_LIST" in codes(linted(text))
    assert "NO_LIST" in codes(linted(rule("sh:or _:l") + "_:l rdf:first [ ] ."))


def test_a_very_long_list_is_refused() -> None:
    members = " ".join(map(str, range(1001)))
    assert codes(linted(rule(f"sh:in ( {members} )"))) == ["TOO_LARGE"]


def test_a_very_long_text_is_not_read() -> None:
    assert codes(linted(rule() + "#" * 1_000_000)) == ["TOO_LARGE"]


# ---- bad Turtle


def test_a_syntax_error_names_file_and_line() -> None:
    (line, message, blocking) = one(rule() + "\nex:S sh:minCount .", "NOT_TURTLE")
    assert (line, blocking) == (rule().count("\n") + 2, True)
    assert message.startswith("rules.ttl is no Turtle from line ")
