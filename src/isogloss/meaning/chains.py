"""What follows of mappings in a row: how two terms relate that nobody has compared.

Only mappings that hold take part. Each can be walked both ways; the other way it says the inverse.
"""

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import combinations
from typing import NamedTuple

from isogloss.meaning.predicates import (
    STRENGTH,
    Relation,
    compose,
    contradict,
    inverse,
    relation_of,
)
from isogloss.model.meaning import Mapping
from isogloss.model.rdf import Iri

MAX_LINKS = 8
"""Longer chains are not looked for: at 0.9 a link, half of the confidence is gone by then."""

MAX_CHAINS = 20
"""So many chains between two terms are told."""

MAX_STEPS = 20_000
"""After so many steps a search among chains of one relation is given up, and says so."""


@dataclass(frozen=True, slots=True)
class Link:
    """A mapping, walked from its subject to its object (`forward`) or back."""

    mapping: Mapping
    forward: bool
    relation: Relation  # in the direction walked

    @property
    def start(self) -> Iri:
        """The term that it is walked from."""
        return self.mapping.subject if self.forward else self.mapping.object

    @property
    def end(self) -> Iri:
        """The term that it is walked to."""
        return self.mapping.object if self.forward else self.mapping.subject

    def back(self) -> "Link":
        """Walk it the other way."""
        return Link(self.mapping, not self.forward, inverse(self.relation))


@dataclass(frozen=True)
class Chain:
    """Mappings in a row, one at the least, and what follows of them from its start to its end."""

    links: tuple[Link, ...]
    relation: Relation

    @property
    def terms(self) -> tuple[Iri, ...]:
        """Every term on the way, each once, both ends included."""
        return (self.links[0].start, *(link.end for link in self.links))

    @cached_property
    def confidence(self) -> float | None:
        """The product of what the mappings state; None if none of them states any.

        A mapping that was approved without a figure is taken at its word, and counts as 1.
        """
        stated = [m.confidence for link in self.links if (m := link.mapping).confidence is not None]
        return _product(stated) if stated else None

    @property
    def valid_from(self) -> datetime | None:
        """Since when all of them hold; None if ever since."""
        return max((m.valid_from for m in self._mappings if m.valid_from), default=None)

    @property
    def valid_until(self) -> datetime | None:
        """Before when all of them hold; None if without an end."""
        return min((m.valid_until for m in self._mappings if m.valid_until), default=None)

    @property
    def _mappings(self) -> Iterator[Mapping]:
        return (link.mapping for link in self.links)

    def back(self) -> "Chain":
        """Walk it the other way."""
        return Chain(tuple(link.back() for link in reversed(self.links)), inverse(self.relation))


@dataclass(frozen=True, slots=True)
class Chains:
    """The chains between two terms, best first; `is_complete` unless there may be more.

    Best is what says most (equal, then broader and narrower, then close, …), then what is most
    confident, then the shortest. A chain of more than MAX_LINKS links does not count as one.
    """

    found: tuple[Chain, ...]
    is_complete: bool = True

    @property
    def best(self) -> Chain | None:
        """The first, if there is any."""
        return self.found[0] if self.found else None

    def contradictions(self) -> tuple[tuple[Chain, Chain], ...]:
        """List which cannot both hold, the best of each relation only."""
        firsts = {chain.relation: chain for chain in reversed(self.found)}
        pairs = combinations(sorted(firsts.values(), key=self.found.index), 2)
        return tuple((a, b) for a, b in pairs if contradict(a.relation, b.relation))


class _Way(NamedTuple):
    """The end of a walk: how sure it is, and the links that led there, last first."""

    confidence: float
    link: Link | None
    before: "_Way | None"


_Ways = dict[tuple[Iri, Relation], _Way]
_START = _Way(1.0, None, None)


