"""No domain writes in another's space, in whatever disguise."""

import json

from hypothesis import given
from hypothesis import strategies as st

from isogloss.errors import Forbidden, ForeignGraph, InvalidInput, MeshError
from isogloss.model.access import Role
from isogloss.model.change import SourceContent, SourceEdit
from isogloss.model.rdf import Iri, Literal, Triple
from isogloss.services.loading import Format, Upload
from isogloss.vocab import DCTERMS
from tests.security.disguises import SOURCES, false_memberships, foreign, is_iri, lawful, writer
from tests.security.doors import DOORS, JSON_LD, LOADS, Door, by_text, refuse, written
from tests.security.world import (
    BASE,
    CATALOGUE,
    DATA,
    MEMBERS,
    REMOVED,
    RIVALS,
    SPACES,
    STRANGER,
    WORDS,
    World,
    attempts,
    dataset,
    domain_iri,
    may_write,
    person,
)


@attempts(250, 2_500)
@given(
    data=st.data(),
    door=DOORS,
    # Around whose space others' nest, there is most to be gained.
    attacker=st.sampled_from([*RIVALS, *["sales"] * 5]),
    source=SOURCES,
)
def test_no_domain_describes_what_is_anothers(
    world: World, data: st.DataObject, door: Door, attacker: str, source: str
) -> None:
    subject = data.draw(foreign(attacker))
    author = data.draw(writer(attacker, source))
    mine = data.draw(lawful(attacker))
    theirs = frozenset({Triple(Iri(subject), DCTERMS.title, Literal("taken"))})
    if door is JSON_LD and not is_iri(subject):
        door = by_text  # JSON-LD has it that what is said of no IRI goes unsaid
    refuse(world, door, author, attacker, source, mine | theirs)


@attempts(150, 700)
@given(data=st.data(), attacker=st.sampled_from(RIVALS))
def test_one_foreign_item_spoils_the_batch(
    world: World, data: st.DataObject, attacker: str
) -> None:
    author = person(attacker, Role.OWNER)
    victim = data.draw(st.sampled_from([name for name in RIVALS if name != attacker]))
    fouls: list[SourceContent | SourceEdit] = [
        SourceContent(victim, "orders", data.draw(lawful(victim))),
        SourceContent(victim, "orders", frozenset()),
        SourceContent(domain_iri(victim), "glossary", frozenset()),
        SourceContent("governance", "domains", frozenset()),
        SourceEdit(victim, "members", lambda said: frozenset()),
        SourceContent(attacker, "more", dataset(data.draw(foreign(attacker)), "taken")),
        SourceContent(attacker, "members", data.draw(false_memberships(attacker))),
        SourceContent(attacker, "../x", frozenset()),
        SourceContent("nobody", "orders", frozenset()),
    ]
    foul = data.draw(st.sampled_from(fouls))
    fair: list[SourceContent | SourceEdit] = [
        SourceContent(attacker, source, data.draw(lawful(attacker))) for source in (*DATA, *WORDS)
    ]
    batch: list[SourceContent | SourceEdit] = data.draw(st.permutations([*fair, foul]))
    world.refuses(author, lambda: world.services.commits.replace(batch, author=author))


NAMES = st.one_of(
    st.sampled_from(
        [
            "",
            ".",
            "..",
            "../members",
            "orders/../../../sales/graph/orders",
            "orders/..",
            "./orders",
            "/members",
            "members/",
            "//members",
            ".members",
            "%6Dembers",
            "members%2Fx",
            "mémbers",
            "\uff4dembers",
            "members\n",
            "members ",
            "orders\x00",
            "orders?x",
            "orders#x",
            "a\\b",
            "https://mesh.example/sales/graph/orders",
            "x" * 201,
            "\ud800",
        ]
    ),
    st.text(st.characters(exclude_categories=["L", "N"]), max_size=6),
)


@attempts(120, 500)
@given(name=NAMES, door=DOORS, attacker=st.sampled_from(RIVALS))
def test_a_source_is_called_by_plain_words(
    world: World, name: str, door: Door, attacker: str
) -> None:
    if door in LOADS and not name:
        door = by_text  # a load without a source takes the document's name
    error = refuse(
        world, door, person(attacker, Role.OWNER), attacker, name, dataset(f"{SPACES[attacker]}x")
    )
    assert isinstance(error, InvalidInput)


