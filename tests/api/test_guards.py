"""What the HTTP door refuses, in a sentence and with a code, before anything is run."""

import json
import logging
import time

import pytest
from starlette.testclient import TestClient

from isogloss.api.app import build_app
from isogloss.api.limits import MAX_BODY_BYTES, MAX_DEPTH, MAX_FIELDS
from isogloss.bootstrap import Services


@pytest.fixture
def client(empty_mesh: Services) -> TestClient:
    return TestClient(build_app(empty_mesh, public=True), base_url="http://localhost")


def _code(client: TestClient, body: bytes, status: int) -> str:
    response = client.post("/graphql", content=body, headers={"Content-Type": "application/json"})
    assert response.status_code == status
    error = response.json()["errors"][0]
    assert error["message"]
    return str(error["extensions"]["code"])


def _query(client: TestClient, query: str) -> str:
    return _code(client, json.dumps({"query": query}).encode(), 200)


@pytest.mark.parametrize(
    "body", [b"", b"null", b"1", b"[]", b"{", b'{"query": "\xff"}', b"[" * 100_000]
)
def test_a_body_that_is_no_json_object_is_refused(client: TestClient, body: bytes) -> None:
    assert _code(client, body, 400) == "INVALID_JSON"


def test_a_body_beyond_the_limit_is_refused(client: TestClient) -> None:
    body = b'{"query": "' + b"x" * MAX_BODY_BYTES + b'"}'
    assert _code(client, body, 413) == "TOO_LARGE"


def test_an_operation_may_be_as_deep_as_the_limit_and_no_deeper(client: TestClient) -> None:
    def chain(depth: int) -> str:
        fields = ["domains", "nodes", *["products", "nodes", "domain"] * depth][: depth - 1]
        leaf = "totalCount" if fields[-1] in {"domains", "products"} else "id"
        return "{" + "{".join([*fields, leaf]) + "}" * depth

    assert "errors" not in client.post("/graphql", json={"query": chain(MAX_DEPTH)}).json()
    assert _query(client, chain(MAX_DEPTH + 1)) == "INVALID_GRAPHQL"


def test_an_operation_may_be_as_wide_as_the_limit_and_no_wider(client: TestClient) -> None:
    def wide(fields: int) -> str:
        return "{" + " ".join(f"r{n}: rules {{ id }}" for n in range(fields // 2)) + "}"

    answer = client.post("/graphql", json={"query": wide(MAX_FIELDS)}).json()
    assert "errors" not in answer
    assert _query(client, wide(MAX_FIELDS + 2)) == "INVALID_GRAPHQL"


def test_fragments_that_double_are_measured_without_spreading_them(client: TestClient) -> None:
    """A thousand characters that stand for 2^60 fields (CVE-2026-47707 and its like)."""
    fragments = "".join(f"fragment f{n} on Query {{ ...f{n + 1} ...f{n + 1} }} " for n in range(60))
    query = "{ ...f0 } " + fragments + "fragment f60 on Query { rules { id } }"
    started = time.perf_counter()
    assert _query(client, query) == "INVALID_GRAPHQL"
    assert time.perf_counter() - started < 2


def test_a_cycle_of_fragments_is_refused(client: TestClient) -> None:
    """A cycle once overflowed the stack of a depth limiter (CVE-2026-47706)."""
    query = "{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }"
    assert _query(client, query) == "INVALID_GRAPHQL"


def test_a_document_of_too_many_words_is_refused(client: TestClient) -> None:
    query = "{" + " ".join(["__typename"] * 2_001) + "}"
    assert _query(client, query) == "INVALID_GRAPHQL"


def test_a_query_that_is_none_is_refused_with_its_place(client: TestClient) -> None:
    assert _query(client, "{ domains { ") == "INVALID_GRAPHQL"
    assert _query(client, "{ domain }") == "INVALID_GRAPHQL"


def test_a_foreign_host_name_is_refused(client: TestClient) -> None:
    """A page elsewhere could call a mesh on this machine by a name of its own."""
    response = client.post(
        "/graphql", json={"query": "{ __typename }"}, headers={"Host": "evil.example"}
    )
    assert response.status_code == 400


def test_nothing_runs_by_get_or_by_a_form(client: TestClient) -> None:
    assert "data" not in client.get("/graphql?query={__typename}").text
    form = client.post("/graphql", content=b"query={__typename}")
    assert form.status_code == 400


def test_a_bug_is_hidden_from_the_caller_and_logged_under_a_number(
    empty_mesh: Services,
    client: TestClient,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("the password is swordfish")

    monkeypatch.setattr(type(empty_mesh.meanings), "polysemes", broken)
    with caplog.at_level(logging.ERROR):
        answer = client.post("/graphql", json={"query": "{ polysemes { label } }"}).json()
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "INTERNAL"
    assert "swordfish" not in json.dumps(answer)
    assert error["extensions"]["number"] in caplog.text
    assert "swordfish" in caplog.text


def test_health_says_where_the_mesh_stands(client: TestClient) -> None:
    assert client.get("/health").json() == {
        "status": "ok",
        "reason": "",
        "sequence": 0,
        "graphSequence": 0,
    }


def test_the_page_may_load_nothing_from_elsewhere(client: TestClient) -> None:
    response = client.get("/graphql", headers={"Accept": "text/html"})
    assert response.status_code == 200
    if "Content-Security-Policy" in response.headers:
        policy = response.headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "http" not in policy
