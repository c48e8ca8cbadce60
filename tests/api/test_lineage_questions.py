"""The further questions about lineage over HTTP: each is answered, paged and pinned."""

from typing import Any

import pytest

from tests.doors import Ask

PRD = "https://mesh.example/product/"
EVENTS = f"{PRD}dataset/app_events"
ACCOUNT = f"{EVENTS}/account_id"
KPI = "https://mesh.example/finance/dataset/kpi_monthly/active_users"
COVER = "complete truncatedBy { limit value beyond cursor } asOfCommit nodesExplored edgesExplored"
COVER += " hiddenByPolicy"

# Question → what lists its answer, its arguments, its limits.
QUESTIONS = {
    "lineagePaths": (
        "paths { ids nodes { id } } more moreIsExact",
        f'from: "{EVENTS}", to: "https://mesh.example/finance/dataset/kpi_monthly", level: DATASET',
        ("maxPaths", "maxHops"),
    ),
    "impact": (
        "hits { id severity distance way observed promised dataset { title } products { title } "
        "domain { name } owners { name } }",
        f'of: "{EVENTS}", change: DROP',
        ("maxNodes", "maxHops"),
    ),
    "sourceOfTruth": (
        "roots { id distance masked leak chain { downstream upstream kind evidence "
        "transformations graph job since until } }",
        f'of: "{KPI}"',
        ("maxRoots",),
    ),
    "masking": ("leaks { end path } holds ends leaking columns", f'of: "{ACCOUNT}"', ("maxLeaks",)),
    "orphans": ("ids nodes { id }", "level: COLUMN", ("first",)),
    "hubs": ("hubs { id upstream downstream }", "level: DATASET", ("first",)),
    "criticalDatasets": ("datasets { id reach }", "level: DATASET", ("first",)),
}


def _answer(answer: dict[str, Any], question: str) -> dict[str, Any]:
    assert "errors" not in answer, answer["errors"]
    found: dict[str, Any] = answer["data"][question]
    return found


@pytest.mark.parametrize(
    ("question", "limit"),
    [(question, limit) for question, (_, _, limits) in QUESTIONS.items() for limit in limits],
)
def test_a_cut_answer_says_so_and_goes_on(ask_little_mesh: Ask, question: str, limit: str) -> None:
    parts, told, _ = QUESTIONS[question]
    listed = parts.split()[0]
    query = (
        f"query ($after: String) {{ {question}({told}%s, after: $after) {{ {parts} {COVER} }} }}"
    )
    whole = _answer(ask_little_mesh(query % f", {limit}: 1000", after=None), question)
    assert (whole["complete"], whole["truncatedBy"], whole["hiddenByPolicy"]) == (True, None, 0)
    assert whole["asOfCommit"] == 2
    assert whole["nodesExplored"] > 0
    assert len(whole[listed]) > 1
    rows: list[Any] = []
    after = None
    while True:
        page = _answer(ask_little_mesh(query % f", {limit}: 1", after=after), question)
        rows += page[listed]
        if page["complete"]:
            break
        assert (page["truncatedBy"]["limit"], page["truncatedBy"]["value"]) == (limit, 1)
        after = page["truncatedBy"]["cursor"]
    assert after is not None
    assert sorted(rows, key=whole[listed].index) == whole[listed]


def test_an_impact_is_grouped_by_owner_and_leaves_in_every_form(ask_little_mesh: Ask) -> None:
    query = """query ($of: ID!) { impact(of: $of, change: DROP) { csv turtle mermaid graphml
      hits { id owners { id } } byOwner { owner { id name } hits { id } } } }"""
    found = _answer(ask_little_mesh(query, of=EVENTS), "impact")
    by_owner = {(one["owner"] or {}).get("id"): one["hits"] for one in found["byOwner"]}
    for hit in found["hits"]:
        for owner in hit["owners"]:
            assert {"id": hit["id"]} in by_owner[owner["id"]]
    for form in ("csv", "turtle", "mermaid", "graphml"):
        assert found[form], form
    assert all(hit["id"] in found["graphml"] for hit in found["hits"])


def test_filters_reach_the_search(ask_little_mesh: Ask) -> None:
    query = """query ($of: ID!, $filter: LineageFilter) {
      impact(of: $of, change: DROP, filter: $filter) { hits { domain { name } } } }"""
    found = _answer(ask_little_mesh(query, of=EVENTS, filter={"domain": "product"}), "impact")
    assert {hit["domain"]["name"] for hit in found["hits"]} == {"product"}
    answer = ask_little_mesh(query, of=EVENTS, filter={"ignoreAsHops": ["no IRI"]})
    assert answer["errors"][0]["extensions"]["code"] == "INVALID_IRI"


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ('impact(of: "urn:x", change: DROP) { complete }', "NOT_FOUND"),
        (f'impact(of: "{EVENTS}", change: DROP, maxNodes: 0) {{ complete }}', "INVALID_ARGUMENT"),
        (f'masking(of: "{ACCOUNT}", after: "soon") {{ complete }}', "INVALID_ARGUMENT"),
        ('rootCauses(of: "urn:x") { complete }', "NOT_FOUND"),
        (f'runLineage(run: "{EVENTS}") {{ complete }}', "NOT_FOUND"),
        ('cycles(domain: "nobody") { complete }', "NOT_FOUND"),
        (f'lineageDiff(of: "{EVENTS}", from: 99) {{ complete }}', "NOT_FOUND"),
    ],
)
def test_questions_that_cannot_be_answered_are_refused_by_code(
    ask_little_mesh: Ask, question: str, code: str
) -> None:
    answer = ask_little_mesh(f"{{ {question} }}")
    assert answer["errors"][0]["extensions"]["code"] == code


def test_nothing_is_wrong_where_nothing_ran(ask_little_mesh: Ask) -> None:
    query = f'{{ rootCauses(of: "{EVENTS}") {{ causes {{ kind node words }} {COVER} }} }}'
    found = _answer(ask_little_mesh(query), "rootCauses")
    assert (found["causes"], found["complete"]) == ([], True)


def test_the_circle_of_the_sample_mesh_is_found(ask_little_mesh: Ask) -> None:
    """Marketing attributes revenue to campaigns, and what that tells steers the next ones."""
    query = f"{{ cycles {{ circles {{ nodes path }} {COVER} }} }}"
    circles = _answer(ask_little_mesh(query), "cycles")["circles"]
    domains = {node.split("/")[3] for node in circles[0]["nodes"]}
    assert domains == {"finance", "marketing", "sales"}
    for circle in circles:
        assert circle["path"][0] == circle["path"][-1]
        assert set(circle["path"]) <= set(circle["nodes"])
