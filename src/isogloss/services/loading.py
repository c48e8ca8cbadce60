"""Read foreign documents into source graphs."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from isogloss.errors import InvalidArgument, InvalidInput
from isogloss.intake.documents import Upload, is_catalog, read_source
from isogloss.intake.formats import Format
from isogloss.model.change import Committed, Document, Refused, SourceContent
from isogloss.services.catalog import GOVERNANCE, Catalog
from isogloss.services.commits import Commits
from isogloss.store.named_graphs import source_graph

__all__ = ["Format", "Loaded", "Loading", "Upload"]

_FOUNDING = ("domains", "people")
"""The governance group's sources that the others build on, in the sample mesh."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of a load, and in sentences what was not understood."""

    outcome: Committed | Refused
    notes: tuple[str, ...]


class Loading:
    """The way from documents to commits."""

    def __init__(self, catalog: Catalog, commits: Commits) -> None:
        self._catalog = catalog
        self._commits = commits

    def load(
        self,
        uploads: Sequence[Upload],
        domain: str,
        *,
        source: str | None = None,
        format: Format | None = None,
    ) -> Loaded:
        """Make sources of a domain say exactly what documents say, in one commit.

        With `source`, the documents together are the whole of it; without, each is the
        whole of the source that its file name names. A dbt catalog goes with its manifest.

        Raises:
            NotFound: the mesh does not know the domain.
            InvalidInput: a document cannot be read; nothing was written.
            ValidationFailed: the rules could not be evaluated; nothing was written.
            StoreUnavailable: the store could not be written; nothing was written.
        """
        by_source: defaultdict[str, list[Upload]] = defaultdict(list)
        catalogs = [] if source else [upload for upload in uploads if is_catalog(upload)]
        for upload in uploads:
            if upload not in catalogs:
                by_source[source or _source_name(upload)].append(upload)
        if catalogs and len(by_source) > 1:
            raise InvalidInput(
                f"{catalogs[0].name} is a dbt catalog, and of {len(by_source)} documents one must "
                "be its manifest: load the two by themselves."
            )
        for catalog in catalogs:
            by_source[next(iter(by_source), _source_name(catalog))].append(catalog)
        contents: list[SourceContent] = []
        notes: list[str] = []
        for name, documents in by_source.items():
            document = self._read(documents, domain, name, format)
            contents.append(SourceContent(domain, name, document.triples))
            notes += document.notes
        return Loaded(self._commits.replace(contents), tuple(notes))

    def replace_source(self, domain: str, source: str, turtle: str) -> Loaded:
        """Make one source say exactly what a Turtle text says; an empty one silences it.

        Raises:
            As `load` does.
        """
        upload = Upload(f"{source}.ttl", turtle.encode())
        document = (
            self._read([upload], domain, source, Format.TURTLE)
            if turtle.strip()
            else Document(frozenset())
        )
        content = SourceContent(domain, source, document.triples)
        return Loaded(self._commits.replace([content]), document.notes)

    def load_mesh(self, files: Mapping[str, bytes]) -> Loaded:
        """Load a mesh kept as Turtle files: `<domain>/<source>` → bytes.

        What founds the domains is committed first, everything else in a second commit.

        Raises:
            As `load` does.
        """
        founding = [f"{GOVERNANCE}/{name}" for name in _FOUNDING]
        first = self._load_files({path: files[path] for path in founding if path in files})
        if isinstance(first.outcome, Refused):
            return first
        second = self._load_files(
            {path: data for path, data in files.items() if path not in founding}
        )
        if isinstance(second.outcome, Refused):
            return second
        both = (first.outcome, second.outcome)
        return Loaded(
            Committed(
                second.outcome.sequence,
                tuple(sorted(graph for outcome in both for graph in outcome.graphs)),
                sum(outcome.added for outcome in both),
                sum(outcome.removed for outcome in both),
                second.outcome.remarks,
            ),
            first.notes + second.notes,
        )

    def _load_files(self, files: Mapping[str, bytes]) -> Loaded:
        contents: list[SourceContent] = []
        notes: list[str] = []
        for path, data in files.items():
            domain, _, source = path.partition("/")
            document = self._read([Upload(f"{path}.ttl", data)], domain, source, Format.TURTLE)
            contents.append(SourceContent(domain, source, document.triples))
            notes += document.notes
        return Loaded(self._commits.replace(contents), tuple(notes))

    def _read(
        self, uploads: Sequence[Upload], domain: str, source: str, format: Format | None
    ) -> Document:
        owner = self._catalog.get_domain(domain)
        return read_source(
            uploads,
            space=owner.uri_space,
            graph=source_graph(owner.uri_space, source),
            format=format,
        )


def _source_name(upload: Upload) -> str:
    name = PurePath(upload.name).stem
    if not name:
        raise InvalidArgument(
            f"{upload.name} gives its source no name: name it with --source, as product/activity."
        )
    return name
