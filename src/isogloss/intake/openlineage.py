"""OpenLineage events: runs, jobs and datasets, whatever the order they come in.

Source: https://openlineage.io/spec/2-0-2/OpenLineage.json and the facets' own schemas. An
event's kind is told by what it holds, not by its schemaURL, which producers get wrong.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from isogloss.errors import InvalidInput
from isogloss.intake.described import Described
from isogloss.intake.facets import Facets
from isogloss.intake.fields import array, mapping, text
from isogloss.intake.naming import job_iri, run_iri
from isogloss.model.change import Document
from isogloss.model.lineage import Evidence
from isogloss.model.rdf import Iri, Literal, parse_iri
from isogloss.vocab import CODE, DCTERMS, MESH, PROV, RDF, XSD

# Of a run's states the one that says most: an end before a beginning, a bad end before a good
# one. So the order of its events does not matter.
_STATES = ("OTHER", "START", "RUNNING", "COMPLETE", "ABORT", "FAIL")
_FAILED = {"ABORT", "FAIL"}
_ENDED = {"COMPLETE", "ABORT", "FAIL"}
_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?)(Z|[+-]\d\d:\d\d)?")


@dataclass
class _Run:
    """What the events of one run add up to."""

    states: set[str] = field(default_factory=set)
    inputs: set[Iri] = field(default_factory=set)
    outputs: set[Iri] = field(default_factory=set)

    @property
    def state(self) -> str:
        return max(self.states, key=_STATES.index)


def read_events(events: Sequence[tuple[str, Any]], *, space: str) -> Document:
    """Read events, each with what to call it in an error, into the triples of one graph.

    A run's events add up. Runs that failed or were aborted are kept, but nothing derives
    from them. Facets that are not understood are named in the notes.

    Raises:
        InvalidInput: an event lacks what every event must have.
    """
    reader = _Reader(space)
    for where, event in events:
        reader.note_state(where, mapping(where, event))
    for where, event in events:
        reader.read(where, event)
    return Document(reader.finish(), reader.facets.notes())


class _Reader:
    def __init__(self, space: str) -> None:
        self._space = space
        self._described = Described(space)
        self._runs: defaultdict[Iri, _Run] = defaultdict(_Run)
        self._times: defaultdict[tuple[Iri, Iri], list[str]] = defaultdict(list)
        self.facets = Facets(self._described)

    def note_state(self, where: str, event: dict[str, Any]) -> None:
        """Learn how runs end, before anything is derived from them."""
        if "run" not in event:
            return
        state = event.get("eventType") or "OTHER"
        if state not in _STATES:
            raise InvalidInput(
                f"{where}: eventType is {str(state)[:80]!r}; it is one of {', '.join(_STATES)}."
            )
        run = self._run(where, event["run"])
        self._runs[run].states.add(state)
        time = _time(where, event)
        if state in _ENDED:
            self._times[run, PROV.endedAtTime].append(time)
        if state == "START":
            self._times[run, PROV.startedAtTime].append(time)

    def read(self, where: str, event: dict[str, Any]) -> None:
        """Describe what one event speaks of."""
        if "run" in event:
            self._read_run(where, event)
        elif "job" in event:
            job = self._job(where, event["job"], derive=True)
            self._flow(where, event, job=job, derive=True)
        elif "dataset" in event:
            self._dataset(where, event["dataset"], derive=True)
        else:
            raise InvalidInput(
                f"{where} has neither run, job nor dataset, so it is no OpenLineage event."
            )

    def finish(self) -> frozenset[Any]:
        """Derive what runs made from what they read, and give all triples."""
        say = self._described.say
        for (run, predicate), times in self._times.items():
            moment = min(times) if predicate == PROV.startedAtTime else max(times)
            say(run, predicate, Literal(moment, XSD.dateTime))
        for run, found in self._runs.items():
            say(run, MESH.runState, Iri(CODE.iri + found.state))
            for dataset in found.inputs:
                say(run, PROV.used, dataset)
            if found.state in _FAILED:
                continue
            for output in found.outputs:
                say(output, PROV.wasGeneratedBy, run)
                for dataset in found.inputs:
                    self._described.derive(output, dataset, evidence=Evidence.OBSERVED)
        return self._described.finish()

    def _read_run(self, where: str, event: dict[str, Any]) -> None:
        run = self._run(where, event["run"])
        derive = self._runs[run].state not in _FAILED
        job = self._job(where, event.get("job"), derive=derive)
        self._associate(run, job, event.get("producer"))
        for name, facet in _facets(where, event["run"]):
            if name == "parent":
                self._parent(f"{where}, run facet parent", run, facet)
            else:
                self.facets.pass_over(name)
        self._flow(where, event, run=run, derive=derive)

    def _flow(
        self,
        where: str,
        event: dict[str, Any],
        *,
        derive: bool,
        run: Iri | None = None,
        job: Iri | None = None,
    ) -> None:
        inputs, outputs = (
            {
                self._dataset(f"{where}, {side} {number}", dataset, derive=derive)
                for number, dataset in enumerate(array(where, event, side), 1)
            }
            for side in ("inputs", "outputs")
        )
        if run is not None:
            self._runs[run].inputs |= inputs
            self._runs[run].outputs |= outputs
        elif job is not None:
            for output in outputs:
                for dataset in inputs:
                    self._described.derive(output, dataset, job=job)

    def _run(self, where: str, value: Any) -> Iri:
        run_id = text(f"{where}, run", mapping(f"{where}, run", value), "runId")
        run = run_iri(self._space, run_id)
        self._described.say(run, RDF.type, PROV.Activity)
        self._described.say(run, RDF.type, MESH.Run)
        self._described.say(run, DCTERMS.identifier, Literal(run_id))
        return run

    def _job(self, where: str, value: Any, *, derive: bool) -> Iri:
        found = mapping(f"{where}, job", value)
        namespace = text(f"{where}, job", found, "namespace")
        name = text(f"{where}, job", found, "name")
        job = job_iri(self._space, namespace, name)
        self._described.say(job, RDF.type, PROV.Plan)
        self._described.say(job, RDF.type, MESH.Job)
        self._described.say(job, DCTERMS.identifier, Literal(name))
        self._described.say(job, MESH.olNamespace, Literal(namespace))
        for facet_name, facet in _facets(where, found):
            self.facets.of_job(f"{where}, job facet {facet_name}", job, facet_name, facet, derive)
        return job

    def _dataset(self, where: str, value: Any, *, derive: bool) -> Iri:
        found = mapping(where, value)
        dataset = self._described.dataset(
            text(where, found, "namespace"), text(where, found, "name")
        )
        for name, facet in _facets(where, found):
            self.facets.of_dataset(f"{where}, facet {name}", dataset, name, facet, derive)
        for key in ("inputFacets", "outputFacets"):
            for name, _ in _facets(where, found, key):
                self.facets.pass_over(name)
        return dataset

    def _associate(self, run: Iri, job: Iri, producer: Any) -> None:
        say = self._described.say
        association = Iri(f"{run}/association")
        say(run, PROV.qualifiedAssociation, association)
        say(association, RDF.type, PROV.Association)
        say(association, PROV.hadPlan, job)
        try:
            agent = parse_iri(producer) if isinstance(producer, str) else None
        except InvalidInput:
            agent = None  # a producer that is no URI names nobody; the event is still good
        if agent is not None:
            say(association, PROV.agent, agent)

    def _parent(self, where: str, run: Iri, facet: dict[str, Any]) -> None:
        if "run" not in facet:
            return
        parent = self._run(where, facet["run"])
        self._described.say(run, PROV.wasInformedBy, parent)
        if "job" in facet:
            self._associate(parent, self._job(where, facet["job"], derive=False), None)
        # A parent that sent no event of its own has no state to report.


def _facets(
    where: str, holder: dict[str, Any], key: str = "facets"
) -> list[tuple[str, dict[str, Any]]]:
    found = mapping(f"{where}, {key}", holder.get(key) or {})
    return [(name, facet) for name, facet in found.items() if isinstance(facet, dict)]


def _time(where: str, event: dict[str, Any]) -> str:
    time = text(where, event, "eventTime")
    if not _TIME.fullmatch(time):
        raise InvalidInput(
            f"{where}: eventTime is {time[:80]!r}, which is no time: write it as "
            "2026-01-31T12:00:00Z, and fill in the places of a template."
        )
    return time
