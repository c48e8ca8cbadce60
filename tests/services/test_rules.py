"""Rules come into force by steps that all can read, and judge by versions that all can name."""

import json
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import update

from isogloss.bootstrap import Services, build
from isogloss.errors import Forbidden, InvalidArgument, NotFound, StalePreview, WrongStage
from isogloss.governance.rulebook import Rulebook
from isogloss.model.change import Committed, Refused, SourceContent
from isogloss.model.governance import Severity
from isogloss.model.journal import Outcome
from isogloss.model.preview import RulePreview
from isogloss.model.rdf import Iri
from isogloss.model.rules import NotAdmitted, Progress, RuleSet, Stage
from isogloss.services.regimes import SHIPPED_VERSION
from isogloss.settings import Settings
from isogloss.store import entries
from isogloss.store.copies import backup, restore
from isogloss.store.schema import ENTRY
from isogloss.vocab import DCAT, DPROD
from tests.services.delegates_world import (
    DAY,
    GOVERNANCE,
    Clock,
    World,
    id_of,
    person,
    product,
    rules,
    world,
)


@pytest.fixture
def mesh() -> Iterator[World]:
    """Two domains, and no rules."""
    made = world("sales", "shop")
    yield made
    made.services.close()


def stages(mesh: World) -> list[Stage]:
    return [one.stage for one in mesh.services.rules.versions()]


# Steps


def test_each_step_is_a_commit_with_author_and_reason(mesh: World) -> None:
    steps, owner = mesh.services.rules, person("sales")
    start = mesh.services.mesh.journal.head.sequence
    made = steps.draft(
        "sales",
        "keywords",
        {"r.ttl": rules("sales")},
        "Find it.",
        author=person("sales", "steward"),
    )
    assert isinstance(made, Progress)
    id = made.rule_set.id
    steps.propose(id, author=person("sales", "engineer"))
    steps.vote(id, "sales", True, "Good.", author=owner)
    steps.adopt(id, preview=mesh.digest(id), author=owner)
    steps.withdraw(id, "Found it.", author=owner)
    told = [
        (e.sequence, e.attempt.author, e.attempt.message, e.attempt.domains)
        for e in mesh.services.history.entries(first=5)
    ]
    words = [
        ("Withdraw version 1 of the rules 'keywords': Found it.", "owner"),
        ("Adopt version 1 of the rules 'keywords'", "owner"),
        ("Approve of version 1 of the rules 'keywords': Good.", "owner"),
        ("Propose version 1 of the rules 'keywords'", "engineer"),
        ("Draft the rules 'keywords': Find it.", "steward"),
    ]
    assert told == [
        (start + 5 - place, person("sales", role), message, ("sales",))
        for place, (message, role) in enumerate(words)
    ]


def test_votes_of_one_instant_and_of_clocks_that_go_back_are_kept_apart() -> None:
    mesh = world("sales", "shop", "stock", quorum=1.0, ticks=False)
    id = mesh.propose(GOVERNANCE).rule_set.id
    for domain in ("stock", "shop", "sales"):
        mesh.services.rules.vote(id, domain, True, "Good.")
    mesh.services.rules.vote(id, "sales", False, "No.")
    mesh.clock.forward(-DAY)
    mesh.services.rules.vote(id, "shop", False, "No.")
    found = mesh.services.rules.vote(id, "sales", True, "Yes.")
    assert [(v.domain, v.approves) for v in found.rule_set.votes] == [
        (id_of("stock"), True),
        (id_of("shop"), True),
        (id_of("sales"), True),
        (id_of("sales"), False),
        (id_of("shop"), False),
        (id_of("sales"), True),
    ]
    assert found.approvals == (id_of("sales"), id_of("stock"))
    with pytest.raises(WrongStage, match="2 of the 3 domains"):
        mesh.services.rules.adopt(id, preview=mesh.digest(id))
    mesh.services.close()


def test_a_quorum_is_the_share_as_it_was_written(mesh: World) -> None:
    quorum = mesh.services.rules._quorum
    found = mesh.propose(GOVERNANCE).rule_set
    names = tuple(f"domain{number:02}" for number in range(25))
    mesh.found(*names)
    counted = {}
    for share in (0.01, 0.28, 0.5, 0.56, 0.999, 1.0):
        counted[share] = type(quorum)(quorum.domains, share).needed(found)
    # In floats, 0.28 of 25 is a little more than 7.
    assert counted == {0.01: 1, 0.28: 7, 0.5: 13, 0.56: 14, 0.999: 25, 1.0: 25}


