"""What OpenLineage's facets say, in the examples that their authors wrote and in small ones."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from isogloss.intake.naming import dataset_iri, field_iri, job_iri, run_iri
from isogloss.intake.openlineage import read_events
from isogloss.model.change import Document
from isogloss.model.rdf import Iri, Literal
from isogloss.vocab import CODE, DCAT, DCTERMS, DQV, MESH, PROV, RDF, XSD

SPACE = "https://mesh.example/shop/"
JOB = job_iri(SPACE, "cron", "sum")
RUN = run_iri(SPACE, "r1")
TOTALS, ORDERS = dataset_iri(SPACE, "db", "totals"), dataset_iri(SPACE, "db", "orders")
WAREHOUSE = "postgresql://warehouse:5432"


def event(*, state: str = "COMPLETE", **more: Any) -> dict[str, Any]:
    return {
        "eventType": state,
        "eventTime": "2026-01-31T12:00:00Z",
        "run": {"runId": "r1", "facets": more.pop("run", {})},
        "job": {"namespace": "cron", "name": "sum", "facets": more.pop("job", {})},
        "inputs": [{"namespace": "db", "name": "orders", **more.pop("input", {})}],
        "outputs": [{"namespace": "db", "name": "totals", **more.pop("output", {})}],
        **more,
    }


def read(*events: Any) -> Document:
    return read_events([(f"event {n}", e) for n, e in enumerate(events, 1)], space=SPACE)


def objects(found: Document, subject: Iri, predicate: Iri) -> set[Any]:
    return {t.object for t in found.triples if (t.subject, t.predicate) == (subject, predicate)}


def typed(found: Document, kind: Iri) -> set[Iri]:
    return {t.subject for t in found.triples if (t.predicate, t.object) == (RDF.type, kind)}


def edges(found: Document, predicate: Iri = PROV.wasDerivedFrom) -> set[tuple[Iri, Any]]:
    return {(t.subject, t.object) for t in found.triples if t.predicate == predicate}


def of_job(entry: dict[str, Any]) -> Document:
    return read(event(job={"lineage": {"entries": [entry]}}))


# Files of bare facets, by what they are facets of: the part of an event that would carry each.
PARTS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "RunFacet": lambda facets: {"run": facets},
    "JobFacet": lambda facets: {"job": facets},
    "InputDatasetFacet": lambda facets: {"input": {"inputFacets": facets}},
    "OutputDatasetFacet": lambda facets: {"output": {"outputFacets": facets}},
    "DatasetFacet": lambda facets: {"output": {"facets": facets}},
    "LineageFacet": lambda facets: {
        "job" if "entries" in facets["lineage"] else "output": facets
        if "entries" in facets["lineage"]
        else {"facets": facets}
    },
}


def test_every_example_of_a_facet_is_read(shared_data: Path) -> None:
    files = sorted((shared_data / "openlineage/spec-tests").glob("*/*.json"))
    assert len(files) == 46
    for file in files:
        part = next(make for end, make in PARTS.items() if file.parent.name.endswith(end))
        found = read(event(**part(json.loads(file.read_text("utf-8")))))
        assert typed(found, MESH.LineageEvent), file


def test_the_example_of_column_lineage_gives_its_pairs(shared_data: Path) -> None:
    """Counted from the file: pairs of fields, those with a DIRECT step, and those that mask."""
    folder = shared_data / "openlineage/spec-tests/ColumnLineageDatasetFacet"
    for name in ("1.json", "2.json"):
        facets = json.loads((folder / name).read_text("utf-8"))
        facet = facets["columnLineage"]
        steps: dict[tuple[str, ...], list[Any]] = {}
        for field, value in facet["fields"].items():
            # What the whole dataset depends on, each of its fields does.
            for source in [*value["inputFields"], *facet.get("dataset", ())]:
                pair = (field, source["namespace"], source["name"], source["field"])
                steps.setdefault(pair, []).extend(source.get("transformations", ()))
        direct = {p for p, s in steps.items() if not s or any(t["type"] == "DIRECT" for t in s)}
        masked = {p for p, s in steps.items() if any(t.get("masking") for t in s)}
        found = read(event(output={"facets": facets}, inputs=[]))
        assert len(typed(found, MESH.ColumnDerivation)) == len(direct)
        assert len(typed(found, MESH.ColumnInfluence)) == len(steps) - len(direct)
        hiding = {
            t.subject
            for t in found.triples
            if t.predicate == MESH.masking and t.object == Literal("true", XSD.boolean)
        }
        hides = {
            t.subject
            for t in found.triples
            if t.predicate == MESH.transformation and t.object in hiding
        }
        assert len(hides) == len(masked)


def test_what_a_run_did_is_observed_with_its_job_and_what_a_job_says_declared() -> None:
    run, job = event(), event()
    del job["run"], job["eventType"]
    nodes = objects(read(run, job), TOTALS, PROV.qualifiedDerivation)
    found = read(run, job)
    told = {
        objects(found, node, MESH.evidence).pop(): objects(found, node, MESH.madeBy)
        for node in nodes
    }
    assert told == {CODE.observed: {JOB}, CODE.declared: {JOB}}


def test_a_whole_dataset_depends_on_what_filters_it_also_by_columns_that_come_from_nowhere() -> (
    None
):
    by = {
        "namespace": "db",
        "name": "orders",
        "field": "state",
        "transformations": [{"type": "INDIRECT", "subtype": "FILTER"}],
    }
    schema = {"fields": [{"name": "a"}, {"name": "b"}]}
    found = read(
        event(
            output={"facets": {"columnLineage": {"fields": {}, "dataset": [by]}, "schema": schema}}
        )
    )
    state = field_iri(ORDERS, "state")
    assert edges(found, PROV.wasInfluencedBy) == {
        (field_iri(TOTALS, "a"), state),
        (field_iri(TOTALS, "b"), state),
    }
    # Without columns there are only the datasets to relate.
    bare = read(
        event(output={"facets": {"columnLineage": {"fields": {}, "dataset": [by]}}}, inputs=[])
    )
    assert edges(bare, PROV.wasInfluencedBy) == {(TOTALS, ORDERS)}


# The lineage facet


def example(shared_data: Path, name: str) -> dict[str, Any]:
    folder = shared_data / "openlineage/spec-tests/LineageFacet"
    found: dict[str, Any] = json.loads((folder / f"{name}.json").read_text("utf-8"))["lineage"]
    return found


def test_a_dataset_names_what_it_comes_from(shared_data: Path) -> None:
    facet = example(shared_data, "dataset-to-dataset")
    found = read(event(output={"facets": {"lineage": facet}}))
    customers = dataset_iri(SPACE, WAREHOUSE, "public.customers")
    # It said all that it comes from, so the run's other input is none of that.
    assert edges(found) == {
        (TOTALS, customers),
        (field_iri(TOTALS, "customer_id"), field_iri(customers, "id")),
    }
    assert objects(found, RUN, PROV.used) == {ORDERS}


def test_a_job_reads_datasets_and_follows_jobs(shared_data: Path) -> None:
    found = of_job(example(shared_data, "dataset-to-job")["entries"][0])
    load = job_iri(SPACE, "airflow://production", "daily.load")
    staging = dataset_iri(SPACE, WAREHOUSE, "public.staging_orders")
    assert objects(found, load, DCTERMS.requires) == {staging, field_iri(staging, "order_id")}
    chained = of_job(example(shared_data, "job-to-job")["entries"][0])
    transform = job_iri(SPACE, "airflow://production", "daily.transform")
    assert objects(chained, load, DCTERMS.requires) == {transform}
    own = of_job(example(shared_data, "implicit-job")["entries"][0])
    transactions = dataset_iri(SPACE, "postgresql://production:5432", "public.transactions")
    assert transactions in objects(own, JOB, DCTERMS.requires)


def test_a_job_makes_a_dataset_out_of_nothing_that_is_tracked(shared_data: Path) -> None:
    found = of_job(example(shared_data, "generator")["entries"][0])
    extracted = dataset_iri(SPACE, WAREHOUSE, "public.extracted_data")
    assert objects(found, extracted, MESH.madeBy) == {JOB}
    assert not objects(found, extracted, PROV.wasDerivedFrom)
    assert field_iri(extracted, "total") in typed(found, MESH.Field)
    other = of_job(example(shared_data, "job-to-dataset")["entries"][0])
    summary = dataset_iri(SPACE, WAREHOUSE, "public.daily_summary")
    extract = job_iri(SPACE, "airflow://production", "daily.extract")
    assert objects(other, summary, MESH.madeBy) == {extract}


def test_datasets_and_jobs_may_be_mixed_as_sources(shared_data: Path) -> None:
    found = of_job(example(shared_data, "mixed-sources")["entries"][0])
    enriched = dataset_iri(SPACE, WAREHOUSE, "public.enriched_orders")
    orders = dataset_iri(SPACE, WAREHOUSE, "public.orders")
    assert objects(found, enriched, PROV.wasDerivedFrom) == {orders}
    assert objects(found, enriched, MESH.madeBy) == {
        job_iri(SPACE, "airflow://production", "daily.enrichment")
    }
    assert objects(found, field_iri(enriched, "customer_segment"), PROV.wasDerivedFrom) == {
        field_iri(orders, "customer_id")
    }


def test_an_empty_list_of_inputs_means_that_there_are_none() -> None:
    found = read(event(output={"facets": {"lineage": {"inputs": []}}}))
    assert not edges(found)


# Names, versions, lives


def test_another_name_is_told_with_its_key() -> None:
    alias = {"namespace": "hive", "name": "t", "type": "TABLE"}
    found = read(event(output={"facets": {"symlinks": {"identifiers": [alias]}}}))
    other = dataset_iri(SPACE, "hive", "t")
    assert objects(found, TOTALS, PROV.alternateOf) == {other}
    assert objects(found, other, MESH.olNamespace) == {Literal("hive")}
    assert objects(found, other, DCTERMS.identifier) == {Literal("t")}


def test_a_renamed_dataset_is_a_revision_and_a_dropped_one_invalidated() -> None:
    before = {"namespace": "db", "name": "old"}
    change = {"lifecycleStateChange": "RENAME", "previousIdentifier": before}
    renamed = read(event(output={"facets": {"lifecycleStateChange": change}}))
    assert objects(renamed, TOTALS, PROV.wasRevisionOf) == {dataset_iri(SPACE, "db", "old")}
    facets = {"facets": {"lifecycleStateChange": {"lifecycleStateChange": "DROP"}}}
    assert objects(read(event(output=facets)), RUN, PROV.invalidated) == {TOTALS}
    failed = read(event(state="FAIL", output=facets))
    assert not objects(failed, RUN, PROV.invalidated)


def test_a_version_is_a_specialization_that_the_run_used_or_made() -> None:
    facets = {"facets": {"version": {"datasetVersion": "7"}}}
    found = read(event(input=facets, output=facets))
    (read_one,) = objects(found, RUN, PROV.used) - {ORDERS}
    assert objects(found, read_one, PROV.specializationOf) == {ORDERS}
    assert objects(found, read_one, DCAT.version) == {Literal("7")}
    (made,) = objects(found, RUN, PROV.generated) - {TOTALS}
    assert objects(found, made, PROV.specializationOf) == {TOTALS}


def test_sources_tags_and_types_are_understood() -> None:
    labels = {"tags": [{"key": "pii"}, {"key": "tier", "value": "1", "field": "total"}]}
    found = read(
        event(
            job={
                "jobType": {"processingType": "BATCH", "integration": "DBT", "jobType": "MODEL"},
                "tags": {"tags": [{"key": "process", "value": "closing"}]},
            },
            output={"facets": {"tags": labels, "dataSource": {"name": "wh", "uri": "s3://wh"}}},
            run={"tags": {"tags": [{"key": "manual", "value": "true"}]}},
        )
    )
    assert objects(found, TOTALS, DCAT.keyword) == {Literal("pii")}
    assert objects(found, field_iri(TOTALS, "total"), DCAT.keyword) == {Literal("tier:1")}
    assert objects(found, JOB, DCAT.keyword) == {Literal("process:closing")}
    assert objects(found, RUN, DCAT.keyword) == {Literal("manual")}
    assert objects(found, JOB, MESH.jobType) == {Literal("BATCH/DBT/MODEL")}
    assert objects(found, TOTALS, DCTERMS.isPartOf) == {Iri("s3://wh")}


# Runs


def test_nominal_times_and_errors_are_told_of_the_run() -> None:
    times = {"nominalStartTime": "2026-01-30T00:00:00Z", "nominalEndTime": "2026-01-30"}
    found = read(
        event(
            state="FAIL", run={"nominalTime": times, "errorMessage": {"message": "No space left."}}
        )
    )
    assert objects(found, RUN, MESH.nominalStartTime) == {
        Literal("2026-01-30T00:00:00Z", XSD.dateTime)
    }
    assert not objects(found, RUN, MESH.nominalEndTime)
    assert objects(found, RUN, DCTERMS.description) == {Literal("No space left.")}


def test_a_job_is_part_of_its_parent_and_that_of_the_root(shared_data: Path) -> None:
    facets = json.loads(
        (shared_data / "openlineage/spec-tests/ParentRunFacet/2.json").read_text("utf-8")
    )
    found = read(event(run=facets))
    task, dag = job_iri(SPACE, "airflow", "my_dag.my_task"), job_iri(SPACE, "airflow", "my_dag")
    assert objects(found, JOB, DCTERMS.isPartOf) == {task}
    assert objects(found, task, DCTERMS.isPartOf) == {dag}
    parent = run_iri(SPACE, facets["parent"]["run"]["runId"])
    root = run_iri(SPACE, facets["parent"]["root"]["run"]["runId"])
    assert objects(found, RUN, PROV.wasInformedBy) == {parent}
    assert objects(found, parent, PROV.wasInformedBy) == {root}


@pytest.mark.parametrize(
    "times", [("12:00:00+02:00", "11:00:00Z"), ("11:00:00Z", "12:00:00+02:00")]
)
def test_the_earlier_beginning_counts_whatever_its_zone(times: tuple[str, str]) -> None:
    both = [event(state="START", eventTime=f"2026-01-31T{time}") for time in times]
    assert objects(read(*both), RUN, PROV.startedAtTime) == {
        Literal("2026-01-31T12:00:00+02:00", XSD.dateTime)
    }


# Measurements


def test_metrics_assertions_and_statistics_are_measurements_of_the_run() -> None:
    metrics = {"rowCount": 10, "columnMetrics": {"amount": {"max": 15.5, "nullCount": 0}}}
    assertions = [
        {"assertion": "not_null", "column": "amount", "success": True},
        {"assertion": "unique", "success": False},
    ]
    found = read(
        event(
            input={
                "inputFacets": {
                    "dataQualityMetrics": metrics,
                    "dataQualityAssertions": {"assertions": assertions},
                }
            },
            output={"outputFacets": {"outputStatistics": {"rowCount": 3}}},
        )
    )
    values = {}
    for node in typed(found, DQV.QualityMeasurement):
        (metric,) = objects(found, node, DQV.isMeasurementOf)
        (name,) = objects(found, metric, DCTERMS.identifier)
        assert objects(found, node, PROV.wasGeneratedBy) == {RUN}
        assert objects(found, node, PROV.generatedAtTime)
        values[name.value, *objects(found, node, DQV.computedOn)] = objects(found, node, DQV.value)
    amount = field_iri(ORDERS, "amount")
    assert values == {
        ("rowCount", ORDERS): {Literal("10", XSD.integer)},
        ("max", amount): {Literal("15.5", XSD.double)},
        ("nullCount", amount): {Literal("0", XSD.integer)},
        ("not_null", amount): {Literal("true", XSD.boolean)},
        ("unique", ORDERS): {Literal("false", XSD.boolean)},
        ("rowCount", TOTALS): {Literal("3", XSD.integer)},
    }


def test_a_run_that_failed_was_measured_all_the_same() -> None:
    facet = {"dataQualityAssertions": {"assertions": [{"assertion": "unique", "success": False}]}}
    assert (
        len(typed(read(event(state="FAIL", input={"inputFacets": facet})), DQV.QualityMeasurement))
        == 1
    )


# What is kept


def test_events_are_kept_as_they_came_facets_included_that_nobody_understands() -> None:
    one = event(output={"facets": {"weather": {"sky": "blue"}}})
    found = read(one)
    (iri,) = typed(found, MESH.LineageEvent)
    documents = objects(found, iri, RDF.value)
    assert {document.datatype for document in documents} == {RDF.JSON}
    whole: dict[str, Any] = {}
    for document in documents:
        whole |= json.loads(document.value)
    assert whole == one
    assert any("`weather`" in note for note in found.notes)


def test_what_many_events_say_alike_is_one_document() -> None:
    first, second = event(run={"x": {"n": 1}}), event(run={"x": {"n": 2}})
    found = read(first, second)
    said = {t.object for t in found.triples if t.predicate == RDF.value}
    # Two events: what is their own is there twice, their job and their datasets once.
    assert len(said) == 4
