"""Small lineages at random, and a search of them that is as plain as can be."""

from collections.abc import Collection, Iterable

import networkx as nx
from hypothesis import strategies as st

from isogloss.lineage.cut_out import Search, cut_out
from isogloss.model.lineage import Direction, EdgeKind, Evidence, Link, Node, Reached
from isogloss.model.rdf import Iri

COLUMNS = [Iri(f"urn:column:{n}") for n in range(8)]
G = Iri("urn:graph")
JOB = Iri("urn:job")
MASKED = ("DIRECT/TRANSFORMATION/MASKING",)
TRANSFORMATIONS = [
    (),
    ("DIRECT/IDENTITY",),
    ("DIRECT/AGGREGATION",),
    MASKED,
    ("DIRECT/IDENTITY", "DIRECT/TRANSFORMATION/MASKING"),
    ("DIRECT/TRANSFORMATION/MASKING", "INDIRECT/JOIN"),
]


def link(
    downstream: Iri,
    upstream: Iri,
    transformations: tuple[str, ...] = (),
    *,
    kind: EdgeKind = EdgeKind.DERIVATION,
    evidence: Evidence = Evidence.OBSERVED,
    job: Iri | None = None,
) -> Link:
    """Make a link that is still true."""
    return Link(downstream, upstream, kind, evidence, transformations, G, job, 1, None)


nodes = st.sampled_from(COLUMNS)
links = st.builds(
    link,
    nodes,
    nodes,
    st.sampled_from(TRANSFORMATIONS),
    kind=st.sampled_from([EdgeKind.DERIVATION, EdgeKind.DERIVATION, EdgeKind.INFLUENCE]),
    evidence=st.sampled_from(Evidence),
)
lineages = st.lists(links, max_size=20)
some = st.lists(nodes, min_size=1, max_size=2, unique=True)


def searching(given: Iterable[Link], nodes: Iterable[Iri] = COLUMNS) -> Search:
    """Search links by networkx."""
    graph = cut_out(given, nodes)

    def search(
        starts: Collection[Iri],
        direction: Direction,
        *,
        within: Collection[Iri] | None = None,
        with_links: bool = True,
    ) -> Reached:
        kept = graph if within is None else graph.subgraph({*starts, *within})
        ways = kept if direction is Direction.DOWNSTREAM else kept.reverse()
        hops: dict[Iri, int] = {}
        for start in starts:
            for node, distance in nx.single_source_shortest_path_length(ways, start).items():
                hops[node] = min(distance, hops.get(node, distance))
        found = sorted((distance, node) for node, distance in hops.items())
        between = kept.subgraph(hops)
        return Reached(
            tuple(starts),
            tuple(Node(node, distance) for distance, node in found if node not in starts),
            tuple(one for arc in between.edges for one in between.edges[arc]["links"])
            if with_links
            else (),
            sequence=3,
            nodes_explored=len(found),
            edges_explored=between.number_of_edges(),
        )

    return search
