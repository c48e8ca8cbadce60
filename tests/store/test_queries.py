"""Every named query keeps the contract in its header."""

import re
from pathlib import Path

import pyoxigraph as ox
import pytest

from isogloss.model.rdf import Iri, Literal, Quad
from isogloss.store.graph import Graph
from isogloss.vocab import CODE, DPROD, MESH, PREFIXES, PROV, XSD

QUERIES = sorted((Path(__file__).parents[2] / "src/isogloss/store/queries").glob("*.rq"))
G, H = Iri("urn:g"), Iri("urn:h")
A, B, C = Iri("urn:a"), Iri("urn:b"), Iri("urn:c")


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
def test_the_header_names_what_the_query_gives(path: Path) -> None:
    query = path.read_text("utf-8")
    stated = re.findall(r"^#\s+(?:in:|out:)?\s*\?(\w+)\s", query, re.M)
    solutions = ox.Store().query(query)
    assert isinstance(solutions, ox.QuerySolutions)
    assert [variable.value for variable in solutions.variables] == stated


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
def test_prefixes_are_those_of_the_repository_sorted_and_used(path: Path) -> None:
    query = path.read_text("utf-8")
    bound = re.findall(r"^PREFIX (\w+): <([^>]+)>$", query, re.M)
    assert bound == sorted(bound)
    assert {prefix: PREFIXES[prefix] for prefix, _ in bound} == dict(bound)
    body = query.split("SELECT", 1)[1]
    assert [prefix for prefix, _ in bound if f"{prefix}:" not in body] == []


def test_every_query_is_a_file_with_a_test() -> None:
    assert [path.stem for path in QUERIES] == ["consumptions", "transformations"]


def test_consumptions_join_products_at_the_port_they_share() -> None:
    graph = Graph.open(None)
    port, other = Iri("urn:port"), Iri("urn:other-port")
    graph.apply(
        added=[
            Quad(A, DPROD.inputPort, port, G),
            Quad(B, DPROD.outputPort, port, H),
            Quad(C, DPROD.outputPort, other, H),
        ],
        removed=[],
        sequence=1,
    )
    assert list(graph.select("consumptions")) == [
        {"consumer": A, "producer": B, "port": port, "graph": G}
    ]


def test_transformations_leave_unbound_what_nobody_told() -> None:
    graph = Graph.open(None)
    derivation, influence = Iri("urn:d"), Iri("urn:i")
    graph.apply(
        added=[
            Quad(A, PROV.qualifiedDerivation, derivation, G),
            Quad(derivation, PROV.entity, B, G),
            Quad(derivation, MESH.transformation, Iri("urn:t1"), G),
            Quad(Iri("urn:t1"), MESH.transformationType, CODE.DIRECT, G),
            Quad(Iri("urn:t1"), MESH.transformationSubtype, CODE.IDENTITY, G),
            Quad(Iri("urn:t1"), MESH.masking, Literal("true", XSD.boolean), G),
            Quad(A, PROV.qualifiedInfluence, influence, G),
            Quad(influence, PROV.entity, C, G),
            Quad(influence, MESH.transformation, Iri("urn:t2"), G),
            Quad(Iri("urn:t2"), MESH.transformationType, CODE.INDIRECT, G),
        ],
        removed=[],
        sequence=1,
    )
    rows = sorted(graph.select("transformations"), key=lambda row: str(row["upstream"]))
    assert rows == [
        {
            "downstream": A,
            "upstream": B,
            "type": CODE.DIRECT,
            "subtype": CODE.IDENTITY,
            "masking": Literal("true", XSD.boolean),
        },
        {"downstream": A, "upstream": C, "type": CODE.INDIRECT},
    ]
