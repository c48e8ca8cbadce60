"""Read foreign documents into source graphs."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from isogloss.errors import InvalidArgument, InvalidInput
from isogloss.intake.documents import Upload, is_companion
from isogloss.intake.formats import Format
from isogloss.intake.worker import shared
from isogloss.model.access import Role
from isogloss.model.change import Committed, Document, Refused, SourceContent, SourceEdit
from isogloss.model.rdf import Iri
from isogloss.services.catalog import GOVERNANCE, Catalog
from isogloss.services.commits import Commits
from isogloss.services.history import History
from isogloss.services.memberships import MEMBERS_SOURCE, membership_triples, without_membership
from isogloss.services.ownership import OPERATOR
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

    def __init__(self, catalog: Catalog, commits: Commits, history: History) -> None:
        self._catalog = catalog
        self._history = history
        self._commits = commits

    def load(
        self,
        uploads: Sequence[Upload],
        domain: str,
        *,
        source: str | None = None,
        format: Format | None = None,
        namespace: str | None = None,
        author: Iri = OPERATOR,
        message: str = "",
    ) -> Loaded:
        """Make sources of a domain say exactly what documents say, in one commit.

        With `source`, the documents together are the whole of it; without, each is the
        whole of the source that its file name names. A dbt catalog and run results go with
        their manifest, which `namespace` gives the warehouse that it does not tell.

        Raises:
            NotFound: the mesh does not know the domain.
            Forbidden: the author may not write there, or the documents not say that.
            InvalidInput: a document cannot be read; nothing was written.
            ValidationFailed: the rules could not be evaluated; nothing was written.
            StoreUnavailable: the store could not be written; nothing was written.
        """
        by_source: defaultdict[str, list[Upload]] = defaultdict(list)
        companions = [] if source else [upload for upload in uploads if is_companion(upload)]
        for upload in uploads:
            if upload not in companions:
                by_source[source or _source_name(upload)].append(upload)
        if companions and len(by_source) > 1:
            raise InvalidInput(
                f"{companions[0].name} goes with a dbt manifest, and of {len(by_source)} documents "
                "one must be that: load them by themselves."
            )
        for companion in companions:
            by_source[next(iter(by_source), _source_name(companion))].append(companion)
        self._commits.authorise(author, [(domain, name) for name in by_source])
        contents: list[SourceContent] = []
        notes: list[str] = []
        for name, documents in by_source.items():
            document = self._read(documents, domain, name, format, namespace)
            contents.append(SourceContent(domain, name, document.triples))
            notes += document.notes
        outcome = self._commits.replace(contents, author=author, message=message)
        return Loaded(outcome, tuple(notes))

    def replace_source(
        self,
        domain: str,
        source: str,
        turtle: str,
        *,
        author: Iri = OPERATOR,
        message: str = "",
        id: str | None = None,
    ) -> Loaded:
        """Make one source say exactly what a Turtle text says; an empty one silences it.

        Raises:
            As `load` does.
        """
        self._commits.authorise(author, [(domain, source)])
        upload = Upload(f"{source}.ttl", turtle.encode())
        document = (
            self._read([upload], domain, source, Format.TURTLE)
            if turtle.strip()
            else Document(frozenset())
        )
        content = SourceContent(domain, source, document.triples)
        outcome = self._commits.replace([content], author=author, message=message, id=id)
        return Loaded(outcome, document.notes)

    def read_files(
        self, domain: str, files: Mapping[str, bytes], author: Iri, *, preview: bool = False
    ) -> tuple[list[SourceContent], tuple[str, ...]]:
        """Read the Turtle files of a domain, source → bytes; and what was not understood.

        Raises:
            As `load` does.
        """
        sources = [(domain, source) for source in files]
        self._commits.authorise(author, sources, preview=preview)
        contents: list[SourceContent] = []
        notes: list[str] = []
        for source, data in files.items():
            document = self._read([Upload(f"{source}.ttl", data)], domain, source, Format.TURTLE)
            contents.append(SourceContent(domain, source, document.triples))
            notes += document.notes
        return contents, tuple(notes)

    def restore(
        self,
        domain: str,
        source: str,
        sequence: int,
        *,
        author: Iri = OPERATOR,
        message: str = "",
        id: str | None = None,
    ) -> Loaded:
        """Make a source say again what it said as of a commit.

        Raises:
            As `load` does.
        """
        content = SourceContent(domain, source, self._history.said(domain, source, sequence))
        why = message or f"Restore what was said as of commit {sequence}."
        return Loaded(self._commits.replace([content], author=author, message=why, id=id), ())

    def grant(self, domain: str, member: Iri, role: Role, *, author: Iri = OPERATOR) -> Loaded:
        """Let somebody into a domain.

        Raises:
            As `load` does.
        """
        triples = membership_triples(self._catalog.get_domain(domain), member, role)
        edit = SourceEdit(domain, MEMBERS_SOURCE, lambda said: said | triples)
        why = f"Let {member} in as {role.value}."
        return Loaded(self._commits.replace([edit], author=author, message=why), ())

    def withdraw(self, domain: str, member: Iri, role: Role, *, author: Iri = OPERATOR) -> Loaded:
        """Take a role in a domain from somebody.

        Raises:
            As `load` does.
        """
        place = self._catalog.get_domain(domain).id
        edit = SourceEdit(
            domain, MEMBERS_SOURCE, lambda said: without_membership(said, place, member, role)
        )
        why = f"Take the role {role.value} from {member}."
        return Loaded(self._commits.replace([edit], author=author, message=why), ())

    def load_mesh(self, files: Mapping[str, bytes]) -> Loaded:
        """Load a mesh kept as Turtle files: `<domain>/<source>` → bytes.

        What founds the domains is committed first, everything else in a second commit.

        Raises:
            As `load` does.
        """
        founding = [f"{GOVERNANCE}/{name}" for name in _FOUNDING]
        first = self._load_files(
            {path: files[path] for path in founding if path in files}, "Found the domains."
        )
        if isinstance(first.outcome, Refused):
            return first
        second = self._load_files(
            {path: data for path, data in files.items() if path not in founding},
            "Load what the domains say.",
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

    def _load_files(self, files: Mapping[str, bytes], message: str) -> Loaded:
        by_domain: defaultdict[str, dict[str, bytes]] = defaultdict(dict)
        for path, data in files.items():
            domain, _, source = path.partition("/")
            by_domain[domain][source] = data
        contents: list[SourceContent] = []
        notes: list[str] = []
        for domain, sources in by_domain.items():
            read = self.read_files(domain, sources, OPERATOR)
            contents += read[0]
            notes += read[1]
        return Loaded(self._commits.replace(contents, message=message), tuple(notes))

    def _read(
        self,
        uploads: Sequence[Upload],
        domain: str,
        source: str,
        format: Format | None,
        namespace: str | None = None,
    ) -> Document:
        owner = self._catalog.get_domain(domain)
        return shared().read_source(
            uploads,
            space=owner.uri_space,
            graph=source_graph(owner.uri_space, source),
            format=format,
            namespace=namespace,
        )


def _source_name(upload: Upload) -> str:
    # A file of mappings is called mappings.sssom.tsv, and its metadata mappings.sssom.yml.
    name = PurePath(upload.name.removesuffix(".gz")).stem.removesuffix(".sssom")
    if not name:
        raise InvalidArgument(
            f"{upload.name} gives its source no name: name it with --source, as product/activity."
        )
    return name
