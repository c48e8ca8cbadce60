"""Where a shape reads: what a change there may do to which focus nodes.

A site is a predicate, read from where a path leads from the focus node. A triple that comes or
goes and has that predicate concerns the focus nodes from which the path leads to it, in the
graph as it is afterwards: had a step of the path gone with it, that step is a site itself, and
what leads to it is still there.
"""

from collections.abc import Iterator
from typing import NamedTuple

from isogloss.governance.compiler.shapes import Constraint, Shape, component
from isogloss.governance.compiler.walks import (
    STAY,
    Chain,
    Choice,
    Path,
    Repeat,
    Step,
    Walk,
    closure,
    step,
)
from isogloss.model.rdf import Iri, Literal
from isogloss.vocab import RDF, RDFS

CLASSES = closure(step(RDFS.subClassOf))


class Site(NamedTuple):
    """A place that is read: any predicate if None; with `out`, the path leads to its subject."""

    prefix: Walk
    predicate: Iri | None
    out: bool


def of_targets(shape: Shape) -> Iterator[Site]:
    """Yield where it is read what a shape is about."""
    for target in shape.targets:
        if target.kind == "targetClass":
            yield from of_type(STAY)
        elif target.kind != "targetNode" and not isinstance(target.term, Literal):
            yield Site(STAY, target.term, target.kind == "targetSubjectsOf")


def of_type(prefix: Walk) -> Iterator[Site]:
    """Yield where it is read what classes a node has."""
    yield Site(prefix, RDF.type, out=True)
    yield Site(prefix.then(step(RDF.type)).then(CLASSES), RDFS.subClassOf, out=True)


def of_walk(prefix: Walk, walk: Walk | None) -> Iterator[Site]:
    """Yield where a path reads."""
    if walk is not None and walk.path is not None:
        yield from _of_path(prefix, walk.path)


def _of_path(prefix: Walk, path: Path) -> Iterator[Site]:
    match path:
        case Step(predicate, backwards):
            yield Site(prefix, predicate, out=not backwards)
        case Chain(first, then):
            yield from _of_path(prefix, first)
            yield from _of_path(prefix.then(Walk(first)), then)
        case Choice(among):
            for way in among:
                yield from _of_path(prefix, way)
        case Repeat(of):
            yield from _of_path(prefix.then(closure(Walk(of))), of)


def of_shape(prefix: Walk, shape: Shape) -> Iterator[Site]:
    """Yield where it is read whether a node conforms."""
    for constraint in shape.constraints:
        yield from of_constraint(prefix, shape, constraint)
    if shape.properties:
        yield from of_walk(prefix, shape.walk)
    at = after(prefix, shape.walk)
    for inner in shape.properties:
        yield from of_shape(at, inner)


def of_constraint(prefix: Walk, shape: Shape, constraint: Constraint) -> Iterator[Site]:
    """Yield where it is read whether one constraint holds; not for sh:sparql."""
    yield from of_walk(prefix, shape.walk)
    at = after(prefix, shape.walk)
    if constraint.component == component("Class"):
        yield from of_type(at)
    elif constraint.component == component("Closed"):
        yield Site(at, None, out=True)
    elif constraint.component in _PAIRS:
        (other,) = constraint.terms
        if not isinstance(other, Literal):
            yield Site(prefix, other, out=True)
    for inner in (*constraint.shapes, *constraint.siblings):
        yield from of_shape(at, inner)


def after(prefix: Walk, walk: Walk | None) -> Walk:
    """Give where the values of a shape are."""
    return prefix if walk is None else prefix.then(walk)


_PAIRS = {component(name) for name in ("Equals", "Disjoint", "LessThan", "LessThanOrEquals")}
