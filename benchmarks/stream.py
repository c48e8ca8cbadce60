"""A stream of OpenLineage events, the same each time: jobs that run, fail, and change.

Events come out of order, some of them twice, as from many machines with queues in between.
"""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

JOBS = 500
FAILED = 0.02
TWICE = 0.05
LATE = 40
"""So many places from its own may an event come."""
COLUMNS = 5
RUNS_OF_A_DESIGN = 60
"""After so many runs a job reads something else; each job begins somewhere in between."""

_BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
_PRODUCER = "https://mesh.example/scheduler"

Event = dict[str, Any]


def in_order(count: int, seed: int = 7) -> Iterator[Event]:
    """Give events in the order in which they happened: a beginning and an end of each run."""
    chance = random.Random(seed)
    for number in range(count):
        job, turn = (number // 2) % JOBS, number // 2 // JOBS
        ends = number % 2
        time = _BEGINNING + timedelta(hours=turn, seconds=job, milliseconds=400 * ends)
        failed = chance.random() < FAILED
        state = ("FAIL" if failed else "COMPLETE") if ends else "START"
        yield _event(job, turn, state, time)


def as_it_comes(count: int, seed: int = 7) -> Iterator[Event]:
    """Give `count` events out of order, some of them twice: those of `distinct` at least once."""
    chance = random.Random(seed + 1)
    events = list(in_order(distinct(count), seed))
    again = [chance.randrange(len(events)) for _ in range(count - len(events))]
    places = [(number + chance.uniform(0, LATE), number) for number in range(len(events))]
    places += [(number + chance.uniform(0, LATE), number) for number in again]
    for _, number in sorted(places):
        yield events[number]


def distinct(count: int) -> int:
    """Tell how many of so many events are no repetition."""
    return round(count * (1 - TWICE))


def _event(job: int, turn: int, state: str, time: datetime) -> Event:
    design = (turn + job) // RUNS_OF_A_DESIGN
    sources = [f"t{(job * 7 + 13 * (place + design)) % JOBS}" for place in range(2)]
    target = f"t{job}"
    event: Event = {
        "eventType": state,
        "eventTime": time.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "producer": _PRODUCER,
        "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
        "job": {
            "namespace": "airflow://production",
            "name": f"daily.job_{job}",
            "facets": {
                "jobType": {"processingType": "BATCH", "integration": "AIRFLOW", "jobType": "TASK"},
                "sql": {"query": f"CREATE TABLE {target} AS TABLE {sources[0]}"},
            },
        },
        "run": {
            "runId": f"{job:08x}-0000-4000-8000-{turn:012x}",
            "facets": {
                "nominalTime": {"nominalStartTime": f"{time:%Y-%m-%dT%H:00:00Z}"},
                "processing_engine": {"name": "Airflow", "version": "3.1.0"},
            },
        },
        "inputs": [_dataset(source) for source in sources],
        "outputs": [_dataset(target)],
    }
    if state == "COMPLETE":
        (output,) = event["outputs"]
        output["facets"]["columnLineage"] = _lineage(sources)
        output["outputFacets"] = {"outputStatistics": {"rowCount": 1000 + turn}}
    return event


def _dataset(name: str) -> Event:
    fields = [{"name": f"c{place}", "type": "VARCHAR"} for place in range(COLUMNS)]
    return {
        "namespace": "postgres://warehouse:5432",
        "name": f"public.{name}",
        "facets": {"schema": {"fields": fields}},
    }


def _lineage(sources: list[str]) -> Event:
    direct = [{"type": "DIRECT", "subtype": "IDENTITY", "description": "", "masking": False}]
    join = [{"type": "INDIRECT", "subtype": "JOIN", "description": "", "masking": False}]

    def column(place: int, how: list[Event]) -> Event:
        return {
            "namespace": "postgres://warehouse:5432",
            "name": f"public.{sources[place % len(sources)]}",
            "field": f"c{place}",
            "transformations": how,
        }

    fields = {f"c{place}": {"inputFields": [column(place, direct)]} for place in range(COLUMNS)}
    return {"fields": fields, "dataset": [column(0, join)]}
