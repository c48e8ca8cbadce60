"""A cut-out in GraphML, for graph tools."""

import io
from collections.abc import Mapping

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
    text = io.BytesIO()
    nx.write_graphml_xml(graph, text)
    return text.getvalue().decode()
