"""A dbt manifest gives datasets, columns and what depends on what; its catalog gives types."""

import json
from typing import Any

import pytest

from isogloss.errors import InvalidInput
from isogloss.intake.documents import Upload, read_source
from isogloss.intake.naming import (
    agent_iri,
    dataset_iri,
    field_iri,
    job_iri,
    measurement_iri,
    metric_iri,
    run_iri,
)
from isogloss.model.change import Document
from isogloss.model.rdf import Iri, Literal
from isogloss.vocab import CODE, DCAT, DCTERMS, DQV, FOAF, MESH, PROV, RDF, XSD

SPACE = "https://mesh.example/shop/"
SCHEMA = "https://schemas.getdbt.com/dbt/{}.json"
ORDERS = dataset_iri(SPACE, "duckdb://shop", "main.orders")
RAW = dataset_iri(SPACE, "duckdb://shop", "raw.orders")


def _node(kind: str, schema: str, **more: Any) -> dict[str, Any]:
    where = {"database": "shop", "schema": schema, "name": "orders"}
    return {"resource_type": kind, **where, **more}


MANIFEST: dict[str, Any] = {
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
CATALOG: dict[str, Any] = {
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
    assert (
        "0.json: 1 documented columns do not exist in the catalog: model.orders.gone."
        in document.notes
    )


def test_what_is_not_understood_is_counted() -> None:
    more = {"nodes": {**MANIFEST["nodes"], "operation.x": _node("operation", "main")}}
    notes = _read({**MANIFEST, **more, "metrics": {"metric.a": {}, "metric.b": {}}}).notes
    said = "0.json: 2 metrics, 1 nodes of type operation are not understood and were left out."
    assert notes[0] == said


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


# ---- columns, from SQL

JOB = job_iri(SPACE, "dbt", "model.orders")


def _with_sql(sql: str | None, **more: Any) -> dict[str, Any]:
    model = {**MANIFEST["nodes"]["model.orders"], "compiled_code": sql, **more}
    return {**MANIFEST, "nodes": {"model.orders": model}}


def test_compiled_sql_tells_which_columns_come_from_which() -> None:
    document = _read(_with_sql("select id, upper(name) as GONE from shop.raw.orders where x = 1"))
    # One column whatever its case, as the documentation spells it.
    assert _objects(document, field_iri(ORDERS, "gone"), PROV.wasDerivedFrom) == {
        field_iri(RAW, "name")
    }
    assert _objects(document, field_iri(ORDERS, "id"), PROV.wasInfluencedBy) == {
        field_iri(RAW, "x")
    }
    assert _objects(document, JOB, MESH.expressionLanguage) == {CODE.sql}
    (sql,) = _objects(document, JOB, MESH.expression)
    assert isinstance(sql, Literal)
    assert sql.value.startswith("select id")
    by = {triple.object for triple in document.triples if triple.predicate == MESH.madeBy}
    assert by == {JOB}


def test_raw_code_is_taken_only_if_it_is_sql_already() -> None:
    plain = _read(_with_sql(None, raw_code="select id from shop.raw.orders"))
    assert _objects(plain, field_iri(ORDERS, "id"), PROV.wasDerivedFrom)
    jinja = _read(_with_sql(None, raw_code="select id from {{ source('raw', 'orders') }}"))
    assert not _objects(jinja, field_iri(ORDERS, "id"), PROV.wasDerivedFrom)
    assert _objects(jinja, ORDERS, PROV.wasDerivedFrom) == {RAW}
    assert any("1 models have no compiled SQL" in note for note in jinja.notes)
    python = _read(_with_sql("def model(dbt): ...", language="python"))
    assert any("1 models are not written in SQL" in note for note in python.notes)


def test_what_is_read_past_the_manifest_is_a_dataset_and_a_note() -> None:
    document = _read(_with_sql("select a as id from shop.other.things"))
    other = dataset_iri(SPACE, "duckdb://shop", "other.things")
    assert other in _objects(document, ORDERS, PROV.wasDerivedFrom)
    assert "0.json: shop.other.things is read and is nothing that the manifest knows." in (
        document.notes
    )


def test_what_is_not_resolved_names_the_model_and_the_line() -> None:
    notes = _read(_with_sql("select\n  x as id\nfrom shop.raw.orders as a, other.b")).notes
    assert any(note.startswith("0.json: model.orders, line 2: the column x") for note in notes)


# ---- how datasets are named


def test_a_namespace_that_is_given_names_tables_as_openlineage_does() -> None:
    upload = Upload("m.json", json.dumps(MANIFEST).encode())
    document = read_source(
        [upload], space=SPACE, graph=Iri(f"{SPACE}graph/x"), namespace="snowflake://acme"
    )
    orders = dataset_iri(SPACE, "snowflake://acme", "shop.main.orders")
    assert _objects(document, orders, MESH.olNamespace) == {Literal("snowflake://acme")}


def test_bigquery_has_one_namespace() -> None:
    metadata = {**MANIFEST["metadata"], "adapter_type": "bigquery"}
    document = _read({**MANIFEST, "metadata": metadata})
    assert _objects(document, dataset_iri(SPACE, "bigquery", "shop.main.orders"), MESH.olNamespace)


# ---- who uses it, whose it is, and what else is known


def test_an_exposure_stands_downstream_of_what_it_depends_on() -> None:
    exposure = {
        "resource_type": "exposure",
        "name": "weekly",
        "label": "The week",
        "type": "dashboard",
        "url": "https://bi.example/weekly",
        "owner": {"name": "Ann", "email": "ann@shop.example"},
        # By way of a metric, which is no dataset.
        "depends_on": {"nodes": ["metric.revenue"]},
    }
    document = _read(
        {
            **MANIFEST,
            "exposures": {"exposure.weekly": exposure},
            "metrics": {"metric.revenue": {"depends_on": {"nodes": ["model.orders"]}}},
        }
    )
    weekly = dataset_iri(SPACE, "dbt", "exposure.weekly")
    assert _objects(document, weekly, PROV.wasDerivedFrom) == {ORDERS}
    assert _objects(document, weekly, DCTERMS.title) == {Literal("The week")}
    assert _objects(document, weekly, DCAT.landingPage) == {"https://bi.example/weekly"}
    ann = agent_iri(SPACE, "Ann")
    assert _objects(document, weekly, PROV.wasAttributedTo) == {ann}
    assert _objects(document, ann, FOAF.mbox) == {"mailto:ann@shop.example"}


def test_a_group_owns_and_tags_are_keywords_and_the_rest_is_kept() -> None:
    manifest = _with_sql(
        "select id from shop.raw.orders",
        tags=["daily"],
        group="finance",
        access="public",
        version=2,
        contract={"enforced": True},
        meta={"team": "x"},
    )
    groups = {"group.finance": {"name": "finance", "owner": {"email": "fin@shop.example"}}}
    document = _read({**manifest, "groups": groups})
    owner = agent_iri(SPACE, "fin@shop.example")
    assert _objects(document, ORDERS, PROV.wasAttributedTo) == {owner}
    assert _objects(document, ORDERS, DCAT.keyword) == {Literal("daily")}
    assert _objects(document, JOB, DCAT.keyword) == {Literal("daily")}
    assert _objects(document, ORDERS, DCAT.version) == {Literal("2")}
    (raw,) = _objects(document, ORDERS, RDF.value)
    assert isinstance(raw, Literal)
    assert json.loads(raw.value) == {
        "access": "public",
        "contract": {"enforced": True},
        "group": "finance",
        "meta": {"team": "x"},
    }


# ---- quality

RESULTS: dict[str, Any] = {
    "metadata": {
        "dbt_schema_version": SCHEMA.format("run-results/v6"),
        "invocation_id": "i-1",
        "generated_at": "2026-01-02T03:04:05.000006Z",
    },
    "results": [
        {
            "unique_id": "model.orders",
            "status": "success",
            "timing": [
                {
                    "name": "execute",
                    "started_at": "2026-01-02T03:00:00Z",
                    "completed_at": "2026-01-02T03:01:00Z",
                }
            ],
        },
        {
            "unique_id": "test.unique",
            "status": "fail",
            "failures": 3,
            "message": "Got 3 results, configured to fail if != 0",
            "timing": [],
        },
        {"unique_id": "test.whole", "status": "pass", "timing": None},
        {"unique_id": "test.skipped", "status": "skipped"},
        {"unique_id": "test.of_another_project", "status": "pass"},
    ],
}
TESTED = {
    **MANIFEST,
    "nodes": {
        **MANIFEST["nodes"],
        "test.unique": {
            **_node("test", "main", attached_node="model.orders", column_name="ID"),
            "name": "unique_orders_id",
        },
        "test.whole": _node("test", "main", depends_on={"nodes": ["source.orders"]}),
        "test.skipped": _node("test", "main", attached_node="model.orders"),
    },
}


def test_results_of_tests_are_measurements_of_columns_and_datasets() -> None:
    document = _read(TESTED, CATALOG, RESULTS)
    metric = metric_iri(SPACE, "dbt", "test.unique")
    failed = measurement_iri(metric, "i-1")
    assert _objects(document, failed, RDF.type) == {DQV.QualityMeasurement}
    assert _objects(document, failed, DQV.isMeasurementOf) == {metric}
    assert _objects(document, failed, DQV.computedOn) == {field_iri(ORDERS, "ID")}
    assert _objects(document, failed, DQV.value) == {Literal("false", XSD.boolean)}
    assert _objects(document, failed, PROV.generatedAtTime) == {
        Literal("2026-01-02T03:04:05.000006Z", XSD.dateTime)
    }
    assert _objects(document, failed, PROV.wasGeneratedBy) == {run_iri(SPACE, "i-1")}
    assert _objects(document, metric, DCTERMS.title) == {Literal("unique_orders_id")}
    whole = measurement_iri(metric_iri(SPACE, "dbt", "test.whole"), "i-1")
    assert _objects(document, whole, DQV.computedOn) == {RAW}
    assert _objects(document, whole, DQV.value) == {Literal("true", XSD.boolean)}
    assert "0.json: 1 tests have no result here." in document.notes  # it was skipped
    assert "0.json: 1 results are of nodes that the manifest does not have." in document.notes


def _later(status: str) -> dict[str, Any]:
    metadata = {**RESULTS["metadata"], "invocation_id": "i-2"}
    timing = [{"name": "execute", "completed_at": "2026-01-03T03:01:00Z"}]
    return {
        "metadata": metadata,
        "results": [{"unique_id": "model.orders", "status": status, "timing": timing}],
    }


def test_a_result_of_a_model_is_a_run_of_its_job_and_the_newest_that_went_well_is_told() -> None:
    run = run_iri(SPACE, "i-1/model.orders")
    document = _read(TESTED, RESULTS, _later("error"))
    assert _objects(document, run, MESH.runState) == {CODE.COMPLETE}
    assert _objects(document, run, PROV.endedAtTime) == {
        Literal("2026-01-02T03:01:00Z", XSD.dateTime)
    }
    assert _objects(document, ORDERS, PROV.wasGeneratedBy) == {run}
    assert _objects(document, JOB, MESH.newestRun) == {run}
    failed = run_iri(SPACE, "i-2/model.orders")
    assert _objects(document, failed, MESH.runState) == {CODE.FAIL}
    for results in ((RESULTS, _later("success")), (_later("success"), RESULTS)):
        assert _objects(_read(TESTED, *results), JOB, MESH.newestRun) == {failed}


def test_results_of_an_unknown_version_are_refused() -> None:
    metadata = {"dbt_schema_version": SCHEMA.format("run-results/v9")}
    with pytest.raises(InvalidInput, match="version 9 of dbt's run results"):
        _read(TESTED, {"metadata": metadata})


def test_results_alone_say_what_they_lack() -> None:
    with pytest.raises(InvalidInput, match="together with its manifest"):
        _read(RESULTS)


def test_each_column_that_drifts_is_measured() -> None:
    model = {
        **MANIFEST["nodes"]["model.orders"],
        "columns": {
            "id": {"name": "id", "data_type": "text"},
            "n": {"name": "n", "data_type": "int"},
            "gone": {"name": "gone"},
        },
    }
    real = {
        "ID": {"name": "ID", "type": "BIGINT", "index": 1},
        "n": {"name": "n", "type": "INTEGER", "index": 2},
        "extra": {"name": "extra", "type": "INTEGER", "index": 3},
    }
    metadata = {**CATALOG["metadata"], "generated_at": "2026-01-02T03:04:05Z"}
    document = _read(
        {**MANIFEST, "nodes": {"model.orders": model}},
        {"metadata": metadata, "nodes": {"model.orders": {"columns": real}}, "sources": {}},
    )
    metric = metric_iri(SPACE, "dbt", "documentation-drift")
    drift = {}
    for column in ("ID", "n", "gone", "extra"):
        measurement = measurement_iri(metric, field_iri(ORDERS, column))
        drift[column] = _objects(document, measurement, DQV.value)
    assert drift == {
        "ID": {Literal("type")},
        "n": set(),  # int and INTEGER are one type
        "gone": {Literal("missing")},
        "extra": {Literal("undocumented")},
    }
    assert [note for note in document.notes if "catalog" in note] == [
        "0.json: 1 documented columns do not exist in the catalog: model.orders.gone.",
        "0.json: 1 columns of the catalog are not documented, and others of their tables are: "
        "model.orders.extra.",
        "0.json: 1 columns have another type in the catalog than is documented: model.orders.ID.",
    ]


def test_two_manifests_are_not_one_source() -> None:
    with pytest.raises(InvalidInput, match="one manifest at a time"):
        _read(MANIFEST, MANIFEST)


def test_a_catalog_alone_says_what_it_lacks() -> None:
    with pytest.raises(InvalidInput, match="together with its manifest"):
        _read(CATALOG)
