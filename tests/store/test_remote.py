"""The remote graph on real servers: what goes in comes out whole, or an error says otherwise."""

import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from isogloss.errors import StoreUnavailable
from isogloss.model.rdf import Iri, Literal, Quad, text
from isogloss.model.sparql import SparqlServer
from isogloss.store import updates
from isogloss.store.graph import BEGINNING, GraphChange, Mark
from isogloss.store.named_graphs import CATALOGUE, MARK
from isogloss.store.remote import RemoteGraph
from isogloss.vocab import RDF, XSD
from tests.sparql_servers import ENGINES, running

G, H = Iri("urn:graph:g"), Iri("urn:graph:h")
A, B, P, Q = Iri("urn:a"), Iri("urn:b"), Iri("urn:p"), Iri("urn:q")

HOSTILE = [
    '" . } }; CLEAR ALL; INSERT DATA { GRAPH <urn:x> { \\ \n',
    "'''\"\"\" \\u0041 ?x $y { } ) { } %s {0} \t\r\n",
    "\x00\x01\x1f\x7f\x85\u2028\ufeff\ufffe😀é",
    "",
]

iris = st.sampled_from([A, B, Iri("urn:c"), Iri("https://mesh.example/ünï/%20x?a=1&b='#)")])
# Surrogates are no Unicode scalar values, and RDF has none.
words = st.text(st.characters(exclude_categories=["Cs"])) | st.sampled_from(HOSTILE)
literals = st.one_of(
    words.map(Literal),
    words.map(lambda word: text(word, "en-gb")),
    words.map(lambda word: Literal(word, Iri("urn:datatype"))),
    st.integers().map(lambda number: Literal(str(number), XSD.integer)),
    st.sampled_from(["P1D", "", "x"]).map(lambda form: Literal(form, XSD.duration)),
)
quads = st.tuples(iris, st.sampled_from([P, Q]), iris | literals, st.sampled_from([G, H])).map(
    lambda parts: Quad(*parts)
)
few = settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="session", params=ENGINES)
def server(
    request: pytest.FixtureRequest, server_of: Callable[[str], SparqlServer]
) -> SparqlServer:
    return server_of(request.param)


@pytest.fixture
def graph(server: SparqlServer) -> Iterator[RemoteGraph]:
    graph = RemoteGraph(server)
    graph.rebuild([], BEGINNING)
    yield graph
    graph.close()


def _apply(
    graph: RemoteGraph,
    sequence: int,
    added: Iterable[Quad] = (),
    removed: Iterable[Quad] = (),
    cleared: Iterable[tuple[Iri, Iri, Iri]] = (),
) -> None:
    change = GraphChange(frozenset(cleared), frozenset(removed), frozenset(added))
    graph.apply(change, Mark(sequence, f"hash {sequence}"))


def _key(quad: Quad) -> tuple[Iri, Iri, Iri]:
    return quad.subject, quad.predicate, quad.graph


# -- what goes in comes out


@few
@given(st.frozensets(quads), st.frozensets(quads))
def test_a_change_makes_the_wanted_state_also_when_it_comes_twice(
    graph: RemoteGraph, before: frozenset[Quad], after: frozenset[Quad]
) -> None:
    graph.rebuild(before, Mark(1, "hash 1"))
    assert frozenset(graph.quads()) == before
    cleared = {_key(quad) for quad in before - after if isinstance(quad.object, Literal)}
    back = {quad for quad in after if quad in before and _key(quad) in cleared}
    for _ in range(2):
        _apply(graph, 2, (after - before) | back, before - after, cleared)
        assert frozenset(graph.quads()) == after
    assert graph.read_mark() == graph.mark == Mark(2, "hash 2")
    assert list(graph.differences(after)) == []


@few
@given(st.frozensets(quads, min_size=1, max_size=5))
def test_a_large_graph_is_loaded_as_a_document_with_the_same_terms(
    graph: RemoteGraph, some: frozenset[Quad]
) -> None:
    in_one = {quad._replace(graph=G) for quad in some}
    rest = {Quad(A, Q, Literal(f"of {number}"), G) for number in range(600)}
    graph.rebuild(in_one | rest, BEGINNING)
    assert frozenset(graph.quads()) == in_one | rest


