"""Cycles, orphans, hubs and what others need, by networkx as the second opinion."""

from itertools import pairwise

import networkx as nx
from hypothesis import given

from isogloss.lineage.cut_out import cut_out
from isogloss.lineage.shape import circles, critical, hubs, orphans
from isogloss.lineage.whole import Whole, whole_of
from isogloss.model.lineage import Link
from isogloss.model.lineage_answers import Critical
from isogloss.model.rdf import Iri
from tests.lineage.searches import COLUMNS, lineages, some

B = COLUMNS[1]


def _whole(links: list[Link]) -> Whole:
    return whole_of((one.upstream, one.downstream) for one in links)


@given(lineages)
def test_groups_are_strong_components_and_lead_to_lower_ones(given_: list[Link]) -> None:
    whole = _whole(given_)
    groups = whole.groups().tolist()
    named = {
        frozenset(node for node, group in zip(whole.nodes, groups, strict=True) if group == one)
        for one in groups
    }
    graph = cut_out(given_)
    assert named == {frozenset(some) for some in nx.strongly_connected_components(graph)}
    for up, down in zip(whole.ups.tolist(), whole.downs.tolist(), strict=True):
        assert groups[down] <= groups[up]


@given(lineages)
def test_a_node_is_in_one_circle_just_when_it_is_on_a_cycle(given_: list[Link]) -> None:
    graph = cut_out(given_, COLUMNS)
    found = circles(_whole(given_))
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
    whole = _whole(given_)
    expected = [one for one in circles(whole) if not set(touching).isdisjoint(one.nodes)]
    assert circles(whole, touching) == expected


@given(lineages)
def test_a_node_is_an_orphan_or_a_hub_and_never_both(given_: list[Link]) -> None:
    whole = _whole(given_)
    found, lonely = hubs(whole), orphans(whole, COLUMNS)
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
    assert critical(_whole(given_)) == expected
    assert critical(_whole(given_), among) == [one for one in expected if one.id in among]


def test_more_nodes_are_counted_than_fit_into_memory_at_once() -> None:
    """A chain of 9,000 nodes and what comes out of its middle: 4,096 are counted at a time."""
    chain = [Iri(f"urn:n:{n:05}") for n in range(9_000)]
    found = critical(whole_of([*pairwise(chain), (chain[4_500], B)]))
    assert [(one.id, one.reach) for one in found[:2]] == [(chain[0], 9_000), (chain[1], 8_999)]
    # The last two before the end reach one and two, the middle its own end too.
    assert found[4_500] == Critical(chain[4_500], 4_500)
    assert found[4_501] == Critical(chain[4_501], 4_498)
    assert len(found) == 8_999
