"""RDF documents are read whole, or refused with a sentence that names the place."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isogloss.errors import ForeignGraph, InvalidInput, UnknownFormat
from isogloss.intake.documents import Upload, read_source
from isogloss.intake.formats import Format
from isogloss.intake.guards import MAX_BYTES, MAX_DEPTH
from isogloss.intake.skolem import skolemise
from isogloss.model.rdf import Iri, Literal, Triple

SPACE = "https://mesh.example/shop/"
GRAPH = Iri(f"{SPACE}graph/x")


def _read(name: str, text: str | bytes, format: Format | None = None) -> frozenset[Triple]:
    data = text if isinstance(text, bytes) else text.encode()
    return read_source([Upload(name, data)], space=SPACE, graph=GRAPH, format=format).triples


def _error(name: str, text: str | bytes, format: Format | None = None) -> InvalidInput:
    with pytest.raises(InvalidInput) as caught:
        _read(name, text, format)
    assert name in str(caught.value)
    assert str(caught.value).endswith(".")
    return caught.value


def test_literals_keep_their_lexical_form() -> None:
    (triple,) = _read("x.ttl", '<urn:a> <urn:p> "01"^^<http://www.w3.org/2001/XMLSchema#int> .')
    assert triple.object == Literal("01", Iri("http://www.w3.org/2001/XMLSchema#int"))


def test_the_own_graph_may_be_named() -> None:
    assert len(_read("x.trig", f"<{GRAPH}> {{ <urn:a> <urn:p> <urn:b> }}")) == 1
    assert len(_read("x.nq", f"<urn:a> <urn:p> <urn:b> <{GRAPH}> .")) == 1


@pytest.mark.parametrize(
    "graph",
    [f"{SPACE}graph/y", f"{GRAPH}/", GRAPH.upper(), GRAPH.replace("shop", "sh%6Fp"), f"{GRAPH}#"],
)
def test_any_other_graph_is_refused_by_name(graph: str) -> None:
    with pytest.raises(ForeignGraph, match="leave graph names out"):
        _read("x.trig", f"<{graph}> {{ <urn:a> <urn:p> <urn:b> }}")
    with pytest.raises(ForeignGraph):
        _read("x.jsonld", f'{{"@id": "{graph}", "@graph": [{{"@id": "urn:a", "urn:p": "b"}}]}}')


@pytest.mark.parametrize(
    ("name", "text", "line", "column"),
    [
        ("x.ttl", "<urn:a> <urn:p> <urn:b> .\n<urn:a>\n  oops .", 3, 3),
        ("x.nt", "<urn:a> <urn:p> <urn:b> .\n<urn:a> <urn:p> .", 2, 17),
        ("x.jsonld", '{"@id": "urn:a",\n "urn:p": [1,}', 2, 14),
        ("x.json", '{"run": {},\n "job": }', 2, 9),
        ("x.jsonl", '{"run": {}}\n{"job": \n{}', 2, 9),
    ],
)
def test_a_syntax_error_is_placed(name: str, text: str, line: int, column: int) -> None:
    error = _error(name, text)
    assert (error.line, error.column) == (line, column)
    assert f"line {line}" in str(error)


def test_text_that_is_no_utf_8_is_placed() -> None:
    error = _error("x.ttl", b"# sm\xc3\xa5\n# sm\xe5\n")
    assert (error.line, error.column) == (2, 5)


@pytest.mark.parametrize("text", ["", " \n ", "\ufeff"])
def test_an_empty_document_is_refused(text: str) -> None:
    assert "empty" in str(_error("x.ttl", text))


def test_a_relative_iri_is_refused_with_a_way_out() -> None:
    assert "@base" in str(_error("x.ttl", "<a> <urn:p> <urn:b> ."))


def test_a_remote_context_is_refused_and_not_fetched() -> None:
    text = '{"@context": "http://127.0.0.1:9/context", "@id": "urn:a", "p": 1}'
    assert "nothing is fetched" in str(_error("x.jsonld", text))


@pytest.mark.parametrize(
    "text",
    [
        "<urn:a> <urn:p> <<( <urn:a> <urn:p> <urn:b> )>> .",
        "<< <urn:a> <urn:p> <urn:b> >> <urn:q> 1 .",
    ],
)
def test_quoted_triples_are_refused(text: str) -> None:
    assert "RDF-star" in str(_error("x.ttl", text))


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE rdf:RDF [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x/>',
        '<?xml version="1.0"?>\n<!doctype x SYSTEM "file:///etc/passwd"><x/>',
    ],
)
def test_xml_declares_nothing(text: str) -> None:
    assert "never read" in str(_error("x.rdf", text))


@pytest.mark.parametrize(
    ("name", "opening", "closing"),
    [
        ("x.jsonld", '{"urn:p":', "1}"),
        ("x.json", "[", "]"),
        ("x.ttl", "<urn:a> <urn:p> " + "[ <urn:p> ", " ] "),
        ("x.ttl", "( ", ") "),
        ("x.rdf", "<a>", "</a>"),
    ],
)
@pytest.mark.parametrize("depth", [MAX_DEPTH + 1, 100_000])
def test_nesting_beyond_reason_is_refused_at_once(
    name: str, opening: str, closing: str, depth: int
) -> None:
    started = time.perf_counter()
    assert "levels deep" in str(_error(name, opening * depth + closing * depth))
    assert time.perf_counter() - started < 2


def test_brackets_in_strings_iris_and_comments_do_not_count() -> None:
    deep = "[" * 1000
    text = f'# {deep}\n<urn:a> <urn:p> "{deep}" , """{deep}\n"{deep}""" , <urn:{"(" * 100}> .'
    assert len(_read("x.ttl", text)) == 3
    assert len(_read("x.jsonld", f'{{"@id": "urn:a", "urn:p": "\\"{deep}"}}')) == 1


