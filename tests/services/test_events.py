"""Events are kept and followed: what is known is a function of the set of them."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from isogloss.api.app import build_app
from isogloss.bootstrap import Services, build
from isogloss.errors import InvalidInput, MeshError
from isogloss.governance.rulebook import Rulebook
from isogloss.intake.naming import dataset_iri, job_iri, run_iri
from isogloss.intake.openlineage import read_events
from isogloss.model.change import Committed, SourceEdit
from isogloss.model.rdf import Iri, Literal, Triple
from isogloss.services.event_streams import Stream
from isogloss.services.events import Answer, Reported
from isogloss.services.ownership import OPERATOR
from isogloss.settings import Settings
from isogloss.vocab import CODE, DCAT, DCTERMS, MESH, PROV, RDF, XSD

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
    return services.events.take([reported(services, value) for value in events])


def reported(services: Services, value: Any, author: Iri = OPERATOR) -> Reported:
    (read,) = services.events.read([("The event", value)], author)
    if isinstance(read, MeshError):
        raise read
    return read


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
    assert objects(said(empty_mesh), run_iri(SPACE, "r1"), PROV.generated) == {dataset("b")}
    assert not objects(said(empty_mesh), run_iri(SPACE, "r2"), PROV.generated)


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


def test_what_a_superseded_declaration_spoke_of_is_not_forgotten(empty_mesh: Services) -> None:
    """A run hid that the first declaration had spoken of a; then another run took its place."""
    first = without_run(event("", "", 3, inputs=side("a")))
    begun = event("START", "r1", 0, inputs=side("a"))
    take(empty_mesh, begun)
    take(empty_mesh, first)
    take(empty_mesh, without_run(event("", "", 4)))
    take(empty_mesh, event("START", "r2", 0))
    assert objects(said(empty_mesh), dataset("a"), MESH.lastSeen) == {
        Literal("2026-01-31T12:03:00Z", XSD.dateTime)
    }


JOB_EVENTS = [
    without_run(event("", "", 3, inputs=side("a"))),
    without_run(event("", "", 4, outputs=side("z"))),
]


@pytest.mark.parametrize(
    "events",
    [
        [event("START", run, n, inputs=side("a")) for n, run in enumerate(("r1", "r2"))]
        + [event("FAIL", "r2", 3), event("START", "r3", 4, inputs=side("a"))],
        [flow("COMPLETE", run, n, "a", "b") for n, run in enumerate(("r1", "r2"))]
        + [event("FAIL", "r2", 3), flow("COMPLETE", "r3", 4, "a", "b")],
        [flow("COMPLETE", "r1", 1, "a", "b"), *JOB_EVENTS, flow("COMPLETE", "r2", 5, "a", "b")],
    ],
    ids=["a failed beginning", "a good end that was none", "a superseded declaration"],
)
def test_a_run_that_says_the_same_is_the_last_of_all_that_it_mentions(
    empty_mesh: Services, events: list[Any]
) -> None:
    """Between it and the one before, something that counts no more spoke of the same."""
    for one in events:
        assert take(empty_mesh, one) == [None]
    pairs = [("an event", value) for value in events]
    assert said(empty_mesh) == read_events(pairs, space=SPACE).triples


def test_what_is_kept_as_an_event_and_is_none_harms_no_other(empty_mesh: Services) -> None:
    take(empty_mesh, event("START", "r1", 1))
    source, _ = Stream("unclaimed", SPACE, False, ("cron", "sum")).sources
    broken = Iri(f"{SPACE}event/broken")
    triples = {
        Triple(broken, DCTERMS.subject, run_iri(SPACE, "r1")),
        Triple(broken, RDF.value, Literal("no JSON", RDF.JSON)),
    }
    edit = SourceEdit("unclaimed", source, lambda there: there | triples)
    assert isinstance(empty_mesh.commits.replace([edit]), Committed)
    other = event("START", "r1", 2, job="other")
    answers = take(empty_mesh, event("COMPLETE", "r1", 2), other)
    assert isinstance(answers[0], InvalidInput)
    assert answers[1] is None


def test_a_clock_that_is_ahead_does_not_stop_a_jobs_lineage(empty_mesh: Services) -> None:
    late = event("COMPLETE", "r1", 1) | {"eventTime": "2999-01-01T00:00:00Z"}
    with pytest.raises(InvalidInput, match="more than a day ahead"):
        reported(empty_mesh, late)


def test_an_event_that_says_too_much_is_refused_before_it_is_worked_out(
    empty_mesh: Services,
) -> None:
    fields = [{"name": f"c{number}"} for number in range(2_000)]
    every = [{"namespace": "db", "name": "a", "field": f"x{n}"} for n in range(2_000)]
    facets = {"schema": {"fields": fields}, "columnLineage": {"fields": {}, "dataset": every}}
    output = {"namespace": "db", "name": "b", "facets": facets}
    with pytest.raises(InvalidInput, match="more than 200,000 statements"):
        reported(empty_mesh, event("COMPLETE", "r1", 1, outputs=[output]))


def test_what_nobody_speaks_of_any_more_is_flagged_and_stays(empty_mesh: Services) -> None:
    """The last run read c; a was read a minute before, and then no more."""
    take(empty_mesh, flow("COMPLETE", "r1", 1, "a", "b"), flow("COMPLETE", "r2", 2, "c", "b"))
    catalog = empty_mesh.catalog
    found = catalog.datasets([dataset(name) for name in "abc"])
    seen = [one.last_seen.minute if one and one.last_seen else None for one in found]
    assert seen == [1, 2, 2]
    # A run that says the same again makes all that it speaks of seen, at the cost of two quads.
    take(empty_mesh, flow("COMPLETE", "r3", 3, "c", "b"))
    again = catalog.datasets([dataset(name) for name in "abc"])
    assert [one.last_seen.minute if one and one.last_seen else None for one in again] == [1, 3, 3]
    _, graph = Stream("unclaimed", SPACE, False, ("cron", "sum")).graphs
    head = empty_mesh.mesh.journal.head.sequence
    change = empty_mesh.mesh.journal.difference(head - 1, head)
    job = [quad for quad in (*change.added, *change.removed) if quad.graph == graph]
    assert {quad.predicate for quad in job} == {MESH.newestRun, DCTERMS.modified}
    assert len(job) == 4


def test_unseen_since_is_told_after_the_days_that_are_set() -> None:
    at = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    for days, flagged in ((20, True), (60, False)):
        services = build(Settings(data=None, unseen_days=days), clock=lambda: at)
        take(services, flow("COMPLETE", "r1", 1, "a", "b"))
        secret, _ = services.tokens.issue(OPERATOR, timedelta(days=1))
        client = TestClient(build_app(services), base_url="http://localhost")
        query = f'{{ dataset(id: "{dataset("a")}") {{ lastSeen unseenSince domain {{ name }} }} }}'
        answer = client.post(
            "/graphql", json={"query": query}, headers={"Authorization": f"Bearer {secret}"}
        ).json()["data"]["dataset"]
        services.close()
        assert answer["domain"] == {"name": "unclaimed"}
        assert answer["lastSeen"] == "2026-01-31T12:01:00+00:00"
        assert answer["unseenSince"] == (answer["lastSeen"] if flagged else None)


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
NAMED = {
    "ownership": {"owners": [{"name": "team"}]},
    "symlinks": {"identifiers": [{"namespace": "db", "name": "d", "type": "TABLE"}]},
}
METRICS = {"outputStatistics": {"rowCount": 7}}

# Much is alike, as runs mostly are.
sides = st.just(side("a")) | st.lists(
    st.builds(
        lambda name, facets, more: {"namespace": "db", "name": name, "facets": facets, **more},
        st.sampled_from("abcd"),
        st.sampled_from(
            [{}, SCHEMA, LINEAGE, SCHEMA | LINEAGE, NAMED, {"version": {"datasetVersion": "1"}}]
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
        st.sampled_from(["START", "RUNNING", "COMPLETE", "COMPLETE", "FAIL", "ABORT", "OTHER"]),
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
