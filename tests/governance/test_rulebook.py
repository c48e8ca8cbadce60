"""Rules are read from shapes with the words that people quote them by."""

import pytest
import rdflib

from isogloss import resources
from isogloss.governance.rulebook import Rulebook
from isogloss.governance.terms import parse_turtle
from isogloss.model.governance import Quality, Severity
from isogloss.model.rdf import Iri
from isogloss.vocab import CODE, DCAT, DPROD, MESH, RULE, SH

PREFIXES = f"""
PREFIX code: <{CODE.iri}>
PREFIX ex: <https://mesh.example/shop/>
PREFIX mesh: <{MESH.iri}>
PREFIX sh: <{SH.iri}>
"""


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    return Rulebook(resources.texts("shapes", ".ttl"))


def test_a_rule_has_all_that_its_shape_says(rulebook: Rulebook) -> None:
    (owner,) = (rule for rule in rulebook.rules if rule.rule_id == "data-product-owner")
    assert owner.id == Iri(f"{RULE.iri}DataProduct-owner")
    assert owner.name == "accountable owner"
    assert owner.description.startswith("Who answers for this product")
    assert owner.message.startswith("Name exactly one")
    assert owner.severity is Severity.VIOLATION
    assert owner.target_classes == (DPROD.DataProduct,)
    assert owner.quality is Quality.TRUSTWORTHY


def test_rules_come_in_the_order_of_their_ids(rulebook: Rulebook) -> None:
    ids = [rule.rule_id for rule in rulebook.rules]
    assert ids == sorted(ids)


def test_all_files_are_read_together(rulebook: Rulebook) -> None:
    targets = {target for rule in rulebook.rules for target in rule.target_classes}
    assert {DPROD.DataProduct, DCAT.Dataset, DCAT.DataService, MESH.Field, MESH.Domain} <= targets


def test_the_qualities_are_the_codes_of_the_ontology() -> None:
    codes = parse_turtle(resources.texts("ontology", ".ttl"))
    scheme = rdflib.URIRef(f"{CODE.iri}qualities")
    stated = set(codes.subjects(rdflib.SKOS.inScheme, scheme))
    assert stated == {rdflib.URIRef(CODE.iri + quality.value) for quality in Quality}


def test_a_rule_that_two_shapes_hold_has_both_their_targets() -> None:
    (rule,) = Rulebook(
        {
            "one.ttl": PREFIXES + "ex:A sh:targetClass ex:Car ; sh:property ex:p .",
            "two.ttl": PREFIXES
            + """ex:B sh:targetClass ex:Bike ; sh:property ex:p .
                ex:p a sh:PropertyShape ; sh:path ex:colour ; mesh:ruleId "colour" .""",
        }
    ).rules
    assert [target.rpartition("/")[2] for target in rule.target_classes] == ["Bike", "Car"]


def test_a_rule_that_says_little_is_quoted_by_its_iri_and_is_a_violation() -> None:
    (rule,) = Rulebook({"s.ttl": PREFIXES + "ex:p a sh:PropertyShape ; sh:path ex:colour ."}).rules
    assert rule.rule_id == rule.name == rule.id == "https://mesh.example/shop/p"
    assert rule.severity is Severity.VIOLATION
    assert rule.target_classes == ()
    assert rule.quality is None


@pytest.mark.parametrize(
    ("stated", "read"),
    [
        ("code:secure", Quality.SECURE),
        ("code:secure , code:addressable", Quality.ADDRESSABLE),
        ("code:public", None),
        ('"secure"', None),
    ],
)
def test_a_rule_backs_one_quality_at_the_most(stated: str, read: Quality | None) -> None:
    shapes = f"ex:p a sh:PropertyShape ; sh:path ex:colour ; mesh:quality {stated} ."
    (rule,) = Rulebook({"s.ttl": PREFIXES + shapes}).rules
    assert rule.quality is read


def test_a_shape_without_a_name_is_no_rule() -> None:
    shapes = "ex:A sh:property [ a sh:PropertyShape ; sh:path ex:colour ; sh:minCount 1 ] ."
    assert Rulebook({"s.ttl": PREFIXES + shapes}).rules == ()
