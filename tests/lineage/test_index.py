"""The index says what it was told, of each commit, however it was told and wherever it was kept."""

from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isogloss.lineage.index import Index
from isogloss.lineage.saved import Unusable
from isogloss.model.lineage import Direction, EdgeFilter, EdgeKind, Evidence, Fact, Link
from isogloss.model.rdf import Iri
from tests.lineage.histories import NODES, History, State, histories, states, told

HUBS = [Iri("urn:hub:0"), Iri("urn:hub:1")]
UP, DOWN = Direction.UPSTREAM, Direction.DOWNSTREAM


def _fact(upstream: str, graph: str = "urn:graph") -> Fact:
    return Fact(Iri(upstream), EdgeKind.DERIVATION, Evidence.DECLARED, (), Iri(graph))


def _said(links: Iterable[Link]) -> State:
    return {(link.downstream, Fact._make(link[1:7])) for link in links}


@given(histories)
def test_each_commit_keeps_what_was_true_as_of_it(history: History) -> None:
    index = told(history)
    true = states(history)
    for at, state in true.items():
        assert _said(index.all_links(at=at)) == state
        for node in NODES:
            above, below = index.links(node, UP, at=at), index.links(node, DOWN, at=at)
            assert _said(above) == {(down, fact) for down, fact in state if down == node}
            assert _said(below) == {(down, fact) for down, fact in state if fact.upstream == node}
            assert len(above) == len(set(above))
    assert _said(index.all_links()) == true[max(true)]
    assert index.edge_count == len(true[max(true)])
    assert index.sequence == max(true)


@given(histories, st.none() | st.frozensets(st.sampled_from(NODES)), st.sampled_from(Evidence))
def test_the_whole_is_all_arcs_that_pass(
    history: History, entered: frozenset[Iri] | None, evidence: Evidence
) -> None:
    for index in (told(history), _kept(told(history))):
        for at in states(history):
            whole = index.whole(at=at, edges=EdgeFilter(evidence=evidence), entered=entered)
            ends = zip(whole.ups.tolist(), whole.downs.tolist(), strict=True)
            arcs = [(whole.nodes[up], whole.nodes[down]) for up, down in ends]
            assert arcs == sorted(
                {
                    (link.upstream, link.downstream)
                    for link in index.all_links(at=at)
                    if link.evidence is evidence
                    and (entered is None or entered.issuperset(link[:2]))
                }
            )
            assert list(whole.nodes) == sorted({end for arc in arcs for end in arc})


@given(histories)
def test_an_edge_is_known_by_the_commits_that_began_and_ended_it(history: History) -> None:
    index = told(history)
    true = states(history)
    for at in true:
        for link in index.all_links(at=at):
            said = link.downstream, Fact._make(link[1:7])
            until = index.sequence + 1 if link.until is None else link.until
            assert link.since <= at < until
            assert all(said in true[when] for when in range(link.since, until))
            assert said not in true[link.since - 1]
            assert link.until is None or said not in true[link.until]


@given(histories)
def test_a_node_is_in_it_once_it_ever_lasted_as_an_end(history: History) -> None:
    index = told(history)
    ever = {
        end for state in states(history).values() for node, fact in state for end in (node, fact[0])
    }
    assert {node for node in NODES if node in index} == ever


@given(histories)
def test_saying_the_same_again_changes_nothing(history: History) -> None:
    index = told(history)
    before = list(index.all_links())
    now: dict[Iri, list[Fact]] = {}
    for _, facts in history:
        now.update({node: list(stated) for node, stated in facts.items()})
    index.restate(index.sequence + 1, now)
    assert list(index.all_links()) == before


@given(histories)
def test_what_is_saved_is_what_is_loaded(history: History) -> None:
    # Half of it before, so that new names come to those of the file.
    index, middle = Index(), len(history) // 2
    for part in (history[:middle], history[middle:]):
        index = told(part, _kept(index))
    assert _all(_kept(index)) == _all(index) == _all(told(history))
    assert [node in index for node in NODES] == [node in told(history) for node in NODES]


def _kept(index: Index) -> Index:
    with TemporaryDirectory() as folder:
        index.save(Path(folder))
        return Index.load(Path(folder))


def _all(index: Index) -> list[list[Link]]:
    return [sorted(index.all_links(at=at), key=str) for at in range(index.sequence + 1)]


