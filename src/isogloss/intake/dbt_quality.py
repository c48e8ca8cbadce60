"""dbt's tests and runs, and how documentation and warehouse differ, as measurements of quality.

Source: https://schemas.getdbt.com/dbt/run-results/v6.json and before; W3C DQV §4.
"""

import re
from collections import defaultdict
from typing import Any

from isogloss.errors import UnknownFormat
from isogloss.intake.dbt_lineage import ColumnLineage
from isogloss.intake.dbt_nodes import Catalog, Manifest, Node
from isogloss.intake.described import Described
from isogloss.intake.fields import array, mapping, optional_text, text
from isogloss.intake.formats import dbt_schema
from isogloss.intake.naming import measurement_iri, metric_iri, run_iri
from isogloss.intake.sql_types import same_type
from isogloss.model.rdf import Iri, Literal
from isogloss.vocab import CODE, DCTERMS, DQV, MESH, PROV, RDF, XSD

_VERSIONS = range(4, 7)
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?")
# What was skipped did not run, and says nothing.
_STATES = {"success": "COMPLETE", "partial success": "COMPLETE", "error": "FAIL", "fail": "FAIL"}
_OUTCOMES = {"pass": True, "warn": False, "fail": False}
# How documentation and warehouse differ, and what a note says of it.
_DRIFT = {
    "missing": "documented columns do not exist in the catalog",
    "undocumented": "columns of the catalog are not documented, and others of their tables are",
    "type": "columns have another type in the catalog than is documented",
}
_MOST_NAMED = 20
"""So many columns are named in a note."""


