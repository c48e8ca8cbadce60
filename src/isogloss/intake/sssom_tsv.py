"""SSSOM/TSV, read: metadata in YAML, before the rows or beside them, then a row for each mapping.

Source: SSSOM 1.1, "The SSSOM/TSV serialisation format". Slots that no standard defines are kept,
declared or not.
"""

import csv
import io
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import NoReturn

from isogloss.errors import InvalidInput
from isogloss.intake.guards import check_text
from isogloss.intake.sssom_names import undefined
from isogloss.intake.terms import MAX_TRIPLES, check_iris, check_literals, too_many
from isogloss.intake.yaml import Node, read_yaml
from isogloss.model.sssom import (
    BUILT_IN,
    RECORD_SLOTS,
    SET_SLOTS,
    STANDARD,
    Extension,
    Kind,
    MappingSet,
    Record,
    Slot,
    Value,
    missing,
)
from isogloss.model.sssom_forms import Curies, spread
from isogloss.vocab import SSSOM, XSD, Iri

_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_PIECE = re.compile(r"((?:\\[\\|]|[^|])*+)(?:\||\Z)")
_ESCAPE = re.compile(r"\\([\\|])")
_NCNAME = re.compile(r"[^\W\d][\w.-]*")
_FEWEST_TRIPLES = 6


def read_tsv(data: bytes, metadata: bytes | None = None, *, name: str = "the file") -> MappingSet:
    """Read a set of mappings; what it says for all of its records is given to each.

    Args:
        data: the rows, with the metadata before them in lines that begin with "#".
        metadata: or beside them, in YAML without "#".
        name: what to call it in an error.

    Raises:
        InvalidInput: it is no SSSOM/TSV; the sentence names the line.
        TooLarge: it has more than is read at once.
    """
    text = check_text(name, data).decode()
    lines, start = _embedded(text)
    if metadata is None:
        header = read_yaml(name, "\n".join(lines))
    elif lines:
        raise InvalidInput(
            f"{name}, line 1: there is metadata before the rows and in a file beside them: keep "
            "one of the two.",
            line=1,
        )
    else:
        beside = check_text(f"the metadata of {name}", metadata).decode()
        header = read_yaml(f"the metadata of {name}", beside)
    whose = name if metadata is None else f"the metadata of {name}"
    found = _Metadata(whose, header)
    rows = _Rows(name, found, text[start:], len(lines))
    mappings = spread(
        replace(
            found.mappings,
            records=tuple(rows.records()),
            definitions=tuple(found.definitions.values()),
        )
    )
    _check_records(name, mappings.records, rows.lines)
    return mappings


def split_values(cell: str) -> tuple[str, ...]:
    r"""Split a cell of several values at its pipes.

    >>> split_values(r"Alice\\Bob|Charlie\\|David\\\|Eve")
    ('Alice\\Bob', 'Charlie\\', 'David\\|Eve')
    """
    pieces = (_ESCAPE.sub(r"\1", piece[1]) for piece in _PIECE.finditer(cell))
    return tuple(piece for piece in pieces if piece)


def _embedded(text: str) -> tuple[list[str], int]:
    """Take the metadata's lines, and tell where they end."""
    lines, at = [], 0
    while text.startswith("#", at):
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        # A spreadsheet fills such lines up with tabs.
        lines.append(text[at + 1 : end].rstrip("\t\r "))
        at = min(end + 1, len(text))
    depth = min((len(line) - len(line.lstrip(" ")) for line in lines if line), default=0)
    return [line[depth:] for line in lines], at


