"""OpenLineage events: runs, jobs and datasets, whatever the order they come in.

Events are kept, and what they tell is a function of the set of them, so neither order nor
repetition matters. A job's lineage is that of its newest successful run, and what its newest
JobEvent declares; datasets that only earlier ones spoke of stay described, with when that was.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from isogloss.intake.described import Described
from isogloss.intake.events import Event, Kind, keep, moment_of, read_event
from isogloss.intake.facets import Facets, facets_of, stated
from isogloss.intake.fields import mapping, text
from isogloss.intake.flows import Flows, describe_job
from isogloss.intake.measurements import measured, state
from isogloss.intake.naming import dataset_iri, event_iri, job_iri
from isogloss.intake.runs import (
    Run,
    counting,
    datasets_of,
    describe_run,
    is_drop,
    newest_of,
    parents_of,
    read_run,
)
from isogloss.intake.terms import check_terms
from isogloss.model.change import Document
from isogloss.model.lineage import Evidence
from isogloss.model.rdf import Iri, Literal, Triple
from isogloss.vocab import DCAT, DCTERMS, MESH, PROV, RDF, XSD

_LINEAGE = frozenset(
    {
        PROV.wasDerivedFrom,
        PROV.wasInfluencedBy,
        PROV.qualifiedDerivation,
        PROV.qualifiedInfluence,
        MESH.madeBy,
    }
)
_NAMED = frozenset({PROV.wasAttributedTo, PROV.alternateOf, PROV.wasRevisionOf})


_MOST_REMEMBERED = 2_000
"""Of so many events it is remembered what they say, until the others of their runs are there."""


class Mention(NamedTuple):
    """What was said of a dataset, lineage left out, and when; the newest is the greatest."""

    moment: str
    by: str
    time: str
    triples: frozenset[Triple]


class Telling(NamedTuple):
    """What a job's lineage follows: a run, or events that declare."""

    moment: str
    by: Iri
    time: str
    evidence: Evidence
    events: frozenset[Event]


def read_events(events: Sequence[tuple[str, Any]], *, space: str) -> Document:
    """Read events, each with what to call it in an error, into the triples of one graph.

    A run's events add up. Runs that failed or were aborted are kept, but nothing derives
    from them. Facets that are not understood are kept with their event, and named in the notes.

    Raises:
        InvalidInput: an event lacks what every event must have.
    """
    streams: defaultdict[tuple[bool, tuple[str, str]], set[Event]] = defaultdict(set)
    only_kept: Counter[str] = Counter()
    triples: set[Triple] = set()
    for where, value in events:
        event = read_event(where, value)
        stream = streams[event.kind is Kind.DATASET, event.about]
        if event not in stream:
            only_kept += check(event, space) + check_run(event, space)
            stream.add(event)
    for (is_dataset, about), found in streams.items():
        if is_dataset:
            triples |= keep_dataset(space, about, found) | describe_dataset(space, about, found)
        else:
            triples |= keep_job(space, about, found) | follow_job(space, about, found)
    return Document(frozenset(triples), _notes(only_kept))


def check(event: Event, space: str) -> Counter[str]:
    """Read what an event says of job and datasets; give what of it is only kept, by name.

    Raises:
        InvalidInput: something in it is not what it must be, or is too long to be kept.
    """
    described = Described(space)
    facets = Facets(described)
    if event.kind is Kind.DATASET:
        _describe_dataset(described, facets, event.about, [event])
    else:
        facets.only_kept.update(_tell(described, facets, event.about, telling_of(space, event)))
    check_terms(event.where, described.finish())
    return facets.only_kept


def check_run(event: Event, space: str) -> Counter[str]:
    """Read what an event says of a run, if it is of one; give what of it is only kept, by name.

    Raises:
        InvalidInput: something in it is not what it must be, or is too long to be kept.
    """
    subject, said = Iri(f"{space}domain"), frozenset[Triple]()
    facets = Facets(Described(space))
    if event.kind is Kind.RUN:
        said = describe_run(space, read_run(space, [event]))
        facets.of_others(facets_of(event.value["run"]))
        for _, _, found in datasets_of(event):
            facets.of_others(facets_of(found, "inputFacets") | facets_of(found, "outputFacets"))
    check_terms(event.where, said | keep(event, space, subject))
    return facets.only_kept


