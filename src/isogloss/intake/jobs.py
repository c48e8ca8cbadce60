"""Jobs: what is kept of one, and what follows from the set of its events.

A job's lineage is that of its newest successful run, and what its newest JobEvent declares.
Datasets that only others spoke of stay described, as the last of them did, with when that was.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from isogloss.intake.events import Event, keep
from isogloss.intake.naming import job_iri
from isogloss.intake.runs import Run, counted, describe_run, newest_of
from isogloss.intake.tellings import (
    Telling,
    content_digest,
    newest,
    observed,
    said_by,
    tellings_of,
)
from isogloss.model.rdf import Iri, Literal, Triple
from isogloss.vocab import DCAT, DCTERMS, FOAF, MESH, PROV, RDF, XSD

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
_NAMES = frozenset({RDF.type, FOAF.name, MESH.olNamespace, DCTERMS.identifier})


class Mention(NamedTuple):
    """What a telling says of a dataset, lineage left out."""

    moment: str
    by: Iri
    time: str
    triples: frozenset[Triple]

    @property
    def order(self) -> tuple[str, Iri]:
        """That of its telling: the greatest is the last mention."""
        return self.moment, self.by


def keep_job(space: str, about: tuple[str, str], events: Collection[Event]) -> frozenset[Triple]:
    """State a job's events as they came, and its runs."""
    runs, declared = tellings_of(space, events)
    said: set[Triple] = set()
    for run in runs:
        said |= describe_run(space, run)
        said.update(*(keep(event, space, run.iri) for event in run.events))
    current = newest(declared)
    for telling in declared:
        for event in telling.events:
            job = job_iri(space, *about)
            said |= keep(event, space, job, superseded=telling != current)
    return frozenset(said)


def follow_job(space: str, about: tuple[str, str], events: Collection[Event]) -> frozenset[Triple]:
    """Describe a job by all of its events: it, its datasets and its lineage."""
    runs, declared = tellings_of(space, events)
    last: dict[Iri, Mention] = {}
    names: set[Triple] = set()
    for telling in [*map(observed, counted(runs)), *declared]:
        mention(last, mentions_in(space, about, telling))
        names |= names_in(said_by(space, about, (telling,)))
    return describe_job_graph(space, about, newest_of(runs), newest(declared), last) | names


def describe_job_graph(
    space: str,
    about: tuple[str, str],
    run: Run | None,
    declared: Telling | None,
    last: Mapping[Iri, Mention],
) -> frozenset[Triple]:
    """Describe a job by the run that it follows, what it declares, and last mentions of datasets.

    Writes, beside datasets, columns and lineage:
        <job> a mesh:Job ; mesh:newestRun <run> ;
            dcterms:modified "…" ;           # when that run was or, without one, the declaration
            mesh:contentDigest "…" .          # of all that the lineage follows
        <dataset> mesh:lastSeenIn <run or event> ;  # if neither of these was the last
            mesh:lastSeen "…" .               # if neither speaks of it
        <job> mesh:lastSeenIn <run or event> .      # if neither was the last of all that count
    """
    tellings = (*([observed(run)] if run else ()), *([declared] if declared else ()))
    said = set(said_by(space, about, tellings))
    now = portraits(said)
    job = job_iri(space, *about)
    if run:
        said.add(Triple(job, MESH.newestRun, run.iri))
    if tellings:
        said.add(Triple(job, DCTERMS.modified, Literal(tellings[0].time, XSD.dateTime)))
        said.add(Triple(job, MESH.contentDigest, Literal(content_digest(tellings))))
    current = {telling.by for telling in tellings}
    for dataset, seen in last.items():
        if seen.by not in current:
            said.add(Triple(dataset, MESH.lastSeenIn, seen.by))
            if dataset not in now and dataset != job:
                said |= seen.triples
                said.add(Triple(dataset, MESH.lastSeen, Literal(seen.time, XSD.dateTime)))
    return frozenset(said)


def mentions_in(space: str, about: tuple[str, str], telling: Telling) -> dict[Iri, Mention]:
    """Find what a telling says of each dataset; every telling mentions the job itself."""
    found = portraits(said_by(space, about, (telling,)))
    found[job_iri(space, *about)] = frozenset()
    return {
        subject: Mention(telling.moment, telling.by, telling.time, triples)
        for subject, triples in found.items()
    }


def mention(last: dict[Iri, Mention], more: Mapping[Iri, Mention]) -> None:
    """Note the last mention of each dataset; a telling that has grown takes its own place."""
    for dataset, seen in more.items():
        known = last.get(dataset)
        if known is None or known.order <= seen.order:
            last[dataset] = seen


def names_in(triples: Collection[Triple]) -> frozenset[Triple]:
    """Find what owners and other names of datasets are called, which stays true for ever."""
    named = {triple.object for triple in triples if triple.predicate in _NAMED}
    if not named:
        return frozenset()
    return frozenset(t for t in triples if t.subject in named and t.predicate in _NAMES)


def portraits(triples: Iterable[Triple]) -> dict[Iri, frozenset[Triple]]:
    """Sort out what describes each dataset and its columns, lineage left out."""
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
        found[dataset].update(t for t in by_subject[part] if t.predicate not in _LINEAGE)
    return {dataset: frozenset(said) for dataset, said in found.items()}
