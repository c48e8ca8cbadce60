"""Tellings: what a job's lineage can follow, each by itself, and what it says.

A telling is a run with all its events, or one JobEvent, which declares.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from isogloss.intake.described import Described
from isogloss.intake.events import Event, Kind
from isogloss.intake.facets import Facets, facets_of, stated
from isogloss.intake.fields import text
from isogloss.intake.flows import Flows, describe_job
from isogloss.intake.naming import event_iri
from isogloss.intake.runs import Run, datasets_of, parents_of, read_run
from isogloss.model.lineage import Evidence
from isogloss.model.rdf import Iri, Triple
from isogloss.vocab import DCTERMS, MESH

_MOST_REMEMBERED = 2_000
"""Of so many events it is remembered what they say, until the others of their runs are there."""

_JUST_SAID = 64


class Telling(NamedTuple):
    """A run or a declaration; the order of tellings is that of `order`."""

    moment: str
    by: Iri
    time: str
    evidence: Evidence
    events: frozenset[Event]

    @property
    def order(self) -> tuple[str, Iri]:
        """When it was; two at once are told apart by their names."""
        return self.moment, self.by


def telling_of(space: str, event: Event) -> Telling:
    """Take one event of a job for all that its lineage follows."""
    evidence = Evidence.OBSERVED if event.kind is Kind.RUN else Evidence.DECLARED
    by = event_iri(space, event.digest)
    return Telling(event.moment, by, event.time, evidence, frozenset([event]))


def observed(run: Run) -> Telling:
    """Let a job's lineage follow a run."""
    return Telling(run.moment, run.iri, run.time, Evidence.OBSERVED, run.events)


def tellings_of(space: str, events: Iterable[Event]) -> tuple[list[Run], list[Telling]]:
    """Sort a job's events into its runs and what it declared, JobEvent by JobEvent."""
    by_run: defaultdict[str, list[Event]] = defaultdict(list)
    declared = []
    for event in events:
        if event.kind is Kind.RUN:
            by_run[event.run].append(event)
        else:
            declared.append(telling_of(space, event))
    return [read_run(space, found) for found in by_run.values()], declared


def newest(declared: Iterable[Telling]) -> Telling | None:
    """Find the declaration that counts."""
    return max(declared, key=lambda telling: telling.order, default=None)


@lru_cache(maxsize=_JUST_SAID)
def said_by(space: str, about: tuple[str, str], tellings: tuple[Telling, ...]) -> frozenset[Triple]:
    """Describe a job, its datasets and its lineage as tellings do together."""
    described = Described(space)
    describe_job(described, *about)
    for telling in tellings:
        tell(described, Facets(described), about, telling)
    return described.finish()


def tell(
    described: Described, facets: Facets, about: tuple[str, str], telling: Telling
) -> Counter[str]:
    """Describe what a run, or a JobEvent, tells of a job, its datasets and its lineage."""
    job = describe_job(described, *about)
    flows = Flows(described, telling.evidence, job)
    sides: dict[str, set[Iri]] = {"inputs": set(), "outputs": set()}
    for event in telling.events:
        facets.of_job(event.where, job, facets_of(event.value["job"]), flows)
        for where, side, found in datasets_of(event):
            names = text(where, found, "namespace"), text(where, found, "name")
            dataset = described.dataset(*names)
            sides[side].add(dataset)
            facets.of_dataset(where, dataset, facets_of(found), flows)
        if event.kind is Kind.RUN:
            _place(described, job, event)
    for dataset in sides["inputs"]:
        described.say(job, DCTERMS.requires, dataset)
    for output in sides["outputs"]:
        described.say(output, MESH.madeBy, job)
        if output not in flows.explicit:
            for dataset in sides["inputs"]:
                flows.derive(output, dataset)
    flows.finish()
    return flows.unknown


def _place(described: Described, job: Iri, event: Event) -> None:
    """State which job a job is part of, and which that one."""
    below = job
    for where, parent in parents_of(event):
        if isinstance(found := parent.get("job"), dict):
            above = describe_job(
                described, text(where, found, "namespace"), text(where, found, "name")
            )
            if above not in (below, job):
                described.say(below, DCTERMS.isPartOf, above)
            below = above


def content_digest(tellings: Iterable[Telling]) -> str:
    """Compute what stands for all that a job's lineage follows, but for who and when."""
    said = frozenset().union(*(essence(e) for telling in tellings for e in telling.events))
    return hashlib.sha256("\n".join(sorted(said)).encode()).hexdigest()


@lru_cache(maxsize=_MOST_REMEMBERED)
def essence(event: Event) -> frozenset[str]:
    """Write all that an event says of jobs, datasets and lineage, each part in one spelling."""
    kind = event.kind.value
    if event.kind is Kind.DATASET:
        return frozenset(stated(kind, event.value["dataset"], of_job=False))
    parts = set(stated(f"{kind} job", event.value["job"], of_job=True))
    for _, side, found in datasets_of(event):
        parts.update(stated(f"{kind} {side}", found, of_job=False))
    if event.kind is Kind.RUN:
        above = [facets_of(parent, "job") for _, parent in parents_of(event)]
        parts.add(f"parents {[(job.get('namespace'), job.get('name')) for job in above]!r}")
    return frozenset(parts)
