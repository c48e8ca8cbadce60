"""Rules, votes and waivers come about step by step, and by no other door."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from isogloss.errors import Forbidden, MeshError
from isogloss.model.access import Role
from isogloss.model.change import Committed, Refused, SourceContent
from isogloss.model.rdf import Iri, Literal, Quad, Triple
from isogloss.model.rules import NotAdmitted, RuleSet, Vote, Waiver
from isogloss.services.loading import Format, Upload
from isogloss.services.ownership import OPERATOR
from isogloss.services.rule_records import RULES_SOURCE, rule_set_triples, waiver_triples
from isogloss.store.named_graphs import RULES
from isogloss.vocab import DCTERMS, MESH, RDF, SH, VOID
from tests.security.doors import (
    LOADS,
    RESTORE,
    Door,
    apply_over_http,
    by_change,
    by_edit,
    by_folder,
    by_plan,
    by_text,
    over_http,
    plan_over_http,
    refuse,
    written,
)
from tests.security.rule_sets import (
    SHIPPED,
    adopt,
    judges_as_before,
    say,
    sound,
    untitled,
    withdraw,
)
from tests.security.world import (
    BASE,
    SPACES,
    World,
    dataset,
    domain_iri,
    found,
    founding,
    person,
    turtle,
)

MINE = SPACES["sales"]
OWNER, GOVERNOR = person("sales", Role.OWNER), person("governance", Role.OWNER)
NOW = datetime.now(UTC)
PASSING = sound(MINE, "sh:minLength 5", id="passing").replace("ex:Title", "ex:Long")
PASSING = PASSING.replace("ex:Set", "ex:Longer")
DOORS = (
    by_change,
    by_edit,
    by_text,
    by_folder,
    by_plan,
    over_http,
    apply_over_http,
    plan_over_http,
    *LOADS,
)


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """A mesh in which a domain has a rule of its own."""
    world = found()
    adopt(world.services, "sales", sound(MINE))
    yield world
    world.services.close()


def rules(world: World) -> frozenset[Quad]:
    return frozenset(quad for quad in world.quads() if quad.graph == RULES)


def in_force(owner: str, id: Iri, *, votes: tuple[Vote, ...] = ()) -> frozenset[Triple]:
    """Write the record of a set that switches the rules of the package off for all."""
    made = RuleSet(
        id=id,
        owner=domain_iri(owner),
        name="isogloss",
        number=9,
        turtle="",
        author=OWNER,
        reason="Let me.",
        created=NOW,
        proposed=NOW,
        votes=votes,
        adopted=NOW,
        valid_from=NOW,
        blocks_from=NOW,
    )
    return rule_set_triples(made, binds_all=owner == "governance")


def forged(space: str = MINE) -> dict[str, frozenset[Triple]]:
    """Write records such as the system keeps."""
    vote = Vote(domain_iri("shop"), person("shop", Role.OWNER), True, "Yes.", NOW)
    waiver = Waiver(
        Iri(f"{space}rules/waiver/9"),
        Iri(f"{SHIPPED}Dataset-title"),
        Iri(f"{space}dataset/probe"),
        "Let me.",
        OWNER,
        NOW,
        NOW + timedelta(days=9),
        GOVERNOR,
        NOW,
    )
    everything = in_force("governance", Iri(f"{space}rules/isogloss/9"), votes=(vote,))
    votes = frozenset(t for t in everything if "/vote/" in t.subject)
    return {
        "rule set": everything - votes,
        "votes": votes,
        "waiver": waiver_triples(waiver),
        "shape": frozenset({Triple(Iri(f"{space}S"), RDF.type, Iri(f"{SH.iri}NodeShape"))}),
        "switch": frozenset(
            {Triple(Iri(f"{space}S"), Iri(f"{SH.iri}deactivated"), Literal("true"))}
        ),
        "unknown term": frozenset({Triple(Iri(f"{space}S"), Iri(f"{SH.iri}shape"), Literal("x"))}),
    }


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("author", [OWNER, GOVERNOR, OPERATOR])
def test_the_source_of_the_rules_is_written_by_nobody(
    world: World, door: Door, author: Iri
) -> None:
    for domain in ("sales", domain_iri("sales"), "governance"):
        for said in (forged()["rule set"], dataset(f"{MINE}dataset/d")):
            answer = refuse(world, door, author, domain, RULES_SOURCE, said)
            assert isinstance(answer, Forbidden)
        silence = refuse(world, by_change, author, domain, RULES_SOURCE, frozenset())
        assert isinstance(silence, Forbidden)
    judges_as_before(world, "sales")


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("kind", forged())
def test_no_other_source_says_what_only_rules_say(world: World, door: Door, kind: str) -> None:
    said = forged()[kind]
    for author in (OWNER, OPERATOR):
        answer = refuse(world, door, author, "sales", "probe", said)
        assert isinstance(answer, Forbidden)
        assert "rules (SHACL)" in str(answer)
    governed = forged(BASE)[kind]
    assert isinstance(refuse(world, door, GOVERNOR, "governance", "probe", governed), Forbidden)


@pytest.mark.parametrize("kind", ["rule set", "votes", "waiver"])
def test_a_record_without_its_class_is_a_statement_like_any_other(world: World, kind: str) -> None:
    """In a source it may stand, as nobody reads it there."""
    said = frozenset(t for t in forged()[kind] if t.predicate != RDF.type)
    before = rules(world), world.services.rules.versions(), world.services.waivers.all()
    rest = said | dataset(f"{MINE}dataset/d")
    assert isinstance(say(world.services, "sales", rest), Committed)
    try:
        assert before == (
            rules(world),
            world.services.rules.versions(),
            world.services.waivers.all(),
        )
        refused = say(world.services, "shop", untitled(f"{SPACES['shop']}dataset/probe"))
        assert isinstance(refused, Refused)
    finally:
        judges_as_before(world, "sales")


@pytest.mark.parametrize("author", [OWNER, GOVERNOR, OPERATOR])
def test_going_back_brings_no_rules_back(world: World, author: Iri) -> None:
    """Nor by a moment at which other rules were in force, whoever asks."""
    services, then = world.services, world.services.mesh.journal.head.sequence
    id = adopt(services, "sales", PASSING, name="passing")
    withdraw(services, id, "sales")
    for domain in ("sales", "governance"):
        for sequence in (1, then, then + 3):
            by_service = partial(
                services.loading.restore, domain, RULES_SOURCE, sequence, author=author
            )
            assert isinstance(world.refuses(author, by_service), Forbidden)
        over_http = partial(
            world.ask, author, RESTORE, domain=domain, source=RULES_SOURCE, asOf=str(then)
        )
        assert isinstance(world.refuses(author, over_http), Forbidden)
    judges_as_before(world, "sales")


def test_going_back_in_another_source_leaves_the_rules_alone(world: World) -> None:
    services = world.services
    assert isinstance(say(services, "sales", dataset(f"{MINE}dataset/d", "long")), Committed)
    then = services.mesh.journal.head.sequence
    say(services, "sales", frozenset())
    tight = adopt(services, "sales", PASSING, name="passing")
    before = rules(world)
    try:
        # What was good then is judged by what is in force now.
        outcome = services.loading.restore("sales", "probe", then, author=OWNER).outcome
        assert isinstance(outcome, Refused)
        assert rules(world) == before
    finally:
        withdraw(services, tight, "sales")


@pytest.mark.parametrize("format", [Format.TRIG, Format.NQUADS, Format.JSON_LD])
def test_a_document_that_names_the_graph_of_the_rules_writes_no_rules(
    world: World, format: Format
) -> None:
    before, mark = rules(world), dataset(f"{MINE}dataset/marked")
    for said in (mark, forged()["rule set"]):
        upload = Upload("document", written(format, said, RULES))
        with suppress(MeshError):
            world.services.loading.load(
                [upload], "sales", source="probe", format=format, author=OWNER
            )
        assert rules(world) == before
    say(world.services, "sales", frozenset())


def test_a_folder_that_lacks_rules_removes_none(world: World) -> None:
    before, files = rules(world), {"orders": turtle(dataset(f"{MINE}dataset/d")).encode()}
    plan = world.services.planning.plan("sales", files, author=OWNER)
    assert not any(quad.graph == RULES for quad in plan.change.added | plan.change.removed)
    assert rules(world) == before


def test_whose_the_rules_are_is_the_governance_groups_to_say(world: World) -> None:
    """Whom a domain's rules bind follows from its space."""
    services, grown = world.services, f"{BASE}warehouse/"
    wider = frozenset(
        Triple(t.subject, t.predicate, Literal(grown))
        if (t.subject, t.predicate) == (domain_iri("shop"), VOID.uriSpace)
        else t
        for t in founding().triples
    )
    content = SourceContent("governance", "domains", wider)
    for author in (person("shop", Role.OWNER), OWNER):
        found_anew = partial(services.commits.replace, [content], author=author)
        assert isinstance(world.refuses(author, found_anew), Forbidden)


