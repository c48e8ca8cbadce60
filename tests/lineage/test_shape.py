"""Cycles, orphans, hubs and what others need, by networkx as the second opinion."""

from itertools import islice, pairwise

import networkx as nx
from hypothesis import given

from isogloss.lineage.cut_out import cut_out
from isogloss.lineage.shape import circles, critical, hubs, orphans
from isogloss.model.lineage import Link
from isogloss.model.lineage_answers import Critical
from isogloss.model.rdf import Iri
from tests.lineage.searches import COLUMNS, lineages, link, some

A, B, C, D = COLUMNS[:4]


@given(lineages)
def test_a_node_is_in_one_circle_just_when_it_is_on_a_cycle(given_: list[Link]) -> None:
    graph = cut_out(given_, COLUMNS)
    found = circles(graph)
    within = [node for circle in found for node in circle.nodes]
    cycles = list(nx.simple_cycles(graph))
    assert sorted(within) == sorted({node for cycle in cycles for node in cycle})
    for circle in found:
        # A shortest of those through its first node.
        assert (circle.path[0], circle.path[-1]) == (circle.nodes[0],) * 2
        assert all(graph.has_edge(*step) for step in pairwise(circle.path))
        least = min(len(cycle) for cycle in cycles if circle.nodes[0] in cycle)
        assert len(circle.path) - 1 == least


@given(lineages, some)
def test_circles_of_a_domain_are_those_that_touch_it(
    given_: list[Link], touching: list[Iri]
) -> None:
    graph = cut_out(given_, COLUMNS)
    expected = [one for one in circles(graph) if not set(touching).isdisjoint(one.nodes)]
    assert circles(graph, touching) == expected


@given(lineages)
def test_a_node_is_an_orphan_or_a_hub_and_never_both(given_: list[Link]) -> None:
    graph = cut_out(given_)
    found, lonely = hubs(graph), orphans(graph, COLUMNS)
    assert sorted([*(hub.id for hub in found), *lonely]) == COLUMNS
    assert lonely == sorted(set(COLUMNS) - {end for one in given_ for end in one[:2]})
    for hub in found:
        assert hub.upstream == len({one.upstream for one in given_ if one.downstream == hub.id})
        assert hub.downstream == len({one.downstream for one in given_ if one.upstream == hub.id})
    degrees = [hub.upstream + hub.downstream for hub in found]
    assert degrees == sorted(degrees, reverse=True)


@given(lineages, some)
def test_the_critical_are_those_with_the_most_descendants(
    given_: list[Link], among: list[Iri]
) -> None:
    graph = cut_out(given_, COLUMNS)
    reach = {node: len(nx.descendants(graph, node)) for node in COLUMNS}
    expected = [
        Critical(node, reach[node])
        for node in sorted(COLUMNS, key=lambda node: (-reach[node], node))
        if reach[node]
    ]
    assert list(critical(graph)) == expected
    assert list(critical(graph, among)) == [one for one in expected if one.id in among]


def test_the_first_critical_one_is_found_without_counting_all() -> None:
    counted: list[Iri] = []

    def count(node: Iri) -> int:
        counted.append(node)
        return {A: 3, B: 2, C: 1, D: 0}[node]

    chain = cut_out([link(B, A), link(C, B), link(D, C)])
    assert list(islice(critical(chain, reach=count), 1)) == [Critical(A, 3)]
    assert counted == [A]
