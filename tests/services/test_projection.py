"""The lineage index is what a look at all quads gives, at every commit, however it got there."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isogloss.lineage.grouping import united
from isogloss.model.journal import Attempt, Difference, Outcome
from isogloss.model.lineage import EdgeKind, Evidence, Fact, Level, Link
from isogloss.model.rdf import Iri, Literal, Quad
from isogloss.services import projection as module
from isogloss.services.projection import Projection
from isogloss.store.mesh import Mesh
from isogloss.vocab import CODE, DCAT, DCTERMS, DPROD, MESH, PROV, RDF

G, H = Iri("urn:graph:g"), Iri("urn:graph:h")
DATASETS = [Iri(f"urn:dataset:{letter}") for letter in "pqr"]
COLUMNS = [Iri(f"urn:column:{n}") for n in range(5)]
LINKS = [Iri(f"urn:link:{n}") for n in range(3)]
STEP, JOB, RUN, PRODUCT = (Iri(f"urn:{word}") for word in ("step", "job", "run", "product"))
DECISIONS = [Iri(f"urn:decision:{n}") for n in range(2)]
P, Q, R = DATASETS
HIVE = "hive://metastore"


def _pool() -> Iterator[Quad]:
    """All that may be said."""
    for dataset in DATASETS:
        yield Quad(dataset, RDF.type, DCAT.Dataset, G)
        yield Quad(dataset, MESH.olNamespace, Literal(HIVE), G)
        yield Quad(dataset, DCTERMS.identifier, Literal("orders"), G)
    yield Quad(P, DCTERMS.identifier, Literal("ORDERS"), G)
    yield Quad(PRODUCT, DPROD.outputDataset, R, G)
    yield Quad(P, PROV.alternateOf, Q, H)
    yield Quad(R, PROV.alternateOf, P, H)
    for n, column in enumerate(COLUMNS):
        yield Quad(column, MESH.fieldOf, DATASETS[n % 3], G)
        yield Quad(column, MESH.fieldPath, Literal("Id" if n % 2 else "id"), G)
        yield Quad(column, PROV.wasDerivedFrom, COLUMNS[n - 1], G)
        yield Quad(column, PROV.wasInfluencedBy, COLUMNS[n - 2], H)
    yield Quad(COLUMNS[0], MESH.fieldOf, Q, H)
    yield Quad(P, PROV.wasDerivedFrom, Q, G)
    yield Quad(Q, PROV.wasDerivedFrom, R, H)
    yield Quad(COLUMNS[3], PROV.wasDerivedFrom, P, G)
    for n, link in enumerate(LINKS):
        down = [COLUMNS[1], COLUMNS[4], P][n]
        yield Quad(down, PROV.qualifiedDerivation, link, G)
        yield Quad(link, PROV.entity, [COLUMNS[0], COLUMNS[3], R][n], G)
        yield Quad(link, MESH.evidence, CODE.observed if n else CODE.declared, G)
        yield Quad(link, MESH.madeBy, JOB, G)
        yield Quad(link, MESH.transformation, STEP, G)
    yield Quad(LINKS[0], PROV.hadActivity, RUN, G)
    yield Quad(STEP, MESH.transformationType, CODE.DIRECT, G)
    yield Quad(STEP, MESH.transformationSubtype, CODE.IDENTITY, G)
    yield Quad(STEP, MESH.masking, Literal("true"), G)
    for decision, same in zip(DECISIONS, ("true", "false"), strict=True):
        yield Quad(decision, RDF.type, MESH.IdentityDecision, H)
        yield Quad(decision, MESH.concerns, P, H)
        yield Quad(decision, MESH.concerns, R, H)
        yield Quad(decision, MESH.same, Literal(same), H)


POOL = tuple(_pool())
some = st.frozensets(st.sampled_from(POOL), min_size=1, max_size=10)
# Mostly from a state in which much is said, as little follows from the first few statements.
histories = st.tuples(
    some.map(lambda few: frozenset(POOL) - few) | some, st.lists(some, max_size=5)
)
State = frozenset[Quad]


def _naive(state: State) -> dict[Level, set[tuple[Iri, Fact]]]:
    """Compute all facts by nested loops over all quads."""

    def objects(subject: object, predicate: Iri, graph: Iri | None = None) -> list[object]:
        return [
            q.object
            for q in state
            if (q.subject, q.predicate) == (subject, predicate) and graph in (None, q.graph)
        ]

    def text(values: list[object]) -> list[str]:
        return [value.value for value in values if isinstance(value, Literal)]

    keys = {
        d: {name.lower() for name in text(objects(d, DCTERMS.identifier))}
        if objects(d, MESH.olNamespace)
        else set[str]()
        for d in DATASETS
    }
    confirmed: set[tuple[Iri, Iri]] = set()
    links: set[tuple[Iri, Iri]] = set()
    splits: set[tuple[Iri, Iri]] = set()
    for one, other in combinations(DATASETS, 2):
        if keys[one] & keys[other]:
            links.add((one, other))
        if other in objects(one, PROV.alternateOf) or one in objects(other, PROV.alternateOf):
            links.add((one, other))
    for decision in DECISIONS:
        about = objects(decision, MESH.concerns)
        if MESH.IdentityDecision in objects(decision, RDF.type) and P in about and R in about:
            for value in text(objects(decision, MESH.same)):
                (confirmed if value == "true" else splits).add((P, R))
    groups = united(DATASETS, confirmed - splits, links - splits, splits)
    group_of = {name: group for group in groups for name in group}
    typed = {
        d
        for d in DATASETS
        if DCAT.Dataset in objects(d, RDF.type)
        or any(q.object == d for q in state if q.predicate == DPROD.outputDataset)
    }
    canonical = {
        name: min(group, key=lambda member: (member not in typed, member))
        for name, group in group_of.items()
    }
    dataset_of = {
        c: canonical[min(str(d) for d in owners)]  # type: ignore[index]
        for c in COLUMNS
        if (owners := objects(c, MESH.fieldOf))
    }

    def node_of(column: Iri) -> Iri:
        dataset, paths = dataset_of[column], text(objects(column, MESH.fieldPath))
        folds = any(keys[d] for d in group_of[dataset])
        if not paths or (not folds and len(group_of[dataset]) == 1):
            return column

        def path(of: Iri) -> str | None:
            found = text(objects(of, MESH.fieldPath))
            return (found[0].lower() if folds else found[0]) if found else None

        same = [c for c in dataset_of if dataset_of[c] == dataset and path(c) == path(column)]
        return min(same, key=lambda c: (dataset not in objects(c, MESH.fieldOf), c))

    said: list[Any] = []
    for q in state:
        if q.predicate in (PROV.wasDerivedFrom, PROV.wasInfluencedBy):
            derived = q.predicate == PROV.wasDerivedFrom
            kind = EdgeKind.DERIVATION if derived else EdgeKind.INFLUENCE
            links_of = objects(q.subject, PROV.qualifiedDerivation, q.graph) if derived else []
            if not any(q.object in objects(e, PROV.entity, q.graph) for e in links_of):
                said.append((q.subject, q.object, kind, Evidence.DECLARED, (), q.graph, None))
        elif q.predicate == PROV.qualifiedDerivation:
            e = q.object
            words: set[str] = set()
            if STEP in objects(e, MESH.transformation, q.graph):
                for kind_ in objects(STEP, MESH.transformationType):
                    word = [str(kind_).rpartition("/")[2]]
                    word += [
                        str(s).rpartition("/")[2] for s in objects(STEP, MESH.transformationSubtype)
                    ]
                    word += ["MASKING"] if objects(STEP, MESH.masking) else []
                    words.add("/".join(word))
            evidence = objects(e, MESH.evidence) or (
                [CODE.observed] if objects(e, PROV.hadActivity) else [CODE.declared]
            )
            for end in objects(e, PROV.entity, q.graph):
                for known in evidence:
                    for job in objects(e, MESH.madeBy) or [None]:
                        how = Evidence.OBSERVED if known == CODE.observed else Evidence.DECLARED
                        said.append(
                            (q.subject, end, EdgeKind.DERIVATION, how, tuple(words), q.graph, job)
                        )
    levels: dict[Level, defaultdict[tuple[Iri, Fact], set[str]]] = {
        Level.COLUMN: defaultdict(set),
        Level.DATASET: defaultdict(set),
    }
    lifted: defaultdict[Any, list[Any]] = defaultdict(list)
    known = {name for group in groups if typed & set(group) for name in group}
    for down, up, kind, evidence_, words_, graph, job_ in said:
        ends = []
        for name in (down, up):
            if name in dataset_of:
                ends.append((node_of(name), dataset_of[name]))
            elif name in known:
                ends.append((canonical[name], canonical[name]))
        if len(ends) < 2 or ends[0][0] == ends[1][0]:
            continue
        fact = Fact(ends[1][0], kind, evidence_, (), graph, job_)
        columns = [down in dataset_of, up in dataset_of]
        if any(columns) != all(columns):
            continue
        if all(columns) and ends[0][1] != ends[1][1]:
            lifted[ends[0][1], ends[1][1], evidence_, graph, job_].append((kind, words_))
        if all(columns):
            levels[Level.COLUMN][ends[0][0], fact].update(words_)
        elif not any(columns):
            levels[Level.DATASET][ends[0][0], fact].update(words_)
    for (down, up, evidence_, graph, job_), finer in lifted.items():
        derived = EdgeKind.DERIVATION in {kind for kind, _ in finer}
        kind = EdgeKind.DERIVATION if derived else EdgeKind.INFLUENCE
        fact = Fact(up, kind, evidence_, (), graph, job_)
        levels[Level.DATASET][down, fact].update(word for _, ws in finer for word in ws)
    return {
        level: {
            (down, fact._replace(transformations=tuple(sorted(ws))))
            for (down, fact), ws in facts.items()
        }
        for level, facts in levels.items()
    }


def _commit(mesh: Mesh, added: State, removed: State) -> None:
    with mesh.write() as pen:
        change = Difference(added, removed)
        pen.make(change)
        number = str(pen.head.sequence)
        attempt = Attempt(number, number, Iri("urn:me"), (), (), "")
        pen.record(attempt, Outcome.COMMITTED, change)


def _facts(links: Iterable[Link]) -> set[tuple[Iri, Fact]]:
    return {
        (k.downstream, Fact(k.upstream, k.kind, k.evidence, k.transformations, k.graph, k.job))
        for k in links
    }


def _played(mesh: Mesh, history: list[State]) -> list[State]:
    """Commit what toggles the quads of each set; give the states, from none on."""
    states: list[State] = [frozenset()]
    for toggled in history:
        before = states[-1]
        _commit(mesh, toggled - before, toggled & before)
        states.append(before ^ toggled)
    return states


@given(histories)
@settings(max_examples=60)
def test_every_commit_is_seen_as_a_look_at_all_its_quads_sees_it(
    history: tuple[State, list[State]],
) -> None:
    mesh = Mesh.open(None)
    followed = Projection(mesh.journal, None)
    states: list[State] = [frozenset()]
    for toggled in (history[0], *history[1]):
        before = states[-1]
        _commit(mesh, toggled - before, toggled & before)
        states.append(before ^ toggled)
        followed.follow(len(states) - 1)
    at_once = Projection(mesh.journal, None)
    at_once.follow(len(states) - 1)
    for level in (Level.COLUMN, Level.DATASET):
        expected = [_naive(state)[level] for state in states]
        for projection in (followed, at_once):
            index = projection.index(level)
            for number, facts in enumerate(expected):
                links = list(index.all_links(at=number))
                assert _facts(links) == facts, (number, level)
                for link, fact in ((link, _facts([link]).pop()) for link in links):
                    began = number
                    while began > 0 and fact in expected[began - 1]:
                        began -= 1
                    assert link.since == began
            assert _facts(index.all_links()) == expected[-1]
    mesh.close()


def test_a_column_that_goes_gives_its_name_to_the_one_that_differs_by_case() -> None:
    mesh = Mesh.open(None)
    quads = {
        Quad(P, MESH.olNamespace, Literal(HIVE), G),
        Quad(P, DCTERMS.identifier, Literal("orders"), G),
        Quad(COLUMNS[0], MESH.fieldOf, P, G),
        Quad(COLUMNS[0], MESH.fieldPath, Literal("id"), G),
        Quad(COLUMNS[3], MESH.fieldOf, P, G),
        Quad(COLUMNS[3], MESH.fieldPath, Literal("ID"), G),
        Quad(COLUMNS[2], MESH.fieldOf, R, G),
        Quad(COLUMNS[2], PROV.wasDerivedFrom, COLUMNS[3], G),
    }
    projection = Projection(mesh.journal, None)
    _commit(mesh, frozenset(quads), frozenset())
    projection.follow(1)
    assert [link.upstream for link in projection.index(Level.COLUMN).all_links()] == [COLUMNS[0]]
    _commit(mesh, frozenset(), frozenset({Quad(COLUMNS[0], MESH.fieldOf, P, G)}))
    projection.follow(2)
    assert [link.upstream for link in projection.index(Level.COLUMN).all_links()] == [COLUMNS[3]]
    mesh.close()


def test_a_column_said_to_be_of_two_datasets_gives_its_name_in_its_own_one_only() -> None:
    """Of P and R, which are one, R is the canonical name; Q is another dataset."""
    mesh = Mesh.open(None)
    of_two, of_canonical, other = COLUMNS[0], COLUMNS[2], COLUMNS[4]
    state = frozenset(
        {
            Quad(R, RDF.type, DCAT.Dataset, G),
            Quad(R, PROV.alternateOf, P, H),
            Quad(Q, MESH.olNamespace, Literal(HIVE), G),
            Quad(Q, DCTERMS.identifier, Literal("orders"), G),
            Quad(of_two, MESH.fieldOf, P, G),
            Quad(of_two, MESH.fieldOf, Q, H),
            Quad(of_two, MESH.fieldPath, Literal("id"), G),
            Quad(of_canonical, MESH.fieldOf, R, G),
            Quad(of_canonical, MESH.fieldPath, Literal("id"), G),
            Quad(other, MESH.fieldOf, Q, G),
            Quad(other, PROV.wasInfluencedBy, of_two, H),
        }
    )
    projection = Projection(mesh.journal, None)
    _commit(mesh, state, frozenset())
    projection.follow(1)
    found = _facts(projection.index(Level.COLUMN).all_links())
    assert {(down, fact.upstream) for down, fact in found} == {(other, of_canonical)}
    assert found == _naive(state)[Level.COLUMN]
    mesh.close()


@given(histories)
@settings(max_examples=25)
def test_reading_a_whole_state_anew_gives_the_same(history: tuple[State, list[State]]) -> None:
    mesh = Mesh.open(None)
    _played(mesh, [history[0], *history[1]])
    with pytest.MonkeyPatch.context() as patch:
        followed, whole = Projection(mesh.journal, None), Projection(mesh.journal, None)
        followed.follow(mesh.journal.head.sequence)
        patch.setattr(module, "_MOST_TRACED", 0)
        whole.follow(mesh.journal.head.sequence)
    _assert_equal(followed, whole)
    mesh.close()


def _assert_equal(one: Projection, other: Projection) -> None:
    for level in (Level.COLUMN, Level.DATASET):
        for at in range(8):
            assert list(one.index(level).all_links(at=at)) == list(
                other.index(level).all_links(at=at)
            )


@pytest.fixture
def saved(tmp_path: Path) -> Iterator[tuple[Mesh, Path]]:
    """A journal of three commits, and the folder of a projection that has seen two."""
    mesh = Mesh.open(None)
    _played(mesh, [frozenset(POOL[:60]), frozenset(POOL[40:])])
    projection = Projection(mesh.journal, tmp_path / "lineage")
    projection.follow(2)
    projection.save()
    _commit(mesh, frozenset(), frozenset(POOL[10:30]))
    yield mesh, tmp_path / "lineage"
    mesh.close()


def test_a_saved_projection_goes_on_where_it_was(saved: tuple[Mesh, Path]) -> None:
    mesh, folder = saved
    loaded, anew = Projection(mesh.journal, folder), Projection(mesh.journal, None)
    assert loaded.sequence == 2
    loaded.follow(3)
    anew.follow(3)
    _assert_equal(loaded, anew)


@pytest.mark.parametrize("damage", ["mark.json", "2/names.json", "2/column/lineage.index"])
def test_a_damaged_projection_is_made_anew(saved: tuple[Mesh, Path], damage: str) -> None:
    mesh, folder = saved
    file = folder / damage
    file.write_bytes(file.read_bytes()[:-9])
    loaded, anew = Projection(mesh.journal, folder), Projection(mesh.journal, None)
    assert loaded.sequence == 0
    loaded.follow(3)
    anew.follow(3)
    _assert_equal(loaded, anew)


def test_the_projection_of_another_journal_is_not_taken_up(
    saved: tuple[Mesh, Path], tmp_path: Path
) -> None:
    _, folder = saved
    other = Mesh.open(None)
    _played(other, [frozenset(POOL[:5]), frozenset(POOL[5:9])])
    assert Projection(other.journal, folder).sequence == 0
    other.close()


def test_a_commit_that_was_half_taken_is_taken_anew(
    saved: tuple[Mesh, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    mesh, _ = saved
    projection = Projection(mesh.journal, None)

    def fail(*_: object) -> None:
        raise OSError("the disk")

    with monkeypatch.context() as patch:
        patch.setattr(Projection, "_restate", fail)
        with pytest.raises(OSError, match="the disk"):
            projection.follow(mesh.journal.head.sequence)
    projection.follow(mesh.journal.head.sequence)
    anew = Projection(mesh.journal, None)
    anew.follow(mesh.journal.head.sequence)
    _assert_equal(projection, anew)
