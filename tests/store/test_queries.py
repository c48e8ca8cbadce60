"""Every named query keeps the contract in its header."""

import re
from pathlib import Path

import pyoxigraph as ox
import pytest

from isogloss.model.rdf import Iri
from isogloss.vocab import PREFIXES

QUERIES = sorted((Path(__file__).parents[2] / "src/isogloss/store/queries").glob("*.rq"))
G, H = Iri("urn:g"), Iri("urn:h")
A, B, C = Iri("urn:a"), Iri("urn:b"), Iri("urn:c")


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
def test_the_header_names_what_the_query_gives(path: Path) -> None:
    query = path.read_text("utf-8")
    stated = re.findall(r"^#\s+(?:in:|out:)?\s*\?(\w+)\s", query, re.M)
    solutions = ox.Store().query(query)
    assert isinstance(solutions, ox.QuerySolutions)
    assert [variable.value for variable in solutions.variables] == stated


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
def test_prefixes_are_those_of_the_repository_sorted_and_used(path: Path) -> None:
    query = path.read_text("utf-8")
    bound = re.findall(r"^PREFIX (\w+): <([^>]+)>$", query, re.M)
    assert bound == sorted(bound)
    assert {prefix: PREFIXES[prefix] for prefix, _ in bound} == dict(bound)
    body = query.split("SELECT", 1)[1]
    assert [prefix for prefix, _ in bound if f"{prefix}:" not in body] == []