# A job


def telling_of(space: str, event: Event) -> Telling:
    """Take one event of a job for all that its lineage follows."""
    evidence = Evidence.OBSERVED if event.kind is Kind.RUN else Evidence.DECLARED
    by = event_iri(space, event.digest)
    return Telling(event.moment, by, event.time, evidence, frozenset([event]))


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


def observed(run: Run) -> Telling:
    """Let a job's lineage follow a run."""
    return Telling(run.moment, run.iri, run.time, Evidence.OBSERVED, run.events)


def keep_job(space: str, about: tuple[str, str], events: Collection[Event]) -> frozenset[Triple]:
    """State a job's events as they came, and its runs."""
    runs, declared = tellings_of(space, events)
    said: set[Triple] = set()
    for run in runs:
        said |= describe_run(space, run)
        said.update(*(keep(event, space, run.iri) for event in run.events))
    newest = max(declared, default=None)
    for telling in declared:
        for event in telling.events:
            job = job_iri(space, *about)
            said |= keep(event, space, job, superseded=telling != newest)
    return frozenset(said)


def follow_job(space: str, about: tuple[str, str], events: Collection[Event]) -> frozenset[Triple]:
    """Describe a job by all of its events: it, its datasets and its lineage."""
    runs, declared = tellings_of(space, events)
    newest = newest_of(runs)
    current = max(declared, default=None)
    earlier: dict[Iri, Mention] = {}
    for telling in [observed(run) for run in counting(runs) if run != newest] + declared:
        if telling != current:
            add_mentions(earlier, mentions_in(space, about, telling))
    return describe_job_graph(space, about, newest, current, earlier)


def describe_job_graph(
    space: str,
    about: tuple[str, str],
    newest: Run | None,
    declared: Telling | None,
    earlier: dict[Iri, Mention],
) -> frozenset[Triple]:
    """Describe a job by its newest run, what it declares, and what was said of datasets before.

    Writes, beside datasets, columns and lineage:
        <job> a mesh:Job ; mesh:newestRun <run> ;
            dcterms:modified "…" ;          # when that run was or, without one, the declaration
            mesh:contentDigest "…" .         # of all that the lineage follows
        <dataset> mesh:lastSeen "…" .        # where the job has turned to others since
    """
    described = Described(space)
    facets = Facets(described)
    tellings = [observed(newest)] if newest else []
    tellings += [declared] if declared else []
    job = describe_job(described, *about)
    for telling in tellings:
        _tell(described, facets, about, telling)
    if newest:
        described.say(job, MESH.newestRun, newest.iri)
    if tellings:
        described.say(job, DCTERMS.modified, Literal(tellings[0].time, XSD.dateTime))
        described.say(job, MESH.contentDigest, Literal(content_digest(tellings)))
    said = set(described.finish())
    now = portraits(said)
    for dataset, mention in earlier.items():
        if dataset not in now:
            said |= mention.triples
            said.add(Triple(dataset, MESH.lastSeen, Literal(mention.time, XSD.dateTime)))
    return frozenset(said)


def mentions_in(space: str, about: tuple[str, str], telling: Telling) -> dict[Iri, Mention]:
    """Find what was said of each dataset, lineage left out."""
    described = Described(space)
    _tell(described, Facets(described), about, telling)
    return {
        dataset: Mention(telling.moment, telling.by, telling.time, triples)
        for dataset, triples in portraits(described.finish()).items()
    }


def mentions_before(triples: Iterable[Triple]) -> dict[Iri, Mention]:
    """Find in a job's graph the datasets that it has turned from, and what it says of them."""
    said = list(triples)
    seen = {t.subject: t.object for t in said if t.predicate == MESH.lastSeen}
    return {
        dataset: Mention(moment_of("", time.value), "", time.value, kept)
        for dataset, kept in portraits(said).items()
        if isinstance(time := seen.get(dataset), Literal)
    }


