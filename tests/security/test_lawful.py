"""The fence stands, and keeps nobody from what is his own."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isogloss.errors import Forbidden
from isogloss.model.access import Role
from isogloss.model.change import Committed, Plan, SourceContent
from isogloss.model.rdf import Iri, Literal, Triple
from isogloss.services.loading import Loaded
from isogloss.services.ownership import OPERATOR, Ownership
from isogloss.vocab import DCTERMS, MESH, ORG, RDF, SKOS, VOID
from tests.security.disguises import SOURCES, lawful, writer
from tests.security.doors import (
    DOORS,
    Door,
    apply_over_http,
    by_change,
    by_folder,
    by_plan,
    by_text,
    over_http,
    refuse,
)
from tests.security.world import (
    BASE,
    CATALOGUE,
    MEMBERS,
    RIVALS,
    SPACES,
    World,
    attempts,
    dataset,
    domain_iri,
    founding,
    person,
)


@attempts(300, 2_000)
@given(data=st.data(), door=DOORS, domain=st.sampled_from(RIVALS), source=SOURCES)
def test_what_a_role_gives_is_never_refused(
    world: World, data: st.DataObject, door: Door, domain: str, source: str
) -> None:
    author = data.draw(st.one_of(writer(domain, source), st.just(OPERATOR)))
    named = data.draw(st.sampled_from([domain, domain_iri(domain)]))
    said = data.draw(lawful(domain))
    before = world.quads()
    if door in (by_folder, apply_over_http):
        door = by_plan  # a folder is the whole of a domain: below
    done = door(world, author, named, source, said)
    if isinstance(done, Loaded):
        done = done.outcome
    assert isinstance(done, Committed | Plan | dict)
    changed = {quad.graph for quad in world.quads() ^ before}
    assert changed <= {Iri(f"{SPACES[domain]}graph/{source}"), CATALOGUE}


@attempts(40, 200)
@given(domain=st.sampled_from(RIVALS), role=st.sampled_from(list(Role)), by=st.booleans())
def test_owners_let_in_and_put_out_and_governance_names_owners(
    world: World, domain: str, role: Role, by: bool
) -> None:
    loading, member = world.services.loading, Iri("https://people.example/guest/ü?%C3%BC")
    author = person(domain if by else "governance", Role.OWNER)
    world.allows(lambda: loading.grant(domain, member, role, author=author), MEMBERS)
    there = {
        (m.domain, m.role)
        for m in world.services.commits.ownership().memberships
        if m.member == member
    }
    assert there == {(domain_iri(domain), role)}
    world.allows(lambda: loading.withdraw(domain, member, role, author=author), MEMBERS)
    assert member not in {m.member for m in world.services.commits.ownership().memberships}


def test_two_whose_iris_look_alike_are_two_members(world: World) -> None:
    alike = [Iri(f"https://people.example/a{mark}b") for mark in "-./:~"] + [
        Iri("http://people.example/a-b"),
        Iri("urn:people.example:a-b"),
    ]
    loading = world.services.loading
    for one in alike:
        loading.grant("books", one, Role.STEWARD)
    loading.withdraw("books", alike[0], Role.STEWARD)
    members = {m.member for m in world.services.commits.ownership().memberships}
    assert members & {*alike} == {*alike[1:]}


def test_a_domain_stated_ahead_of_its_founding_does_not_choose_its_name(world: World) -> None:
    # While it is not yet a domain, whoever has the space around it may speak of it.
    shop, inner = person("shop", Role.OWNER), Iri(f"{SPACES['shop']}inner/domain")
    claims = frozenset({Triple(inner, DCTERMS.identifier, Literal("governance"))})
    world.services.commits.replace([SourceContent("shop", "inner", claims)], author=shop)
    founded = founding().triples | {
        Triple(inner, RDF.type, MESH.Domain),
        Triple(inner, DCTERMS.identifier, Literal("inner")),
        Triple(inner, VOID.uriSpace, Literal(f"{SPACES['shop']}inner/")),
    }
    world.services.commits.replace([SourceContent("governance", "domains", founded)])
    assert world.services.catalog.get_domain("governance").id == domain_iri("governance")
    assert world.services.catalog.get_domain("inner").id == inner
    world.services.commits.replace([SourceContent("shop", "inner", frozenset())], author=OPERATOR)
    world.services.commits.replace([founding()])


def _some_attacks() -> Sequence[tuple[str, str, Triple]]:
    mine = Iri(f"{SPACES['shop']}x")
    return [
        ("shop", "orders", Triple(Iri(f"{SPACES['sales']}x"), DCTERMS.title, Literal("x"))),
        ("sales", "orders", Triple(Iri(f"{SPACES['sales']}x"), DCTERMS.title, Literal("x"))),
        ("shop", "orders", Triple(mine, VOID.uriSpace, Literal(BASE))),
        ("shop", "orders", Triple(domain_iri("shop"), DCTERMS.identifier, Literal("governance"))),
        ("shop", "orders", Triple(mine, SKOS.inScheme, Iri(f"{SPACES['sales']}glossary"))),
        ("shop", "members", Triple(mine, ORG.organization, domain_iri("sales"))),
    ]


@pytest.mark.parametrize("door", [by_change, by_text, over_http])
def test_the_fence_stands_under_the_real_rules_too(ruled: World, door: Door) -> None:
    shop = person("shop", Role.OWNER)
    for domain, source, triple in _some_attacks():
        error = refuse(ruled, door, shop, domain, source, frozenset({triple}))
        assert isinstance(error, Forbidden)
    said = dataset(f"{SPACES['shop']}dataset/orders", "all orders")
    ruled.allows(
        lambda: door(ruled, shop, "shop", "orders", said), Iri(f"{SPACES['shop']}graph/orders")
    )


def test_the_command_line_is_bound_by_the_fence(world: World) -> None:
    for domain, source, triple in _some_attacks():
        if domain == "shop":
            error = refuse(world, by_text, OPERATOR, domain, source, frozenset({triple}))
            assert isinstance(error, Forbidden)


def test_ownership_is_that_of_the_state_it_is_asked_of(world: World) -> None:
    before = Ownership(world.services.mesh.at(0), Iri(BASE))
    assert before.memberships == frozenset()
    assert before.owner_of(f"{SPACES['shop']}x") == world.services.catalog.get_domain("governance")
