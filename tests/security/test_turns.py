"""What is done by turns, or at once, opens no gap in the fence."""

from functools import partial
from threading import Barrier, Thread

import pytest

from isogloss.errors import Forbidden, InvalidArgument, StalePlan
from isogloss.model.access import Role
from isogloss.model.change import Committed, SourceContent
from isogloss.model.rdf import Iri
from tests.security.world import SPACES, World, dataset, person, turtle


def test_anothers_request_id_does_not_answer_or_overwrite(world: World) -> None:
    shop, sales = person("shop", Role.OWNER), person("sales", Role.OWNER)
    said = dataset(f"{SPACES['shop']}dataset/named")
    world.services.commits.replace([SourceContent("shop", "named", said)], author=shop, id="mine")
    content = SourceContent("sales", "named", dataset(f"{SPACES['sales']}x"))
    for contents in ([content], [SourceContent("shop", "named", said)]):
        replace = partial(world.services.commits.replace, contents, author=sales, id="mine")
        error = world.refuses(sales, replace)
        assert isinstance(error, InvalidArgument)


def test_a_forbidden_attempt_does_not_use_up_an_id(world: World) -> None:
    shop, sales = person("shop", Role.OWNER), person("sales", Role.OWNER)
    said = [SourceContent("shop", "later", dataset(f"{SPACES['shop']}later"))]
    world.refuses(sales, lambda: world.services.commits.replace(said, author=sales, id="later"))
    world.allows(
        lambda: world.services.commits.replace(said, author=shop, id="later"),
        Iri(f"{SPACES['shop']}graph/later"),
    )


def test_anothers_plan_is_nobody_elses_to_apply(world: World) -> None:
    planning = world.services.planning
    shop, sales = person("shop", Role.OWNER), person("sales", Role.OWNER)
    files = {"planned": turtle(dataset(f"{SPACES['shop']}planned")).encode()}
    mine = {"planned": turtle(dataset(f"{SPACES['sales']}planned")).encode()}
    digest = planning.plan("shop", files, author=shop).digest
    error = world.refuses(sales, lambda: planning.apply("shop", files, digest, author=sales))
    assert isinstance(error, Forbidden)
    error = world.refuses(sales, lambda: planning.apply("sales", mine, digest, author=sales))
    assert isinstance(error, StalePlan)
    error = world.refuses(sales, lambda: planning.apply("sales", files, digest, author=sales))
    assert isinstance(error, Forbidden)


def test_a_plan_removes_no_source_that_its_author_may_not_write(world: World) -> None:
    planning, kiosk = world.services.planning, SPACES["kiosk"]
    files = {"stand": turtle(dataset(f"{kiosk}stand")).encode()}
    words = files | {"glossary": turtle(dataset(f"{kiosk}word")).encode()}
    owner, engineer = person("kiosk", Role.OWNER), person("kiosk", Role.ENGINEER)
    planning.apply("kiosk", words, planning.plan("kiosk", words, author=owner).digest, author=owner)
    error = world.refuses(
        engineer, lambda: planning.plan("kiosk", files, author=engineer), preview=True
    )
    assert isinstance(error, Forbidden)
    error = world.refuses(
        engineer, lambda: planning.apply("kiosk", files, "0" * 64, author=engineer)
    )
    assert isinstance(error, Forbidden)
    for source in words:
        world.services.commits.replace([SourceContent("kiosk", source, frozenset())])


def test_who_is_put_out_while_his_document_is_read_writes_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    loading, late = world.services.loading, Iri("https://people.example/late")
    loading.grant("shop", late, Role.ENGINEER)
    read = type(loading)._read

    def slowly(self: object, *arguments: object) -> object:
        loading.withdraw("shop", late, Role.ENGINEER)
        return read(loading, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(type(loading), "_read", slowly)
    said = turtle(dataset(f"{SPACES['shop']}late"))
    with pytest.raises(Forbidden):
        loading.replace_source("shop", "late", said, author=late)
    assert (world.newest().attempt.author, world.newest().reason != "") == (late, True)
    assert not [quad for quad in world.quads() if quad.subject.endswith("/late")]


def test_a_right_ends_for_all_who_wait_behind_its_end(world: World) -> None:
    commits, late = world.services.commits, Iri("https://people.example/queued")
    for turn in range(5):
        world.services.loading.grant("shop", late, Role.ENGINEER)
        together = Barrier(9)
        outcomes: list[object] = []

        def write(n: int, together: Barrier = together, outcomes: list[object] = outcomes) -> None:
            together.wait()
            content = SourceContent("shop", f"queue{n}", dataset(f"{SPACES['shop']}q{n}", str(n)))
            try:
                done = commits.replace([content], author=late)
                outcomes.append(done.sequence if isinstance(done, Committed) else None)
            except Forbidden:
                outcomes.append(Forbidden)

        threads = [Thread(target=write, args=(turn * 8 + n,)) for n in range(8)]
        for thread in threads:
            thread.start()
        together.wait()
        ended = world.services.loading.withdraw("shop", late, Role.ENGINEER).outcome
        for thread in threads:
            thread.join()
        assert isinstance(ended, Committed)
        assert len(outcomes) == 8
        for outcome in outcomes:
            assert outcome is Forbidden or (isinstance(outcome, int) and outcome < ended.sequence)
