"""Nobody writes, and nobody gives a right, beyond what his own rights are."""

from hypothesis import given
from hypothesis import strategies as st

from isogloss.errors import Forbidden, NotFound
from isogloss.model.access import Role
from isogloss.model.rdf import Iri, Literal, Term, Triple
from isogloss.vocab import CODE, DCAT, DCTERMS, MESH, ORG, RDF, SH, SKOS, VOID
from tests.security.disguises import SOURCES, false_memberships, lawful, writer
from tests.security.doors import DOORS, Door, by_change, by_text, over_http, refuse
from tests.security.world import (
    BASE,
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


@attempts(200, 1_200)
@given(data=st.data(), door=DOORS, domain=st.sampled_from(RIVALS), source=SOURCES)
def test_nobody_writes_what_his_roles_do_not_give(
    world: World, data: st.DataObject, door: Door, domain: str, source: str
) -> None:
    source = data.draw(st.sampled_from([source, "members"]))
    people = [person(name, role) for name in ("governance", *RIVALS) for role in Role]
    authors = [one for one in [*people, REMOVED, STRANGER] if not may_write(one, domain, source)]
    close = [one for one in authors if f"/{domain}/" in one]
    author = data.draw(st.sampled_from([*authors, *close * 4]))
    named = data.draw(st.sampled_from([domain, domain_iri(domain), domain_iri(domain).upper()]))
    error = refuse(world, door, author, named, source, data.draw(lawful(domain)))
    assert isinstance(error, NotFound if named.isupper() or "HTTPS" in named else Forbidden)


SYSTEM_TALK: list[tuple[Iri, Term]] = [
    (MESH.dataGraph, Iri(f"{BASE}sales/graph/orders")),
    (MESH.shapesGraph, Iri(f"{BASE}sales/graph/orders")),
    (MESH.applied, Literal("true")),
    (MESH.sequence, Literal("1")),
    (MESH.head, Literal("0")),
    (VOID.uriSpace, Literal(BASE)),
    (RDF.type, MESH.Domain),
    (RDF.type, SH.NodeShape),
    (SH.targetClass, DCAT.Dataset),
    (Iri(f"{SH.iri}sparql"), Iri(f"{BASE}x")),
    (ORG.role, Iri(f"{CODE.iri}owner")),
    (ORG.organization, domain_iri("sales")),
    (ORG.organization, domain_iri("governance")),
    (MESH.fieldOf, Iri(f"{BASE}sales-old/dataset/orders")),
    (MESH.parentField, Iri(f"{BASE}sales-old/dataset/orders/x")),
    (SKOS.inScheme, Iri(f"{BASE}sales-old/glossary")),
]


@attempts(120, 600)
@given(data=st.data(), door=DOORS, attacker=st.sampled_from(RIVALS), source=SOURCES)
def test_no_domain_speaks_as_the_system_or_of_its_own_bounds(
    world: World, data: st.DataObject, door: Door, attacker: str, source: str
) -> None:
    predicate, value = data.draw(st.sampled_from(SYSTEM_TALK))
    subject, space = f"{SPACES[attacker]}thing", SPACES[attacker]
    triple = Triple(Iri(subject), predicate, value)
    if str(value).startswith(f"{BASE}sales-old/") and attacker == "sales-old":
        triple = Triple(Iri(subject), MESH.dataGraph, Iri(f"{space}graph/orders"))
    if data.draw(st.booleans()):
        # Its own name and glossary are the governance group's to state.
        claims: list[tuple[Iri, Term]] = [
            (DCTERMS.identifier, Literal("governance")),
            (DCTERMS.identifier, Literal("aaa")),
            (MESH.glossary, Iri(f"{BASE}shop/glossary")),
            (SKOS.prefLabel, Literal("Sales")),
        ]
        triple = Triple(domain_iri(attacker), *data.draw(st.sampled_from(claims)))
    author = data.draw(writer(attacker, source))
    error = refuse(world, door, author, attacker, source, data.draw(lawful(attacker)) | {triple})
    assert isinstance(error, Forbidden)


@attempts(100, 500)
@given(data=st.data(), door=DOORS, attacker=st.sampled_from(RIVALS))
def test_no_owner_gives_a_right_that_is_not_his_to_give(
    world: World, data: st.DataObject, door: Door, attacker: str
) -> None:
    said = data.draw(false_memberships(attacker))
    source = data.draw(st.sampled_from(["members", "members", "orders", "glossary"]))
    error = refuse(world, door, person(attacker, Role.OWNER), attacker, source, said)
    assert isinstance(error, Forbidden)


@attempts(60, 300)
@given(data=st.data(), door=st.sampled_from([by_change, by_text, over_http]))
def test_governance_itself_stays_within_the_spaces_and_out_of_the_system(
    world: World, data: st.DataObject, door: Door
) -> None:
    nobodys = [
        "https://elsewhere.example/x",
        "https://MESH.example/sales/x",
        "https://mesh.example:443/sales/x",
        f"{BASE}sales/../x",
        f"{BASE}s%61les/x",
        "https://w3id.org/isogloss/graph/members",
        SH.NodeShape,
    ]
    x = Iri(f"{BASE}x")
    foul = data.draw(
        st.sampled_from(
            [
                *(Triple(Iri(iri), DCTERMS.title, Literal("x")) for iri in nobodys),
                Triple(x, MESH.dataGraph, Iri(f"{BASE}graph/x")),
                Triple(x, SH.targetClass, DCAT.Dataset),
                Triple(x, ORG.organization, domain_iri("sales")),
                *(
                    Triple(x, VOID.uriSpace, Literal(space))
                    for space in (
                        BASE,
                        "https://MESH.example/sales/",
                        "https://mesh.example:443/sales/emea/",
                        f"{BASE}sales",
                        f"{BASE}sales/",
                        f"{BASE}sales/graph/",
                        f"{BASE}sales/graph/orders/",
                        f"{BASE}membership/",
                        f"{BASE}graph/",
                        f"{BASE}shop/membership/owner/",
                        f"{BASE}shop/.well-known/genid/",
                        f"{BASE}shop/../sales/x/",
                        f"{BASE}s%61les/x/",
                        "https://",
                        "https://w3id.org/isogloss/",
                        "https://xn--bcher-kva.example/daten/",
                        "",
                    )
                ),
            ]
        )
    )
    author = person("governance", data.draw(st.sampled_from([Role.OWNER, Role.ENGINEER])))
    assert isinstance(
        refuse(world, door, author, "governance", "more", frozenset({foul})), Forbidden
    )
