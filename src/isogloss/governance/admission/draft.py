"""A rule set that is being looked at: its statements, its shapes, and where they are written."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

import rdflib
from rdflib import OWL, RDF, RDFS, SH
from rdflib.term import Node

from isogloss.governance.admission.turtle import NotTurtle, Statement, parse
from isogloss.model.admission import Finding
from isogloss.model.rdf import Iri
from isogloss.vocab import PREFIXES

TARGETS = (SH.targetClass, SH.targetNode, SH.targetObjectsOf, SH.targetSubjectsOf)
LISTS_OF_SHAPES = (SH["and"], SH["or"], SH.xone)
SINGLE_SHAPES = (SH.node, SH["not"], SH.property, SH.qualifiedValueShape)
LISTS_OF_TERMS = (SH["in"], SH.languageIn, SH.ignoredProperties)
CONSTRAINTS = frozenset(
    {
        *LISTS_OF_SHAPES,
        SH["in"],
        SH.languageIn,
        *(SH[name] for name in ("class", "datatype", "nodeKind", "minCount", "maxCount")),
        *(SH[name] for name in ("minExclusive", "minInclusive", "maxExclusive", "maxInclusive")),
        *(SH[name] for name in ("minLength", "maxLength", "pattern", "uniqueLang")),
        *(SH[name] for name in ("equals", "disjoint", "lessThan", "lessThanOrEquals")),
        *(SH[name] for name in ("not", "node", "qualifiedValueShape", "closed", "hasValue")),
        SH.sparql,
    }
)
"""The parameters that ask for something; others only say more of them."""

PARAMETERS = CONSTRAINTS | {
    SH.property,
    *(SH[name] for name in ("flags", "ignoredProperties", "qualifiedMinCount")),
    *(SH[name] for name in ("qualifiedMaxCount", "qualifiedValueShapesDisjoint")),
}


class Place(NamedTuple):
    """A line of a file, counted from 1."""

    file: str
    line: int


class Reference(NamedTuple):
    """A shape speaks of another by a predicate; `head` is the list where that is in one."""

    shape: Node
    predicate: rdflib.URIRef
    head: Node
    other: Node


class Draft:
    """The statements of all files together."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        """Read Turtle files: name → text. Those that are none are in `unreadable`."""
        self.graph = rdflib.Graph(bind_namespaces="none")
        self.unreadable: list[Finding] = []
        self.prefixes: dict[str, str] = {}
        self._places: dict[Statement, Place] = {}
        self._first: dict[Node, Place] = {}
        self._start = Place(min(texts, default=""), 1)
        for file, text in sorted(texts.items()):
            try:
                parsed = parse(text)
            except NotTurtle as error:
                said = (
                    f"{file} is no Turtle from line {error.line} on: {str(error).rstrip('.')}. "
                    "Mend the text there."
                )
                self.unreadable.append(Finding(file, error.line, "NOT_TURTLE", said))
                continue
            self.prefixes |= parsed.prefixes
            self.graph += parsed.graph
            for statement, line in parsed.lines.items():
                place = Place(file, line)
                self._places.setdefault(statement, place)
                self._first[statement[0]] = min(place, self._first.get(statement[0], place))

        self._place_the_rest()

    def _place_the_rest(self) -> None:
        """Put lists, and nodes that nothing is said of, where what leads to them stands."""
        ahead = [(value, place) for (_, _, value), place in self._places.items()]
        while ahead:
            node, place = ahead.pop()
            if not isinstance(node, rdflib.BNode) or node in self._first:
                continue
            self._first[node] = place
            for way in (RDF.first, RDF.rest):
                ahead += ((value, place) for value in self.graph.objects(node, way))

    # ---- what is where

    def place(self, node: Node, predicate: Node | None = None, value: Node | None = None) -> Place:
        """Find where something is said: a statement, else the first one of its subject."""
        found = [
            self._places[statement]
            for statement in self.graph.triples((node, predicate, value))
            if statement in self._places and predicate is not None
        ]
        return min(found) if found else self._first.get(node, self._start)

    def named(self, node: Node) -> Iri | None:
        """Find the nearest thing with a name, from a node upwards."""
        seen: set[Node] = set()
        while not isinstance(node, rdflib.URIRef):
            seen.add(node)
            above = next((s for s in self.graph.subjects(None, node) if s not in seen), None)
            if above is None:
                return None
            node = above
        return Iri(str(node))

    def name(self, node: Node) -> str:
        """Name a node for people: by a prefix, as a literal, or by where it is written."""
        if isinstance(node, rdflib.Literal):
            return node.n3() if len(node) < 80 else f"{node.n3()[:80]}…"
        if isinstance(node, rdflib.BNode):
            return f"the nameless node of line {self.place(node).line}"
        for prefix, space in (*self.prefixes.items(), *PREFIXES.items()):
            local = str(node).removeprefix(space)
            if space and local != str(node) and "/" not in local and "#" not in local:
                return f"{prefix}:{local}"
        return f"<{node}>"

    def finding(
        self,
        code: str,
        message: str,
        node: Node,
        predicate: Node | None = None,
        value: Node | None = None,
        *,
        blocking: bool = True,
    ) -> Finding:
        """Say something of a node, at the line of its statement."""
        place = self.place(node, predicate, value)
        if message.startswith(("a ", "the ")):
            message = message[0].upper() + message[1:]
        return Finding(*place, code, message, self.named(node), blocking)

    # ---- what is a shape

    def members(self, head: Node) -> Iterator[Node]:
        """Yield the members of a list, as far as it is one."""
        seen: set[Node] = set()
        while head not in seen and head != RDF.nil:
            seen.add(head)
            yield from self.graph.objects(head, RDF.first)
            head = next(iter(self.graph.objects(head, RDF.rest)), RDF.nil)

    @cached_property
    def references(self) -> dict[Node, list[Reference]]:
        """Which shapes each shape speaks of."""
        found: dict[Node, list[Reference]] = {}
        for predicate in SINGLE_SHAPES:
            for shape, other in self.graph.subject_objects(predicate):
                found.setdefault(shape, []).append(Reference(shape, predicate, other, other))
        for predicate in LISTS_OF_SHAPES:
            for shape, head in self.graph.subject_objects(predicate):
                found.setdefault(shape, []).extend(
                    Reference(shape, predicate, head, other) for other in self.members(head)
                )
        return found

    @cached_property
    def shapes(self) -> list[Node]:
        """What SHACL §2.1 takes for a shape, in the order of the text."""
        graph = self.graph
        found = {
            *graph.subjects(RDF.type, SH.NodeShape),
            *graph.subjects(RDF.type, SH.PropertyShape),
            *(shape for way in (*TARGETS, *PARAMETERS) for shape in graph.subjects(way, None)),
            *(
                reference.other
                for references in self.references.values()
                for reference in references
                if (reference.other, None, None) in graph
            ),
        }
        return sorted(found, key=lambda shape: (self.place(shape), str(shape)))

    def is_class(self, shape: Node) -> bool:
        """Tell whether a shape is a class too, and so targets its instances (§2.1.3.3)."""
        types = set(self.graph.objects(shape, RDF.type))
        return bool(types & {RDFS.Class, OWL.Class} and types & {SH.NodeShape, SH.PropertyShape})

    def has_target(self, shape: Node) -> bool:
        """Tell whether a shape says itself whom it judges."""
        return self.is_class(shape) or any((shape, way, None) in self.graph for way in TARGETS)

    def is_off(self, shape: Node) -> bool:
        """Tell whether a shape is switched off."""
        off = self.graph.value(shape, SH.deactivated, any=True)
        return off == rdflib.Literal("true", datatype=rdflib.XSD.boolean, normalize=False)

    def constraints(self, shape: Node) -> set[Node]:
        """Collect the predicates by which a shape itself asks for something."""
        idle = {
            predicate
            for predicate in (SH.closed, SH.uniqueLang)
            if str(self.graph.value(shape, predicate, any=True)) == "false"
        }
        return set(self.graph.predicates(shape, None)) & CONSTRAINTS - idle

    @cached_property
    def judging(self) -> dict[Node, set[Node]]:
        """Shapes whose results reach a report, each with the targeted shapes that lead to it.

        These are the targeted ones and what they hold by sh:property; what other parameters
        refer to only decides whether the shape that refers holds.
        """
        found: dict[Node, set[Node]] = {}
        for root in self.shapes:
            if not self.has_target(root) or self.is_off(root):
                continue
            ahead = [root]
            while ahead:
                shape = ahead.pop()
                if root in found.setdefault(shape, set()) or self.is_off(shape):
                    continue
                found[shape].add(root)
                ahead += self.graph.objects(shape, SH.property)
        return {shape: roots for shape, roots in found.items() if roots}

    @cached_property
    def rules(self) -> list[Node]:
        """The judging shapes that ask for something themselves, in the order of the text."""
        return [s for s in self.shapes if s in self.judging and self.constraints(s)]
