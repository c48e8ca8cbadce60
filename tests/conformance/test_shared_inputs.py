"""Every OpenLineage and dbt file that others wrote loads, or is refused with a reason.

Each file is in exactly one of the tables below, so a new one makes the test fail until
somebody has looked at it.
"""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from isogloss.errors import InvalidInput, UnknownFormat
from isogloss.intake.documents import Upload, read_source
from isogloss.model.change import Document
from isogloss.model.rdf import Iri, Literal
from isogloss.vocab import CODE, DCAT, DCTERMS, DQV, MESH, PROV, RDF

SPACE = "https://mesh.example/shop/"
GRAPH = Iri(f"{SPACE}graph/shared")

# Folder → how many files of it load as they are.
LOADED = {
    "openlineage/airflow": 32,
    "openlineage/client-examples": 3,
    "openlineage/odd-events": 8,
    "openlineage/spark-column-lineage": 4,
    "openlineage/spec-tests": 1,  # example_full_event.json; its folders hold bare facets
    "dbt/salesforce": 1,
    "dbt/v12/jaffle_shop": 5,
    "dbt/v9/jaffle_shop_at_1.5rc1": 1,
}
# Folder → (how many files of it are refused, their code, what the sentence says).
REFUSED = {
    "openlineage/spec": (1, "UNKNOWN_FORMAT", "JSON Schema"),
    "openlineage/spec/facets": (38, "UNKNOWN_FORMAT", "JSON Schema"),
    "openlineage/spec-tests/*": (46, "UNKNOWN_FORMAT", "bare OpenLineage facet"),
    "openlineage/food-delivery": (1, "INVALID_INPUT", "fill in the places of a template"),
    "dbt/catalog/v1/jaffle_shop": (3, "UNKNOWN_FORMAT", "together with its manifest.json"),
    "dbt/salesforce": (1, "UNKNOWN_FORMAT", "together with its manifest.json"),
}


def _read(*paths: Path) -> Document:
    uploads = [Upload(path.name, path.read_bytes()) for path in paths]
    return read_source(uploads, space=SPACE, graph=GRAPH)


def _files(folder: Path, pattern: str) -> list[Path]:
    return sorted(path for path in folder.glob(pattern) if path.is_file())


def _outcome(path: Path) -> Document | InvalidInput:
    try:
        return _read(path)
    except InvalidInput as error:
        return error


def test_every_file_loads_or_is_refused_with_a_reason(shared_data: Path) -> None:
    loaded: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    for path in [*shared_data.glob("openlineage/**/*.json"), *shared_data.glob("dbt/**/*.json")]:
        folder = str(path.parent.relative_to(shared_data))
        if folder.startswith("openlineage/spec-tests/"):
            folder = "openlineage/spec-tests/*"
        outcome = _outcome(path)
        if isinstance(outcome, Document):
            assert outcome.triples, path
            loaded[folder] += 1
        else:
            _, code, reason = REFUSED[folder]
            assert outcome.code == code, path
            assert path.name in str(outcome)
            assert reason in str(outcome), outcome
            refused[folder] += 1
    assert loaded == LOADED
    assert refused == {folder: number for folder, (number, _, _) in REFUSED.items()}


def _typed(document: Document, class_: Iri) -> set[Iri]:
    return {t.subject for t in document.triples if (t.predicate, t.object) == (RDF.type, class_)}


def _pairs(document: Document, predicate: Iri) -> set[tuple[Iri, str]]:
    return {(t.subject, str(t.object)) for t in document.triples if t.predicate == predicate}


def test_all_events_of_a_stream_together_are_the_sum_of_its_files(shared_data: Path) -> None:
    """Airflow wrote 32 lines: 2 of each of 16 runs, START and COMPLETE."""
    document = _read(*_files(shared_data, "openlineage/airflow/*.json"))
    states = [t.object for t in document.triples if t.predicate == MESH.runState]
    assert set(states) <= {CODE.COMPLETE, CODE.START, CODE.RUNNING, CODE.OTHER}
    apart = frozenset().union(
        *(_read(path).triples for path in _files(shared_data, "openlineage/airflow/*.json"))
    )
    # But for the states and what tells of all events, each file says its part of the whole.
    sums = {MESH.runState, MESH.contentDigest, DCTERMS.modified}
    assert {t for t in apart if t.predicate not in sums} <= document.triples


