"""Which format a document is in, told by its name and its content."""

import json
import re
from enum import Enum
from pathlib import PurePath
from typing import Any

from isogloss.errors import InvalidInput, UnknownFormat
from isogloss.intake.guards import check_json


class Format(Enum):
    """What is read, by the word that `--format` takes."""

    TURTLE = "turtle"
    TRIG = "trig"
    NTRIPLES = "ntriples"
    NQUADS = "nquads"
    JSON_LD = "json-ld"
    RDF_XML = "rdf-xml"
    OPENLINEAGE = "openlineage"
    DBT = "dbt"
    SSSOM = "sssom"

    @property
    def label(self) -> str:
        """The format's name as its standard spells it."""
        return _LABELS[self]


_LABELS = {
    Format.TURTLE: "Turtle",
    Format.TRIG: "TriG",
    Format.NTRIPLES: "N-Triples",
    Format.NQUADS: "N-Quads",
    Format.JSON_LD: "JSON-LD",
    Format.RDF_XML: "RDF/XML",
    Format.OPENLINEAGE: "OpenLineage",
    Format.DBT: "a dbt manifest",
    Format.SSSOM: "SSSOM/TSV",
}
_SUFFIXES = {
    ".ttl": Format.TURTLE,
    ".trig": Format.TRIG,
    ".nt": Format.NTRIPLES,
    ".nq": Format.NQUADS,
    ".jsonld": Format.JSON_LD,
    ".rdf": Format.RDF_XML,
    ".owl": Format.RDF_XML,
    ".xml": Format.RDF_XML,
    ".tsv": Format.SSSOM,
}
_JSON_SUFFIXES = {".json", ".jsonl", ".ndjson"}
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_SCHEMA = re.compile(r"/dbt/(manifest|catalog|run-results)/v(\d+)\.json$")


def detect(name: str, data: bytes) -> Format:
    """Tell a document's format.

    Raises:
        UnknownFormat: it is none that is read; the sentence says what it seems to be.
        InvalidInput: it is JSON by its name, and broken.
    """
    suffix = PurePath(name).suffix.lower()
    if suffix in _SUFFIXES:
        return _SUFFIXES[suffix]
    if suffix in _JSON_SUFFIXES or data.lstrip()[:1] in (b"{", b"["):
        return _detect_json(name, data)
    if suffix == ".sql":
        raise UnknownFormat(
            f"{name} is SQL, whose names mean nothing without a namespace and a dialect: load its "
            "lineage with `isogloss lineage from-sql`."
        )
    known = ", ".join(format.value for format in Format)
    raise UnknownFormat(f"{name} does not tell its format: name it with --format, one of {known}.")


def parse_json(name: str, data: bytes) -> Any:
    """Parse one JSON document.

    Raises:
        InvalidInput: it is broken; line and column say where.
    """
    check_json(name, data)
    try:
        value = json.loads(data)
    except ValueError as error:
        if not isinstance(error, json.JSONDecodeError):
            raise InvalidInput(f"{name} is not JSON: {error}.") from error
        raise InvalidInput(
            f"{name}, line {error.lineno}, column {error.colno}: this is not JSON: "
            f"{error.msg.lower()}. Mend it there.",
            line=error.lineno,
            column=error.colno,
        ) from error
    check_unicode(name, data, value)
    return value


def check_unicode(name: str, data: bytes, value: Any) -> None:
    """Check that no string of parsed JSON has half a character, which no UTF-8 can write.

    Raises:
        InvalidInput: one has.
    """
    if _SURROGATE.search(data) is None:
        return
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        half = f"\\u{ord(error.object[error.start]):04x}"
        raise InvalidInput(
            f"{name} has the escape {half} without the other half of its character: write the "
            "character itself, in UTF-8."
        ) from error


def parse_lines(name: str, data: bytes) -> list[Any]:
    """Parse a JSON document, or JSON lines: the values in them, an array's elements each.

    Raises:
        InvalidInput: it is neither; line and column say where.
    """
    try:
        value = parse_json(name, data)
    except InvalidInput as whole:
        lines = [(n, line) for n, line in enumerate(data.splitlines(), 1) if line.strip()]
        if len(lines) < 2 or not all(line.lstrip().startswith(b"{") for _, line in lines):
            raise
        values = []
        for number, line in lines:
            try:
                values.append(json.loads(line))
            except ValueError as error:
                column = error.colno if isinstance(error, json.JSONDecodeError) else None
                raise InvalidInput(
                    f"{name}, line {number}: this line is not JSON. Mend it, or write each event "
                    "on a line of its own.",
                    line=number,
                    column=column,
                ) from whole
        check_unicode(name, data, values)
        return values
    return value if isinstance(value, list) else [value]


def dbt_schema(document: Any) -> tuple[str, int] | None:
    """Tell whether JSON is a dbt artifact: ("manifest", "catalog" or "run-results", version)."""
    metadata = document.get("metadata") if isinstance(document, dict) else None
    schema = metadata.get("dbt_schema_version") if isinstance(metadata, dict) else None
    found = _SCHEMA.search(schema) if isinstance(schema, str) else None
    return (found[1], int(found[2])) if found else None


def _detect_json(name: str, data: bytes) -> Format:
    values = parse_lines(name, data)
    first = values[0] if values else None
    artifact = dbt_schema(first)
    if artifact is not None:
        if artifact[0] != "manifest":
            adds = (
                "a dbt catalog, which only adds columns"
                if artifact[0] == "catalog"
                else ("results of dbt, which only add runs and measurements")
            )
            raise UnknownFormat(
                f"{name} is {adds} to a manifest: load it together with its manifest.json."
            )
        return Format.DBT
    if isinstance(first, dict):
        if {"@context", "@graph", "@id", "@type"} & first.keys():
            return Format.JSON_LD
        if {"run", "job", "dataset"} & first.keys() and {"eventTime", "producer"} & first.keys():
            return Format.OPENLINEAGE
    raise UnknownFormat(f"{name} is {_guess(first)}: there is nothing in it to load.")


def _guess(value: Any) -> str:
    if isinstance(value, dict):
        if "$schema" in value or "$defs" in value:
            return "a JSON Schema, not data"
        if any(isinstance(facet, dict) and "_schemaURL" in facet for facet in value.values()):
            facets = ", ".join(sorted(value))
            return f"a bare OpenLineage facet ({facets}), not the event that would carry it"
        keys = ", ".join(sorted(value)[:5])
        return f"JSON with the keys {keys}, which is neither JSON-LD, OpenLineage nor dbt"
    return "JSON, but neither JSON-LD, OpenLineage events nor a dbt manifest"