def test_nobody_calls_himself_the_governance_group(world: World) -> None:
    false = frozenset(
        {
            Triple(Iri(f"{MINE}governance"), RDF.type, MESH.Domain),
            Triple(Iri(f"{MINE}governance"), DCTERMS.identifier, Literal("governance")),
            Triple(Iri(f"{MINE}governance"), VOID.uriSpace, Literal(BASE)),
        }
    )
    assert isinstance(refuse(world, by_change, OWNER, "sales", "probe", false), Forbidden)


def test_no_two_domains_come_to_quote_different_rules_by_one_id(world: World) -> None:
    services, made = world.services, {}
    for name in ("sales", "books"):
        owner, files = person(name, Role.OWNER), {"own.ttl": sound(SPACES[name], id="one-id")}
        drafted = services.rules.draft(name, "drafted", files, "Try.", author=owner)
        assert not isinstance(drafted, NotAdmitted)
        made[name] = drafted.rule_set.id
    try:
        for name, id in made.items():
            owner = person(name, Role.OWNER)
            with suppress(MeshError):
                services.rules.propose(id, author=owner)
                services.rules.vote(id, name, True, "Good.", author=owner)
                text = services.rules.version(id).rule_set.turtle
                seen = services.previewing.preview({"rules": text}, domain=name, name="drafted")
                services.rules.adopt(id, preview=seen.digest, author=owner)
        quoted = [rule for rule in services.governance.rules if rule.rule_id == "one-id"]
        assert len(quoted) == 1
    finally:
        for name, id in made.items():
            withdraw(services, id, name)