@pytest.mark.parametrize("reason", ["", " \n", "x" * 2_001])
def test_a_step_without_a_reason_is_none(mesh: World, reason: str) -> None:
    steps, id = mesh.services.rules, mesh.propose("sales").rule_set.id
    attempts: list[Callable[[], object]] = [
        lambda: steps.draft("sales", "other", {"r": rules("sales", "other")}, reason),
        lambda: steps.vote(id, "sales", True, reason),
        lambda: steps.withdraw(id, reason),
    ]
    for step in attempts:
        with pytest.raises(InvalidArgument, match="Say why"):
            step()


@pytest.mark.parametrize("name", ["waiver", "", "Big", "a--b", "a/b", "x" * 61])
def test_a_name_that_would_do_harm_in_an_iri_is_refused(mesh: World, name: str) -> None:
    with pytest.raises(InvalidArgument, match="cannot name a rule set"):
        mesh.services.rules.draft("sales", name, {"r": rules("sales")}, "Why.")


def test_what_is_not_admitted_is_told_by_line_and_leaves_the_others_judging(mesh: World) -> None:
    mesh.enact("sales")
    head = mesh.services.mesh.journal.head
    wrong = rules("sales").replace("sh:minCount", "sh:minCoutn")
    answer = mesh.services.rules.draft("sales", "keywords", {"r.ttl": wrong}, "Why.")
    assert isinstance(answer, NotAdmitted)
    (slip,) = (f for f in answer.findings if f.code == "UNKNOWN_TERM")
    assert (slip.file, wrong.splitlines()[slip.line - 1].count("sh:minCoutn")) == ("r.ttl", 1)
    assert "did you mean sh:minCount?" in slip.message
    assert mesh.services.mesh.journal.head == head
    assert isinstance(mesh.product("sales"), Refused)


def test_two_drafts_with_one_name_for_a_rule_are_never_both_proposed(mesh: World) -> None:
    steps = mesh.services.rules
    ids = []
    for name in ("one", "two"):
        made = steps.draft("sales", name, {"r": rules("sales", "keywords")}, "Why.")
        assert isinstance(made, Progress)
        ids.append(made.rule_set.id)
    steps.propose(ids[0])
    with pytest.raises(WrongStage, match=r"so has <https://mesh\.example/sales/rules/one/1>"):
        steps.propose(ids[1])
    assert isinstance(
        steps.draft("sales", "three", {"r": rules("sales", "keywords")}, "Why."), NotAdmitted
    )
    steps.withdraw(ids[0], "Let the other have it.")
    assert steps.propose(ids[1]).stage is Stage.PROPOSED


def test_whoever_may_not_is_told_before_any_work_and_the_journal_has_it(mesh: World) -> None:
    steps, id = mesh.services.rules, mesh.propose("sales").rule_set.id
    mesh.approve(id)
    stranger = person("shop")
    attempts: list[Callable[[], object]] = [
        lambda: steps.draft("sales", "x", {"r": "no Turtle at all"}, "Why.", author=stranger),
        lambda: steps.vote(id, "sales", True, "Good.", author=stranger),
        lambda: steps.vote(id, "shop", True, "Good.", author=stranger),
        lambda: steps.adopt(id, author=stranger),
        lambda: steps.withdraw(id, "Bad.", author=stranger),
    ]
    for step in attempts:
        with pytest.raises(Forbidden) as error:
            step()
        (entry,) = mesh.services.history.entries(first=1)
        assert (entry.outcome, entry.attempt.author) == (Outcome.FORBIDDEN, stranger)
        assert entry.reason == str(error.value)


def test_members_of_a_domain_that_has_gone_have_no_say_in_what_binds_all(mesh: World) -> None:
    id = mesh.propose(GOVERNANCE).rule_set.id
    mesh.approve(id)
    mesh.found("sales")
    with pytest.raises(Forbidden):
        mesh.services.rules.adopt(id, preview=mesh.digest(id), author=person("shop"))
    adopted = mesh.services.rules.adopt(id, preview=mesh.digest(id), author=person("sales"))
    assert adopted.approvals == (id_of("sales"),)


def test_a_domain_that_has_gone_keeps_nobody_from_writing_rules(mesh: World) -> None:
    mesh.enact("shop")
    mesh.found("sales")
    assert mesh.enact("sales").stage is Stage.IN_FORCE
    assert mesh.enact(GOVERNANCE).stage is Stage.IN_FORCE
    with pytest.raises(NotFound):
        mesh.services.rules.propose(Iri("https://mesh.example/shop/rules/keywords/2"))


