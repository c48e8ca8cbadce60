"""Turtle with the line of each statement, which rdflib does not keep.

The parser is rdflib's, so that admission reads what validation will read. Only the objects of
statements are seen on their way to the graph, each with the place where it begins.
"""

from bisect import bisect_right
from collections.abc import Mapping, MutableSequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

import rdflib
from rdflib.plugins.parsers.notation3 import BadSyntax, RDFSink, SinkParser
from rdflib.term import Node

from isogloss.governance.terms import exact_literals

Statement: TypeAlias = tuple[Node, Node, Node]

NO_BASE = "relative:///"
"""What relative IRIs begin with where no base was given."""


class NotTurtle(Exception):
    """A text is no Turtle; `line` counts from 1."""

    def __init__(self, reason: str, line: int) -> None:
        super().__init__(reason)
        self.line = line


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a text says, on which line it says each part of it, and by which prefixes."""

    graph: rdflib.Graph
    lines: Mapping[Statement, int]
    prefixes: Mapping[str, str]


def parse(text: str, base: str = NO_BASE) -> Parsed:
    """Parse Turtle.

    A statement stands where its object begins. The statements of a list in brackets have no
    line of their own; the one that leads to the list has.

    Raises:
        NotTurtle: the text is no Turtle.
    """
    graph = rdflib.Graph(bind_namespaces="none")
    sink = _Sink(graph)
    parser = _Parser(sink, text, base)
    try:
        with exact_literals():
            parser.loadBuf(text)
    except BadSyntax as error:
        raise NotTurtle(error._why, parser.line(error._i)) from error
    except IndexError as error:  # it reads on where the text has ended
        end = parser.line(len(text.rstrip()))
        raise NotTurtle("the file ends in the middle of a statement", end) from error
    except Exception as error:  # rdflib raises many kinds; all mean the same here
        deep = isinstance(error, RecursionError)
        what = "brackets are nested too deeply" if deep else str(error) or type(error).__name__
        raise NotTurtle(what, parser.line(parser.reached)) from error
    odd = next((s for s in graph.subjects() if isinstance(s, rdflib.Literal)), None)
    if odd is not None:
        line = min(line for (s, _, _), line in sink.lines.items() if s == odd)
        raise NotTurtle(f"the literal {odd.n3()} stands where a subject must be", line)
    return Parsed(graph, sink.lines, dict(parser._bindings))


class _Placed(NamedTuple):
    term: Any
    line: int


class _Sink(RDFSink):
    """Takes statements in, and notes the lines of those that have one."""

    def __init__(self, graph: rdflib.Graph) -> None:
        super().__init__(graph)
        self.lines: dict[Statement, int] = {}

    def makeStatement(self, quadruple: Any, why: Any = None) -> None:  # noqa: N802 - rdflib's name
        formula, predicate, subject, value = quadruple
        placed = value if isinstance(value, _Placed) else None
        subject, predicate, value = (
            self._plain(self.normalise(formula, term))
            for term in (subject, predicate, placed.term if placed else value)
        )
        if placed:
            self.lines.setdefault((subject, predicate, value), placed.line)
        super().makeStatement((formula, predicate, subject, value), why)

    @staticmethod
    def _plain(term: Any) -> Any:
        # As in `terms.to_rdflib`: to RDF, "a" and "a"^^xsd:string are one.
        if isinstance(term, rdflib.Literal) and term.datatype == rdflib.XSD.string:
            return rdflib.Literal(str(term))
        return term


class _Parser(SinkParser):
    """Hands objects on with the line that they begin on."""

    def __init__(self, sink: _Sink, text: str, base: str) -> None:
        super().__init__(sink, baseURI=base, turtle=True)
        self._starts = [0, *(at + 1 for at, char in enumerate(text) if char == "\n")]
        self.reached = 0

    def line(self, offset: int) -> int:
        return bisect_right(self._starts, max(offset, 0))

    def objectList(self, argstr: str, i: int, res: MutableSequence[Any]) -> int:  # noqa: N802
        while True:
            start = self.skipSpace(argstr, i)
            self.reached = max(self.reached, start)
            found: list[Any] = []
            i = self.object(argstr, i, found)
            if i < 0:
                return -1
            res.append(_Placed(found[0], self.line(start)))
            end = self.skipSpace(argstr, i)
            if end < 0:
                self.BadSyntax(argstr, i, "the file ends in the middle of a statement")
            if argstr[end] != ",":
                return end
            i = end + 1
