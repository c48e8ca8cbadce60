"""Every question may be asked of the past, and every change is its author's commit."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from isogloss.api.app import build_app, build_schema
from isogloss.bootstrap import Services
from isogloss.model.change import Committed, SourceContent
from isogloss.model.rdf import Iri, Literal, Triple
from isogloss.services.ownership import OPERATOR
from isogloss.vocab import DCAT, DCTERMS, MESH, PROV, RDF, XSD
from tests.doors import Ask
from tests.services.test_commits import BASE, FOUNDING, ORDERS

ROWS = Iri(f"{BASE}shop/dataset/orders/rows")
REPLACE = """mutation ($domain: String!, $source: String!, $turtle: String!, $id: ID) {
  replaceSource(domain: $domain, source: $source, turtle: $turtle, id: $id, message: "Why.") {
    ... on Committed { sequence added removed graphs }
    ... on Refused { violations { message } } } }"""


def _orders(title: str, *, columns: int) -> SourceContent:
    triples = {
        Triple(ORDERS, RDF.type, DCAT.Dataset),
        Triple(ORDERS, DCTERMS.title, Literal(title)),
        Triple(ORDERS, DCTERMS.subject, Literal("1.10", XSD.decimal)),
    }
    for number in range(columns):
        column = Iri(f"{ORDERS}/c{number}")
        triples |= {
            Triple(column, RDF.type, MESH.Field),
            Triple(column, MESH.fieldOf, ORDERS),
            Triple(column, MESH.fieldPath, Literal(f"c{number}")),
            Triple(column, MESH.position, Literal(str(number + 1), XSD.integer)),
        }
        if number:
            triples.add(Triple(column, PROV.wasDerivedFrom, Iri(f"{ORDERS}/c0")))
    return SourceContent("shop", "orders", frozenset(triples))


@pytest.fixture
def times(empty_mesh: Services) -> list[datetime]:
    """A mesh that was changed three times, and the instants after each."""
    found = []
    for contents in ([FOUNDING], [_orders("orders", columns=2)], [_orders("all", columns=3)]):
        assert isinstance(empty_mesh.commits.replace(contents), Committed)
        found.append(datetime.now(UTC))
    return found


def _data(answer: dict[str, Any]) -> dict[str, Any]:
    assert "errors" not in answer, answer
    data: dict[str, Any] = answer["data"]
    return data


def test_every_question_has_its_past(times: list[datetime], ask_empty_mesh: Ask) -> None:
    title = "dataset(id: $id, asOf: %s) { title columns { name } }"
    moments = ("1", "2", "3", f'"{times[1].isoformat()}"', f'"{times[2].isoformat()}"', "null")
    fields = " ".join(f"m{n}: {title % moment}" for n, moment in enumerate(moments))
    answer = _data(ask_empty_mesh(f"query ($id: ID!) {{ {fields} }}", id=ORDERS))
    found = [answer[f"m{n}"] and answer[f"m{n}"]["title"] for n in range(len(moments))]
    assert found == [None, "orders", "all", "orders", "all", "all"]
    assert [len(answer[f"m{n}"]["columns"]) for n in range(1, 6)] == [2, 3, 2, 3, 3]


def test_every_query_field_but_those_about_the_past_takes_as_of() -> None:
    fields = build_schema()._schema.get_type("Query").fields  # type: ignore[union-attr]
    without = {name for name, field in fields.items() if "asOf" not in field.args}
    # A draft is compared with the rules in force, and those are of now.
    # A scorecard is of now and brings its own past along.
    # Versions and waivers say themselves what became of them, and when.
    now = {"members", "plan", "previewRules", "scorecard", "viewer"}
    # What is one tells since when.
    now |= {"identityMerges", "identitySplits", "identitySuggestions"}
    # What there is to decide, there is to decide now.
    now |= {"stewardQueue", "polysemeCandidates"}
    now |= {"stewardQueueTotal", "polysemeCandidatesTotal"}
    now |= {"checkRules", "expiringWaivers", "ruleSets", "waivers"}
    assert without == now | {"history", "diff", "journal", "lineageDiff"}


def test_lineage_and_reports_are_those_of_then(times: list[datetime], ask_empty_mesh: Ask) -> None:
    query = """query ($of: ID!, $asOf: Moment) {
      lineage(of: $of, direction: DOWNSTREAM, asOf: $asOf) { asOfCommit nodes { id } }
      validationReport(asOf: $asOf) { results { focusNode } } }"""
    counts = {}
    for moment in (2, 3, None):
        answer = _data(ask_empty_mesh(query, of=f"{ORDERS}/c0", asOf=moment))
        counts[moment] = len(answer["lineage"]["nodes"]), answer["lineage"]["asOfCommit"]
        assert answer["validationReport"]["results"]
    assert counts == {2: (1, 2), 3: (2, 3), None: (2, 3)}


@pytest.mark.parametrize("moment", ["soon", "", "2026-13-01", True, 1.5, [1], 99999999999999])
def test_a_moment_that_is_none_is_refused(
    times: list[datetime], ask_empty_mesh: Ask, moment: object
) -> None:
    answer = ask_empty_mesh(
        "query ($asOf: Moment) { domains(asOf: $asOf) { totalCount } }", asOf=moment
    )
    assert answer["errors"][0]["message"]
    assert answer["errors"][0]["extensions"]["code"] != "INTERNAL"


def test_a_commit_that_is_not_yet_is_not_found(times: list[datetime], ask_empty_mesh: Ask) -> None:
    answer = ask_empty_mesh("{ domains(asOf: 4) { totalCount } }")
    assert answer["errors"][0]["extensions"]["code"] == "NOT_FOUND"
    assert "newest is 3" in answer["errors"][0]["message"]


def test_the_history_of_a_dataset_has_its_columns(
    times: list[datetime], ask_empty_mesh: Ask
) -> None:
    query = """query ($of: ID!) { history(of: $of) {
        entry { sequence author message outcome } changes { id kind words added removed } } }"""
    newest, oldest = _data(ask_empty_mesh(query, of=ORDERS))["history"]
    assert newest["entry"]["sequence"] == 3
    assert [change["kind"] for change in newest["changes"]] == ["CHANGED", "ADDED"]
    assert newest["changes"][0]["words"] == ["title: “orders” became “all”"]
    assert newest["changes"][0]["removed"] == [
        f'<{ORDERS}> <{DCTERMS.title}> "orders" <{BASE}shop/graph/orders> .'
    ]
    assert oldest["entry"]["author"] == OPERATOR
    # As it was submitted, although the graph holds 1.1.
    assert any('"1.10"^^' in line for c in oldest["changes"] for line in c["added"])


def test_two_states_are_compared_page_by_page(times: list[datetime], ask_empty_mesh: Ask) -> None:
    query = """query ($of: ID, $after: ID) {
      diff(from: 1, to: 3, of: $of, first: 2, after: $after) {
        fromCommit toCommit totalCount changes { id kind } } }"""
    seen: list[str] = []
    while True:
        page = _data(ask_empty_mesh(query, after=seen[-1] if seen else None))["diff"]
        if not page["changes"]:
            break
        seen += [change["id"] for change in page["changes"]]
    assert len(seen) == len(set(seen)) == page["totalCount"] == 4
    domain = _data(ask_empty_mesh(query, of=f"{BASE}shop/domain"))["diff"]
    assert domain["totalCount"] == 4
    unknown = ask_empty_mesh(query, of=f"{BASE}nothing")
    assert unknown["errors"][0]["extensions"]["code"] == "NOT_FOUND"


def test_a_change_is_made_once_under_its_id(empty_mesh: Services, ask_empty_mesh: Ask) -> None:
    empty_mesh.commits.replace([FOUNDING])
    values = {
        "domain": "shop",
        "source": "orders",
        "turtle": f'<{ORDERS}> a <{DCAT.Dataset}> ; <{DCTERMS.title}> "x" .',
        "id": "mine-1",
    }
    first = _data(ask_empty_mesh(REPLACE, **values))
    empty_mesh.commits.replace([_orders("other", columns=1)])
    assert _data(ask_empty_mesh(REPLACE, **values)) == first
    assert empty_mesh.mesh.journal.head.sequence == 3
    changed = ask_empty_mesh(REPLACE, **(values | {"turtle": ""}))
    assert changed["errors"][0]["extensions"]["code"] == "INVALID_ARGUMENT"


def test_a_former_state_is_brought_back_as_a_new_commit(
    times: list[datetime], empty_mesh: Services, ask_empty_mesh: Ask
) -> None:
    answer = _data(
        ask_empty_mesh(
            'mutation { restoreSource(domain: "shop", source: "orders", asOf: 2) {'
            " ... on Committed { sequence } } }"
        )
    )
    assert answer["restoreSource"]["sequence"] == 4
    then, now = (set(empty_mesh.mesh.at(n).quads()) for n in (2, 4))
    assert then == now


def test_who_asks_is_told_by_the_token(empty_mesh: Services) -> None:
    empty_mesh.commits.replace([FOUNDING])
    ada = Iri(f"{BASE}shop/person/ada")
    boss, _ = empty_mesh.tokens.issue(OPERATOR, timedelta(days=1))
    mine, _ = empty_mesh.tokens.issue(ada, timedelta(days=1))
    client = TestClient(build_app(empty_mesh), base_url="http://localhost")

    def ask(secret: str) -> Callable[..., dict[str, Any]]:
        def asked(query: str, **variables: object) -> dict[str, Any]:
            answer: dict[str, Any] = client.post(
                "/graphql",
                json={"query": query, "variables": variables},
                headers={"Authorization": f"Bearer {secret}"},
            ).json()
            return answer

        return asked

    viewer = "{ viewer { id memberships { role domain } } members { member role } }"
    assert _data(ask(mine)(viewer))["viewer"] == {"id": ada, "memberships": []}
    write = {"domain": "shop", "source": "x", "turtle": f"<{BASE}shop/x> a <{PROV.Entity}> ."}
    assert ask(mine)(REPLACE, **write)["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    grant = """mutation ($member: ID!) {
      grantRole(domain: "shop", member: $member, role: ENGINEER) {
        ... on Committed { sequence } } }"""
    assert _data(ask(boss)(grant, member=ada))
    assert _data(ask(mine)(viewer))["viewer"]["memberships"] == [
        {"role": "ENGINEER", "domain": f"{BASE}shop/domain"}
    ]
    assert _data(ask(mine)(REPLACE, **write))["replaceSource"]["added"] == 1
    assert ask(mine)(grant, member=ada)["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert _data(ask(boss)(grant.replace("grantRole", "withdrawRole"), member=ada))
    assert ask(mine)(REPLACE, **write)["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    last = empty_mesh.history.entries(first=1)[0]
    assert (last.attempt.author, last.outcome.value) == (ada, "forbidden")