def test_columns_are_traced_where_a_producer_traced_them(shared_data: Path) -> None:
    """Lines 3, 5 and 7 of airflow have the facet columnLineage; every pair is qualified."""
    document = _read(*_files(shared_data, "openlineage/airflow/line_0[357].json"))
    columns = _typed(document, MESH.Field)
    derived = {pair for pair in _pairs(document, PROV.wasDerivedFrom) if pair[0] in columns}
    # upload takes 5 columns over, upload_cp 6 and result.csv 5.
    assert len(derived) == 16
    assert all(upstream in columns for _, upstream in derived)
    assert len(_typed(document, MESH.ColumnDerivation)) == len(derived)
    assert {how for _, how in _pairs(document, MESH.transformationType)} == {CODE.DIRECT}
    assert {how for _, how in _pairs(document, MESH.transformationSubtype)} == {CODE.IDENTITY}


def test_the_food_delivery_stream_gives_what_a_count_by_hand_gives(shared_data: Path) -> None:
    template = (shared_data / "openlineage/food-delivery/metadata.template.json").read_text("utf-8")
    filled = re.sub(r"{{\w+}}", "2026-02-22T22:00:00.000Z", template)
    upload = Upload("food-delivery.json", filled.encode())
    document = read_source([upload], space=SPACE, graph=GRAPH)

    events = json.loads(filled)
    assert len(events) == 26
    assert len(_typed(document, MESH.Run)) == len({e["run"]["runId"] for e in events}) == 13
    assert len(_typed(document, MESH.Job)) == len({e["job"]["name"] for e in events}) == 13
    sides = [d for e in events for d in [*(e.get("inputs") or ()), *(e.get("outputs") or ())]]
    edges = {
        (output["name"], name, source["name"], source["field"])
        for output in sides
        for name, field in output.get("facets", {})
        .get("columnLineage", {})
        .get("fields", {})
        .items()
        for source in field["inputFields"]
    }
    assert len(_typed(document, MESH.ColumnDerivation)) == len(edges) == 39
    # One dataset, public.menu_item_id, is only ever named as where a column comes from.
    names = {d["name"] for d in sides} | {source for _, _, source, _ in edges}
    assert len(_typed(document, DCAT.Dataset)) == len(names) == 14
    # Every run began and ended well, so each of its outputs was generated by it.
    assert {str(t.object) for t in document.triples if t.predicate == MESH.runState} == {
        CODE.COMPLETE
    }
    measurements = _typed(document, DQV.QualityMeasurement)
    assert len(_pairs(document, PROV.generated)) == 13
    # The last output of delivery_7_days was tested, and both assertions were measured.
    tested = [
        d["facets"]["dataQualityAssertions"]
        for d in sides
        if "dataQualityAssertions" in d.get("facets", {})
    ]
    assert len(measurements) == sum(len(facet["assertions"]) for facet in tested) == 2
    assert document.notes == ()


def test_a_catalog_adds_types_and_shows_drift(shared_data: Path) -> None:
    folder = shared_data / "dbt/salesforce"
    alone = _read(folder / "manifest.json")
    both = _read(folder / "manifest.json", folder / "catalog.json")
    types = {t.object for t in both.triples if t.predicate == MESH.physicalType}
    assert len(types) > len({t.object for t in alone.triples if t.predicate == MESH.physicalType})
    assert _typed(alone, MESH.Field) != _typed(both, MESH.Field)
    assert any("do not exist in the catalog" in note for note in both.notes)


def test_an_unknown_version_of_a_manifest_is_refused() -> None:
    data = (
        b'{"metadata": {"dbt_schema_version": "https://schemas.getdbt.com/dbt/manifest/v7.json"}}'
    )
    with pytest.raises(UnknownFormat, match="version 7"):
        read_source([Upload("manifest.json", data)], space=SPACE, graph=GRAPH)


def test_titles_are_names_and_never_empty(shared_data: Path) -> None:
    for path in _files(shared_data, "openlineage/odd-events/*.json"):
        for triple in _read(path).triples:
            if isinstance(triple.object, Literal):
                assert triple.object.value
