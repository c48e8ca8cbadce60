"""SSSOM/TSV, written: the same set gives the same bytes.

Source: SSSOM 1.1, "Canonical SSSOM/TSV format". We differ from it in one thing: numbers keep all
their digits. What a set uses without declaring it is declared, as other readers would discard it.
"""

import re
from collections.abc import Iterable, Mapping
from itertools import chain

from isogloss.errors import InvalidInput
from isogloss.intake.yaml import Plain, write_yaml
from isogloss.model.sssom import (
    RECORD_SLOTS,
    SET_SLOTS,
    STANDARD,
    Extension,
    Kind,
    MappingSet,
    Slot,
    Value,
)
from isogloss.model.sssom_forms import Curies, canonical, is_undefined
from isogloss.vocab import XSD

_NEEDED = ("subject_id", "predicate_id", "object_id", "mapping_justification")
_QUOTED = re.compile(r'["\t\r\n]|\A#')
_NCNAME = re.compile(r"[^\W\d][\w.-]*")
_BARE = frozenset(name for name, slot in SET_SLOTS.items() if slot.kind in (Kind.DATE, Kind.DOUBLE))


def write_tsv(mappings: MappingSet) -> str:
    """Write a set as one file: its metadata, then a row for each record, in order.

    Raises:
        InvalidInput: an IRI in it fits no prefix of its, and such a file has no other names.
    """
    mappings = canonical(mappings)
    writing = _Writing(mappings)
    metadata = write_yaml(writing.metadata(), plain=_BARE)
    lines = [f"#{line}\n" for line in metadata.split("\n") if line]
    return "".join([*lines, *("\t".join(map(_cell, row)) + "\n" for row in writing.rows())])


class _Writing:
    def __init__(self, mappings: MappingSet) -> None:
        self._mappings = mappings
        self._curies = Curies(mappings.prefixes)
        self._extensions = {extension.name: extension for extension in mappings.definitions}

    def metadata(self) -> Mapping[str, Plain]:
        """Say what stands before the rows, in the standard's order."""
        mappings = self._mappings
        said: dict[str, Plain] = {
            name: self._values(SET_SLOTS[name], value) for name, value in mappings.slots.items()
        }
        version = {name: said.pop(name) for name in ("sssom_version",) if name in said}
        prefixes: dict[str, Plain] = {"curie_map": mappings.prefixes} if mappings.prefixes else {}
        definitions = [
            self._definition(extension)
            for extension in mappings.definitions
            if _NCNAME.fullmatch(extension.name) and extension.name not in STANDARD
        ]
        if definitions:
            said["extension_definitions"] = definitions
        for name in self._by_property(mappings.extensions):
            said[name] = self._extension(name, mappings.extensions[name])
        return version | prefixes | said

    def rows(self) -> Iterable[list[str]]:
        """Say the names of the columns, and then each record, sorted."""
        records = self._mappings.records
        used = set(chain.from_iterable(record.slots for record in records))
        known = [name for name in RECORD_SLOTS if name in used or (not used and name in _NEEDED)]
        extra = self._by_property(chain.from_iterable(record.extensions for record in records))
        yield [*known, *extra]
        yield from sorted(
            [
                *(
                    self._row(RECORD_SLOTS[name], record.slots[name])
                    if name in record.slots
                    else ""
                    for name in known
                ),
                *(self._extension(name, record.extensions.get(name, "")) for name in extra),
            ]
            for record in records
        )

    def _by_property(self, names: Iterable[str]) -> list[str]:
        return sorted(set(names), key=lambda name: self._extensions[name].predicate)

    def _row(self, slot: Slot, value: Value) -> str:
        values = self._values(slot, value)
        if isinstance(values, str):
            return values
        return "|".join(text.replace("\\", r"\\").replace("|", r"\|") for text in values)

    def _values(self, slot: Slot, value: Value) -> str | list[str]:
        if isinstance(value, tuple):
            return [self._text(slot, one) for one in value]
        return self._text(slot, value)

    def _text(self, slot: Slot, value: str | float) -> str:
        if isinstance(value, float):
            return repr(value).removesuffix(".0")
        return self._curie(value) if slot.kind is Kind.ENTITY else str(value)

    def _extension(self, name: str, text: str) -> str:
        return self._curie(text) if text and self._extensions[name].is_iri else text

    def _definition(self, extension: Extension) -> dict[str, str]:
        said = {"slot_name": extension.name}
        if not is_undefined(extension):
            said["property"] = self._curie(extension.predicate)
        if extension.type != XSD.string:
            said["type_hint"] = self._curie(extension.type)
        return said

    def _curie(self, iri: str) -> str:
        curie = self._curies.contract(iri)
        if curie is None:
            raise InvalidInput(
                f"<{iri}> fits no prefix of the set, and SSSOM/TSV names things by prefixes only: "
                "declare one that it begins with, or write Turtle."
            )
        return curie


def _cell(text: str) -> str:
    # At the beginning of a line "#" needs no quotes, but some readers take it for a comment.
    return '"' + text.replace('"', '""') + '"' if _QUOTED.search(text) else text
