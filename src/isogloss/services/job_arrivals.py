"""What events of one job change, told from what is there.

A job's graph (`intake.jobs`) is made of maxima: the newest run, the newest JobEvent and the last
mention of each dataset. So only what is new is compared with what is there, and an event costs
the same however many runs and datasets the job had before. All events are read again only when
the first run of a job comes to a good end, as those that did not count no more.
"""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from isogloss.intake.events import FAILED, STATES, Event, keep, moment_of
from isogloss.intake.jobs import (
    Mention,
    describe_job_graph,
    follow_job,
    mention,
    mentions_in,
    names_in,
)
from isogloss.intake.runs import Run, describe_run, newest_of
from isogloss.intake.tellings import (
    Telling,
    content_digest,
    newest,
    observed,
    said_by,
    tellings_of,
)
from isogloss.model.lineage import Evidence
from isogloss.model.rdf import Iri, Literal, Triple
from isogloss.services.event_streams import (
    Patch,
    Stream,
    difference,
    events_about,
    events_called,
    kept_events,
)
from isogloss.store.history import Past
from isogloss.vocab import CODE, DCTERMS, MESH, XSD

_OPEN = [Iri(CODE.iri + state) for state in STATES if state not in {*FAILED, "COMPLETE"}]


class Pointer(NamedTuple):
    """What a job's graph says of itself: the run that it follows, since when, and a digest."""

    run: Iri | None
    time: str
    digest: str
    is_complete: bool
    exists: bool
    was_last: bool
    """Whether nothing that counts came after that run, or after the newest JobEvent."""