class _Metadata:
    """What a set says of itself, with the prefixes and extensions that its rows need."""

    def __init__(self, name: str, header: dict[str, Node]) -> None:
        self.name = name
        self._prefixes = self._curie_map(header.pop("curie_map", None))
        self.curies = Curies(self._prefixes)
        self.definitions: dict[str, Extension] = {}
        self._define(header.pop("extension_definitions", None))
        slots: dict[str, Value] = {}
        extensions: dict[str, str] = {}
        for key, node in header.items():
            texts = self._texts(key, node)
            if slot := SET_SLOTS.get(key):
                convert = converter(name, slot, self.curies)
                if len(texts) > 1 and not slot.is_multiple:
                    self._fail(node.line, f"{key} has several values, and may have one: keep one")
                values = tuple(convert(text, node.line) for text in texts)
                if values:
                    slots[key] = tuple(map(str, values)) if slot.is_multiple else values[0]
            elif texts:
                if isinstance(node.value, list):
                    self._fail(
                        node.line,
                        f"{key} is a list and no slot of sets: write what it says as text, in a "
                        "slot such as other",
                    )
                extensions[key] = self.extension_value(key, texts[0], node.line)
        self.mappings = MappingSet(slots, (), self._prefixes, (), extensions)

    def extension(self, key: str) -> Extension:
        """Find an extension, or take what is used without being declared for one."""
        return self.definitions.setdefault(key, undefined(key))

    def extension_value(self, key: str, text: str, line: int) -> str:
        """Read the value of an extension."""
        if not self.extension(key).is_iri:
            checked(check_literals, self.name, line, key, text)
            return text
        return str(converter(self.name, Slot(key, Kind.ENTITY, Iri("")), self.curies)(text, line))

    def _curie_map(self, node: Node | None) -> dict[str, str]:
        if node is None or node.value is None:
            return {}
        if not isinstance(node.value, dict):
            self._fail(node.line, "curie_map is no map: write each prefix as name: IRI")
        prefixes = {}
        for key, inner in node.value.items():
            if not isinstance(inner.value, str):
                self._fail(inner.line, f"the prefix {key} is given no IRI: write one, as text")
            if inner.value != BUILT_IN.get(key, inner.value):
                self._fail(
                    inner.line,
                    f"the prefix {key} is built in, for {BUILT_IN[key]}: leave it out, or name "
                    "another",
                )
            if key not in BUILT_IN:
                checked(check_iris, self.name, inner.line, f"the prefix {key}", inner.value)
                prefixes[key] = inner.value
        return prefixes

    def _define(self, node: Node | None) -> None:
        # What is no definition is ignored, as the standard has it: its slots are kept undeclared.
        listed = node.value if node and isinstance(node.value, list) else []
        properties: set[str] = set()
        for inner in listed:
            found = self._definition(inner)
            if found and found.name not in self.definitions and found.predicate not in properties:
                self.definitions[found.name] = found
                properties.add(found.predicate)

    def _definition(self, node: Node) -> Extension | None:
        if not isinstance(node.value, dict):
            return None
        said = {key: inner.value for key, inner in node.value.items()}
        name = said.get("slot_name")
        if not isinstance(name, str) or not _NCNAME.fullmatch(name):
            return None
        if said.keys() - {"slot_name", "property", "type_hint"} or name in STANDARD:
            return None
        iris: list[str] = []
        for key, default in (("property", undefined(name).predicate), ("type_hint", XSD.string)):
            curie = said.get(key)
            iri = default if curie is None else self.curies.expand(str(curie))
            if iri is None:
                return None
            iris.append(iri)
            checked(check_iris, self.name, node.line, key, iri)
        return Extension(name, Iri(iris[0]), Iri(iris[1]))

    def _texts(self, key: str, node: Node) -> list[str]:
        nodes = node.value if isinstance(node.value, list) else [node]
        for inner in nodes:
            if not isinstance(inner.value, str | None):
                self._fail(inner.line, f"{key} holds more than text: write each value as text")
        return [str(inner.value) for inner in nodes if inner.value]

    def _fail(self, line: int, what: str) -> NoReturn:
        raise wrong(self.name, line, what)


class _Rows:
    """The rows of a file, read with what its metadata says."""

    def __init__(self, name: str, metadata: _Metadata, text: str, skipped: int) -> None:
        self._name = name
        self._metadata = metadata
        self._skipped = skipped
        self.lines: list[int] = []
        # Line ends are left to the reader of rows: there may be some within quotes.
        self._reader = csv.reader(io.StringIO(text, newline=""), delimiter="\t", strict=True)

    def records(self) -> Iterable[Record]:
        """Read record after record, and note the line of each."""
        columns: list[Callable[[str, int], Value]] | None = None
        names: list[str] = []
        for line, row in self._rows():
            if columns is None:
                names = self._names(row, line)
                columns = [self._column(name) for name in names]
                continue
            if any(row[len(names) :]):
                raise wrong(
                    self._name,
                    line,
                    f"there are more cells than the {len(names)} columns: "
                    "put text with tabs in double quotes",
                )
            slots: dict[str, Value] = {}
            extensions: dict[str, str] = {}
            for name, read, cell in zip(names, columns, row, strict=False):
                if cell and (value := read(cell, line)) != ():
                    if name in RECORD_SLOTS:
                        slots[name] = value
                    else:
                        extensions[name] = str(value)
            self.lines.append(line)
            if len(self.lines) * _FEWEST_TRIPLES > MAX_TRIPLES:
                raise too_many(self._name)
            yield Record(slots, extensions)
        if columns is None:
            raise InvalidInput(
                f"{self._name} has no row with the names of its columns: write it after the "
                "metadata, with tabs between subject_id, predicate_id, object_id and the others."
            )

    def _rows(self) -> Iterable[tuple[int, list[str]]]:
        before = 0
        try:
            for row in self._reader:
                if any(row):
                    yield self._skipped + before + 1, row
                before = self._reader.line_num
        except csv.Error as error:
            line = self._skipped + before + 1
            said = str(error)
            if "field limit" in said:
                limit = csv.field_size_limit()
                what = f"a cell has more than {limit:,} characters: keep such text elsewhere"
            elif "end of data" in said:
                what = "a double quote is opened and never closed: close it, or write it twice"
            else:
                what = (
                    "a cell in double quotes goes on after them: write each quote in it twice, "
                    "and end it with one"
                )
            raise wrong(self._name, line, what) from error

    def _names(self, row: list[str], line: int) -> list[str]:
        names = row[: max(n for n, name in enumerate(row, 1) if name)]
        for name in names:
            if not name:
                raise wrong(self._name, line, "a column has no name: name it, or take it out")
            if names.count(name) > 1:
                raise wrong(self._name, line, f"two columns are named {name}: keep one")
        if "predicate_id" not in names:
            raise wrong(
                self._name,
                line,
                "there is no column predicate_id, so this is not the row with "
                "the names of the columns, or no SSSOM: begin the metadata's lines with #",
            )
        return names

    def _column(self, name: str) -> Callable[[str, int], Value]:
        slot = RECORD_SLOTS.get(name)
        if slot is None:
            self._metadata.extension(name)
            return lambda cell, line: self._metadata.extension_value(name, cell, line)
        convert = converter(self._name, slot, self._metadata.curies)
        if not slot.is_multiple:
            return convert
        return lambda cell, line: tuple(str(convert(one, line)) for one in split_values(cell))


