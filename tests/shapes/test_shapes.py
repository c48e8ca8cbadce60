"""Every rule passes what is right, refuses what is wrong, and has been seen to fail."""

import re
from collections import Counter
from pathlib import Path

import pytest
import rdflib
from pyshacl import validate as shacl_validate
from rdflib import RDF, SH

from isogloss import resources
from isogloss.governance.rulebook import Rulebook
from isogloss.governance.validation import axioms
from isogloss.intake.documents import Upload, read_source
from isogloss.model.governance import Quality
from isogloss.model.rdf import Iri
from isogloss.vocab import DCAT, DPROD, MESH, PREFIXES, RULE
from tests.judging import Judge, judge_of_a_mesh, pyshacl

HERE = Path(__file__).parent
SHAPES = sorted((HERE.parents[1] / "shapes").glob("*.ttl"))
CASES = sorted(HERE.glob("*/*.ttl"))
_RULES = Rulebook(resources.texts("shapes", ".ttl"))
_KNOWN = axioms(resources.texts("ontology", ".ttl"))
JUDGES = {"mesh": judge_of_a_mesh(_RULES, _KNOWN), "pyshacl": pyshacl(_RULES, _KNOWN)}
EXAMPLE = "https://mesh.example/"

# What SHACL calls the parameters that are constraints, as the local name of their component.
COMPONENTS: dict[rdflib.term.Node, str] = {
    SH.minCount: "MinCount",
    SH.maxCount: "MaxCount",
    SH["class"]: "Class",
    SH.datatype: "Datatype",
    SH.nodeKind: "NodeKind",
    SH["in"]: "In",
    SH.pattern: "Pattern",
    SH.uniqueLang: "UniqueLang",
    SH.disjoint: "Disjoint",
    SH.node: "Node",
    SH["or"]: "Or",
    SH.minInclusive: "MinInclusive",
    SH.maxInclusive: "MaxInclusive",
    SH.qualifiedMinCount: "QualifiedMinCount",
}
# A qualified shape constrains by its count, and needs no case of its own.
PARTS = {SH.qualifiedValueShape}
NOT_CONSTRAINTS = {
    SH.path, SH.severity, SH.name, SH.description, SH.message, SH.order, SH.group
}  # fmt: skip


def _results(case: Path, judge: Judge) -> Counter[tuple[str, ...]]:
    graph = Iri("urn:case")
    document = read_source([Upload(case.name, case.read_bytes())], space=EXAMPLE, graph=graph)
    return Counter(
        (
            result.focus_node.removeprefix(EXAMPLE),
            result.rule.removeprefix(RULE.iri),
            result.component.removeprefix(str(SH)).removesuffix("ConstraintComponent"),
            result.severity.name.capitalize(),
        )
        for result in judge(document.triples).results
    )


def _expected(case: Path) -> Counter[tuple[str, ...]]:
    """Read what a case states: focus node, rule, component and severity, a line each."""
    lines = re.findall(r"^# expect: (.+)$", case.read_text("utf-8"), re.M)
    return Counter(tuple(line.split()) for line in lines)


@pytest.mark.parametrize("judge", JUDGES)
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.stem}")
def test_a_case_gives_exactly_what_it_expects(case: Path, judge: str) -> None:
    expected = _expected(case)
    assert bool(expected) == case.name.startswith("fail-")
    assert _results(case, JUDGES[judge]) == expected


def test_every_constraint_has_been_seen_to_fail() -> None:
    stated = {
        (str(shape).removeprefix(RULE.iri), COMPONENTS[parameter])
        for path in SHAPES
        for graph in [rdflib.Graph().parse(path)]
        for shape in graph.subjects(RDF.type, SH.PropertyShape)
        for parameter in set(graph.predicates(shape)) & COMPONENTS.keys()
    }
    seen = {(rule, component) for case in CASES for _, rule, component, _ in _expected(case)}
    assert sorted(stated - seen) == []
    assert sorted(seen - stated) == []


def test_every_rule_file_has_a_case_that_passes() -> None:
    passing = {case.parent.name for case in CASES if case.name.startswith("pass-")}
    assert passing == {path.stem for path in SHAPES}


