"""A domain speaks of its own things, and can do nothing to anybody else's rules."""

import pytest

from tests.governance.admission.rule_sets import SPACE, codes, linted, rule


def test_a_domain_may_write_rules_for_its_own_things() -> None:
    assert linted(rule()) == []


ATTACKS = {
    "switch a global rule off": (
        "rule:DataProduct-owner sh:deactivated true .",
        "FOREIGN_SUBJECT",
        "switch off",
    ),
    "switch the whole shape off": (
        "rule:DataProductShape sh:deactivated true .",
        "FOREIGN_SUBJECT",
        "waiver",
    ),
    "break a global rule by a second minCount": (
        "rule:DataProduct-owner sh:minCount 7 .",
        "FOREIGN_SUBJECT",
        "add to",
    ),
    "break a global rule by a second path": (
        "rule:DataProduct-owner sh:path dcterms:title .",
        "FOREIGN_SUBJECT",
        "describe",
    ),
    "aim a global rule at another": (
        "rule:DataProductShape sh:targetNode other:ledger .",
        "FOREIGN_SUBJECT",
        "add to",
    ),
    "soften a global rule": (
        "rule:DataProduct-owner sh:severity sh:Info .",
        "FOREIGN_SUBJECT",
        "",
    ),
    "put words into a global rule's mouth": (
        'rule:DataProduct-owner sh:message "Never mind."@en .',
        "FOREIGN_SUBJECT",
        "",
    ),
    "hang a property on a global shape": (
        "rule:DataProductShape sh:property ex:Product-title .",
        "FOREIGN_SUBJECT",
        "add to",
    ),
    "hang a nameless shape on a global shape": (
        "rule:DataProductShape sh:property [ sh:path ex:p ; sh:minCount 1 ] .",
        "FOREIGN_SUBJECT",
        "add to",
    ),
    "add a domain's shape to another domain's": (
        "other:LedgerShape sh:property ex:Product-title .",
        "FOREIGN_SUBJECT",
        "",
    ),
    "make a shape of a class that everybody uses": (
        "dprod:DataProduct a sh:NodeShape , rdfs:Class ; sh:property ex:Product-title .",
        "FOREIGN_SUBJECT",
        "sh:targetClass dprod:DataProduct",
    ),
    "make a class of a shape that everybody has": (
        "rule:DataProductShape a owl:Class .",
        "FOREIGN_SUBJECT",
        "",
    ),
    "widen a class": (
        "dcat:Dataset rdfs:subClassOf dprod:DataProduct .",
        "FOREIGN_SUBJECT",
        "describe",
    ),
    "lead another's prefixes astray": (
        "rule:Prefixes sh:declare [ sh:prefix 'p' ; sh:namespace 'urn:x'^^xsd:anyURI ] .",
        "FOREIGN_SUBJECT",
        "",
    ),
    "target another domain's product": (
        "ex:ProductShape sh:targetNode other:ledger .",
        "FOREIGN_TARGET",
        "target what begins with",
    ),
    "target a text": ('ex:ProductShape sh:targetNode "x" .', "FOREIGN_TARGET", "target what"),
    "rule from a nameless node": (
        "[] a sh:NodeShape ; sh:targetClass dprod:DataProduct ; sh:property ex:Product-title .",
        "ASTRAY",
        SPACE,
    ),
    "rule from nameless nodes in a ring": (
        "_:a a sh:NodeShape ; sh:not _:b . _:b sh:node _:a .",
        "ASTRAY",
        SPACE,
    ),
    "spell another's shape with a dot segment": (
        "<https://mesh.example/sales/../finance/LedgerShape> sh:deactivated true .",
        "FOREIGN_SUBJECT",
        "",
    ),
    "spell another's shape in capitals": (
        "<HTTPS://MESH.example/finance/LedgerShape> sh:deactivated true .",
        "FOREIGN_SUBJECT",
        "",
    ),
    "spell another's shape percent-encoded": (
        "<https://mesh.example/s%61les/%2e%2e/finance/LedgerShape> sh:deactivated true .",
        "FOREIGN_SUBJECT",
        "",
    ),
    "hide in a space that begins alike": (
        "<https://mesh.example/sales-emea/Shape> sh:deactivated true .",
        "FOREIGN_SUBJECT",
        "",
    ),
    "target by an odd spelling": (
        "ex:ProductShape sh:targetNode <https://mesh.example/sales/..%2Ffinance/ledger> .",
        "FOREIGN_TARGET",
        "",
    ),
    "rely on where the text is read": ("<here> sh:deactivated true .", "RELATIVE_IRI", "whole"),
    "use another's shape": (
        "ex:ProductShape sh:node rule:DescribedShape .",
        "UNDEFINED_SHAPE",
        "define it here",
    ),
    "use another's rule": (
        "ex:ProductShape sh:property rule:DataProduct-owner .",
        "UNDEFINED_SHAPE",
        "define it here",
    ),
    "fetch others' rules": ("ex:Rules owl:imports <https://evil.example/> .", "IMPORTS", "hand"),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_domain_cannot(attack: str) -> None:
    text, code, fix = ATTACKS[attack]
    found = [f for f in linted(rule() + "\n" + text) if f.code == code and f.blocking]
    assert found
    line = rule().count("\n") + 2
    assert all(f.line == line for f in found), found
    assert any(fix in f.message for f in found), found


def test_what_hangs_below_ones_own_needs_no_name() -> None:
    text = rule("sh:node [ sh:or ( [ sh:datatype xsd:string ] [ sh:class ex:T ] ) ]")
    assert {"ASTRAY", "FOREIGN_SUBJECT"}.isdisjoint(codes(linted(text)))


def test_a_domain_may_target_its_own_things_by_name() -> None:
    assert linted(rule() + "ex:ProductShape sh:targetNode ex:orders .") == []


def test_the_governance_group_targets_anything_and_describes_its_own() -> None:
    text = rule() + "ex:ProductShape sh:targetNode other:ledger ."
    assert linted(text, is_global=True) == []
    assert codes(linted(rule() + "other:S sh:deactivated true .", is_global=True))
