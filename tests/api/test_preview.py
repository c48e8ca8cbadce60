"""Previews over HTTP: paged, counted, and only for those who are known."""

import csv
import io

import pyoxigraph as ox
from starlette.testclient import TestClient

from isogloss.api.app import build_app
from isogloss.bootstrap import Services
from isogloss.vocab import MESH
from tests.cli.test_rules import DRAFT
from tests.doors import Ask

QUERY = """query ($turtle: String!, $first: Int!, $skip: Int!) {
  previewRules(turtle: $turtle, days: 2) {
    sequence inForce draft
    count(kind: NEWLY_FAILING)
    effects(first: $first, skip: $skip) {
      totalCount hasNextPage
      nodes { kind before domain product owners result { focusNode rule message severity } }
    }
    byRule { name count } byDomain { name count } byProduct { name count }
    blastRadius { product violations products domains }
    costs { rule focusNodes milliseconds }
    refusedCommits { sequence author violations { focusNode } }
  }
}"""


def test_a_preview_is_paged_and_counted(ask_little_mesh: Ask) -> None:
    answer = ask_little_mesh(QUERY, turtle=DRAFT, first=10, skip=0)
    found = answer["data"]["previewRules"]
    rest = ask_little_mesh(QUERY, turtle=DRAFT, first=10, skip=10)["data"]["previewRules"]
    assert (found["count"], found["effects"]["totalCount"]) == (15, 15)
    assert found["effects"]["hasNextPage"]
    assert not rest["effects"]["hasNextPage"]
    nodes = [*found["effects"]["nodes"], *rest["effects"]["nodes"]]
    assert len({node["product"] for node in nodes}) == 15
    assert sum(one["count"] for one in found["byDomain"]) == 15
    assert found["costs"][0]["focusNodes"] == 15
    assert [commit["sequence"] for commit in found["refusedCommits"]] == [2]
    assert len(found["blastRadius"][0]["products"]) > 0
    assert found["inForce"] != found["draft"]


def test_a_preview_leaves_in_the_forms_of_the_command_line(ask_little_mesh: Ask) -> None:
    query = """query ($turtle: String!) {
      previewRules(turtle: $turtle) { turtle csv effects { totalCount } }
    }"""
    found = ask_little_mesh(query, turtle=DRAFT)["data"]["previewRules"]
    rows = list(csv.DictReader(io.StringIO(found["csv"])))
    said = list(ox.parse(found["turtle"], format=ox.RdfFormat.TURTLE))
    effects = [quad for quad in said if quad.predicate.value == MESH.effect]
    assert len(rows) == len(effects) == found["effects"]["totalCount"] == 15


def test_a_draft_that_is_none_and_a_page_that_is_none_are_refused(ask_little_mesh: Ask) -> None:
    (error,) = ask_little_mesh(QUERY, turtle="no Turtle", first=1, skip=0)["errors"]
    assert error["extensions"]["code"] == "INVALID_INPUT"
    assert error["message"].startswith("draft is no Turtle from line 1 on")
    (error,) = ask_little_mesh(QUERY, turtle=DRAFT, first=0, skip=0)["errors"]
    assert "with `first`" in error["message"]


def test_who_is_not_known_previews_nothing(little_mesh: Services) -> None:
    client = TestClient(build_app(little_mesh, public=True), base_url="http://localhost")
    variables = {"turtle": DRAFT, "first": 1, "skip": 0}
    answer = client.post("/graphql", json={"query": QUERY, "variables": variables}).json()
    assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
