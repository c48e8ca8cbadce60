"""The column lineage that the SQL of dbt's models tells."""

from collections import Counter

from isogloss.intake.dbt_nodes import Catalog, Manifest, Node
from isogloss.intake.described import Described
from isogloss.intake.fields import array, optional_text
from isogloss.intake.naming import job_iri
from isogloss.intake.sql import dialects, trace
from isogloss.intake.sql_document import declare
from isogloss.model.rdf import Iri, Literal
from isogloss.vocab import CODE, DCAT, DCTERMS, MESH, PROV, RDF

_MOST_NOTES = 20


class ColumnLineage:
    """Traces the compiled SQL of models and snapshots, and says what each depends on."""

    def __init__(
        self, described: Described, manifest: Manifest, catalog: Catalog, datasets: dict[str, Iri]
    ) -> None:
        """Prepare; `datasets` are the IRIs by unique ids."""
        self._described = described
        self._manifest = manifest
        self._catalog = catalog
        self.datasets = datasets
        # How the columns of a dataset are spelled, by their names in lower case.
        self._spelled: dict[tuple[Iri, str], str] = {}
        self._by_name = {manifest.named(key).in_sql: iri for key, iri in datasets.items()}
        self._unknown: set[str] = set()
        self._untold: Counter[str] = Counter()
        self._unresolved: list[str] = []

    def column(self, dataset: Iri, name: str) -> Iri:
        """Describe a column, whose first spelling is its own; others are the same column."""
        spelled = self._spelled.setdefault((dataset, name.casefold()), name)
        return self._described.column(dataset, spelled)

    def job(self, key: str) -> Iri | None:
        """Name what builds a dataset; None if dbt does not."""
        if self._manifest.datasets[key].get("resource_type") == "source":
            return None
        return job_iri(self._described.space, "dbt", key)

    def trace(self) -> None:
        """Describe all jobs and what they make from what."""
        # What the catalog does not know is known once its SQL is traced.
        known: dict[str, list[str]] = {}
        for key in self.datasets:
            columns = self._catalog.columns(key)
            if columns is not None:
                known[self._manifest.named(key).in_sql] = list(columns)
        for key in self._manifest.in_order():
            node = self._manifest.datasets[key]
            job = self._job(key, node)
            for upstream in self._manifest.upstream(key):
                self._described.derive(self.datasets[key], self.datasets[upstream], job=job)
            if job is not None and node["resource_type"] != "seed":
                self._columns(key, node, job, known)

    def notes(self) -> list[str]:
        """Say which models were not traced, and what was not resolved in others."""
        notes = [
            f"{number} models {why}; their lineage is of datasets only."
            for why, number in sorted(self._untold.items())
        ]
        notes += self._unresolved[:_MOST_NOTES]
        if len(self._unresolved) > _MOST_NOTES:
            notes.append(f"{len(self._unresolved) - _MOST_NOTES} more were not resolved.")
        notes += [
            f"{table} is read and is nothing that the manifest knows."
            for table in sorted(self._unknown)
        ]
        return notes

    def _job(self, key: str, node: Node) -> Iri | None:
        job = self.job(key)
        if job is None:
            return None
        say = self._described.say
        say(job, RDF.type, PROV.Plan)
        say(job, RDF.type, MESH.Job)
        say(job, MESH.olNamespace, Literal("dbt"))
        say(job, DCTERMS.identifier, Literal(key))
        for tag in array(self._manifest.where(key), node, "tags"):
            if isinstance(tag, str) and tag:
                say(job, DCAT.keyword, Literal(tag))
        return job

    def _columns(self, key: str, node: Node, job: Iri, known: dict[str, list[str]]) -> None:
        name = self._manifest.named(key)
        sql = optional_text(node, "compiled_code")
        if node.get("language", "sql") != "sql":
            self._untold["are not written in SQL"] += 1
            return
        if sql is None:
            sql = optional_text(node, "raw_code")
            if sql is None or "{{" in sql or "{%" in sql:
                self._untold["have no compiled SQL (run `dbt compile` first)"] += 1
                return
        self._described.say(job, MESH.expression, Literal(sql))
        self._described.say(job, MESH.expressionLanguage, CODE.sql)
        dialect = self._manifest.dialect
        traced = trace(sql, dialect if dialect in dialects() else None, known)
        self._unresolved += [f"{key}, line {line}: {what}." for line, what in traced.unresolved]
        for statement in traced.statements[-1:]:
            written = self.datasets[key]
            declare(self._described, statement, written, self._table, self.column, job)
            if not any(what.startswith("*") for _, what in traced.unresolved):
                known.setdefault(name.in_sql, [output.name for output in statement.columns])

    def _table(self, name: str) -> Iri:
        dataset = self._by_name.get(name)
        if dataset is None:
            self._unknown.add(name)
            dataset = self._described.dataset(*self._manifest.name_of(name.split("."))[:2])
        return dataset
