"""Lineage from SQL, through GraphQL."""

from typing import Any

import pytest

from isogloss.bootstrap import Services
from isogloss.model.change import Committed
from tests.doors import Ask
from tests.services.test_commits import BASE, FOUNDING

NAMESPACE = "postgres://db"
SQL = "create table t (a int, b int);\ncreate view v as select a, b as c from t where b > 0;"
MUTATION = """mutation ($source: String!, $sql: String!, $dialect: String, $namespace: String!) {
  lineageFromSql(domain: "shop", source: $source, sql: $sql, dialect: $dialect,
                 namespace: $namespace, message: "Why.") {
    __typename
    ... on Committed { sequence notes }
    ... on CommittedWithWarnings { sequence notes }
    ... on Refused { violations { message } } } }"""


@pytest.fixture
def ask(empty_mesh: Services, ask_empty_mesh: Ask) -> Ask:
    assert isinstance(empty_mesh.commits.replace([FOUNDING]), Committed)
    return ask_empty_mesh


def _load(ask: Ask, source: str, sql: str, **more: Any) -> dict[str, Any]:
    variables = {"dialect": "postgres", "namespace": NAMESPACE, **more}
    return ask(MUTATION, source=source, sql=sql, **variables)


def _upstream(ask: Ask, column: str) -> set[str]:
    query = "query ($of: ID!) { lineage(of: $of, direction: UPSTREAM) { nodes { id } } }"
    answer = ask(query, of=f"{BASE}shop/ns/postgres%3A%2F%2Fdb/dataset/{column}")
    nodes = answer["data"]["lineage"]["nodes"]
    return {node["id"].rpartition("dataset/")[2] for node in nodes}


def test_sql_is_a_source_like_any_other_and_lists_what_was_not_resolved(ask: Ask) -> None:
    made = _load(ask, "views", SQL + "\nselect * from nowhere;")["data"]["lineageFromSql"]
    assert made["__typename"].startswith("Committed")
    assert made["notes"] == [
        "views.sql, line 3: * was not traced: the columns of nowhere are not known.",
        "views.sql, line 3: this query writes nothing.",
    ]
    assert _upstream(ask, "v/c") == {"t/b"}
    # What the mesh has learnt of v makes its columns known to another source.
    more = _load(ask, "tables", "create table w as select * from v")["data"]["lineageFromSql"]
    assert more["notes"] == []
    assert _upstream(ask, "w/a") == {"v/a", "t/a", "t/b"}
    # A source says exactly what its SQL says: the view is gone once it is no longer in it.
    _load(ask, "views", "create view other as select a from t")
    assert _upstream(ask, "w/a") == {"v/a"}


@pytest.mark.parametrize(
    ("more", "code", "what"),
    [
        ({"dialect": "klingon"}, "INVALID_ARGUMENT", "it is one of"),
        ({"namespace": " "}, "INVALID_INPUT", "namespace is empty"),
        ({"sql": ""}, "INVALID_INPUT", "is empty"),
        ({"sql": "this is prose"}, "INVALID_INPUT", "No statement was understood"),
    ],
)
def test_what_cannot_be_read_is_refused(
    ask: Ask, more: dict[str, str], code: str, what: str
) -> None:
    answer = _load(ask, "views", **{"sql": SQL, **more})
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == code
    assert what in error["message"]
