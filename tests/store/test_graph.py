"""The embedded graph: what goes in comes out, whole, and is still there after a restart."""

import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from isogloss.model.rdf import Iri, Literal, Quad, text
from isogloss.store.embedded import EmbeddedGraph
from isogloss.store.graph import BEGINNING, GraphChange, Mark
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


def _apply(
    graph: EmbeddedGraph,
    sequence: int,
    added: Iterable[Quad] = (),
    removed: Iterable[Quad] = (),
    cleared: Iterable[tuple[Iri, Iri, Iri]] = (),
) -> None:
    change = GraphChange(frozenset(cleared), frozenset(removed), frozenset(added))
    graph.apply(change, Mark(sequence, f"hash {sequence}"))


@given(st.frozensets(quads))
def test_what_was_applied_is_what_is_there(state: frozenset[Quad]) -> None:
    graph = EmbeddedGraph(None)
    _apply(graph, 1, added=state)
    assert frozenset(graph.quads()) == state
    assert list(graph.differences(state)) == []


@given(st.frozensets(quads), st.frozensets(quads))
def test_a_change_makes_the_wanted_state_also_when_it_comes_twice(
    before: frozenset[Quad], after: frozenset[Quad]
) -> None:
    graph = EmbeddedGraph(None)
    _apply(graph, 1, added=before)
    for _ in range(2):
        _apply(graph, 2, added=after - before, removed=before - after)
        assert frozenset(graph.quads()) == after
    assert graph.read_mark() == graph.mark == Mark(2, "hash 2")


def test_clearing_takes_out_what_the_store_has_rewritten() -> None:
    graph = EmbeddedGraph(None)
    _apply(graph, 1, added=[Quad(A, P, Literal("01", XSD.integer), G), Quad(A, Q, B, G)])
    _apply(graph, 2, cleared=[(A, P, G)], added=[Quad(A, P, Literal("2", XSD.integer), G)])
    assert set(graph.quads()) == {Quad(A, P, Literal("2", XSD.integer), G), Quad(A, Q, B, G)}


def test_a_rebuilt_graph_holds_what_it_is_given_and_nothing_else(tmp_path: Path) -> None:
    graph = EmbeddedGraph(tmp_path / "graph")
    _apply(graph, 1, added=[Quad(A, P, B, G)])
    graph.rebuild([Quad(B, P, A, H)], Mark(3, "three"))
    graph.close()
    again = EmbeddedGraph(tmp_path / "graph")
    assert list(again.quads()) == [Quad(B, P, A, H)]
    assert again.mark == Mark(3, "three")


def test_differences_name_what_lacks_and_what_is_too_much() -> None:
    graph = EmbeddedGraph(None)
    _apply(graph, 1, added=[Quad(A, P, B, G)])
    lacks, too_much = graph.differences([Quad(B, P, A, G)])
    assert "lacks <urn:b>" in lacks
    assert "has <urn:a>" in too_much


def test_text_cannot_leave_its_literal() -> None:
    graph = EmbeddedGraph(None)
    hostile = Quad(A, P, Literal('" . } }; CLEAR ALL; INSERT DATA { GRAPH <urn:x> { \\ \n'), G)
    _apply(graph, 1, added=[hostile])
    assert list(graph.quads()) == [hostile]


def test_state_survives_a_restart(tmp_path: Path) -> None:
    quad = Quad(A, P, text("ja", "de"), G)
    graph = EmbeddedGraph(tmp_path)
    _apply(graph, 7, added=[quad])
    graph.close()
    again = EmbeddedGraph(tmp_path)
    assert list(again.quads()) == [quad]
    assert again.sequence == 7


def test_a_new_graph_stands_at_the_beginning() -> None:
    assert EmbeddedGraph(None).mark == BEGINNING


def test_the_systems_own_graphs_are_not_among_the_quads() -> None:
    graph = EmbeddedGraph(None)
    _apply(graph, 1, added=[Quad(A, P, B, CATALOGUE)])
    assert list(graph.quads()) == []


def test_quads_of_one_graph_leave_the_others_out() -> None:
    graph = EmbeddedGraph(None)
    mine, other = Quad(A, P, B, G), Quad(A, P, B, H)
    _apply(graph, 1, added=[mine, other])
    assert list(graph.quads([G])) == [mine]


def test_describing_an_unknown_subject_gives_nothing_about_it() -> None:
    graph = EmbeddedGraph(None)
    _apply(graph, 1, added=[Quad(A, P, B, G)])
    assert graph.describe([A, B]) == {A: [Quad(A, P, B, G)], B: []}


def test_referrers_are_listed_once_although_two_graphs_say_so() -> None:
    graph = EmbeddedGraph(None)
    _apply(graph, 1, added=[Quad(A, P, B, G), Quad(A, P, B, H)])
    assert graph.referrers(P, [B, A]) == {B: (A,), A: ()}


def test_no_reader_sees_half_a_change(tmp_path: Path) -> None:
    """On disk, because Oxigraph in memory and on disk isolate differently."""
    graph = EmbeddedGraph(tmp_path)
    states = [[Quad(A, P, Literal(f"{n} {i}"), G) for i in range(20)] for n in range(2)]
    _apply(graph, 1, added=states[0])
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
        _apply(graph, n + 2, added=new, removed=old)
    done.set()
    for reader in readers:
        reader.join()
    assert torn == []
