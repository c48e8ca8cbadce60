"""OpenLineage's facets of lineage: columnLineage 1-0-0 to 1-2-0, and lineage 1-0-0.

Source: https://openlineage.io/spec/facets/1-2-0/ColumnLineageDatasetFacet.json and
https://openlineage.io/spec/facets/1-0-0/LineageFacet.json.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from isogloss.intake.described import Described, Transformation
from isogloss.intake.fields import array, mapping, optional_text, text
from isogloss.intake.naming import job_iri
from isogloss.model.lineage import Evidence
from isogloss.model.rdf import Iri, Literal
from isogloss.vocab import DCTERMS, MESH, PROV, RDF

_SUBTYPES = {
    "IDENTITY",
    "TRANSFORMATION",
    "AGGREGATION",
    "JOIN",
    "GROUP_BY",
    "FILTER",
    "SORT",
    "WINDOW",
    "CONDITIONAL",
}


@dataclass
class Flows:
    """What one speaker says of where data come from: a run of a job, a job, or a dataset's event.

    `explicit` are the datasets of which the lineage facet told all that they come from; None
    of them comes from an input merely because both are in one event. Steps that are not
    understood are counted in `unknown`.
    """

    described: Described
    evidence: Evidence
    job: Iri | None = None
    explicit: set[Iri] = field(default_factory=set)
    unknown: Counter[str] = field(default_factory=Counter)
    _whole: list[tuple[Iri, Iri, Iri, frozenset[Transformation]]] = field(default_factory=list)

    def derive(self, downstream: Iri, upstream: Iri) -> None:
        """State that a dataset comes from another, nobody telling how."""
        self.described.derive(downstream, upstream, evidence=self.evidence, job=self.job)

    def column_lineage(self, where: str, dataset: Iri, facet: dict[str, Any]) -> None:
        """Read the facet columnLineage of a dataset."""
        for name, value in mapping(f"{where}, fields", facet.get("fields") or {}).items():
            here = f"{where}, field {name}"
            found = mapping(here, value)
            column = self.described.column(dataset, name)
            older = _deprecated(found)
            for source in array(here, found, "inputFields"):
                _, upstream = self._column(here, mapping(here, source))
                told = self._transformations(here, source) or older
                self._derive_column(column, upstream, told)
        for source in array(where, facet, "dataset"):
            origin, upstream = self._column(where, mapping(where, source))
            self._whole.append((dataset, origin, upstream, self._transformations(where, source)))

    def lineage(self, where: str, target: Iri, entry: dict[str, Any]) -> None:
        """Read the facet lineage of a dataset, or an entry about one in that of a job."""
        for name, value in mapping(f"{where}, fields", entry.get("fields") or {}).items():
            column = self.described.column(target, name)
            for item in array(where, mapping(where, value), "inputs"):
                source = mapping(where, item)
                if origin := self._made_from(where, target, source):
                    self.derive(target, origin)
                    if optional_text(source, "field"):
                        _, upstream = self._column(where, source)
                        self._derive_column(column, upstream, self._transformations(where, source))
        if entry.get("inputs") is not None:
            # Also if it is empty: then the dataset comes from nothing that is tracked.
            self.explicit.add(target)
        for item in array(where, entry, "inputs"):
            source = mapping(where, item)
            if origin := self._made_from(where, target, source):
                told = self._transformations(where, source)
                if optional_text(source, "field"):
                    _, upstream = self._column(where, source)
                    self._whole.append((target, origin, upstream, told))
                self.described.derive(target, origin, told, evidence=self.evidence, job=self.job)

    def entries(self, where: str, job: Iri, facet: dict[str, Any]) -> None:
        """Read the facet lineage of a job."""
        for number, value in enumerate(array(where, facet, "entries"), 1):
            here = f"{where}, entry {number}"
            entry = mapping(here, value)
            if entry.get("type") == "JOB":
                self._reads(here, self._job(here, entry) or job, entry)
            else:
                target = self.described.dataset(
                    text(here, entry, "namespace"), text(here, entry, "name")
                )
                self.lineage(here, target, entry)

    def finish(self) -> None:
        """State what whole datasets depend on, once all their columns are known.

        A filter, join or sort of a whole dataset decides over each of its columns; where none
        is known, the datasets are all that there is to relate.
        """
        for dataset, origin, upstream, told in self._whole:
            columns = self.described.columns_of(dataset)
            for column in columns:
                self._derive_column(column, upstream, told)
            if not columns:
                self.described.derive(dataset, origin, told, evidence=self.evidence, job=self.job)

    def _reads(self, where: str, job: Iri, entry: dict[str, Any]) -> None:
        """Read what flows into a job."""
        for item in array(where, entry, "inputs"):
            source = mapping(where, item)
            if source.get("type") == "JOB":
                needed = self._job(where, source) or self.job
            elif optional_text(source, "field"):
                origin, needed = self._column(where, source)
                self.described.say(job, DCTERMS.requires, origin)
            else:
                needed = self._dataset(where, source)
            if needed != job:
                self.described.say(job, DCTERMS.requires, needed)

    def _made_from(self, where: str, target: Iri, source: dict[str, Any]) -> Iri | None:
        """Find the dataset that an input of a dataset names, or state which job generates it."""
        if source.get("type") != "JOB":
            return self._dataset(where, source)
        self.described.say(target, MESH.madeBy, self._job(where, source) or self.job)
        return None

    def _job(self, where: str, found: dict[str, Any]) -> Iri | None:
        if found.get("namespace") is None and found.get("name") is None:
            return None
        return describe_job(
            self.described, text(where, found, "namespace"), text(where, found, "name")
        )

    def _dataset(self, where: str, source: dict[str, Any]) -> Iri:
        return self.described.dataset(text(where, source, "namespace"), text(where, source, "name"))

    def _column(self, where: str, source: dict[str, Any]) -> tuple[Iri, Iri]:
        origin = self._dataset(where, source)
        return origin, self.described.column(origin, text(where, source, "field"))

    def _derive_column(
        self, column: Iri, upstream: Iri, told: set[Transformation] | frozenset[Transformation]
    ) -> None:
        self.described.derive(column, upstream, told, evidence=self.evidence, job=self.job)

    def _transformations(self, where: str, source: dict[str, Any]) -> frozenset[Transformation]:
        values = array(where, source, "transformations")
        read = (self._transformation(mapping(where, value)) for value in values)
        return frozenset(transformation for transformation in read if transformation)

    def _transformation(self, value: dict[str, Any]) -> Transformation | None:
        type_, subtype = optional_text(value, "type"), optional_text(value, "subtype")
        if type_ not in {"DIRECT", "INDIRECT"}:
            self.unknown[f"transformation type {type_}"] += 1
            return None
        if subtype is not None and subtype not in _SUBTYPES:
            self.unknown[f"transformation subtype {subtype}"] += 1
            subtype = "UNKNOWN"
        masking = value.get("masking")
        return Transformation(
            type_,
            subtype,
            masking if isinstance(masking, bool) else None,
            optional_text(value, "description"),
        )


def describe_job(described: Described, namespace: str, name: str) -> Iri:
    """Describe a job by its two names, and give its IRI."""
    job = job_iri(described.space, namespace, name)
    described.say(job, RDF.type, PROV.Plan)
    described.say(job, RDF.type, MESH.Job)
    described.say(job, DCTERMS.identifier, Literal(name))
    described.say(job, MESH.olNamespace, Literal(namespace))
    return job


def _deprecated(found: dict[str, Any]) -> set[Transformation]:
    """Read what version 1-0-1 of columnLineage said of all inputs of a field at once."""
    kind = optional_text(found, "transformationType")
    if kind not in {"IDENTITY", "MASKED"}:
        return set()
    description = optional_text(found, "transformationDescription")
    if kind == "MASKED":
        return {Transformation("DIRECT", "TRANSFORMATION", True, description)}
    return {Transformation("DIRECT", "IDENTITY", False, description)}
