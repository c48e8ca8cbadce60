"""What is reached agrees with networkx on the graph that the filters leave."""

from typing import NamedTuple, TypeVar
from unittest.mock import patch

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isogloss.lineage.index import Index
from isogloss.lineage.search import EVER, Search
from isogloss.model.lineage import (
    Direction,
    EdgeFilter,
    EdgeKind,
    Evidence,
    Fact,
    Link,
    Node,
    NodeFilter,
    Reached,
)
from isogloss.model.rdf import Iri
from tests.lineage.histories import JOBS, NODES, History, State, histories, nodes, states, told

UP, DOWN = Direction.UPSTREAM, Direction.DOWNSTREAM
WAYS = {"loop": (EVER, EVER), "numpy": (0, 0), "numpy for rows": (EVER, 0), "both in turn": (1, 1)}
"""The widest layer and the longest row that are the loop's."""


class Question(NamedTuple):
    starts: list[Iri]
    direction: Direction
    at: int | None
    edges: EdgeFilter
    nodes: NodeFilter
    max_hops: int | None


T = TypeVar("T")
U = TypeVar("U")


def _seldom(asked: st.SearchStrategy[T], otherwise: U) -> "st.SearchStrategy[T | U]":
    """Ask for something one time in four: all at once leave nothing to be found."""
    return st.one_of(*[st.just(otherwise)] * 3, asked)


# Either hashable, so that verdicts are kept, or not.
some = st.frozensets(nodes, max_size=4) | st.lists(nodes, max_size=4)
questions = st.builds(
    Question,
    st.lists(nodes, max_size=3),
    st.sampled_from(Direction),
    st.none() | st.integers(0, 12),
    st.builds(
        EdgeFilter,
        _seldom(st.frozensets(st.sampled_from(EdgeKind)), None),
        _seldom(st.sampled_from(Evidence), None),
        _seldom(
            st.lists(
                st.sampled_from(["DIRECT", "INDIRECT", "MASKING", "DIRECT/TRANSFORMATION", "DIR"]),
                max_size=2,
            ).map(tuple),
            (),
        ),
        _seldom(st.frozensets(st.sampled_from([*JOBS, Iri("urn:job:none")])), None),
    ),
    st.builds(
        NodeFilter,
        _seldom(st.frozensets(nodes, min_size=6) | st.lists(nodes, min_size=6), None),
        st.just(()) | some,
    ),
    st.none() | st.integers(0, 4),
)


def _asked(index: Index, question: Question, **more: int) -> Reached:
    return index.closure(
        question.starts,
        question.direction,
        at=question.at,
        edges=question.edges,
        nodes=question.nodes,
        max_hops=question.max_hops,
        max_nodes=more.get("max_nodes"),
        offset=more.get("offset", 0),
    )


def _passes(fact: Fact, edges: EdgeFilter) -> bool:
    words = [word.split("/") for word in fact.transformations]
    wanted = [asked.split("/") for asked in edges.transformations]
    return (
        (edges.kinds is None or fact.kind in edges.kinds)
        and (edges.evidence is None or fact.evidence == edges.evidence)
        and (edges.jobs is None or fact.job in edges.jobs)
        and (
            not wanted
            or any(
                word[place : place + len(asked)] == asked
                for word in words
                for asked in wanted
                for place in range(len(word))
            )
        )
    )


def _distances(state: State, question: Question) -> dict[Iri, int]:
    """Measure how far all nodes are, ignored ones and the starts included."""
    graph: nx.DiGraph[Iri] = nx.DiGraph()
    for down, fact in state:
        if _passes(fact, question.edges):
            ends = (down, fact.upstream) if question.direction is UP else (fact.upstream, down)
            graph.add_edge(*ends, hops=0 if ends[1] in question.nodes.ignored else 1)
    if question.nodes.entered is not None:
        entered = {*question.nodes.entered, *question.starts}
        graph = nx.DiGraph(graph.subgraph(entered))
    starts = set(question.starts).intersection(graph)
    if not starts:
        return {}
    away = nx.multi_source_dijkstra_path_length(graph, starts, weight="hops")
    return {node: int(hops) for node, hops in away.items()}


@pytest.mark.parametrize("way", WAYS)
@given(histories, questions)
def test_a_closure_is_what_networkx_finds(way: str, history: History, question: Question) -> None:
    true = states(history)
    state = true[min(max(true), max(true) if question.at is None else question.at)]
    away = _distances(state, question)
    most = EVER if question.max_hops is None else question.max_hops
    hidden = {*question.starts, *question.nodes.ignored}
    shown = {n: hops for n, hops in away.items() if n not in hidden and hops <= most}
    further = {n for n, hops in away.items() if n not in hidden and hops == most + 1}
    widest, longest = WAYS[way]
    with patch.multiple(Search, widest=widest, longest=longest):
        index = told(history)
        answer = _asked(index, question)
        assert _asked(index, question) == answer, "nothing was left behind"
    assert [(n.distance, n.id) for n in answer.nodes] == sorted((d, n) for n, d in shown.items())
    among = {*question.starts, *shown}
    links = [(link.downstream, Fact._make(link[1:7])) for link in answer.links]
    assert len(links) == len(set(links))
    assert set(links) == {
        (down, fact)
        for down, fact in state
        if {down, fact.upstream} <= among and _passes(fact, question.edges)
    }
    assert answer.cut_by == ("maxHops" if further else None)
    assert answer.beyond == len(further)
    passed = {n for n, hops in away.items() if n in hidden and hops <= most}
    starts = {start for start in question.starts if index.names.find(start) is not None}
    assert answer.nodes_explored == len({*shown, *further, *passed, *starts})


