"""Each statement is known to the line on which somebody wrote it."""

import pytest
import rdflib
from rdflib.compare import isomorphic

from isogloss.governance.admission.turtle import NotTurtle, parse
from isogloss.governance.terms import parse_turtle
from tests.governance.admission.rule_sets import HEAD, rule

TEXT = '''\
# A comment with a . and a "quote" and <an:iri>
@prefix ex: <urn:ex#> .   # another
PREFIX b: <urn:b#>

ex:a a ex:T ;
    ex:p "one # line", """many
lines . with # signs
and 'quotes'""" ,
        7 ;

    ex:q [
        ex:r 1.10 ;
        ex:s [ ex:t true ]
    ] ;
    ex:list (
        1
        [ ex:u 2 ]
    ) .
<urn:b#c>
    b:p
        ex:a .
[] ex:v '''  # fmt: skip
TEXT += "'''three\nlines\nmore''' .\nex:last ex:p \"é\\n\\u00e9\" .\n"


def lines(text: str) -> dict[str, int]:
    parsed = parse(text)
    return {
        f"{str(predicate).rpartition('#')[2]} {text_of(value)}": line
        for (_, predicate, value), line in parsed.lines.items()
    }


def text_of(value: object) -> str:
    return str(value) if isinstance(value, rdflib.Literal) else ""


def test_each_statement_stands_where_its_object_begins() -> None:
    found = lines(TEXT)
    assert found["type "] == 5
    assert found["p one # line"] == 6
    assert found["p many\nlines . with # signs\nand 'quotes'"] == 6
    assert found["p 7"] == 9
    assert found["q "] == 11
    assert found["r 1.10"] == 12
    assert found["s "] == 13
    assert found["t true"] == 13
    assert found["list "] == 15
    assert found["u 2"] == 17
    assert found["v three\nlines\nmore"] == 22
    assert found["p é\né"] == 25


def test_an_object_on_a_later_line_than_its_subject_has_its_own() -> None:
    # Its subject is on line 19, its predicate on line 20.
    assert ("p ", 21) in lines(TEXT).items()


def test_what_is_read_is_what_validation_reads() -> None:
    for text in (TEXT, HEAD + rule('sh:hasValue "a"^^xsd:string , 01 , "01"^^xsd:integer')):
        assert isomorphic(parse(text).graph, parse_turtle({"a.ttl": text}))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("@prefix ex: <urn:ex#> .\nex:a ex:p 1 ;;\nex:q", 3),
        ('@prefix ex: <urn:ex#> .\n\nex:a ex:p "open\n .', 3),
        ('@prefix ex: <urn:ex#> .\nex:a ex:p """a\nb""" .\nex:b ex:p nope .', 4),
        ("@prefix ex: <urn:ex#> .\n# a\n# b\nex:a ex:p [ ex:q 1 .", 4),
        ("@prefix ex: <urn:ex#> .\nex:a ex:p 1 .\nno:thing ex:p 1 .", 3),
        ('@prefix ex: <urn:ex#> .\n"text" ex:p 1 .', 2),
        ("@prefix ex: <urn:ex#> .\nex:a ex:p { ex:b ex:c 1 } .", 2),
        ("@prefix ex: <urn:ex#> .\nex:a ex:p\n\n", 2),
    ],
)
def test_what_is_no_turtle_is_refused_with_its_line(text: str, line: int) -> None:
    with pytest.raises(NotTurtle) as error:
        parse(text)
    assert error.value.line == line


def test_brackets_without_end_are_refused() -> None:
    with pytest.raises(NotTurtle, match="nested too deeply"):
        parse("@prefix ex: <urn:ex#> .\nex:a ex:p " + "[ ex:p " * 5_000)
