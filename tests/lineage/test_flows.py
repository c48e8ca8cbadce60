"""Flows gather every edge once, and terms spread as the plain rule says."""

from collections import Counter
from collections.abc import Iterable
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isogloss.lineage.flows import flows, joins, treatment_of
from isogloss.lineage.index import Index
from isogloss.meaning.spreading import spread, whence
from isogloss.model.lineage import EdgeKind, Evidence, Fact
from isogloss.model.rdf import Iri
from isogloss.model.verdicts import End, Treatment

SPACES = [("urn:a:", Iri("urn:a")), ("urn:b:", Iri("urn:b")), ("urn:a:x:", Iri("urn:ax"))]
COLUMNS = [Iri(f"urn:{space}:{n}") for space in ("a", "b", "a:x", "c") for n in range(4)]
TERMS = [Iri(f"urn:t:{n}") for n in range(3)]
HOW = [
    (EdgeKind.DERIVATION, ("DIRECT/IDENTITY",)),
    (EdgeKind.DERIVATION, ("DIRECT/IDENTITY", "INDIRECT/JOIN")),
    (EdgeKind.DERIVATION, ("DIRECT/IDENTITY", "DIRECT/TRANSFORMATION")),
    (EdgeKind.DERIVATION, ("DIRECT/AGGREGATION", "INDIRECT/JOIN")),
    (EdgeKind.DERIVATION, ()),
    (EdgeKind.INFLUENCE, ("INDIRECT/JOIN",)),
    (EdgeKind.INFLUENCE, ("INDIRECT/FILTER",)),
]
EDGES = st.dictionaries(
    st.tuples(st.sampled_from(COLUMNS), st.sampled_from(COLUMNS)).filter(lambda e: e[0] != e[1]),
    st.sampled_from(HOW),
    max_size=40,
)
ASSERTED = st.dictionaries(
    st.sampled_from(COLUMNS), st.frozensets(st.sampled_from(TERMS), min_size=1), max_size=6
)


def _index(edges: dict[tuple[Iri, Iri], tuple[EdgeKind, tuple[str, ...]]]) -> Index:
    facts: dict[Iri, list[Fact]] = {}
    for (down, up), (kind, words) in edges.items():
        fact = Fact(up, kind, Evidence.DECLARED, words, Iri("urn:g"), None)
        facts.setdefault(down, []).append(fact)
    index = Index()
    index.restate(1, facts)
    return index


def _home(column: Iri) -> Iri | None:
    fitting = [(len(space), home) for space, home in SPACES if column.startswith(space)]
    return max(fitting)[1] if fitting else None


@given(EDGES, ASSERTED)
def test_flows_are_those_that_one_counts_edge_by_edge(
    edges: dict[tuple[Iri, Iri], tuple[EdgeKind, tuple[str, ...]]],
    asserted: dict[Iri, frozenset[Iri]],
) -> None:
    found = flows(_index(edges), asserted, SPACES)
    known = {column for edge in edges for column in edge}
    asserted = {column: terms for column, terms in asserted.items() if column in known}
    copies = [pair for pair, how in edges.items() if treatment_of(*how) is Treatment.COPY]
    terms = spread(copies, asserted)
    assert {c: set(found.terms.of(c)) for c in known} == {c: set(terms.get(c, ())) for c in known}

    def end(column: Iri) -> End:
        return End(tuple(sorted(terms.get(column, ()))), _home(column))

    wanted = Counter(
        (end(up), end(down), treatment)
        for (down, up), how in edges.items()
        if (treatment := treatment_of(*how))
    )
    values = [flow for flow in found.found if flow.treatment is not Treatment.JOIN]
    assert {(f.upstream, f.downstream, f.treatment): f.count for f in values} == wanted
    for flow in values:
        assert end(flow.upstream_column) == flow.upstream
        assert end(flow.downstream_column) == flow.downstream
        assert (flow.downstream_column, flow.upstream_column) in edges

    keys: dict[Iri, set[Iri]] = {}
    for (down, up), (_, words) in edges.items():
        if joins(words):
            keys.setdefault(down, set()).add(up)
    joined = Counter(
        (*sorted(pair, key=repr), len(ups) == 2, _home(down))
        for down, ups in keys.items()
        for pair in [*combinations({end(up) for up in ups}, 2), *_nameless(map(end, ups))]
    )
    assert {
        (*sorted((f.upstream, f.downstream), key=repr), f.is_pair, f.made_in): f.count
        for f in found.found
        if f.treatment is Treatment.JOIN
    } == joined


def _nameless(ends: Iterable[End]) -> set[tuple[End, End]]:
    """Pair ends without a term that are alike: nobody can tell whether they are one."""
    counted = Counter(ends)
    return {(end, end) for end, count in counted.items() if not end[0] and count > 1}


@given(EDGES, ASSERTED)
def test_where_a_meaning_comes_from_is_told_for_each_that_was_inferred(
    edges: dict[tuple[Iri, Iri], tuple[EdgeKind, tuple[str, ...]]],
    asserted: dict[Iri, frozenset[Iri]],
) -> None:
    copies = [pair for pair, how in edges.items() if treatment_of(*how) is Treatment.COPY]
    terms = spread(copies, asserted)
    for column in COLUMNS:
        way = whence(column, copies, asserted)
        assert bool(way) == (column in terms)
        if way:
            assert way[0] == column
            assert asserted[way[-1]] <= terms[column]
            assert all((down, up) in copies for down, up in pairwise(way))


@pytest.mark.parametrize(
    ("kind", "words", "treatment"),
    [
        (EdgeKind.DERIVATION, ("DIRECT/IDENTITY",), Treatment.COPY),
        (EdgeKind.DERIVATION, ("DIRECT/IDENTITY/MASKING",), Treatment.CHANGE),
        (EdgeKind.DERIVATION, ("DIRECT/TRANSFORMATION", "DIRECT/IDENTITY"), Treatment.CHANGE),
        (EdgeKind.DERIVATION, ("DIRECT/AGGREGATION",), Treatment.AGGREGATE),
        (EdgeKind.DERIVATION, ("DIRECT",), Treatment.UNTOLD),
        (EdgeKind.DERIVATION, (), Treatment.UNTOLD),
        (EdgeKind.INFLUENCE, ("INDIRECT/SORT",), None),
        (EdgeKind.DERIVATION, ("INDIRECT/FILTER",), None),
    ],
)
def test_how_values_are_treated(
    kind: EdgeKind, words: tuple[str, ...], treatment: Treatment | None
) -> None:
    assert treatment_of(kind, words) is treatment


@given(EDGES, ASSERTED)
def test_the_columns_that_a_flow_goes_into_are_those_of_its_edges(
    edges: dict[tuple[Iri, Iri], tuple[EdgeKind, tuple[str, ...]]],
    asserted: dict[Iri, frozenset[Iri]],
) -> None:
    found = flows(_index(edges), asserted, SPACES)
    for number, flow in enumerate(found.found):
        columns = found.columns([number])
        if flow.treatment is Treatment.JOIN:
            assert len(columns) == flow.count
            pair = {(c, flow.upstream_column) in edges for c in columns}
            assert True in pair
        else:
            assert flow.downstream_column in columns
            assert len(columns) <= flow.count
    everything = found.columns(range(len(found.found)))
    assert everything >= {down for (down, _), how in edges.items() if treatment_of(*how)}
