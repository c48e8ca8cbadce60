"""Datasets by themselves, as DatasetEvents tell of them: of each facet, the newest counts."""

from collections.abc import Collection
from typing import Any

from isogloss.intake.described import Described
from isogloss.intake.events import Event, keep
from isogloss.intake.facets import Facets, facets_of
from isogloss.intake.fields import mapping
from isogloss.intake.flows import Flows
from isogloss.intake.measurements import measured, state
from isogloss.intake.naming import dataset_iri
from isogloss.intake.runs import is_drop
from isogloss.model.lineage import Evidence
from isogloss.model.rdf import Literal, Triple
from isogloss.vocab import MESH, PROV, XSD


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
    tell_of_dataset(described, Facets(described), about, events)
    return described.finish()


def tell_of_dataset(
    described: Described, facets: Facets, about: tuple[str, str], events: Collection[Event]
) -> None:
    """Tell of a dataset what its DatasetEvents say."""
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
