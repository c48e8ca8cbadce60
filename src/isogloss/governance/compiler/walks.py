"""SHACL property paths, in a form that never has a step of length zero.

SPARQL engines differ on `p*` and `p?` from a node that the graph does not have. So a path is
taken apart: whether it may end where it began, and what it does when it does not.

Source: SHACL §2.3.1, SPARQL 1.1 Query §9.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import rdflib
from rdflib import RDF, SH
from rdflib.term import Node

from isogloss.errors import ValidationFailed
from isogloss.governance.compiler.reading import iri, members, only
from isogloss.model.rdf import Iri


@dataclass(frozen=True, slots=True)
class Step:
    """From a node to another by one predicate, or backwards."""

    predicate: Iri
    backwards: bool = False

    def __str__(self) -> str:
        return f"{'^' if self.backwards else ''}<{self.predicate}>"


@dataclass(frozen=True, slots=True)
class Chain:
    """One path after another."""

    first: "Path"
    then: "Path"

    def __str__(self) -> str:
        return f"({self.first}/{self.then})"


@dataclass(frozen=True, slots=True)
class Choice:
    """Any of some paths."""

    among: tuple["Path", ...]

    def __str__(self) -> str:
        return f"({'|'.join(map(str, self.among))})"


@dataclass(frozen=True, slots=True)
class Repeat:
    """A path once or more often."""

    of: "Path"

    def __str__(self) -> str:
        return f"({self.of})+"


Path: TypeAlias = Step | Chain | Choice | Repeat


@dataclass(frozen=True, slots=True)
class Walk:
    """Where a path leads: `path`, and, if `stays`, to where it began; None leads nowhere else."""

    path: Path | None
    stays: bool = False

    def then(self, after: "Walk") -> "Walk":
        """Go on from where this leads."""
        ways: list[Path] = []
        if self.path and after.path:
            ways.append(Chain(self.path, after.path))
        if self.path and after.stays:
            ways.append(self.path)
        if after.path and self.stays:
            ways.append(after.path)
        return Walk(_choice(ways), self.stays and after.stays)

    @staticmethod
    def either(walks: Sequence["Walk"]) -> "Walk":
        """Go any of some ways."""
        paths = [walk.path for walk in walks if walk.path]
        return Walk(_choice(paths), any(walk.stays for walk in walks))

    def repeated(self) -> "Walk":
        """Go this once or more often."""
        return Walk(self.path and Repeat(self.path), self.stays)

    def back(self) -> "Walk":
        """Lead the other way round."""
        return Walk(self.path and _reverse(self.path), self.stays)


STAY = Walk(None, stays=True)
"""The path of no step."""


def step(predicate: Iri, *, backwards: bool = False) -> Walk:
    """Give the path of one predicate."""
    return Walk(Step(predicate, backwards))


def closure(walk: Walk) -> Walk:
    """Go a path any number of times, and none."""
    return Walk(walk.path and Repeat(walk.path), stays=True)


def read_path(graph: rdflib.Graph, node: Node, above: frozenset[Node] = frozenset()) -> Walk:
    """Read a path from the shapes.

    Raises:
        ValidationFailed: it is none, or leads back into itself.
    """
    if isinstance(node, rdflib.URIRef):
        return step(iri(node))
    if node in above or len(above) > _DEEPEST:
        raise ValidationFailed("A path leads back into itself, or is nested too deeply.")
    above |= {node}

    def inner(predicate: rdflib.URIRef) -> Walk | None:
        found = only(graph, node, predicate)
        return None if found is None else read_path(graph, found, above)

    if (node, RDF.first, None) in graph:
        walks = [read_path(graph, part, above) for part in members(graph, node)]
        if len(walks) < 2:
            raise ValidationFailed("A sequence path needs a list of two paths or more.")
        whole = STAY
        for walk in walks:
            whole = whole.then(walk)
        return whole
    if (found := inner(SH.inversePath)) is not None:
        return found.back()
    if (found := inner(SH.zeroOrMorePath)) is not None:
        return closure(found)
    if (found := inner(SH.oneOrMorePath)) is not None:
        return found.repeated()
    if (found := inner(SH.zeroOrOnePath)) is not None:
        return Walk(found.path, stays=True)
    if (options := only(graph, node, SH.alternativePath)) is not None:
        walks = [read_path(graph, option, above) for option in members(graph, options)]
        if len(walks) < 2:
            raise ValidationFailed("sh:alternativePath needs a list of two paths or more.")
        return Walk.either(walks)
    raise ValidationFailed(
        "A sh:path is neither an IRI nor a path of SHACL §2.3.1: name a property, or write "
        "[ sh:inversePath ex:p ] and the like."
    )


_DEEPEST = 20


def _choice(ways: list[Path]) -> Path | None:
    if not ways:
        return None
    return ways[0] if len(ways) == 1 else Choice(tuple(ways))


def _reverse(path: Path) -> Path:
    match path:
        case Step(predicate, backwards):
            return Step(predicate, not backwards)
        case Chain(first, then):
            return Chain(_reverse(then), _reverse(first))
        case Choice(among):
            return Choice(tuple(map(_reverse, among)))
        case Repeat(of):
            return Repeat(_reverse(of))
