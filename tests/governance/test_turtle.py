"""What is written as Turtle reads back as it was."""

import pytest
import rdflib
from rdflib.compare import isomorphic

from isogloss import resources
from isogloss.governance.paths import add_path, path_text
from isogloss.governance.rulebook import Rulebook
from isogloss.governance.terms import add_all, exact_literals, from_rdflib
from isogloss.governance.turtle import to_turtle
from isogloss.intake.documents import Upload, read_source
from isogloss.model.rdf import Iri, Literal, Triple, text
from isogloss.vocab import XSD

VALUES = [
    *(Literal(form, XSD.double) for form in ("1.50E0", "1e1", "NaN", "INF", "none")),
    *(Literal(form, XSD.integer) for form in ("010", "+5", "-0", "five", "")),
    *(Literal(form, XSD.decimal) for form in ("1.10", "1.", ".5", "1")),
    *(Literal(form, XSD.boolean) for form in ("true", "1", "t", "TRUE")),
    *(Literal(form) for form in ("", '"', '"""', "\\d+\\", "a\nb\r\tc\x01\x7f", "é\u2028", "'")),
    text('"hi"', "en-gb"),
    Literal("2020-02-30", XSD.date),
    Literal("x", Iri("urn:a#type")),
]
A = "urn:a#p"
PATHS = [
    A,
    f"^<{A}>",
    f"(<{A}>/<urn:b>)",
    f"(<{A}>/^<urn:b>/(<urn:c>|<urn:d>)*)",
    f"^(<{A}>/<urn:b>)",
    f"(^<{A}>|<urn:b>+|<urn:c>?)",
    f"((<{A}>/<urn:b>)|<urn:c>)?",
]


def test_every_literal_is_as_it_was() -> None:
    said = {Triple(Iri("urn:s"), Iri("urn:p"), value) for value in VALUES}
    graph = rdflib.Graph(bind_namespaces="none")
    with exact_literals():
        add_all(graph, said)
        written = to_turtle(graph)
    # By intake's parser, which is not the library that wrote it.
    upload = Upload("document.ttl", written.encode())
    assert read_source([upload], space="urn:x/", graph=Iri("urn:x/g")).triples == said
    # And by rdflib's.
    back = rdflib.Graph(bind_namespaces="none")
    with exact_literals():
        back.parse(data=written, format="turtle")
    assert {from_rdflib(value) for value in back.objects()} == {value for _, _, value in said}


@pytest.mark.parametrize("path", PATHS)
def test_a_path_is_written_as_it_is_read(path: str) -> None:
    graph = rdflib.Graph()
    node = add_path(graph, path)
    assert node is not None
    assert path_text(graph, graph, node) == path


def test_a_path_that_was_cut_is_none() -> None:
    assert add_path(rdflib.Graph(), f"^(<{A}>/…)") is None


def test_the_rules_of_the_package_are_the_same_when_written_and_read() -> None:
    book = Rulebook(resources.texts("shapes", ".ttl"))
    again = Rulebook({"again": to_turtle(book.graph)})
    assert isomorphic(again.graph, book.graph)
    assert (again.digest, again.rules) == (book.digest, book.rules)
