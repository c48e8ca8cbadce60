"""Each published limit, at it and one past it, and what would slip past a careless guard."""

import contextlib
import gzip
import json
import time
import zlib
from collections.abc import Callable

import pytest

from isogloss.errors import InvalidInput
from isogloss.intake.documents import Upload, is_companion, name_all, read_source
from isogloss.intake.guards import (
    MAX_BYTES,
    MAX_DEPTH,
    check_json,
    check_text,
    check_turtle,
    check_xml,
    inflate,
)
from isogloss.intake.terms import MAX_IRI, MAX_LITERAL_BYTES, MAX_TRIPLES
from isogloss.model.rdf import Iri, Triple

SPACE = "https://mesh.example/shop/"
GRAPH = Iri(f"{SPACE}graph/x")


def _read(*uploads: tuple[str, str | bytes]) -> frozenset[Triple]:
    documents = [Upload(name, d if isinstance(d, bytes) else d.encode()) for name, d in uploads]
    return read_source(documents, space=SPACE, graph=GRAPH).triples


def _error(*uploads: tuple[str, str | bytes]) -> str:
    with pytest.raises(InvalidInput) as caught:
        _read(*uploads)
    assert str(caught.value).endswith(".")
    return str(caught.value)


def _statements(number: int, predicate: str = "urn:p") -> str:
    return "".join(f"<urn:s{n}> <{predicate}> <urn:o> .\n" for n in range(number))


def _event(name: str, run: str = "r1") -> dict[str, object]:
    return {
        "eventType": "COMPLETE",
        "eventTime": "2026-01-31T12:00:00Z",
        "run": {"runId": run},
        "job": {"namespace": "cron", "name": name},
        "producer": "urn:cron",
    }


def test_size_is_limited() -> None:
    assert check_text("x.ttl", b"#" * MAX_BYTES)
    with pytest.raises(InvalidInput, match="split it"):
        check_text("x.ttl", b"#" * (MAX_BYTES + 1))


