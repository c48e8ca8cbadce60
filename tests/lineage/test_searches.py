"""The plain search that the questions are tested with finds what the index finds."""

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from isogloss.lineage.index import Index
from isogloss.model.lineage import Direction, Fact, Link, NodeFilter
from isogloss.model.rdf import Iri
from tests.lineage.searches import COLUMNS, lineages, nodes, searching, some


@given(lineages, some, st.sampled_from(Direction), st.none() | st.frozensets(nodes), st.booleans())
def test_the_plain_search_is_the_index(
    given_: list[Link],
    starts: list[Iri],
    direction: Direction,
    within: frozenset[Iri] | None,
    with_links: bool,
) -> None:
    facts: defaultdict[Iri, list[Fact]] = defaultdict(list)
    for one in given_:
        facts[one.downstream].append(Fact(*one[1:7]))
    index = Index()
    index.restate(1, facts)
    known = [start for start in starts if start in index]
    if not known:
        return
    kept = NodeFilter(entered=within)
    found = index.closure(known, direction, nodes=kept, with_links=with_links)
    plain = searching(given_, COLUMNS)(known, direction, within=within, with_links=with_links)
    assert found.nodes == plain.nodes
    assert set(found.links) == set(plain.links)
