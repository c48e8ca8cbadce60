"""Who asks is told by a token, and by nothing else."""

import base64
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from isogloss.api.app import build_app
from isogloss.bootstrap import Services, build
from isogloss.errors import Unauthenticated
from isogloss.model.rdf import Iri
from isogloss.services.ownership import OPERATOR
from isogloss.settings import Settings
from isogloss.store.tokens import FILE, PREFIX, Tokens

ANN = Iri("https://people.example/ann")
DAY = timedelta(days=1)
WHO = '{"query": "{ viewer { id } }"}'
CHANGE = (
    '{"query": "mutation { grantRole(domain: \\"governance\\", member: \\"urn:x:y\\", '
    'role: OWNER) { __typename } }"}'
)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Services]:
    services = build(Settings(data=tmp_path / "mesh"))
    yield services
    services.close()


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """A mesh that nobody changes, with more and more tokens that are good."""
    services = build(Settings(data=tmp_path_factory.mktemp("asked") / "mesh"))
    yield services
    services.close()


def _client(services: Services, *, public: bool = False) -> TestClient:
    return TestClient(build_app(services, public=public), base_url="http://localhost")


def _status(client: TestClient, *values: str, body: str = WHO) -> int:
    headers = [("Content-Type", "application/json")]
    headers += [("Authorization", value) for value in values]
    response = client.post("/graphql", content=body, headers=headers)
    if response.status_code == 401:
        assert response.headers["www-authenticate"] == "Bearer"
        assert response.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    return response.status_code


