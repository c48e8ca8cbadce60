"""One dataset has one node, whatever is said of it first, and a split pair never meets."""

from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isogloss.intake.naming import dataset_iri
from isogloss.lineage.claims import Claim, Conventions
from isogloss.lineage.group_history import Group
from isogloss.lineage.identity import Identity
from isogloss.lineage.platforms import Key, folds_columns, key_of, normal
from isogloss.lineage.sayings import Decision, Naming
from isogloss.model.rdf import Iri

NAMES = [Iri(f"urn:dataset:{letter}") for letter in "abcdef"]
A, B, C, D, E, F = NAMES
DECISIONS = [Iri(f"urn:decision:{n}") for n in range(4)]
KEYS = [Key("hive://m", "Orders"), Key("hive://m", "orders"), Key("s3://lake", "orders")]

namings = st.builds(
    Naming,
    st.frozensets(st.sampled_from(KEYS), max_size=1),
    st.frozensets(st.sampled_from(NAMES), max_size=2),
    st.booleans(),
)
made = st.builds(
    Decision, st.frozensets(st.sampled_from(NAMES), min_size=2, max_size=2), st.booleans()
)
conventions = st.builds(
    Conventions, st.sampled_from([frozenset(), frozenset({("hive://m", "s3://lake")})])
)
worlds = st.tuples(
    st.dictionaries(st.sampled_from(NAMES), namings),
    st.dictionaries(st.sampled_from(DECISIONS), made, max_size=3),
    conventions,
)
World = tuple[dict[Iri, Naming], dict[Iri, Decision], Conventions]


def _identity(world: World) -> Identity:
    identity = Identity()
    identity.restate(1, world[0], world[1], world[2])
    return identity


def _groups(identity: Identity, at: int | None = None) -> dict[Iri, Group]:
    return {name: identity.group(name, at) for name in NAMES}


def _keyed(*pairs: tuple[str, str]) -> Naming:
    return Naming(frozenset(Key(*pair) for pair in pairs), is_dataset=True)


@given(worlds)
def test_groups_are_a_partition_and_each_has_one_name(world: World) -> None:
    groups = _groups(_identity(world))
    for name, group in groups.items():
        assert name in group.members
        assert group.canonical in group.members
        assert all(groups[member] == group for member in group.members)


@given(worlds, st.randoms())
def test_the_order_in_which_it_is_said_does_not_matter(world: World, random: Random) -> None:
    names, decisions, conventions = world
    steps = [
        *(({name: naming}, {}, None) for name, naming in names.items()),
        *(({}, {iri: decision}, None) for iri, decision in decisions.items()),
        ({}, {}, conventions),
    ]
    random.shuffle(steps)
    identity = Identity()
    for number, step in enumerate(steps, 1):
        identity.restate(number, *step)
    assert _groups(identity) == _groups(_identity(world))


@given(st.lists(worlds, min_size=1, max_size=5))
def test_every_commit_keeps_the_groups_that_it_made(worlds: list[World]) -> None:
    identity = Identity()
    for number, (names, decisions, rules) in enumerate(worlds, 1):
        before = _groups(identity)
        changed = identity.restate(
            number,
            {name: names.get(name, Naming()) for name in NAMES},
            {decision: decisions.get(decision) for decision in DECISIONS},
            rules,
        )
        assert {n for n in NAMES if before[n] != identity.group(n)} <= changed
    for number, world in enumerate(worlds, 1):
        assert _groups(identity, number) == _groups(_identity(world))
    assert _groups(identity, 0) == _groups(Identity())


@given(worlds)
def test_a_split_pair_is_never_together(world: World) -> None:
    identity = _identity(world)
    for decision in world[1].values():
        if not decision.same:
            one, other = sorted(decision.names)
            assert identity.group(one) != identity.group(other)


@given(worlds, made)
def test_undoing_a_decision_gives_back_what_was(world: World, decision: Decision) -> None:
    identity = _identity(world)
    before = _groups(identity)
    identity.restate(2, {}, {Iri("urn:decision:undone"): decision})
    identity.restate(3, {}, {Iri("urn:decision:undone"): None})
    assert _groups(identity) == before


