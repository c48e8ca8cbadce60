"""SHACL property paths in SPARQL's notation."""

import re
from collections.abc import Iterator

import rdflib
from rdflib import RDF, SH
from rdflib.collection import Collection
from rdflib.term import Node

_SUFFIXES = {SH.zeroOrMorePath: "*", SH.oneOrMorePath: "+", SH.zeroOrOnePath: "?"}
_PREDICATES = {suffix: predicate for predicate, suffix in _SUFFIXES.items()}
_TOKEN = re.compile(r"<[^<>]*>|[()^/|*+?]")


def path_text(
    report: rdflib.Graph, shapes: rdflib.Graph, path: Node, *, bracketed: bool = False
) -> str:
    """Write a path (SHACL §2.3.1): a predicate as its bare IRI, others as SPARQL §9.1 does.

    The report copies complex paths from the shapes; where it did not, the shapes have them.
    With `bracketed`, a predicate is as SPARQL has it, too.
    """
    if isinstance(path, rdflib.URIRef) and not bracketed:
        return str(path)
    graph = report if (path, None, None) in report else shapes
    return _complex(graph, path, frozenset())


def _complex(graph: rdflib.Graph, path: Node, above: frozenset[Node]) -> str:
    if isinstance(path, rdflib.URIRef):
        return f"<{path}>"
    if path in above:
        return "…"
    above |= {path}

    def members(head: Node) -> list[str]:
        return [_complex(graph, member, above) for member in Collection(graph, head)]

    # The list counts before all else, as a path may be both.
    if (path, RDF.first, None) in graph:
        return f"({'/'.join(members(path))})"
    inverse = graph.value(path, SH.inversePath)
    if inverse is not None:
        return "^" + _complex(graph, inverse, above)
    alternatives = graph.value(path, SH.alternativePath)
    if alternatives is not None:
        return f"({'|'.join(members(alternatives))})"
    for predicate, suffix in _SUFFIXES.items():
        inner = graph.value(path, predicate)
        if inner is not None:
            return _complex(graph, inner, above) + suffix
    return str(path)


def add_path(graph: rdflib.Graph, text: str) -> Node | None:
    """Write a path as SHACL does, from what `path_text` made of it; None if that was cut."""
    if text[:1] not in ("<", "^", "("):
        return rdflib.URIRef(text)
    if _TOKEN.sub("", text):
        return None
    return _added(graph, iter([*_TOKEN.findall(text), ""]))[0]


def _added(graph: rdflib.Graph, tokens: Iterator[str]) -> tuple[Node, str]:
    """Add a path; give its node, and the token after it."""
    first = next(tokens)
    found: Node
    if first == "^":
        inner, after = _added(graph, tokens)
        return _knot(graph, SH.inversePath, inner), after
    if first == "(":
        members, kind, after = [], "/", "("
        while after != ")":
            kind = after if after == "|" else kind
            member, after = _added(graph, tokens)
            members.append(member)
        found = Collection(graph, rdflib.BNode(), members).uri
        if kind == "|":
            found = _knot(graph, SH.alternativePath, found)
    else:
        found = rdflib.URIRef(first[1:-1])
    after = next(tokens)
    while after in _PREDICATES:
        found, after = _knot(graph, _PREDICATES[after], found), next(tokens)
    return found, after


def _knot(graph: rdflib.Graph, predicate: rdflib.URIRef, inner: Node) -> Node:
    node = rdflib.BNode()
    graph.add((node, predicate, inner))
    return node
