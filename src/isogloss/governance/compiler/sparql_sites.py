"""Where a query that a person wrote reads, by its algebra.

Source: SPARQL 1.1 Query §18.2.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import rdflib
from rdflib.paths import AlternativePath, InvPath, MulPath, SequencePath
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.term import Node

from isogloss.governance.compiler.sites import Site, of_walk
from isogloss.governance.compiler.walks import STAY, Walk, closure, step
from isogloss.model.rdf import Iri

_Link = tuple[Node, Walk, Node]


def sites_of(algebra: CompValue, prefix: Walk) -> tuple[frozenset[Site], frozenset[Iri | None]]:
    """Find what the query reads: from $this where patterns lead there, or anywhere."""
    found = _Found({rdflib.Variable("this"): prefix}, set(), set())
    found.look(algebra, [])
    return frozenset(found.sites), frozenset(found.whole)


@dataclass(slots=True)
class _Found:
    known: dict[Node, Walk]
    sites: set[Site]
    whole: set[Iri | None]

    def look(self, part: Any, around: Sequence[_Link]) -> None:
        """Look into a part of the algebra; the patterns around it match whenever it matters."""
        if isinstance(part, list | tuple):
            for each in part:
                self.look(each, around)
            return
        if not isinstance(part, CompValue):
            return
        if part.name == "SubSelect" or (part.name == "ToMultiSet" and "p" in part):
            # Its variables are its own: what it reads may be of any focus node.
            for link in _everywhere(part):
                self._anywhere(link)
            return
        own = [*around, *_certain(part)]
        if part.name == "BGP":
            self._read(own, _links(part))
            return
        if part.name == "TriplesBlock":
            # Not translated, so nobody knows what is around it.
            self.whole.add(None)
            return
        for name, written in part.items():
            # The algebra of an EXISTS stands beside what it was translated from.
            value = vars(part).get(name, written)
            inner = own
            if part.name == "Union":
                inner = list(around)
            elif part.name == "LeftJoin" and name != "p1":
                inner = [*own, *_certain(part.p2)]
            self.look(value, inner)

    def _read(self, around: Sequence[_Link], links: Sequence[_Link]) -> None:
        known = dict(self.known)
        led: dict[Node, _Link] = {}  # by which link a node became known
        moved = True
        while moved:
            moved = False
            for link in around:
                start, walk, end = link
                for one, other, way in ((start, end, walk), (end, start, walk.back())):
                    if one in known and other not in known and _varies(other):
                        known[other] = known[one].then(way)
                        led[other] = link
                        moved = True
        for link in links:
            start, walk, end = link
            # A link is read from a node that is known without it.
            if start in known and led.get(start) != link:
                at, way, out = known[start], walk, True
            elif end in known and led.get(end) != link:
                at, way, out = known[end], walk.back(), False
            else:
                self._anywhere(link)
                continue
            self.sites.update([Site(at, None, out)] if walk == _ANY else of_walk(at, way))

    def _anywhere(self, link: _Link) -> None:
        walk = link[1]
        if walk == _ANY:
            self.whole.add(None)
        self.whole.update(site.predicate for site in of_walk(STAY, walk))


_ANY = Walk(None)
"""What stands for a predicate that is a variable."""


def _varies(node: Node) -> bool:
    return isinstance(node, rdflib.Variable | rdflib.BNode)


def _links(part: CompValue) -> list[_Link]:
    return [(s, _walk(p), o) for s, p, o in part.triples]


def _certain(part: Any) -> list[_Link]:
    """Collect the patterns that match whenever the part has a solution."""
    if not isinstance(part, CompValue) or part.name in ("SubSelect", "ToMultiSet", "Union"):
        return []
    if part.name == "BGP":
        # A variable as a predicate leads from anything to anything.
        return [link for link in _links(part) if link[1] != _ANY]
    if part.name == "LeftJoin":
        return _certain(part.p1)
    return [link for name in ("p", "p1", "p2") if name in part for link in _certain(part[name])]


def _everywhere(part: Any) -> Iterator[_Link]:
    if isinstance(part, CompValue):
        if part.name == "BGP":
            yield from _links(part)
        for value in part.values():
            yield from _everywhere(value)
    elif isinstance(part, list | tuple):
        for each in part:
            yield from _everywhere(each)


def _walk(path: Any) -> Walk:
    if isinstance(path, rdflib.URIRef):
        return step(Iri(str(path)))
    if isinstance(path, InvPath):
        return _walk(path.arg).back()
    if isinstance(path, SequencePath):
        whole = STAY
        for part in path.args:
            whole = whole.then(_walk(part))
        return whole
    if isinstance(path, AlternativePath):
        return Walk.either([_walk(part) for part in path.args])
    if isinstance(path, MulPath):
        inner = _walk(path.path)
        if path.mod == "?":
            return Walk(inner.path, stays=True)
        return closure(inner) if path.mod == "*" else inner.repeated()
    return _ANY
