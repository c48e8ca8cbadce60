"""What events of one job or dataset change in its two sources, told from what is there.

A stream's sources are `openlineage/events/<name>`, its events as they came and its runs, and
`openlineage/jobs/<name>` or `…/datasets/<name>`, what follows from them. Both are functions of the
set of events (see `intake.openlineage`); here only what may change is computed anew, so that
an event costs the same however many runs came before it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from isogloss.errors import InvalidInput
from isogloss.intake.events import Event, Kind, keep, kept, moment_of
from isogloss.intake.naming import dataset_iri, event_iri, job_iri, run_iri, stream_name
from isogloss.intake.openlineage import (
    Mention,
    Telling,
    add_mentions,
    content_digest,
    current_of,
    describe_dataset,
    describe_job_graph,
    follow_job,
    keep_dataset,
    mentions_before,
    mentions_in,
    observed,
    telling_of,
)
from isogloss.intake.runs import Run, describe_run, read_run
from isogloss.model.rdf import Iri, Literal, Quad, Triple
from isogloss.services.description import Description
from isogloss.store.history import Past
from isogloss.store.named_graphs import source_graph
from isogloss.vocab import CODE, DCTERMS, MESH, RDF, XSD

_TOLD = (RDF.type, MESH.newestRun, DCTERMS.modified, MESH.contentDigest)
"""What is read of events, runs and jobs: whether they are there, and what a job follows."""

Patch = tuple[frozenset[Triple], frozenset[Triple]]


class Stream(NamedTuple):
    """The job or dataset that events are about, in the space of the domain that has them."""

    domain: str
    space: str
    is_dataset: bool
    about: tuple[str, str]

    @property
    def subject(self) -> Iri:
        """The job or dataset."""
        name = dataset_iri if self.is_dataset else job_iri
        return name(self.space, *self.about)

    @property
    def sources(self) -> tuple[str, str]:
        """Where events are kept, and where what follows from them is."""
        kind = "dataset" if self.is_dataset else "job"
        name = stream_name(kind, *self.about)
        return f"openlineage/events/{name}", f"openlineage/{kind}s/{name}"

    @property
    def graphs(self) -> tuple[Iri, Iri]:
        """The graphs of the two sources."""
        events, derived = self.sources
        return source_graph(self.space, events), source_graph(self.space, derived)


def stream_of(event: Event, domain: str, space: str) -> Stream:
    """Tell which stream an event belongs to, in a domain."""
    return Stream(domain, space, event.kind is Kind.DATASET, event.about)


def kept_events(quads: Iterable[Quad]) -> dict[Iri, Event]:
    """Read the events that were kept, by their IRIs."""
    documents: defaultdict[Iri, list[str]] = defaultdict(list)
    for quad in quads:
        value = quad.object
        if isinstance(value, Literal) and (quad.predicate, value.datatype) == (RDF.value, RDF.JSON):
            documents[quad.subject].append(value.value)
    try:
        return {iri: kept(found) for iri, found in documents.items()}
    except (LookupError, TypeError, ValueError) as error:
        raise InvalidInput(
            "Of this job or dataset, something is kept as an event that is none: restore its "
            f"source in openlineage/events, and send the event again ({error})."
        ) from error


@dataclass
class Arrivals:
    """Events that arrive together, and what they change; everything is read together too."""

    state: Past
    events: dict[Stream, set[Event]]
    _said: defaultdict[tuple[Iri, Iri], list[Quad]] = field(
        default_factory=lambda: defaultdict(list)
    )

    def patches(self) -> dict[tuple[str, str], Patch]:
        """Tell what to say and no longer to say: (domain, source) → (added, removed)."""
        self._read_subjects()
        fresh = {
            stream: {e for e in found if not self._about(stream, 0, self._iri(stream, e))}
            for stream, found in self.events.items()
        }
        before = self._events_before(fresh)
        pointers = self._pointers(fresh)
        patches: dict[tuple[str, str], Patch] = {}
        nothing: Patch = (frozenset(), frozenset())
        for stream, new in fresh.items():
            old = before.get(stream, set())
            if not new:
                kept_patch = derived = nothing
            elif stream.is_dataset:
                kept_patch, derived = _dataset_patches(stream, old, new)
            else:
                kept_patch, derived = _Job(self.state, stream, old, new, pointers[stream]).patches()
            for source, patch in zip(stream.sources, (kept_patch, derived), strict=True):
                patches[stream.domain, source] = patch
        return patches

    def _iri(self, stream: Stream, event: Event) -> Iri:
        return event_iri(stream.space, event.digest)

    def _read_subjects(self) -> None:
        """Read what is said of the events, their runs and their jobs."""
        subjects: set[Iri] = set()
        graphs: set[Iri] = set()
        for stream, events in self.events.items():
            graphs.update(stream.graphs)
            subjects.add(stream.subject)
            for event in events:
                subjects.add(self._iri(stream, event))
                if event.run:
                    subjects.add(run_iri(stream.space, event.run))
        for quad in self.state.told(subjects, graphs, _TOLD):
            self._said[quad.graph, quad.subject].append(quad)

    def _about(self, stream: Stream, which: int, subject: Iri) -> list[Quad]:
        return self._said.get((stream.graphs[which], subject), [])

    def _events_before(self, fresh: dict[Stream, set[Event]]) -> dict[Stream, set[Event]]:
        """Read the events of runs that go on, and those that declare something now."""
        subjects: set[Iri] = set()
        graphs: dict[Iri, Stream] = {}
        for stream, events in fresh.items():
            if not events:
                continue
            graphs[stream.graphs[0]] = stream
            if self._about(stream, 1, stream.subject):
                subjects.add(stream.subject)
            runs = {run_iri(stream.space, event.run) for event in events if event.run}
            subjects.update(run for run in runs if self._about(stream, 0, run))
        return _read_events(self.state, subjects, graphs)

    def _pointers(self, fresh: dict[Stream, set[Event]]) -> "dict[Stream, _Pointer]":
        """Read which run each job's lineage follows."""
        found = {
            stream: Description(stream.subject, self._about(stream, 1, stream.subject))
            for stream, events in fresh.items()
            if events
        }
        runs = {run for about in found.values() for run in about.iris(MESH.newestRun)}
        complete = {
            (quad.graph, quad.subject)
            for quad in self.state.told(
                runs, {stream.graphs[0] for stream in found}, [MESH.runState]
            )
            if quad.object == CODE.COMPLETE
        }
        return {
            stream: _Pointer(
                about.iri(MESH.newestRun),
                about.text(DCTERMS.modified) or "",
                about.text(MESH.contentDigest) or "",
                (stream.graphs[0], about.iri(MESH.newestRun)) in complete,
                bool(about.quads),
            )
            for stream, about in found.items()
        }


