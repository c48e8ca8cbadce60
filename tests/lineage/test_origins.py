"""Where values begin and come out, and that no way leaks which is said not to."""

import networkx as nx
from hypothesis import given

from isogloss.lineage.cut_out import around, cut_out, way_of
from isogloss.lineage.origins import leaks, roots
from isogloss.model.lineage import Direction, EdgeKind, Link
from isogloss.model.lineage_answers import Way
from isogloss.model.rdf import Iri
from tests.lineage.searches import COLUMNS, MASKED, lineages, link, nodes, searching, some

A, B, C, D = COLUMNS[:4]


def _open(one: Link) -> bool:
    return way_of(one) in (Way.IDENTITY, Way.VALUES)


def _told(one: Link) -> bool:
    return _open(one) and "DIRECT" in " ".join(one.transformations).replace("INDIRECT", "")


def _values(given_: list[Link]) -> "nx.DiGraph[Iri]":
    return cut_out((one for one in given_ if one.kind is EdgeKind.DERIVATION), COLUMNS)


def _roots(given_: list[Link], column: Iri) -> dict[Iri, tuple[bool, tuple[Iri, ...]]]:
    found = roots(around(searching(given_), [column], Direction.UPSTREAM), [column])
    assert found == sorted(found, key=lambda root: (root.distance, root.id))
    for root in found:
        ends = [(step.upstream, step.downstream) for step in root.chain]
        walked = [root.id, *(down for _, down in ends)]
        assert [up for up, _ in ends] == walked[:-1]
        assert walked[-1] == column
        assert root.is_masked != all(_open(step) for step in root.chain)
        assert root.leak == (() if root.is_masked else tuple(walked))
        told = all(map(_told, root.chain))
        assert root.is_unknown == (not root.is_masked and not told)
        if root.is_unknown:
            sure = cut_out(filter(_told, given_), COLUMNS)
            assert not nx.has_path(sure, root.id, column)
    return {root.id: (root.is_masked, root.leak) for root in found}


@given(lineages, nodes)
def test_every_value_has_a_root_and_no_value_reaches_one_that_does_not_come_back(
    given_: list[Link], column: Iri
) -> None:
    values = _values(given_)
    found = _roots(given_, column)
    above = {column, *nx.ancestors(values, column)}
    for node in above:
        assert ({node} | nx.ancestors(values, node)) & set(found)
    for root in found:
        assert root in above
        assert nx.ancestors(values, root) <= nx.descendants(values, root)


@given(lineages, nodes)
def test_a_root_is_masked_just_when_no_open_way_leads_from_it(
    given_: list[Link], column: Iri
) -> None:
    open_ = cut_out(filter(_open, given_), COLUMNS)
    for root, (is_masked, _) in _roots(given_, column).items():
        assert is_masked == (root != column and not nx.has_path(open_, root, column))


@given(lineages, some)
def test_a_leak_has_no_masking_and_without_one_masking_cuts_off_all_ends(
    given_: list[Link], columns: list[Iri]
) -> None:
    found, ends = leaks(around(searching(given_), columns, Direction.DOWNSTREAM), columns)
    values, open_ = _values(given_), cut_out(filter(_open, given_), COLUMNS)
    below = set().union(*(nx.descendants(values, column) for column in columns)) - set(columns)
    out = {n for n in below if nx.descendants(values, n) <= nx.ancestors(values, n)}
    assert ends == len(out)
    told = cut_out(filter(_told, given_), COLUMNS)
    shortest = {
        end: (
            min(
                len(nx.shortest_path(graph, column, end))
                for column in columns
                if nx.has_path(graph, column, end)
            ),
            graph is open_,
        )
        # Of those ways of which all is told, if there is one.
        for graph in (open_, told)
        for end in out
        if any(nx.has_path(graph, column, end) for column in columns)
    }
    assert {leak.end: (len(leak.path), leak.is_unknown) for leak in found} == shortest
    for leak in found:
        assert nx.is_path(open_, leak.path)
        assert leak.path[0] in columns
        assert leak.path[-1] == leak.end


def test_a_column_that_comes_from_nothing_is_its_own_root() -> None:
    assert _roots([link(B, A, kind=EdgeKind.INFLUENCE)], B) == {B: (False, (B,))}


def test_one_open_way_beside_a_masked_one_leaks_and_is_named() -> None:
    given_ = [link(B, A, MASKED), link(D, B), link(C, A), link(D, C)]
    assert _roots(given_, D) == {A: (False, (A, C, D))}
    ((leak,), ends) = leaks(around(searching(given_), [A], Direction.DOWNSTREAM), [A])
    assert (leak.end, leak.path, ends) == (D, (A, C, D), 1)


def test_two_edges_between_two_columns_leak_unless_both_mask() -> None:
    both = [link(B, A, MASKED), link(B, A, ("DIRECT/IDENTITY",))]
    assert leaks(around(searching(both), [A], Direction.DOWNSTREAM), [A])[0]
    assert not leaks(around(searching(both[:1]), [A], Direction.DOWNSTREAM), [A])[0]


def test_what_nobody_told_is_neither_masked_nor_clean() -> None:
    given_ = [link(B, A), link(C, B, ("DIRECT/IDENTITY",))]
    ((leak,), ends) = leaks(around(searching(given_), [A], Direction.DOWNSTREAM), [A])
    assert (leak.path, leak.is_unknown, ends) == ((A, B, C), True, 1)
    # A way of which all is told is the one that is named, though it is longer.
    given_ += [link(D, A, ("DIRECT/IDENTITY",)), link(C, D, ("DIRECT/AGGREGATION",))]
    given_ += [link(C, A)]
    ((leak,), ends) = leaks(around(searching(given_), [A], Direction.DOWNSTREAM), [A])
    assert (leak.path, leak.is_unknown, ends) == ((A, D, C), False, 1)


def test_where_columns_are_not_resolved_values_may_come_out() -> None:
    table = Iri("urn:table")
    masked = around(searching([link(B, A, MASKED)]), [A], Direction.DOWNSTREAM)
    assert leaks(masked, [A], {B: {table}}) == ([], 1)
    ((leak,), ends) = leaks(masked, [A], {A: {table}})
    assert (leak.path, leak.is_unknown, ends) == ((A, table), True, 2)


def test_what_is_copied_and_masked_further_on_does_not_leak() -> None:
    given_ = [link(B, A), link(C, B, MASKED), link(D, C)]
    assert leaks(around(searching(given_), [A], Direction.DOWNSTREAM), [A]) == ([], 1)