def test_a_document_beyond_the_limit_is_refused() -> None:
    assert "split it" in str(_error("x.ttl", b"#" * (MAX_BYTES + 1)))


def test_a_name_that_tells_nothing_asks_for_the_format() -> None:
    with pytest.raises(UnknownFormat, match="--format"):
        _read("data", "<urn:a> <urn:p> <urn:b> .")
    assert len(_read("data", "<urn:a> <urn:p> <urn:b> .", Format.TURTLE)) == 1


names = st.sampled_from([Iri(f"_:b{n}") for n in range(6)])
iris = st.sampled_from([Iri("urn:a"), Iri("urn:b")])
predicates = st.sampled_from([Iri("urn:p"), Iri("urn:q")])
literals = st.sampled_from(["1", "2"]).map(Literal)
triples = st.lists(
    st.tuples(names | iris, predicates, names | iris | literals).map(lambda t: Triple(*t)),
    max_size=12,
)


@given(triples, st.permutations(range(6)), st.randoms())
def test_names_of_blank_nodes_do_not_matter(
    given_: list[Triple], renaming: list[int], random: object
) -> None:
    def renamed(term: object) -> object:
        is_blank = isinstance(term, str) and term.startswith("_:b")
        return Iri(f"_:b{renaming[int(str(term)[3:])]}") if is_blank else term

    other = [Triple(*map(renamed, triple)) for triple in given_]  # type: ignore[arg-type]
    random.shuffle(other)  # type: ignore[attr-defined]
    first, second = (skolemise(t, space=SPACE, graph=GRAPH) for t in (given_, other))
    # Blank nodes that nothing tells apart are numbered as they come, so only their number is
    # certain; where all can be told apart, the triples are the same.
    assert _blank(first) == _blank(second)
    if not any("-" in name.rpartition("/")[2] for name in _blank(first)):
        assert first == second


@given(triples)
def test_no_blank_nodes_are_merged_and_none_remain(given_: list[Triple]) -> None:
    blank = {term for t in given_ for term in t if isinstance(term, str) and term[:2] == "_:"}
    found = skolemise(given_, space=SPACE, graph=GRAPH)
    assert len(_blank(found)) == len(blank)
    assert len(found) == len(set(given_))
    assert not any(str(term).startswith("_:") for t in found for term in t)


def _blank(found: frozenset[Triple]) -> set[str]:
    return {
        term
        for triple in found
        for term in (triple.subject, triple.object)
        if isinstance(term, str) and "/.well-known/genid/" in term
    }


def test_two_sources_never_share_a_blank_node() -> None:
    text = "[] <urn:p> 1 ."
    mine = _read("x.ttl", text)
    (theirs,) = read_source(
        [Upload("x.ttl", text.encode())], space=SPACE, graph=Iri(f"{SPACE}graph/y")
    ).triples
    assert {triple.subject for triple in mine}.isdisjoint({theirs.subject})


def test_a_clique_of_blank_nodes_is_no_trouble() -> None:
    """Canonicalising 20 nodes that all point at each other would take minutes."""
    text = "".join(f"_:b{n} <urn:p> _:b{m} ." for n in range(20) for m in range(20) if n != m)
    started = time.perf_counter()
    assert len(_read("x.ttl", text)) == 380
    assert time.perf_counter() - started < 1
