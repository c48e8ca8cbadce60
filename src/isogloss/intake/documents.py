"""Read the documents that together are the whole of one source."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from isogloss.errors import InvalidInput
from isogloss.intake import dbt, openlineage, sssom
from isogloss.intake.formats import Format, dbt_schema, detect, parse_json, parse_lines
from isogloss.intake.guards import MAX_BYTES, beginning, check_text, inflate
from isogloss.intake.rdf import read_rdf
from isogloss.intake.sql_document import SqlNames, read_sql
from isogloss.intake.terms import MAX_TRIPLES, check_terms, too_many
from isogloss.model.change import Document
from isogloss.model.rdf import Iri, Triple

_COMPANION = re.compile(
    rb'(?:\xef\xbb\xbf)?\s*\{.*?"dbt_schema_version"\s*:\s*'
    rb'"[^"]*/dbt/(?:catalog|run-results)/v\d+\.json"',
    re.S,
)


@dataclass(frozen=True, slots=True)
class Upload:
    """A document as it came: what to call it in an error, and its bytes."""

    name: str
    data: bytes


def read_source(
    uploads: Sequence[Upload],
    *,
    space: str,
    graph: Iri,
    format: Format | None = None,
    sql: SqlNames | None = None,
    namespace: str | None = None,
) -> Document:
    """Read documents into the triples of one graph.

    OpenLineage events accumulate by run across all of them, in whatever order; a dbt catalog
    and run results add to the manifest beside them, and metadata in YAML to the rows of mappings.
    What came as gzip is unpacked; limits hold for all together.

    Args:
        uploads: at least one document.
        space: what the IRIs of things that have none yet begin with; ends in "/".
        graph: the one graph that a document may name.
        format: the format of all of them; told by name and content if None.
        sql: if they are SQL, which is told by nothing else: what names in it mean.
        namespace: that of the tables in a dbt manifest, which does not tell the warehouse.

    Raises:
        InvalidInput: one cannot be read; the sentence names it, and line and column if known.
    """
    triples: set[Triple] = set()
    notes: list[str] = []
    events: list[tuple[str, Any]] = []
    manifests: list[tuple[str, Any]] = []
    companions: list[tuple[str, Any]] = []
    left = MAX_TRIPLES
    unpacked = list(_unpack(uploads))
    for upload in unpacked:
        data = upload.data
        if len(uploads) > 1 and format in (None, Format.DBT) and is_companion(upload):
            companions.append((upload.name, parse_json(upload.name, data)))
            continue
        if sql is not None:
            document = read_sql(upload.name, data.decode(), sql, space=space)
            check_terms(upload.name, document.triples)
            triples |= document.triples
            notes += document.notes
            continue
        if format in (None, Format.SSSOM) and sssom.is_metadata(upload, unpacked):
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
            document = (
                sssom.read_mappings(upload, unpacked, space=space, graph=graph)
                if kind is Format.SSSOM
                else read_rdf(upload.name, data, kind, space=space, graph=graph, most=left)
            )
            left -= len(document.triples)
            if left < 0:
                raise too_many(name_all(uploads))
            triples |= document.triples
            notes += document.notes
    if events:
        read = openlineage.read_events(events, space=space)
        triples |= read.triples
        notes += read.notes
    catalogs = [value for _, value in companions if (dbt_schema(value) or ("",))[0] == "catalog"]
    results = [(name, value) for name, value in companions if value not in catalogs]
    if len(manifests) > 1 or len(catalogs) > 1 or (companions and not manifests):
        raise InvalidInput(
            f"{', '.join(name for name, _ in manifests + companions)} would be one source: load "
            "one manifest at a time, with one catalog at the most and its run results."
        )
    for name, manifest in manifests:
        read = dbt.read_manifest(
            name,
            manifest,
            catalogs[0] if catalogs else None,
            results,
            space=space,
            namespace=namespace,
        )
        triples |= read.triples
        notes += read.notes
    if events or manifests:
        check_terms(name_all(uploads), triples)
    return Document(frozenset(triples), tuple(notes))


def name_all(uploads: Sequence[Upload]) -> str:
    """Name documents in a sentence about them, the first few if they are many."""
    names = [upload.name for upload in uploads[:3]]
    more = len(uploads) - len(names)
    if more:
        return f"{', '.join(names)} and {more} more together"
    return " and ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)


def _unpack(uploads: Sequence[Upload]) -> Iterator[Upload]:
    size = 0
    for upload in uploads:
        data = inflate(upload.name, upload.data)
        name = upload.name if data is upload.data else upload.name.removesuffix(".gz")
        size += len(data)
        if len(uploads) > 1 and size > MAX_BYTES:
            raise InvalidInput(
                f"{name_all(uploads)} have more than {MAX_BYTES >> 20} MB, the most that is read "
                "at once: split them into several sources."
            )
        yield Upload(name, check_text(name, data))


def is_companion(upload: Upload) -> bool:
    """Tell whether a document is a dbt catalog or run results, which need their manifest.

    Its beginning is looked at, and nothing is parsed: this is asked outside the parser's process.
    """
    return _COMPANION.match(beginning(upload.data)) is not None
