"""Events are kept and followed: what is known is a function of the set of them."""

from collections.abc import Iterable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from isogloss.bootstrap import Services, build
from isogloss.governance.rulebook import Rulebook
from isogloss.intake.naming import dataset_iri, job_iri, run_iri
from isogloss.intake.openlineage import read_events
from isogloss.model.rdf import Iri, Literal, Triple
from isogloss.services.events import Answer, Reported
from isogloss.services.ownership import OPERATOR
from isogloss.settings import Settings
from isogloss.vocab import CODE, DCAT, MESH, PROV, RDF, XSD

SPACE = "https://mesh.example/unclaimed/"
JOB = job_iri(SPACE, "cron", "sum")


def dataset(name: str) -> Iri:
    return dataset_iri(SPACE, "db", name)


def side(*names: str, **facets: Any) -> list[dict[str, Any]]:
    return [{"namespace": "db", "name": name, "facets": facets} for name in names]


def event(state: str, run: str, minute: int, job: str = "sum", **more: Any) -> dict[str, Any]:
    return {
        "eventType": state,
        "eventTime": f"2026-01-31T12:{minute:02}:00Z",
        "run": {"runId": run},
        "job": {"namespace": "cron", "name": job},
        "producer": "https://mesh.example/producer",
        **more,
    }


def flow(state: str, run: str, minute: int, source: str, target: str, **more: Any) -> Any:
    return event(state, run, minute, inputs=side(source), outputs=side(target), **more)


def without_run(found: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in found.items() if key not in ("run", "eventType")}


def take(services: Services, *events: Any) -> list[Answer]:
    read = [services.events.read(f"event {n}", value) for n, value in enumerate(events, 1)]
    return services.events.take([Reported(one, OPERATOR) for one in read])


def said(services: Services) -> frozenset[Triple]:
    journal = services.mesh.journal
    return frozenset(Triple(*quad[:3]) for quad in journal.at(journal.head.sequence).quads())


def objects(triples: Iterable[Triple], subject: Iri, predicate: Iri) -> set[object]:
    return {t.object for t in triples if (t.subject, t.predicate) == (subject, predicate)}


def derived(services: Services, name: str) -> set[object]:
    return objects(said(services), dataset(name), PROV.wasDerivedFrom)


def test_a_run_that_completed_is_followed(empty_mesh: Services) -> None:
    assert (
        take(empty_mesh, flow("START", "r1", 1, "a", "b"), event("COMPLETE", "r1", 2)) == [None] * 2
    )
    triples = said(empty_mesh)
    assert objects(triples, JOB, MESH.newestRun) == {run_iri(SPACE, "r1")}
    assert objects(triples, dataset("b"), PROV.wasDerivedFrom) == {dataset("a")}
    assert objects(triples, run_iri(SPACE, "r1"), MESH.runState) == {CODE.COMPLETE}


def test_what_the_newest_run_reads_no_more_ends_and_stays_in_the_past(
    empty_mesh: Services,
) -> None:
    take(empty_mesh, flow("COMPLETE", "r1", 1, "a", "b"))
    then = empty_mesh.mesh.journal.head.sequence
    take(empty_mesh, flow("COMPLETE", "r2", 2, "c", "b"))
    assert derived(empty_mesh, "b") == {dataset("c")}
    past = empty_mesh.mesh.at(then).describe([dataset("b")])[dataset("b")]
    assert dataset("a") in {quad.object for quad in past}
    # The dataset is still described, with when it was last spoken of.
    triples = said(empty_mesh)
    assert DCAT.Dataset in objects(triples, dataset("a"), RDF.type)
    assert objects(triples, dataset("a"), MESH.lastSeen) == {
        Literal("2026-01-31T12:01:00Z", XSD.dateTime)
    }


def test_if_the_newest_run_turns_out_to_have_failed_the_one_before_counts(
    empty_mesh: Services,
) -> None:
    take(empty_mesh, flow("COMPLETE", "r1", 1, "a", "b"))
    take(empty_mesh, flow("COMPLETE", "r2", 2, "c", "b"))
    take(empty_mesh, event("FAIL", "r2", 3))
    assert derived(empty_mesh, "b") == {dataset("a")}
    assert objects(said(empty_mesh), dataset("b"), PROV.wasGeneratedBy) == {run_iri(SPACE, "r1")}


