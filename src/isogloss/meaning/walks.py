"""Walks among mappings that are all of one sort, however many there are."""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence

from isogloss.meaning.chains import Link
from isogloss.model.rdf import Iri

Graph = Mapping[Iri, Sequence[Link]]
"""Links by the term that they start from."""


def by_start(links: Iterable[Link], *, both: bool = True) -> dict[Iri, list[Link]]:
    """Keep links by the term they start from, and turned round by their end where `both`."""
    found: defaultdict[Iri, list[Link]] = defaultdict(list)
    for link in links:
        found[link.start].append(link)
        if both:
            found[link.end].append(link.back())
    return dict(found)


def clusters(equal: Graph) -> dict[Iri, Iri]:
    """Give for every term that equals another the first of all its equals."""
    found: dict[Iri, Iri] = {}
    for first in sorted(equal):
        waiting = [first] if first not in found else []
        while waiting:
            term = waiting.pop()
            if term not in found:
                found[term] = first
                waiting += [link.end for link in equal[term]]
    return found


def path(graph: Graph, start: Iri, end: Iri) -> tuple[Link, ...]:
    """Find a shortest way; () where there is none."""
    came_by: dict[Iri, Link | None] = {start: None}
    waiting = deque([start])
    while waiting and end not in came_by:
        for link in graph.get(waiting.popleft(), ()):
            if link.end not in came_by:
                came_by[link.end] = link
                waiting.append(link.end)
    way = []
    last = came_by.get(end)
    while last:
        way.append(last)
        last = came_by[last.start]
    return tuple(reversed(way))


def components(graph: Graph) -> dict[Iri, int]:
    """Give terms one number from each of which one gets to each other (Tarjan's algorithm)."""
    order: dict[Iri, int] = {}
    low: dict[Iri, int] = {}
    found: dict[Iri, int] = {}
    stack: list[Iri] = []
    for root in sorted(graph):
        if root in order:
            continue
        order[root] = low[root] = len(order)
        stack.append(root)
        path = [(root, iter(graph.get(root, ())))]
        while path:
            term, links = path[-1]
            link = next(links, None)
            if link is None:
                path.pop()
                if path:
                    low[path[-1][0]] = min(low[path[-1][0]], low[term])
                if low[term] == order[term]:
                    number = order[term]
                    while term not in found:
                        found[stack.pop()] = number
            elif link.end not in order:
                order[link.end] = low[link.end] = len(order)
                stack.append(link.end)
                path.append((link.end, iter(graph.get(link.end, ()))))
            elif link.end not in found:
                low[term] = min(low[term], order[link.end])
    return found