class Network:
    """The mappings that hold at one instant, by the terms they relate."""

    def __init__(self, mappings: Iterable[Mapping], at: datetime) -> None:
        self.at = at
        self._links: dict[Iri, tuple[Link, ...]] = {}
        self._add(mappings)

    def changed(self, removed: Iterable[Mapping], added: Iterable[Mapping]) -> "Network":
        """Give the network as it is with some mappings gone and others there.

        A mapping that is replaced is removed as it was and added as it is.
        """
        network = Network((), self.at)
        network._links = dict(self._links)
        gone = {mapping.id for mapping in removed}
        for mapping in removed:
            for term in (mapping.subject, mapping.object):
                kept = tuple(x for x in network._links.get(term, ()) if x.mapping.id not in gone)
                network._links[term] = kept
        network._add(added)
        return network

    def _add(self, mappings: Iterable[Mapping]) -> None:
        links: dict[Iri, list[Link]] = {}
        for mapping in mappings:
            relation = relation_of(mapping)
            if relation and mapping.subject != mapping.object and mapping.holds(self.at):
                link = Link(mapping, True, relation)
                links.setdefault(mapping.subject, []).append(link)
                links.setdefault(mapping.object, []).append(link.back())
        for term, more in links.items():
            together = (*self._links.get(term, ()), *more)
            self._links[term] = tuple(sorted(together, key=lambda link: link.mapping.id))

    def links(self, term: Iri) -> tuple[Link, ...]:
        """List the mappings of a term, walked away from it, in order of their IRIs."""
        return self._links.get(term, ())

    @property
    def terms(self) -> Iterable[Iri]:
        """All the terms that a mapping relates."""
        return self._links.keys()

    def related(self, term: Iri) -> dict[Iri, Chain]:
        """Give the best chain to every term that one leads to."""
        ways = self._ways(term)
        best: dict[Iri, Chain] = {}
        for end, relation in sorted(ways, key=lambda state: -STRENGTH[state[1]]):
            if end == term or (end in best and STRENGTH[best[end].relation] > STRENGTH[relation]):
                continue
            chain = _chain(ways[end, relation], relation)
            if len(set(chain.terms)) <= len(chain.links):
                # It came by one term twice; what does not may be less sure.
                found, _ = self._search(term, end, relation, self._ways(end), most=1)
                if not found:
                    continue
                chain = found[0]
            if end not in best or _rank(chain) < _rank(best[end]):
                best[end] = chain
        return dict(sorted(best.items()))

    def chains(self, one: Iri, other: Iri, *, most: int = MAX_CHAINS) -> Chains:
        """Find the chains from one term to another, the best first."""
        if one == other:
            return Chains(())
        ways = self._ways(other)
        found: list[Chain] = []
        is_complete = not (self._goes_on(other, ways) and self._is_joined(one, other))
        for relation in sorted({inverse(r) for end, r in ways if end == one}, key=_weakness):
            more, is_whole = self._search(one, other, relation, ways, most=most - len(found))
            found += more
            is_complete = is_complete and is_whole
        return Chains(tuple(sorted(found, key=_rank)), is_complete)

    def _ways(self, start: Iri) -> _Ways:
        """Find for every term and relation the most confident walk there, however it turns."""
        best: _Ways = {}
        latest: _Ways = {(start, Relation.EXACT): _START}
        for _ in range(MAX_LINKS):
            following: _Ways = {}
            for (term, relation), way in latest.items():
                for link in self._links.get(term, ()):
                    composed = compose(relation, link.relation)
                    end = link.end
                    if composed is None or end == start:
                        continue
                    state = end, composed
                    confidence = way.confidence * _counted(link)
                    known = following.get(state) or best.get(state)
                    if known is None or confidence > known.confidence:
                        following[state] = _Way(confidence, link, way)
            if not following:
                break
            best |= following
            latest = following
        return best

    def _goes_on(self, start: Iri, ways: _Ways) -> bool:
        """Tell whether walks from a term go on to where none of MAX_LINKS links leads."""
        if len(self._links) <= MAX_LINKS + 1:
            return False  # as no chain is that long among so few terms
        return any(
            composed is not None and link.end != start and (link.end, composed) not in ways
            for term, relation in ways
            for link in self._links.get(term, ())
            for composed in [compose(relation, link.relation)]
        )

    def _is_joined(self, one: Iri, other: Iri) -> bool:
        """Tell whether any mappings lead from one term to another, whatever they say together."""
        seen, waiting = {one}, [one]
        while waiting and other not in seen:
            ends = {link.end for link in self._links.get(waiting.pop(), ())} - seen
            seen |= ends
            waiting += ends
        return other in seen

    def _search(
        self, one: Iri, other: Iri, relation: Relation, ways: _Ways, *, most: int
    ) -> tuple[list[Chain], bool]:
        """List the best chains of one relation; `ways` lead from `other` to wherever.

        As conclusions do not depend on the order they are drawn in, a walk from the other end tells
        how sure a chain can get that is half finished, and so the best come first.
        """

        def hope(term: Iri, so_far: Relation) -> float:
            if term == other:
                return 1.0 if so_far is relation else -1.0
            return max(
                (
                    way.confidence
                    for rest in Relation
                    if compose(so_far, inverse(rest)) is relation
                    and (way := ways.get((term, rest)))
                ),
                default=-1.0,
            )

        found: list[Chain] = []
        is_whole = True
        # The terms' IRIs and the mappings' settle what is left open, so that answers do not waver.
        queue: list[tuple[float, int, tuple[str, ...], float, Relation, tuple[Link, ...]]]
        queue = [(-hope(one, Relation.EXACT), 0, (), 1.0, Relation.EXACT, ())]
        for _ in range(MAX_STEPS):
            if not queue:
                return found, is_whole
            if len(found) == most:
                return found, False
            _, length, names, confidence, so_far, links = heapq.heappop(queue)
            term = links[-1].end if links else one
            if term == other:
                found.append(Chain(links, relation))
                continue
            seen = {one, *(link.end for link in links)}
            for link in self._links.get(term, ()):
                composed = compose(so_far, link.relation)
                if composed is None or link.end in seen:
                    continue
                surely = confidence * _counted(link)
                hoped = hope(link.end, composed)
                if hoped >= 0 and length == MAX_LINKS:
                    is_whole = False
                elif hoped >= 0:
                    item = (*names, link.mapping.id)
                    entry = (-surely * hoped, length + 1, item, surely, composed, (*links, link))
                    heapq.heappush(queue, entry)
        return found, False


def _chain(way: _Way, relation: Relation) -> Chain:
    links = []
    at: _Way | None = way
    while at and at.link:
        links.append(at.link)
        at = at.before
    return Chain(tuple(reversed(links)), relation)


def _weakness(relation: Relation) -> tuple[int, str]:
    return -STRENGTH[relation], relation


def _rank(chain: Chain) -> tuple[int, float, int, str, tuple[str, ...]]:
    sureness = -1.0 if chain.confidence is None else -chain.confidence
    ids = tuple(link.mapping.id for link in chain.links)
    return -STRENGTH[chain.relation], sureness, len(ids), chain.relation, ids


def _counted(link: Link) -> float:
    return 1.0 if link.mapping.confidence is None else link.mapping.confidence


def _product(confidences: Iterable[float]) -> float:
    product = 1.0
    for confidence in confidences:
        product *= confidence
    return product