@given(histories, questions, st.integers(1, 4))
def test_pages_make_up_the_whole(history: History, question: Question, size: int) -> None:
    index = told(history)
    whole = _asked(index, question)
    offset = 0
    found: list[Node] = []
    links: list[Link] = []
    while True:
        page = _asked(index, question, max_nodes=size, offset=offset)
        found += page.nodes
        links += page.links
        offset += size
        left = len(whole.nodes) - len(found)
        if not left:
            break
        assert (page.cut_by, page.beyond) == ("maxNodes", left)
    assert (page.cut_by, page.beyond) == (whole.cut_by, whole.beyond)
    assert tuple(found) == whole.nodes
    assert len(links) == len(whole.links)
    assert set(links) == set(whole.links)


@given(histories, nodes, st.sampled_from(NODES))
def test_upstream_mirrors_downstream(history: History, node: Iri, other: Iri) -> None:
    index = told(history)
    below = {n.id: n.distance for n in index.closure([node], DOWN).nodes}
    above = {n.id: n.distance for n in index.closure([other], UP).nodes}
    assert below.get(other) == above.get(node)


@pytest.mark.parametrize("way", WAYS)
def test_an_edge_is_not_followed_from_the_commit_on_that_ended_it(way: str) -> None:
    widest, longest = WAYS[way]
    users = [Iri(f"urn:user:{n}") for n in range(4)]
    history = [(1, {user: [_fact("urn:source")] for user in users})]
    history += [(2 + n, {user: []}) for n, user in enumerate(users)]
    index = told(history)
    with patch.multiple(Search, widest=widest, longest=longest):
        for at in range(1, 6):
            found = index.closure([Iri("urn:source")], DOWN, at=at)
            assert [node.id for node in found.nodes] == users[at - 1 :]


def _line(length: int) -> Index:
    return told([(1, {Iri(f"urn:{n + 1}"): [_fact(f"urn:{n}")] for n in range(length)})])


def _fact(upstream: str) -> Fact:
    graph = Iri("urn:graph")
    return Fact(Iri(upstream), EdgeKind.DERIVATION, Evidence.DECLARED, (), graph)


def test_a_hub_is_searched_as_a_small_node_is() -> None:
    users = {Iri(f"urn:user:{n:04}"): [_fact("urn:hub")] for n in range(2_000)}
    more = {Iri(f"urn:last:{n:04}"): [_fact(f"urn:user:{n:04}")] for n in range(2_000)}
    index = told([(1, {**users, **more, Iri("urn:hub"): [_fact("urn:source")]})])
    found = index.closure([Iri("urn:source")], DOWN, max_nodes=2_500)
    assert [n.id for n in found.nodes] == ["urn:hub", *sorted(users), *sorted(more)[:499]]
    assert (found.cut_by, found.beyond) == ("maxNodes", 1_501)
    assert len(found.links) == 2_500
    assert (found.nodes_explored, found.edges_explored) == (4_002, 4_001)


def test_a_long_line_is_followed_to_its_end() -> None:
    assert len(_line(5_000).closure([Iri("urn:0")], DOWN).nodes) == 5_000


def test_what_fails_half_way_leaves_nothing_behind() -> None:
    class Broken(list[Iri]):
        def __contains__(self, iri: object) -> bool:
            if iri == "urn:5":
                raise RuntimeError("no answer")
            return True

    index = _line(10)
    with pytest.raises(RuntimeError, match="no answer"):
        index.closure([Iri("urn:0")], DOWN, nodes=NodeFilter(entered=Broken(NODES)))
    assert len(index.closure([Iri("urn:0")], DOWN).nodes) == 10


def test_a_collection_is_asked_about_each_node_once() -> None:
    class Counted(frozenset[Iri]):
        asked = 0

        def __contains__(self, iri: object) -> bool:
            type(self).asked += 1
            return iri != "urn:7"

    index, chosen = _line(10), NodeFilter(entered=Counted())
    for _ in range(3):
        assert len(index.closure([Iri("urn:0")], DOWN, nodes=chosen).nodes) == 6
    assert Counted.asked == 7
    # Nodes that came later are asked about when they are met.
    index.restate(2, {Iri("urn:new"): [_fact("urn:3")]})
    assert len(index.closure([Iri("urn:0")], DOWN, nodes=chosen).nodes) == 7
    assert Counted.asked == 8


def test_nothing_is_reached_from_what_is_unknown() -> None:
    answer = _line(3).closure([Iri("urn:none")], DOWN)
    assert (answer.starts, answer.nodes, answer.links) == (("urn:none",), (), ())
