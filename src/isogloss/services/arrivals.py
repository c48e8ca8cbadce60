"""What events that arrive together change in the sources of their streams.

These are functions of the set of events (see `intake.jobs` and `intake.datasets`). What is needed
of all streams is read at once; what only one job needs, `services.job_arrivals` reads.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from isogloss.intake.datasets import current_of, describe_dataset, keep_dataset
from isogloss.intake.events import Event
from isogloss.intake.naming import event_iri, run_iri
from isogloss.model.rdf import Iri, Quad
from isogloss.services.description import Description
from isogloss.services.event_streams import Patch, Stream, difference, events_about
from isogloss.services.job_arrivals import JobArrivals, Pointer
from isogloss.store.history import Past
from isogloss.vocab import CODE, DCTERMS, MESH, RDF

_TOLD = (RDF.type, MESH.newestRun, DCTERMS.modified, MESH.contentDigest, MESH.lastSeenIn)
"""What is read of events, runs and jobs: whether they are there, and what a job follows."""


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
                kept_patch, derived = JobArrivals(
                    self.state, stream, old, new, pointers[stream]
                ).patches()
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
        return events_about(self.state, subjects, graphs)

    def _pointers(self, fresh: dict[Stream, set[Event]]) -> dict[Stream, Pointer]:
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
            stream: Pointer(
                about.iri(MESH.newestRun),
                about.text(DCTERMS.modified) or "",
                about.text(MESH.contentDigest) or "",
                (stream.graphs[0], about.iri(MESH.newestRun)) in complete,
                bool(about.quads),
                not about.iris(MESH.lastSeenIn),
            )
            for stream, about in found.items()
        }


def _dataset_patches(stream: Stream, old: set[Event], new: set[Event]) -> tuple[Patch, Patch]:
    """Tell what DatasetEvents change; those superseded before have nothing more to say."""
    space, about = stream.space, stream.about
    described = describe_dataset(space, about, old) if old else frozenset()
    current = current_of(old | new)
    return (
        difference(keep_dataset(space, about, old), keep_dataset(space, about, old | new)),
        difference(described, describe_dataset(space, about, current)),
    )
