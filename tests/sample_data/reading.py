"""The sample mesh as one graph, and short ways to ask it."""

from collections.abc import Iterable
from pathlib import Path

from rdflib import RDF, Graph, URIRef
from rdflib.term import Node

from isogloss.model.rdf import Iri
from isogloss.vocab import DCAT, DPROD, MESH, OWL, PROV, SKOS

HERE = Path(__file__).parents[2] / "sample_data"
FILES = sorted(HERE.rglob("*.ttl"))
BASE = "https://mesh.example/"
STORY = (HERE / "README.md").read_text("utf-8")
DOMAINS = {"finance", "marketing", "product", "sales", "support"}
LEGACY = "sales/product/legacy-crm"

SOURCES = {path: Graph().parse(path) for path in FILES}
MESH_GRAPH = Graph()
for _source in SOURCES.values():
    MESH_GRAPH += _source


def subjects(class_: Iri) -> set[Node]:
    return set(MESH_GRAPH.subjects(RDF.type, URIRef(class_)))


def objects(subject: Node, predicate: Iri) -> list[Node]:
    return list(MESH_GRAPH.objects(subject, URIRef(predicate)))


def one(subject: Node, predicate: Iri) -> Node:
    (value,) = objects(subject, predicate)
    return value


def pairs(predicate: Iri, subjects: set[Node]) -> set[tuple[Node, Node]]:
    found = MESH_GRAPH.subject_objects(URIRef(predicate))
    return {(subject, value) for subject, value in found if subject in subjects}


def short(node: Node) -> str:
    return str(node).removeprefix(BASE)


def domain_of(node: Node) -> str:
    return short(node).split("/")[0]


def lacks(subjects: Iterable[Node], *predicates: Iri) -> set[tuple[str, str]]:
    """Find who lacks what: a predicate without a value."""
    return {
        (short(subject), predicate)
        for subject in subjects
        for predicate in predicates
        if not objects(subject, predicate)
    }


PRODUCTS = subjects(DPROD.DataProduct)
DATASETS = subjects(DCAT.Dataset)
FIELDS = subjects(MESH.Field)
MAPPINGS = subjects(OWL.Axiom)
GLOSSARIES = {one(domain, MESH.glossary) for domain in subjects(MESH.Domain)
              if objects(domain, MESH.glossary)}  # fmt: skip
TERMS = {s for s, scheme in pairs(SKOS.inScheme, subjects(SKOS.Concept)) if scheme in GLOSSARIES}
DERIVED = pairs(PROV.wasDerivedFrom, FIELDS)
INFLUENCED = pairs(PROV.wasInfluencedBy, FIELDS)
