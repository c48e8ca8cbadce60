"""dbt's manifest: what it builds, from what, who uses it, and how well that went.

Models, seeds, snapshots, sources and exposures are datasets: an exposure is a collection of
data that is published (dcat:Dataset), and so stands at the end of lineage like any other.
Models and snapshots are jobs too, whose SQL tells which columns come from which.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from isogloss.errors import InvalidInput, UnknownFormat
from isogloss.intake.dbt_lineage import ColumnLineage
from isogloss.intake.dbt_nodes import Catalog, Manifest, Node
from isogloss.intake.dbt_quality import Quality
from isogloss.intake.described import Described
from isogloss.intake.fields import array, mapping, optional_text
from isogloss.intake.formats import dbt_schema
from isogloss.intake.naming import agent_iri
from isogloss.model.change import Document
from isogloss.model.rdf import Iri, Literal, parse_iri
from isogloss.vocab import DCAT, DCTERMS, FOAF, MESH, PROV, RDF, XSD

_VERSIONS = range(9, 13)
_LEFT_OUT = ("metrics", "semantic_models", "saved_queries", "unit_tests", "functions")
_UNDERSTOOD = {"model", "seed", "snapshot", "test"}


def read_manifest(
    name: str,
    manifest: Any,
    catalog: Any | None,
    results: Sequence[tuple[str, Any]] = (),
    *,
    space: str,
    namespace: str | None = None,
) -> Document:
    """Read a manifest, the columns that its catalog found, and results of runs.

    Columns are those of the catalog, where it has the dataset; documented ones that do not
    exist are kept. Where the two differ there is a measurement of it, and a note.

    Args:
        name: what to call the manifest in an error.
        manifest: the parsed manifest.
        catalog: the parsed catalog, if there is one.
        results: run results, each with what to call it in an error.
        space: what the IRIs begin with.
        namespace: that of the tables; that of the adapter and the database if None.

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
    reader = _Reader(Manifest(name, manifest, namespace), Catalog(name, catalog), space)
    return reader.read(results)


class _Reader:
    def __init__(self, manifest: Manifest, catalog: Catalog, space: str) -> None:
        self._manifest = manifest
        self._catalog = catalog
        self._described = Described(space)
        self._datasets = {
            key: self._described.dataset(*manifest.named(key)[:2]) for key in manifest.datasets
        }
        self._lineage = ColumnLineage(self._described, manifest, catalog, self._datasets)
        self._quality = Quality(self._described, manifest, catalog, self._lineage)

    def read(self, results: Sequence[tuple[str, Any]]) -> Document:
        for key, dataset in self._datasets.items():
            self._dataset(key, dataset)
            self._columns(key, dataset)
        self._lineage.trace()
        for key, node in self._manifest.section("exposures").items():
            self._exposure(key, node)
        for name, value in results:
            self._quality.results(name, mapping(name, value))
        self._quality.finish()
        notes = [*self._notes(), *self._lineage.notes(), *self._quality.notes()]
        return Document(
            self._described.finish(), tuple(f"{self._manifest.name}: {note}" for note in notes)
        )

    def _notes(self) -> list[str]:
        passed_over: Counter[str] = Counter()
        for section in _LEFT_OUT:
            passed_over[section] = self._manifest.count(section)
        for key in self._manifest.section("nodes"):
            kind = self._manifest.kind(key)
            if kind not in _UNDERSTOOD:
                passed_over[f"nodes of type {kind}"] += 1
        kinds = ", ".join(f"{n} {kind}" for kind, n in sorted(passed_over.items()) if n)
        return [f"{kinds} are not understood and were left out."] if kinds else []

    def _dataset(self, key: str, dataset: Iri) -> None:
        say, node = self._described.say, self._manifest.datasets[key]
        say(dataset, DCTERMS.description, _literal(optional_text(node, "description")))
        self._keywords(key, dataset, node)
        version = node.get("version")
        if isinstance(version, str | int | float) and version != "":
            say(dataset, DCAT.version, Literal(str(version)))
        raw = self._manifest.raw(key)
        say(dataset, RDF.value, Literal(raw, RDF.JSON) if raw is not None else None)
        group = optional_text(node, "group")
        for found in self._manifest.section("groups").values():
            if group is not None and found.get("name") == group:
                self._owner(key, dataset, found)

    def _keywords(self, key: str, tagged: Iri, node: Node) -> None:
        for tag in array(self._manifest.where(key), node, "tags"):
            if isinstance(tag, str) and tag:
                self._described.say(tagged, DCAT.keyword, Literal(tag))

    def _owner(self, key: str, owned: Iri, node: Node) -> None:
        owner = mapping(self._manifest.where(key), node.get("owner") or {})
        name = optional_text(owner, "name") or optional_text(owner, "email")
        if name is None:
            return
        say, agent = self._described.say, agent_iri(self._described.space, name)
        say(owned, PROV.wasAttributedTo, agent)
        say(agent, RDF.type, PROV.Agent)
        say(agent, FOAF.name, Literal(name))
        if (email := optional_text(owner, "email")) is not None:
            say(agent, FOAF.mbox, _iri(f"mailto:{email}"))

    def _columns(self, key: str, dataset: Iri) -> None:
        documented = self._manifest.columns(key)
        real = self._catalog.columns(key)
        for name, column in (real or {}).items():
            # Warehouses and authors differ in case; a column is one column whatever its case.
            said = documented.pop(name.casefold(), None)
            column_iri = self._column(dataset, name, said or {}, column)
            self._quality.compare(key, name, column_iri, said, column)
        for said in documented.values():
            name = str(said["name"])
            column_iri = self._column(dataset, name, said, {})
            if real is not None:
                self._quality.compare(key, name, column_iri, said, None)

    def _column(self, dataset: Iri, name: str, documented: Node, real: Node) -> Iri:
        say = self._described.say
        column = self._lineage.column(dataset, name)
        type_ = optional_text(real, "type") or optional_text(documented, "data_type")
        description = optional_text(documented, "description") or optional_text(real, "comment")
        say(column, MESH.physicalType, _literal(type_))
        say(column, DCTERMS.description, _literal(description))
        self._keywords(name, column, documented)
        index = real.get("index")
        if isinstance(index, int):
            say(column, MESH.position, Literal(str(index), XSD.integer))
        return column

    def _exposure(self, key: str, node: Node) -> None:
        say = self._described.say
        title = optional_text(node, "label") or optional_text(node, "name")
        exposure = self._described.dataset("dbt", key, title)
        say(exposure, DCTERMS.description, _literal(optional_text(node, "description")))
        say(exposure, DCTERMS.type, _literal(optional_text(node, "type")))
        if (url := optional_text(node, "url")) is not None:
            say(exposure, DCAT.landingPage, _iri(url))
        self._keywords(key, exposure, node)
        self._owner(key, exposure, node)
        for upstream in self._manifest.upstream(key):
            self._described.derive(exposure, self._datasets[upstream])


def _literal(value: str | None) -> Literal | None:
    return Literal(value) if value is not None else None


def _iri(value: str) -> Iri | None:
    try:
        return parse_iri(value)
    except InvalidInput:
        return None  # a page or an address that is none leads nowhere