class _Pointer(NamedTuple):
    """What a job's graph says of itself: the run that it follows, since when, and a digest."""

    run: Iri | None
    time: str
    digest: str
    is_complete: bool
    exists: bool


def _read_events(
    state: Past, subjects: Collection[Iri], graphs: dict[Iri, Stream]
) -> dict[Stream, set[Event]]:
    """Read the events about runs, jobs and datasets that are kept in some graphs."""
    found: defaultdict[Stream, set[Event]] = defaultdict(set)
    if subjects:
        links = state.referrers(DCTERMS.subject, subjects)
        by_graph: defaultdict[Iri, list[Quad]] = defaultdict(list)
        events = {iri for iris in links.values() for iri in iris}
        for quad in state.told(events, graphs, [RDF.value]):
            by_graph[quad.graph].append(quad)
        for graph, quads in by_graph.items():
            found[graphs[graph]].update(kept_events(quads).values())
    return found


def _difference(before: frozenset[Triple], after: frozenset[Triple]) -> Patch:
    return after - before, before - after


def _dataset_patches(stream: Stream, old: set[Event], new: set[Event]) -> tuple[Patch, Patch]:
    """Tell what DatasetEvents change; those superseded before have nothing more to say."""
    space, about = stream.space, stream.about
    described = frozenset[Triple]()
    if old:
        described = describe_dataset(space, about, old)
    current = current_of(old | new)
    return (
        _difference(keep_dataset(space, about, old), keep_dataset(space, about, old | new)),
        _difference(described, describe_dataset(space, about, current)),
    )


