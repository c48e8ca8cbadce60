"""What a domain's rules cannot do even when nobody has looked at them before they judge."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isogloss.errors import ValidationFailed
from isogloss.model.access import Role
from isogloss.model.change import Committed, Refused, SourceContent
from isogloss.model.governance import ValidationResult
from isogloss.model.rdf import Iri
from tests.security.rule_sets import (
    SHIPPED,
    derived,
    force,
    head,
    judges_as_before,
    say,
    sound,
    untitled,
    withdraw,
)
from tests.security.world import BASE, SPACES, World, attempts, dataset, domain_iri, found, person

MINE, THEIRS = SPACES["sales"], SPACES["shop"]
WITHIN = tuple(space for space in SPACES.values() if space != MINE and space.startswith(MINE))

HOSTILE = {
    "switch off": "rule:Dataset-title sh:deactivated true . "
    "rule:DatasetShape sh:deactivated true .",
    "second minCount": "rule:Dataset-title sh:minCount 0 .",
    "second path": "rule:Dataset-title sh:path dcterms:type .",
    "redefine, softer": "rule:DatasetShape a sh:NodeShape ; sh:targetClass dcat:Dataset ; "
    "sh:property rule:Dataset-title . rule:Dataset-title a sh:PropertyShape ; "
    "sh:path dcterms:title ; sh:minCount 1 ; sh:severity sh:Info ; sh:message 'Fine.' .",
    "aim at a rival": "rule:DatasetShape sh:targetNode shop:dataset\\/orders ; "
    "sh:property [ sh:path dcterms:title ; sh:maxCount 0 ] .",
    "aim at everything": "ex:All a sh:NodeShape ; sh:targetSubjectsOf rdf:type ; "
    "sh:targetObjectsOf mesh:ownedBy ; sh:property [ sh:path rdf:type ; sh:maxCount 0 ] .",
    "class shape": "dcat:Dataset a sh:NodeShape , rdfs:Class ; "
    "sh:property [ sh:path dcterms:title ; sh:maxCount 0 ] .",
    "no Turtle": "ex:S sh:minCount .",
    "no path": "ex:S a sh:PropertyShape ; sh:targetClass dcat:Dataset ; sh:minCount 1 .",
    "itself": "ex:S a sh:NodeShape ; sh:targetClass dcat:Dataset ; sh:node ex:S .",
    "no end": "_:p sh:inversePath _:p . ex:S sh:targetClass dcat:Dataset ; sh:path _:p .",
    "pattern": "ex:S a sh:NodeShape ; sh:targetClass dcat:Dataset ; sh:pattern '([' .",
    "other server": "ex:S a sh:NodeShape ; sh:targetClass dcat:Dataset ; sh:sparql [ sh:select "
    "'SELECT $this { SERVICE <http://127.0.0.1:1/> { $this ?p ?o } }' ] .",
    "escape": r"ex:S a sh:NodeShape ; sh:targetClass dcat:Dataset ; sh:sparql [ sh:select "
    r"'SELECT $this { \\u0053ERVICE <http://127.0.0.1:1/> { $this ?p ?o } }' ] .",
    "IRI that ends itself": r"ex:S sh:targetClass dcat:Dataset ; sh:path "
    r"<urn:x\u003E\u0020?y\u0020.\u0020SERVICE\u0020\u003Curn:z> ; sh:minCount 1 .",
    "others by a query": "ex:S a sh:NodeShape ; sh:targetClass dcat:Dataset ; sh:sparql [ "
    "sh:select 'SELECT $this { { SELECT $this { OPTIONAL { $this a ?c } } } }' ] .",
    "others by assignment": "ex:S a sh:NodeShape ; sh:targetClass dcat:Dataset ; sh:sparql [ "
    "sh:select 'SELECT (?other AS $this) { ?other a ?c }' ] .",
    "function": "ex:S a sh:NodeShape ; sh:targetClass dcat:Dataset ; sh:rule [ ] .",
}


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    """A mesh in which datasets of rivals come from each other, and some break a rule already."""
    world = found()
    services = world.services
    for name, space in SPACES.items():
        other = SPACES["sales" if name != "sales" else "shop"]
        iri = f"{space}dataset/orders"
        content = SourceContent(name, "orders", derived(iri, f"{other}dataset/orders"))
        assert isinstance(services.commits.replace([content]), Committed)
    yield world
    services.close()


def by_all(world: World) -> list[ValidationResult]:
    """What the rules say that bind all."""
    return [r for r in world.services.governance.report().results if r.owner is None]


def own(world: World) -> list[ValidationResult]:
    """What the rules of domains say."""
    return [r for r in world.services.governance.report().results if r.owner is not None]


def is_mine(node: str) -> bool:
    return node.startswith(MINE) and not node.startswith(WITHIN)


@pytest.mark.parametrize("attack", HOSTILE)
def test_nobody_else_is_touched_by_a_set_that_was_never_looked_at(
    world: World, attack: str
) -> None:
    before = by_all(world)
    id = force(world.services, "sales", head(MINE) + HOSTILE[attack])
    try:
        assert by_all(world) == before
        assert all(is_mine(r.focus_node) for r in own(world)), own(world)
        judges_as_before(world, "shop")
        judges_as_before(world, "emea")
        try:
            loosened = say(world.services, "sales", untitled(f"{MINE}dataset/probe"))
        except ValidationFailed:
            assert world.services.governance.report().unjudged == (id,)
        else:
            assert isinstance(loosened, Refused)
            assert SHIPPED + "Dataset-title" in {
                v.rule for v in loosened.violations if v.owner is None
            }
    finally:
        withdraw(world.services, id, "sales")
    assert by_all(world) == before
    judges_as_before(world, "sales")


def test_a_rule_of_the_same_name_hides_nothing_and_is_nobodys_to_waive(world: World) -> None:
    id = force(world.services, "sales", head(MINE) + HOSTILE["redefine, softer"])
    try:
        named = [r for r in world.services.governance.rules if r.id == SHIPPED + "Dataset-title"]
        assert [rule.owner for rule in named] == [None]
        refused = say(world.services, "sales", untitled(f"{MINE}dataset/probe"))
        assert isinstance(refused, Refused)
    finally:
        withdraw(world.services, id, "sales")


# ---- small hostile shapes of all kinds

SUBJECTS = [
    "ex:S",
    "ex:T",
    "rule:DatasetShape",
    "rule:Dataset-title",
    "dcat:Dataset",
    "shop:S",
    "_:b",
]
SAYINGS = [
    "a sh:NodeShape",
    "a sh:PropertyShape",
    "a rdfs:Class",
    "sh:deactivated true",
    "sh:severity sh:Info",
    "sh:targetClass dcat:Dataset",
    "sh:targetClass mesh:Domain",
    "sh:targetNode shop:dataset\\/orders",
    "sh:targetSubjectsOf prov:wasDerivedFrom",
    "sh:targetObjectsOf prov:wasDerivedFrom",
    "sh:path dcterms:title",
    "sh:path prov:wasDerivedFrom",
    "sh:path [ sh:inversePath prov:wasDerivedFrom ]",
    "sh:path ( prov:wasDerivedFrom [ sh:zeroOrMorePath prov:wasDerivedFrom ] )",
    "sh:minCount 0",
    "sh:minCount 2",
    "sh:maxCount 0",
    "sh:nodeKind sh:BlankNode",
    "sh:hasValue ex:x",
    "sh:closed true",
    "sh:node ex:T",
    "sh:not ex:T",
    "sh:property ex:T",
    "sh:property rule:Dataset-title",
    "sh:property [ sh:path prov:wasDerivedFrom ; "
    "sh:property [ sh:path rdf:type ; sh:maxCount 0 ] ]",
    "sh:property [ sh:path dcterms:title ; sh:maxCount 0 ]",
    "sh:sparql [ sh:select 'SELECT $this { ?other ?p $this }' ]",
    "sh:sparql [ sh:select 'SELECT $this ?value { $this ?p ?value . ?value ?q ?o }' ]",
    "sh:sparql [ sh:select 'SELECT $this { OPTIONAL { $this a ?c } }' ]",
    "rdfs:subClassOf dcat:Dataset",
    "sh:message 'Fine.'",
    "mesh:ruleId 'dataset-title'",
]
sets = st.lists(
    st.tuples(
        st.sampled_from(SUBJECTS), st.lists(st.sampled_from(SAYINGS), min_size=1, max_size=4)
    ),
    min_size=1,
    max_size=3,
).map(lambda said: "\n".join(f"{subject} {' ; '.join(some)} ." for subject, some in said))


@attempts(60, 2000)
@given(text=sets)
def test_whatever_a_domain_has_in_force_the_others_are_judged_alike(
    world: World, text: str
) -> None:
    before = by_all(world)
    id = force(world.services, "sales", head(MINE) + text)
    try:
        assert by_all(world) == before
        assert all(is_mine(r.focus_node) for r in own(world)), own(world)
        refused = say(world.services, "shop", untitled(f"{THEIRS}dataset/probe"))
        assert isinstance(refused, Refused)
        assert {v.owner for v in refused.violations} == {None}
        good = dataset(f"{THEIRS}dataset/probe") | derived(
            f"{THEIRS}dataset/p", f"{MINE}dataset/orders"
        )
        committed = say(world.services, "shop", good)
        assert isinstance(committed, Committed)
        assert all(is_mine(r.focus_node) for r in committed.remarks if r.owner is not None)
        try:
            mine = say(world.services, "sales", untitled(f"{MINE}dataset/probe"))
        except ValidationFailed:
            assert world.services.governance.report().unjudged == (id,)
        else:
            assert isinstance(mine, Refused)
    finally:
        say(world.services, "shop", frozenset())
        withdraw(world.services, id, "sales")


# ---- whom targets find


def test_a_class_is_judged_where_it_is_ones_own_also_where_spaces_nest(world: World) -> None:
    ids = {
        name: force(
            world.services, name, sound(SPACES[name], "sh:minLength 99", id=f"{name}-title")
        )
        for name in ("sales", "emea")
    }
    spelled = [
        Iri(f"{BASE}{path}dataset/odd")
        for path in ("Sales/", "sales%2F", "sales%2Femea/", "sales-/")
    ]
    odd = frozenset().union(*(dataset(iri) for iri in spelled))
    try:
        governance = person("governance", Role.OWNER)
        said = world.services.commits.replace(
            [SourceContent("governance", "odd", odd)], author=governance
        )
        assert isinstance(said, Committed)
        found = {(r.owner, r.focus_node) for r in own(world)}
        assert found == {
            (domain_iri(name), f"{SPACES[name]}dataset/{one}")
            for name in ids
            for one in ("orders", "glossary")
        }
    finally:
        world.services.commits.replace([SourceContent("governance", "odd", frozenset())])
        for name, id in ids.items():
            withdraw(world.services, id, name)


LEADING = sound(MINE).replace(
    "sh:property ex:Title",
    """sh:property ex:Source .
