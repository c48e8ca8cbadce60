"""The endpoint of OpenLineage, asked by the official client over HTTP."""

import gzip
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import httpx2
import pytest
import requests
from openlineage.client import OpenLineageClient
from openlineage.client.event_v2 import (
    DatasetEvent,
    InputDataset,
    Job,
    JobEvent,
    OutputDataset,
    Run,
    RunEvent,
    StaticDataset,
)
from openlineage.client.facet_v2 import column_lineage_dataset, parent_run, schema_dataset
from openlineage.client.generated.base import EventType
from openlineage.client.transport.http import (
    ApiKeyTokenProvider,
    HttpCompression,
    HttpConfig,
    HttpTransport,
)

from isogloss.bootstrap import Services
from isogloss.errors import MeshReadOnly
from isogloss.governance.rulebook import Rulebook
from isogloss.intake.naming import dataset_iri, field_iri, job_iri, run_iri
from isogloss.model.access import Role
from isogloss.model.rdf import Iri, Triple
from isogloss.services.regimes import Regimes
from isogloss.vocab import CODE, DCAT, DCTERMS, DQV, MESH, PROV, RDF
from tests.listening import Served, serve

SPACE = "https://mesh.example/unclaimed/"
PRODUCER = "https://mesh.example/producer"
NOW = "2026-01-31T12:00:00Z"


@pytest.fixture
def served(empty_mesh: Services) -> Iterator[Served]:
    with serve(empty_mesh) as here:
        yield here


def address(served: Served) -> str:
    return served.url.replace("ws://", "http://").removesuffix("graphql")


def client_of(served: Served, *, packed: bool = False) -> OpenLineageClient:
    config = HttpConfig(
        url=address(served),
        auth=ApiKeyTokenProvider({"apiKey": served.token()}),
        compression=HttpCompression.GZIP if packed else None,
        retry={"total": 0},
    )
    return OpenLineageClient(transport=HttpTransport(config))


def triples(served: Served) -> frozenset[Triple]:
    journal = served.services.mesh.journal
    return frozenset(Triple(*quad[:3]) for quad in journal.at(journal.head.sequence).quads())


def objects(found: frozenset[Triple], subject: Iri, predicate: Iri) -> set[object]:
    return {t.object for t in found if (t.subject, t.predicate) == (subject, predicate)}


def typed(found: frozenset[Triple], kind: Iri) -> set[Iri]:
    return {t.subject for t in found if (t.predicate, t.object) == (RDF.type, kind)}


@pytest.mark.parametrize("packed", [False, True])
def test_the_official_client_reports_a_run(served: Served, packed: bool) -> None:
    client, run, parent = client_of(served, packed=packed), str(uuid4()), str(uuid4())
    above = parent_run.ParentRunFacet(
        run=parent_run.Run(runId=parent), job=parent_run.Job(namespace="cron", name="nightly")
    )
    lineage = column_lineage_dataset.ColumnLineageDatasetFacet(
        fields={
            "total": column_lineage_dataset.Fields(
                inputFields=[
                    column_lineage_dataset.InputField(
                        "db",
                        "orders",
                        "amount",
                        [
                            column_lineage_dataset.Transformation(
                                "DIRECT", "AGGREGATION", masking=True
                            )
                        ],
                    )
                ]
            )
        }
    )
    fields = [schema_dataset.SchemaDatasetFacetFields("total", "INT")]
    job = Job("cron", "sum")
    client.emit(
        RunEvent(
            eventType=EventType.START,
            eventTime=NOW,
            run=Run(run, facets={"parent": above}),
            job=job,
            producer=PRODUCER,
            inputs=[InputDataset("db", "orders")],
        )
    )
    client.emit(
        RunEvent(
            eventType=EventType.COMPLETE,
            eventTime=NOW,
            run=Run(run),
            job=job,
            producer=PRODUCER,
            outputs=[
                OutputDataset(
                    "db",
                    "totals",
                    facets={
                        "schema": schema_dataset.SchemaDatasetFacet(fields=fields),
                        "columnLineage": lineage,
                    },
                )
            ],
        )
    )
    found = triples(served)
    orders, totals = dataset_iri(SPACE, "db", "orders"), dataset_iri(SPACE, "db", "totals")
    assert objects(found, totals, PROV.wasDerivedFrom) == {orders}
    assert objects(found, field_iri(totals, "total"), PROV.wasDerivedFrom) == {
        field_iri(orders, "amount")
    }
    assert objects(found, run_iri(SPACE, run), MESH.runState) == {CODE.COMPLETE}
    assert objects(found, run_iri(SPACE, run), PROV.wasInformedBy) == {run_iri(SPACE, parent)}
    assert objects(found, job_iri(SPACE, "cron", "sum"), DCTERMS.isPartOf) == {
        job_iri(SPACE, "cron", "nightly")
    }
    assert {t.object.value for t in found if t.predicate == MESH.masking} == {"true"}  # type: ignore[union-attr]