def test_size_is_limited_for_all_documents_of_a_source_together() -> None:
    half = b"#" * (MAX_BYTES // 2 - 1) + b"\n"
    assert _read(("a.ttl", half), ("b.ttl", half)) == frozenset()
    said = _error(("a.ttl", half), ("b.ttl", half), ("c.ttl", b"#"))
    assert said.startswith("a.ttl, b.ttl and c.ttl have more than 32 MB")


def test_statements_are_limited() -> None:
    assert len(_read(("x.nt", _statements(MAX_TRIPLES)))) == MAX_TRIPLES
    assert "200,000 statements" in _error(("x.nt", _statements(MAX_TRIPLES + 1)))


def test_statements_are_limited_for_all_documents_of_a_source_together() -> None:
    first, second = _statements(MAX_TRIPLES - 1), _statements(2, "urn:q")
    assert "b.nt has more than" in _error(("a.nt", first), ("b.nt", second))


def test_a_literal_is_limited() -> None:
    assert len(_read(("x.ttl", f'<urn:a> <urn:p> "{"x" * MAX_LITERAL_BYTES}" .'))) == 1
    for value in ("x" * (MAX_LITERAL_BYTES + 1), "å" * (MAX_LITERAL_BYTES // 2 + 1)):
        assert "1 MB" in _error(("x.ttl", f'<urn:a> <urn:p> "{value}" .'))


def test_a_literal_that_no_parser_takes_is_refused_with_a_sentence() -> None:
    assert "16 MB" in _error(("x.ttl", f'<urn:a> <urn:p> "{"x" * (17 << 20)}" .'))


@pytest.mark.parametrize(
    "place", ["<{}> <urn:p> 1 .", "<urn:a> <{}> 1 .", "<urn:a> <urn:p> <{}> ."]
)
def test_an_iri_is_limited(place: str) -> None:
    longest = "urn:" + "x" * (MAX_IRI - 4)
    assert len(_read(("x.ttl", place.format(longest)))) == 1
    assert "2,048 characters" in _error(("x.ttl", place.format(longest + "x")))


def test_an_iri_made_of_a_name_in_an_event_is_limited() -> None:
    assert "2,048 characters" in _error(("x.json", json.dumps(_event("x" * MAX_IRI))))


@pytest.mark.parametrize(
    "escape", ["\\uD800", "\\u0000", "\\u0001", "\\u007f", "\\u0085", "\\u003e"]
)
@pytest.mark.parametrize("name", ["x.ttl", "x.nt"])
def test_an_iri_has_no_controls_nor_halves_of_characters(name: str, escape: str) -> None:
    assert name in _error((name, f"<urn:a> <urn:p> <urn:{escape}> ."))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("x.json", json.dumps(_event("\ud800"))),
        ("x.jsonl", json.dumps(_event("a")) + "\n" + json.dumps(_event("\udfff"))),
        ("x.jsonld", '{"@id": "urn:a", "urn:p": "\\ud83d"}'),
    ],
)
def test_half_a_character_in_json_is_refused(name: str, text: str) -> None:
    assert "other half" in _error((name, text))


def test_a_whole_character_may_be_escaped_in_two_halves() -> None:
    (triple,) = _read(("x.jsonld", '{"@id": "urn:a", "urn:p": "\\ud83d\\ude00"}'))
    assert triple.object[0] == "😀"


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('{"@context": "https://a.example/c", "@id": "urn:a"}', "https://a.example/c"),
        ('{"@context": [{}, "https://a.example/c"], "@id": "urn:a"}', "https://a.example/c"),
        ('[{"urn:p": [{"@context": "file:///etc/passwd"}]}]', "file:///etc/passwd"),
        ('{"@context": {"t": {"@id": "urn:t", "@context": "c.jsonld"}}}', "c.jsonld"),
        ('{"@context": {"@version": 1.1, "@import": "https://a.example/c"}}', "https://a.ex"),
        ('{"\\u0040context": "https://a.example/c"}', "https://a.example/c"),
    ],
)
def test_a_context_from_elsewhere_is_refused_by_name(text: str, where: str) -> None:
    said = _error(("x.jsonld", text))
    assert where in said
    assert "nothing is fetched" in said


def test_a_context_of_the_documents_own_is_read() -> None:
    text = '{"@context": [null, {"p": {"@id": "urn:p", "@context": {}}}], "@id": "urn:a", "p": 1}'
    assert len(_read(("x.jsonld", text))) == 1


@pytest.mark.parametrize(
    "text", ["<< <urn:a> <urn:p> <urn:b> >> <urn:q> 1 .", "<< " * 100_000, "<urn:a> <urn:p> <<(<"]
)
def test_quoted_triples_are_refused_before_they_are_parsed(text: str) -> None:
    with pytest.raises(InvalidInput, match=r"line 1, .*RDF-star"):
        check_turtle("x.ttl", text.encode())


def test_what_only_looks_like_a_quoted_triple_is_read() -> None:
    assert len(_read(("x.ttl", '# <<\n<urn:a> <urn:p> "<<", """<<<""" .'))) == 2


DEEP = "[" * (MAX_DEPTH + 1)


@pytest.mark.parametrize(
    "text",
    [
        f"@prefix a: <urn:a> . a:\\' {DEEP} a:\\'",  # an escaped quote begins no string
        f"a:\\# {DEEP}",  # nor does an escaped # begin a comment
        f"# a comment ends with the line\r{DEEP}",
        f"{'] ' * 1000}{DEEP}",  # closing what was never opened earns nothing
        f'"""a""" {DEEP} """b"""',
        f"'''a\\''' ''' {DEEP}",
    ],
)
def test_no_turtle_hides_its_depth(text: str) -> None:
    with pytest.raises(InvalidInput, match="levels deep"):
        check_turtle("x.ttl", text.encode())


