"""What is exported says the same, and says it the same way twice."""

import pyoxigraph as ox
import pytest

from isogloss.model.rdf import Iri, Literal, Quad, text
from isogloss.store.serialization import ExportFormat, serialize
from isogloss.store.terms import quad_to_ox

QUADS = [
    Quad(Iri("urn:a"), Iri("urn:p"), text("häuser", "de"), Iri("urn:g")),
    Quad(Iri("urn:a"), Iri("urn:p"), Literal('"quoted"\n'), Iri("urn:g")),
    Quad(Iri("urn:b"), Iri("urn:p"), Iri("urn:a"), Iri("urn:h")),
]
_OX = {
    ExportFormat.NQUADS: ox.RdfFormat.N_QUADS,
    ExportFormat.TRIG: ox.RdfFormat.TRIG,
    ExportFormat.JSON_LD: ox.RdfFormat.JSON_LD,
}


@pytest.mark.parametrize("format", _OX)
def test_formats_with_graphs_give_back_every_quad(format: ExportFormat) -> None:
    parsed = ox.parse(serialize(QUADS, format), format=_OX[format])
    assert set(parsed) == {quad_to_ox(quad) for quad in QUADS}


def test_turtle_gives_back_every_triple() -> None:
    parsed = ox.parse(serialize(QUADS, ExportFormat.TURTLE), format=ox.RdfFormat.TURTLE)
    assert {quad.triple for quad in parsed} == {quad_to_ox(quad).triple for quad in QUADS}


@pytest.mark.parametrize("format", ExportFormat)
def test_order_does_not_matter(format: ExportFormat) -> None:
    assert serialize(QUADS, format) == serialize(reversed(QUADS), format)


@pytest.mark.parametrize("format", ExportFormat)
def test_an_empty_mesh_exports_nothing(format: ExportFormat) -> None:
    assert list(ox.parse(serialize([], format), format=_OX.get(format, ox.RdfFormat.TURTLE))) == []