@pytest.mark.parametrize(
    ("datatype", "forms"),
    [
        ("integer", ["01", "+1", "", "x", "1.0", "9223372036854775808", "9" * 30]),
        ("int", ["01", "1", "x"]),
        ("nonNegativeInteger", ["5", "x", "-1"]),
        ("decimal", ["1.50", "x", "1." + "3" * 30]),
        (
            "double",
            ["1", "1234567.5", "1e22", "1.5E3", "INF", "NaN", "x", "0.30000000000000004", "5e-324"],
        ),
        ("float", ["1.1", "x", "16777217"]),
        ("boolean", ["true", "0", "x"]),
        ("dateTime", ["2020-01-01T00:00:00.1230+05:00", "-0044-01-01T00:00:00Z", "x"]),
        (
            "dateTime",
            ["2020-01-01T24:00:00Z", "2020-01-01T00:00:00.123456789Z", "2020-01-01T00:00:00-00:00"],
        ),
        ("date", ["2020-01-01", "2020-01-01+05:00", "-0001-01-01", "12020-01-01", "x"]),
        ("time", ["10:00:00", "10:00:00.123456789Z", "25:00:00"]),
        ("duration", ["P1D", "x"]),
        ("dayTimeDuration", ["P1D", "x"]),
    ],
)
def test_every_form_is_taken_and_stays_the_same_value_and_can_be_cleared(
    graph: RemoteGraph, datatype: str, forms: list[str]
) -> None:
    rest = [Quad(B, P, Literal(f"{number}"), G) for number in range(600)]
    for number, form in enumerate(forms):
        graph.rebuild([], BEGINNING)
        quad = Quad(A, P, Literal(form, Iri(XSD.iri + datatype)), G)
        _apply(graph, 2 * number + 1, added=[quad])
        assert list(graph.differences([quad])) == [], form
        _apply(graph, 2 * number + 2, removed=[quad], cleared=[(A, P, G)])
        assert list(graph.differences([])) == [], form
        # Now as a document, for which a server has another parser.
        graph.rebuild([quad, *rest], BEGINNING)
        assert list(graph.differences([quad, *rest])) == [], form
    graph.rebuild([], BEGINNING)


@pytest.mark.parametrize(
    "kind", ["rdf:XMLLiteral", "geo:wktLiteral", "virtrdf:Geometry", "rdf:HTML", "rdf:JSON"]
)
def test_texts_that_a_server_would_parse_stay_as_they_are(graph: RemoteGraph, kind: str) -> None:
    prefix, _, name = kind.partition(":")
    namespace = {
        "rdf": RDF.iri,
        "geo": "http://www.opengis.net/ont/geosparql#",
        "virtrdf": "http://www.openlinksw.com/schemas/virtrdf#",
    }[prefix]
    quad = Quad(A, P, Literal("<a>POINT(1 1)", Iri(namespace + name)), G)
    _apply(graph, 1, added=[quad])
    assert list(graph.quads()) == [quad]


def test_booleans_come_back_as_words(graph: RemoteGraph) -> None:
    said = [Quad(A, P, Literal("1", XSD.boolean), G), Quad(B, P, Literal("false", XSD.boolean), G)]
    _apply(graph, 1, added=said)
    values = {quad.subject: quad.object for quad in graph.quads()}
    assert values == {A: Literal("true", XSD.boolean), B: Literal("false", XSD.boolean)}


# -- questions


def test_questions_are_answered_over_all_graphs(graph: RemoteGraph) -> None:
    said = [Quad(A, P, B, G), Quad(A, P, B, H), Quad(A, Q, B, CATALOGUE), Quad(B, RDF.type, A, G)]
    _apply(graph, 1, added=said)
    assert set(graph.quads()) == {said[0], said[1], said[3]}
    assert list(graph.quads([H])) == [said[1]]
    assert list(graph.quads([])) == []
    assert set(graph.describe([A])[A]) == set(said[:3])
    assert graph.describe([P]) == {P: []}
    assert graph.referrers(P, [B, A]) == {B: (A,), A: ()}
    assert set(graph.statements(P)) == set(said[:2])
    # A server may have graphs of its own, which say of what type things are.
    assert list(graph.statements(RDF.type)) == [said[3]]
    assert list(graph.statements(Q, B)) == [said[2]]
    assert graph.sequence == 1


def test_to_ask_about_a_long_iri_does_no_harm(graph: RemoteGraph) -> None:
    long = Iri("urn:" + "x" * 3_000)
    _apply(graph, 1, added=[Quad(long, P, long, G)])
    assert set(graph.describe([long])) == set(graph.referrers(P, [long])) == {long}


def test_many_subjects_and_objects_are_asked_about(graph: RemoteGraph) -> None:
    things = [Iri(f"urn:thing:{number}") for number in range(1_200)]
    graph.rebuild([Quad(thing, P, thing, G) for thing in things], BEGINNING)
    assert all(len(quads) == 1 for quads in graph.describe(things).values())
    assert graph.referrers(P, things) == {thing: (thing,) for thing in things}


