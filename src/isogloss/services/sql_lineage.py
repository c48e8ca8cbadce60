"""Take the lineage that SQL declares into the mesh."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from isogloss.errors import InvalidInput
from isogloss.intake.documents import Upload
from isogloss.intake.guards import check_text
from isogloss.intake.sql import Traced, read_schema, trace
from isogloss.intake.sql_document import SqlNames, check_dialect
from isogloss.intake.worker import shared
from isogloss.model.change import SourceContent
from isogloss.model.rdf import Iri, Literal, Quad
from isogloss.services.catalog import Catalog
from isogloss.services.commits import Commits
from isogloss.services.loading import Loaded
from isogloss.services.ownership import OPERATOR
from isogloss.store.graph import Reader
from isogloss.store.named_graphs import source_graph
from isogloss.vocab import DCTERMS, MESH

__all__ = ["SqlLineage", "Traced", "read_definitions", "trace_file"]

Columns = Mapping[str, Sequence[str]]


def read_definitions(upload: Upload, dialect: str | None) -> Columns:
    """Read the tables that a file of SQL makes, with their columns in order.

    Raises:
        InvalidInput: the file is no text, or the dialect is none.
    """
    return read_schema(_text(upload), check_dialect(dialect))


def trace_file(upload: Upload, dialect: str | None, known: Columns) -> Traced:
    """Trace the statements of a file, of one's own and in this process.

    Raises:
        As `read_definitions` does.
    """
    return trace(_text(upload), check_dialect(dialect), known)


class SqlLineage:
    """The way from SQL to a commit."""

    def __init__(self, graph: Reader, catalog: Catalog, commits: Commits) -> None:
        self._graph = graph
        self._catalog = catalog
        self._commits = commits

    def load(
        self,
        upload: Upload,
        domain: str,
        *,
        source: str,
        namespace: str,
        dialect: str | None = None,
        known: Columns | None = None,
        author: Iri = OPERATOR,
        message: str = "",
        id: str | None = None,
    ) -> Loaded:
        """Make a source of a domain say exactly which lineage statements declare.

        Tables that the mesh knows in that namespace are found by the ends of their names, and
        their columns are known; `known` adds others. The notes list what was not resolved.

        Raises:
            NotFound: the mesh does not know the domain.
            Forbidden: the author may not write there.
            InvalidInput: the SQL or the dialect cannot be read; nothing was written.
            ValidationFailed: the rules could not be evaluated; nothing was written.
            StoreUnavailable: the store could not be written; nothing was written.
        """
        self._commits.authorise(author, [(domain, source)])
        dialect = check_dialect(dialect)
        if not namespace.strip():
            raise InvalidInput("The namespace is empty: name that of the tables, as postgres://db.")
        columns = self._columns(namespace, _text(upload))
        unordered = [table for table, (_, is_ordered) in columns.items() if not is_ordered]
        names = SqlNames(
            namespace,
            dialect,
            {**{table: listed for table, (listed, _) in columns.items()}, **(known or {})},
            unordered,
        )
        owner = self._catalog.get_domain(domain)
        document = shared().read_source(
            [upload],
            space=owner.uri_space,
            graph=source_graph(owner.uri_space, source),
            sql=names,
        )
        content = SourceContent(domain, source, document.triples)
        outcome = self._commits.replace([content], author=author, message=message, id=id)
        return Loaded(outcome, document.notes)

    def _columns(self, namespace: str, sql: str) -> dict[str, tuple[list[str], bool]]:
        """Find the columns of a namespace's tables that SQL may speak of, and if they are in order.

        Whoever describes a table adds to its columns; those inside others are left out.
        """
        folded = sql.casefold()
        datasets = {
            quad.subject
            for quad in self._graph.statements(MESH.olNamespace)
            if isinstance(quad.object, Literal) and quad.object.value == namespace
        }
        tables = {
            dataset: name
            for dataset, quads in self._graph.describe(sorted(datasets)).items()
            for name in _values(quads, DCTERMS.identifier)
            if name.rpartition(".")[2].casefold() in folded
        }
        fields = self._graph.referrers(MESH.fieldOf, sorted(tables))
        described = self._graph.describe(sorted({f for found in fields.values() for f in found}))
        positions: defaultdict[str, dict[str, int | None]] = defaultdict(dict)
        for dataset, found in fields.items():
            for field in found:
                quads = described[field]
                if any(quad.predicate == MESH.parentField for quad in quads):
                    continue
                places = [int(v) for v in _values(quads, MESH.position) if v.isdecimal()]
                for path in _values(quads, MESH.fieldPath):
                    known = positions[tables[dataset]].get(path)
                    positions[tables[dataset]][path] = min(places, default=known)
        return {
            table: (
                sorted(paths, key=lambda path: (paths[path] or 0, path)),
                None not in paths.values() and len(set(paths.values())) == len(paths),
            )
            for table, paths in positions.items()
        }


def _values(quads: list[Quad], predicate: Iri) -> list[str]:
    return [
        quad.object.value
        for quad in quads
        if quad.predicate == predicate and isinstance(quad.object, Literal)
    ]


def _text(upload: Upload) -> str:
    return check_text(Path(upload.name).name, upload.data).decode()
