"""Whatever a person hands in, admission answers with findings."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from isogloss import resources
from isogloss.model.admission import Finding
from tests.governance.admission.rule_sets import HEAD_LINES, admitted, query, rule, submission

SELECT = "SELECT $this { $this a ?c FILTER NOT EXISTS { $this $PATH ?value } }"
SOUND = (
    rule("sh:or ( [ sh:class ex:T ] [ sh:not [ sh:pattern '^[a-z]+$' ] ] ) ; sh:minCount 1"),
    query(SELECT, beside="; sh:prefixes ex:P")
    + 'ex:P sh:declare [ sh:prefix "a" ; sh:namespace "urn:a"^^xsd:anyURI ] .',
    re.sub(r"(?m)^@prefix.*\n", "", resources.texts("shapes", ".ttl")["objective.ttl"]),
)
_TEXT = r"(?:'''.*?'''|'[^']*'|\"[^\"]*\")(?:@\w+|\^\^[\w:]+)?"
_TOKEN = re.compile(rf"{_TEXT}|<[^>]*>|[\w.:-]*\w|\S", re.DOTALL)
TERMS = ["1", "-1", '"x"', '"x"@en', "[ ]", "( )", "( 1 )", "_:a", "rdf:rest", "rdf:nil", "a"]
WORDS = [*TERMS, "sh:node", "sh:path", "sh:inversePath", "sh:in", "ex:Product-title", "sh:closed"]
MARKS = ["[", "]", "(", ")", ";", ".", ","]


def test_the_words_by_themselves_are_sound() -> None:
    for text in SOUND[:2]:
        assert admitted(submission(" ".join(_TOKEN.findall(text)))) == []


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """Replace, copy and swap some words of a sound rule set, and seldom break its syntax."""
    tokens = _TOKEN.findall(draw(st.sampled_from(SOUND)))
    words = st.sampled_from([at for at, token in enumerate(tokens) if token not in MARKS])
    for _ in range(draw(st.integers(1, 3))):
        one, other = draw(words), draw(words)
        kind = draw(st.sampled_from(["replace", "copy", "swap"]))
        if kind == "replace":
            tokens[one] = draw(st.sampled_from(WORDS))
        elif kind == "copy":
            tokens[one] = tokens[other]
        else:
            tokens[one], tokens[other] = tokens[other], tokens[one]
    if draw(st.integers(0, 9)) == 0:
        tokens.insert(draw(words), draw(st.sampled_from(MARKS)))
    return " ".join(tokens)


def well_told(findings: list[Finding]) -> bool:
    return all(f.file and f.code and f.message and f.line > -HEAD_LINES for f in findings)


@settings(max_examples=30, deadline=None)
@given(mutated())
def test_changed_words_never_make_it_fail(text: str) -> None:
    assert well_told(admitted(submission(text)))


@settings(max_examples=20, deadline=None)
@given(st.sampled_from(SOUND), st.integers(0, 2000), st.text(max_size=3))
def test_changed_letters_never_make_it_fail(text: str, at: int, put: str) -> None:
    at %= len(text)
    assert well_told(admitted(submission(text[:at] + put + text[at + 1 :])))