def test_a_token_is_256_random_bits(served: Services) -> None:
    made = {served.tokens.issue(ANN, DAY)[0] for _ in range(100)}
    assert len(made) == 100
    bits = [base64.urlsafe_b64decode(one.removeprefix(PREFIX) + "=") for one in made]
    assert {len(some) for some in bits} == {32}
    # Every bit takes both values: none is fixed.
    for place in range(256):
        assert {some[place // 8] >> place % 8 & 1 for some in bits} == {0, 1}


def test_a_token_is_nowhere_in_the_folder(served: Services, tmp_path: Path) -> None:
    secrets = [served.tokens.issue(ANN, DAY) for _ in range(5)]
    client = _client(served)
    for secret, token in secrets:
        assert _status(client, f"Bearer {secret}") == 200
        assert _status(client, f"Bearer {secret}", body=CHANGE) == 200
        served.tokens.revoke(token.id)
    served.close()
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert tmp_path / "mesh" / FILE in files
    said = b"".join(path.read_bytes() for path in files)
    for secret, _ in secrets:
        bits = base64.urlsafe_b64decode(secret.removeprefix(PREFIX) + "=")
        for trace in (secret.encode(), secret.removeprefix(PREFIX).encode(), bits, bits.hex()):
            found = trace if isinstance(trace, bytes) else trace.encode()
            assert found not in said


def test_what_is_known_of_a_token_does_not_tell_it(served: Services) -> None:
    secret, token = served.tokens.issue(ANN, DAY)
    assert secret not in repr(token)
    assert secret not in repr(served.tokens.all())
    for guess in (token.id, f"{PREFIX}{token.id}", secret[:-1], secret + "A", secret.lower()):
        with pytest.raises(Unauthenticated):
            served.tokens.principal(guess)


def test_an_expired_token_counts_no_more(served: Services) -> None:
    client = _client(served)
    for lifetime in (timedelta(0), timedelta(microseconds=-1), timedelta(days=-365)):
        secret, _ = served.tokens.issue(ANN, lifetime)
        assert _status(client, f"Bearer {secret}") == 401
    assert _status(client, f"Bearer {served.tokens.issue(ANN, timedelta(seconds=60))[0]}") == 200


def test_a_revoked_token_is_refused_at_its_next_use(served: Services, tmp_path: Path) -> None:
    secret, token = served.tokens.issue(ANN, DAY)
    other, _ = served.tokens.issue(ANN, DAY)
    client = _client(served)
    assert _status(client, f"Bearer {secret}") == 200
    # As the operator does, from another process, while the mesh is served.
    operator = Tokens(tmp_path / "mesh" / FILE)
    first = operator.revoke(token.id)
    assert operator.revoke(token.id) == first
    operator.close()
    assert _status(client, f"Bearer {secret}") == 401
    assert _status(client, f"Bearer {secret}", body=CHANGE) == 401
    assert _status(client, f"Bearer {other}") == 200


def test_why_a_token_is_refused_is_not_told(served: Services) -> None:
    revoked, token = served.tokens.issue(ANN, DAY)
    served.tokens.revoke(token.id)
    expired, _ = served.tokens.issue(ANN, timedelta(0))
    client = _client(served)
    answers = {
        client.post("/graphql", content=WHO, headers={"Authorization": f"Bearer {secret}"}).text
        for secret in (revoked, expired, f"{PREFIX}{'A' * 43}")
    }
    assert len(answers) == 1


def test_the_scheme_may_be_spelt_in_any_case_and_spaced(asked: Services) -> None:
    secret, _ = asked.tokens.issue(ANN, DAY)
    client = _client(asked)
    for scheme in ("Bearer", "bearer", "BEARER", "bEaReR", " Bearer", "Bearer   "):
        assert _status(client, f"{scheme} {secret}") == 200
        assert _status(client, f"{scheme} {secret}  ") == 200


@pytest.mark.parametrize(
    "header",
    [
        "",
        " ",
        "Bearer",
        "Bearer ",
        "{secret}",
        "Bearer{secret}",
        "Bearer:{secret}",
        "Bearer\t{secret}",
        "Token {secret}",
        "Basic {secret}",
        "Digest {secret}",
        "Bearer Bearer {secret}",
        "Bearer {secret} {secret}",
        "Bearer {secret},Bearer {secret}",
        'Bearer "{secret}"',
        "Bearer {upper}",
        "Bearer {secret}%20",
        "Bearer ' OR 1=1 --",
        "Bearer \xe9\xff",
        "Bearer {huge}",
    ],
)
@pytest.mark.parametrize("public", [False, True])
def test_a_header_that_is_not_exactly_a_good_token_is_refused(
    asked: Services, header: str, public: bool
) -> None:
    secret, _ = asked.tokens.issue(ANN, DAY)
    value = header.format(secret=secret, upper=secret.upper(), huge=secret * 20_000)
    response = _client(asked, public=public).post(
        "/graphql", content=WHO, headers=[(b"authorization", value.encode("latin-1"))]
    )
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"


def test_of_several_headers_none_is_believed(asked: Services) -> None:
    good, _ = asked.tokens.issue(ANN, DAY)
    other, _ = asked.tokens.issue(OPERATOR, DAY)
    for public in (False, True):
        client = _client(asked, public=public)
        for pair in ((good, "bad"), ("bad", good), (good, other), (good, good)):
            assert _status(client, *(f"Bearer {one}" for one in pair)) == 401


def test_a_token_elsewhere_than_in_the_header_is_none(asked: Services) -> None:
    secret, _ = asked.tokens.issue(ANN, DAY)
    client = _client(asked)
    assert client.post(f"/graphql?access_token={secret}", content=WHO).status_code == 401
    for name in ("Cookie", "X-Authorization", "Proxy-Authorization"):
        headers = {name: f"Authorization=Bearer {secret}"}
        assert client.post("/graphql", content=WHO, headers=headers).status_code == 401


@pytest.mark.parametrize("token", [None, "Bearer bad"])
def test_the_token_is_looked_at_before_the_body_is_read(asked: Services, token: str | None) -> None:
    read = 0

    def body() -> Iterator[bytes]:
        nonlocal read
        for _ in range(40):
            read += 1
            yield b"x" * 1024 * 1024

    headers = {"Authorization": token} if token else {}
    client = _client(asked)
    whole = client.post("/graphql", content=b"x" * 40 * 1024 * 1024, headers=headers)
    assert whole.status_code == 401
    streamed = client.post("/graphql", content=body(), headers=headers)
    assert streamed.status_code == 401
    assert read <= 1
    secret, _ = asked.tokens.issue(ANN, DAY)
    headers = {"Authorization": f"Bearer {secret}"}
    good = client.post("/graphql", content=b"x" * 40 * 1024 * 1024, headers=headers)
    assert good.status_code == 413


def test_the_public_reads_only_where_that_is_switched_on(served: Services) -> None:
    assert _status(_client(served)) == 401
    public = _client(served, public=True)
    assert public.post("/graphql", json={"query": "{ viewer { id } }"}).json() == {
        "data": {"viewer": None}
    }
    assert _status(public, "Bearer bad") == 401


MUTATIONS = (
    'replaceSource(domain: "governance", source: "x", turtle: "") { __typename }',
    'lineageFromSql(domain: "governance", source: "x", sql: "", namespace: "") { __typename }',
    "publishVerdicts { __typename }",
    'claimNamespace(domain: "governance", pattern: "x") { __typename }',
    'withdrawClaim(domain: "governance", pattern: "x") { __typename }',
    'restoreSource(domain: "governance", source: "x", asOf: 0) { __typename }',
    'applyPlan(domain: "governance", sources: [], digest: "") { __typename }',
    'grantRole(domain: "governance", member: "urn:x:y", role: OWNER) { __typename }',
    'withdrawRole(domain: "governance", member: "urn:x:y", role: OWNER) { __typename }',
    'confirmIdentity(names: ["urn:x:y", "urn:x:z"], reason: "x") { __typename }',
    'splitIdentity(names: ["urn:x:y", "urn:x:z"], reason: "x") { __typename }',
    'undoIdentity(decision: "urn:x:y", reason: "x") { __typename }',
    'draftRules(name: "x", turtle: "", reason: "x") { __typename }',
    'proposeRules(id: "urn:x:y") { __typename }',
    'voteOnRules(id: "urn:x:y", domain: "x", approves: true, comment: "x") { __typename }',
    'adoptRules(id: "urn:x:y") { __typename }',
    'withdrawRules(id: "urn:x:y", reason: "x") { __typename }',
    'requestWaiver(rule: "x", focusNode: "urn:x:y", reason: "x", until: "2030-01-01T00:00:00Z")'
    " { __typename }",
    'grantWaiver(id: "urn:x:y") { __typename }',
    'endWaiver(id: "urn:x:y") { __typename }',
    "proposeMapping(mappings: []) { __typename }",
    'approveMapping(id: "urn:x:y") { __typename }',
    'rejectMapping(id: "urn:x:y", reason: "x") { __typename }',
    'retireMapping(id: "urn:x:y", reason: "x") { __typename }',
    'translateMapping(id: "urn:x:y", translation: {loss: EXACT}) { __typename }',
    "decideMappings(decisions: []) { __typename }",
    "undoDecisions(sequence: 1) { __typename }",
    'dismissCandidate(reason: "x", finding: '
    '{kind: "x", one: "urn:x:y", other: "urn:x:z", fingerprint: "x"}) { __typename }',
)


def test_the_public_changes_nothing(served: Services) -> None:
    client = _client(served, public=True)
    plan = '{ plan(domain: "governance", sources: []) { digest } }'
    for query in [f"mutation {{ {one} }}" for one in MUTATIONS] + [plan]:
        answer = client.post("/graphql", json={"query": query}).json()
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["UNAUTHENTICATED"]
    assert served.mesh.journal.entries(newest=1) == []
    named = client.post(
        "/graphql", json={"query": "{ __schema { mutationType { fields { name } } } }"}
    )
    fields = named.json()["data"]["__schema"]["mutationType"]["fields"]
    tried = {re.split(r"[( ]", one)[0] for one in MUTATIONS}
    assert {field["name"] for field in fields} == tried, "a new mutation: try it here too"


def test_every_door_but_the_page_and_health_takes_a_token(served: Services) -> None:
    client = _client(served)
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"):
        for path in ("/graphql", "//graphql", "/graphql/", "/graphql/x", "/GRAPHQL", "/./graphql"):
            answer = client.request(method, path, content=WHO, follow_redirects=False)
            assert "viewer" not in answer.text or answer.status_code in (401, 404, 405)
            assert answer.status_code in (200, 307, 401, 404, 405)
            if answer.status_code == 200:
                assert method in ("GET", "HEAD")
    health = client.get("/health").json()
    assert health.keys() == {"status", "reason", "sequence", "graphSequence"}
