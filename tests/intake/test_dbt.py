"""A dbt manifest gives datasets, columns and what depends on what; its catalog gives types."""

import json
from typing import Any

import pytest

from isogloss.errors import InvalidInput
from isogloss.intake.documents import Upload, read_source
from isogloss.intake.naming import dataset_iri, field_iri
from isogloss.model.change import Document
from isogloss.model.rdf import Iri, Literal
from isogloss.vocab import DCTERMS, MESH, PROV, XSD

SPACE = "https://mesh.example/shop/"
SCHEMA = "https://schemas.getdbt.com/dbt/{}.json"
ORDERS = dataset_iri(SPACE, "duckdb://shop", "main.orders")
RAW = dataset_iri(SPACE, "duckdb://shop", "raw.orders")


def _node(kind: str, schema: str, **more: Any) -> dict[str, Any]:
    where = {"database": "shop", "schema": schema, "name": "orders"}
    return {"resource_type": kind, **where, **more}


MANIFEST = {
    "metadata": {"dbt_schema_version": SCHEMA.format("manifest/v12"), "adapter_type": "duckdb"},
    "nodes": {
        "model.orders": _node(
            "model",
            "main",
            description="What was bought.",
            columns={
                "id": {"name": "id", "description": "Number of the order."},
                "gone": {"name": "gone", "description": None},
            },
            depends_on={"nodes": ["source.orders", "model.orders", "macro.x"], "macros": []},
        ),
        "test.unique": _node("test", "main"),
    },
    "sources": {"source.orders": _node("source", "raw", identifier="orders", columns=None)},
    "exposures": {"exposure.page": {}},
}
CATALOG = {
    "metadata": {"dbt_schema_version": SCHEMA.format("catalog/v1")},
    "nodes": {"model.orders": {"columns": {"ID": {"name": "ID", "type": "BIGINT", "index": 1}}}},
    "sources": {},
}


def _read(*documents: Any) -> Document:
    uploads = [
        Upload(f"{n}.json", json.dumps(document).encode()) for n, document in enumerate(documents)
    ]
    return read_source(uploads, space=SPACE, graph=Iri(f"{SPACE}graph/x"))


def _objects(document: Document, subject: Iri, predicate: Iri) -> set[object]:
    found = (t for t in document.triples if (t.subject, t.predicate) == (subject, predicate))
    return {triple.object for triple in found}


def test_models_and_sources_are_datasets_that_derive_from_one_another() -> None:
    document = _read(MANIFEST)
    assert _objects(document, ORDERS, DCTERMS.title) == {Literal("main.orders")}
    assert _objects(document, ORDERS, DCTERMS.description) == {Literal("What was bought.")}
    assert _objects(document, ORDERS, PROV.wasDerivedFrom) == {RAW}


def test_the_catalog_has_the_say_on_names_and_types_whatever_their_case() -> None:
    document = _read(MANIFEST, CATALOG)
    column = field_iri(ORDERS, "ID")
    assert _objects(document, column, MESH.physicalType) == {Literal("BIGINT")}
    assert _objects(document, column, MESH.position) == {Literal("1", XSD.integer)}
    assert _objects(document, column, DCTERMS.description) == {Literal("Number of the order.")}
    assert not _objects(document, field_iri(ORDERS, "id"), MESH.fieldOf)


def test_documented_columns_that_do_not_exist_are_kept_and_counted() -> None:
    document = _read(MANIFEST, CATALOG)
    assert _objects(document, field_iri(ORDERS, "gone"), MESH.fieldOf) == {ORDERS}
    assert "0.json: 1 documented columns do not exist in the catalog." in document.notes


def test_what_is_not_understood_is_counted() -> None:
    note = _read(MANIFEST).notes[0]
    assert note == "0.json: 1 exposures, 1 nodes of type test are not understood and were left out."


@pytest.mark.parametrize("version", ["v8", "v13"])
def test_another_version_is_refused_by_number(version: str) -> None:
    metadata = {"dbt_schema_version": SCHEMA.format(f"manifest/{version}")}
    with pytest.raises(InvalidInput, match=f"version {version[1:]}"):
        _read({"metadata": metadata})


@pytest.mark.parametrize(
    ("broken", "what"),
    [
        ({"nodes": [1]}, "nodes is an array"),
        ({"nodes": {"model.x": 1}}, "model.x is a number"),
        ({"nodes": {"model.x": {"resource_type": "model"}}}, "is missing"),
        ({"nodes": {"model.x": {}}}, "resource_type is missing"),
    ],
)
def test_what_is_missing_is_named_with_its_node(broken: dict[str, Any], what: str) -> None:
    with pytest.raises(InvalidInput, match=r"0\.json") as caught:
        _read({**MANIFEST, **broken})
    assert what in str(caught.value)


def test_two_manifests_are_not_one_source() -> None:
    with pytest.raises(InvalidInput, match="one manifest at a time"):
        _read(MANIFEST, MANIFEST)


def test_a_catalog_alone_says_what_it_lacks() -> None:
    with pytest.raises(InvalidInput, match="together with its manifest"):
        _read(CATALOG)