@attempts(100, 500)
@given(
    data=st.data(),
    attacker=st.sampled_from(RIVALS),
    format=st.sampled_from([Format.TRIG, Format.NQUADS, Format.JSON_LD]),
)
def test_no_document_says_which_graph_it_goes_to(
    world: World, data: st.DataObject, attacker: str, format: Format
) -> None:
    own = f"{SPACES[attacker]}graph/orders"
    graph = data.draw(
        st.sampled_from(
            [
                *(f"{space}graph/orders" for name, space in SPACES.items() if name != attacker),
                f"{own}/",
                f"{own}#",
                own.upper(),
                own.replace("graph", "%67raph"),
                f"{SPACES[attacker]}graph/glossary",
                MEMBERS,
                CATALOGUE,
                "https://w3id.org/isogloss/graph/mark",
                "_:g",
            ]
        )
    )
    said = written(format, dataset(f"{SPACES[attacker]}x"), graph)
    if graph == "_:g":
        said = said.replace(b"<_:g>", b"_:g")
    author = person(attacker, Role.OWNER)
    error = world.refuses(
        author,
        lambda: world.services.loading.load(
            [Upload("document", said)], attacker, source="orders", format=format, author=author
        ),
    )
    assert isinstance(error, ForeignGraph)


PART = st.sampled_from(
    [BASE + "sales/", "..", ".", "../../sales", "a/../..", "%2e%2e", "", "ü", "\u200b"]
)


@attempts(60, 300)
@given(data=st.data(), attacker=st.sampled_from(RIVALS), dbt=st.booleans())
def test_what_has_only_a_name_gets_an_iri_of_the_domain_that_loads_it(
    world: World, data: st.DataObject, attacker: str, dbt: bool
) -> None:
    names = st.tuples(PART, PART).map("".join)
    if dbt:
        node = {
            "resource_type": "model",
            "name": data.draw(names) or "x",
            "schema": data.draw(names) or "x",
            "database": data.draw(names),
            "columns": {"c": {"name": data.draw(names) or "c"}},
        }
        schema = "https://schemas.getdbt.com/dbt/manifest/v12.json"
        document: object = {
            "metadata": {"dbt_schema_version": schema, "adapter_type": data.draw(names) or "x"},
            "nodes": {"model.x": node},
        }
    else:
        thing = {"namespace": data.draw(names) or "x", "name": data.draw(names) or "x"}
        document = {
            "eventType": "COMPLETE",
            "eventTime": "2026-01-31T12:00:00Z",
            "producer": f"{BASE}sales/",
            "run": {"runId": data.draw(names) or "x"},
            "job": thing,
            "inputs": [thing],
            "outputs": [{"namespace": data.draw(names) or "x", "name": "out"}],
        }
    upload = Upload("document.json", json.dumps(document).encode())
    author, source = person(attacker, Role.ENGINEER), "dbt"
    before = world.quads()

    def load() -> None:
        world.services.loading.load(
            [upload],
            attacker,
            source=source,
            format=Format.DBT if dbt else Format.OPENLINEAGE,
            author=author,
        )

    graph = Iri(f"{SPACES[attacker]}graph/{source}")
    try:
        world.allows(load, graph)
    except Forbidden:
        # Decoded, it would lead out of the domain's space.
        assert "../.." in upload.data.decode()
        assert world.quads() == before
    for quad in world.quads() - before:
        assert quad.graph == CATALOGUE or quad.subject.startswith(SPACES[attacker])
    victim = next(name for name in RIVALS if name != attacker)
    world.refuses(
        author,
        lambda: world.services.loading.load([upload], victim, source=source, author=author),
    )


@attempts(150, 800)
@given(data=st.data(), door=DOORS)
def test_whatever_is_tried_changes_only_what_the_author_may_write(
    world: World, data: st.DataObject, door: Door
) -> None:
    people = [person(name, role) for name in ("governance", *RIVALS) for role in Role]
    author = data.draw(st.sampled_from([*people, REMOVED, STRANGER]))
    domain = data.draw(st.sampled_from(RIVALS))
    if data.draw(st.booleans()):
        domain = author.split("/")[3] if author.split("/")[3] in SPACES else domain
    source = data.draw(st.sampled_from([*DATA, *WORDS, "members", "Members", "members/x"]))
    said = data.draw(lawful(domain))
    if data.draw(st.booleans()):
        said |= dataset(data.draw(foreign(domain)))
    before = world.quads()
    world.tried += 1
    try:
        door(world, author, domain, source, said)
    except MeshError:
        assert world.quads() == before
        return
    changed = world.quads() ^ before
    own = f"{SPACES[domain]}graph/{source}"
    assert not changed or may_write(author, domain, source)
    assert {quad.graph for quad in changed} <= {own, CATALOGUE}
    for quad in changed:
        if quad.graph == CATALOGUE:
            assert own in (quad.subject, quad.object)
        else:
            assert quad.subject.startswith(SPACES[domain])