ex:Source a sh:PropertyShape ; sh:path prov:wasDerivedFrom ; sh:property ex:Title ;
    sh:name "source"@en ; sh:message "Say where it comes from."@en""",
)


@pytest.mark.parametrize(
    "asks",
    [
        "sh:maxCount 0",
        "sh:minLength 99",
        "sh:sparql [ sh:select 'SELECT $this ?value { $this $PATH ?value }' ]",
        "sh:node [ sh:minLength 99 ]",
    ],
)
def test_nothing_is_said_of_what_a_path_leads_to_in_anothers_space(world: World, asks: str) -> None:
    """A shape in sh:property reports on each value of the outer path, which may be a rival's."""
    text = LEADING.replace("sh:minLength 3", asks)
    mine, theirs = f"{MINE}dataset/probe", f"{THEIRS}dataset/orders"
    id = force(world.services, "sales", text)
    try:
        assert own(world) == []
        assert isinstance(say(world.services, "sales", derived(mine, theirs)), Committed)
        to_my_own = derived(mine, f"{MINE}dataset/glossary")
        refused = say(world.services, "sales", to_my_own)
        assert isinstance(refused, Refused)
        assert {v.focus_node for v in refused.violations} == {f"{MINE}dataset/glossary"}
    finally:
        say(world.services, "sales", frozenset())
        withdraw(world.services, id, "sales")


def test_what_a_rival_does_to_ones_own_is_a_remark_to_him(world: World) -> None:
    """By sh:node the result is about the domain's own dataset, whatever makes it so."""
    text = LEADING.replace(
        "sh:property ex:Title ;",
        "sh:node [ sh:property [ sh:path dcterms:title ; sh:maxLength 9 ] ] ;",
    )
    text = text[: text.index("ex:Title a ")]
    mine, theirs = f"{MINE}dataset/probe", f"{THEIRS}dataset/probe"
    id = force(world.services, "sales", text)
    try:
        assert isinstance(say(world.services, "shop", dataset(theirs, "short")), Committed)
        assert isinstance(say(world.services, "sales", derived(mine, theirs)), Committed)
        longer = say(world.services, "shop", dataset(theirs, "longer than that"))
        assert isinstance(longer, Committed)
        assert [r.focus_node for r in longer.remarks if r.owner == domain_iri("sales")] == [mine]
    finally:
        for name in ("sales", "shop"):
            say(world.services, name, frozenset())
        withdraw(world.services, id, "sales")
