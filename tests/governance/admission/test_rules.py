"""Each rule has an id, a message and examples, and the examples do what they should."""

import pytest

from isogloss.errors import ValidationFailed
from isogloss.governance.admission.admitting import admit
from isogloss.governance.rulebook import Rulebook
from isogloss.model.admission import Example
from isogloss.model.rdf import Iri
from tests.governance.admission.rule_sets import (
    ONTOLOGY,
    SPACE,
    admitted,
    codes,
    judge,
    linted,
    owns,
    query,
    rule,
    submission,
)

RULE = Iri(f"{SPACE}Product-title")
OK = "\"ex:p a dprod:DataProduct ; dcterms:title 'Orders' .\""
BAD = '"ex:p a dprod:DataProduct ."'


def test_a_sound_rule_set_is_admitted_without_a_word() -> None:
    assert admitted(submission(rule())) == []


def test_a_rule_in_sparql_is_admitted_with_its_examples() -> None:
    select = "SELECT $this { $this a ?c FILTER NOT EXISTS { $this $PATH ?value } }"
    assert admitted(submission(query(select))) == []


def test_a_node_shape_with_constraints_is_a_rule_too() -> None:
    text = rule() + "ex:ProductShape sh:nodeKind sh:IRI ."
    assert codes(linted(text)) == [
        "NO_FAILING_EXAMPLE",
        "NO_MESSAGE",
        "NO_PASSING_EXAMPLE",
        "NO_RULE_ID",
    ]


@pytest.mark.parametrize(
    ("gone", "code", "line"),
    [
        ('    sh:message "Give the product a title."@en ;\n', "NO_MESSAGE", 4),
        ('    mesh:ruleId "sales-product-title" ;', "NO_RULE_ID", 4),
        (f"    mesh:passingExample {OK} ;", "NO_PASSING_EXAMPLE", 4),
        (f"mesh:failingExample {BAD} .", "NO_FAILING_EXAMPLE", 4),
    ],
)
def test_what_a_rule_lacks_is_told(gone: str, code: str, line: int) -> None:
    assert gone in rule()
    found = linted(rule().replace(gone, "." if gone.endswith(".") else ""))
    assert [(f.code, f.line, f.shape, f.blocking) for f in found] == [(code, line, RULE, True)]


@pytest.mark.parametrize("rule_id", ["", "Sales", "a--b", "a b", "-a", "x" * 200])
def test_an_id_that_nobody_could_quote_is_refused(rule_id: str) -> None:
    text = rule().replace("sales-product-title", rule_id)
    assert codes(linted(text)) == ["BAD_RULE_ID"]


def test_two_ids_are_one_too_many() -> None:
    assert codes(linted(rule() + 'ex:Product-title mesh:ruleId "other" .')) == ["BAD_RULE_ID"]


def test_an_id_is_used_once() -> None:
    second = rule().replace("Product-title", "Product-name").replace("ProductShape", "NameShape")
    found = linted(rule() + second)
    assert codes(found) == ["RULE_ID_TAKEN"]
    assert "give each its own" in found[0].message


def test_an_id_of_another_rule_set_is_refused() -> None:
    found = admitted(submission(rule(), taken=frozenset({"sales-product-title"})))
    assert codes(found) == ["RULE_ID_TAKEN"]
    assert "choose another" in found[0].message


def test_a_constraint_in_sparql_may_have_the_message() -> None:
    text = query("SELECT $this { $this ?p ?o }", beside='; sh:message "Do."@en')
    assert linted(text.replace('    sh:message "Give the product a title."@en ;\n', "")) == []


def test_a_rule_may_say_which_quality_it_backs() -> None:
    assert linted(rule("sh:minCount 1 ; mesh:quality code:trustworthy")) == []


@pytest.mark.parametrize(
    "stated", ["code:public", "code:secure , code:trustworthy", '"secure"', "[ ]"]
)
def test_what_is_no_quality_is_refused(stated: str) -> None:
    (found,) = linted(rule(f"sh:minCount 1 ; mesh:quality {stated}"))
    assert (found.code, found.blocking, found.line) == ("BAD_QUALITY", True, 6)
    assert "trustworthy" in found.message


# ---- examples


def test_a_failing_example_that_breaks_nothing_is_told_at_its_line() -> None:
    (found,) = admitted(submission(rule().replace(BAD, OK)))
    assert (found.code, found.shape, found.blocking) == ("EXAMPLE_PASSES", RULE, True)
    assert found.line == 12
    assert "does not break it" in found.message


