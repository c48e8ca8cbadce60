"""SSSOM in RDF says what SSSOM/TSV says, in Turtle as well as in the mesh."""

from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import given
from rdflib.compare import isomorphic

from isogloss.errors import InvalidInput
from isogloss.intake.documents import Upload, read_source
from isogloss.intake.formats import Format
from isogloss.intake.sssom import (
    from_triples,
    read_triples,
    read_tsv,
    read_turtle,
    to_rdf,
    to_triples,
)
from isogloss.model.rdf import Iri, Literal, Triple, text
from isogloss.model.sssom import RECORD_SLOTS, SET_SLOTS, MappingSet, Record
from isogloss.model.sssom_forms import same
from isogloss.services.mapping_files import write_turtle
from isogloss.vocab import DCTERMS, MESH, OWL, RDF, RDFS, SEMAPV, SKOS, SSSOM, XSD
from tests.intake.sssom_sets import mapping_sets

SPACE = "https://mesh.example/shop/"
GRAPH = Iri(f"{SPACE}graph/x")
A, B, M, SET = (Iri(f"{SPACE}{name}") for name in ("a", "b", "m", "set"))
MAPPING = [
    Triple(SET, SSSOM.mappings, M),
    Triple(M, RDF.type, OWL.Axiom),
    Triple(M, OWL.annotatedSource, A),
    Triple(M, OWL.annotatedProperty, SKOS.exactMatch),
    Triple(M, OWL.annotatedTarget, B),
    Triple(M, SSSOM.mapping_justification, SEMAPV.LexicalMatching),
]


def _graph(turtle: str | bytes) -> rdflib.Graph:
    # rdflib's parser does not know all the names that Turtle may abbreviate.
    triples = ox.parse(turtle, format=ox.RdfFormat.TURTLE)
    lines = ox.serialize((quad.triple for quad in triples), format=ox.RdfFormat.N_TRIPLES)
    return rdflib.Graph().parse(data=lines, format="nt")


def test_a_graph_of_others_round_trips(shared_data: Path) -> None:
    data = (shared_data / "sssom/standard-rdf.ttl").read_bytes()
    mappings = read_turtle(data).mappings
    assert mappings.slots["mapping_set_id"] == "https://example.org/sets/standard-rdf"
    (record,) = mappings.records
    assert record.slots["predicate_modifier"] == "Not"
    assert record.slots["subject_type"] == "owl class"
    assert record.slots["confidence"] == 0.7
    assert "record_id" not in record.slots
    assert isomorphic(_graph(data), _graph(write_turtle(mappings)))


def test_a_file_of_others_survives_turtle_and_the_mesh(shared_data: Path) -> None:
    mappings = read_tsv((shared_data / "sssom/foodie-inc.sssom.tsv").read_bytes())
    assert same(mappings, read_turtle(write_turtle(mappings).encode()).mappings)
    assert same(mappings, from_triples(to_triples(mappings, space=SPACE, graph=GRAPH)))


@given(mapping_sets())
def test_any_set_survives_turtle(mappings: MappingSet) -> None:
    turtle = write_turtle(mappings)
    again = read_turtle(turtle.encode())
    assert again.notes == ()
    assert same(mappings, again.mappings)
    assert isomorphic(_graph(turtle), _graph(write_turtle(again.mappings)))


@given(mapping_sets())
def test_any_set_survives_the_mesh(mappings: MappingSet) -> None:
    triples = to_triples(mappings, space=SPACE, graph=GRAPH)
    assert same(mappings, from_triples(triples))
    # The mesh takes nothing else: what a source describes lies in its domain's space.
    assert all(triple.subject.startswith(SPACE) for triple in triples)
    assert triples == to_triples(mappings, space=SPACE, graph=GRAPH)


@given(mapping_sets())
def test_a_mapping_is_stated_by_no_direct_triple(mappings: MappingSet) -> None:
    stated = {
        (record.slots.get("subject_id"), record.slots["predicate_id"])
        for record in mappings.records
    }
    nodes = {t.object for t in to_rdf(mappings) if t.predicate == SSSOM.mappings}
    assert {(t.subject, t.predicate) for t in to_rdf(mappings) if t.subject not in nodes} & {
        pair for pair in stated if pair[0] != mappings.slots.get("mapping_set_id")
    } == set()


def test_direct_triples_are_read_past() -> None:
    direct = [Triple(A, SKOS.exactMatch, B), Triple(B, SKOS.closeMatch, A)]
    assert read_triples([*MAPPING, *direct]) == read_triples(MAPPING)
    with pytest.raises(InvalidInput, match="There is no mapping"):
        read_triples(direct)


