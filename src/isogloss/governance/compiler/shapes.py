"""Shapes as values: what they target, where they lead, and what must hold there.

Source: SHACL §2 and §4.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import rdflib
from rdflib import RDF, RDFS, SH
from rdflib.term import Node

from isogloss.errors import ValidationFailed
from isogloss.governance.compiler.reading import flag, iri, members, natural, only, term
from isogloss.governance.compiler.walks import Walk, read_path
from isogloss.governance.rulebook import severity_of
from isogloss.model.governance import Severity
from isogloss.model.rdf import Iri, Literal, Term

DEEPEST = 30
"""So many shapes within shapes; each more than doubles the work of a query."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a shape is about: `kind` is SHACL's name of the way to find it (§2.1.3)."""

    kind: str
    term: Term


@dataclass(frozen=True, slots=True)
class Constraint:
    """One thing that must hold; which of the rest is meant depends on the component (§4)."""

    component: Iri
    terms: tuple[Term, ...] = ()
    shapes: tuple["Shape", ...] = ()
    siblings: tuple["Shape", ...] = ()
    count: int = 0
    source: Node | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """A node shape, or with a walk a property shape."""

    node: Node
    walk: Walk | None
    targets: tuple[Target, ...]
    severity: Severity
    constraints: tuple[Constraint, ...]
    properties: tuple["Shape", ...]

    def has_queries_within(self) -> bool:
        """Tell whether a shape that a constraint refers to has a constraint in SPARQL."""
        return any(
            constraint.source is not None
            for outer in self._in_properties()
            for shape in (*outer.shapes, *outer.siblings)
            for constraint in shape.every_constraint()
        )

    def _in_properties(self) -> Iterator[Constraint]:
        yield from self.constraints
        for inner in self.properties:
            yield from inner._in_properties()

    def every_constraint(self) -> Iterator[Constraint]:
        """Yield its constraints, and those of all shapes within."""
        for constraint in self.constraints:
            yield constraint
            for inner in (*constraint.shapes, *constraint.siblings):
                yield from inner.every_constraint()
        for inner in self.properties:
            yield from inner.every_constraint()


def component(name: str) -> Iri:
    """Give the IRI of a component of SHACL, as in `component("MinCount")`."""
    return Iri(f"{SH}{name}ConstraintComponent")


def read_shapes(graph: rdflib.Graph) -> tuple[tuple[Shape, ...], frozenset[Node]]:
    """Read the shapes that have targets, those that are switched off left out.

    Beside them come the nodes of those that do not compile: they use a constraint component of
    somebody's own (SHACL §6), or sh:sparql in a shape that another refers to.

    Raises:
        ValidationFailed: a shape is not as SHACL has it, or refers to itself.
    """
    own = {
        path
        for made in graph.subjects(RDF.type, SH.ConstraintComponent)
        for parameter in graph.objects(made, SH.parameter)
        for path in graph.objects(parameter, SH.path)
    }
    reader, found, declined = _Reader(graph), [], set()
    for node in sorted(_targeted(graph), key=str):
        reader.seen.clear()
        shape = reader.shape(node)
        own_component = any(
            (seen, predicate, None) in graph for seen in reader.seen for predicate in own
        )
        if own_component or (shape is not None and shape.has_queries_within()):
            declined.add(node)
        elif shape is not None:
            found.append(shape)
    return tuple(found), frozenset(declined)


# Validators pass over these in silence, and then call data good that nobody has looked at.
# Of sh:entailment the standard says so itself: one that is not supported is a failure.
_NOT_EVALUATED = (SH.entailment, SH.expression, SH.js, SH.rule, SH.target)


def refuse_unevaluated(graph: rdflib.Graph) -> None:
    """Look for terms of SHACL that no engine here evaluates.

    Raises:
        ValidationFailed: there is one.
    """
    for word in _NOT_EVALUATED:
        if (None, word, None) in graph:
            raise ValidationFailed(
                f"The shapes use sh:{word.fragment}, which is not evaluated here: say it in SHACL "
                "Core or by sh:sparql."
            )


TARGETS = (SH.targetClass, SH.targetNode, SH.targetObjectsOf, SH.targetSubjectsOf)
_SHAPE_CLASSES = (SH.NodeShape, SH.PropertyShape)


def _targeted(graph: rdflib.Graph) -> set[Node]:
    explicit = {node for way in TARGETS for node in graph.subjects(way, None)}
    return explicit | {node for node in _shapes(graph) if _is_class(graph, node)}


def _shapes(graph: rdflib.Graph) -> set[Node]:
    return {
        node
        for kind in _SHAPE_CLASSES
        for kinds in graph.transitive_subjects(RDFS.subClassOf, kind)
        for node in graph.subjects(RDF.type, kinds)
    }


