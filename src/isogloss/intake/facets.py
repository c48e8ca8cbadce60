"""OpenLineage's facets: those that are understood, and a note of those that are not."""

from collections import Counter
from typing import Any

from isogloss.intake.described import Described, Transformation
from isogloss.intake.fields import array, mapping, optional_text, text
from isogloss.intake.naming import agent_iri, dataset_iri
from isogloss.model.rdf import Iri, Literal
from isogloss.vocab import CODE, DCTERMS, FOAF, MESH, PROV, RDF, XSD

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


class Facets:
    """Reads facets into what is described; each that it passes over is counted by name."""

    def __init__(self, described: Described) -> None:
        self._described = described
        self._passed_over: Counter[str] = Counter()

    def pass_over(self, name: str) -> None:
        """Count a facet that is not understood."""
        self._passed_over[name] += 1

    def notes(self) -> tuple[str, ...]:
        """Say in a sentence each what was passed over, by name."""
        return tuple(
            f"The OpenLineage facet `{name}` is not understood and was left out "
            f"({'once' if count == 1 else f'{count} times'})."
            for name, count in sorted(self._passed_over.items())
        )

    def of_job(self, where: str, job: Iri, name: str, facet: dict[str, Any], derive: bool) -> None:
        """Read a facet of a job; with `derive`, lineage is stated."""
        say = self._described.say
        if name == "documentation":
            say(job, DCTERMS.description, _literal(optional_text(facet, "description")))
        elif name == "sql":
            if query := optional_text(facet, "query"):
                say(job, MESH.expression, Literal(query))
                say(job, MESH.expressionLanguage, CODE.sql)
        elif name == "ownership":
            self._ownership(where, job, facet)
        elif name == "lineage":
            for number, value in enumerate(array(where, facet, "entries"), 1):
                entry = mapping(f"{where}, entry {number}", value)
                if entry.get("type") == "DATASET":
                    target = self._described.dataset(
                        text(where, entry, "namespace"), text(where, entry, "name")
                    )
                    self._lineage(f"{where}, entry {number}", target, entry, derive)
                else:
                    self.pass_over("lineage of a job")
        else:
            self.pass_over(name)

    def of_dataset(
        self, where: str, dataset: Iri, name: str, facet: dict[str, Any], derive: bool
    ) -> None:
        """Read a facet of a dataset; with `derive`, lineage is stated."""
        say = self._described.say
        if name == "schema":
            self._schema(where, dataset, array(where, facet, "fields"), "")
        elif name == "documentation":
            say(dataset, DCTERMS.description, _literal(optional_text(facet, "description")))
        elif name == "symlinks":
            for value in array(where, facet, "identifiers"):
                other = mapping(where, value)
                alias = dataset_iri(
                    self._described.space,
                    text(where, other, "namespace"),
                    text(where, other, "name"),
                )
                say(dataset, PROV.alternateOf, alias)
                say(alias, RDF.type, PROV.Entity)
        elif name == "ownership":
            self._ownership(where, dataset, facet)
        elif name == "columnLineage":
            self._column_lineage(where, dataset, facet, derive)
        elif name == "lineage":
            self._lineage(where, dataset, facet, derive)
        else:
            self.pass_over(name)

    def _schema(self, where: str, dataset: Iri, fields: list[Any], above: str) -> None:
        say = self._described.say
        for number, value in enumerate(fields, 1):
            here = f"{where}, field {number}"
            found = mapping(here, value)
            path = above + text(here, found, "name")
            column = self._described.column(dataset, path)
            say(column, MESH.position, Literal(str(number), XSD.integer))
            say(column, MESH.physicalType, _literal(optional_text(found, "type")))
            say(column, DCTERMS.description, _literal(optional_text(found, "description")))
            if above:
                parent = self._described.column(dataset, above.removesuffix("."))
                say(column, MESH.parentField, parent)
            self._schema(here, dataset, array(here, found, "fields"), f"{path}.")

    def _ownership(self, where: str, owned: Iri, facet: dict[str, Any]) -> None:
        for value in array(where, facet, "owners"):
            name = text(where, mapping(where, value), "name")
            owner = agent_iri(self._described.space, name)
            self._described.say(owned, PROV.wasAttributedTo, owner)
            self._described.say(owner, RDF.type, PROV.Agent)
            self._described.say(owner, FOAF.name, Literal(name))

    def _column_lineage(
        self, where: str, dataset: Iri, facet: dict[str, Any], derive: bool
    ) -> None:
        columns = []
        for name, value in mapping(f"{where}, fields", facet.get("fields") or {}).items():
            here = f"{where}, field {name}"
            found = mapping(here, value)
            column = self._described.column(dataset, name)
            columns.append(column)
            older = _deprecated(found)
            for source in array(here, found, "inputFields"):
                self._from(here, column, mapping(here, source), older, derive)
        # `dataset` names inputs that the whole dataset depends on, by a filter or a join: each
        # of its columns does.
        for source in array(where, facet, "dataset"):
            for column in columns:
                self._from(where, column, mapping(where, source), set(), derive)

    def _lineage(self, where: str, target: Iri, entry: dict[str, Any], derive: bool) -> None:
        columns = []
        for name, value in mapping(f"{where}, fields", entry.get("fields") or {}).items():
            column = self._described.column(target, name)
            columns.append(column)
            for source in array(where, mapping(where, value), "inputs"):
                self._entry_input(where, target, column, mapping(where, source), derive)
        for value in array(where, entry, "inputs"):
            source = mapping(where, value)
            self._entry_input(where, target, None, source, derive)
            if optional_text(source, "field") and source.get("type") == "DATASET":
                for column in columns:
                    self._from(where, column, source, set(), derive)

    def _entry_input(
        self, where: str, target: Iri, column: Iri | None, source: dict[str, Any], derive: bool
    ) -> None:
        if source.get("type") != "DATASET":
            self.pass_over("lineage from a job")
            return
        origin = self._described.dataset(
            text(where, source, "namespace"), text(where, source, "name")
        )
        if derive:
            self._described.derive(target, origin)
        if column is not None and optional_text(source, "field"):
            self._from(where, column, source, set(), derive)

    def _from(
        self,
        where: str,
        column: Iri,
        source: dict[str, Any],
        older: set[Transformation],
        derive: bool,
    ) -> None:
        origin = self._described.dataset(
            text(where, source, "namespace"), text(where, source, "name")
        )
        upstream = self._described.column(origin, text(where, source, "field"))
        if derive:
            told = {
                transformation
                for value in array(where, source, "transformations")
                if (transformation := self._transformation(mapping(where, value)))
            }
            self._described.derive(column, upstream, told or older)

    def _transformation(self, value: dict[str, Any]) -> Transformation | None:
        type_, subtype = optional_text(value, "type"), optional_text(value, "subtype")
        if type_ not in {"DIRECT", "INDIRECT"}:
            self.pass_over(f"transformation type {type_}")
            return None
        if subtype is not None and subtype not in _SUBTYPES:
            self.pass_over(f"transformation subtype {subtype}")
            subtype = "UNKNOWN"
        masking = value.get("masking")
        return Transformation(
            type_,
            subtype,
            masking if isinstance(masking, bool) else None,
            optional_text(value, "description"),
        )


def _deprecated(found: dict[str, Any]) -> set[Transformation]:
    """Read what version 1-0-1 of columnLineage said of all inputs of a field at once."""
    kind = optional_text(found, "transformationType")
    if kind not in {"IDENTITY", "MASKED"}:
        return set()
    description = optional_text(found, "transformationDescription")
    if kind == "MASKED":
        return {Transformation("DIRECT", "TRANSFORMATION", True, description)}
    return {Transformation("DIRECT", "IDENTITY", False, description)}


def _literal(value: str | None) -> Literal | None:
    return Literal(value) if value is not None else None
