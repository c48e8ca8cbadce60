"""A cut-out in GraphML, for graph tools."""

import io
from collections.abc import Mapping
from typing import Any

import networkx as nx

from isogloss.model.rdf import Iri


def graphml(
    nodes: Mapping[Iri, Mapping[str, str | int | bool]],
    edges: Mapping[tuple[Iri, Iri], Mapping[str, str]],
) -> str:
    """Write nodes and edges with their attributes, in the order given.

    Source: http://graphml.graphdrawing.org/specification.html.
    """
    graph: nx.DiGraph[Iri] = nx.DiGraph()
    for node, attributes in nodes.items():
        graph.add_node(node, **attributes)
    for (source, target), attributes in edges.items():
        graph.add_edge(source, target, **attributes)
    writer = _Writer(prettyprint=True)
    writer.add_graph_element(graph)
    text = io.BytesIO()
    writer.dump(text)
    return text.getvalue().decode()


class _Writer(nx.GraphMLWriter):
    """Writes booleans as xs:boolean has them; networkx writes them as Python does."""

    def add_data(self, name: Any, element_type: type, value: Any, *more: Any, **named: Any) -> Any:
        if element_type is bool:
            value = str(value).lower()
        return super().add_data(name, element_type, value, *more, **named)