def test_a_failing_example_must_break_its_own_rule() -> None:
    second = (
        rule("sh:maxCount 1")
        .replace("Product-title", "Product-name")
        .replace("ProductShape", "NameShape")
        .replace("sales-product-title", "sales-product-name")
    )
    found = admitted(submission(rule() + second))
    assert [(f.code, f.shape) for f in found] == [("EXAMPLE_PASSES", f"{SPACE}Product-name")]
    assert "It breaks ex:Product-title" in found[0].message


def test_a_passing_example_breaks_no_rule_of_the_set() -> None:
    (found,) = admitted(submission(rule().replace(OK, BAD)))
    assert found.code == "EXAMPLE_FAILS"
    assert "breaks ex:Product-title" in found.message


def test_a_passing_example_of_nothing_is_told_to_show_nothing() -> None:
    (found,) = admitted(submission(rule().replace(OK, '"ex:p a ex:Thing ."')))
    assert (found.code, found.blocking) == ("IDLE_EXAMPLE", False)


def test_a_passing_example_may_be_of_a_subclass_or_found_otherwise() -> None:
    sub = '"ex:O rdfs:subClassOf dprod:DataProduct . ex:p a ex:O ; dcterms:title 1 ."'
    assert admitted(submission(rule().replace(OK, sub))) == []
    text = rule().replace("sh:targetClass dprod:DataProduct", "sh:targetSubjectsOf dprod:purpose")
    text = text.replace("a dprod:DataProduct", "dprod:purpose 1")
    assert admitted(submission(text)) == []


def test_an_example_that_is_no_turtle_is_told_with_its_own_line() -> None:
    (found,) = admitted(submission(rule().replace(OK, "'''ex:p a ex:T .\n\n nonsense .'''")))
    assert found.code == "BAD_EXAMPLE"
    assert "from its line 3 on" in found.message


def test_an_example_with_an_iri_that_is_none_is_told() -> None:
    (found,) = admitted(submission(rule().replace(OK, '"ex:p a ex:T\x1fhing ."')))
    assert (found.code, found.blocking) == ("BAD_EXAMPLE", True)
    assert "an IRI that is none" in found.message


def test_an_example_may_have_blank_nodes_and_relative_names() -> None:
    text = rule(path="( dcterms:isPartOf dcterms:title )")
    ok = "\"<p> a dprod:DataProduct ; dcterms:isPartOf [ dcterms:title 'x' ] .\""
    assert admitted(submission(text.replace(OK, ok))) == []


def test_an_example_that_came_besides_counts_and_needs_a_rule() -> None:
    besides = (
        Example(RULE, "ex:p a dprod:DataProduct .", True, "more.ttl", 3),
        Example(Iri(f"{SPACE}Nothing"), "", True, "more.ttl", 9),
    )
    found = admitted(submission(rule(), examples=besides))
    assert [(f.file, f.code) for f in found] == [
        ("more.ttl", "EXAMPLE_FAILS"),
        ("more.ttl", "EXAMPLE_OF_NO_RULE"),
    ]


def test_examples_are_not_run_by_rules_that_are_unsound() -> None:
    def never(rulebook: Rulebook, triples: object) -> tuple[()]:
        raise AssertionError

    findings = admit(
        submission(rule("sh:minCount 1 ; sh:minCoutn 1")), owns=owns, judge=never, ontology=ONTOLOGY
    )
    assert [f.code for f in findings] == ["UNKNOWN_TERM"]


def test_what_cannot_be_judged_is_not_admitted() -> None:
    def broken(rulebook: Rulebook, triples: object) -> tuple[()]:
        raise ValidationFailed("The worker was killed.")

    findings = admit(submission(rule()), owns=owns, judge=broken, ontology=ONTOLOGY)
    assert [(f.code, f.blocking) for f in findings] == [("NOT_JUDGED", True)] * 2
    assert "The worker was killed." in findings[0].message


def test_a_rule_that_is_switched_off_needs_no_examples() -> None:
    text = rule() + (
        "ex:ProductShape sh:property ex:Off . "
        "ex:Off sh:path ex:p ; sh:minCount 1 ; sh:deactivated true ."
    )
    assert codes(admitted(submission(text))) == ["SWITCHED_OFF"]


def test_judging_is_by_what_was_handed_in() -> None:
    given = []

    def watch(rulebook: Rulebook, triples: list[object]) -> object:
        given.append(len(triples))
        return judge(rulebook, triples)

    admit(submission(rule()), owns=owns, judge=watch, ontology=ONTOLOGY)  # type: ignore[arg-type]
    assert given == [2, 1]
