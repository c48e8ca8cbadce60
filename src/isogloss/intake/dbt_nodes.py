"""What dbt's artifacts hold, and how what is in them is named.

Source: https://schemas.getdbt.com/dbt/manifest/v12.json and before, read leniently: of the
hundreds of fields, some dozens matter here, and they have kept their names since version 9.
"""

import json
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from typing import Any, NamedTuple

from isogloss.errors import InvalidInput
from isogloss.intake.fields import array, mapping, optional_text, text
from isogloss.intake.formats import dbt_schema

Node = dict[str, Any]

_DATASETS = {"model", "seed", "snapshot", "source"}
# They stand between models and those who use them, and are no data of their own.
_BETWEEN = ("metrics", "semantic_models", "saved_queries")
# Kept as they are, since no standard has a word for them.
_RAW = ("access", "constraints", "deprecation_date", "group", "latest_version", "meta")
# sqlglot's name for what dbt's adapters talk to, where it differs.
_DIALECTS = {
    "fabricspark": "spark",
    "glue": "spark",
    "sqlserver": "tsql",
    "synapse": "tsql",
    "postgresql": "postgres",
}


class Name(NamedTuple):
    """A dataset's two names, and the whole of its name in SQL."""

    namespace: str
    name: str
    in_sql: str


class Manifest:
    """A manifest, by unique ids, whose parts are checked when they are asked for."""

    def __init__(self, name: str, value: Any, namespace: str | None = None) -> None:
        """Take a parsed manifest; `namespace` is that of its warehouse, if somebody knows it."""
        self.name = name
        self._value = mapping(name, value)
        self._namespace = namespace
        metadata = mapping(f"{name}, metadata", self._value.get("metadata"))
        self.adapter = optional_text(metadata, "adapter_type") or "dbt"
        self.nodes: dict[str, Node] = {}
        for section in ("nodes", "sources", "exposures", "groups", *_BETWEEN):
            self.nodes |= self._section(section)
        self.datasets = {
            key: node
            for section in ("nodes", "sources")
            for key, node in self._section(section).items()
            if self.kind(key) in _DATASETS
        }

    @property
    def dialect(self) -> str:
        """The dialect of its SQL, which sqlglot may know or not."""
        return _DIALECTS.get(self.adapter, self.adapter)

    def where(self, key: str) -> str:
        """Say in an error where a node is."""
        return f"{self.name}, {key}"

    def kind(self, key: str) -> str:
        """Tell a node's type."""
        return text(self.where(key), self.nodes[key], "resource_type")

    def of_kind(self, kind: str) -> Iterator[tuple[str, Node]]:
        """Give the nodes of a type, in the manifest's order."""
        for key, node in self.nodes.items():
            if node.get("resource_type") == kind:
                yield key, node

    def count(self, section: str) -> int:
        """Count what is in a section that is not read."""
        value = self._value.get(section)
        return len(value) if isinstance(value, dict | list) else 0

    def section(self, name: str) -> dict[str, Node]:
        """Give a section's nodes."""
        return self._section(name)

    def named(self, key: str) -> Name:
        """Name a dataset.

        Where the namespace is given, and for BigQuery, where it is always the same, this is
        how OpenLineage's dbt integration names it: `database.schema.relation` in the namespace
        of the warehouse. The manifest does not tell that: the adapter and the database stand
        for it.
        """
        node = self.datasets[key]
        where = self.where(key)
        relation = (
            optional_text(node, "alias")
            or optional_text(node, "identifier")
            or text(where, node, "name")
        )
        database = optional_text(node, "database")
        parts = [database or "", text(where, node, "schema"), relation]
        return self.name_of([part for part in parts if part], database or "")

    def name_of(self, parts: list[str], database: str | None = None) -> Name:
        """Name a table by the parts of its name in SQL; the first of three is the database."""
        in_sql = ".".join(parts)
        if self._namespace is not None:
            return Name(self._namespace, in_sql, in_sql)
        if self.adapter == "bigquery":
            return Name("bigquery", in_sql, in_sql)
        if database is None:
            database = parts[0] if len(parts) > 2 else ""
        short = parts[1:] if database and len(parts) > 2 else parts
        return Name(f"{self.adapter}://{database}", ".".join(short), in_sql)

    def upstream(self, key: str) -> tuple[str, ...]:
        """List the datasets that a node depends on, by way of metrics and the like too; sorted."""
        found: set[str] = set()
        seen: set[str] = set()
        left = [key]
        while left:
            depends_on = mapping(
                self.where(key), self.nodes.get(left.pop(), {}).get("depends_on") or {}
            )
            for other in array(self.where(key), depends_on, "nodes"):
                if other in self.datasets:
                    found.add(other)
                elif other in self.nodes and other not in seen:
                    seen.add(other)
                    left.append(other)
        return tuple(sorted(found))

    def in_order(self) -> list[str]:
        """List the datasets, each after those that it depends on."""
        graph = {key: self.upstream(key) for key in self.datasets}
        try:
            return list(TopologicalSorter(graph).static_order())
        except CycleError:
            return list(graph)

    def columns(self, key: str) -> dict[str, Node]:
        """Give the documented columns of a dataset by their names in lower case."""
        where = self.where(key)
        documented = mapping(where, self.datasets[key].get("columns") or {})
        return {
            text(where, mapping(where, column), "name").casefold(): column
            for column in documented.values()
        }

    def raw(self, key: str) -> str | None:
        """Give as JSON what a node says of its contract, access, group and the like."""
        node = self.datasets[key]
        kept = {field: node[field] for field in _RAW if node.get(field)}
        contract = node.get("contract")
        if isinstance(contract, dict) and contract.get("enforced"):
            kept["contract"] = contract
        return json.dumps(kept, sort_keys=True, ensure_ascii=False) if kept else None

    def _section(self, section: str) -> dict[str, Node]:
        where = f"{self.name}, {section}"
        nodes = mapping(where, self._value.get(section) or {})
        return {key: mapping(self.where(key), node) for key, node in nodes.items()}


class Catalog:
    """The columns that were found in the warehouse, by unique ids."""

    def __init__(self, name: str, value: Any | None) -> None:
        """Take a parsed catalog; None is one that knows nothing.

        Raises:
            InvalidInput: it is something else.
        """
        self._relations: dict[str, Node] = {}
        self.time: str | None = None
        if value is None:
            return
        if (dbt_schema(value) or ("",))[0] != "catalog":
            raise InvalidInput(
                f"{name}: the catalog beside it is no dbt catalog; name its catalog.json."
            )
        found = mapping(f"{name}, its catalog", value)
        self.time = optional_text(mapping(name, found["metadata"]), "generated_at")
        for section in ("nodes", "sources"):
            for key, relation in (found.get(section) or {}).items():
                self._relations[key] = mapping(f"{name}, {key} in its catalog", relation)

    def columns(self, key: str) -> dict[str, Node] | None:
        """Give a dataset's columns in order; None if the catalog does not have it."""
        relation = self._relations.get(key)
        if relation is None:
            return None
        where = f"{key} in the catalog"
        columns = mapping(where, relation.get("columns") or {})
        found = {name: mapping(where, column) for name, column in columns.items()}
        return dict(sorted(found.items(), key=lambda item: _index(item[1])))


def _index(column: Node) -> int:
    index = column.get("index")
    return index if isinstance(index, int) else 0
