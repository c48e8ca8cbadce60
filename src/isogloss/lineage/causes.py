"""What is wrong upstream of something: runs that failed or are late, qualities out of bounds.

A job has FAILED if its newest run that ended, ended in FAIL or ABORT; a failure that a success
followed is mended. A dataset is LATE if the newest successful run of the jobs that make it
ended longer ago than its objective of freshness allows; without one, if a job's newest
success is older than twice the median time between its last successes, of three or more. A
quality is OUT_OF_BOUNDS if the newest measurement of a metric breaks an objective of the
dataset, or is false, as that of a test is.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from operator import eq, ge, gt, le, lt
from statistics import median
from typing import Any

from isogloss.model.lineage_answers import Bound, Cause, CauseKind, Measurement, Run
from isogloss.model.rdf import Iri

_BAD_ENDS = {"FAIL", "ABORT"}
_ENDS = {"COMPLETE", *_BAD_ENDS}
_FRESHNESS = "freshness"
_ENOUGH = 3
_REMEMBERED = 20
_DURATION = re.compile(
    r"P(?=.)(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<days>\d+)D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?"
)
_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": eq,
    "gt": gt,
    "gteq": ge,
    "lt": lt,
    "lteq": le,
}


def causes(
    away: Mapping[Iri, int],
    makers: Mapping[Iri, Collection[Iri]],
    *,
    runs: Iterable[Run],
    measurements: Iterable[Measurement],
    bounds: Iterable[Bound],
    now: datetime,
) -> list[Cause]:
    """Find what is wrong with the nodes that something comes from.

    Args:
        away: the nodes upstream, datasets and columns, with their hops.
        makers: the jobs that make each dataset.
        runs: of these jobs, in any order.
        measurements: of these nodes, in any order.
        bounds: of these datasets.
        now: what is late is late then.

    Returns:
        Nearest first, then by kind, node and what is wrong.
    """
    bound_by: defaultdict[Iri, list[Bound]] = defaultdict(list)
    for bound in bounds:
        bound_by[bound.dataset].append(bound)
    runs_of: defaultdict[Iri, list[Run]] = defaultdict(list)
    for run in sorted(runs, key=_when):
        if run.job is not None and run.state in _ENDS:
            runs_of[run.job].append(run)
    found = [
        *_failed(away, makers, runs_of),
        *_late(away, makers, runs_of, bound_by, now),
        *_out_of_bounds(away, measurements, bound_by),
    ]
    kinds = tuple(CauseKind)
    return sorted(found, key=lambda c: (c.distance, kinds.index(c.kind), c.node, c.subject))


def period(text: str) -> timedelta | None:
    """Read an xsd:duration, a month being 30 days and a year 365; None if it is none.

    >>> period("P1DT12H")
    datetime.timedelta(days=1, seconds=43200)
    """
    found = _DURATION.fullmatch(text)
    if found is None:
        return None
    parts = {name: float(value) for name, value in found.groupdict(default="0").items()}
    days = parts.pop("years") * 365 + parts.pop("months") * 30 + parts.pop("days")
    try:
        return timedelta(days=days, **parts)
    except OverflowError:
        return timedelta.max


def _failed(
    away: Mapping[Iri, int],
    makers: Mapping[Iri, Collection[Iri]],
    runs_of: Mapping[Iri, list[Run]],
) -> Iterator[Cause]:
    for node, jobs in makers.items():
        for job in jobs:
            newest = runs_of[job][-1] if runs_of.get(job) else None
            if newest is not None and newest.state in _BAD_ENDS and node in away:
                words = f"its newest run ended in {newest.state}"
                at = newest.ended or newest.started
                yield Cause(CauseKind.FAILED, node, away[node], newest.id, job, at, words)


def _late(
    away: Mapping[Iri, int],
    makers: Mapping[Iri, Collection[Iri]],
    runs_of: Mapping[Iri, list[Run]],
    bound_by: Mapping[Iri, list[Bound]],
    now: datetime,
) -> Iterator[Cause]:
    for node, jobs in makers.items():
        if node not in away:
            continue
        good = {
            job: [run for run in runs_of.get(job, ()) if run.state == "COMPLETE" and run.ended]
            for job in jobs
        }
        newest = max((runs[-1] for runs in good.values() if runs), key=_when, default=None)
        allowed = [
            limit
            for bound in bound_by.get(node, ())
            if bound.metric == _FRESHNESS
            and bound.operator in {"lt", "lteq"}
            and (limit := period(bound.value)) is not None
        ]
        if allowed:
            late = [(newest, min(allowed), "its objective of freshness allows")] if newest else []
        else:
            late = [
                (runs[-1], 2 * _usual(runs), "twice its usual interval is")
                for runs in good.values()
                if len(runs) >= _ENOUGH
            ]
        for run, limit, why in late:
            if run.ended is not None and now - run.ended > limit:
                words = f"its newest success is {_told(now - run.ended)} old; {why} {_told(limit)}"
                yield Cause(CauseKind.LATE, node, away[node], run.id, run.job, run.ended, words)


def _usual(runs: list[Run]) -> timedelta:
    ends = [run.ended for run in runs[-_REMEMBERED:] if run.ended]
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(ends)]
    return timedelta(seconds=median(gaps))


def _out_of_bounds(
    away: Mapping[Iri, int],
    measurements: Iterable[Measurement],
    bound_by: Mapping[Iri, list[Bound]],
) -> Iterator[Cause]:
    newest: dict[tuple[Iri, str], Measurement] = {}
    for one in sorted(measurements, key=lambda m: (m.at.timestamp() if m.at else 0.0, m.id)):
        newest[one.node, one.metric] = one
    for (node, metric), one in newest.items():
        broken = [
            f"{metric} is {one.value}, promised is {bound.operator} {bound.value}"
            for bound in bound_by.get(node, ())
            if bound.metric == metric and not _keeps(one.value, bound)
        ]
        if one.value == "false" and not broken:
            broken = [f"the test {metric} failed"]
        if broken and node in away:
            words = "; ".join(sorted(broken))
            kind = CauseKind.OUT_OF_BOUNDS
            yield Cause(kind, node, away[node], one.id, None, one.at, words)


def _keeps(value: str, bound: Bound) -> bool:
    """Compare durations or numbers; what cannot be compared breaks nothing."""
    measured, promised = _amount(value), _amount(bound.value)
    compare = _OPERATORS.get(bound.operator)
    if compare is None or measured is None or promised is None:
        return True
    return type(measured) is not type(promised) or compare(measured, promised)


def _amount(text: str) -> timedelta | Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return period(text)
    return number if number.is_finite() else None


def _when(run: Run) -> tuple[float, Iri]:
    at = run.ended or run.started
    return (at.timestamp() if at else 0.0, run.id)


def _told(span: timedelta) -> str:
    hours = span.total_seconds() / 3600
    return f"{hours / 24:.1f} days" if hours >= 48 else f"{hours:.1f} hours"
