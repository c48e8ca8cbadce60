"""Shapes that others published, and our own, give on real data what pySHACL gives."""

from collections.abc import Mapping
from pathlib import Path

import pytest
import rdflib

from isogloss import resources
from isogloss.bootstrap import Services
from isogloss.governance.compiler.program import Program
from isogloss.governance.rulebook import Rulebook
from isogloss.governance.terms import exact_literals
from isogloss.model.rdf import Iri, Triple
from isogloss.store.twin import Twin
from tests.governance.compiler.judging import Data, compiled, interpreted, plain, standing_of

BASE = "https://mesh.example/examples/"

# Files of shapes → how many results they give of all DCAT examples together.
DCAT_AP = {
    "dcat-ap-3.0.0/dcat-ap-SHACL.ttl": 393,
    "dcat-ap-2.1.1/dcat-ap_2.1.1_shacl_shapes.ttl": 115,
    "dcat-ap-2.1.1/dcat-ap_2.1.1_shacl_shapes_recommended.ttl": 435,
    "dcat-ap-2.1.1/dcat-ap_2.1.1_shacl_range.ttl": 168,
    "dcat-ap-2.1.1/dcat-ap_2.1.1_shacl_deprecateduris.ttl": 0,
    "dcat-ap-2.1.1/dcat-ap_2.1.1_shacl_mdr-vocabularies.shape.ttl": 160,
}


@pytest.fixture(scope="module")
def dcat_examples(shared_data: Path) -> Data:
    """All DCAT examples together, each with blank nodes of its own."""
    return frozenset().union(
        *(_triples(path) for path in sorted((shared_data / "dcat" / "examples").glob("*.ttl")))
    )


def _triples(path: Path) -> Data:
    graph = rdflib.Graph(bind_namespaces="none")
    with exact_literals():
        graph.parse(path, format="turtle", publicID=BASE + path.name)
    return frozenset(_triple(*triple) for triple in graph)


def _triple(*nodes: rdflib.term.Node) -> Triple:
    subject, predicate, object_ = map(plain, nodes)
    assert subject is not None
    assert predicate is not None
    assert object_ is not None
    return Triple(Iri(str(subject)), Iri(str(predicate)), object_)


def _shapes(folder: Path, name: str) -> Mapping[str, str]:
    return {name: (folder / "shacl" / name).read_text("utf-8")}


@pytest.mark.parametrize("name", DCAT_AP)
def test_dcat_ap_finds_in_the_examples_what_pyshacl_finds(
    shared_data: Path, dcat_examples: Data, name: str
) -> None:
    rulebook = Rulebook(_shapes(shared_data, name))
    found = compiled(rulebook, dcat_examples)
    assert found == interpreted(rulebook, dcat_examples)
    assert found.total() == DCAT_AP[name]


def test_the_examples_bit_by_bit_lead_to_the_same(shared_data: Path, dcat_examples: Data) -> None:
    """What is said comes in bits, and half of it goes again."""
    rulebook = Rulebook(_shapes(shared_data, next(iter(DCAT_AP))))
    program, twin = Program(rulebook), Twin([])
    standing = program.full(twin.select)
    all_triples = sorted(dcat_examples, key=str)
    for start in range(0, len(all_triples), 100):
        triples = all_triples[start : start + 100]
        twin.apply(triples, [])
        standing.accept(standing.after(twin.select, triples, []))
    assert standing_of(rulebook, standing) == compiled(rulebook, dcat_examples)

    gone = frozenset(all_triples[::2])
    twin.apply([], gone)
    standing.accept(standing.after(twin.select, [], gone))
    assert standing_of(rulebook, standing) == compiled(rulebook, dcat_examples - gone)


def _mesh(services: Services) -> Data:
    head = services.mesh.at(services.mesh.journal.head.sequence)
    return frozenset(Triple(*quad[:3]) for quad in head.quads())


def test_our_own_shapes_find_in_the_sample_mesh_what_pyshacl_finds(little_mesh: Services) -> None:
    rulebook = Rulebook(resources.texts("shapes", ".ttl"))
    # Without the ontology's codes and classes, which are added where a mesh is judged, some rules
    # are broken: so the two have results to agree about.
    triples = _mesh(little_mesh)
    found = compiled(rulebook, triples)
    assert found == interpreted(rulebook, triples)
    assert found


def test_our_own_shapes_find_the_same_where_half_of_the_mesh_is_missing(
    little_mesh: Services,
) -> None:
    rulebook = Rulebook(resources.texts("shapes", ".ttl"))
    triples = frozenset(sorted(_mesh(little_mesh), key=str)[::2])
    found = compiled(rulebook, triples)
    assert found == interpreted(rulebook, triples)
    assert len(found) > 100