class JobArrivals:
    """Events of one job that have just come."""

    def __init__(
        self, state: Past, stream: Stream, old: set[Event], new: set[Event], pointer: Pointer
    ) -> None:
        """Take the events that came before of the same runs, and the JobEvent that counts."""
        self._state = state
        self._stream = stream
        self._pointer = pointer
        self._new = new
        before, self._declared_before = tellings_of(stream.space, old)
        now, self._declared = tellings_of(stream.space, old | new)
        self._before = {run.iri: run for run in before}
        self._runs = {run.iri: run for run in now}

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
        current = newest(self._declared)
        for telling in self._declared:
            for event in telling.events:
                said = keep(event, space, job, superseded=telling != current)
                known = frozenset() if event in self._new else keep(event, space, job)
                added |= said - known
                removed |= known - said
        return frozenset(added), frozenset(removed)

    def _follow(self) -> Patch:
        settled = self._is_settled()
        ends = any(run.has_completed for run in self._runs.values())
        if not self._pointer.exists or (ends and not settled):
            return self._anew()
        fresh = [run for run in self._runs.values() if run.has_completed or not settled]
        tellings = [t for t in self._declared if t not in self._declared_before]
        tellings += map(observed, fresh)
        run = self._newest(fresh, settled)
        declared = newest(self._declared)
        if self._says_nothing_new(run, declared, tellings):
            return self._moved(run) if run else (frozenset(), frozenset())
        return self._turned(run, declared, tellings)

    def _is_settled(self) -> bool:
        """Tell whether a run came to a good end before, so that no others count."""
        if self._pointer.run or not self._pointer.exists:
            return self._pointer.is_complete
        kept_graph, _ = self._stream.graphs
        good = [CODE.COMPLETE]
        return bool(self._state.within(kept_graph, DCTERMS.type, good, most=1))

    def _newest(self, fresh: list[Run], settled: bool) -> Run | None:
        """Find the run that the job is to follow; None for the one that it does, if any."""
        followed = self._pointer.run
        if followed is not None and followed in self._runs and self._runs[followed].is_failed:
            fresh = [*fresh, *self._others(settled)]
        found = newest_of(fresh)
        if found and followed and followed not in self._runs:
            return found if self._followed_order(followed) < found.order else None
        return found

    def _followed_order(self, run: Iri) -> tuple[str, Iri]:
        return moment_of("", self._pointer.time), run

    def _others(self, settled: bool) -> Collection[Run]:
        """Read the runs that may take the place of one that failed."""
        kept_graph, _ = self._stream.graphs
        states = [CODE.COMPLETE] if settled else _OPEN
        there = self._state.within(kept_graph, MESH.runState, states)
        return self._read({quad.subject for quad in there} - self._runs.keys()).values()

    def _says_nothing_new(
        self, run: Run | None, declared: Telling | None, tellings: Iterable[Telling]
    ) -> bool:
        """Tell whether the job's graph stays as it is, but for which run it follows."""
        if declared != newest(self._declared_before):
            return False
        if self._pointer.run is None:
            return run is None and not tellings
        order = self._followed_order(self._pointer.run)
        if run:
            # What came between may have been the last to mention what the run speaks of now.
            if not self._pointer.was_last or (declared and declared.order > order):
                return False
            order = run.moment, run.iri
        elif self._pointer.run in self._runs:
            return False
        given = [declared] if declared else []
        every = [observed(run), *tellings] if run else tellings
        return all(
            telling.order <= order
            and telling.evidence is not Evidence.DECLARED
            and content_digest([telling, *given]) == self._pointer.digest
            for telling in every
        )

    def _moved(self, run: Run) -> Patch:
        """Follow another run that says the same."""
        job, pointer = self._stream.subject, self._pointer
        before = {Triple(job, DCTERMS.modified, Literal(pointer.time, XSD.dateTime))}
        if pointer.run:
            before.add(Triple(job, MESH.newestRun, pointer.run))
        after = {
            Triple(job, MESH.newestRun, run.iri),
            Triple(job, DCTERMS.modified, Literal(run.time, XSD.dateTime)),
        }
        return difference(frozenset(before), frozenset(after))

    def _turned(self, run: Run | None, declared: Telling | None, tellings: list[Telling]) -> Patch:
        """Follow a run or a declaration that says something else, and note older mentions."""
        space, about = self._stream.space, self._stream.about
        followed = self._followed()
        if run is None and followed and followed.iri not in self._runs:
            run = followed
        declared_before = newest(self._declared_before)
        before = [*([observed(followed)] if followed else []), *filter(None, [declared_before])]
        after = [*([observed(run)] if run else []), *filter(None, [declared]), *tellings]
        known = [mentions_in(space, about, telling) for telling in before]
        more = [mentions_in(space, about, telling) for telling in after]
        last = self._last({dataset for found in (*known, *more) for dataset in found})
        for found in known:
            mention(last, found)
        there = describe_job_graph(space, about, followed, declared_before, last)
        for found in more:
            mention(last, found)
        then = describe_job_graph(space, about, run, declared, last) | names_in(there)
        names = (names_in(said_by(space, about, (telling,))) for telling in tellings)
        return difference(there, then.union(*names))

    def _last(self, datasets: Collection[Iri]) -> dict[Iri, Mention]:
        """Read the last mentions of datasets, as far as the job's graph notes them."""
        _, graph = self._stream.graphs
        noted = self._state.told(datasets, {graph}, [MESH.lastSeenIn])
        by = {quad.subject: Iri(str(quad.object)) for quad in noted}
        runs = self._read(set(by.values()))
        found: dict[Iri, Mention] = {}
        kept_graph, _ = self._stream.graphs
        events = events_called(
            self._state, set(by.values()) - runs.keys(), {kept_graph: self._stream}
        )
        _, declared = tellings_of(self._stream.space, events.get(self._stream, ()))
        tellings = {telling.by: telling for telling in [*map(observed, runs.values()), *declared]}
        for dataset, teller in by.items():
            mentions = mentions_in(self._stream.space, self._stream.about, tellings[teller])
            found[dataset] = mentions[dataset]
        return found

    def _followed(self) -> Run | None:
        """Read the run that the job follows, as it was before."""
        iri = self._pointer.run
        if iri is None or iri in self._before:
            return self._before.get(iri) if iri else None
        return self._read({iri})[iri]

    def _read(self, runs: Collection[Iri]) -> dict[Iri, Run]:
        """Read runs that were there before, with all their events."""
        kept_graph, _ = self._stream.graphs
        found = events_about(self._state, runs, {kept_graph: self._stream})
        read, _ = tellings_of(self._stream.space, found.get(self._stream, ()))
        return {run.iri: run for run in read}

    def _anew(self) -> Patch:
        """Derive from all events of the job."""
        stream = self._stream
        kept_graph, graph = stream.graphs
        events = set(kept_events(self._state.quads([kept_graph])).values())
        there = frozenset(Triple(*quad[:3]) for quad in self._state.quads([graph]))
        return difference(there, follow_job(stream.space, stream.about, events | self._new))
