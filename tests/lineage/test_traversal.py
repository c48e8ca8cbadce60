"""Lineage keeps its laws, and agrees with SPARQL property paths and networkx."""

from collections.abc import Iterable

import networkx as nx
import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isogloss.errors import InvalidArgument, NotFound
from isogloss.lineage.graphs import LineageIndex
from isogloss.lineage.traversal import paths, reach
from isogloss.model.lineage import Direction, Edge, EdgeKind, Level, Lineage, Paths
from isogloss.model.rdf import Iri
from isogloss.vocab import PROV

UP, DOWN = Direction.UPSTREAM, Direction.DOWNSTREAM
COLUMNS = [Iri(f"urn:column:{n}") for n in range(8)]
DATASETS = [Iri(f"urn:dataset:{n}") for n in range(3)]
PRODUCTS = [Iri(f"urn:product:{n}") for n in range(2)]
G = Iri("urn:graph")

nodes = st.sampled_from(COLUMNS)
kinds = st.sampled_from([EdgeKind.DERIVATION, EdgeKind.INFLUENCE])
edges = st.builds(Edge, nodes, nodes, kinds, st.just((G,)))
graphs = st.lists(edges, max_size=20)


def _index(column_edges: Iterable[Edge], **parts: Iterable[Edge]) -> LineageIndex:
    return LineageIndex.build(
        sequence=3,
        column_edges=column_edges,
        dataset_edges=parts.get("dataset_edges", ()),
        # Columns 0-2 are of dataset 0, 3-5 of 1, 6-7 of 2; product 0 outputs datasets 0 and 1.
        dataset_of={column: DATASETS[n // 3] for n, column in enumerate(COLUMNS)},
        products_of={
            DATASETS[0]: [PRODUCTS[0]],
            DATASETS[1]: [PRODUCTS[0]],
            DATASETS[2]: [PRODUCTS[1]],
        },
        consumptions=parts.get("consumptions", ()),
    )


def _reach(
    index: LineageIndex,
    of: Iri,
    direction: Direction,
    level: Level = Level.COLUMN,
    max_hops: int = 100,
    max_nodes: int = 100,
) -> Lineage:
    return reach(index, of, direction, level=level, max_hops=max_hops, max_nodes=max_nodes)


def _paths(
    index: LineageIndex, source: Iri, target: Iri, max_paths: int = 1000, max_hops: int = 100
) -> Paths:
    return paths(index, source, target, level=Level.COLUMN, max_paths=max_paths, max_hops=max_hops)


def _distances(lineage: Lineage) -> dict[Iri, int]:
    return {node.id: node.distance for node in lineage.nodes}


@given(graphs, nodes)
def test_upstream_mirrors_downstream(given_: list[Edge], start: Iri) -> None:
    index = _index(given_)
    for other, hops in _distances(_reach(index, start, UP)).items():
        assert _distances(_reach(index, other, DOWN))[start] == hops


@given(graphs, nodes)
def test_agrees_with_the_sparql_property_path(given_: list[Edge], start: Iri) -> None:
    store = ox.Store()
    for edge in given_:
        ends = ox.NamedNode(edge.downstream), ox.NamedNode(edge.upstream)
        store.add(ox.Quad(ends[0], ox.NamedNode(PROV.wasDerivedFrom), ends[1]))
    rows = store.query(
        "SELECT DISTINCT ?start ?source WHERE { ?start <http://www.w3.org/ns/prov#wasDerivedFrom>+ "
        "?source }",
        substitutions={ox.Variable("start"): ox.NamedNode(start)},
    )
    assert isinstance(rows, ox.QuerySolutions)
    # On a cycle the path comes back to its start, which is no source of itself here.
    expected = {row["source"].value for row in rows} - {start}
    assert set(_distances(_reach(_index(given_), start, UP))) == expected


@given(graphs, nodes, st.integers(1, 6))
def test_more_hops_never_lose_a_node(given_: list[Edge], start: Iri, hops: int) -> None:
    index = _index(given_)
    fewer = _distances(_reach(index, start, UP, max_hops=hops))
    more = _distances(_reach(index, start, UP, max_hops=hops + 1))
    assert fewer.items() <= more.items()


@given(graphs, nodes, st.integers(1, 4), st.integers(1, 4))
def test_an_answer_is_complete_when_no_limit_cut_it(
    given_: list[Edge], start: Iri, hops: int, most: int
) -> None:
    index = _index(given_)
    whole = _reach(index, start, UP)
    cut = _reach(index, start, UP, max_hops=hops, max_nodes=most)
    assert whole.complete
    assert cut.complete == (cut.nodes == whole.nodes)
    assert cut.nodes == whole.nodes[: len(cut.nodes)]
    assert len(cut.nodes) <= most
    assert all(node.distance <= hops for node in cut.nodes)


@given(graphs, nodes)
def test_the_edges_shown_are_all_those_between_the_nodes_shown(
    given_: list[Edge], start: Iri
) -> None:
    found = _reach(_index(given_), start, UP)
    shown = {start, *_distances(found)}
    assert set(found.edges) == {e for e in given_ if {e.downstream, e.upstream} <= shown}


@given(graphs, nodes, nodes)
def test_paths_are_those_of_networkx(given_: list[Edge], source: Iri, target: Iri) -> None:
    graph: nx.DiGraph[Iri] = nx.DiGraph((edge.upstream, edge.downstream) for edge in given_)
    graph.add_nodes_from(COLUMNS)
    expected = (
        []
        if source == target
        else sorted(
            (tuple(path) for path in nx.all_simple_paths(graph, source, target)),
            key=lambda path: (len(path), path),
        )
    )
    found = _paths(_index(given_), source, target)
    assert list(found.paths) == expected
    assert found.complete


@given(graphs, st.sampled_from(DATASETS), st.sampled_from(DATASETS))
def test_paths_between_datasets_are_those_between_their_columns(
    given_: list[Edge], source: Iri, target: Iri
) -> None:
    index = _index(given_)
    expected = {
        path
        for start in index.expand(source, Level.COLUMN)
        for end in index.expand(target, Level.COLUMN)
        for path in _paths(index, start, end).paths
    }
    found = _paths(index, source, target).paths
    assert list(found) == sorted(expected, key=lambda path: (len(path), path))


@given(graphs, nodes, nodes, st.integers(1, 3), st.integers(1, 3))
def test_cut_paths_are_the_first_of_all(
    given_: list[Edge], source: Iri, target: Iri, most: int, hops: int
) -> None:
    index = _index(given_)
    whole = _paths(index, source, target).paths
    within = [path for path in whole if len(path) - 1 <= hops]
    found = _paths(index, source, target, max_paths=most, max_hops=hops)
    assert list(found.paths) == within[:most]
    assert found.complete == (len(found.paths) == len(whole))


@given(graphs)
def test_dataset_edges_are_the_column_edges_lifted(given_: list[Edge]) -> None:
    index = _index(given_)
    parent = {column: DATASETS[n // 3] for n, column in enumerate(COLUMNS)}
    lifted = {(parent[e.upstream], parent[e.downstream]) for e in given_}
    expected = {(u, d) for u, d in lifted if u != d}
    assert set(index.graphs[Level.DATASET].edges) == expected


def test_one_derivation_makes_the_dataset_edge_a_derivation() -> None:
    index = _index(
        [
            Edge(COLUMNS[3], COLUMNS[0], EdgeKind.INFLUENCE, (G,)),
            Edge(COLUMNS[4], COLUMNS[0], EdgeKind.DERIVATION, (G,)),
        ]
    )
    (edge,) = _reach(index, DATASETS[1], UP, Level.DATASET).edges
    assert edge.kind is EdgeKind.DERIVATION
    assert edge.through == (COLUMNS[0], COLUMNS[3], COLUMNS[4])


def test_what_two_sources_say_of_one_edge_is_united() -> None:
    other = Iri("urn:other")
    index = _index(
        [
            Edge(COLUMNS[1], COLUMNS[0], EdgeKind.DERIVATION, (G,), ("DIRECT/IDENTITY",)),
            Edge(COLUMNS[1], COLUMNS[0], EdgeKind.DERIVATION, (other,), ("DIRECT/AGGREGATION",)),
        ]
    )
    (edge,) = _reach(index, COLUMNS[1], UP).edges
    assert edge.graphs == (G, other)
    assert edge.transformations == ("DIRECT/AGGREGATION", "DIRECT/IDENTITY")


def test_a_declared_consumption_stays_apart_from_an_observed_derivation() -> None:
    index = _index(
        [Edge(COLUMNS[6], COLUMNS[0], EdgeKind.DERIVATION, (G,))],
        consumptions=[
            Edge(PRODUCTS[1], PRODUCTS[0], EdgeKind.CONSUMPTION, (G,), through=(Iri("urn:port"),))
        ],
    )
    found = _reach(index, PRODUCTS[1], UP, Level.PRODUCT)
    assert [edge.kind for edge in found.edges] == [EdgeKind.CONSUMPTION, EdgeKind.DERIVATION]


def test_a_product_that_outputs_nothing_yet_is_known() -> None:
    idea = Iri("urn:product:idea")
    index = LineageIndex.build(
        sequence=1,
        column_edges=(),
        dataset_edges=(),
        dataset_of={},
        products_of={},
        consumptions=(),
        products=[idea],
    )
    assert _reach(index, idea, UP, Level.PRODUCT).starts == (idea,)
    assert _reach(index, idea, UP, Level.COLUMN).starts == ()


def test_a_question_may_start_at_another_level_than_it_is_answered() -> None:
    index = _index([Edge(COLUMNS[6], COLUMNS[0], EdgeKind.DERIVATION, (G,))])
    assert _reach(index, PRODUCTS[1], UP).starts == (COLUMNS[6], COLUMNS[7])
    assert _reach(index, COLUMNS[6], UP, Level.PRODUCT).starts == (PRODUCTS[1],)
    assert _reach(index, DATASETS[2], UP, Level.DATASET).starts == (DATASETS[2],)
    assert set(_distances(_reach(index, DATASETS[2], UP))) == {COLUMNS[0]}


def test_a_node_without_edges_is_found_and_comes_from_nothing() -> None:
    found = _reach(_index([]), COLUMNS[0], UP)
    assert (found.nodes, found.edges, found.complete, found.sequence) == ((), (), True, 3)


@pytest.mark.parametrize("level", Level)
def test_an_unknown_node_is_refused(level: Level) -> None:
    with pytest.raises(NotFound, match="urn:nobody"):
        _reach(_index([]), Iri("urn:nobody"), UP, level)


@pytest.mark.parametrize(("max_hops", "max_nodes"), [(0, 1), (1001, 1), (1, 0)])
def test_a_limit_beyond_reason_is_refused_with_the_range(max_hops: int, max_nodes: int) -> None:
    with pytest.raises(InvalidArgument, match="from 1 to"):
        _reach(_index([]), COLUMNS[0], UP, max_hops=max_hops, max_nodes=max_nodes)


def test_nodes_that_did_not_fit_are_the_farthest_and_then_the_last_by_iri() -> None:
    index = _index(
        [
            Edge(COLUMNS[1], COLUMNS[0], EdgeKind.DERIVATION),
            Edge(COLUMNS[2], COLUMNS[0], EdgeKind.DERIVATION),
            # The first of the near ones leads to the last of the far ones.
            Edge(COLUMNS[4], COLUMNS[1], EdgeKind.DERIVATION),
            Edge(COLUMNS[3], COLUMNS[2], EdgeKind.DERIVATION),
        ]
    )
    found = _reach(index, COLUMNS[0], DOWN, max_nodes=3)
    assert [node.id for node in found.nodes] == COLUMNS[1:4]
    assert found.truncated_by == "maxNodes=3"


def test_the_first_paths_by_iri_are_found_without_walking_all() -> None:
    """A ladder of 20 rungs has 2^20 paths; only three are looked for."""
    rungs = [Iri(f"urn:rung:{n:02}:{side}") for n in range(21) for side in "ab"]
    ladder = [
        Edge(rungs[2 * n + 2 + below], rungs[2 * n + above], EdgeKind.DERIVATION)
        for n in range(20)
        for above in range(2)
        for below in range(2)
    ]
    index = LineageIndex.build(
        sequence=1,
        column_edges=ladder,
        dataset_edges=(),
        dataset_of=dict.fromkeys(rungs, DATASETS[0]),
        products_of={},
        consumptions=(),
    )
    found = _paths(index, rungs[0], rungs[-1], max_paths=3)
    left = rungs[0:-2:2]
    assert found.paths == tuple(
        (*left[:-2], *turn, rungs[-1])
        for turn in (rungs[36:40:2], (rungs[36], rungs[39]), (rungs[37], rungs[38]))
    )
    assert found.truncated_by == "maxPaths=3"
