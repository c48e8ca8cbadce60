"""Whatever people do, and whenever: each version is where its story says, and judges as it says.

The model is told what happens, event by event, and never looks at dates that lie behind.
ISOGLOSS_TORTURE=1 runs for longer.
"""

import math
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from isogloss.errors import Forbidden, MeshError, NotFound, WrongStage
from isogloss.model.change import Committed, Refused
from isogloss.model.governance import Severity
from isogloss.model.journal import Outcome
from isogloss.model.rdf import Iri
from isogloss.model.rules import Progress, Stage
from isogloss.services.regimes import SHIPPED, SHIPPED_VERSION
from tests.services.delegates_world import (
    DAY,
    GOVERNANCE,
    World,
    id_of,
    person,
    product,
    rules,
    world,
)

TORTURE = bool(os.environ.get("ISOGLOSS_TORTURE"))
DOMAINS = ("sales", "shop", "stock")
SETS = {SHIPPED: "dcterms:title", "keywords": "dcat:keyword"}
ROLES = ("owner", "engineer", "steward", "reader")
ENDED = (Stage.WITHDRAWN, Stage.SUPERSEDED)
Line = tuple[str, str]


@dataclass
class Version:
    """What the model knows of a version."""

    id: Iri
    line: Line
    number: int
    severity: str
    author: Iri
    stage: Stage
    wordings: tuple[object, ...]
    votes: dict[str, bool] = field(default_factory=dict)
    begins: datetime | None = None
    blocks: datetime | None = None


