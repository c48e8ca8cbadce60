"""dbt's manifest: models, seeds, snapshots and sources as datasets, and what depends on what.

Source: https://schemas.getdbt.com/dbt/manifest/v12.json and before, read leniently: of the
hundreds of fields, a dozen matter here, and they have kept their names since version 9.
"""

from collections import Counter
from typing import Any

from isogloss.errors import InvalidInput, UnknownFormat
from isogloss.intake.described import Described
from isogloss.intake.fields import mapping, optional_text, text
from isogloss.intake.formats import dbt_schema
from isogloss.model.change import Document
from isogloss.model.rdf import Iri, Literal
from isogloss.vocab import DCTERMS, MESH, XSD

_VERSIONS = range(9, 13)
_DATASETS = {"model", "seed", "snapshot", "source"}
_SECTIONS = (
    "exposures",
    "metrics",
    "semantic_models",
    "saved_queries",
    "unit_tests",
    "groups",
    "functions",
)


def read_manifest(name: str, manifest: Any, catalog: Any | None, *, space: str) -> Document:
    """Read a manifest, and the columns that its catalog found in the warehouse.

    A dataset is named as OpenLineage names it: the namespace is the adapter and database,
    the name is schema and relation. Columns are those of the catalog, where it has the
    dataset; documented ones that do not exist are kept, and counted in a note.

    Raises:
        UnknownFormat: it is no manifest, or of a version that is not read.
        InvalidInput: a node lacks what every node must have.
    """
    schema = dbt_schema(manifest)
    if schema is None or schema[0] != "manifest" or schema[1] not in _VERSIONS:
        said = f"version {schema[1]} of a dbt {schema[0]}" if schema else "no dbt artifact"
        raise UnknownFormat(
            f"{name} is {said}; manifests of version {_VERSIONS[0]} to {_VERSIONS[-1]} are read. "
            "Run dbt again with a version that writes one of them."
        )
    reader = _Reader(name, mapping(name, manifest), space)
    reader.read(_relations(name, catalog))
    return Document(reader.described.finish(), reader.notes())


class _Reader:
    def __init__(self, name: str, manifest: dict[str, Any], space: str) -> None:
        self._name = name
        self._manifest = manifest
        self.described = Described(space)
        self._adapter = optional_text(mapping(name, manifest["metadata"]), "adapter_type") or "dbt"
        self._passed_over: Counter[str] = Counter()
        self._missing_columns = 0

    def read(self, relations: dict[str, dict[str, Any]]) -> None:
        nodes = self._nodes()
        datasets = {key: self._dataset(key, node) for key, node in nodes.items()}
        for key, node in nodes.items():
            self._columns(key, datasets[key], node, relations.get(key))
            depends_on = mapping(self._name, node.get("depends_on") or {})
            for other in depends_on.get("nodes") or ():
                if other in datasets:
                    self.described.derive(datasets[key], datasets[other])

    def notes(self) -> tuple[str, ...]:
        for section in _SECTIONS:
            self._passed_over[section] += len(self._manifest.get(section) or ())
        kinds = ", ".join(f"{n} {kind}" for kind, n in sorted(self._passed_over.items()) if n)
        notes = [f"{self._name}: {kinds} are not understood and were left out."] if kinds else []
        if self._missing_columns:
            notes.append(
                f"{self._name}: {self._missing_columns} documented columns do not exist in the "
                "catalog."
            )
        return (
            *notes,
            f"{self._name}: lineage is of datasets; columns are not traced through SQL yet.",
        )

    def _nodes(self) -> dict[str, dict[str, Any]]:
        found = {}
        for section in ("nodes", "sources"):
            nodes = mapping(f"{self._name}, {section}", self._manifest.get(section) or {})
            for key, value in nodes.items():
                node = mapping(f"{self._name}, {key}", value)
                kind = text(f"{self._name}, {key}", node, "resource_type")
                if kind in _DATASETS:
                    found[key] = node
                else:
                    self._passed_over[f"nodes of type {kind}"] += 1
        return found

    def _dataset(self, key: str, node: dict[str, Any]) -> Iri:
        where = f"{self._name}, {key}"
        relation = (
            optional_text(node, "alias")
            or optional_text(node, "identifier")
            or text(where, node, "name")
        )
        database = optional_text(node, "database") or ""
        dataset = self.described.dataset(
            f"{self._adapter}://{database}", f"{text(where, node, 'schema')}.{relation}"
        )
        if description := optional_text(node, "description"):
            self.described.say(dataset, DCTERMS.description, Literal(description))
        return dataset

    def _columns(
        self, key: str, dataset: Iri, node: dict[str, Any], relation: dict[str, Any] | None
    ) -> None:
        where = f"{self._name}, {key}"
        documented = mapping(where, node.get("columns") or {})
        real = mapping(where, (relation or {}).get("columns") or {})
        # Warehouses and authors differ in case; a column is one column whatever its case.
        by_key = {name.casefold(): column for name, column in documented.items()}
        for name, column in real.items():
            self._column(dataset, name, by_key.pop(name.casefold(), {}), column)
        if relation is not None:
            self._missing_columns += len(by_key)
        for column in by_key.values():
            self._column(dataset, text(where, mapping(where, column), "name"), column, {})

    def _column(
        self, dataset: Iri, name: str, documented: dict[str, Any], real: dict[str, Any]
    ) -> None:
        say = self.described.say
        column = self.described.column(dataset, name)
        type_ = optional_text(real, "type") or optional_text(documented, "data_type")
        description = optional_text(documented, "description") or optional_text(real, "comment")
        say(column, MESH.physicalType, Literal(type_) if type_ else None)
        say(column, DCTERMS.description, Literal(description) if description else None)
        index = real.get("index")
        if isinstance(index, int):
            say(column, MESH.position, Literal(str(index), XSD.integer))


def _relations(name: str, catalog: Any | None) -> dict[str, dict[str, Any]]:
    if catalog is None:
        return {}
    if (dbt_schema(catalog) or ("",))[0] != "catalog":
        raise InvalidInput(
            f"{name}: the catalog beside it is no dbt catalog; name its catalog.json."
        )
    found = mapping(f"{name}, its catalog", catalog)
    return {
        key: mapping(f"{name}, {key} in its catalog", value)
        for section in ("nodes", "sources")
        for key, value in (found.get(section) or {}).items()
    }
