"""Who may listen over a WebSocket, how much, and for how long."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from websockets.exceptions import InvalidStatus
from websockets.typing import Origin

from isogloss.api import app, sockets
from isogloss.api.limits import MAX_FIELDS
from isogloss.bootstrap import Services
from isogloss.model.change import Committed
from isogloss.model.rdf import Iri
from tests.doors import without_rules
from tests.listening import CHANGES, Client, Served, serve, until

ANN, BEN = Iri("https://people.example/ann"), Iri("https://people.example/ben")
DAY = timedelta(days=1)


@pytest.fixture
def served(empty_mesh: Services) -> Iterator[Served]:
    with serve(empty_mesh) as here:
        yield here


@pytest.fixture
def public(empty_mesh: Services) -> Iterator[Served]:
    with serve(empty_mesh, public=True) as here:
        yield here


def _refused(served: Served, **options: Any) -> int:
    """Give the status with which a WebSocket is not even opened."""
    with pytest.raises(InvalidStatus) as refused, served.open(**options):
        pass
    return refused.value.response.status_code


def _init(served: Served, payload: object, **options: Any) -> tuple[int, str]:
    with served.open(**options) as client:
        client.say(type="connection_init", payload=payload)
        return client.closed()


def _error(client: Client) -> dict[str, Any]:
    message = client.hear()
    errors = message["payload"]
    error: dict[str, Any] = (errors if isinstance(errors, list) else errors["errors"])[0]
    return error


def test_without_a_token_nobody_listens(served: Served) -> None:
    for payload in ({}, {"token": served.token()}):
        code, reason = _init(served, payload)
        assert code == 4401
        assert "connection_init" in reason
    with served.open() as client:
        client.subscribe("governance")
        assert client.closed()[0] == 4401


def test_a_bad_token_opens_nothing(served: Served) -> None:
    good = served.token()
    expired, _ = served.services.tokens.issue(ANN, timedelta(0))
    bad = [f"Bearer {expired}", "Bearer bad", good, "Bearer", "", 7, None, [f"Bearer {good}"]]
    for value in bad:
        assert _init(served, {"authorization": value})[0] == 4401
    for header in (f"Bearer {expired}", "Bearer bad", good, ""):
        assert _refused(served, additional_headers={"Authorization": header}) == 401
    assert not served.seen


def test_a_bad_token_is_not_taken_for_the_public(public: Served) -> None:
    assert _init(public, {"authorization": "Bearer bad"})[0] == 4401
    assert _refused(public, additional_headers={"Authorization": "Bearer bad"}) == 401


def test_a_good_token_counts_in_the_first_message_or_in_the_header(served: Served) -> None:
    header = {"Authorization": f"Bearer {served.token()}"}
    with served.open(additional_headers=header) as client:
        client.init()
    with served.open() as client:
        client.init(served.token())
    # Of two, a proxy in front may have believed the other.
    payload = {"authorization": f"Bearer {served.token()}"}
    assert _init(served, payload, additional_headers=header)[0] == 4401


def test_a_token_elsewhere_is_none(served: Served) -> None:
    secret = served.token()
    address = f"{served.url}?authorization=Bearer%20{secret}&access_token={secret}"
    cookie = {"Cookie": f"authorization=Bearer {secret}"}
    for options in ({"url": address}, {"additional_headers": cookie}):
        assert _init(served, {}, **options)[0] == 4401


@pytest.mark.parametrize("ends", ["revoked", "expired"])
def test_whose_token_ends_listens_no_more_even_if_nothing_happens(
    served: Served, ends: str
) -> None:
    lifetime = DAY if ends == "revoked" else timedelta(seconds=2)
    secret, token = served.services.tokens.issue(ANN, lifetime)
    alone = served.tasks()
    with served.open() as client, served.open() as other:
        client.init(secret)
        client.subscribe("governance")
        other.init(served.token())
        served.looked("governance")
        if ends == "revoked":
            served.services.tokens.revoke(token.id)
        code, reason = client.closed(5)
        assert code == 4401
        assert "revoked" in reason
        other.say(type="ping")
        assert other.hear() == {"type": "pong"}
    until(lambda: served.tasks() == alone)


def test_a_revoked_token_is_told_nothing_more(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between two looks at the token: each event looks too, and each subscription."""
    monkeypatch.setattr(sockets, "CHECK_SECONDS", 3600)
    secret, token = served.services.tokens.issue(ANN, DAY)
    with served.open() as client:
        client.init(secret)
        client.subscribe("governance")
        served.looked("governance")
        served.services.tokens.revoke(token.id)
        product = (
            f"<{served.services.catalog.get_domain('governance').uri_space}p> "
            "a <https://www.omg.org/spec/DPROD/dprod/DataProduct> ."
        )
        judge, loading = served.services.judge, served.services.loading
        with judge.turn(), without_rules(judge):
            loaded = loading.replace_source("governance", "product", product)
        assert isinstance(loaded.outcome, Committed)
        message = client.hear()
        assert (message["id"], message["payload"]["data"]) == ("1", None)
        assert message["payload"]["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
        assert client.hear()["type"] == "complete"
        client.subscribe("governance", id="2")
        assert _error(client)["extensions"]["code"] == "UNAUTHENTICATED"


def test_only_subscriptions_are_answered(served: Served) -> None:
    mutation = (
        'mutation { grantRole(domain: "governance", member: "urn:x:y", role: OWNER) '
        "{ __typename } }"
    )
    with served.open() as client:
        client.init(served.token())
        for number, query in enumerate(["{ viewer { id } }", "{ __schema { types { name } } }"]):
            client.subscribe("", query, id=str(number))
            error = _error(client)
            assert "by POST" in error["message"]
            assert error["extensions"]["code"] == "INVALID_GRAPHQL"
        client.subscribe("", mutation, id="m")
        assert "by POST" in _error(client)["message"]
    assert served.services.mesh.journal.entries(newest=1) == []


def test_other_protocols_are_not_spoken(served: Served) -> None:
    for protocols in (["graphql-ws"], None):
        with served.open(subprotocols=protocols) as client:
            assert client.closed()[0] == 4406


def test_a_page_elsewhere_opens_nothing(served: Served) -> None:
    for origin in ("https://evil.example", "null", "http://127.0.0.1:1"):
        assert _refused(served, origin=Origin(origin)) == 403
    own = served.url.removesuffix("/graphql").replace("ws://", "http://")
    with served.open(origin=Origin(own)) as client:
        client.init(served.token())


def test_a_foreign_host_name_opens_nothing(served: Served) -> None:
    port = served.server.servers[0].sockets[0].getsockname()[1]
    url = f"ws://evil.example:{port}/graphql"
    assert _refused(served, url=url, address=("127.0.0.1", port)) == 400


def test_who_does_not_begin_is_not_waited_for(
    empty_mesh: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sockets.INIT_SECONDS == 5
    monkeypatch.setattr(app, "INIT_SECONDS", 0.3)
    with serve(empty_mesh) as served, served.open() as client:
        client.say(type="ping")
        assert client.hear() == {"type": "pong"}
        assert client.closed(3)[0] == 4408


def test_ten_subscriptions_fit_on_a_connection(served: Served) -> None:
    with served.open() as client:
        client.init(served.token())
        for number in range(10):
            client.subscribe("governance", id=str(number))
        client.subscribe("governance", id="one more")
        message = client.hear()
        assert (message["type"], message["id"]) == ("error", "one more")
        client.say(type="complete", id="3")
        client.subscribe("governance", id="instead")
        assert client.hears_nothing(0.3)


def test_five_connections_fit_a_principal(served: Served) -> None:
    opened = [served.open() for _ in range(5)]
    first = opened[0].__enter__()
    first.init(served.token(ANN))
    for one in opened[1:]:
        one.__enter__().init(served.token(ANN))
    payload = {"authorization": f"Bearer {served.token(ANN)}"}
    code, reason = _init(served, payload)
    assert (code, "too many" in reason) == (1013, True)
    with served.open() as other:
        other.init(served.token(BEN))
    for one in opened:
        one.__exit__(None, None, None)
    with served.open() as again:
        again.init(served.token(ANN))


def test_the_public_has_its_own_bound(public: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "MAX_PUBLIC", 1)
    with public.open() as one:
        one.init()
        one.subscribe("governance")
        public.looked("governance")
        assert _init(public, {})[0] == 1013
        with public.open() as known:
            known.init(public.token())


def test_all_connections_have_a_bound(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "MAX_CONNECTIONS", 1)
    alone = served.tasks()
    with served.open() as client:
        client.init(served.token())
        assert _refused(served) == 503
    until(lambda: served.tasks() == alone)
    with served.open() as client:
        client.init(served.token())


@pytest.mark.parametrize(
    "said",
    [
        "",
        "no JSON",
        "[]",
        "null",
        "{}",
        b"\x00\x01",
        '{"type": 7}',
        '{"type": ["subscribe"]}',
        '{"type": "nonsense"}',
        '{"type": "ping", "x": "\\ud800"}',
        '{"type": "connection_init", "payload": 7}',
        '{"type": "complete"}',
        '{"type": "complete", "id": {}}',
        '{"type": "subscribe", "id": [], "payload": {"query": ""}}',
        '{"type": "subscribe", "id": "1", "payload": []}',
        '{"type": "subscribe", "id": "1", "payload": {}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": 7}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": "", "variables": []}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": "", "operationName": {}}}',
        '{"type": "' + "x" * 1000 + '"}',
        "[" * 100_000,
    ],
    ids=lambda said: str(said[:40]),
)
def test_what_is_no_message_of_the_protocol_closes_the_connection(
    served: Served, said: str | bytes, caplog: pytest.LogCaptureFixture
) -> None:
    with served.open() as client:
        client.socket.send(said)
        assert client.closed()[0] == 4400
    assert "Traceback" not in caplog.text


def test_a_message_beyond_the_limit_closes_the_connection(served: Served) -> None:
    with served.open() as client:
        client.init(served.token())
        client.say(type="ping", payload={"x": "x" * sockets.MAX_MESSAGE_BYTES})
        assert client.closed()[0] == 1009


def _wide(fields: int) -> str:
    many = " ".join(f"f{n}: sequence" for n in range(fields - 1))
    return f'subscription {{ verdictChanges(domain: "governance") {{ {many} }} }}'


@pytest.mark.parametrize(
    "query",
    [
        lambda: _wide(MAX_FIELDS + 1),
        lambda: CHANGES + "".join(f" fragment f{n} on Query {{ x }}" for n in range(500)),
        lambda: "subscription {",
        lambda: "subscription { " + "x" * 500,
        lambda: "subscription { nothing }",
        lambda: "",
        lambda: "fragment f on Query { viewer { id } }",
        lambda: (
            'subscription { a: verdictChanges(domain: "x") { sequence } '
            'b: verdictChanges(domain: "x") { sequence } }'
        ),
    ],
)
def test_documents_are_measured_as_those_sent_by_post(
    served: Served, query: Callable[[], str], caplog: pytest.LogCaptureFixture
) -> None:
    with served.open() as client:
        client.init(served.token())
        client.subscribe("governance", query())
        assert _error(client)["extensions"]["code"] == "INVALID_GRAPHQL"
        client.subscribe("governance", _wide(MAX_FIELDS), id="2")
        assert client.hears_nothing(0.3)
    assert caplog.text == ""


def test_a_subscription_by_post_is_refused_in_a_sentence(served: Served) -> None:
    answer = httpx2.post(
        served.url.replace("ws://", "http://"),
        json={"query": CHANGES, "variables": {"domain": "governance"}},
        headers={
            "Authorization": f"Bearer {served.token()}",
            "Accept": "text/event-stream, multipart/mixed, application/json",
        },
    )
    (error,) = answer.json()["errors"]
    assert "graphql-transport-ws" in error["message"]
    assert error["extensions"]["code"] == "INVALID_GRAPHQL"
