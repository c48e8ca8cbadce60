"""Let somebody off a rule for a while: one asks, another one grants it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from isogloss.errors import Forbidden, InvalidArgument, NotFound, WrongStage
from isogloss.model.change import Act
from isogloss.model.governance import Rule
from isogloss.model.rdf import Iri, Triple
from isogloss.model.rules import Waiver, WaiverStage
from isogloss.services.catalog import GOVERNANCE
from isogloss.services.commits import Commits
from isogloss.services.delegates import (
    DELEGATES,
    WRITERS,
    Members,
    check_instant,
    check_reason,
    check_role,
)
from isogloss.services.judge import Clock
from isogloss.services.ownership import OPERATOR, Ownership
from isogloss.services.regimes import Regimes
from isogloss.services.rule_records import RULES_SOURCE, read_rules, waiver_triples
from isogloss.store.mesh import Mesh
from isogloss.store.named_graphs import RULES

_LONGEST = timedelta(days=366)

Edit = Callable[[frozenset[Triple], Members], frozenset[Triple]]


class Waivers:
    """The waivers of the mesh."""

    def __init__(self, mesh: Mesh, commits: Commits, regimes: Regimes, clock: Clock) -> None:
        self._mesh = mesh
        self._commits = commits
        self._regimes = regimes
        self._clock = clock

    def all(self, stage: WaiverStage | None = None) -> tuple[tuple[Waiver, WaiverStage], ...]:
        """List waivers and how they stand, of any stage or of one, by IRI."""
        now = self._clock()
        found = [(waiver, waiver.stage(now)) for waiver in self._read()]
        return tuple(one for one in found if stage in (None, one[1]))

    def find(self, ids: Sequence[Iri]) -> list[tuple[Waiver, WaiverStage] | None]:
        """Read waivers, in the order of the ids; None where there is none."""
        known = {waiver.id: (waiver, stage) for waiver, stage in self.all()}
        return [known.get(id) for id in ids]

    def expiring(self, before: datetime) -> tuple[Waiver, ...]:
        """List those that hold now and will have run out by an instant, soonest first.

        Raises:
            InvalidArgument: the instant names no time zone.
        """
        check_instant(before)
        open_ = (waiver for waiver, _ in self.all(WaiverStage.OPEN) if waiver.until <= before)
        return tuple(sorted(open_, key=lambda waiver: (waiver.until, waiver.id)))

    def request(
        self, rule: Iri, focus_node: Iri, reason: str, until: datetime, *, author: Iri = OPERATOR
    ) -> Waiver:
        """Ask that a node, or a product with its parts, may break a rule until an instant.

        Args:
            rule: a rule in force, by its IRI or the id that people quote.
            until: at most a year from now.

        Raises:
            NotFound: no such rule is in force, or the node is in no domain's space.
            InvalidArgument: there is no reason, or no such instant.
            Forbidden: the author works in another domain than the node's.
        """
        check_reason(reason)
        check_instant(until)
        ownership, known = self._commits.ownership(), self._rule(rule)
        owner = ownership.owner_of(focus_node)
        if owner is None:
            raise NotFound(f"<{focus_node}> lies in no domain's space, so nobody can ask for it.")
        space, now = owner.uri_space, self._clock()
        if not now < until <= now + _LONGEST:
            raise InvalidArgument(
                f"{until.isoformat()} will not do: a waiver holds for a while, a year at most."
            )
        made = Waiver(Iri(""), known.id, focus_node, reason, author, now, until)

        def ask(said: frozenset[Triple], members: Members) -> frozenset[Triple]:
            nonlocal made
            check_role(author, owner, WRITERS, members, "ask for a waiver there")
            made = replace(made, id=Iri(f"{space}rules/waiver/{len(read_rules(said)[1]) + 1}"))
            return said | waiver_triples(made)

        message = f"Ask for a waiver from {known.rule_id} for <{focus_node}>: {reason}"
        self._commit(owner.name, ask, author, message)
        return made

    def grant(self, id: Iri, *, author: Iri = OPERATOR) -> Waiver:
        """Let it hold from now on.

        Raises:
            NotFound: there is no such waiver, or its rule is no longer in force.
            Forbidden: the author asked for it, or the rule is not his to waive: that takes an
                owner of the governance group, or of the domain whose own rule it is.
            WrongStage: it has been granted, or has run out.
        """

        def step(found: Waiver, ownership: Ownership, members: Members) -> Waiver:
            now, rule = self._clock(), self._rule(found.rule)
            if found.requester == author:
                raise Forbidden(f"{author} asked for <{id}>: somebody else is to grant it.")
            judge = ownership.domain(rule.owner or GOVERNANCE)
            check_role(author, judge, DELEGATES, members, f"waive {rule.rule_id}")
            stage = found.stage(now)
            if stage is WaiverStage.OPEN:
                raise WrongStage(f"<{id}> has been granted already, by {found.approver}.")
            if stage is WaiverStage.EXPIRED:
                raise WrongStage(f"<{id}> has run out: ask for another.")
            return replace(found, approver=author, approved=now)

        return self._step(id, step, author, "Grant")

    def end(self, id: Iri, *, author: Iri = OPERATOR) -> Waiver:
        """Let it hold no longer; whoever asked for it may, and who may grant it.

        Raises:
            NotFound: there is no such waiver.
            Forbidden: the author may not.
            WrongStage: it has run out.
        """

        def step(found: Waiver, ownership: Ownership, members: Members) -> Waiver:
            now = self._clock()
            if found.until <= now:
                raise WrongStage(f"<{id}> has run out already.")
            if found.requester != author:
                judge = ownership.domain(self._judge(found))
                check_role(author, judge, DELEGATES, members, "end it")
            return replace(found, until=now)

        return self._step(id, step, author, "End")

    def _step(
        self, id: Iri, step: Callable[[Waiver, Ownership, Members], Waiver], author: Iri, word: str
    ) -> Waiver:
        ownership = self._commits.ownership()
        known = _found(self._read(), id)
        owner = ownership.owner_of(id)
        if owner is None:
            raise NotFound(f"<{id}> is of a domain that is no longer there.")
        made = known

        def edit(said: frozenset[Triple], members: Members) -> frozenset[Triple]:
            nonlocal made
            found = _found(read_rules(said)[1], id)
            made = step(found, ownership, members)
            return (said - waiver_triples(found)) | waiver_triples(made)

        self._commit(owner.name, edit, author, f"{word} the waiver <{id}>.")
        return made

    def _commit(self, domain: str, edit: Edit, author: Iri, message: str) -> None:
        self._commits.replace([Act(domain, RULES_SOURCE, edit)], author=author, message=message)

    def _judge(self, found: Waiver) -> str:
        """Name the domain whose owners may let somebody off a rule, also one of the past."""
        try:
            return self._rule(found.rule).owner or GOVERNANCE
        except NotFound:
            return GOVERNANCE

    def _rule(self, rule: Iri) -> Rule:
        state = self._mesh.at(self._mesh.journal.head.sequence)
        for known in self._regimes.at(state, self._clock()).rules:
            if rule in (known.id, known.rule_id):
                return known
        raise NotFound(f"No rule {rule!r} is in force: `isogloss rules list` has them all.")

    def _read(self) -> tuple[Waiver, ...]:
        state = self._mesh.at(self._mesh.journal.head.sequence)
        return read_rules(state.quads([RULES]))[1]


def _found(waivers: tuple[Waiver, ...], id: Iri) -> Waiver:
    found = next((one for one in waivers if one.id == id), None)
    if found is None:
        raise NotFound(f"There is no waiver <{id}>: `isogloss rules waivers` has them all.")
    return found
