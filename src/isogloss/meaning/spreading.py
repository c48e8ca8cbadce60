"""Meanings spread downstream along copies, as far as the next column that says what it means."""

from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Mapping

from isogloss.model.rdf import Iri

Copy = tuple[Iri, Iri]
"""A column and one that it takes values from, as they are."""


def spread(
    copies: Iterable[Copy], asserted: Mapping[Iri, Collection[Iri]]
) -> dict[Iri, frozenset[Iri]]:
    """Tell the terms of columns: those asserted, else all that come with the copied values.

    What is inferred is never stronger than what somebody says of the column itself, and nothing
    is inferred upstream.
    """
    below: defaultdict[Iri, set[Iri]] = defaultdict(set)
    for column, source in copies:
        if not asserted.get(column):
            below[source].add(column)
    found = {column: frozenset(terms) for column, terms in asserted.items() if terms}
    waiting = deque(sorted(found))
    while waiting:
        source = waiting.popleft()
        for column in below.get(source, ()):
            more = found[source] | found.get(column, frozenset())
            if more != found.get(column):
                found[column] = more
                waiting.append(column)
    return found


def whence(
    column: Iri, copies: Iterable[Copy], asserted: Mapping[Iri, Collection[Iri]]
) -> tuple[Iri, ...]:
    """Find the shortest way from a column to one that says what it means; () if there is none."""
    above: defaultdict[Iri, list[Iri]] = defaultdict(list)
    for copied, source in copies:
        above[copied].append(source)
    reached: dict[Iri, Iri | None] = {column: None}
    waiting = deque([column])
    while waiting:
        at = waiting.popleft()
        if asserted.get(at):
            way = [at]
            while (before := reached[way[-1]]) is not None:
                way.append(before)
            return tuple(reversed(way))
        for source in sorted(above[at]):
            if source not in reached:
                reached[source] = at
                waiting.append(source)
    return ()
