"""All ways are found, in order, once each, and those left out are counted."""

import networkx as nx
from hypothesis import given
from hypothesis import strategies as st

from isogloss.lineage.cut_out import between, cut_out, without
from isogloss.lineage.ways import ways
from isogloss.model.lineage import Link
from isogloss.model.lineage_answers import Ways
from isogloss.model.rdf import Iri
from tests.lineage.searches import COLUMNS, lineages, link, nodes, searching, some


def _ways(
    given_: list[Link],
    sources: list[Iri],
    targets: list[Iri],
    max_paths: int = 10_000,
    max_hops: int = 100,
    offset: int = 0,
) -> Ways:
    graph = between(searching(given_), sources, targets)
    return ways(graph, sources, targets, max_paths=max_paths, max_hops=max_hops, offset=offset)


def _every(given_: list[Link], sources: list[Iri], targets: list[Iri]) -> list[tuple[Iri, ...]]:
    graph = cut_out(given_, COLUMNS)
    found = {
        tuple(path)
        for source in sources
        for target in targets
        if source != target
        for path in nx.all_simple_paths(graph, source, target)
    }
    return sorted(found, key=lambda path: (len(path), path))


@given(lineages, some, some)
def test_they_are_those_of_networkx(
    given_: list[Link], sources: list[Iri], targets: list[Iri]
) -> None:
    found = _ways(given_, sources, targets)
    assert list(found.paths) == _every(given_, sources, targets)
    assert (found.more, found.is_exact, found.cut_by) == (0, True, None)


@given(lineages, some, some, st.integers(1, 3), st.integers(1, 3))
def test_those_that_follow_are_counted_or_at_least_some_of_them(
    given_: list[Link], sources: list[Iri], targets: list[Iri], most: int, hops: int
) -> None:
    every = _every(given_, sources, targets)
    found = _ways(given_, sources, targets, most, hops)
    within = [path for path in every if len(path) - 1 <= hops]
    assert list(found.paths) == within[:most]
    rest = len(every) - len(found.paths)
    assert found.more == rest if found.is_exact else 1 <= found.more <= rest
    assert found.cut_by == (
        "maxPaths" if len(within) > most else "maxHops" if len(every) > len(within) else None
    )
    if nx.is_directed_acyclic_graph(cut_out(given_)):
        assert found.is_exact


@given(lineages, some, some, st.integers(1, 4))
def test_pages_make_the_whole_without_gap_or_repetition(
    given_: list[Link], sources: list[Iri], targets: list[Iri], most: int
) -> None:
    pages: list[tuple[Iri, ...]] = []
    while (page := _ways(given_, sources, targets, most, offset=len(pages))).cut_by:
        pages.extend(page.paths)
    assert [*pages, *page.paths] == _every(given_, sources, targets)


@given(lineages, nodes, nodes, some)
def test_what_is_taken_out_is_passed_through(
    given_: list[Link], source: Iri, target: Iri, ignored: list[Iri]
) -> None:
    kept = set(ignored) - {source, target}
    bridged = without(cut_out(given_, COLUMNS), kept)
    assert kept.isdisjoint(bridged)
    whole = nx.descendants(cut_out(given_, COLUMNS), source)
    assert nx.descendants(bridged, source) == whole - kept


def test_the_first_by_iri_are_found_without_walking_all_and_all_are_counted() -> None:
    """A ladder of 60 rungs has 2^60 ways, every second of which ends at the last left rung."""
    rungs = [Iri(f"urn:rung:{n:02}:{side}") for n in range(61) for side in "ab"]
    ladder = [
        link(rungs[2 * n + 2 + below], rungs[2 * n + above])
        for n in range(60)
        for above in range(2)
        for below in range(2)
    ]
    graph = between(searching(ladder, rungs), rungs[:1], rungs[-1:])
    found = ways(graph, rungs[:1], rungs[-1:], max_paths=3, max_hops=100)
    left = rungs[0:-2:2]
    assert found.paths == tuple(
        (*left[:-2], *turn, rungs[-1])
        for turn in (rungs[116:120:2], (rungs[116], rungs[119]), (rungs[117], rungs[118]))
    )
    assert (found.more, found.is_exact) == (2**59 - 3, True)


def test_a_cycle_on_the_way_makes_the_count_a_bound() -> None:
    a, b, c, d = COLUMNS[:4]
    there_and_back = [link(b, a), link(c, b), link(b, c), link(d, c), link(d, b), link(c, a)]
    found = _ways(there_and_back, [a], [d], 1)
    assert found.paths == ((a, b, d),)
    # a c d, a b c d and a c b d follow; the last one comes back to b, which is next to a.
    assert (found.more, found.is_exact) == (2, False)