@pytest.mark.parametrize(
    "tag", ["<a b='/>'>", '<a b="/>">', "<a b='</a>'>", "<a b='<!--'>", "<a\n>"]
)
def test_no_xml_hides_its_depth(tag: str) -> None:
    with pytest.raises(InvalidInput, match="levels deep"):
        check_xml("x.rdf", tag.encode() * (MAX_DEPTH + 1))


def test_xml_that_is_long_and_not_deep_is_let_pass() -> None:
    row = b"<a b='>'/><!-- <a> --><![CDATA[<a>]]><?a <a> ?><a></a>"
    check_xml("x.rdf", b"<r>" + row * 1000 + b"</r>")


@pytest.mark.parametrize(
    "unit",
    [
        b'"\\"',
        b'\\"',
        b'"',
        b"'\\'",
        b'"""\\"',
        b"<!--",
        b"<![CDATA[",
        b"<?",
        b"<a '",
        b"</",
        b"#<",
    ],
)
@pytest.mark.parametrize("check", [check_json, check_turtle, check_xml])
def test_guards_take_time_in_proportion_to_the_document(
    check: Callable[[str, bytes], None], unit: bytes
) -> None:
    """A guard that goes back after each string without an end takes hours for a megabyte."""
    started = time.perf_counter()
    with contextlib.suppress(InvalidInput):
        check("x", b'"' + unit * (1_000_000 // len(unit)))
    assert time.perf_counter() - started < 2


def test_gzip_is_unpacked() -> None:
    text = b"<urn:a> <urn:p> <urn:b> ."
    assert _read(("x.ttl.gz", gzip.compress(text))) == _read(("x.ttl", text))
    assert _read(("x.ttl", gzip.compress(text))) == _read(("x.ttl", text))
    assert "x.ttl, line 1" in _error(("x.ttl.gz", gzip.compress(b"oops")))


def test_a_dbt_catalog_is_told_by_its_beginning_also_when_packed() -> None:
    text = b'{"metadata": {"dbt_schema_version": "https://schemas.getdbt.com/dbt/catalog/v1.json"'
    assert is_companion(Upload("catalog.json", text))
    assert is_companion(Upload("catalog.json.gz", gzip.compress(text)))
    assert not is_companion(Upload("x.ttl", b"# " + text))
    assert not is_companion(Upload("x.gz", b"\x1f\x8boops"))


def test_gzip_unpacks_to_no_more_than_the_limit() -> None:
    text = b"".join(b"<urn:%d> <urn:p> <urn:b> ." % n for n in range(1_000))[:20_000]
    packed = gzip.compress(text)
    assert inflate("x.gz", packed, most=20_000) == text
    with pytest.raises(InvalidInput, match="unpacks to more than"):
        inflate("x.gz", packed, most=19_999)


@pytest.mark.parametrize("megabytes", [1, 1000])
def test_gzip_that_is_a_bomb_is_refused_at_once(megabytes: int) -> None:
    packer = zlib.compressobj(wbits=31)
    bomb = b"".join(packer.compress(b" " * (1 << 20)) for _ in range(megabytes)) + packer.flush()
    started = time.perf_counter()
    said = _error(("x.ttl.gz", bomb))
    assert time.perf_counter() - started < 1
    assert "unpacks to more than" in said


# The time that gzip writes into it would give its tests other names each second.
PACKED = gzip.compress(b"<urn:a> <urn:p> <urn:b> .", mtime=0)


@pytest.mark.parametrize(
    "data",
    [
        PACKED[:-1],
        PACKED[:20],
        PACKED + b"x",
        PACKED * 2,
        b"\x1f\x8boops",
        PACKED[:-8] + b"12345678",
    ],
)
def test_gzip_that_is_broken_is_refused(data: bytes) -> None:
    assert "gzip" in _error(("x.ttl.gz", data))


def test_many_documents_are_named_by_the_first_few() -> None:
    uploads = [Upload(f"{n}.json", b"{}") for n in range(5)]
    assert name_all(uploads) == "0.json, 1.json, 2.json and 2 more together"
    assert name_all(uploads[:2]) == "0.json and 1.json"
