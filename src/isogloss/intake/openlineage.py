"""OpenLineage events: runs, jobs and datasets, whatever the order they come in.

Events are kept, and what they tell is a function of the set of them, so neither order nor
repetition matters.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

from isogloss.intake.datasets import describe_dataset, keep_dataset, tell_of_dataset
from isogloss.intake.described import Described
from isogloss.intake.events import Event, Kind, keep, read_event
from isogloss.intake.facets import Facets, facets_of
from isogloss.intake.jobs import follow_job, keep_job
from isogloss.intake.runs import datasets_of, describe_run, read_run
from isogloss.intake.tellings import tell, telling_of
from isogloss.intake.terms import check_terms
from isogloss.model.change import Document
from isogloss.model.rdf import Iri, Triple


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
            only_kept += check(event, space).only_kept + check_run(event, space).only_kept
            stream.add(event)
    for (is_dataset, about), found in streams.items():
        if is_dataset:
            triples |= keep_dataset(space, about, found) | describe_dataset(space, about, found)
        else:
            triples |= keep_job(space, about, found) | follow_job(space, about, found)
    return Document(frozenset(triples), _notes(only_kept))


class Checked(NamedTuple):
    """What of an event is only kept, by name, and how many statements the rest makes."""

    only_kept: Counter[str]
    statements: int


def check(event: Event, space: str) -> Checked:
    """Read what an event says of job and datasets.

    Raises:
        InvalidInput: something in it is not what it must be, or is too long to be kept.
    """
    described = Described(space)
    facets = Facets(described)
    if event.kind is Kind.DATASET:
        tell_of_dataset(described, facets, event.about, [event])
    else:
        facets.only_kept.update(tell(described, facets, event.about, telling_of(space, event)))
    said = described.finish()
    check_terms(event.where, said)
    return Checked(facets.only_kept, len(said))


def check_run(event: Event, space: str) -> Checked:
    """Read what an event says of a run, if it is of one, and how it is kept itself.

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
    said |= keep(event, space, subject)
    check_terms(event.where, said)
    return Checked(facets.only_kept, len(said))


def _notes(only_kept: Counter[str]) -> tuple[str, ...]:
    return tuple(
        f"The OpenLineage facet `{name}` is not understood and is only kept with its event "
        f"({'once' if count == 1 else f'{count} times'})."
        for name, count in sorted(only_kept.items())
    )