def test_no_quad_is_missing_from_a_large_answer(graph: RemoteGraph) -> None:
    large = {Quad(A, Q if n % 5 else P, Literal(f"{n}"), G) for n in range(25_000)}
    little = {Quad(A, P, B, Iri(f"urn:graph:{n}")) for n in range(600)}
    graph.rebuild(large | little, BEGINNING)
    found = list(graph.quads())
    assert len(found) == len(large | little)
    assert set(found) == large | little
    assert sum(1 for _ in graph.statements(P)) == 5_000 + len(little)


def test_a_server_that_limits_its_answers_is_read_in_pages(tmp_path: Path) -> None:
    with running("virtuoso", tmp_path, most_rows=100) as server:
        graph = RemoteGraph(server)
        said = {Quad(A, P, Literal(f"{n}"), Iri(f"urn:graph:{n % 300}")) for n in range(1_000)}
        graph.rebuild(said, BEGINNING)
        assert set(graph.quads()) == set(graph.statements(P)) == set(graph.describe([A])[A]) == said
        assert list(graph.differences(said)) == []
        graph.close()


# -- changes


def test_a_refused_change_does_not_move_the_mark(graph: RemoteGraph) -> None:
    _apply(graph, 1, added=[Quad(A, P, B, G)])
    with _fake(lambda request, _: _reply(request, 500, b"no room\nINSERT DATA")) as address:
        other = RemoteGraph(replace(graph._server, update=address))
        with pytest.raises(StoreUnavailable, match=r"refuses \(500: no room\)"):
            _apply(other, 2, added=[Quad(B, P, B, G)])
        assert other.mark == Mark(1, "hash 1")
        other.close()
    # One operation of many is wrong, so none is made.
    update = (
        "; ".join(
            updates.requests(
                GraphChange(frozenset(), frozenset(), frozenset()), Mark(2, "x"), lambda term: term
            )
        )
        + "; INSERT DATA { wrong }"
    )
    with pytest.raises(StoreUnavailable, match="refuses"):
        graph._update(update)
    assert graph.read_mark() == Mark(1, "hash 1")
    assert list(graph.quads()) == [Quad(A, P, B, G)]


def test_a_change_larger_than_a_request_is_made_whole(graph: RemoteGraph) -> None:
    words = "value " * 20
    large = [Quad(Iri(f"urn:s:{n}"), P, Literal(f"{words}{n}"), G) for n in range(16_000)]
    _apply(graph, 1, added=large)
    assert sum(1 for _ in graph.quads()) == len(large)
    kept = large[::2]
    _apply(graph, 2, added=kept[:2_000], cleared=map(_key, large[:4_000]), removed=large[4_001::2])
    assert list(graph.differences(kept)) == []
    assert graph.read_mark() == Mark(2, "hash 2")


def test_a_rebuilt_graph_holds_what_it_is_given_and_nothing_else(graph: RemoteGraph) -> None:
    _apply(graph, 1, added=[Quad(A, P, B, Iri(f"urn:graph:{n}")) for n in range(600)])
    graph.rebuild([Quad(B, P, A, H)], Mark(3, "three"))
    again = RemoteGraph(graph._server)
    assert list(again.quads()) == [Quad(B, P, A, H)]
    assert again.mark == Mark(3, "three")
    again.close()


def test_a_new_graph_stands_at_the_beginning(server: SparqlServer) -> None:
    with httpx2.Client(auth=httpx2.DigestAuth("dba", "dba")) as client:
        client.post(server.update, data={"update": f"DROP SILENT GRAPH <{MARK}>"})
    graph = RemoteGraph(server)
    assert graph.mark == BEGINNING
    graph.close()


def test_what_is_no_mark_is_refused(graph: RemoteGraph) -> None:
    odd = f"INSERT DATA {{ GRAPH <{MARK}> {{ <{MARK}> <urn:odd> 'odd' }} }}"
    graph._update(f"{updates.UNMARK}; {odd}")
    with pytest.raises(StoreUnavailable, match="isogloss rebuild"):
        graph.read_mark()
    graph.rebuild([], BEGINNING)


# -- differences


def test_differences_name_what_lacks_and_what_is_too_much(graph: RemoteGraph) -> None:
    kept, changed = Quad(A, Q, Literal("01", XSD.integer), G), Quad(A, P, Literal("new"), G)
    foreign = Quad(A, P, B, H)
    _apply(graph, 1, added=[kept, Quad(A, P, Literal("old"), G), foreign])
    said = list(graph.differences([kept, changed]))
    assert len(said) == 3
    assert "graph <urn:graph:h>" in said[0]
    assert 'has <urn:a> <urn:p> "old"' in said[1]
    assert 'lacks <urn:a> <urn:p> "new"' in said[2]


