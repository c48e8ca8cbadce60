"""YAML as SSSOM has it: plain maps, lists and text, with the line that each of them is on.

Anchors, aliases, tags and directives are refused, so nothing can stand for more than it is, or
for an object of Python's.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import yaml

from isogloss.errors import InvalidInput, TooLarge

MAX_YAML = 1024 * 1024
_MAX_DEPTH = 8
_NULLS = ("", "~", "null", "Null", "NULL")
_WIDE = 1 << 30


@dataclass(frozen=True, slots=True)
class Node:
    """A value as it is written, so a number is text here; None where nothing is."""

    line: int
    value: "str | list[Node] | dict[str, Node] | None"


Plain: TypeAlias = str | Sequence["Plain"] | Mapping[str, "Plain"]


def read_yaml(name: str, text: str) -> dict[str, Node]:
    """Read a document that is a map.

    Raises:
        InvalidInput: it is none, or has what is not taken; the sentence names the line.
        TooLarge: it has more than a megabyte.
    """
    if len(text) > MAX_YAML:
        raise TooLarge(
            f"{name} has more than {MAX_YAML >> 20} MB of metadata, the most that is read: leave "
            "out the prefixes that nothing uses."
        )
    try:
        return _Reading(name, yaml.parse(text, Loader=yaml.BaseLoader)).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else None
        place = f", line {line}" if line else ""
        what = error.problem or error.context
        raise InvalidInput(
            f"{name}{place}: this is not YAML: {what}. Mend it there; text with a colon or quotes "
            "in it belongs in double quotes.",
            line=line,
        ) from error
    except yaml.YAMLError as error:
        raise InvalidInput(
            f"{name} has a character in its metadata that YAML does not take: {error}. Leave it "
            "out."
        ) from error


def write_yaml(document: Mapping[str, Plain], *, plain: frozenset[str]) -> str:
    """Write a map, a line for each key, list item and text.

    Text is written without quotes where no reader of YAML takes it for anything else, and so is
    that of the keys in `plain`: dates and numbers.
    """
    return "".join(
        f"{line}\n"
        for key, value in document.items()
        for line in _lines(key, value, "", key in plain)
    )


def _lines(key: str, value: Plain, indent: str, is_plain: bool) -> Iterator[str]:
    name = f"{indent}{_scalar(key)}:"
    if isinstance(value, str):
        yield f"{name} {value if is_plain else _scalar(value)}"
        return
    yield name
    if isinstance(value, Mapping):
        for inner, one in value.items():
            yield from _lines(inner, one, f"{indent}  ", is_plain=False)
        return
    for one in value:
        if isinstance(one, Mapping):
            rows = [row for k, v in one.items() for row in _lines(k, v, f"{indent}    ", False)]
            yield f"{indent}  - {rows[0].lstrip()}"
            yield from rows[1:]
        else:
            yield f"{indent}  - {_scalar(str(one))}"


def _scalar(text: str) -> str:
    # The library knows what can stand without quotes, and ends such a document with three dots.
    bare = yaml.safe_dump(text, width=_WIDE, allow_unicode=True)
    if bare == f"{text}\n...\n":
        return text
    quoted: str = yaml.safe_dump(text, width=_WIDE, allow_unicode=True, default_style='"')
    return quoted.removesuffix("\n")


class _Reading:
    """Builds nodes from the parser's events, and refuses what is not taken as soon as it comes."""

    def __init__(self, name: str, events: Iterator[yaml.Event]) -> None:
        self._name = name
        self._events = events

    def document(self) -> dict[str, Node]:
        event = next(self._events)
        while not isinstance(event, yaml.NodeEvent):
            if isinstance(event, yaml.StreamEndEvent):
                return {}
            if isinstance(event, yaml.DocumentStartEvent) and (event.version or event.tags):
                raise self._refused(event, "has a directive, which is not taken: leave it out")
            event = next(self._events)
        root = self._node(event, 0)
        if not isinstance(root.value, dict):
            raise self._refused(event, "is no list of slots: write each as slot_name: value")
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                raise self._refused(event, "begins a second document: write all as one")
        return root.value

    def _node(self, event: yaml.Event, depth: int) -> Node:
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise self._refused(event, "has an anchor or alias (& or *): write the value out")
        if getattr(event, "tag", None):
            raise self._refused(event, "has a tag (!), which is not taken: leave it out")
        if depth > _MAX_DEPTH:
            raise self._refused(event, f"is nested more than {_MAX_DEPTH} levels deep: flatten it")
        line = _line(event)
        if isinstance(event, yaml.ScalarEvent):
            is_null = event.style is None and event.value in _NULLS
            return Node(line, None if is_null else event.value)
        if isinstance(event, yaml.SequenceStartEvent):
            return Node(line, list(self._items(yaml.SequenceEndEvent, depth)))
        return Node(line, self._map(depth))

    def _items(self, end: type[yaml.Event], depth: int) -> Iterator[Node]:
        while not isinstance(event := next(self._events), end):
            yield self._node(event, depth + 1)

    def _map(self, depth: int) -> dict[str, Node]:
        found: dict[str, Node] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._node(event, depth + 1)
            value = self._node(next(self._events), depth + 1)
            # What would be nothing as a value is text as a key.
            name = event.value if isinstance(event, yaml.ScalarEvent) else None
            if name is None:
                raise self._refused(event, "has a key that is no text: write slot_name: value")
            if name in found:
                raise self._refused(event, f"has {name} twice: keep one, or make it a list")
            # The line of the key: a value's may be the next.
            found[name] = Node(key.line, value.value)
        return found

    def _refused(self, event: yaml.Event, what: str) -> InvalidInput:
        line = _line(event)
        return InvalidInput(f"{self._name}, line {line}: the metadata {what}.", line=line)


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1
