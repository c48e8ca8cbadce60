"""Asking changes nothing for want of a token or a right, or where the text is broken."""

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isogloss.errors import MeshError
from isogloss.model.access import Role
from tests.security.doors import APPLY, GRANT, PLAN, REPLACE, RESTORE, WITHDRAW
from tests.security.world import (
    CATALOGUE,
    MEMBERS,
    REMOVED,
    RIVALS,
    SPACES,
    STRANGER,
    World,
    attempts,
    domain_iri,
    may_write,
    person,
)

QUERIES = (
    (REPLACE, {"domain": "shop", "source": "orders", "turtle": ""}),
    (APPLY, {"domain": "shop", "sources": [], "digest": "0"}),
    (RESTORE, {"domain": "shop", "source": "orders", "asOf": 0}),
    (GRANT, {"domain": "shop", "member": STRANGER, "role": "OWNER"}),
    (WITHDRAW, {"domain": "shop", "member": STRANGER, "role": "OWNER"}),
    (PLAN, {"domain": "shop", "sources": []}),
)


@attempts(60, 300)
@given(
    asked=st.sampled_from(QUERIES),
    token=st.one_of(
        st.none(),
        st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=80),
        st.text("abcdef0123456789-_", min_size=43, max_size=43).map("isogloss_{}".format),
    ),
)
def test_without_a_good_token_nothing_is_done(
    world: World, asked: tuple[str, dict[str, object]], token: str | None
) -> None:
    before, last = world.quads(), world.newest()
    response = world.post(token, asked[0], **asked[1])
    assert response.status_code == 401
    assert response.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert (world.quads(), world.newest()) == (before, last)


BROKEN = ("\ud800", "a\udc00b", "\x00", "\u202e")


@pytest.mark.parametrize("broken", BROKEN)
@pytest.mark.parametrize("place", ["domain", "source", "turtle", "message", "id", "member"])
def test_broken_text_is_nobodys_bug(world: World, broken: str, place: str) -> None:
    author = person("shop", Role.OWNER)
    if place == "member":
        names: dict[str, object] = {"domain": "shop", "member": f"urn:{broken}", "role": "READER"}
        query = GRANT
    else:
        names = {"domain": "shop", "source": "orders", "turtle": "", "message": "", "id": broken}
        names[place] = broken
        query = REPLACE.replace("$id: ID)", "$id: ID, $message: String!)").replace(
            "id: $id)", "id: $id, message: $message)"
        )
    before = {quad for quad in world.quads() if not quad.graph.startswith(SPACES["shop"])}
    try:
        world.ask(author, query, **names)
    except MeshError as error:
        assert str(error)  # noqa: PT017
    after = {quad for quad in world.quads() if not quad.graph.startswith(SPACES["shop"])}
    assert {quad for quad in before ^ after if quad.graph not in (CATALOGUE, MEMBERS)} == set()


@attempts(40, 150)
@given(data=st.data(), domain=st.sampled_from(RIVALS), http=st.booleans())
def test_nobody_restores_or_lets_in_for_others(
    world: World, data: st.DataObject, domain: str, http: bool
) -> None:
    loading = world.services.loading
    source = data.draw(st.sampled_from(["orders", "glossary", "members"]))
    people = [person(name, role) for name in RIVALS for role in Role]
    outsiders = [one for one in [*people, REMOVED, STRANGER] if not may_write(one, domain, source)]
    author = data.draw(st.sampled_from(outsiders))
    named = data.draw(st.sampled_from([domain, domain_iri(domain)]))
    sequence = data.draw(st.integers(30, world.services.mesh.journal.head.sequence))
    if http:
        names: dict[str, object] = {"domain": named, "source": source, "asOf": sequence}
        world.refuses(author, partial(world.ask, author, RESTORE, **names))
    else:
        world.refuses(author, partial(loading.restore, named, source, sequence, author=author))
    if may_write(author, domain, "members"):
        return
    role = data.draw(st.sampled_from(list(Role)))
    for change, query in ((loading.grant, GRANT), (loading.withdraw, WITHDRAW)):
        for member in (author, person(domain, Role.OWNER)):
            if http:
                names = {"domain": named, "member": member, "role": role.name}
                world.refuses(author, partial(world.ask, author, query, **names))
            else:
                world.refuses(author, partial(change, named, member, role, author=author))
