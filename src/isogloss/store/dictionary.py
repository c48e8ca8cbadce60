"""Numbers for terms, so that the history holds each text once, exactly as it was submitted."""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

from sqlalchemy import Connection, func, select

from isogloss.model.rdf import Iri, Literal, Term
from isogloss.store.rows import insert_all
from isogloss.store.schema import TERM

T = TypeVar("T")

_MOST_KEPT = 1_000_000
_LONGEST_KEPT = 1_000
"""So many characters at the most has a literal that is remembered before it is asked for."""


class Dictionary:
    """Terms and their numbers, from 1; remembers those it has met, as long as they are few."""

    def __init__(self, connection: Connection) -> None:
        self._terms: dict[int, Term] = {}
        self._numbers: dict[Term, int] = {}
        self._last: int = connection.execute(select(func.max(TERM.c.id))).scalar() or 0
        self._durable = self._last
        self._given: dict[Term, int] = {}

    def begin(self) -> None:
        """Take note that a transaction begins, whatever became of the one before."""
        self._given = {}

    def settle(self) -> None:
        """Take note that the numbers given since `begin` are on disk."""
        self._durable = self._last
        for term, number in self._given.items():
            if not isinstance(term, Literal) or len(term.value) <= _LONGEST_KEPT:
                self._remember(number, term)
        self._given = {}

    def forget(self) -> None:
        """Remember nothing any more; numbers that were given are still not given again."""
        self._terms, self._numbers = {}, {}

    def numbers(self, connection: Connection, terms: Collection[Term]) -> dict[Term, int]:
        """Look up the numbers of terms; those that have none are left out."""
        known = self._numbers
        found = {term: known[term] for term in terms if term in known}
        unknown = {digest(term): term for term in terms if term not in found}
        for some in chunks(unknown):
            columns = select(TERM.c.digest, TERM.c.id).where(TERM.c.digest.in_(some))
            for key, number in connection.execute(columns):
                found[unknown[key]] = number
                self._remember(number, unknown[key])
        return found

    def intern(self, connection: Connection, terms: Collection[Term]) -> dict[Term, int]:
        """Look up the numbers of terms, giving one to each that has none."""
        found = self.numbers(connection, terms)
        new = [term for term in dict.fromkeys(terms) if term not in found]
        if new:
            given = dict(zip(new, range(self._last + 1, self._last + 1 + len(new)), strict=True))
            rows = [_row(number, term) for term, number in given.items()]
            insert_all(connection, TERM, ("id", "digest", "value", "datatype", "language"), rows)
            # If this comes to nothing the numbers are skipped: none is ever given twice.
            self._last += len(new)
            found.update(given)
            self._given.update(given)
        return found

    def terms(self, connection: Connection, numbers: Iterable[int]) -> dict[int, Term]:
        """Look up the terms of numbers that the history has."""
        known = self._terms
        wanted = set(numbers)
        found = {number: known[number] for number in wanted if number in known}
        columns = select(TERM.c.id, TERM.c.value, TERM.c.datatype, TERM.c.language)
        for some in chunks(sorted(wanted - found.keys())):
            for number, value, datatype, language in connection.execute(
                columns.where(TERM.c.id.in_(some))
            ):
                term = Literal(value, Iri(datatype), language) if datatype else Iri(value)
                found[number] = term
                self._remember(number, term)
        return found

    def _remember(self, number: int, term: Term) -> None:
        # What a transaction may yet take back is not remembered.
        if number > self._durable:
            return
        if len(self._terms) >= _MOST_KEPT:
            # New ones, not cleared ones: another thread may be reading these.
            self._terms, self._numbers = {}, {}
        self._terms[number] = term
        self._numbers[term] = number


def chunks(values: Iterable[T], size: int = 500) -> Iterator[Sequence[T]]:
    """Cut values into parts that one statement can name."""
    rest = iter(values)
    while part := list(islice(rest, size)):
        yield part


def _row(number: int, term: Term) -> tuple[int, bytes, str, str | None, str | None]:
    if isinstance(term, Literal):
        return number, digest(term), term.value, term.datatype, term.language
    return number, digest(term), term, None, None


def digest(term: Term) -> bytes:
    """Compute what stands for a term in the index, of 16 bytes."""
    parts = tuple(term) if isinstance(term, Literal) else (str(term),)
    return hashlib.blake2b(repr(parts).encode("utf-8", "surrogatepass"), digest_size=16).digest()
