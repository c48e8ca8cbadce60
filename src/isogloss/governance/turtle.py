"""Write Turtle that reads back as it was, literals included.

rdflib's own writer makes 1.5e+00 of 1.50E0, and of an ill-typed boolean what is no Turtle.
"""

import re
from collections.abc import Mapping
from io import BytesIO
from typing import Any

import rdflib
from rdflib import XSD
from rdflib.plugins.serializers.turtle import TurtleSerializer
from rdflib.term import Node

from isogloss.vocab import PREFIXES

_BARE = {
    XSD.boolean: re.compile(r"true|false"),
    XSD.integer: re.compile(r"0|-?[1-9][0-9]*"),
}
"""What every reader takes for just that without being told; rdflib's reads 010 as 10."""

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_SPECIAL = re.compile(r'[\\"\x00-\x1f\x7f]')


def to_turtle(graph: rdflib.Graph) -> str:
    """Write a graph, with the prefixes of the repository's table."""
    for prefix, iri in PREFIXES.items():
        graph.bind(prefix, iri)
    return _Exact(graph).written()


class _Exact(TurtleSerializer):
    """Keeps to the letters of each literal."""

    def written(self) -> str:
        """Give the text."""
        # `serialize` of the graph finds its writer by a name; this one has none.
        stream = BytesIO()
        self.serialize(stream, encoding="utf-8")
        return stream.getvalue().decode().strip() + "\n"

    def sortProperties(  # noqa: N802 - rdflib's name
        self, properties: Mapping[Any, list[Node]]
    ) -> list[Any]:
        """Order values by what is written: rdflib compares numbers, which some are not."""
        for values in properties.values():
            values.sort(key=lambda node: (isinstance(node, rdflib.BNode), str(node), _kind(node)))
        first = [known for known in self.predicateOrder if known in properties]
        return first + sorted(properties.keys() - set(first))

    def label(self, node: Node, position: int) -> str:
        """Write a term."""
        if not isinstance(node, rdflib.Literal):
            return super().label(node, position)
        text = str(node)
        if node.language is not None:
            return f"{_quoted(text)}@{node.language}"
        if node.datatype is None:
            return _quoted(text)
        bare = _BARE.get(node.datatype)
        if bare is not None and bare.fullmatch(text):
            return text
        return f"{_quoted(text)}^^{self.get_pname(node.datatype, False) or node.datatype.n3()}"


def _quoted(text: str) -> str:
    def escaped(found: re.Match[str]) -> str:
        return _ESCAPES.get(found[0]) or f"\\u{ord(found[0]):04X}"

    return f'"{_SPECIAL.sub(escaped, text)}"'


def _kind(node: Node) -> str:
    if not isinstance(node, rdflib.Literal):
        return ""
    return f"{node.datatype or ''} {node.language or ''}"