def test_an_older_run_that_comes_late_changes_no_lineage(empty_mesh: Services) -> None:
    take(empty_mesh, flow("COMPLETE", "r2", 2, "c", "b"))
    take(empty_mesh, flow("COMPLETE", "r1", 1, "a", "b"))
    assert derived(empty_mesh, "b") == {dataset("c")}
    assert objects(said(empty_mesh), dataset("a"), MESH.lastSeen)


def test_a_late_beginning_of_the_newest_run_adds_to_it(empty_mesh: Services) -> None:
    take(empty_mesh, event("COMPLETE", "r1", 2, outputs=side("b")))
    take(empty_mesh, event("START", "r1", 1, inputs=side("a")))
    assert derived(empty_mesh, "b") == {dataset("a")}


def test_the_same_event_twice_changes_nothing(empty_mesh: Services) -> None:
    one = flow("COMPLETE", "r1", 1, "a", "b")
    take(empty_mesh, one)
    head = empty_mesh.mesh.journal.head
    assert take(empty_mesh, one, one) == [None, None]
    assert empty_mesh.mesh.journal.head == head


SCHEMA = {"schema": {"fields": [{"name": "x", "type": "INT"}]}}
LINEAGE = {
    "columnLineage": {
        "fields": {
            "x": {
                "inputFields": [
                    {
                        "namespace": "db",
                        "name": "a",
                        "field": "x",
                        "transformations": [{"type": "DIRECT", "subtype": "IDENTITY"}],
                    }
                ]
            }
        },
        "dataset": [
            {
                "namespace": "db",
                "name": "a",
                "field": "y",
                "transformations": [{"type": "INDIRECT", "subtype": "FILTER"}],
            }
        ],
    }
}
METRICS = {"outputStatistics": {"rowCount": 7}}

sides = st.lists(
    st.builds(
        lambda name, facets, more: {"namespace": "db", "name": name, "facets": facets, **more},
        st.sampled_from("abcd"),
        st.sampled_from(
            [{}, SCHEMA, LINEAGE, SCHEMA | LINEAGE, {"version": {"datasetVersion": "1"}}]
        ),
        st.sampled_from([{}, {"outputFacets": METRICS}]),
    ),
    max_size=2,
    unique_by=lambda found: found["name"],
)
reports = st.one_of(
    st.builds(
        lambda state, run, minute, job, inputs, outputs: event(
            state, f"{job}{run}", minute, job=job, inputs=inputs, outputs=outputs
        ),
        st.sampled_from(["START", "RUNNING", "COMPLETE", "COMPLETE", "FAIL", "OTHER"]),
        st.integers(1, 4),
        st.integers(0, 5),
        st.sampled_from(["sum", "sum", "other"]),
        sides,
        sides,
    ),
    st.builds(
        lambda minute, inputs, outputs: without_run(
            event("", "", minute, inputs=inputs, outputs=outputs)
        ),
        st.integers(0, 5),
        sides,
        sides,
    ),
    st.builds(
        lambda minute, facets: {
            "eventTime": f"2026-01-31T12:{minute:02}:00Z",
            "dataset": {"namespace": "db", "name": "a", "facets": facets},
        },
        st.integers(0, 5),
        st.sampled_from([{}, SCHEMA, {"documentation": {"description": "A."}}]),
    ),
)


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(st.lists(reports, min_size=1, max_size=9), st.data())
def test_in_whatever_order_and_company_they_come_they_say_the_same(
    events: list[dict[str, Any]], data: st.DataObject
) -> None:
    order = data.draw(st.permutations([*events, *events[:2]]))
    services = build(Settings(data=None), rulebook=Rulebook({}))
    try:
        while order:
            size = data.draw(st.integers(1, 3))
            assert not any(take(services, *order[:size]))
            order = order[size:]
        pairs = [(f"event {number}", value) for number, value in enumerate(events)]
        assert said(services) == read_events(pairs, space=SPACE).triples
        state = services.mesh.graph
        graph = frozenset(quad for quad in state.quads())
        newest = services.mesh.at(state.sequence)
        assert graph == frozenset(newest.quads())
    finally:
        services.close()
