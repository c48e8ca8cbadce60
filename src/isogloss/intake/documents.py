"""Read the documents that together are the whole of one source."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from isogloss.errors import InvalidInput
from isogloss.intake import dbt, openlineage
from isogloss.intake.formats import Format, dbt_schema, detect, parse_json, parse_lines
from isogloss.intake.guards import check_text
from isogloss.intake.rdf import read_rdf
from isogloss.model.change import Document
from isogloss.model.rdf import Iri, Triple


@dataclass(frozen=True, slots=True)
class Upload:
    """A document as it came: what to call it in an error, and its bytes."""

    name: str
    data: bytes


def read_source(
    uploads: Sequence[Upload], *, space: str, graph: Iri, format: Format | None = None
) -> Document:
    """Read documents into the triples of one graph.

    OpenLineage events accumulate by run across all of them, in whatever order; a dbt catalog
    adds to the manifest beside it.

    Args:
        uploads: at least one document.
        space: what the IRIs of things that have none yet begin with; ends in "/".
        graph: the one graph that a document may name.
        format: the format of all of them; told by name and content if None.

    Raises:
        InvalidInput: one cannot be read; the sentence names it, and line and column if known.
    """
    triples: set[Triple] = set()
    notes: list[str] = []
    events: list[tuple[str, Any]] = []
    manifests: list[tuple[str, Any]] = []
    catalogs: list[tuple[str, Any]] = []
    for upload in uploads:
        data = check_text(upload.name, upload.data)
        if len(uploads) > 1 and format in (None, Format.DBT) and is_catalog(upload):
            catalogs.append((upload.name, parse_json(upload.name, data)))
            continue
        kind = format or detect(upload.name, data)
        if kind is Format.OPENLINEAGE:
            found = parse_lines(upload.name, data)
            events += [
                (upload.name if len(found) == 1 else f"{upload.name}, event {number}", event)
                for number, event in enumerate(found, 1)
            ]
        elif kind is Format.DBT:
            manifests.append((upload.name, parse_json(upload.name, data)))
        else:
            document = read_rdf(upload.name, data, kind, space=space, graph=graph)
            triples |= document.triples
            notes += document.notes
    if events:
        read = openlineage.read_events(events, space=space)
        triples |= read.triples
        notes += read.notes
    if len(manifests) > 1 or len(catalogs) > len(manifests):
        raise InvalidInput(
            f"{', '.join(name for name, _ in manifests + catalogs)} would be one source: load "
            "one manifest at a time, with one catalog at the most."
        )
    for name, manifest in manifests:
        read = dbt.read_manifest(name, manifest, catalogs[0][1] if catalogs else None, space=space)
        triples |= read.triples
        notes += read.notes
    return Document(frozenset(triples), tuple(notes))


def is_catalog(upload: Upload) -> bool:
    """Tell whether a document is a dbt catalog, which says nothing without its manifest."""
    # Looked for before it is parsed: most JSON is something else, and may be large.
    if b"/dbt/catalog/" not in upload.data[:4096]:
        return False
    return (dbt_schema(parse_json(upload.name, upload.data)) or ("",))[0] == "catalog"
