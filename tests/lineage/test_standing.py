"""Nobody unites or parts what is others', whatever he says of his own names."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from isogloss.intake.naming import dataset_iri
from isogloss.lineage.claims import Claim, Conventions
from isogloss.lineage.identity import Identity
from isogloss.lineage.platforms import Key
from isogloss.lineage.sayings import Decision, Naming
from isogloss.model.rdf import Iri

BASE = "https://mesh.example/"
UNCLAIMED = f"{BASE}unclaimed/"
DOMAINS = {name: Iri(f"{BASE}{name}/domain") for name in "abc"}
SPACES = frozenset((f"{BASE}{name}/", domain) for name, domain in DOMAINS.items())
KEYS = [
    Key("s3://b", "orders"),
    Key("s3://c", "orders"),
    Key("hive://m", "b"),
    Key("hive://m", "c"),
]
LAKES = frozenset({Claim("s3://b", DOMAINS["b"]), Claim("s3://c", DOMAINS["c"])})
ALL_CLAIMED = LAKES | {Claim("hive://*", DOMAINS["b"])}


def by_hand(domain: str, name: str = "orders") -> Iri:
    return Iri(f"{BASE}{domain}/dataset/{name}")


def minted(domain: str, key: Key) -> Iri:
    return dataset_iri(f"{BASE}{domain}/", *key)


def names_of(domain: str) -> list[Iri]:
    return [*(by_hand(domain, name) for name in "xy"), *(minted(domain, key) for key in KEYS)]


THEIRS = [name for domain in "bc" for name in names_of(domain)]
ALL = [*names_of("a"), *THEIRS]
ELSEWHERE = Iri("https://elsewhere.example/orders")


def sayings(domains: str, of: list[Iri]) -> st.SearchStrategy[dict[Iri, Naming]]:
    """Let each domain say of its own names what it likes, in terms of some names."""
    naming = st.builds(
        Naming,
        st.frozensets(st.sampled_from(KEYS), max_size=2),
        st.frozensets(st.sampled_from([*of, ELSEWHERE]), max_size=2),
        st.just(True),
    )
    own = [name for domain in domains for name in names_of(domain)]
    return st.dictionaries(st.sampled_from(own), naming, max_size=8)


def decisions(domain: str, of: list[Iri]) -> st.SearchStrategy[dict[Iri, Decision]]:
    names = st.frozensets(st.sampled_from(of), min_size=2, max_size=3)
    return st.dictionaries(
        st.sampled_from([Iri(f"{BASE}{domain}/identity/{n}") for n in range(2)]),
        st.builds(Decision, names, st.booleans()),
        max_size=2,
    )


def identity(
    names: dict[Iri, Naming],
    made: dict[Iri, Decision] | None = None,
    *,
    claims: frozenset[Claim] = ALL_CLAIMED,
) -> Identity:
    found = Identity(UNCLAIMED)
    found.restate(1, names, made or {}, Conventions(claims=claims, spaces=SPACES))
    return found


def one(found: Identity, name: Iri, other: Iri) -> bool:
    return other in found.group(name).members


@given(sayings("bc", THEIRS), sayings("a", ALL))
def test_what_one_domain_says_unites_no_two_datasets_of_others(
    theirs: dict[Iri, Naming], mine: dict[Iri, Naming]
) -> None:
    without, after = identity(theirs), identity(theirs | mine)
    for group in after.merged():
        owned = [name for name in group.members if name in theirs]
        for name in owned:
            for other in owned:
                assert one(without, name, other), (name, other)


@given(sayings("bc", THEIRS), sayings("a", ALL), decisions("b", THEIRS), decisions("a", ALL))
def test_a_steward_parts_no_two_datasets_of_others(
    theirs: dict[Iri, Naming],
    mine: dict[Iri, Naming],
    decided: dict[Iri, Decision],
    splits: dict[Iri, Decision],
) -> None:
    # Where the others' own decisions are at odds, everything may tip the scales.
    decided = {iri: made._replace(same=True) for iri, made in decided.items()}
    splits = {iri: made._replace(same=False) for iri, made in splits.items()}
    before, after = identity(theirs, decided), identity(theirs | mine, decided | splits)
    for group in before.merged():
        owned = [name for name in group.members if name not in names_of("a")]
        for name in owned:
            for other in owned:
                assert one(after, name, other), (name, other)


@given(
    sayings("abc", ALL), decisions("b", ALL), st.sampled_from([LAKES, ALL_CLAIMED]), st.randoms()
)
def test_whose_names_are_may_be_said_in_any_order(
    said: dict[Iri, Naming], made: dict[Iri, Decision], claims: frozenset[Claim], random: Random
) -> None:
    steps: list[tuple[dict[Iri, Naming], dict[Iri, Decision], Conventions | None]] = [
        *(({name: naming}, {}, None) for name, naming in said.items()),
        *(({}, {iri: decision}, None) for iri, decision in made.items()),
        ({}, {}, Conventions(claims=claims, spaces=SPACES)),
    ]
    random.shuffle(steps)
    found = Identity(UNCLAIMED)
    for number, step in enumerate(steps, 1):
        found.restate(number, *step)
    at_once = identity(said, made, claims=claims)
    assert [found.group(name) for name in ALL] == [at_once.group(name) for name in ALL]


def linked(*names: Iri) -> Naming:
    return Naming(alternates=frozenset(names), is_dataset=True)


def keyed(*keys: Key) -> Naming:
    return Naming(frozenset(keys), is_dataset=True)


B, C, MINE = by_hand("b"), by_hand("c"), by_hand("a")


def test_a_link_counts_once_both_sides_state_it() -> None:
    found = identity({B: linked(C), C: linked()})
    assert not found.merged()
    assert [(told.one, told.other, told.why) for told in found.suggestions()] == [(B, C, "symlink")]
    found.restate(2, {C: linked(B)})
    assert one(found, B, C)
    assert found.suggestions() == []


def test_a_link_to_what_is_nobodys_counts_at_once() -> None:
    assert one(identity({B: linked(ELSEWHERE)}), B, ELSEWHERE)
    hive, lake = minted("a", KEYS[2]), minted("a", Key("s3://public", "orders"))
    found = identity({hive: linked(lake), lake: linked()}, claims=LAKES)
    assert one(found, hive, lake)


def test_an_event_of_others_links_no_tables_that_are_claimed_or_described_by_hand() -> None:
    one_table, other_table = (minted("a", key) for key in KEYS[2:])
    said = {one_table: linked(other_table), other_table: linked()}
    # The steward of hive says so himself.
    assert not one(identity(said), one_table, other_table)
    described = said | {B: keyed(KEYS[2]), C: keyed(KEYS[3])}
    found = identity(described, claims=LAKES)
    assert not one(found, B, C)
    assert [told.why for told in found.suggestions()] == ["symlink"]


def test_two_keys_of_one_name_are_a_link_between_them() -> None:
    found = identity({MINE: keyed(KEYS[0], KEYS[1]), B: keyed(KEYS[0]), C: keyed(KEYS[1])})
    assert found.group(MINE).members == (MINE, B)
    assert not one(found, B, C)
    assert [told.why for told in found.suggestions()] == ["key"]


def test_the_steward_of_one_side_confirms_and_the_governance_group_whatever_it_likes() -> None:
    said = {B: linked(), C: linked(), MINE: linked()}
    made = {Iri(f"{BASE}a/identity/1"): Decision(frozenset({B, C}), same=True)}
    assert not identity(said, made).merged()
    made = {Iri(f"{BASE}b/identity/1"): Decision(frozenset({B, C}), same=True)}
    assert one(identity(said, made), B, C)
    made = {Iri(f"{BASE}governance/identity/1"): Decision(frozenset({B, C}), same=True)}
    assert one(identity(said, made), B, C)


def test_the_governance_group_overrules_who_parts_and_nobody_overrules_it() -> None:
    said = {B: linked(), C: linked()}
    names = frozenset({B, C})
    theirs = {Iri(f"{BASE}b/identity/1"): Decision(names, same=False)}
    ruling = Iri(f"{BASE}governance/identity/1")
    found = identity(said, theirs | {ruling: Decision(names, same=True)})
    assert one(found, B, C)
    assert found.splits() == []
    theirs = {Iri(f"{BASE}b/identity/1"): Decision(names, same=True)}
    assert not one(identity(said, theirs | {ruling: Decision(names, same=False)}), B, C)


def test_a_split_parts_only_pairs_with_a_name_of_its_own() -> None:
    said = {B: linked(C), C: linked(B), MINE: linked()}
    made = {Iri(f"{BASE}a/identity/1"): Decision(frozenset({MINE, B, C}), same=False)}
    found = identity(said, made)
    assert one(found, B, C)
    assert {(told.one, told.other) for told in found.splits()} == {(MINE, B), (MINE, C)}


def test_who_parts_his_own_name_from_one_of_a_pair_leaves_the_pair() -> None:
    """The name in the middle sorts first, and would otherwise decide what the pair may not."""
    said = {B: linked(C), C: linked(B), MINE: keyed(KEYS[1])} | {minted("c", KEYS[1]): linked(C)}
    said[C] = linked(B, minted("c", KEYS[1]))
    assert one(identity(said), MINE, B)
    made = {Iri(f"{BASE}a/identity/1"): Decision(frozenset({MINE, B}), same=False)}
    found = identity(said, made)
    assert one(found, B, C)
    assert found.group(MINE).members == (MINE,)