def test_many_edges_at_once_are_as_if_told_one_by_one() -> None:
    facts = {
        Iri(f"urn:{n}"): [_fact(f"urn:{n * k % 3_000}") for k in range(2, 2 + n % 5)]
        for n in range(3_000)
    }
    facts = {node: list(dict.fromkeys(said)) for node, said in facts.items()}
    at_once, singly = told([(1, facts)]), told([(1, {node: said}) for node, said in facts.items()])
    assert _all(at_once) == _all(singly)
    assert at_once.edge_count == singly.edge_count == sum(map(len, facts.values()))
    # And the other way: nearly all of them end, in one go and one after the other.
    kept = {node: said[:1] if node > "urn:29" else [] for node, said in facts.items()}
    at_once.restate(2, kept)
    for node, said in kept.items():
        singly.restate(2, {node: said})
    assert _all(at_once) == _all(singly)


def test_a_row_that_grows_and_shrinks_takes_no_more_than_its_share_of_room() -> None:
    index = told([(1, {Iri(f"urn:{n}"): [_fact("urn:hub")] for n in range(5_000)})])
    size = index.nbytes
    for turn in range(20_000):
        node = Iri(f"urn:{turn % 50}")
        index.restate(2, {node: [_fact("urn:hub")] * (turn // 50 % 2)})
    assert index.nbytes < 1.5 * size
    assert len(index.closure([Iri("urn:hub")], DOWN).nodes) == 5_000


def test_a_commit_of_before_is_refused() -> None:
    index = told([(5, {NODES[0]: [_fact("urn:a")]})])
    with pytest.raises(ValueError, match="commit 4 comes after 5"):
        index.restate(4, {})


def test_what_is_not_there_cannot_be_loaded(tmp_path: Path) -> None:
    with pytest.raises(Unusable):
        Index.load(tmp_path)


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("index")
    told([(1, {node: [_fact("urn:a"), _fact("urn:b")]}) for node in NODES]).save(folder)
    return next(folder.iterdir())


def test_a_file_that_is_cut_off_is_refused_at_any_length(saved: Path, tmp_path: Path) -> None:
    whole = saved.read_bytes()
    for length in range(len(whole)):
        (tmp_path / saved.name).write_bytes(whole[:length])
        with pytest.raises(Unusable):
            Index.load(tmp_path)


def test_a_file_with_one_byte_changed_is_refused_or_says_the_same(
    saved: Path, tmp_path: Path
) -> None:
    whole = saved.read_bytes()
    expected = _all(Index.load(saved.parent))
    refused = 0
    for place in range(len(whole)):
        changed = bytearray(whole)
        changed[place] ^= 0x55
        (tmp_path / saved.name).write_bytes(changed)
        try:
            loaded = Index.load(tmp_path)
        except Unusable:
            refused += 1
        else:
            # A byte between the arrays.
            assert _all(loaded) == expected
            assert changed[place] == 0x55
    assert refused > len(whole) * 0.7


def test_saving_again_takes_the_place_of_what_was_saved_while_that_is_in_use(
    tmp_path: Path,
) -> None:
    told([(1, {NODES[0]: [_fact("urn:a")]})]).save(tmp_path)
    first = Index.load(tmp_path)
    first.restate(2, {NODES[1]: [_fact("urn:b")]})
    first.save(tmp_path)
    first.restate(3, {NODES[2]: [_fact("urn:c")]})
    second = Index.load(tmp_path)
    assert (first.sequence, second.sequence) == (3, 2)
    assert _all(first)[:3] == _all(second)
    assert [file.name for file in tmp_path.iterdir()] == ["lineage.index"]


def test_whoever_reads_while_others_write_sees_one_commit() -> None:
    index, chain = Index(), [Iri(f"urn:{n}") for n in range(400)]
    # Each commit turns the whole chain from one hub to another: half of it would show.
    states_ = [{node: [_fact(f"urn:hub:{turn}")] for node in chain} for turn in range(2)]
    index.restate(1, states_[0])
    wrong: list[object] = []
    going = True

    def read() -> None:
        while going:
            sizes = [
                len(index.closure(HUBS, DOWN).links),
                len(index.closure([Iri("urn:hub:0")], DOWN).nodes),
                len(index.closure([Iri("urn:hub:0")], DOWN, at=1).nodes),
            ]
            if sizes[0] != 400 or sizes[1] not in (0, 400) or sizes[2] != 400:
                wrong.append(sizes)

    readers = [Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for sequence in range(2, 60):
        index.restate(sequence, states_[(sequence - 1) % 2])
    going = False
    for reader in readers:
        reader.join()
    assert not wrong
    assert index.sequence == 59
