"""The graph: what goes in comes out, whole, and is still there after a restart."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isogloss.errors import StoreUnavailable
from isogloss.model.rdf import Iri, Literal, Quad, text
from isogloss.store.graph import Graph
from isogloss.store.named_graphs import CATALOGUE
from isogloss.vocab import XSD

G, H = Iri("urn:graph:g"), Iri("urn:graph:h")
A, B, P, Q = Iri("urn:a"), Iri("urn:b"), Iri("urn:p"), Iri("urn:q")

iris = st.sampled_from([A, B, Iri("urn:c"), Iri("https://mesh.example/ünï/%20x")])
# Surrogates are no Unicode scalar values, and RDF has none.
words = st.text(st.characters(exclude_categories=["Cs"]))
literals = st.one_of(
    words.map(Literal),
    words.map(lambda word: text(word, "en-gb")),
    st.integers().map(lambda number: Literal(str(number), XSD.integer)),
)
quads = st.tuples(iris, st.sampled_from([P, Q]), iris | literals, st.sampled_from([G, H])).map(
    lambda parts: Quad(*parts)
)


@given(st.frozensets(quads))
def test_what_was_applied_is_what_is_there(state: frozenset[Quad]) -> None:
    graph = Graph.open(None)
    state = graph.canonical(state)
    graph.apply(added=state, removed=[], sequence=1)
    assert frozenset(graph.quads()) == state


@given(st.frozensets(quads), st.frozensets(quads))
def test_applying_a_difference_makes_the_wanted_state(
    before: frozenset[Quad], after: frozenset[Quad]
) -> None:
    graph = Graph.open(None)
    before, after = graph.canonical(before), graph.canonical(after)
    graph.apply(added=before, removed=[], sequence=1)
    graph.apply(added=after - before, removed=before - after, sequence=2)
    assert frozenset(graph.quads()) == after
    assert graph.sequence == 2


def test_text_cannot_leave_its_literal() -> None:
    graph = Graph.open(None)
    hostile = Quad(A, P, Literal('" . } }; CLEAR ALL; INSERT DATA { GRAPH <urn:x> { \\ \n'), G)
    graph.apply(added=[hostile], removed=[], sequence=1)
    assert list(graph.quads()) == [hostile]


def test_state_survives_a_restart(tmp_path: Path) -> None:
    quad = Quad(A, P, text("ja", "de"), G)
    graph = Graph.open(tmp_path)
    graph.apply(added=[quad], removed=[], sequence=7)
    graph.close()
    again = Graph.open(tmp_path)
    assert list(again.quads()) == [quad]
    assert again.sequence == 7


def test_a_folder_in_use_is_refused_by_name(tmp_path: Path) -> None:
    graph = Graph.open(tmp_path)
    with pytest.raises(StoreUnavailable, match=str(tmp_path)):
        Graph.open(tmp_path)
    assert graph.sequence == 0


def test_a_file_where_the_folder_should_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mesh").write_text("not a folder")
    with pytest.raises(StoreUnavailable, match="choose another"):
        Graph.open(tmp_path / "mesh")


def test_the_systems_own_graphs_are_not_among_the_quads() -> None:
    graph = Graph.open(None)
    graph.apply(added=[Quad(A, P, B, CATALOGUE)], removed=[], sequence=1)
    assert list(graph.quads()) == []


def test_quads_of_one_graph_leave_the_others_out() -> None:
    graph = Graph.open(None)
    mine, other = Quad(A, P, B, G), Quad(A, P, B, H)
    graph.apply(added=[mine, other], removed=[], sequence=1)
    assert list(graph.quads([G])) == [mine]


def test_describing_an_unknown_subject_gives_nothing_about_it() -> None:
    graph = Graph.open(None)
    graph.apply(added=[Quad(A, P, B, G)], removed=[], sequence=1)
    assert graph.describe([A, B]) == {A: [Quad(A, P, B, G)], B: []}


def test_referrers_are_listed_once_although_two_graphs_say_so() -> None:
    graph = Graph.open(None)
    graph.apply(added=[Quad(A, P, B, G), Quad(A, P, B, H)], removed=[], sequence=1)
    assert graph.referrers(P, [B, A]) == {B: (A,), A: ()}


def test_the_canonical_form_is_that_of_the_store() -> None:
    graph = Graph.open(None)
    given_, kept = Literal("01", XSD.integer), Literal("1", XSD.integer)
    assert graph.canonical([Quad(A, P, given_, G)]) == {Quad(A, P, kept, G)}


def test_no_reader_sees_half_a_change(tmp_path: Path) -> None:
    """On disk, because Oxigraph in memory and on disk isolate differently."""
    graph = Graph.open(tmp_path)
    states = [[Quad(A, P, Literal(f"{n} {i}"), G) for i in range(20)] for n in range(2)]
    graph.apply(added=states[0], removed=[], sequence=1)
    torn: list[int] = []
    done = threading.Event()

    def read() -> Iterator[None]:
        while not done.is_set():
            seen = {quad.object for quad in graph.describe([A])[A]}
            whole = [{quad.object for quad in state} for state in states]
            if seen not in whole:
                torn.append(len(seen))
            yield

    def loop() -> None:
        for _ in read():
            pass

    readers = [threading.Thread(target=loop) for _ in range(2)]
    for reader in readers:
        reader.start()
    for n in range(40):
        old, new = states[n % 2], states[(n + 1) % 2]
        graph.apply(added=new, removed=old, sequence=n + 2)
    done.set()
    for reader in readers:
        reader.join()
    assert torn == []
