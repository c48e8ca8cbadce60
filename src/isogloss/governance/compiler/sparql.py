"""Constraints written in SPARQL, run for all focus nodes in one query.

SHACL runs such a query once for each focus node, with $this already bound (§5.3). Here a
pattern that gives the focus nodes is put into each group where $this could otherwise be
unbound, which finds the same for the queries that admission lets through.

Source: SHACL §5; SPARQL 1.1 Query §18 and §19.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import rdflib
from rdflib import SH
from rdflib.plugins.sparql import prepareQuery
from rdflib.term import Node

from isogloss.errors import ValidationFailed
from isogloss.governance.compiler.algebra import HOLE
from isogloss.governance.compiler.reading import flag, only
from isogloss.governance.compiler.sites import Site
from isogloss.governance.compiler.sparql_sites import sites_of
from isogloss.governance.compiler.walks import Walk
from isogloss.model.rdf import Iri

_TOKEN = re.compile(
    r"""(?P<gap>\s+|\#[^\n]*)
      | (?P<text>\"{3}(?:[^"\\]|\\.|"(?!""))*\"{3}|'{3}(?:[^'\\]|\\.|'(?!''))*'{3}
               |"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
      | (?P<iri><[^<>"{}|^`\\\s]*>)
      | (?P<variable>[?$]\w+)
      | (?P<name>[\w\-.]*:[\w\-.%:\\]*|@[\w\-]+)
      | (?P<word>\w+)
      | (?P<sign>.)""",
    re.VERBOSE | re.DOTALL,
)

_NEVER = (
    "SERVICE",
    "FROM",
    "MINUS",
    "VALUES",
    "GRAPH",
    "LOAD",
    "DESCRIBE",
    "CONSTRUCT",
    "ASK",
    "LIMIT",
    "OFFSET",
)
_PREBOUND = ("shapesGraph", "currentShape")


@dataclass(frozen=True, slots=True)
class Written:
    """A constraint in SPARQL: its query with the way to the focus nodes put in."""

    query: str
    columns: tuple[str, ...]
    sites: frozenset[Site]
    whole: frozenset[Iri | None]
    """Predicates of which any change lets it be run on everything; None is any predicate."""


def is_active(graph: rdflib.Graph, source: Node) -> bool:
    """Tell whether a constraint is switched on."""
    off = only(graph, source, SH.deactivated)
    return off is None or not flag(source, SH.deactivated, off)


def written(
    graph: rdflib.Graph,
    source: Node,
    path: str | None,
    way: str,
    nodes: Sequence[str],
    prefix: Walk,
) -> Written:
    """Read a constraint in SPARQL.

    Args:
        graph: the shapes.
        source: the node with the sh:select.
        path: what $PATH stands for, in SPARQL's notation.
        way: the pattern that gives the nodes.
        nodes: the variables from the shape's focus node to $this, without question marks.
        prefix: the path between these two.

    Raises:
        ValidationFailed: there is no query that can be run here.
    """
    select = only(graph, source, SH.select)
    if not isinstance(select, rdflib.Literal):
        raise ValidationFailed(f"The constraint {source} has no sh:select: give it one query.")
    text = _prefixes(graph, source) + str(select)
    if path is not None:
        text = re.sub(r"[?$]PATH\b", lambda _: path, text)
    try:
        algebra = prepareQuery(text).algebra
    except Exception as error:  # the parser has no common base for what it raises
        raise ValidationFailed(
            f"The rules could not be evaluated: the query of {source} is no SPARQL that can be "
            f"run ({str(error)[:200]}): mend it, and declare its prefixes."
        ) from error
    if algebra.name != "SelectQuery":
        raise ValidationFailed(f"The query of {source} is no SELECT: ask for $this.")
    columns = tuple(str(variable) for variable in algebra.PV)
    if "this" not in columns:
        raise ValidationFailed(f"The query of {source} does not select $this: name it first.")
    sites, whole = sites_of(algebra, prefix)
    others = tuple(name for name in columns if name != "this")
    return Written(_rewritten(text, source, way, nodes), others, sites, whole)


def _prefixes(graph: rdflib.Graph, source: Node) -> str:
    declared = {}
    for holder in graph.objects(source, SH.prefixes):
        for above in (holder, *graph.transitive_objects(holder, rdflib.OWL.imports)):
            for declaration in graph.objects(above, SH.declare):
                prefix, space = (
                    only(graph, declaration, SH.prefix),
                    only(graph, declaration, SH.namespace),
                )
                declared[str(prefix)] = str(space)
    return "".join(f"PREFIX {prefix}: <{space}>\n" for prefix, space in sorted(declared.items()))


# ---- the text


def _rewritten(text: str, source: Node, way: str, nodes: Sequence[str]) -> str:
    # A comment ends with its line, and a line may not end where the query does.
    parts = [("", "\n")]
    for found in _TOKEN.finditer(text):
        if found.lastgroup != "gap":
            parts.append((found.lastgroup or "", found.group()))
        elif parts[-1][0] != "gap":
            parts.append(("gap", " "))
    if any(HOLE in part for _, part in parts):
        raise ValidationFailed(
            f"The query of {source} has a text with a line #focus#: break it up."
        )
    for number, (kind, part) in enumerate(parts):
        if kind == "word" and part.upper() in _NEVER:
            raise ValidationFailed(
                f"The query of {source} uses {part.upper()}, which a rule must not: say it with "
                "patterns, FILTER and EXISTS."
            )
        if kind == "word" and part.upper() == "SELECT" and not _selects_this(parts, number):
            raise ValidationFailed(
                f"A query within the query of {source} does not select $this: name it first."
            )
        if kind == "variable" and part[1:] in _PREBOUND:
            raise ValidationFailed(f"The query of {source} uses {part}, which is not bound here.")
    return "".join(_with_way(parts, way, nodes))


_Tokens = list[tuple[str, str]]


def _beside(parts: _Tokens, number: int, step: int) -> str:
    """Find the next part, or the one before, in capitals."""
    number += step
    while parts[number][0] == "gap":
        number += step
    return parts[number][1].upper()


def _selects_this(parts: _Tokens, number: int) -> bool:
    brackets = 0
    for kind, part in parts[number:]:
        brackets += (part == "(") - (part == ")")
        if part == "{":
            break
        if kind == "variable" and part[1:] == "this" and not brackets:
            return True
    return False


def _with_way(parts: _Tokens, way: str, nodes: Sequence[str]) -> Iterator[str]:
    this = f"?{nodes[-1]}"
    every = " ".join(f"?{node}" for node in nodes)
    listing = False  # in the clause of SELECT or of GROUP BY, where $this means all the nodes
    brackets = 0
    exists: list[bool] = []  # for each open group, whether it is within an EXISTS
    for number, (kind, part) in enumerate(parts):
        word = part.upper() if kind == "word" else ""
        if word in ("SELECT", "BY"):
            listing = True
            distinct = _beside(parts, number, 1) in ("DISTINCT", "REDUCED")
            yield part if word == "BY" or distinct else "SELECT DISTINCT"
        elif kind == "variable":
            if part[1:] == "this":
                yield every if listing and not brackets else this
            else:
                yield f"?u_{part[1:]}"
        elif part == "{":
            listing = False
            before = _beside(parts, number, -1)
            within = bool(exists and exists[-1]) or before == "EXISTS"
            exists.append(within)
            after = _beside(parts, number, 1)
            needed = before != "OPTIONAL" or _mentioned_in_brackets(parts, number)
            yield f"{{ {way} " if needed and not within and after != "SELECT" else "{"
        else:
            brackets += (part == "(") - (part == ")")
            if word in ("WHERE", "HAVING", "ORDER", "LIMIT", "OFFSET") or part == "}":
                listing = False
            if part == "}":
                exists.pop()
            yield part


def _mentioned_in_brackets(parts: _Tokens, start: int) -> bool:
    depth = brackets = 0
    for kind, part in parts[start:]:
        depth += (part == "{") - (part == "}")
        brackets += (part == "(") - (part == ")")
        if depth == 0:
            return False
        if kind == "variable" and part[1:] == "this" and brackets:
            return True
    return False
