"""Streams: the events of one job or dataset, where they are kept, and how they are read again.

A stream's sources are `openlineage/events/<name>`, its events as they came and its runs, and
`openlineage/jobs/<name>` or `…/datasets/<name>`, what follows from them.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from isogloss.errors import InvalidInput
from isogloss.intake.events import Event, Kind, kept
from isogloss.intake.naming import dataset_iri, job_iri, stream_name
from isogloss.model.rdf import Iri, Literal, Quad, Triple
from isogloss.store.history import Past
from isogloss.store.named_graphs import source_graph
from isogloss.vocab import DCTERMS, RDF

Patch = tuple[frozenset[Triple], frozenset[Triple]]
"""What is said besides, and what no longer."""


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
        return _sources(self.is_dataset, self.about)

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


def events_about(
    state: Past, subjects: Collection[Iri], streams: Mapping[Iri, Stream]
) -> dict[Stream, set[Event]]:
    """Read the events about runs, jobs and datasets that are kept in the graphs of streams."""
    links = state.referrers(DCTERMS.subject, subjects) if subjects else {}
    return events_called(state, {iri for iris in links.values() for iri in iris}, streams)


def events_called(
    state: Past, events: Collection[Iri], streams: Mapping[Iri, Stream]
) -> dict[Stream, set[Event]]:
    """Read events by their IRIs, from the graphs of streams; those that are none are left out."""
    found: defaultdict[Stream, set[Event]] = defaultdict(set)
    by_graph: defaultdict[Iri, list[Quad]] = defaultdict(list)
    if events:
        for quad in state.told(events, streams, [RDF.value]):
            by_graph[quad.graph].append(quad)
    for graph, quads in by_graph.items():
        found[streams[graph]].update(kept_events(quads).values())
    return found


def difference(before: frozenset[Triple], after: frozenset[Triple]) -> Patch:
    """Tell how to get from one to the other."""
    return after - before, before - after


@lru_cache(maxsize=10_000)
def _sources(is_dataset: bool, about: tuple[str, str]) -> tuple[str, str]:
    kind = "dataset" if is_dataset else "job"
    name = stream_name(kind, *about)
    return f"openlineage/events/{name}", f"openlineage/{kind}s/{name}"