# Dates


def test_a_date_comes_and_a_grace_period_ends_without_any_commit(mesh: World) -> None:
    mesh.product("sales")
    id = mesh.propose(GOVERNANCE).rule_set.id
    adopted = mesh.adopt(id, after=2 * DAY, grace_days=3).rule_set
    assert adopted.valid_from is not None
    assert adopted.blocks_from == adopted.valid_from + 3 * DAY
    head = mesh.services.mesh.journal.head
    mesh.clock.ticks = False

    def told() -> list[tuple[Stage, Severity | None]]:
        severity = next((r.severity for r in mesh.results()), None)
        return [(one.stage, severity) for one in mesh.services.rules.versions()]

    def planned() -> bool:
        return mesh.services.commits.plan(
            [SourceContent("sales", "two", product("sales", "two"))]
        ).refused

    instant = timedelta(microseconds=1)
    assert told() == [(Stage.ADOPTED, None)]
    mesh.clock.at = adopted.valid_from - instant
    assert told() == [(Stage.ADOPTED, None)]
    mesh.clock.at = adopted.valid_from
    assert (told(), planned()) == ([(Stage.GRACE, Severity.WARNING)], False)
    mesh.clock.at = adopted.blocks_from - instant
    assert (told(), planned()) == ([(Stage.GRACE, Severity.WARNING)], False)
    mesh.clock.at = adopted.blocks_from
    assert (told(), planned()) == ([(Stage.IN_FORCE, Severity.VIOLATION)], True)
    assert mesh.services.mesh.journal.head == head


@pytest.mark.parametrize(
    "valid_from",
    [
        lambda now: now - timedelta(minutes=6),
        lambda now: now + timedelta(days=4_000),
        lambda now: datetime.max.replace(tzinfo=now.tzinfo),
        lambda now: now.replace(tzinfo=None),
    ],
)
def test_rules_bind_neither_in_the_past_nor_in_another_age(
    mesh: World, valid_from: Callable[[datetime], datetime]
) -> None:
    id = mesh.propose("sales").rule_set.id
    mesh.approve(id)
    digest = mesh.digest(id)
    with pytest.raises(InvalidArgument):
        mesh.services.rules.adopt(
            id, valid_from=valid_from(mesh.clock.at), grace_days=366, preview=digest
        )
    for days in (-1, 367):
        with pytest.raises(InvalidArgument, match="days of grace"):
            mesh.services.rules.adopt(id, grace_days=days, preview=digest)
    assert stages(mesh) == [Stage.PROPOSED]


def test_an_older_proposal_never_comes_after_a_newer_version(mesh: World) -> None:
    old, new = (mesh.propose("sales").rule_set.id for _ in range(2))
    mesh.adopt(new, after=5 * DAY)
    mesh.approve(old)
    digest = mesh.digest(old)
    with pytest.raises(WrongStage, match="would never be in force"):
        mesh.adopt(old, after=6 * DAY)
    mesh.services.rules.adopt(old, valid_from=mesh.clock.at + DAY, preview=digest)
    mesh.clock.forward(2 * DAY)
    assert stages(mesh) == [Stage.IN_FORCE, Stage.ADOPTED]
    third = mesh.propose("sales").rule_set.id
    fourth = mesh.propose("sales").rule_set.id
    mesh.adopt(fourth)
    # What it has overtaken is over, adopted or not.
    assert stages(mesh) == [*[Stage.SUPERSEDED] * 3, Stage.IN_FORCE]
    with pytest.raises(WrongStage, match="superseded, and that for good"):
        mesh.services.rules.vote(third, "sales", True, "Good.")
    mesh.services.rules.withdraw(fourth, "Never mind.")
    assert stages(mesh) == [*[Stage.SUPERSEDED] * 3, Stage.WITHDRAWN]
    assert isinstance(mesh.product("sales"), Committed)


def test_what_travels_with_the_package_comes_back_when_its_replacement_goes() -> None:
    mesh = world("sales", shipped=rules(GOVERNANCE, "isogloss", path="dcterms:title"))
    assert isinstance(mesh.product("sales", keyword="k"), Refused)
    own = mesh.enact(GOVERNANCE, "isogloss", rules(GOVERNANCE, "isogloss")).rule_set.id
    assert mesh.services.judge.report().rule_sets == (own,)
    assert isinstance(mesh.product("sales", title="t"), Refused)
    assert isinstance(mesh.product("sales", keyword="k"), Committed)
    mesh.services.rules.withdraw(own, "The other was better.")
    assert mesh.services.judge.report().rule_sets == (SHIPPED_VERSION,)
    assert isinstance(mesh.product("sales", "two", keyword="k"), Refused)
    mesh.services.close()


