"""A pattern that is let through runs in Oxigraph and in Python, and finds the same."""

import re

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isogloss.governance.admission.patterns import trouble

STORE = ox.Store()


def runs(pattern: str, text: str, flags: str) -> bool | None:
    asked = f"SELECT (REGEX({ox.Literal(text)}, {ox.Literal(pattern)}, '{flags}') AS ?r) {{}}"
    rows = STORE.query(asked)
    assert isinstance(rows, ox.QuerySolutions)
    found = next(rows)["r"]
    return None if found is None else found.value == "true"


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "^[a-z][a-z0-9-]*$",
        r"^[0-9]+\.[0-9]+\.[0-9]+$",
        "^[A-Za-z][A-Za-z0-9+.-]*://[^ ]+/$",
        "^(?:a|b)+?$",
        r"^\w+@\w+\.\w{2,6}$",
        "a||b",
        "()",
        r"[\]\[^-]",
        "é+",
        "a{2,}b{0}c{1,3}",
        r"\b[A-Z]",
        "^.{1,200}$",
    ],
)
def test_what_everybody_reads_alike_is_let_through(pattern: str) -> None:
    assert trouble(pattern) is None
    assert runs(pattern, "abc", "") is not None


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        ("^(?!draft)", "looks around"),
        ("a(?=b)", "looks around"),
        ("(?<=a)b", "looks around"),
        ("(?<!a)b", "looks around"),
        (r"(a)\1", "refers back"),
        ("(?P<n>a)", "not read everywhere"),
        ("(?i)a", "sh:flags"),
        ("(?>a)", "not read everywhere"),
        (r"\i\c*", "XML only"),
        (r"\p{Lu}", "not known to Python"),
        (r"\x41", "the same everywhere"),
        (r"\<", "the same everywhere"),
        ("a++", "two counts"),
        ("a{2}{3}", "two counts"),
        ("a{,3}", "begins no count"),
        ("{", "nothing stands before"),
        ("*a", "nothing stands before"),
        ("^*", "a place"),
        ("[a-z-[aeiou]]", "within a class"),
        ("[a-z--b]", "within a class"),
        ("[a&&b]", "within a class"),
        ("[]a]", "begins with ]"),
        ("[z-a]", "no regular expression"),
        ("a{3,1}", "no regular expression"),
        ("(a", "has no )"),
        ("a)", "has no ("),
        ("[a", "has no ]"),
        ("a\\", "ends in a backslash"),
        ("a{2000}", "counts beyond 1000"),
        ("(a{1000}){1000}", "too large"),
        (r"\w{100}", "too large"),
        ("(" * 60 + ")" * 60, "nested more than 50"),
    ],
)
def test_what_somebody_cannot_run_or_reads_otherwise_is_refused(pattern: str, why: str) -> None:
    found = trouble(pattern)
    assert found is not None
    assert why in found


@pytest.mark.parametrize("flags", ["s", "x", "q", "im2"])
def test_flags_that_somebody_does_not_know_are_refused(flags: str) -> None:
    assert "flag" in (trouble("a", flags) or "")


PARTS = st.sampled_from(
    [
        *r"ab1 ^$.|()[]{}*+?\-&~,:=<>!é",
        *(r"\w", r"\d", r"\s", r"\b", r"\W", r"\D", r"\S", r"\n", "[a", "[^", "a-z", "(?:"),
        *("{2}", "{1,}", "{3,5}", "{20}", "{300}", "&&", "--", "\n"),
    ]
)


@settings(max_examples=600, deadline=None)
@given(
    st.lists(PARTS, max_size=10).map("".join),
    st.text("ab1 -.é\n", max_size=6),
    st.sampled_from(["", "i", "m", "im"]),
)
def test_what_is_let_through_is_read_alike(pattern: str, text: str, flags: str) -> None:
    if trouble(pattern, flags) is not None:
        return
    python = re.compile(pattern, sum({"i": re.I, "m": re.M}[flag] for flag in flags))
    found = runs(pattern, text, flags)
    assert found is not None
    # Python's $ also stands before a line's end, and its \b and \s know other letters.
    if "\n" not in text and "\n" not in pattern:
        assert found == bool(python.search(text))
