"""What is wrong upstream, each kind on its own, and in order."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isogloss.lineage.causes import causes, period
from isogloss.model.lineage_answers import Bound, Cause, CauseKind, Measurement, Run
from isogloss.model.rdf import Iri

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
DATASET, SOURCE, COLUMN = Iri("urn:d"), Iri("urn:s"), Iri("urn:d/c")
AWAY = {DATASET: 0, COLUMN: 0, SOURCE: 1}
JOB, LOAD = Iri("urn:job"), Iri("urn:load")
MAKERS = {DATASET: [JOB], SOURCE: [LOAD]}


def _run(job: Iri, state: str, hours_ago: float) -> Run:
    ended = NOW - timedelta(hours=hours_ago)
    run = Iri(f"{job}/run/{hours_ago}/{state}")
    return Run(run, job, state, ended - timedelta(minutes=1), ended)


def _causes(
    runs: Iterable[Run] = (),
    measurements: Iterable[Measurement] = (),
    bounds: Iterable[Bound] = (),
) -> list[Cause]:
    return causes(AWAY, MAKERS, runs=runs, measurements=measurements, bounds=bounds, now=NOW)


def _fresh(value: str, dataset: Iri = DATASET) -> Bound:
    return Bound(Iri("urn:slo"), dataset, "freshness", "lteq", value)


def _measured(value: str, metric: str = "completeness", hours_ago: int = 1) -> Measurement:
    id_ = Iri(f"urn:m:{metric}:{hours_ago}")
    return Measurement(id_, DATASET, metric, value, NOW - timedelta(hours=hours_ago))


@pytest.mark.parametrize("state", ["FAIL", "ABORT"])
def test_a_bad_end_counts_until_a_success_follows(state: str) -> None:
    bad = _run(LOAD, state, 2)
    (cause,) = _causes([bad, _run(LOAD, "COMPLETE", 3)])
    assert (cause.kind, cause.node, cause.distance) == (CauseKind.FAILED, SOURCE, 1)
    assert (cause.subject, cause.job, cause.at) == (bad.id, LOAD, bad.ended)
    assert state in cause.words
    assert _causes([bad, _run(LOAD, "COMPLETE", 1)]) == []


def test_a_run_that_has_only_begun_mends_nothing() -> None:
    assert _causes([_run(LOAD, "FAIL", 2), _run(LOAD, "START", 1)])


def test_the_nearest_is_first() -> None:
    found = _causes([_run(LOAD, "FAIL", 1), _run(JOB, "FAIL", 9)])
    assert [cause.node for cause in found] == [DATASET, SOURCE]


def test_late_is_what_is_older_than_its_freshness() -> None:
    run = _run(JOB, "COMPLETE", 13)
    (cause,) = _causes([run], bounds=[_fresh("PT12H"), _fresh("P1D")])
    assert (cause.kind, cause.subject, cause.at) == (CauseKind.LATE, run.id, run.ended)
    assert _causes([run], bounds=[_fresh("PT13H")]) == []
    assert _causes([run, _run(JOB, "COMPLETE", 1)], bounds=[_fresh("PT12H")]) == []


def test_without_an_objective_late_is_twice_as_long_as_usual() -> None:
    def every_hour_until(hours_ago: float) -> list[Run]:
        return [_run(JOB, "COMPLETE", hours_ago + n) for n in range(4)]

    assert _causes(every_hour_until(1.9)) == []
    assert [cause.kind for cause in _causes(every_hour_until(2.1))] == [CauseKind.LATE]
    # Two runs are no habit, and an objective says more than a habit.
    assert _causes(every_hour_until(2.1)[:2]) == []
    assert _causes(every_hour_until(2.1), bounds=[_fresh("P1D")]) == []


@pytest.mark.parametrize(
    ("value", "operator", "promised", "is_broken"),
    [
        ("0.98", "gteq", "0.99", True),
        ("0.99", "gteq", "0.99", False),
        ("100", "lteq", "20", True),
        ("PT2H", "lteq", "PT90M", True),
        ("PT1H", "lteq", "PT90M", False),
        # What cannot be compared breaks nothing.
        ("a lot", "gteq", "0.99", False),
        ("PT1H", "lteq", "1", False),
        ("1", "resembles", "2", False),
        ("NaN", "gteq", "0.99", False),
    ],
)
def test_a_quality_is_out_of_bounds_if_it_breaks_its_objective(
    value: str, operator: str, promised: str, is_broken: bool
) -> None:
    bound = Bound(Iri("urn:slo"), DATASET, "completeness", operator, promised)
    found = _causes(measurements=[_measured(value)], bounds=[bound])
    assert [cause.kind for cause in found] == [CauseKind.OUT_OF_BOUNDS] * is_broken


def test_only_the_newest_measurement_of_a_metric_counts() -> None:
    old, new = _measured("false", "unique", 2), _measured("true", "unique", 1)
    assert _causes(measurements=[old, new]) == []
    (cause,) = _causes(measurements=[old, _measured("true", "not null", 1)])
    assert cause.subject == old.id


@given(st.permutations([_run(JOB, s, n) for s in ("FAIL", "COMPLETE") for n in (1, 2, 5, 30)]))
def test_the_order_of_runs_does_not_matter(runs: list[Run]) -> None:
    assert _causes(runs) == _causes(sorted(runs))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("P1D", timedelta(days=1)),
        ("PT90M", timedelta(hours=1.5)),
        ("P1Y2M", timedelta(days=425)),
        ("PT0.5S", timedelta(seconds=0.5)),
        ("P99999999999D", timedelta.max),
        ("P", None),
        ("1 day", None),
    ],
)
def test_a_duration_is_read(text: str, expected: timedelta | None) -> None:
    assert period(text) == expected