# What was seen


def test_a_rule_that_can_block_takes_a_preview_of_what_it_would_do_now(mesh: World) -> None:
    steps, id = mesh.services.rules, mesh.propose(GOVERNANCE).rule_set.id
    mesh.approve(id)
    with pytest.raises(StalePreview):
        steps.adopt(id)
    seen = mesh.digest(id)
    mesh.product("sales")
    with pytest.raises(StalePreview):
        steps.adopt(id, preview=seen)
    seen = mesh.digest(id)
    mesh.product("shop", keyword="k")
    assert mesh.digest(id) == seen
    other = mesh.enact("shop", "titles", rules("shop", "titles", path="dcterms:title")).rule_set
    with pytest.raises(StalePreview):
        steps.adopt(id, preview=seen)
    steps.withdraw(other.id, "As before.")
    assert steps.adopt(id, preview=seen).stage is Stage.IN_FORCE


def test_a_preview_of_another_text_or_set_is_none_of_this_one(mesh: World) -> None:
    id = mesh.propose("sales").rule_set.id
    mesh.approve(id)
    other = {"r": rules("sales", message="Say more.")}
    same = {"r": rules("sales")}
    look = mesh.services.previewing.preview
    for digest in (
        look(other, domain="sales", name="keywords").digest,
        look(same, domain="sales", name="other").digest,
        look(same, domain="shop", name="keywords").digest,
        look(same, domain="sales").digest,
        "",
    ):
        with pytest.raises(StalePreview):
            mesh.services.rules.adopt(id, preview=digest)
    assert mesh.digest(id) == look(same, domain="sales", name="keywords").digest


def test_rules_that_only_warn_take_no_preview(mesh: World) -> None:
    id = mesh.propose("sales", written=rules("sales", severity="Warning")).rule_set.id
    mesh.approve(id)
    assert mesh.services.rules.adopt(id).stage is Stage.IN_FORCE
    outcome = mesh.product("sales")
    assert isinstance(outcome, Committed)
    assert [r.severity for r in outcome.remarks] == [Severity.WARNING]


def test_several_files_are_previewed_and_adopted_as_one(mesh: World) -> None:
    files = {
        "a.ttl": rules("sales"),
        "b.ttl": rules("sales", "titles", path="dcterms:title", target="dcat:Dataset"),
    }
    made = mesh.services.rules.draft("sales", "both", files, "Why.", propose=True)
    assert isinstance(made, Progress)
    id = made.rule_set.id
    mesh.approve(id)
    seen = mesh.services.previewing.preview(files, domain="sales", name="both")
    assert mesh.services.rules.adopt(id, preview=seen.digest).stage is Stage.IN_FORCE
    assert {rule.name for rule in mesh.services.governance.rules} == {"keywords", "titles"}
    assert isinstance(mesh.product("sales"), Refused)


def test_a_commit_between_the_look_and_the_adoption_is_looked_at(mesh: World) -> None:
    """However close: whoever adopts waits for those in line, and then looks once more."""
    steps, id = mesh.services.rules, mesh.propose(GOVERNANCE).rule_set.id
    mesh.approve(id)
    seen, look = mesh.digest(id), steps._look

    def slow(found: RuleSet) -> RulePreview:
        answer = look(found)
        if mesh.services.mesh.journal.head.sequence == answer.sequence == head.sequence:
            mesh.product("sales")
        return answer

    head = mesh.services.mesh.journal.head
    steps._look = slow  # type: ignore[method-assign]
    with pytest.raises(StalePreview):
        steps.adopt(id, preview=seen)
    assert stages(mesh) == [Stage.PROPOSED]


# What is recorded


def test_reports_results_and_journal_name_the_versions(mesh: World) -> None:
    all_, own = (
        mesh.enact(GOVERNANCE).rule_set.id,
        mesh.enact("sales", "titles", rules("sales", "titles", path="dcterms:title")).rule_set.id,
    )
    refused = mesh.product("sales")
    assert isinstance(refused, Refused)
    expected = {(all_, None), (own, id_of("sales"))}
    assert {(r.rule_set, r.owner) for r in refused.violations} == expected
    (entry,) = mesh.services.history.entries(first=1)
    assert entry.outcome is Outcome.REFUSED
    assert {(r.rule_set, r.owner) for r in entry.results} == expected
    versions = (SHIPPED_VERSION, all_, own)
    assert set(entry.rule_sets) == set(mesh.services.judge.report().rule_sets) == set(versions)
    assert {(r.rule_set, r.owner) for r in mesh.services.governance.rules} == expected