def add_mentions(known: dict[Iri, Mention], more: dict[Iri, Mention]) -> bool:
    """Keep the newer mention of each dataset; tell whether two were at once and are not alike.

    A mention read from a graph does not know who made it, so of two at once none is the newer.
    """
    unsure = False
    for dataset, mention in more.items():
        before = known.get(dataset)
        if before is not None and before.moment == mention.moment:
            unsure |= not (before.by and mention.by) and before.triples != mention.triples
        known[dataset] = max(before, mention, key=_order) if before else mention
    return unsure


def _order(mention: Mention) -> tuple[str, str]:
    return mention.moment, mention.by


def portraits(triples: Iterable[Triple]) -> dict[Iri, frozenset[Triple]]:
    """Sort out what describes each dataset and its columns, lineage and times left out."""
    by_subject: defaultdict[Iri, list[Triple]] = defaultdict(list)
    whole: dict[Iri, Iri] = {}
    for triple in triples:
        by_subject[triple.subject].append(triple)
        if triple.predicate == RDF.type and triple.object == DCAT.Dataset:
            whole[triple.subject] = triple.subject
        elif triple.predicate == MESH.fieldOf:
            whole[triple.subject] = Iri(str(triple.object))
    found: defaultdict[Iri, set[Triple]] = defaultdict(set)
    for part, dataset in whole.items():
        for triple in by_subject[part]:
            if triple.predicate in _LINEAGE or triple.predicate == MESH.lastSeen:
                continue
            found[dataset].add(triple)
            if triple.predicate in _NAMED and triple.object not in whole:
                found[dataset].update(by_subject.get(Iri(str(triple.object)), ()))
    return {dataset: frozenset(said) for dataset, said in found.items()}


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


def _tell(
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


# A dataset by itself


def keep_dataset(
    space: str, about: tuple[str, str], events: Collection[Event]
) -> frozenset[Triple]:
    """State the DatasetEvents of a dataset as they came."""
    current = current_of(events)
    dataset = dataset_iri(space, *about)
    return frozenset().union(
        *(keep(event, space, dataset, superseded=event not in current) for event in events)
    )


def current_of(events: Collection[Event]) -> frozenset[Event]:
    """Pick the DatasetEvents that still say something: the newest, and that of each facet."""
    newest: dict[str, Event] = {}
    for event in sorted(events, key=lambda event: event.order):
        for name in ("", *facets_of(event.value["dataset"])):
            newest[name] = event
    return frozenset(newest.values())


def describe_dataset(
    space: str, about: tuple[str, str], events: Collection[Event]
) -> frozenset[Triple]:
    """Describe a dataset by its DatasetEvents: of each facet, the newest counts."""
    described = Described(space)
    _describe_dataset(described, Facets(described), about, events)
    return described.finish()


def _describe_dataset(
    described: Described, facets: Facets, about: tuple[str, str], events: Collection[Event]
) -> None:
    dataset = described.dataset(*about)
    flows = Flows(described, Evidence.DECLARED)
    by_time = sorted(events, key=lambda event: event.order)
    said: dict[str, tuple[Event, Any]] = {}
    for event in by_time:
        found = facets_of(mapping(event.where, event.value["dataset"]))
        said |= {name: (event, facet) for name, facet in found.items()}
    for name, (event, facet) in said.items():
        facets.of_dataset(event.where, dataset, {name: facet}, flows)
        for value in measured(event.where, dataset, {name: facet}):
            state(described, dataset, value, event.time, None)
        if is_drop({name: facet}):
            moment = Literal(event.time, XSD.dateTime)
            described.say(dataset, PROV.invalidatedAtTime, moment)
    described.say(dataset, MESH.lastSeen, Literal(by_time[-1].time, XSD.dateTime))
    flows.finish()
    facets.only_kept.update(flows.unknown)


def _notes(only_kept: Counter[str]) -> tuple[str, ...]:
    return tuple(
        f"The OpenLineage facet `{name}` is not understood and is only kept with its event "
        f"({'once' if count == 1 else f'{count} times'})."
        for name, count in sorted(only_kept.items())
    )