@pytest.mark.parametrize("path", SHAPES, ids=lambda path: path.stem)
def test_shapes_use_only_what_shacl_defines(path: Path) -> None:
    graph = rdflib.Graph().parse(path)
    used = {term for triple in graph for term in triple if str(term).startswith(str(SH))}
    # rdflib's SH is closed: it has exactly the terms of the specification.
    keywords = ("and", "class", "in", "not", "or")
    defined = {str(SH[name]) for name in (*SH.__annotations__, *keywords)}
    assert {str(term) for term in used} <= defined
    # And only constraints that the test above knows to look for.
    for shape in graph.subjects(RDF.type, SH.PropertyShape):
        for predicate in graph.predicates(shape):
            if str(predicate).startswith(str(SH)):
                assert predicate in COMPONENTS.keys() | PARTS | NOT_CONSTRAINTS, predicate


@pytest.mark.parametrize("path", SHAPES, ids=lambda path: path.stem)
def test_every_rule_says_what_it_is_and_how_to_put_it_right(path: Path) -> None:
    graph = rdflib.Graph().parse(path)
    rule_id, quality = (
        rdflib.URIRef(f"https://w3id.org/isogloss/mesh#{name}") for name in ("ruleId", "quality")
    )
    held = set(graph.objects(None, SH.property))
    named = set(graph.subjects(RDF.type, SH.PropertyShape))
    assert named == {shape for shape in held if isinstance(shape, rdflib.URIRef)}
    for shape in named:
        assert str(shape).startswith(RULE.iri)
        for predicate in (SH.severity, SH.name, SH.description, SH.message, rule_id, quality):
            assert len(list(graph.objects(shape, predicate))) == 1, (shape, predicate)
        assert str(graph.value(shape, SH.message)).endswith(".")


@pytest.mark.parametrize("path", SHAPES, ids=lambda path: path.stem)
def test_shapes_are_well_formed_shapes(path: Path) -> None:
    conforms, _, text = shacl_validate(
        rdflib.Graph(), shacl_graph=rdflib.Graph().parse(path), meta_shacl=True
    )
    assert conforms, text


def test_rule_ids_are_unique() -> None:
    rules = Rulebook(resources.texts("shapes", ".ttl")).rules
    assert len({rule.rule_id for rule in rules}) == len(rules) >= 15


def test_every_rule_backs_a_quality_and_every_quality_a_rule_of_products() -> None:
    rules = Rulebook(resources.texts("shapes", ".ttl")).rules
    assert [rule.rule_id for rule in rules if rule.quality is None] == []
    parts = {DPROD.DataProduct, DCAT.DataService, DCAT.Dataset, MESH.Field}
    assert {rule.quality for rule in rules if parts & set(rule.target_classes)} == set(Quality)


@pytest.mark.parametrize("path", SHAPES, ids=lambda path: path.stem)
def test_every_node_shape_has_a_target_or_is_used_by_another(path: Path) -> None:
    graph = rdflib.Graph().parse(path)
    targets = (SH.targetClass, SH.targetObjectsOf, SH.targetSubjectsOf)
    for shape in graph.subjects(RDF.type, SH.NodeShape):
        targeted = any((shape, target, None) in graph for target in targets)
        assert targeted or (None, SH.node, shape) in graph, shape


TURTLE = [
    *SHAPES,
    *sorted((HERE.parents[1] / "ontology").glob("*.ttl")),
    *sorted((HERE.parents[1] / "sample_data").rglob("*.ttl")),
]


@pytest.mark.parametrize("path", TURTLE, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_prefixes_are_the_repositorys_sorted_and_used(path: Path) -> None:
    text = path.read_text("utf-8")
    bound = re.findall(r"^@prefix ([\w-]*): <([^>]+)> \.$", text, re.M)
    assert [prefix for prefix, _ in bound] == sorted(prefix for prefix, _ in bound)
    for prefix, iri in bound:
        # A prefix of the sample company's own is fine; one of a standard is that of the table.
        assert iri.startswith(EXAMPLE) or PREFIXES.get(prefix) == iri, prefix
        assert len(re.findall(rf"(?<![\w]){prefix}:", text)) > 1, f"{prefix}: is not used"