def test_rows_of_before_there_were_versions_are_read(mesh: World) -> None:
    mesh.enact(GOVERNANCE)
    mesh.product("sales")
    with mesh.services.mesh.journal.connection() as connection:
        row = dict(connection.execute(ENTRY.select()).mappings().all()[-1])
        verdict = json.loads(row["verdict"])
        del verdict["ruleSets"]
        for result in verdict["results"]:
            for key in ("ruleSet", "owner", "waiver", "waived"):
                del result[key]
        old = json.dumps(verdict)
        connection.execute(
            update(ENTRY).where(ENTRY.c.position == row["position"]).values(verdict=old)
        )
        connection.commit()
    (entry,) = mesh.services.history.entries(first=1)
    assert entry == entries.read(row | {"verdict": old})
    assert (entry.rule_sets, entry.outcome) == ((), Outcome.REFUSED)
    (result,) = entry.results
    assert (result.rule_set, result.owner, result.waiver, result.waived) == (
        None,
        None,
        None,
        False,
    )


def test_the_past_keeps_its_rules_through_a_restart_a_rebuild_and_a_restore(tmp_path: Path) -> None:
    clock, folder = Clock(datetime.now().astimezone(), ticks=True), tmp_path / "mesh"
    mesh = World(_open(folder, clock), clock)
    mesh.found("sales")
    mesh.product("sales")
    before = mesh.services.mesh.journal.head.sequence
    text = rules("sales", message="Line 1\\nLine 2, é").replace("\n", "\r\n")
    made = mesh.propose("sales", written=text).rule_set
    clock.at = datetime.now().astimezone()
    mesh.adopt(made.id)
    adopted = mesh.services.mesh.journal.head.sequence
    clock.at = datetime.now().astimezone()
    mesh.services.rules.withdraw(made.id, "No more.")

    def told(world: World) -> list[object]:
        past = [world.services.as_of(n) for n in (before, adopted)]
        return [
            *([r.rule_set for r in view.governance.rules] for view in past),
            *([r.rule_set for r in view.governance.report().results] for view in past),
            world.services.rules.versions(),
            list(world.services.mesh.verify()),
        ]

    first = told(mesh)
    assert first[:4] == [[], [made.id], [], [made.id]]
    (version,) = mesh.services.rules.versions()
    kept = version.rule_set
    assert (kept.turtle, kept.author, kept.reason, kept.created) == (
        text,
        made.author,
        made.reason,
        made.created,
    )
    assert first[-1] == []
    backup(folder, tmp_path / "backup")
    mesh.services.close()
    restore(tmp_path / "backup", tmp_path / "restored")
    for where, rebuild in ((folder, False), (folder, True), (tmp_path / "restored", False)):
        again = World(_open(where, clock, rebuild=rebuild), clock)
        assert told(again) == first
        again.services.close()


def test_the_past_at_an_instant_is_judged_by_what_held_then(mesh: World) -> None:
    """Also where a date came between two commits, and nothing else."""
    mesh.clock.at = datetime.now().astimezone()
    mesh.product("sales")
    adopted = mesh.adopt(mesh.propose(GOVERNANCE).rule_set.id, after=2 * DAY, grace_days=3)
    begins, blocks = adopted.rule_set.valid_from, adopted.rule_set.blocks_from
    assert begins is not None
    assert blocks is not None

    def told(moment: datetime | int) -> list[Severity]:
        return [r.severity for r in mesh.services.as_of(moment).governance.report().results]

    instant = timedelta(microseconds=1)
    assert told(mesh.services.mesh.journal.head.sequence) == []
    assert told(begins - instant) == []
    assert told(begins) == told(blocks - instant) == [Severity.WARNING]
    assert told(blocks) == told(blocks + DAY) == [Severity.VIOLATION]
    assert mesh.services.as_of(blocks) is mesh.services.as_of(blocks + DAY)


def _open(folder: Path, clock: Clock, *, rebuild: bool = False) -> Services:
    return build(Settings(data=folder), rulebook=Rulebook({}), rebuild=rebuild, clock=clock)