def _is_class(graph: rdflib.Graph, node: Node) -> bool:
    if not isinstance(node, rdflib.URIRef):
        return False
    types = set(graph.objects(node, RDF.type))
    return (
        any(above in types for above in graph.transitive_subjects(RDFS.subClassOf, RDFS.Class))
        or rdflib.OWL.Class in types
    )


class _Reader:
    """Reads one shape and those that it refers to."""

    def __init__(self, graph: rdflib.Graph) -> None:
        self._graph = graph
        self._above: list[Node] = []
        self.seen: set[Node] = set()

    def shape(self, node: Node) -> Shape | None:
        """Read a shape; None if it is switched off, and so holds of anything (§2.1.5)."""
        if node in self._above:
            raise ValidationFailed(
                "The rules could not be evaluated: a shape refers to itself, by way of others or "
                "directly, and SHACL does not say what that means (§3.4.3)."
            )
        if len(self._above) >= DEEPEST:
            raise ValidationFailed(f"Shapes are nested more than {DEEPEST} deep: name fewer.")
        self.seen.add(node)
        graph = self._graph
        off = only(graph, node, SH.deactivated)
        if off is not None and flag(node, SH.deactivated, off):
            return None
        path = only(graph, node, SH.path)
        if path is None and (node, RDF.type, SH.PropertyShape) in graph:
            raise ValidationFailed(f"The property shape {node} has no sh:path: give it one.")
        walk = None if path is None else read_path(graph, path)
        self._above.append(node)
        try:
            return Shape(
                node,
                walk,
                tuple(self._targets(node)),
                severity_of(only(graph, node, SH.severity)),
                tuple(self._constraints(node, walk)),
                tuple(self._all(node, SH.property)),
            )
        finally:
            self._above.pop()

    def _targets(self, node: Node) -> Iterator[Target]:
        for way in TARGETS:
            for found in self._graph.objects(node, way):
                if way != SH.targetNode:
                    yield Target(way.fragment, iri(found))
                elif isinstance(found, rdflib.BNode):
                    raise ValidationFailed("A sh:targetNode is a blank node: name an IRI.")
                else:
                    yield Target(way.fragment, term(found))
        if node in _shapes(self._graph) and _is_class(self._graph, node):
            yield Target("targetClass", iri(node))

    def _all(self, node: Node, predicate: rdflib.URIRef) -> Iterator[Shape]:
        for found in sorted(self._graph.objects(node, predicate), key=str):
            if isinstance(found, rdflib.Literal):
                raise ValidationFailed(
                    f"sh:{predicate.fragment} of {node} names the literal {found.n3()}, and "
                    "needs a shape."
                )
            if (found, None, None) not in self._graph:
                raise ValidationFailed(
                    f"{node} refers by sh:{predicate.fragment} to {found}, of which the shapes "
                    "say nothing: define it, or leave the reference out."
                )
            if predicate == SH.property and (found, SH.path, None) not in self._graph:
                raise ValidationFailed(f"The property shape {found} has no sh:path: give it one.")
            shape = self.shape(found)
            if shape is not None:
                yield shape

    def _constraints(self, node: Node, walk: Walk | None) -> Iterator[Constraint]:
        graph = self._graph
        for predicate in _ON_PROPERTIES:
            if walk is None and (node, predicate, None) in graph:
                raise ValidationFailed(
                    f"The node shape {node} has sh:{predicate.fragment}, which only a property "
                    "shape can have: put it where the sh:path is."
                )
        for predicate, name in _EACH.items():
            for value in sorted(graph.objects(node, predicate), key=str):
                yield Constraint(component(name), terms=(self._parameter(predicate, value),))
        for predicate, name in _COUNTS.items():
            limit = only(graph, node, predicate)
            if limit is not None:
                yield Constraint(component(name), count=natural(node, predicate, limit))
        pattern, flags = only(graph, node, SH.pattern), only(graph, node, SH.flags)
        if pattern is not None:
            given = (term(pattern),) + ((term(flags),) if flags is not None else ())
            yield Constraint(component("Pattern"), terms=given)
        for predicate, name in _LISTS.items():
            for head in graph.objects(node, predicate):
                yield Constraint(
                    component(name), terms=tuple(term(part) for part in members(graph, head))
                )
        unique = only(graph, node, SH.uniqueLang)
        if unique is not None and flag(node, SH.uniqueLang, unique):
            yield Constraint(component("UniqueLang"))
        yield from self._closed(node)
        yield from self._logic(node)
        yield from self._qualified(node)
        for source in sorted(graph.objects(node, SH.sparql), key=str):
            yield Constraint(component("SPARQL"), source=source)

    @staticmethod
    def _parameter(predicate: rdflib.URIRef, value: Node) -> Term:
        needs_iri = predicate in (SH["class"], SH.datatype, SH.nodeKind) or predicate in _PAIRS
        found = iri(value) if needs_iri else term(value)
        if predicate in _RANGES and not isinstance(found, Literal):
            raise ValidationFailed(f"sh:{predicate.fragment} needs a literal, not {value.n3()}.")
        if predicate == SH.nodeKind and found not in _KINDS:
            raise ValidationFailed(
                f"sh:nodeKind is {value.n3()}, and must be one of "
                f"{', '.join('sh:' + kind.rpartition('#')[2] for kind in sorted(_KINDS))}."
            )
        return found

    def _closed(self, node: Node) -> Iterator[Constraint]:
        graph = self._graph
        closed, ignored = only(graph, node, SH.closed), only(graph, node, SH.ignoredProperties)
        if closed is None or not flag(node, SH.closed, closed):
            return
        allowed = [] if ignored is None else [iri(part) for part in members(graph, ignored)]
        for shape in graph.objects(node, SH.property):
            path = only(graph, shape, SH.path)
            if isinstance(path, rdflib.URIRef):
                allowed.append(iri(path))
        yield Constraint(component("Closed"), terms=tuple(sorted(set(allowed))))

    def _logic(self, node: Node) -> Iterator[Constraint]:
        graph = self._graph
        for shape in self._all(node, SH.node):
            yield Constraint(component("Node"), shapes=(shape,))
        for value in sorted(graph.objects(node, SH["not"]), key=str):
            if (value, SH.deactivated, None) in graph and self.shape(value) is None:
                # What holds of anything is never absent.
                yield Constraint(component("Not"), shapes=(HOLDS,))
        for shape in self._all(node, SH["not"]):
            yield Constraint(component("Not"), shapes=(shape,))
        for predicate, name in ((SH["and"], "And"), (SH["or"], "Or"), (SH.xone, "Xone")):
            for head in graph.objects(node, predicate):
                shapes = [self.shape(part) or HOLDS for part in members(graph, head)]
                yield Constraint(component(name), shapes=tuple(shapes))

    def _qualified(self, node: Node) -> Iterator[Constraint]:
        graph = self._graph
        value = only(graph, node, SH.qualifiedValueShape)
        if value is None:
            return
        disjoint = only(graph, node, SH.qualifiedValueShapesDisjoint)
        siblings: tuple[Shape, ...] = ()
        if disjoint is not None and flag(node, SH.qualifiedValueShapesDisjoint, disjoint):
            others = {
                other
                for parent in graph.subjects(SH.property, node)
                for beside in graph.objects(parent, SH.property)
                for other in graph.objects(beside, SH.qualifiedValueShape)
            } - {value}
            siblings = tuple(self.shape(other) or HOLDS for other in sorted(others, key=str))
        for predicate, name in (
            (SH.qualifiedMinCount, "QualifiedMinCount"),
            (SH.qualifiedMaxCount, "QualifiedMaxCount"),
        ):
            count = only(graph, node, predicate)
            if count is not None:
                yield Constraint(
                    component(name),
                    shapes=(self.shape(value) or HOLDS,),
                    siblings=siblings,
                    count=natural(node, predicate, count),
                )