@given(worlds)
def test_what_is_saved_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, world: World
) -> None:
    identity = _identity(world)
    file: Path = tmp_path_factory.mktemp("identity") / "identity.json"
    identity.save(file)
    loaded = Identity.load(file)
    assert _groups(loaded) == _groups(identity)
    assert _groups(loaded, 0) == _groups(identity, 0)
    assert loaded.restate(2, {A: _keyed(("x", "y"))}) == identity.restate(
        2, {A: _keyed(("x", "y"))}
    )
    assert _groups(loaded) == _groups(identity)


def test_names_with_one_key_are_one_and_a_later_symlink_joins_them() -> None:
    identity = Identity()
    identity.restate(
        1, {A: _keyed(("hive://m", "db.orders")), B: _keyed(("hive://M", "DB.Orders"))}
    )
    assert identity.group(B) == Group(A, (A, B), folds=True)
    identity.restate(2, {C: Naming(alternates=frozenset({B}))})
    assert identity.group(C).members == (A, B, C)
    assert identity.group(C, 1).members == (C,)
    assert [(r.one, r.other, r.why) for r in identity.reasons((A, B, C))] == [
        (A, B, "key"),
        (B, C, "symlink"),
    ]


def test_an_iri_that_tells_its_key_is_known_by_it_though_nobody_describes_it() -> None:
    minted = Iri("https://mesh.example/shop/ns/s3%3A%2F%2Flake/dataset/orders")
    identity = Identity()
    identity.restate(1, {A: _keyed(("s3://lake", "orders"))})
    identity.restate(2, {B: Naming(alternates=frozenset({minted}))})
    assert identity.group(minted).members == (minted, A, B)


def test_a_dataset_described_by_hand_gives_its_name_then_the_claiming_domain_then_any() -> None:
    space = "https://mesh.example/"
    unclaimed, shop, finance = (
        Iri(f"{space}{place}/ns/s3%3A%2F%2Flake/dataset/orders")
        for place in ("unclaimed", "shop", "finance")
    )
    by_hand = Iri("https://mesh.example/shop/orders")
    described = Naming(is_dataset=True)
    identity = Identity(f"{space}unclaimed/")
    identity.restate(1, {unclaimed: described, shop: described})
    assert identity.group(unclaimed).canonical == shop
    identity.restate(2, {finance: described})
    assert identity.group(unclaimed).canonical == finance  # the smallest
    owner = Iri("urn:shop")
    claimed = Conventions(
        claims=frozenset({Claim("s3://*", owner)}), spaces=frozenset({(f"{space}shop/", owner)})
    )
    identity.restate(3, {}, None, claimed)
    assert identity.group(unclaimed).canonical == shop
    identity.restate(4, {by_hand: Naming(frozenset({Key("s3://lake", "orders")}), is_dataset=True)})
    assert identity.group(unclaimed).canonical == by_hand


def test_an_alias_makes_two_namespaces_one() -> None:
    identity = Identity()
    keyed = {
        A: _keyed(("snowflake://acme-main", "db.orders")),
        B: _keyed(("snowflake://AB123.eu", "DB.ORDERS")),
    }
    identity.restate(1, keyed)
    assert not identity.merged()
    alias = Conventions(frozenset({("snowflake://ab123.EU", "snowflake://acme-main")}))
    identity.restate(2, {}, None, alias)
    assert identity.group(A).members == (A, B)
    assert [reason.why for reason in identity.reasons((A, B))] == ["alias"]
    identity.restate(3, {}, None, Conventions())
    assert not identity.merged()


@pytest.mark.parametrize(
    ("namespace", "names_fold", "columns_fold"),
    [
        ("snowflake://org-account", True, True),
        ("bigquery", False, True),
        ("mysql://db:3306", False, True),
        ("postgres://db:5432", False, False),
        ("s3://bucket", False, False),
        ("kafka://broker:9092", False, False),
        ("somewhere", False, False),
    ],
)
def test_case_matters_where_the_platform_says_so(
    namespace: str, names_fold: bool, columns_fold: bool
) -> None:
    assert (normal(Key(namespace, "T")) == normal(Key(namespace, "t"))) == names_fold
    assert folds_columns(namespace) == columns_fold


@given(st.text(min_size=1), st.text(min_size=1))
def test_the_key_in_an_iri_is_the_one_it_was_made_from(namespace: str, name: str) -> None:
    try:
        iri = dataset_iri("https://mesh.example/shop/", namespace, name)
    except UnicodeEncodeError:
        return
    assert key_of(iri) == Key(namespace, name)