def test_the_official_client_reports_jobs_and_datasets(served: Served) -> None:
    client = client_of(served)
    client.emit(
        JobEvent(
            eventTime=NOW,
            job=Job("cron", "sum"),
            producer=PRODUCER,
            inputs=[InputDataset("db", "orders")],
            outputs=[OutputDataset("db", "totals")],
        )
    )
    fields = [schema_dataset.SchemaDatasetFacetFields("amount", "INT")]
    schema = schema_dataset.SchemaDatasetFacet(fields=fields)
    client.emit(
        DatasetEvent(
            eventTime=NOW,
            producer=PRODUCER,
            dataset=StaticDataset("db", "orders", facets={"schema": schema}),
        )
    )
    found = triples(served)
    totals = dataset_iri(SPACE, "db", "totals")
    (how,) = objects(found, totals, PROV.qualifiedDerivation)
    assert objects(found, Iri(str(how)), MESH.evidence) == {CODE.declared}
    assert objects(found, Iri(str(how)), MESH.madeBy) == {job_iri(SPACE, "cron", "sum")}
    assert field_iri(dataset_iri(SPACE, "db", "orders"), "amount") in typed(found, MESH.Field)
    assert not typed(found, MESH.Run)


def _event(name: str = "sum", **more: Any) -> dict[str, Any]:
    return {
        "eventType": "COMPLETE",
        "eventTime": NOW,
        "run": {"runId": f"run of {name}"},
        "job": {"namespace": "cron", "name": name},
        "producer": PRODUCER,
        "inputs": [{"namespace": "db", "name": "orders"}],
        "outputs": [{"namespace": "db", "name": name}],
    } | more


def _post(
    served: Served, body: bytes, path: str = "api/v1/lineage", **headers: str
) -> httpx2.Response:
    known = {"Authorization": f"Bearer {served.token()}", "Content-Type": "application/json"}
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx2.post(f"{address(served)}{path}", content=body, headers=known | given)


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()


BOMB = gzip.compress(b'{"x": "' + b" " * 40_000_000 + b'"}')


