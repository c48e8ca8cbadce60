"""What a parser's process and its parent say to each other: frames of JSON, bytes and numbers.

The parent believes no answer: nothing in one can make it run code, and every term is checked
again. (Source: the warnings in Python's documentation of pickle and marshal.)
"""

import contextlib
import gc
import json
import struct
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import IO, Any

from isogloss.errors import (
    ExpressionRefused,
    ForeignGraph,
    InvalidArgument,
    InvalidInput,
    InvalidIri,
    TooLarge,
    UnknownFormat,
)
from isogloss.intake.documents import Upload
from isogloss.intake.formats import Format
from isogloss.intake.sql_document import SqlNames
from isogloss.intake.terms import MAX_TRIPLES, check_iris, check_literals, too_many
from isogloss.model.change import Document
from isogloss.model.rdf import Iri, Literal, Triple

MAX_ANSWER = 128 * 1024 * 1024

_LENGTH = struct.Struct("=Q")
_ERRORS: dict[str, type[InvalidInput]] = {
    kind.code: kind
    for kind in (
        InvalidInput,
        InvalidArgument,
        InvalidIri,
        TooLarge,
        UnknownFormat,
        ForeignGraph,
        ExpressionRefused,
    )
}

Frames = list[bytes]


class BrokenAnswer(Exception):
    """The answer is none that the parser's process would give if all were well."""


def send(stream: IO[bytes], frames: Frames) -> None:
    """Write frames, and how many they are."""
    stream.write(_LENGTH.pack(len(frames)))
    for frame in frames:
        stream.write(_LENGTH.pack(len(frame)))
        stream.write(frame)
    stream.flush()


def receive(stream: IO[bytes], *, most: int) -> Frames:
    """Read frames of at most so many bytes together.

    Raises:
        EOFError: the stream ends before they do.
        BrokenAnswer: they would be more.
    """
    frames: Frames = []
    for _ in range(_receive_length(stream, most)):
        size = _receive_length(stream, most)
        most -= size
        frames.append(_receive_bytes(stream, size))
    return frames


def _receive_length(stream: IO[bytes], most: int) -> int:
    (length,) = _LENGTH.unpack(_receive_bytes(stream, _LENGTH.size))
    if length > most:
        raise BrokenAnswer(f"{length} bytes or frames were announced")
    return int(length)


def _receive_bytes(stream: IO[bytes], size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise EOFError
    return data


def to_request(
    uploads: Sequence[Upload],
    *,
    space: str,
    graph: Iri,
    format: Format | None = None,
    sql: SqlNames | None = None,
    namespace: str | None = None,
) -> Frames:
    """Write down what `read_source` is called with."""
    header = {
        "names": [upload.name for upload in uploads],
        "space": space,
        "graph": graph,
        "format": format and format.value,
        "sql": sql and asdict(sql),
        "namespace": namespace,
    }
    return [json.dumps(header).encode(), *(upload.data for upload in uploads)]


def from_request(frames: Frames) -> tuple[list[Upload], dict[str, Any]]:
    """Read what `read_source` is to be called with: its documents, and the rest by name."""
    header = json.loads(frames[0])
    names = header.pop("names")
    header["format"] = header["format"] and Format(header["format"])
    header["sql"] = header["sql"] and SqlNames(**header["sql"])
    return [Upload(*pair) for pair in zip(names, frames[1:], strict=True)], header


def to_error(error: InvalidInput) -> Frames:
    """Write down an error."""
    place = {"line": error.line, "column": error.column}
    return [json.dumps({"code": error.code, "message": str(error), **place}).encode()]


def to_answer(document: Document) -> Frames:
    """Write down a document: each term once, then triples by their terms' numbers.

    An object's number is twice its IRI's, or twice its literal's and one.
    """
    iris: dict[str, int] = {}
    literals: dict[Literal, int] = {}
    numbers = array("I")
    for subject, predicate, object_ in document.triples:
        numbers.append(iris.setdefault(subject, len(iris)))
        numbers.append(iris.setdefault(predicate, len(iris)))
        if isinstance(object_, Literal):
            numbers.append(2 * literals.setdefault(object_, len(literals)) + 1)
        else:
            numbers.append(2 * iris.setdefault(object_, len(iris)))
    written = [(value, iris.setdefault(kind, len(iris)), tag) for value, kind, tag in literals]
    header = {"iris": list(iris), "literals": written, "notes": document.notes}
    return [json.dumps(header).encode(), numbers.tobytes()]


def from_answer(name: str, frames: Frames) -> Document:
    """Read what came of a document, and check it as if anybody might have written it.

    Raises:
        InvalidInput: that is what came of it; in the class, words and place of the original.
        BrokenAnswer: it is no answer.
    """
    try:
        header = json.loads(frames[0])
        if len(frames) > 1:
            with _collector_at_rest():
                return _document(name, header, frames[1])
        line, column = (number and int(number) for number in (header["line"], header["column"]))
        error = _ERRORS[header["code"]](str(header["message"]), line=line, column=column)
    except (ValueError, TypeError, LookupError) as reason:
        raise BrokenAnswer(str(reason)) from reason
    raise error


@contextlib.contextmanager
def _collector_at_rest() -> Iterator[None]:
    # Hundreds of thousands of new tuples would make it go through all of the heap many times.
    # Threads that do this at once may wake it early, and never leave it asleep.
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _document(name: str, header: dict[str, Any], packed: bytes) -> Document:
    iris = [Iri(iri) for iri in _texts(header["iris"])]
    check_iris(name, iris)
    literals = [Literal(value, iris[kind], tag) for value, kind, tag in header["literals"]]
    check_literals(name, _texts([literal.value for literal in literals]))
    _texts([literal.language for literal in literals if literal.language is not None])
    numbers = array("I", packed)
    if len(numbers) > 3 * MAX_TRIPLES:
        raise too_many(name)
    if len(numbers) % 3:
        raise ValueError("the last triple has no end")
    objects = [literals[n >> 1] if n & 1 else iris[n >> 1] for n in numbers[2::3]]
    subjects, predicates = map(iris.__getitem__, numbers[::3]), map(iris.__getitem__, numbers[1::3])
    triples = frozenset(map(Triple, subjects, predicates, objects))
    return Document(triples, tuple(_texts(header["notes"])))


def _texts(values: Any) -> list[str]:
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise TypeError("something stands where text must")
    return values