class Quality:
    """Describes metrics and what was measured of them."""

    def __init__(
        self, described: Described, manifest: Manifest, catalog: Catalog, lineage: ColumnLineage
    ) -> None:
        """Prepare; `lineage` names the datasets, columns and jobs."""
        self._described = described
        self._manifest = manifest
        self._catalog = catalog
        self._lineage = lineage
        self._drift: defaultdict[str, list[str]] = defaultdict(list)
        self._measured: set[str] = set()
        self._not_known = 0
        # Job → when its newest successful run ended, and that run.
        self._newest: dict[Iri, tuple[str, Iri]] = {}

    def compare(
        self, key: str, name: str, column: Iri, documented: Node | None, real: Node | None
    ) -> None:
        """Compare a column of a dataset as it is documented with the one in the warehouse.

        Writes, where they differ:
            <m> a dqv:QualityMeasurement ; dqv:computedOn <column> ;
                dqv:isMeasurementOf <…/dbt/metric/documentation-drift> ;
                dqv:value "missing"|"undocumented"|"type" ; prov:generatedAtTime <catalog's> .
        """
        if documented is None:
            drift = "undocumented" if self._manifest.columns(key) else None
        elif real is None:
            drift = "missing"
        else:
            said, found = optional_text(documented, "data_type"), optional_text(real, "type")
            differs = said and found and not same_type(said, found, self._manifest.dialect)
            drift = "type" if differs else None
        if drift is None:
            return
        self._drift[drift].append(f"{key}.{name}")
        metric = metric_iri(self._described.space, "dbt", "documentation-drift")
        self._describe(metric, "documentation drift", "documentation-drift", XSD.string)
        made = measurement_iri(metric, column)
        self._measure(metric, made, column, Literal(drift), self._catalog.time)

    def results(self, name: str, value: Any) -> None:
        """Describe what came of one run of dbt: of its models, and of its tests.

        Raises:
            UnknownFormat: it is of a version that is not read.
            InvalidInput: a result lacks what every result must have.
        """
        schema = dbt_schema(value)
        if schema is None or schema[1] not in _VERSIONS:
            raise UnknownFormat(
                f"{name} is version {schema and schema[1]} of dbt's run results; version "
                f"{_VERSIONS[0]} to {_VERSIONS[-1]} is read."
            )
        metadata = mapping(f"{name}, metadata", value["metadata"])
        generated = optional_text(metadata, "generated_at")
        invocation = optional_text(metadata, "invocation_id") or generated or name
        for number, found in enumerate(array(name, value, "results"), 1):
            where = f"{name}, result {number}"
            result = mapping(where, found)
            key = text(where, result, "unique_id")
            node = self._manifest.nodes.get(key)
            if node is None:
                self._not_known += 1
            elif node.get("resource_type") == "test":
                self._test(key, node, result, invocation, generated)
            elif key in self._manifest.datasets:
                self._run(key, result, invocation)

    def finish(self) -> None:
        """Say of each job which run of all results is the newest that went well."""
        for job, (_, run) in self._newest.items():
            self._described.say(job, MESH.newestRun, run)

    def notes(self) -> list[str]:
        """Say what was compared, and what was not measured."""
        notes = [
            f"{len(names)} {what}: {_some(names)}."
            for kind, what in _DRIFT.items()
            if (names := self._drift.get(kind))
        ]
        tests = {key for key, _ in self._manifest.of_kind("test")}
        if tests - self._measured:
            notes.append(f"{len(tests - self._measured)} tests have no result here.")
        if self._not_known:
            notes.append(f"{self._not_known} results are of nodes that the manifest does not have.")
        return notes

    def _test(
        self, key: str, node: Node, result: Node, invocation: str, generated: str | None
    ) -> None:
        passed = _OUTCOMES.get(str(result.get("status")))
        tested = self._tested(key, node)
        if passed is None or tested is None:
            return
        self._measured.add(key)
        metric = metric_iri(self._described.space, "dbt", key)
        self._describe(metric, optional_text(node, "name") or key, key, XSD.boolean)
        self._described.say(
            metric, DCTERMS.description, _literal(optional_text(node, "description"))
        )
        _, ended = _times(result)
        value = Literal(str(passed).lower(), XSD.boolean)
        made = measurement_iri(metric, invocation)
        self._measure(metric, made, tested, value, ended or generated)
        self._described.say(made, DCTERMS.description, _literal(optional_text(result, "message")))
        run = self._activity(invocation)
        self._described.say(made, PROV.wasGeneratedBy, run)

    def _tested(self, key: str, node: Node) -> Iri | None:
        attached = optional_text(node, "attached_node")
        upstream = self._manifest.upstream(key)
        of = attached if attached in self._manifest.datasets else next(iter(upstream), None)
        if of is None:
            return None
        dataset = self._lineage.datasets[of]
        column = optional_text(node, "column_name")
        return self._lineage.column(dataset, column.strip('"`')) if column else dataset

    def _run(self, key: str, result: Node, invocation: str) -> None:
        state, job = _STATES.get(str(result.get("status"))), self._lineage.job(key)
        if state is None or job is None:
            return
        say = self._described.say
        run = self._activity(f"{invocation}/{key}")
        started, ended = _times(result)
        say(run, PROV.startedAtTime, _moment(started))
        say(run, PROV.endedAtTime, _moment(ended))
        say(run, MESH.runState, Iri(CODE.iri + state))
        say(run, PROV.wasInformedBy, self._activity(invocation))
        association = Iri(f"{run}/association")
        say(run, PROV.qualifiedAssociation, association)
        say(association, RDF.type, PROV.Association)
        say(association, PROV.hadPlan, job)
        if state == "COMPLETE":
            say(self._lineage.datasets[key], PROV.wasGeneratedBy, run)
            self._newest[job] = max((ended or "", run), self._newest.get(job, ("", run)))

    def _activity(self, identifier: str) -> Iri:
        run = run_iri(self._described.space, identifier)
        self._described.say(run, RDF.type, PROV.Activity)
        self._described.say(run, RDF.type, MESH.Run)
        self._described.say(run, DCTERMS.identifier, Literal(identifier))
        return run

    def _describe(self, metric: Iri, title: str, identifier: str, datatype: Iri) -> None:
        say = self._described.say
        say(metric, RDF.type, DQV.Metric)
        say(metric, DCTERMS.title, Literal(title))
        say(metric, DCTERMS.identifier, Literal(identifier))
        say(metric, DQV.expectedDataType, datatype)

    def _measure(self, metric: Iri, made: Iri, of: Iri, value: Literal, time: str | None) -> None:
        say = self._described.say
        say(made, RDF.type, DQV.QualityMeasurement)
        say(made, DQV.isMeasurementOf, metric)
        say(made, DQV.computedOn, of)
        say(made, DQV.value, value)
        say(made, PROV.generatedAtTime, _moment(time))


def _times(result: Node) -> tuple[str | None, str | None]:
    """Give when a node was executed, from and until."""
    for timing in result.get("timing") or ():
        if isinstance(timing, dict) and timing.get("name") == "execute":
            return optional_text(timing, "started_at"), optional_text(timing, "completed_at")
    return None, None


def _moment(time: str | None) -> Literal | None:
    return Literal(time, XSD.dateTime) if time is not None and _TIME.fullmatch(time) else None


def _literal(value: str | None) -> Literal | None:
    return Literal(value) if value is not None else None


def _some(names: list[str]) -> str:
    more = len(names) - _MOST_NAMED
    shown = ", ".join(sorted(names)[:_MOST_NAMED])
    return f"{shown} and {more} more" if more > 0 else shown
