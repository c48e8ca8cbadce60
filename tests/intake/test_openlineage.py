"""OpenLineage events say what they say, in whatever order and however often they come."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isogloss.errors import InvalidInput
from isogloss.intake.documents import Upload, read_source
from isogloss.intake.naming import dataset_iri, field_iri, job_iri, run_iri
from isogloss.intake.openlineage import read_events
from isogloss.model.rdf import Iri, Literal, Triple
from isogloss.vocab import CODE, DCTERMS, FOAF, MESH, PROV, XSD

SPACE = "https://mesh.example/shop/"
ORDERS = dataset_iri(SPACE, "db", "orders")
TOTALS = dataset_iri(SPACE, "db", "totals")
JOB = job_iri(SPACE, "cron", "sum")
RUN = run_iri(SPACE, "r1")


def _event(state: str | None = "COMPLETE", run: str = "r1", **more: Any) -> dict[str, Any]:
    return {
        "eventType": state,
        "eventTime": "2026-01-31T12:00:00Z",
        "run": {"runId": run},
        "job": {"namespace": "cron", "name": "sum"},
        "producer": "https://mesh.example/producer",
        **more,
    }


def _dataset(name: str, **facets: Any) -> dict[str, Any]:
    return {"namespace": "db", "name": name, "facets": facets}


def _flow(state: str | None = "COMPLETE", **facets: Any) -> dict[str, Any]:
    return _event(state, inputs=[_dataset("orders")], outputs=[_dataset("totals", **facets)])


def _column_lineage(*transformations: dict[str, Any], **more: Any) -> dict[str, Any]:
    source = {"namespace": "db", "name": "orders", "field": "amount"}
    field = {"inputFields": [{**source, "transformations": list(transformations)}], **more}
    return {"fields": {"total": field}}


def _triples(*events: Any) -> frozenset[Triple]:
    return read_events([(f"event {n}", e) for n, e in enumerate(events, 1)], space=SPACE).triples


def _objects(triples: frozenset[Triple], subject: Iri, predicate: Iri) -> set[object]:
    return {t.object for t in triples if (t.subject, t.predicate) == (subject, predicate)}


TOTAL, AMOUNT = field_iri(TOTALS, "total"), field_iri(ORDERS, "amount")
DIRECT = {"type": "DIRECT", "subtype": "AGGREGATION"}
INDIRECT = {"type": "INDIRECT", "subtype": "FILTER"}


def test_a_run_reads_and_writes() -> None:
    triples = _triples(_flow("START"), _event("COMPLETE", eventTime="2026-01-31T12:05:00Z"))
    assert _objects(triples, RUN, MESH.runState) == {CODE.COMPLETE}
    assert _objects(triples, RUN, PROV.used) == {ORDERS}
    assert _objects(triples, RUN, PROV.generated) == {TOTALS}
    assert _objects(triples, TOTALS, PROV.wasDerivedFrom) == {ORDERS}
    assert _objects(triples, RUN, PROV.startedAtTime) == {
        Literal("2026-01-31T12:00:00Z", XSD.dateTime)
    }
    assert _objects(triples, RUN, PROV.endedAtTime) == {
        Literal("2026-01-31T12:05:00Z", XSD.dateTime)
    }
    (association,) = _objects(triples, RUN, PROV.qualifiedAssociation)
    assert _objects(triples, Iri(str(association)), PROV.hadPlan) == {JOB}


@pytest.mark.parametrize("end", ["FAIL", "ABORT"])
def test_a_run_that_failed_is_kept_and_derives_nothing(end: str) -> None:
    lineage = _column_lineage(DIRECT)
    triples = _triples(_flow("START", columnLineage=lineage), _event(end))
    assert _objects(triples, RUN, MESH.runState) == {Iri(CODE.iri + end)}
    assert _objects(triples, RUN, PROV.used) == {ORDERS}
    assert not _objects(triples, TOTALS, PROV.wasDerivedFrom)
    assert not _objects(triples, TOTAL, PROV.wasDerivedFrom)


def test_a_job_that_only_declares_derives_without_a_run() -> None:
    event = {**_flow(None)}
    del event["run"], event["eventType"]
    triples = _triples(event)
    assert _objects(triples, TOTALS, PROV.wasDerivedFrom) == {ORDERS}
    assert not [t for t in triples if t.object == MESH.Run]


@pytest.mark.parametrize(
    ("transformations", "derived"),
    [([DIRECT], True), ([INDIRECT], False), ([DIRECT, INDIRECT], True), ([], True)],
)
def test_direct_derives_and_indirect_alone_influences(
    transformations: list[dict[str, Any]], derived: bool
) -> None:
    triples = _triples(_flow(columnLineage=_column_lineage(*transformations)))
    assert _objects(triples, TOTAL, PROV.wasDerivedFrom) == ({AMOUNT} if derived else set())
    assert _objects(triples, TOTAL, PROV.wasInfluencedBy) == (set() if derived else {AMOUNT})
    link = PROV.qualifiedDerivation if derived else PROV.qualifiedInfluence
    (node,) = _objects(triples, TOTAL, link)
    steps = _objects(triples, Iri(str(node)), MESH.transformation)
    assert len(steps) == len(transformations)


def test_masking_survives_also_in_its_deprecated_spelling() -> None:
    new = _triples(_flow(columnLineage=_column_lineage({**DIRECT, "masking": True})))
    old = _triples(_flow(columnLineage=_column_lineage(transformationType="MASKED")))
    for triples in (new, old):
        assert Literal("true", XSD.boolean) in {
            t.object for t in triples if t.predicate == MESH.masking
        }


def test_what_a_whole_dataset_depends_on_each_of_its_columns_does() -> None:
    facet = _column_lineage(DIRECT)
    filtered = {
        "namespace": "db",
        "name": "orders",
        "field": "state",
        "transformations": [INDIRECT],
    }
    triples = _triples(_flow(columnLineage={**facet, "dataset": [filtered]}))
    assert _objects(triples, TOTAL, PROV.wasInfluencedBy) == {field_iri(ORDERS, "state")}


def test_nested_fields_have_dotted_paths_and_parents() -> None:
    fields = [{"name": "address", "type": "STRUCT", "fields": [{"name": "zip", "type": "STRING"}]}]
    triples = _triples(_flow(schema={"fields": fields}))
    zip_ = field_iri(TOTALS, "address.zip")
    assert _objects(triples, zip_, MESH.parentField) == {field_iri(TOTALS, "address")}
    assert _objects(triples, zip_, MESH.physicalType) == {Literal("STRING")}


def test_documentation_owners_sql_and_symlinks_are_understood() -> None:
    event = _flow(
        documentation={"description": "Sums."},
        ownership={"owners": [{"name": "team:shop", "type": "OWNER"}]},
        symlinks={"identifiers": [{"namespace": "hive", "name": "t", "type": "TABLE"}]},
    )
    event["job"]["facets"] = {"sql": {"query": "SELECT 1"}}
    triples = _triples(event)
    assert _objects(triples, TOTALS, DCTERMS.description) == {Literal("Sums.")}
    (owner,) = _objects(triples, TOTALS, PROV.wasAttributedTo)
    assert _objects(triples, Iri(str(owner)), FOAF.name) == {Literal("team:shop")}
    assert _objects(triples, TOTALS, PROV.alternateOf) == {dataset_iri(SPACE, "hive", "t")}
    assert _objects(triples, JOB, MESH.expression) == {Literal("SELECT 1")}


def test_the_lineage_facet_of_a_job_is_understood() -> None:
    event = _event()
    source = {"namespace": "db", "name": "orders", "type": "DATASET"}
    event["job"]["facets"] = {
        "lineage": {
            "entries": [
                {
                    "namespace": "db",
                    "name": "totals",
                    "type": "DATASET",
                    "inputs": [source, {"type": "JOB"}],
                    "fields": {"total": {"inputs": [{**source, "field": "amount"}]}},
                }
            ]
        }
    }
    triples = _triples(event)
    assert _objects(triples, TOTALS, PROV.wasDerivedFrom) == {ORDERS}
    assert _objects(triples, TOTAL, PROV.wasDerivedFrom) == {AMOUNT}


def test_a_parent_run_is_told() -> None:
    event = _event()
    parent = {"run": {"runId": "r0"}, "job": {"namespace": "cron", "name": "all"}}
    event["run"]["facets"] = {"parent": parent}
    triples = _triples(event)
    assert _objects(triples, RUN, PROV.wasInformedBy) == {run_iri(SPACE, "r0")}


def test_facets_that_are_not_understood_are_named_once_with_their_number() -> None:
    events = [_flow(weather={"sky": "blue"}), _flow(weather={"sky": "grey"})]
    notes = read_events([("event", event) for event in events], space=SPACE).notes
    assert notes == (
        "The OpenLineage facet `weather` is not understood and is only kept with its event "
        "(2 times).",
    )


EVENTS = [
    _flow("START", columnLineage=_column_lineage(DIRECT)),
    _flow("COMPLETE", columnLineage=_column_lineage(INDIRECT)),
    _event("FAIL", run="r2", inputs=[_dataset("orders")], outputs=[_dataset("lost")]),
    _event("START", run="r2"),
    _flow("RUNNING", schema={"fields": [{"name": "total", "type": "INT"}]}),
]


@given(st.permutations(EVENTS), st.lists(st.sampled_from(EVENTS)))
def test_order_and_repetition_change_nothing(
    events: list[dict[str, Any]], again: list[dict[str, Any]]
) -> None:
    assert _triples(*events, *again) == _triples(*EVENTS)


@pytest.mark.parametrize("time", ["2021-11-03T10:53:52.427343", "2020-12-28T19:51:01.000000001Z"])
def test_times_without_a_zone_or_with_nanoseconds_survive(time: str) -> None:
    triples = _triples(_event(eventTime=time))
    assert _objects(triples, RUN, PROV.endedAtTime) == {Literal(time, XSD.dateTime)}


@pytest.mark.parametrize(
    ("event", "what"),
    [
        ([], "JSON object"),
        ({"eventTime": "2026-01-31T12:00:00Z"}, "neither run, job nor dataset"),
        (_event(run=""), "runId"),
        ({**_event(), "run": {"runId": 7}}, "runId is a number"),
        ({**_event(), "job": None}, "job is missing"),
        ({**_event(), "job": {"name": "sum"}}, "namespace is missing"),
        ({**_event(), "inputs": {}}, "inputs is an object"),
        ({**_event(), "outputs": [{"namespace": "db"}]}, "outputs 1: name is missing"),
        (_event("DONE"), "START"),
        (_event(eventTime="yesterday"), "no time"),
        (_flow(schema={"fields": [{"type": "INT"}]}), "name is missing"),
        (_flow(columnLineage={"fields": {"a": {"inputFields": [{"name": "x"}]}}}), "namespace"),
    ],
)
def test_what_is_missing_is_named_with_its_place(event: Any, what: str) -> None:
    with pytest.raises(InvalidInput, match="event 2") as caught:
        _triples(_event(), event)
    assert what in str(caught.value)


pairs = st.tuples(st.text(min_size=1), st.text(min_size=1))


@given(pairs, pairs)
def test_no_two_names_meet(one: tuple[str, str], other: tuple[str, str]) -> None:
    for name in (dataset_iri, job_iri):
        assert (name(SPACE, *one) == name(SPACE, *other)) == (one == other)
    assert dataset_iri(SPACE, *one) != job_iri(SPACE, *other)
    assert field_iri(dataset_iri(SPACE, *one), "x") != dataset_iri(SPACE, *other)


def test_files_of_events_come_as_one_an_array_or_lines() -> None:
    graph = Iri(f"{SPACE}graph/x")
    one, other = (
        b'{"eventTime": "2026-01-31T12:00:00Z", "producer": "urn:p", "job": '
        b'{"namespace": "n", "name": "%s"}}' % name
        for name in (b"a", b"b")
    )
    both = b"[" + one + b"," + other + b"]"
    lines = one + b"\n\n" + other + b"\n"
    read = [
        read_source([Upload("events.json", data)], space=SPACE, graph=graph).triples
        for data in (both, lines)
    ]
    assert read[0] == read[1]
    apart = read_source(
        [Upload("a.json", one), Upload("b.json", other)], space=SPACE, graph=graph
    ).triples
    assert apart == read[0]
