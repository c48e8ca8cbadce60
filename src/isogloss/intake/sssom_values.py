"""The values of SSSOM's slots, read from text with the line that it stands in."""

import math
import re
from collections.abc import Callable, Mapping
from datetime import date

from isogloss.errors import InvalidInput
from isogloss.intake.terms import check_iris, check_literals
from isogloss.model.sssom import Kind, Slot
from isogloss.model.sssom_forms import Curies
from isogloss.vocab import SSSOM

_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_PIECE = re.compile(r"((?:\\[\\|]|[^|])*+)(?:\||\Z)")
_ESCAPE = re.compile(r"\\([\\|])")


def split_values(cell: str) -> tuple[str, ...]:
    r"""Split a cell of several values at its pipes.

    >>> split_values(r"Alice\\Bob|Charlie\\|David\\\|Eve")
    ('Alice\\Bob', 'Charlie\\', 'David\\|Eve')
    """
    pieces = (_ESCAPE.sub(r"\1", piece[1]) for piece in _PIECE.finditer(cell))
    return tuple(piece for piece in pieces if piece)


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