def test_differences_end_after_some(graph: RemoteGraph) -> None:
    assert len(list(graph.differences(Quad(A, P, Literal(f"{n}"), G) for n in range(50)))) == 20


# -- servers that fail


@contextmanager
def _fake(answer: Callable[[BaseHTTPRequestHandler, bytes], None]) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            answer(self, self.rfile.read(int(self.headers["Content-Length"])))

        def log_message(self, format: str, *args: object) -> None:
            pass

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    # It looks this often whether it shall stop.
    thread = threading.Thread(target=httpd.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{httpd.server_port}/"
    finally:
        httpd.shutdown()
        thread.join()
        httpd.server_close()


def _reply(request: BaseHTTPRequestHandler, status: int, body: bytes, **headers: str) -> None:
    request.send_response(status)
    for name, value in headers.items():
        request.send_header(name.replace("_", "-"), value)
    request.send_header("Content-Length", str(len(body)))
    request.end_headers()
    request.wfile.write(body)


_TRUE = (
    b'{"head":{"vars":["value"]},"results":{"bindings":[{"value":{"type":"bnode","value":"x"}}]}}'
)
_VARIABLES = b'"subject","predicate","object","graph","count"'
_NO_ROWS = b'{"head":{"vars":[' + _VARIABLES + b']},"results":{"bindings":['
_COUNT = b'{"count":{"type":"literal","value":"%d"}}'


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (_NO_ROWS, {}),
        (_NO_ROWS + _COUNT % 0 + b"]}}The SPARQL operation has been cancelled", {}),
        (_NO_ROWS + b"]}}", {}),
        (_NO_ROWS + _COUNT % 1 + b"]}}", {}),
        (_NO_ROWS + _COUNT % 0 + b"]}}", {"X-SQL-State": "S1TAT", "X-SQL-Message": "time-out"}),
        (b"<html>busy</html>", {}),
        (b"", {}),
    ],
)
def test_an_answer_that_was_cut_is_refused(body: bytes, headers: dict[str, str]) -> None:
    def answer(request: BaseHTTPRequestHandler, sent: bytes) -> None:
        if b"true" in sent:
            _reply(request, 200, _TRUE)
        else:
            _reply(request, 200, body, **headers)

    with (
        _fake(answer) as address,
        pytest.raises(StoreUnavailable, match=r"rows|not whole"),
    ):
        RemoteGraph(SparqlServer(address, address, address))


def test_a_server_that_refuses_or_is_not_there_is_named_without_its_password() -> None:
    with _fake(lambda request, _: _reply(request, 401, b"")) as address:
        secret = address.replace("http://", "http://user:secret@")
        with pytest.raises(StoreUnavailable, match="ISOGLOSS_SPARQL_USER") as caught:
            RemoteGraph(SparqlServer(secret, secret, secret))
        assert "secret" not in str(caught.value)
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"http://user:secret@127.0.0.1:{unused.getsockname()[1]}/"
        with pytest.raises(StoreUnavailable, match="does not answer") as caught:
            RemoteGraph(SparqlServer(address, address, address))
        assert "secret" not in str(caught.value)


@pytest.mark.parametrize("is_made", [True, False], ids=["made", "not made"])
def test_an_update_whose_answer_is_lost_counts_if_it_was_made(
    graph: RemoteGraph, is_made: bool
) -> None:
    real = graph._server
    auth = httpx2.DigestAuth(real.user, real.password or "") if real.user else None

    def lose(request: BaseHTTPRequestHandler, sent: bytes) -> None:
        if is_made:
            kind = {"Content-Type": request.headers["Content-Type"]}
            httpx2.post(real.update, content=sent, headers=kind, auth=auth).raise_for_status()
        request.connection.close()

    with _fake(lose) as address:
        cut = RemoteGraph(replace(real, update=address))
        if is_made:
            _apply(cut, 1, added=[Quad(A, P, B, G)])
        else:
            with pytest.raises(StoreUnavailable, match="does not answer"):
                _apply(cut, 1, added=[Quad(A, P, B, G)])
        expected = Mark(1, "hash 1") if is_made else BEGINNING
        assert cut.mark == graph.read_mark() == expected
        cut.close()
    # To be closed is a lasting state, and is said as such.
    with pytest.raises(StoreUnavailable, match="closed"):
        cut.read_mark()