@pytest.mark.parametrize(
    ("body", "headers", "status", "code"),
    [
        (b"", {}, 400, "INVALID_INPUT"),
        (b"{", {}, 400, "INVALID_INPUT"),
        (b"\xff{}", {}, 400, "INVALID_INPUT"),
        (b"[]", {}, 400, "INVALID_INPUT"),
        (_json(_event(eventTime="yesterday")), {}, 400, "INVALID_INPUT"),
        (_json(_event(eventType="DONE")), {}, 400, "INVALID_INPUT"),
        (_json(_event(inputs=[{"name": "x"}])), {}, 400, "INVALID_INPUT"),
        (b'{"run": {"runId": "r"}, "x": NaN}', {}, 400, "INVALID_INPUT"),
        (b'{"x": ' + b"[" * 80 + b"]" * 80 + b"}", {}, 400, "INVALID_INPUT"),
        (_json(_event(inputs=[{"namespace": "db", "name": "x" * 3000}])), {}, 400, "INVALID_INPUT"),
        (_json(_event(more="x" * 2_000_000)), {}, 400, "INVALID_INPUT"),
        (b"no gzip", {"Content_Encoding": "gzip"}, 400, "INVALID_INPUT"),
        (b"{}", {"Content_Encoding": "br"}, 400, "INVALID_INPUT"),
        (b"{}", {"Content_Encoding": "gzip"}, 400, "INVALID_INPUT"),
        (BOMB, {"Content_Encoding": "gzip"}, 413, "TOO_LARGE"),
        (b" " * (33 << 20), {}, 413, "TOO_LARGE"),
        (_json(_event()), {"Authorization": "Bearer isogloss_nobody"}, 401, "UNAUTHENTICATED"),
        (_json(_event()), {"Authorization": ""}, 401, "UNAUTHENTICATED"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_a_sentence(
    served: Served, body: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    before = served.services.mesh.journal.head
    response = _post(served, body, **headers)
    assert response.status_code == status, response.text
    (error,) = response.json()["errors"]
    assert error["extensions"]["code"] == code
    assert error["message"].endswith(".")
    assert served.services.mesh.journal.head == before


def test_a_body_that_is_not_packed_as_its_header_says_is_told_so(served: Served) -> None:
    response = _post(served, _json(_event()), Content_Encoding="gzip")
    assert "is not gzip" in response.json()["errors"][0]["message"]


def test_a_token_is_asked_for_also_where_the_public_may_read(empty_mesh: Services) -> None:
    with serve(empty_mesh, public=True) as here:
        response = httpx2.post(f"{address(here)}api/v1/lineage", content=_json(_event()))
    assert response.status_code == 401


def test_whoever_has_a_role_nowhere_may_not_report(served: Served) -> None:
    stranger = Iri("https://people.example/stranger")
    headers = {"Authorization": f"Bearer {served.token(stranger)}"}
    response = _post(served, _json(_event()), **headers)
    assert response.status_code == 403
    assert response.json()["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    entry = served.services.mesh.journal.entries(newest=1)[0]
    assert (entry.attempt.author, entry.outcome.value) == (stranger, "forbidden")
    # An engineer of any domain may.
    served.services.loading.grant("governance", stranger, Role.ENGINEER)
    assert _post(served, _json(_event()), **headers).status_code == 201


def test_a_read_only_mesh_says_so_and_clients_try_again(served: Served) -> None:
    trouble = MeshReadOnly("The mesh is read-only: the disk is full.")
    with patch.object(served.services.mesh, "write", side_effect=trouble):
        assert _post(served, _json(_event())).status_code == 503
        batch = _post(served, _json([_event()]), "api/v1/lineage/batch")
        assert batch.status_code == 503
        with pytest.raises(requests.HTTPError, match="503"):
            client_of(served).emit(
                RunEvent(
                    eventType=EventType.START,
                    eventTime=NOW,
                    run=Run(str(uuid4())),
                    job=Job("cron", "sum"),
                    producer=PRODUCER,
                )
            )
    assert _post(served, _json(_event())).status_code == 201


def test_a_batch_says_which_events_failed_and_why(served: Served) -> None:
    events = [_event("a"), _event("b", eventTime="never"), _event("c"), 7]
    response = _post(served, _json(events), "api/v1/lineage/batch")
    assert response.status_code == 200
    answer = response.json()
    assert answer["status"] == "partial_success"
    assert answer["summary"] == {
        "received": 4,
        "successful": 2,
        "failed": 2,
        "retriable": 0,
        "non_retriable": 2,
    }
    assert [one["index"] for one in answer["failed_events"]] == [1, 3]
    assert "eventTime" in answer["failed_events"][0]["reason"]
    found = typed(triples(served), DCAT.Dataset)
    assert {dataset_iri(SPACE, "db", name) for name in ("orders", "a", "c")} == found
    fine = _post(
        served, gzip.compress(_json([_event("d")])), "api/v1/lineage/batch", Content_Encoding="gzip"
    )
    assert fine.json()["status"] == "success"


def test_what_the_rules_refuse_harms_no_other(served: Served) -> None:
    """A rule that whatever is called "bad" breaks: one event of three is kept out by it."""
    rules = """
        @prefix sh: <http://www.w3.org/ns/shacl#> .
        @prefix dcat: <http://www.w3.org/ns/dcat#> .
        @prefix dcterms: <http://purl.org/dc/terms/> .
        [] a sh:NodeShape ; sh:targetClass dcat:Dataset ; sh:property [
            sh:path dcterms:title ; sh:maxLength 6 ; sh:message "Too long a title." ] .
    """
    judge = served.services.judge
    regimes = Regimes(Rulebook({"short.ttl": rules}), Iri("https://mesh.example/"))
    with patch.object(judge, "_regimes", regimes):
        judge.forget()
        events = [_event("a"), _event("much too long"), _event("c")]
        answer = _post(served, _json(events), "api/v1/lineage/batch").json()
        assert [one["index"] for one in answer["failed_events"]] == [1]
        assert "Too long a title." in answer["failed_events"][0]["reason"]
        alone = _post(served, _json(events[1]))
        assert alone.status_code == 422
        (error,) = alone.json()["errors"]
        assert error["extensions"]["code"] == "REFUSED"
        (violation,) = error["extensions"]["violations"]
        assert violation["focusNode"] == dataset_iri(SPACE, "db", "much too long")


def test_events_that_come_at_once_share_commits_and_each_is_there(served: Served) -> None:
    def send(number: int) -> int:
        return _post(served, _json(_event(f"t{number}"))).status_code

    before = served.services.mesh.journal.head.sequence
    with ThreadPoolExecutor(12) as pool:
        assert set(pool.map(send, range(60))) == {201}
    jobs = typed(triples(served), MESH.Job)
    assert jobs == {job_iri(SPACE, "cron", f"t{number}") for number in range(60)}
    assert served.services.mesh.journal.head.sequence - before < 60


# What others wrote


def _events_of(folder: Path) -> list[dict[str, Any]]:
    found = []
    for name in ("airflow", "spark-column-lineage", "odd-events", "client-examples"):
        found += [json.loads(file.read_text("utf-8")) for file in (folder / name).glob("*.json")]
    found.append(json.loads((folder / "spec-tests/example_full_event.json").read_text("utf-8")))
    template = (folder / "food-delivery/metadata.template.json").read_text("utf-8")
    return [*found, *json.loads(re.sub(r"{{\w+}}", "2026-02-22T22:00:00.000Z", template))]


class Counted:
    """A small reading of events by the book, which the code has not read.

    Every job of these files has one run at the most, and none failed, so nothing has to be
    left out: a run's events add up, and each of its outputs comes from each of its inputs.
    """

    def __init__(self, events: list[dict[str, Any]]) -> None:
        self.runs: set[str] = set()
        self.jobs: set[tuple[str, str]] = set()
        self.datasets: set[tuple[str, str]] = set()
        self.observed: set[tuple[Any, ...]] = set()
        self.declared: set[tuple[Any, ...]] = set()
        self.columns: set[tuple[Any, ...]] = set()
        self.masked = 0
        self.assertions = 0
        sides: defaultdict[Any, tuple[set[Any], set[Any]]] = defaultdict(lambda: (set(), set()))
        for event in events:
            run: Any = event.get("run")
            job: Any = event.get("job")
            if run:
                self.runs.add(run["runId"])
                parent = run.get("facets", {}).get("parent")
                if parent:
                    self.runs.add(parent["run"]["runId"])
                    self.jobs.add((parent["job"]["namespace"], parent["job"]["name"]))
            elif not job:
                self.datasets.add(_name(event["dataset"]))
                continue
            self.jobs.add(_name(job))
            key = (run["runId"] if run else None, _name(job))
            for place, side in enumerate(("inputs", "outputs")):
                for dataset in event.get(side) or ():
                    sides[key][place].add(_name(dataset))
                    self._facets(dataset)
        for (run, job), (inputs, outputs) in sides.items():
            self.datasets |= inputs | outputs
            edges = {(job, o, i) for o in outputs for i in inputs if o != i}
            (self.observed if run else self.declared).update(edges)

    def _facets(self, dataset: dict[str, Any]) -> None:
        facets = dataset.get("facets", {})
        self.assertions += len(facets.get("dataQualityAssertions", {}).get("assertions", ()))
        for name, field in facets.get("columnLineage", {}).get("fields", {}).items():
            for source in field["inputFields"]:
                self.datasets.add(_name(source))
                self.columns.add((_name(dataset), name, _name(source), source["field"]))
                self.masked += any(t.get("masking") for t in source.get("transformations", ()))


def _name(found: dict[str, Any]) -> tuple[str, str]:
    return found["namespace"], found["name"]


def test_every_event_that_others_wrote_is_taken_and_counts(
    served: Served, shared_data: Path
) -> None:
    events = _events_of(shared_data / "openlineage")
    # 32 of airflow, 4 of spark, 8 odd ones, 3 of the client, 1 of the spec, 26 of food-delivery.
    assert len(events) == 32 + 4 + 8 + 3 + 1 + 26
    for event in events[::2]:
        assert _post(served, _json(event)).status_code == 201, event
    rest = _post(served, _json(events[1::2]), "api/v1/lineage/batch")
    assert rest.json()["status"] == "success", rest.text
    found, counted = triples(served), Counted(events)

    assert len(typed(found, MESH.LineageEvent)) == len(
        {json.dumps(e, sort_keys=True) for e in events}
    )
    # Airflow: 16 runs. Spark: 3, and the parent that its first file began. Food-delivery: 13.
    # Odd: 5 and one parent. Client: 1. Spec: 1.
    assert len(typed(found, MESH.Run)) == len(counted.runs) == 16 + 3 + 13 + 6 + 1 + 1
    assert len(typed(found, MESH.Job)) == len(counted.jobs)
    assert typed(found, MESH.Job) == {job_iri(SPACE, *name) for name in counted.jobs}
    assert typed(found, DCAT.Dataset) == {dataset_iri(SPACE, *name) for name in counted.datasets}
    evidence = {t.subject: t.object for t in found if t.predicate == MESH.evidence}
    columns = typed(found, MESH.ColumnDerivation)
    edges = typed(found, PROV.Derivation) - columns
    assert len({e for e in edges if evidence[e] == CODE.observed}) == len(counted.observed)
    assert len({e for e in edges if evidence[e] == CODE.declared}) == len(counted.declared)
    # Food-delivery traces 39 pairs of columns and airflow 16; nobody masks any of them.
    assert len(columns) == len(counted.columns) == 39 + 16
    assert counted.masked == 0
    assert not [t for t in found if t.predicate == MESH.masking and "true" in str(t.object)]
    # Two assertions of food-delivery; none of these events has metrics or statistics.
    assert len(typed(found, DQV.QualityMeasurement)) == counted.assertions == 2
