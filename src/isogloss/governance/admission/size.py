"""How much work a rule set makes: shapes within shapes, long lists, and paths with many ways.

What is named once can be used often, so a short text can stand for an endless query; and a
shape that leads back to itself has no meaning (SHACL §3.4.3).
"""

from collections.abc import Iterator

import rdflib
from rdflib import RDF, SH
from rdflib.term import Node

from isogloss.governance.admission.draft import LISTS_OF_SHAPES, LISTS_OF_TERMS, Draft
from isogloss.governance.compiler.shapes import DEEPEST
from isogloss.model.admission import Finding

MOST_CHARACTERS = 1_000_000
MOST_SHAPES = 2_000
MOST_MEMBERS = 1_000
MOST_WORK = 5_000
"""So many constraints at one target, counted as often as they are reached."""
_MOST_WAYS = 64
_DEEPEST_PATH = 20


def oversized(draft: Draft) -> Iterator[Finding]:
    """Find what would take too long to judge by, or for ever."""
    graph = draft.graph
    if len(draft.shapes) > MOST_SHAPES:
        yield draft.finding(
            "TOO_LARGE",
            f"The rule set has {len(draft.shapes)} shapes, and {MOST_SHAPES} at most are judged "
            "by together: split it.",
            draft.shapes[MOST_SHAPES],
        )
    for predicate in (*LISTS_OF_SHAPES, *LISTS_OF_TERMS):
        for shape, head in graph.subject_objects(predicate):
            count = sum(1 for _ in draft.members(head))
            if count > MOST_MEMBERS:
                yield draft.finding(
                    "TOO_LARGE",
                    f"sh:{predicate.fragment} of {draft.name(shape)} lists {count} things, and "
                    f"{MOST_MEMBERS} at most are allowed: ask for a sh:class, or for a "
                    "skos:inScheme by sh:hasValue.",
                    shape,
                    predicate,
                    head,
                )
    yield from _Work(draft).findings()


class _Work:
    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._found: list[Finding] = []
        self._work: dict[Node, int] = {}
        self._ways: dict[Node, int] = {}

    def findings(self) -> list[Finding]:
        for shape in self._draft.shapes:
            work = self._shape(shape, ())
            if work > MOST_WORK and self._draft.has_target(shape):
                self._tell(
                    "TOO_LARGE",
                    f"{self._draft.name(shape)} comes to more than {MOST_WORK} constraints when "
                    "all that it refers to is counted as often as it is used: refer less often.",
                    shape,
                )
        return self._found

    def _tell(self, code: str, message: str, node: Node, predicate: Node | None = None) -> None:
        self._found.append(self._draft.finding(code, message, node, predicate))

    def _shape(self, shape: Node, above: tuple[Node, ...]) -> int:
        """Count the constraints of a shape, and of those within as often as they are reached."""
        if shape in above:
            path = [*above[above.index(shape) :], shape]
            self._tell(
                "RECURSION",
                f"{self._draft.name(shape)} refers to itself ("
                + " → ".join(map(self._draft.name, path))
                + "), and SHACL does not say what that means (§3.4.3): take one of these "
                "references out, or walk by a sh:path with sh:zeroOrMorePath.",
                shape,
            )
            return 0
        if shape in self._work:
            return self._work[shape]
        if len(above) > DEEPEST:
            self._tell(
                "TOO_DEEP",
                f"Shapes are nested more than {DEEPEST} deep at {self._draft.name(shape)}: use "
                "fewer within each other.",
                shape,
            )
            return 0
        references = self._draft.references.get(shape, [])
        within = sum(
            self._shape(other, (*above, shape))
            for other in sorted({reference.other for reference in references}, key=str)
        )
        ways = max(
            (self._path(path, ()) for path in self._draft.graph.objects(shape, SH.path)), default=1
        )
        if ways > _MOST_WAYS:
            self._tell(
                "TOO_LARGE",
                f"The sh:path of {self._draft.name(shape)} goes more than {_MOST_WAYS} ways when "
                "its alternatives are spelled out: make it simpler, or make several rules of it.",
                shape,
                SH.path,
            )
        own = len(self._draft.constraints(shape))
        # Numbers without end would only take time to write.
        self._work[shape] = min(1 + own + ways * within, MOST_WORK + 1)
        return self._work[shape]

    def _path(self, path: Node, above: tuple[Node, ...]) -> int:
        """Count the ways along a path, as a query has to spell them out."""
        if isinstance(path, rdflib.URIRef):
            return 1
        if path in self._ways:
            return self._ways[path]
        if path in above or len(above) > _DEEPEST_PATH:
            self._tell(
                "BAD_PATH",
                f"A sh:path leads back into itself, or is nested more than {_DEEPEST_PATH} deep: "
                "write it flat.",
                (*above, path)[0],
            )
            return 0
        graph, above = self._draft.graph, (*above, path)
        ways = 1
        if (path, RDF.first, None) in graph:
            for part in self._draft.members(path):
                ways = min(ways * self._path(part, above), _MOST_WAYS + 1)
        for head in graph.objects(path, SH.alternativePath):
            ways *= sum(self._path(part, above) for part in self._draft.members(head))
        for predicate, more in _PATHS.items():
            for part in graph.objects(path, predicate):
                ways *= self._path(part, above) + more
        self._ways[path] = min(ways, _MOST_WAYS + 1)
        return self._ways[path]


_PATHS = {SH.inversePath: 0, SH.zeroOrMorePath: 1, SH.oneOrMorePath: 0, SH.zeroOrOnePath: 1}
