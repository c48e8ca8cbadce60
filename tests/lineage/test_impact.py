"""How badly a change hurts follows from the rules."""

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isogloss.lineage.cut_out import around
from isogloss.lineage.impact import impact
from isogloss.model.lineage import Direction, EdgeKind, Evidence, Link
from isogloss.model.lineage_answers import Affected, Change, ImpactSeverity, Way
from isogloss.model.rdf import Iri
from tests.lineage.searches import COLUMNS, MASKED, lineages, link, searching, some

A, B, C, D = COLUMNS[:4]
IDENTITY = ("DIRECT/IDENTITY",)
changes = st.sampled_from(Change)
SEVERITIES = list(ImpactSeverity)


def _impact(
    given_: list[Link],
    starts: list[Iri],
    change: Change,
    promised: tuple[Iri, ...] = (),
    ignored: tuple[Iri, ...] = (),
) -> dict[Iri, Affected]:
    graph = around(searching(given_), starts, Direction.DOWNSTREAM)
    found = impact(graph, starts, change, promised=promised, ignored=ignored)
    return {one.id: one for one in found}


@given(lineages, some, changes)
def test_all_that_is_downstream_is_affected_and_nothing_else(
    given_: list[Link], starts: list[Iri], change: Change
) -> None:
    graph = nx.DiGraph((one.upstream, one.downstream) for one in given_)
    graph.add_nodes_from(COLUMNS)
    below = set().union(*(nx.descendants(graph, start) for start in starts)) - set(starts)
    assert set(_impact(given_, starts, change)) == below


@given(lineages, some, changes, some)
def test_a_promise_makes_it_one_step_worse_unless_nothing_changes_yet(
    given_: list[Link], starts: list[Iri], change: Change, promised: list[Iri]
) -> None:
    before = _impact(given_, starts, change)
    for node, after in _impact(given_, starts, change, tuple(promised)).items():
        steps = SEVERITIES.index(before[node].severity) - SEVERITIES.index(after.severity)
        assert steps == (node in promised and change is not Change.DEPRECATE)


@given(lineages, some, changes, st.sampled_from(COLUMNS), st.sampled_from(COLUMNS))
def test_masking_an_edge_more_never_makes_anything_worse(
    given_: list[Link], starts: list[Iri], change: Change, down: Iri, up: Iri
) -> None:
    plain = _impact([*given_, link(down, up, IDENTITY)], starts, change)
    hidden = _impact([*given_, link(down, up, MASKED)], starts, change)
    for node, one in plain.items():
        assert SEVERITIES.index(one.severity) <= SEVERITIES.index(hidden[node].severity)


@given(lineages, some)
def test_to_drop_is_never_better_than_to_rename_nor_that_than_to_deprecate(
    given_: list[Link], starts: list[Iri]
) -> None:
    drop, rename, deprecate = (
        _impact(given_, starts, change) for change in (Change.DROP, Change.RENAME, Change.DEPRECATE)
    )
    for node, one in rename.items():
        order = [SEVERITIES.index(by[node].severity) for by in (drop, rename, deprecate)]
        assert order == sorted(order), one


@given(lineages, some, changes, some)
def test_ignored_nodes_are_seen_through(
    given_: list[Link], starts: list[Iri], change: Change, ignored: list[Iri]
) -> None:
    kept = tuple(set(ignored) - set(starts))
    whole = _impact(given_, starts, change)
    found = _impact(given_, starts, change, ignored=kept)
    assert set(found) == set(whole) - set(kept)
    for node, one in found.items():
        assert one.way is whole[node].way
        assert one.distance <= whole[node].distance
        # To see through a node makes nothing else next to what is changed.
        assert one.severity is whole[node].severity


def test_what_is_behind_an_ignored_node_is_not_next_to_what_is_changed() -> None:
    found = _impact([link(B, A), link(C, B)], [A], Change.DROP, ignored=(B,))
    assert (found[C].distance, found[C].severity) == (1, ImpactSeverity.MEDIUM)


@pytest.mark.parametrize(
    ("change", "near", "far"),
    [
        # By identity, by values, masked, by influence; next to it and one hop further.
        (Change.DROP, "HIGH HIGH HIGH HIGH", "MEDIUM MEDIUM MEDIUM MEDIUM"),
        (Change.RENAME, "HIGH HIGH HIGH HIGH", "LOW LOW LOW LOW"),
        (Change.RETYPE, "HIGH HIGH MEDIUM MEDIUM", "HIGH MEDIUM LOW LOW"),
        (Change.REDEFINE, "HIGH HIGH LOW MEDIUM", "HIGH HIGH LOW MEDIUM"),
        (Change.DEPRECATE, "LOW LOW LOW LOW", "INFO INFO INFO INFO"),
    ],
)
def test_the_rules_are_those_of_the_table(change: Change, near: str, far: str) -> None:
    edges = [
        link(B, A, IDENTITY),
        link(B, A),
        link(B, A, MASKED),
        link(B, A, kind=EdgeKind.INFLUENCE),
    ]
    found = [_impact([edge, link(C, B, IDENTITY)], [A], change) for edge in edges]
    assert [one[B].way for one in found] == [one[C].way for one in found] == list(Way)
    assert " ".join(one[B].severity.name for one in found) == near
    assert " ".join(one[C].severity.name for one in found) == far


def test_the_worse_of_two_ways_counts() -> None:
    found = _impact(
        [link(B, A, kind=EdgeKind.INFLUENCE), link(C, A), link(B, C)], [A], Change.RETYPE
    )
    # It joins by the column, and has its values over another one.
    assert (found[B].way, found[B].distance) == (Way.VALUES, 1)
    assert found[B].severity is ImpactSeverity.MEDIUM


def test_what_runs_did_comes_before_what_is_only_declared() -> None:
    declared = Evidence.DECLARED
    found = _impact([link(B, A, evidence=declared), link(C, A), link(D, B)], [A], Change.DROP)
    assert [(one.id, one.is_observed) for one in found.values()] == [
        (C, True),
        (B, False),
        (D, False),
    ]


def test_between_datasets_nothing_counts_as_masked() -> None:
    graph = around(searching([link(B, A, MASKED)]), [A], Direction.DOWNSTREAM)
    (hidden,) = impact(graph, [A], Change.REDEFINE)
    (shown,) = impact(graph, [A], Change.REDEFINE, of_wholes=True)
    assert (hidden.way, shown.way) == (Way.MASKED, Way.VALUES)
    assert (hidden.severity, shown.severity) == (ImpactSeverity.LOW, ImpactSeverity.HIGH)