def test_the_same_mapping_has_the_same_name_in_turtle_and_tsv() -> None:
    mappings = MappingSet(
        {"mapping_set_id": SET, "license": "https://l.example/"}, (Record({
            "subject_id": A, "predicate_id": SKOS.closeMatch, "object_id": B,
            "mapping_justification": SEMAPV.LexicalMatching, "confidence": 0.5,
        }),),
    )  # fmt: skip
    upload = Upload("m.ttl", write_turtle(mappings).encode())
    read = read_source([upload], space=SPACE, graph=GRAPH, format=Format.TURTLE).triples
    nodes = [t.object for t in read if t.predicate == SSSOM.mappings]
    made = to_triples(mappings, space=SPACE, graph=GRAPH)
    assert [t.object for t in made if t.predicate == SSSOM.mappings] == nodes


def test_turtle_is_taken_as_mappings_if_it_is_said_to_be(shared_data: Path) -> None:
    upload = Upload("standard-rdf.ttl", (shared_data / "sssom/standard-rdf.ttl").read_bytes())
    triples = read_source([upload], space=SPACE, graph=GRAPH, format=Format.SSSOM).triples
    assert all(triple.subject.startswith(SPACE) for triple in triples)
    assert MESH.mappingStatus in {triple.predicate for triple in triples}
    (record,) = from_triples(triples).records
    assert record.slots["subject_id"] == "https://example.org/entities/0001"


def test_older_spellings_are_understood() -> None:
    (record,) = from_triples([
        *MAPPING,
        Triple(M, SSSOM.predicate_modifier, Literal("Not")),
        Triple(M, DCTERMS.license, Literal("https://l.example/", XSD.anyURI)),
        Triple(M, SSSOM.subject_type, Literal("owl class")),
    ]).records  # fmt: skip
    assert record.slots["predicate_modifier"] == "Not"
    assert record.slots["license"] == "https://l.example/"
    assert record.slots["subject_type"] == "owl class"


def test_what_no_slot_holds_becomes_an_extension() -> None:
    created = Literal("2026-01-01T00:00:00Z", XSD.dateTime)
    triples = [
        *MAPPING,
        Triple(M, MESH.mappingStatus, A),
        Triple(M, DCTERMS.created, created),
        Triple(M, SSSOM.confidence, Literal("high")),
        Triple(SET, RDFS.comment, A),
    ]
    mappings = from_triples(triples, prefixes={"A": SPACE})
    (record,) = mappings.records
    assert record.extensions == {
        "ext_mappingStatus": A,
        "ext_created": created.value,
        "ext_confidence": "high",
    }
    assert mappings.extensions == {"ext_comment": A}
    said = set(to_rdf(mappings))
    assert set(triples) - said == set()


def test_what_cannot_be_held_is_noted() -> None:
    read = read_triples([
        *MAPPING,
        Triple(M, RDFS.comment, text("hallo", "de")),
        Triple(M, RDFS.comment, text("hello", "en")),
        Triple(M, MESH.precondition, Literal("a")),
        Triple(M, MESH.precondition, Literal("b")),
    ])  # fmt: skip
    (record,) = read.mappings.records
    assert record.slots["comment"] == "hello"
    assert record.extensions == {"ext_precondition": "a"}
    assert len(read.notes) == 3
    assert any("'hallo'" in note and "holds one value" in note for note in read.notes)
    assert any("'b'" in note and "holds one value" in note for note in read.notes)
    assert any(note.startswith("2 texts") for note in read.notes)


def test_extensions_never_take_the_name_of_a_slot() -> None:
    invalid = "http://sssom.invalid/"
    (record,) = from_triples([
        *MAPPING,
        Triple(M, Iri(f"{invalid}comment"), Literal("a")),
        Triple(M, Iri("urn:x:comment"), Literal("b")),
        Triple(M, Iri(f"{invalid}mine"), Literal("c")),
    ]).records  # fmt: skip
    assert sorted(record.extensions.values()) == ["a", "b", "c"]
    assert record.extensions["mine"] == "c"
    assert not record.extensions.keys() & (RECORD_SLOTS.keys() | SET_SLOTS.keys())


def test_all_records_have_an_id_or_none_has() -> None:
    other = Iri(f"{SPACE}.well-known/genid/1")
    twice = [*MAPPING, *(Triple(other, t.predicate, t.object) for t in MAPPING[1:])]
    ids = [record.slots["record_id"] for record in from_triples(twice).records]
    assert sorted(map(str, ids)) == sorted([M, other])


def test_a_prefix_that_turtle_cannot_have_gets_another_name() -> None:
    mappings = from_triples(MAPPING, prefixes={"2 b": SPACE, "p2_b": "urn:x:"})
    assert read_turtle(write_turtle(mappings).encode()).mappings.prefixes["p2_b"] == SPACE


def test_one_of_several_sets_must_be_named() -> None:
    second = [Triple(Iri(f"{SPACE}set2"), SSSOM.mappings, M)]
    with pytest.raises(InvalidInput, match="2 sets of mappings"):
        from_triples([*MAPPING, *second])
    assert from_triples([*MAPPING, *second], mapping_set=SET).slots["mapping_set_id"] == SET


def test_a_mapping_that_lacks_something_is_refused_by_name() -> None:
    with pytest.raises(InvalidInput, match=f"<{M}> has no object_id"):
        from_triples([t for t in MAPPING if t.predicate != OWL.annotatedTarget])