HOLDS = Shape(rdflib.BNode(), None, (), Severity.VIOLATION, (), ())
"""A shape that holds of anything."""

_EACH: Mapping[rdflib.URIRef, str] = {
    SH["class"]: "Class",
    SH.datatype: "Datatype",
    SH.nodeKind: "NodeKind",
    SH.minExclusive: "MinExclusive",
    SH.minInclusive: "MinInclusive",
    SH.maxExclusive: "MaxExclusive",
    SH.maxInclusive: "MaxInclusive",
    SH.equals: "Equals",
    SH.disjoint: "Disjoint",
    SH.lessThan: "LessThan",
    SH.lessThanOrEquals: "LessThanOrEquals",
    SH.hasValue: "HasValue",
}
_COUNTS = {
    SH.minCount: "MinCount",
    SH.maxCount: "MaxCount",
    SH.minLength: "MinLength",
    SH.maxLength: "MaxLength",
}
_LISTS = {SH["in"]: "In", SH.languageIn: "LanguageIn"}
_RANGES = (SH.minExclusive, SH.minInclusive, SH.maxExclusive, SH.maxInclusive)
_PAIRS = (SH.equals, SH.disjoint, SH.lessThan, SH.lessThanOrEquals)
_ON_PROPERTIES = (
    SH.minCount,
    SH.maxCount,
    SH.uniqueLang,
    SH.lessThan,
    SH.lessThanOrEquals,
    SH.qualifiedValueShape,
)
_KINDS = {
    Iri(f"{SH}{kind}")
    for kind in (
        "BlankNode",
        "IRI",
        "Literal",
        "BlankNodeOrIRI",
        "BlankNodeOrLiteral",
        "IRIOrLiteral",
    )
}
