"""What a person writes into a rule stays a text, whatever it looks like."""

import pytest

from isogloss.errors import ValidationFailed
from isogloss.governance.compiler.algebra import HOLE
from isogloss.governance.compiler.program import Program
from isogloss.governance.rulebook import Rulebook
from isogloss.model.rdf import Iri, Literal, Triple
from isogloss.store.twin import Twin

EX = "https://mesh.example/"
SHAPE = """@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix ex: <https://mesh.example/> .
ex:S a sh:NodeShape ; sh:targetSubjectsOf ex:p ; sh:property ex:S-p .
ex:S-p a sh:PropertyShape ; sh:path ex:p ; %s .
"""
TEXTS = [HOLE, HOLE.strip(), f"{HOLE}{HOLE}", '" } ; {', "\\", "'''", '"""', "?f0 $this", "\t\r\n"]


def values(constraint: str, *texts: str) -> set[str]:
    """Judge nodes that have one of some texts each; give the texts that are at fault."""
    data = {Triple(Iri(f"{EX}n{n}"), Iri(f"{EX}p"), Literal(text)) for n, text in enumerate(texts)}
    twin = Twin(data)
    program = Program(Rulebook({"shapes.ttl": SHAPE % constraint}))
    standing = program.full(twin.select)
    change = program.full(Twin([]).select).after(twin.select, data, [])
    assert {r.key for r in change.new} == {r.key for r in standing.results}
    return {r.value.value for r in standing.results if isinstance(r.value, Literal)}


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_in_a_rule_is_compared_as_it_is(text: str) -> None:
    written = Literal(text).value.encode("unicode_escape").decode().replace('"', '\\"')
    assert values(f'sh:in ( "{written}" "other" )', text, "other", "third") == {"third"}


def test_a_query_with_a_hole_in_a_text_is_refused() -> None:
    query = f'SELECT $this ?value WHERE {{ $this ?p ?value FILTER(?value = """{HOLE}""") }}'
    with pytest.raises(ValidationFailed, match="break it up"):
        values(f"sh:sparql [ sh:select '''{query}''' ]", "x")