class _Job:
    """What events of one job change."""

    def __init__(
        self, state: Past, stream: Stream, old: set[Event], new: set[Event], pointer: _Pointer
    ) -> None:
        """Take the events that came before of the same runs, and the JobEvent that counts."""
        self._state = state
        self._stream = stream
        self._pointer = pointer
        self._new = new
        space = stream.space
        self._before = _runs(space, old)
        self._runs = _runs(space, old | new)
        self._declared_before = _declared(space, old)
        self._declared = _declared(space, old | new)

    def patches(self) -> tuple[Patch, Patch]:
        """Tell what changes of what is kept, and of what is derived."""
        return self._keep(), self._follow()

    def _keep(self) -> Patch:
        space, job = self._stream.space, self._stream.subject
        added: set[Triple] = set()
        removed: set[Triple] = set()
        for iri, run in self._runs.items():
            before = self._before.get(iri)
            after = describe_run(space, run)
            known = describe_run(space, before) if before else frozenset()
            added |= after - known
            removed |= known - after
            for event in run.events - (before.events if before else frozenset()):
                added |= keep(event, space, iri)
        newest = max(self._declared, default=None)
        for telling in self._declared:
            for event in telling.events:
                said = keep(event, space, job, superseded=telling != newest)
                known = frozenset() if event in self._new else keep(event, space, job)
                added |= said - known
                removed |= known - said
        return frozenset(added), frozenset(removed)

    def _follow(self) -> Patch:
        pointer = self._pointer
        current = self._runs.get(pointer.run) if pointer.run else None
        if any(map(self._has_failed_since, self._before)):
            return self._anew()
        alive = [run for run in self._runs.values() if not run.is_failed]
        others = [run for run in alive if run.iri != pointer.run]
        if current is not None:
            known = self._before.get(current.iri)
            if known is None or current.is_complete != known.is_complete:
                return self._anew()
        elif pointer.run and not pointer.is_complete and any(r.is_complete for r in others):
            return self._anew()
        if pointer.is_complete or any(run.is_complete for run in others):
            others = [run for run in others if run.is_complete]
        newest = max([*others, *([current] if current else [])], key=_order, default=None)
        followed = (moment_of("", pointer.time), pointer.run) if pointer.run else None
        if followed and current is None and newest and newest.order < followed:
            newest = None  # the job goes on following the run that it does
        if self._is_unchanged(newest, others):
            return self._moved(newest)
        return self._again(newest, others)

    def _has_failed_since(self, run: Iri) -> bool:
        """Tell whether a run failed that the job's graph may have something of."""
        before = self._before[run]
        counted = before.is_complete or not self._pointer.is_complete
        return counted and not before.is_failed and self._runs[run].is_failed

    def _is_unchanged(self, newest: Run | None, others: list[Run]) -> bool:
        """Tell whether the job's graph stays as it is, but for which run it follows."""
        pointer = self._pointer
        if not pointer.exists or set(self._declared) != set(self._declared_before):
            return False
        if newest is None and pointer.run is None:
            return not others
        declared = [max(self._declared)] if self._declared else []
        if newest is not None and pointer.digest != content_digest([observed(newest), *declared]):
            return False
        rest = [run for run in others if run is not newest]
        alike = (content_digest([observed(run), *declared]) == pointer.digest for run in rest)
        return all(same or self._has(run) for same, run in zip(alike, rest, strict=True))

    def _has(self, run: Run) -> bool:
        """Tell whether the job speaks now of all datasets that an earlier run spoke of."""
        mentions = mentions_in(self._stream.space, self._stream.about, observed(run))
        _, graph = self._stream.graphs
        said: defaultdict[Iri, set[Iri]] = defaultdict(set)
        for quad in self._state.told(mentions, {graph}, [RDF.type, MESH.lastSeen]):
            said[quad.subject].add(quad.predicate)
        return all(
            RDF.type in said[dataset] and MESH.lastSeen not in said[dataset] for dataset in mentions
        )

    def _moved(self, newest: Run | None) -> Patch:
        """Follow another run that says the same."""
        if newest is None:
            return frozenset(), frozenset()
        job, pointer = self._stream.subject, self._pointer
        before = {Triple(job, DCTERMS.modified, Literal(pointer.time, XSD.dateTime))}
        if pointer.run:
            before.add(Triple(job, MESH.newestRun, pointer.run))
        after = {
            Triple(job, MESH.newestRun, newest.iri),
            Triple(job, DCTERMS.modified, Literal(newest.time, XSD.dateTime)),
        }
        return _difference(frozenset(before), frozenset(after))

    def _again(self, newest: Run | None, others: list[Run]) -> Patch:
        """Derive from the newest run; what others spoke of is known from the graph itself."""
        stream, space = self._stream, self._stream.space
        if (self._pointer.run or self._runs) and self._is_redeclared():
            return self._anew()
        followed = self._followed()
        newest = newest or followed
        there = self._graph(1)
        earlier: dict[Iri, Mention] = {}
        unsure = add_mentions(earlier, mentions_before(there))
        tellings = [observed(run) for run in (*others, *([followed] if followed else []))]
        tellings = [t for t in tellings if newest is None or t.by != newest.iri]
        declared = max(self._declared, default=None)
        tellings += [telling for telling in self._declared if telling != declared]
        for telling in tellings:
            unsure |= add_mentions(earlier, mentions_in(space, stream.about, telling))
        if unsure:
            return self._anew()
        return _difference(
            there, describe_job_graph(space, stream.about, newest, declared, earlier)
        )

    def _is_redeclared(self) -> bool:
        """Tell whether a JobEvent was superseded, of which the graph need not know all."""
        if len(self._declared) > 1:
            return True
        job = self._stream.subject
        return bool(self._state.referrers(DCTERMS.relation, [job])[job])

    def _followed(self) -> Run | None:
        """Read the run that the job follows, with what has come of it now."""
        iri = self._pointer.run
        if iri is None or iri in self._runs:
            return self._runs.get(iri) if iri else None
        kept_graph, _ = self._stream.graphs
        found = _read_events(self._state, [iri], {kept_graph: self._stream})
        return read_run(self._stream.space, found[self._stream])

    def _anew(self) -> Patch:
        """Derive from all events of the job: what it followed is no success any more."""
        stream = self._stream
        kept_graph, _ = stream.graphs
        events = set(kept_events(self._state.quads([kept_graph])).values())
        after = follow_job(stream.space, stream.about, events | self._new)
        return _difference(self._graph(1), after)

    def _graph(self, which: int) -> frozenset[Triple]:
        quads = self._state.quads([self._stream.graphs[which]])
        return frozenset(Triple(*quad[:3]) for quad in quads)


def _order(run: Run) -> tuple[str, str]:
    return run.order


def _runs(space: str, events: Iterable[Event]) -> dict[Iri, Run]:
    by_run: defaultdict[str, list[Event]] = defaultdict(list)
    for event in events:
        if event.run:
            by_run[event.run].append(event)
    runs = (read_run(space, found) for found in by_run.values())
    return {run.iri: run for run in runs}


def _declared(space: str, events: Iterable[Event]) -> Sequence[Telling]:
    return [telling_of(space, event) for event in events if event.kind is Kind.JOB]
