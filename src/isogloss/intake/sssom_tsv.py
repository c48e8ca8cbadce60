"""SSSOM/TSV, read: metadata in YAML, before the rows or beside them, then a row for each mapping.

Source: SSSOM 1.1, "The SSSOM/TSV serialisation format". Slots that no standard defines are kept,
declared or not.
"""

import csv
import io
from collections.abc import Callable, Iterable
from dataclasses import replace

from isogloss.errors import InvalidInput
from isogloss.intake.guards import check_text
from isogloss.intake.sssom_header import Metadata
from isogloss.intake.sssom_values import converter, split_values, wrong
from isogloss.intake.terms import MAX_TRIPLES, too_many
from isogloss.intake.yaml import read_yaml
from isogloss.model.sssom import (
    RECORD_SLOTS,
    MappingSet,
    Record,
    Value,
    missing,
)
from isogloss.model.sssom_forms import spread

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
    found = Metadata(whose, header)
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


class _Rows:
    """The rows of a file, read with what its metadata says."""

    def __init__(self, name: str, metadata: Metadata, text: str, skipped: int) -> None:
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
        seen: set[str] = set()
        for name in names:
            if not name:
                raise wrong(self._name, line, "a column has no name: name it, or take it out")
            if name in seen:
                raise wrong(self._name, line, f"two columns are named {name[:100]}: keep one")
            seen.add(name)
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