class LifeMachine(RuleBasedStateMachine):
    """Domains found and leave, people write, vote, adopt and withdraw, and time passes."""

    def __init__(self) -> None:
        super().__init__()
        self.versions: list[Version] = []
        self.commits = 0
        self.forbidden = 0

    @initialize(
        quorum=st.integers(1, 10).map(lambda tenths: tenths / 10),
        domains=st.sets(st.sampled_from(DOMAINS), min_size=1),
        there=st.integers(0, 6),
        data=st.data(),
    )
    def begin(self, quorum: float, domains: set[str], there: int, data: st.DataObject) -> None:
        shipped = rules(GOVERNANCE, SHIPPED, path=SETS[SHIPPED])
        self.world: World = world(*sorted(domains), quorum=quorum, shipped=shipped)
        self.quorum = quorum
        self._catch_up()
        # Most stories begin in the middle: some may leave out to draft or to adopt.
        for _ in range(there):
            name = data.draw(st.sampled_from(sorted(SETS)), label="name")
            self.draft(data, name, "Violation", None, at_once=True)
            days = data.draw(st.sampled_from([None, 1, 2]), label="days")
            if data.draw(st.booleans(), label="adopted"):
                self.adopt(data, None, days, grace=1, agreed=True)

    def teardown(self) -> None:
        if hasattr(self, "world"):
            assert list(self.world.services.mesh.verify()) == []
            self.world.services.close()

    # What the model says

    @property
    def here(self) -> list[str]:
        return [domain for domain in self.world.domains if domain != GOVERNANCE]

    def _catch_up(self) -> None:
        self.commits = self.world.services.mesh.journal.head.sequence

    def _begin(self, version: Version) -> None:
        """Come into force, and be the end of all that is older."""
        version.stage = Stage.IN_FORCE
        for other in self.versions:
            older = other.line == version.line and other.number < version.number
            if older and other.stage is not Stage.WITHDRAWN:
                other.stage = Stage.SUPERSEDED

    def _let_begin(self) -> None:
        """Let what is due begin, in the order of the dates."""
        due = [v for v in self.versions if v.stage is Stage.ADOPTED]
        for version in sorted(due, key=lambda v: (v.begins or v.blocks, v.number)):
            assert version.begins is not None
            if version.stage is Stage.ADOPTED and version.begins <= self.world.clock.at:
                self._begin(version)

    def _stage(self, version: Version) -> Stage:
        if version.stage is Stage.IN_FORCE and version.blocks is not None:
            return Stage.GRACE if self.world.clock.at < version.blocks else Stage.IN_FORCE
        return version.stage

    def _voters(self, version: Version) -> list[str]:
        owner = version.line[0]
        return [owner] if owner != GOVERNANCE else self.here or [GOVERNANCE]

    def _approvals(self, version: Version) -> list[str]:
        return sorted(d for d in self._voters(version) if version.votes.get(d))

    def _needed(self, version: Version) -> int:
        if version.line[0] != GOVERNANCE:
            return 1
        return max(1, math.ceil(Decimal(str(self.quorum)) * len(self._voters(version))))

    def _may(self, author: Iri, domain: str, roles: tuple[str, ...]) -> bool:
        where = self.world.domains if domain == GOVERNANCE else [domain]
        return any(author == person(one, role) for one in where for role in roles)

    # What is done

    def _do(self, step: Callable[[], object], expected: type[MeshError] | None) -> object:
        """Take a step, and see that it is one commit, or none and a note of who had no right."""
        journal = self.world.services.mesh.journal
        before = journal.entries(newest=1)[0].position
        if expected is None:
            answer = step()
            (entry,) = journal.entries(newest=journal.entries(newest=1)[0].position - before)
            assert entry.outcome is Outcome.COMMITTED
            assert entry.sequence == self.commits + 1
            self.commits += 1
            return answer
        with pytest.raises(expected) as error:
            step()
        assert journal.head.sequence == self.commits
        entry = journal.entries(newest=1)[0]
        if expected is Forbidden:
            assert entry.outcome is Outcome.FORBIDDEN
            assert (entry.position, entry.reason) == (before + 1, str(error.value))
        else:
            assert entry.position == before
        return None

    authors = st.none() | st.builds(
        person, st.sampled_from([GOVERNANCE, *DOMAINS]), st.sampled_from(ROLES)
    )
    """Somebody; None for an owner of the domain that it is about."""

    def _owner(self, data: st.DataObject) -> str:
        return data.draw(st.sampled_from(self.world.domains), label="owner")

    def _some(self, data: st.DataObject) -> Version:
        return data.draw(st.sampled_from(self.versions), label="version")

    @rule(
        data=st.data(),
        name=st.sampled_from(sorted(SETS)),
        severity=st.sampled_from(["Violation", "Violation", "Warning"]),
        author=authors,
        at_once=st.booleans(),
    )
    def draft(
        self, data: st.DataObject, name: str, severity: str, author: Iri | None, at_once: bool
    ) -> None:
        owner = self._owner(data)
        author = author or person(owner)
        number = sum(v.line == (owner, name) for v in self.versions) + 1
        written = rules(
            owner, name, path=SETS[name], severity=severity, message=f"Version {number}."
        )
        may = self._may(author, owner, ROLES[:3])
        made = self._do(
            lambda: self.world.services.rules.draft(
                owner, name, {"r.ttl": written}, f"Why {number}.", author=author, propose=at_once
            ),
            None if may else Forbidden,
        )
        if may:
            assert isinstance(made, Progress)
            found = made.rule_set
            stage = Stage.PROPOSED if at_once else Stage.DRAFT
            wordings = (written, author, f"Why {number}.", found.created)
            line = (owner, name)
            self.versions.append(Version(found.id, line, number, severity, author, stage, wordings))

    def _expected(
        self, version: Version, stages: tuple[Stage, ...], may: bool
    ) -> type[MeshError] | None:
        if version.stage not in stages:
            return WrongStage
        if version.line[0] not in self.world.domains:
            return NotFound
        return None if may else Forbidden

    @precondition(lambda self: self.versions)
    @rule(data=st.data(), author=authors)
    def propose(self, data: st.DataObject, author: Iri | None) -> None:
        version = self._some(data)
        author = author or person(version.line[0])
        may = self._may(author, version.line[0], ROLES[:3])
        expected = self._expected(version, (Stage.DRAFT,), may)
        self._do(lambda: self.world.services.rules.propose(version.id, author=author), expected)
        if expected is None:
            version.stage = Stage.PROPOSED

    @precondition(lambda self: self.versions)
    @rule(data=st.data(), approves=st.booleans(), role=st.sampled_from(ROLES))
    def vote(self, data: st.DataObject, approves: bool, role: str) -> None:
        version, domain = self._some(data), self._owner(data)
        may = domain in self._voters(version) and role == "owner"
        expected = self._expected(version, (Stage.PROPOSED,), may)
        if expected is NotFound:
            expected = Forbidden  # who is not there has no vote, and others have none on his rules
        self._do(
            lambda: self.world.services.rules.vote(
                version.id, domain, approves, "I think so.", author=person(domain, role)
            ),
            expected,
        )
        if expected is None:
            version.votes[domain] = approves

    @precondition(lambda self: self.versions)
    @rule(
        data=st.data(),
        author=authors,
        days=st.sampled_from([None, None, 0, 1, 2, 5]),
        grace=st.sampled_from([0, 0, 1, 3]),
        agreed=st.booleans(),
    )
    def adopt(
        self,
        data: st.DataObject,
        author: Iri | None,
        days: int | None,
        grace: int,
        agreed: bool,
    ) -> None:
        some = [v for v in self.versions if v.stage is Stage.PROPOSED or not agreed]
        version = data.draw(st.sampled_from(some or self.versions), label="version")
        author = author or person(version.line[0])
        if version.line[0] not in self.world.domains:
            return
        if agreed and version.stage is Stage.PROPOSED:
            self.world.approve(version.id)
            version.votes |= dict.fromkeys(self._voters(version), True)
            self._catch_up()
        clock = self.world.clock
        asked = None if days is None else clock.at + timedelta(days=days)
        may = self._may(author, version.line[0], ("owner",))
        expected = self._expected(version, (Stage.PROPOSED,), may)
        first = [
            other.begins
            for other in self.versions
            if other.line == version.line and other.number > version.number
            if other.stage is Stage.ADOPTED
        ]
        if expected is None and (
            len(self._approvals(version)) < self._needed(version)
            or any(at is not None and at <= (asked or clock.at) for at in first)
        ):
            expected = WrongStage
        digest = self.world.digest(version.id)
        answer = self._do(
            lambda: self.world.services.rules.adopt(
                version.id, valid_from=asked, grace_days=grace, preview=digest, author=author
            ),
            expected,
        )
        if isinstance(answer, Progress):
            found = answer.rule_set
            assert found.valid_from is not None
            assert timedelta(0) <= found.valid_from - (asked or clock.at - DAY / 1000) < DAY / 500
            version.stage, version.begins = Stage.ADOPTED, found.valid_from
            version.blocks = found.valid_from + timedelta(days=grace)
            assert found.blocks_from == version.blocks

    @precondition(lambda self: self.versions)
    @rule(data=st.data(), author=authors)
    def withdraw(self, data: st.DataObject, author: Iri | None) -> None:
        version = self._some(data)
        author = author or person(version.line[0])
        owner = version.line[0]
        mine = author == version.author and version.begins is None
        expected = self._expected(
            version, tuple(set(Stage) - set(ENDED)), mine or author == person(owner)
        )
        if mine and expected is NotFound:
            expected = None
        self._do(
            lambda: self.world.services.rules.withdraw(version.id, "No more.", author=author),
            expected,
        )
        if expected is None:
            version.stage = Stage.WITHDRAWN

    @rule(domains=st.sets(st.sampled_from(DOMAINS), min_size=1))
    def found_and_leave(self, domains: set[str]) -> None:
        self.world.found(*sorted(domains))
        self._catch_up()

    @rule(hours=st.sampled_from([1, 12, 24, 36, 96]))
    def wait(self, hours: int) -> None:
        self.world.clock.forward(timedelta(hours=hours))

    # What is true after each

    @invariant()
    def each_version_is_where_its_story_says(self) -> None:
        if not hasattr(self, "world"):
            return
        self._let_begin()
        found = {one.rule_set.id: one for one in self.world.services.rules.versions()}
        assert found.keys() == {version.id for version in self.versions}
        for version in self.versions:
            one = found[version.id]
            assert one.stage is self._stage(version), version
            assert list(one.approvals) == sorted(map(id_of, self._approvals(version)))
            assert one.quorum == self._needed(version)
            said = one.rule_set
            assert (said.turtle, said.author, said.reason, said.created) == version.wordings
            assert (said.line, said.number) == (
                (id_of(version.line[0]), version.line[1]),
                version.number,
            )

    @invariant()
    def what_is_in_force_judges_and_nothing_else(self) -> None:
        if not hasattr(self, "world"):
            return
        self._let_begin()
        judging = {
            v.id: v
            for v in self.versions
            if v.stage is Stage.IN_FORCE and v.line[0] in self.world.domains
        }
        replaced = any(v.line == (GOVERNANCE, SHIPPED) for v in judging.values())
        expected = {(v.id, self._stage(v) is Stage.GRACE) for v in judging.values()}
        expected |= set() if replaced else {(SHIPPED_VERSION, False)}
        regime = self.world.services.judge.regime()
        assert {(b.id, b.grace) for b in regime.bindings} == expected
        assert set(self.world.services.judge.report().rule_sets) == {id for id, _ in expected}
        # What has neither title nor keywords breaks every rule that binds the domain.
        domain = self.here[0]
        outcome = self.world.say(domain, product(domain), source="probe")
        told = {
            (r.rule_set, r.severity, r.owner)
            for r in (outcome.violations if isinstance(outcome, Refused) else outcome.remarks)
        }
        wanted = {
            (v.id, self._severity(v), None if v.line[0] == GOVERNANCE else id_of(domain))
            for v in judging.values()
            if v.line[0] in (GOVERNANCE, domain)
        }
        wanted |= set() if replaced else {(SHIPPED_VERSION, Severity.VIOLATION, None)}
        refusing = {one for one in wanted if one[1] is Severity.VIOLATION}
        assert isinstance(outcome, Refused) == bool(refusing)
        assert told == (refusing or wanted)
        (entry,) = self.world.services.mesh.journal.entries(newest=1)
        assert set(entry.rule_sets) == {id for id, _ in expected}
        if isinstance(outcome, Committed):
            assert isinstance(self.world.say(domain, (), source="probe"), Committed)
        self._catch_up()

    def _severity(self, version: Version) -> Severity:
        graced = self._stage(version) is Stage.GRACE or version.severity == "Warning"
        return Severity.WARNING if graced else Severity.VIOLATION


def test_each_version_is_where_its_story_says_and_judges_as_it_says() -> None:
    run_state_machine_as_test(
        LifeMachine,
        settings=settings(
            max_examples=150 if TORTURE else 8,
            stateful_step_count=40 if TORTURE else 20,
            # To make a story shorter takes longer than to read it.
            phases=(Phase.explicit, Phase.reuse, Phase.generate),
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