# Many at once


def together(*steps: Callable[[], object]) -> list[BaseException | object]:
    """Take steps at once, each in a thread; give what came of each."""
    answers: dict[int, object] = {}
    start = threading.Barrier(len(steps))

    def take(place: int) -> None:
        start.wait()
        try:
            answers[place] = steps[place]()
        except Exception as error:
            answers[place] = error

    threads = [threading.Thread(target=take, args=(place,)) for place in range(len(steps))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [answers[place] for place in range(len(steps))]


def test_votes_that_come_at_once_all_count(tmp_path: Path) -> None:
    domains = [f"domain{number}" for number in range(6)]
    mesh = world(*domains, data=tmp_path / "mesh", quorum=1.0)
    id = mesh.propose(GOVERNANCE).rule_set.id

    def vote(domain: str) -> Callable[[], object]:
        return lambda: mesh.services.rules.vote(id, domain, True, "Yes.", author=person(domain))

    together(*map(vote, domains))
    found = mesh.services.rules.version(id)
    assert found.approvals == tuple(map(id_of, domains))
    assert len(found.rule_set.votes) == 6
    assert list(mesh.services.mesh.verify()) == []
    mesh.services.close()


def test_of_those_who_draft_or_adopt_at_once_each_gets_his_own(tmp_path: Path) -> None:
    mesh = world("sales", data=tmp_path / "mesh")
    made = together(*[lambda: mesh.propose("sales").rule_set.number] * 4)
    assert sorted(map(str, made)) == ["1", "2", "3", "4"]
    ids = [one.rule_set.id for one in mesh.services.rules.versions()]
    for id in ids:
        mesh.approve(id)
    digest = mesh.digest(ids[-1])

    def adopt(id: Iri) -> Callable[[], object]:
        return lambda: mesh.services.rules.adopt(id, preview=digest)

    answers = together(*map(adopt, [*ids, ids[-1]]), lambda: mesh.product("sales", keyword="k"))
    for answer in answers:
        assert isinstance(answer, Progress | WrongStage | StalePreview | Committed), answer
    # Whatever came first, the others were told, and one version judges.
    in_force = [one for one in mesh.services.rules.versions() if one.stage is Stage.IN_FORCE]
    assert len(in_force) == 1
    assert set(stages(mesh)) <= {Stage.IN_FORCE, Stage.SUPERSEDED, Stage.PROPOSED}
    assert len(mesh.services.judge.regime().bindings) == 2
    assert list(mesh.services.mesh.verify()) == []
    mesh.services.close()


def test_nothing_is_adopted_on_a_look_that_a_commit_has_outdated(tmp_path: Path) -> None:
    """Whatever others commit meanwhile, the state before an adoption is the one looked at."""
    mesh = world("sales", "shop", data=tmp_path / "mesh")
    steps, done, told = mesh.services.rules, threading.Event(), {"adopted": 0, "stale": 0}

    def write() -> None:
        for number in count():
            mesh.product("shop", f"p{number % 3}", **({"keyword": "k"} if number % 7 else {}))
            if done.wait(0.002):
                return

    writer = threading.Thread(target=write)
    writer.start()
    try:
        while sum(told.values()) < 60 and min(told.values()) < 3:
            id = mesh.propose("shop").rule_set.id
            mesh.approve(id)
            files = {"r": steps.version(id).rule_set.turtle}
            seen = mesh.services.previewing.preview(files, domain="shop", name="keywords")
            try:
                steps.adopt(id, preview=seen.digest)
            except StalePreview:
                told["stale"] += 1
            else:
                told["adopted"] += 1
                message = f"Adopt version {steps.version(id).rule_set.number} of"
                (sequence,) = (
                    entry.sequence or 0
                    for entry in mesh.services.history.entries(first=10_000)
                    if entry.attempt.message.startswith(message)
                )
                assert {e.result.focus_node for e in seen.effects} == bare(mesh, sequence - 1)
            steps.withdraw(id, "Next.")
    finally:
        done.set()
        writer.join()
    assert told["adopted"] > 0
    assert list(mesh.services.mesh.verify()) == []
    mesh.services.close()


def bare(mesh: World, sequence: int) -> set[Iri]:
    """Find the products without a keyword, as of a commit."""
    quads = list(mesh.services.mesh.at(sequence).quads())
    products = {quad.subject for quad in quads if quad.object == DPROD.DataProduct}
    return products - {quad.subject for quad in quads if quad.predicate == DCAT.keyword}
