"""What SHACL says where pySHACL says otherwise, so that it cannot be asked at random.

Each test names the passage, and notes what pySHACL does, so that one sees when it is mended there.
"""

import pytest

from isogloss.errors import ValidationFailed
from isogloss.model.rdf import Literal, Term
from isogloss.vocab import XSD
from tests.governance.compiler.judging import (
    GENID,
    Data,
    compiled,
    data,
    ex,
    interpreted,
    rules,
)

pytestmark = pytest.mark.filterwarnings("ignore:Parsing weird boolean")


def _values(shapes: str, triples: Data) -> list[Term | None]:
    return sorted(
        (finding.value for finding in compiled(rules(shapes), triples).elements()), key=str
    )


def _differs(shapes: str, triples: Data) -> bool:
    """Tell whether pySHACL says something else, or nothing."""
    rulebook = rules(shapes)
    try:
        return interpreted(rulebook, triples) != compiled(rulebook, triples)
    except ValidationFailed:
        return True


def _at_a(path: str, constraint: str) -> str:
    return f"ex:S a sh:PropertyShape ; sh:targetNode ex:a ; sh:path {path} ; {constraint} ."


def test_the_inverse_of_a_sequence_is_walked_from_its_end() -> None:
    """SHACL §2.3.1.2: ^(p/r) is ^r/^p. pySHACL walks ^p/^r."""
    shapes = _at_a("[ sh:inversePath ( ex:p ex:r ) ]", "sh:in ( ex:other )")
    facts = data("ex:b ex:p ex:m . ex:m ex:r ex:a . ex:c ex:r ex:n . ex:n ex:p ex:a .")
    assert _values(shapes, facts) == [ex("b")]
    assert _differs(shapes, facts)


@pytest.mark.parametrize("component", ["lessThan", "lessThanOrEquals"])
def test_nodes_are_not_less_than_anything(component: str) -> None:
    """SHACL §4.5.3: what SPARQL cannot compare is a result. pySHACL orders IRIs by letters."""
    shapes = _at_a("ex:p", f"sh:{component} ex:q")
    facts = data("ex:a ex:p ex:b ; ex:q ex:c .")
    assert _values(shapes, facts) == [ex("b")]
    assert _differs(shapes, facts)


def test_a_blank_node_is_not_less_than_anything() -> None:
    """SHACL §4.5.3, the same. pySHACL refuses to judge at all."""
    shapes = _at_a("ex:p", "sh:lessThan ex:q")
    facts = data(f"ex:a ex:p <{GENID}one> ; ex:q 1 .")
    assert _values(shapes, facts) == [f"{GENID}one"]
    assert _differs(shapes, facts)


def test_a_text_is_not_less_than_a_node() -> None:
    """SHACL §4.5.3, the same. pySHACL takes both as text."""
    shapes = _at_a("ex:p", "sh:lessThan ex:q")
    facts = data('ex:a ex:p "a" ; ex:q ex:b .')
    assert _values(shapes, facts) == [Literal("a")]
    assert _differs(shapes, facts)


def test_values_conform_to_a_property_shape_by_node() -> None:
    """Of any shape it can be asked whether a node conforms. pySHACL refuses sh:node here."""
    shapes = _at_a("ex:p", "sh:node [ sh:path ex:q ; sh:minCount 1 ]")
    facts = data("ex:a ex:p ex:b , ex:c . ex:b ex:q 1 .")
    assert _values(shapes, facts) == [ex("c")]
    assert _differs(shapes, facts)


def test_a_blank_node_has_not_even_the_length_zero() -> None:
    """SHACL §4.4.1: "or where v is a blank node". pySHACL lets a least length of 0 always pass."""
    shapes = _at_a("ex:p", "sh:minLength 0")
    facts = data(f'ex:a ex:p <{GENID}one> , "" .')
    assert _values(shapes, facts) == [f"{GENID}one"]
    assert _differs(shapes, facts)


@pytest.mark.parametrize(
    ("bound", "value"),
    [
        # Such datatypes have no order between them in SPARQL §17.3; pySHACL takes rdflib's, of all.
        ('"2026-01-02T10:00:00Z"^^xsd:dateTime', Literal("2026-01-03", XSD.date)),
        ("5", Literal("true", XSD.boolean)),
        ("5", Literal("P1D", XSD.duration)),
        # What is ill-typed cannot be compared; pySHACL reads it as a number.
        ("1", Literal("1e0", XSD.decimal)),
        # XML Schema 1.1 Part 2 §3.3.5: NaN is neither less than, nor equal to, anything.
        ("1", Literal("NaN", XSD.double)),
    ],
)
def test_what_cannot_be_compared_is_above_any_bound(bound: str, value: Literal) -> None:
    shapes = _at_a("ex:p", f"sh:maxInclusive {bound}")
    facts = data(f'ex:a ex:p "{value.value}"^^<{value.datatype}> .')
    assert _values(shapes, facts) == [value]
    assert _differs(shapes, facts)


def test_a_text_with_a_language_is_outside_of_any_bound() -> None:
    """SPARQL §17.3 compares simple literals only. pySHACL compares the letters."""
    shapes = _at_a("ex:p", 'sh:minInclusive "a"')
    facts = data('ex:a ex:p "b"@en .')
    assert [value for value in _values(shapes, facts) if isinstance(value, Literal)]
    assert _differs(shapes, facts)


def test_nan_is_compared_with_decimals_and_found_neither_less_nor_more() -> None:
    """XML Schema 1.1 Part 2 §3.3.5. pySHACL fails, by Python's decimals."""
    shapes = _at_a("ex:p", "sh:minInclusive 1.0")
    facts = data('ex:a ex:p "NaN"^^xsd:double .')
    assert _values(shapes, facts) == [Literal("NaN", XSD.double)]
    assert _differs(shapes, facts)


@pytest.mark.parametrize("literal", ["false", "0", '""'])
def test_no_path_of_a_query_leads_from_a_literal(literal: str) -> None:
    """RDF 1.1 §3.1: a literal is no subject. rdflib takes one that is falsy for any subject."""
    query = f"SELECT $this ?value {{ $this <{ex('p')}>?/<{ex('q')}> ?value }}"
    shapes = f'ex:S a sh:NodeShape ; sh:targetNode {literal} ; sh:sparql [ sh:select "{query}" ] .'
    facts = data("ex:b ex:q ex:c .")
    assert _values(shapes, facts) == []
    assert _differs(shapes, facts)
