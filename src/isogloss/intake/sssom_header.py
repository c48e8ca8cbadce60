"""What an SSSOM file says of its set, with the prefixes and extensions that its rows need."""

import re
from typing import NoReturn

from isogloss.intake.sssom_names import undefined
from isogloss.intake.sssom_values import checked, converter, wrong
from isogloss.intake.terms import check_iris, check_literals
from isogloss.intake.yaml import Node
from isogloss.model.sssom import (
    BUILT_IN,
    SET_SLOTS,
    STANDARD,
    Extension,
    Kind,
    MappingSet,
    Slot,
    Value,
)
from isogloss.model.sssom_forms import Curies
from isogloss.vocab import XSD, Iri

_NCNAME = re.compile(r"[^\W\d][\w.-]*")


class Metadata:
    """What a set says of itself: `mappings` has all but its records and definitions."""

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
        if key not in self.definitions:
            self.definitions[key] = undefined(key)
        return self.definitions[key]

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
