"""Answers about lineage in pages: what a limit cut off, and where to go on."""

import hashlib
import re
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

from isogloss.errors import InvalidArgument
from isogloss.model.lineage import Truncation

T = TypeVar("T")

_CURSOR = re.compile(r"(\d{1,12})\.(\d{1,12})\.(\d{1,12})\.([0-9a-f]{12})", re.ASCII)
MOST = 1_000_000


class Place(NamedTuple):
    """Where to go on: with the state of a commit, after so many hops, and so many of the rest."""

    sequence: int
    hops: int = 0
    offset: int = 0

    def cursor(self, question: str) -> str:
        """Write it for one question."""
        return f"{self.sequence}.{self.hops}.{self.offset}.{_digest(self, question)}"


def sequence_of(cursor: str) -> int:
    """Tell the commit that a cursor goes on with.

    Raises:
        InvalidArgument: it is no cursor of ours.
    """
    return _parse(cursor)[0].sequence


def place_of(cursor: str | None, question: str, sequence: int) -> Place:
    """Read a cursor; without one, begin with the state of a commit.

    Raises:
        InvalidArgument: it is no cursor of ours, or of another question.
    """
    if cursor is None:
        return Place(sequence)
    place, digest = _parse(cursor)
    if digest != _digest(place, question):
        raise foreign()
    return place


def foreign() -> InvalidArgument:
    """Refuse a cursor that no answer to this question had."""
    return InvalidArgument(
        "This cursor is of another question: give `after` with the arguments that the answer "
        "had which it comes from, or leave it out."
    )


def check(name: str, value: int, most: int = MOST) -> None:
    """Refuse a limit that is none.

    Raises:
        InvalidArgument: it is below 1 or above `most`.
    """
    if not 1 <= value <= most:
        raise InvalidArgument(f"{name} is {value}: choose a number from 1 to {most}.")


def cut(
    every: Sequence[T],
    place: Place,
    question: str,
    *,
    most: tuple[str, int],
    max_hops: int | None = None,
    distance: Callable[[T], int] = lambda _: 0,
    what: str,
) -> tuple[Sequence[T], Truncation | None]:
    """Give the next of all, within so many further hops and so many at the most.

    Args:
        every: the whole answer, in order.
        place: where to go on.
        question: what the cursor is good for.
        most: the limit of how many, by name and value.
        max_hops: the limit of hops; whatever has more follows later.
        distance: the hops of one of them.
        what: their name, as in "12 more nodes".
    """
    name, value = most
    check(name, value)
    farthest: float = float("inf")
    if max_hops is not None:
        check("maxHops", max_hops)
        farthest = place.hops + max_hops
    near = [one for one in every if not place.hops or distance(one) > place.hops]
    within = [one for one in near if distance(one) <= farthest]
    chosen = within[place.offset : place.offset + value]
    end = place.offset + len(chosen)
    beyond = f"{len(near) - end} more {what}"
    if end < len(within):
        cursor = place._replace(offset=end).cursor(question)
        return chosen, Truncation(name, value, beyond, cursor)
    if max_hops is not None and len(within) < len(near):
        onward = place._replace(hops=place.hops + max_hops, offset=0)
        return chosen, Truncation("maxHops", max_hops, beyond, onward.cursor(question))
    return chosen, None


def _parse(cursor: str) -> tuple[Place, str]:
    found = _CURSOR.fullmatch(cursor)
    if found is None:
        raise InvalidArgument(
            f"{cursor[:100]!r} is no cursor: give `after` the `cursor` of an answer that was cut, "
            "or leave it out."
        )
    return Place(*(int(number) for number in found.groups()[:3])), found[4]


def _digest(place: Place, question: str) -> str:
    """Compute what tells whether a cursor is as it was given out, and for which question."""
    return hashlib.sha256(f"{tuple(place)} {question}".encode()).hexdigest()[:12]