def converter(name: str, slot: Slot, curies: Curies) -> Callable[[str, int], str | float]:
    """Make what reads one value of a slot, as it stands in a file, from its text and its line."""
    known: dict[str, str] = {}

    def entity(text: str, line: int) -> str:
        if text not in known:
            iri = curies.expand(text)
            if iri is None:
                raise wrong(
                    name,
                    line,
                    f"{slot.name} is {text[:200]!a}, whose prefix nobody declares: "
                    "write it as prefix:name, and the prefix in the curie_map",
                )
            checked(check_iris, name, line, slot.name, iri)
            if iri == SSSOM.NoTermFound and slot.name not in ("subject_id", "object_id"):
                raise wrong(
                    name,
                    line,
                    f"{slot.name} is sssom:NoTermFound, which only subject_id and "
                    "object_id may be: leave it empty",
                )
            known[text] = iri
        return known[text]

    def number(text: str, line: int) -> float:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not slot.least <= value <= 1:
            what = f"{slot.name} is {text[:40]!a}: write a number from {slot.least:g} to 1"
            raise wrong(name, line, what)
        return value

    def day(text: str, line: int) -> str:
        try:
            date.fromisoformat(text if _DATE.fullmatch(text) else "")
        except ValueError as error:
            what = f"{slot.name} is {text[:40]!a}: write a day as YYYY-MM-DD"
            raise wrong(name, line, what) from error
        return text

    def word(text: str, line: int) -> str:
        if text not in slot.words:
            words = ", ".join(slot.words)
            raise wrong(name, line, f"{slot.name} is {text[:40]!a}: write one of {words}")
        return text

    def plain(text: str, line: int) -> str:
        checked(check_literals, name, line, slot.name, text)
        return text

    by_kind: Mapping[Kind, Callable[[str, int], str | float]] = {
        Kind.ENTITY: entity,
        Kind.DOUBLE: number,
        Kind.DATE: day,
        Kind.ENUM: word,
    }
    return by_kind.get(slot.kind, plain)


def wrong(name: str, line: int, what: str) -> InvalidInput:
    """Make the error for what is wrong in a line, with what to do."""
    return InvalidInput(f"{name}, line {line}: {what}.", line=line)


def checked(
    check: Callable[[str, list[str]], None], name: str, line: int, what: str, value: str
) -> None:
    """Check one value, and say where it stands if it is wrong."""
    try:
        check(f"{name}, line {line}: {what}", [value])
    except InvalidInput as error:
        error.line = line
        raise


def _check_records(name: str, records: Iterable[Record], lines: list[int]) -> None:
    first: dict[Value, int] = {}
    for record, line in zip(records, lines, strict=True):
        if lacking := missing(record):
            hint = (
                "; a side without an id has the type rdfs literal and a label"
                if set(lacking) & {"subject_id", "object_id"}
                else ""
            )
            raise wrong(name, line, f"the mapping has no {' and no '.join(lacking)}{hint}: say it")
        id = record.slots.get("record_id")
        if id is not None and first.setdefault(id, line) != line:
            raise wrong(
                name,
                line,
                f"the record_id {id} is that of line {first[id]} too: give each "
                "mapping its own, or none of them one",
            )
