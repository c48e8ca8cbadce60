"""The life of rules: drafted, proposed, voted on, adopted, in force, withdrawn.

Each step is a commit to the graph of the rules, taken or refused under the writer's lock.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from isogloss.errors import (
    Forbidden,
    InvalidArgument,
    StalePreview,
    WrongStage,
)
from isogloss.model.catalog import Domain
from isogloss.model.change import Act
from isogloss.model.preview import RulePreview
from isogloss.model.rdf import Iri, Triple
from isogloss.model.rules import NotAdmitted, Progress, RuleSet, Stage, Vote
from isogloss.services.admission import can_block, joined
from isogloss.services.catalog import Catalog
from isogloss.services.commits import Commits
from isogloss.services.delegates import DELEGATES, Members, check_reason, check_role
from isogloss.services.judge import Clock
from isogloss.services.ownership import OPERATOR
from isogloss.services.previewing import Previewing
from isogloss.services.quorum import Quorum
from isogloss.services.regimes import Regimes, binding_of
from isogloss.services.rule_records import RULES_SOURCE, read_rules, rule_set_triples
from isogloss.services.rule_sets import RuleSets, found_in
from isogloss.services.rule_steps import beginning, names, told
from isogloss.store.mesh import Mesh

_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_TAKEN_NAMES = frozenset({"waiver"})
_LONGEST_GRACE = 366

Edit = Callable[[RuleSet, Members, datetime], RuleSet]
"""Makes of a version what it becomes by a step, or raises."""


class Rules(RuleSets):
    """The rule sets of the mesh, and the steps by which they come into force and end."""

    def __init__(
        self,
        mesh: Mesh,
        catalog: Catalog,
        commits: Commits,
        previewing: Previewing,
        regimes: Regimes,
        quorum: Quorum,
        clock: Clock,
    ) -> None:
        super().__init__(mesh, catalog, regimes, quorum, clock)
        self._commits = commits
        self._previewing = previewing

    def draft(
        self,
        domain: str,
        name: str,
        files: Mapping[str, str],
        reason: str,
        *,
        author: Iri = OPERATOR,
        propose: bool = False,
    ) -> Progress | NotAdmitted:
        """Make a version of a rule set, the whole of what the files say; perhaps propose it.

        Args:
            domain: whose rules they are; the governance group's bind all.
            name: small letters, digits and hyphens; a new one makes a new set.
            files: Turtle, name → text.
            reason: why, for those who vote.

        Raises:
            NotFound: there is no such domain.
            Forbidden: the author is no owner, engineer or steward.
            InvalidInput: the name or the reason will not do, or the files do not add up.
            ValidationFailed: the rules could not be checked.
        """
        owner = self._catalog.get_domain(domain)
        if not _NAME.fullmatch(name) or len(name) > 60 or name in _TAKEN_NAMES:
            raise InvalidArgument(
                f"{name[:60]!r} cannot name a rule set: use small letters, digits and single "
                "hyphens, as in freshness."
            )
        check_reason(reason)
        word = "Propose" if propose else "Draft"
        message = f"{word} the rules {name!r}: {reason}"
        try:
            self._quorum.check_writer(owner, author, self._commits.ownership().memberships)
        except Forbidden as error:
            self._forbid(owner, error, author, message)
        findings = self.check(files, owner.id, name)
        if any(finding.blocking for finding in findings):
            return NotAdmitted(findings)
        turtle = joined(files)
        number = 0

        def add(said: frozenset[Triple], members: Members) -> frozenset[Triple]:
            nonlocal number
            self._quorum.check_writer(owner, author, members)
            sets, now = self.sets(), self._clock()
            there = [s.number for s in sets if s.line == (owner.id, name)]
            number = max(there, default=0) + 1
            made = RuleSet(
                id=_version(owner, name, number),
                owner=owner.id,
                name=name,
                number=number,
                turtle=turtle,
                author=author,
                reason=reason,
                created=now,
                proposed=now if propose else None,
            )
            if propose:
                self._check_names(made, sets, now)
            return said | rule_set_triples(made, binds_all=self._quorum.binds_all(owner.id))

        self._commit(owner.name, add, author, message)
        return self.version(_version(owner, name, number))

    def propose(self, id: Iri, *, author: Iri = OPERATOR) -> Progress:
        """Put a draft to the vote.

        Raises:
            NotFound: there is no such version.
            WrongStage: it is no draft, or another set has a rule of the same name by now.
            Forbidden: the author is no owner, engineer or steward.
        """

        def step(found: RuleSet, members: Members, now: datetime) -> RuleSet:
            self._quorum.check_writer(self._owner(found), author, members)
            self._check_names(found, self.sets(), now)
            return replace(found, proposed=now)

        return self._step(id, {Stage.DRAFT}, step, author, "Propose")

    def vote(
        self, id: Iri, domain: str, approves: bool, comment: str, *, author: Iri = OPERATOR
    ) -> Progress:
        """Say what a domain thinks of a proposal; its last vote counts.

        Raises:
            NotFound: there is no such version or domain.
            WrongStage: it is not proposed.
            Forbidden: the author is no owner of the domain, or the rules are not its business.
            InvalidInput: there is no comment.
        """
        voter = self._catalog.get_domain(domain)
        check_reason(comment)

        def step(found: RuleSet, members: Members, now: datetime) -> RuleSet:
            electorate = self._quorum.electorate(found)
            if voter.id not in electorate:
                raise Forbidden(
                    f"{voter.name!r} has no vote on <{id}>: a domain's own rules are its own "
                    "business, and the domains vote on those that bind all."
                )
            check_role(author, voter, DELEGATES, members, "vote for it")
            cast = Vote(voter.id, author, approves, comment, now)
            return replace(found, votes=(*found.votes, cast))

        word = "Approve of" if approves else "Disapprove of"
        return self._step(id, {Stage.PROPOSED}, step, author, word, comment)

    def adopt(
        self,
        id: Iri,
        *,
        valid_from: datetime | None = None,
        grace_days: int = 0,
        preview: str | None = None,
        author: Iri = OPERATOR,
    ) -> Progress:
        """Put a proposal in force from an instant on, once a quorum approves of it.

        Args:
            valid_from: now if left out; never in the past.
            grace_days: for so many days its violations are warnings.
            preview: the digest of a preview of this version, if it has rules that can block.

        Raises:
            NotFound: there is no such version.
            WrongStage: it is not proposed, too few approve, or a later version comes first.
            StalePreview: it can block, and what it would do now is not what was seen.
            Forbidden: the author is no owner of the domain, or of any if the rules bind all.
            InvalidArgument: an instant in the past or ten years ahead, or a grace period of over
                a year.
            ValidationFailed: what it would do could not be found out.
        """
        if not 0 <= grace_days <= _LONGEST_GRACE:
            raise InvalidArgument(f"Give 0 to {_LONGEST_GRACE} days of grace.")
        found = self.version(id).rule_set
        owner = self._owner(found)
        can_refuse = can_block(binding_of(found, self._catalog))
        # First beside the writer, and also if it only warns: he would wait for what never ends.
        seen = self._look(found)

        def step(found: RuleSet, members: Members, now: datetime) -> RuleSet:
            nonlocal seen
            self._quorum.check_delegate(owner, author, members)
            begin = beginning(valid_from, now)
            approvals, needed = self._quorum.approvals(found), self._quorum.needed(found)
            if len(approvals) < needed:
                raise WrongStage(
                    f"{len(approvals)} of the {needed} domains that it takes approve of <{id}>: "
                    "`isogloss rules vote`."
                )
            for other in self.sets():
                if other.comes_before(found, begin):
                    raise WrongStage(
                        f"<{other.id}> is adopted for {other.valid_from}, so <{id}> would never be "
                        "in force: adopt it for an earlier date, or withdraw the other first."
                    )
            if seen.sequence != self._mesh.journal.head.sequence:
                seen = self._look(found)
            if can_refuse and seen.digest != preview:
                raise StalePreview(
                    f"The rules <{id}> can block, and what they would do to the mesh as it is now "
                    "has not been seen: preview them (`isogloss rules preview`), and give the "
                    "digest of that."
                )
            return replace(
                found,
                adopted=now,
                valid_from=begin,
                blocks_from=begin + timedelta(days=grace_days),
            )

        return self._step(id, {Stage.PROPOSED}, step, author, "Adopt")

    def withdraw(self, id: Iri, reason: str, *, author: Iri = OPERATOR) -> Progress:
        """End a version, in force or not; the one before does not come back.

        Raises:
            NotFound: there is no such version.
            WrongStage: it has ended already.
            Forbidden: the author is no owner of the domain; of what never was adopted he may
                be the author, too.
        """
        check_reason(reason)

        def step(found: RuleSet, members: Members, now: datetime) -> RuleSet:
            if found.adopted is not None or found.author != author:
                check_role(author, self._owner(found), DELEGATES, members, "withdraw it")
            return replace(found, valid_until=now)

        stages = set(Stage) - {Stage.WITHDRAWN, Stage.SUPERSEDED}
        return self._step(id, stages, step, author, "Withdraw", reason)

    def _step(
        self, id: Iri, stages: set[Stage], step: Edit, author: Iri, word: str, why: str = ""
    ) -> Progress:
        known = found_in(self.sets(), id)

        def edit(said: frozenset[Triple], members: Members) -> frozenset[Triple]:
            sets, now = self.sets(), self._clock()
            found = found_in(read_rules(said)[0], id)
            stage = found.stage(now, sets)
            if stage not in stages:
                raise WrongStage(told(id, stage, stages))
            binds_all = self._quorum.binds_all(found.owner)
            before = rule_set_triples(found, binds_all=binds_all)
            return (said - before) | rule_set_triples(
                step(found, members, now), binds_all=binds_all
            )

        message = f"{word} version {known.number} of the rules {known.name!r}{why and f': {why}'}"
        # A domain may have moved to another space since.
        holder = self._commits.ownership().owner_of(id) or self._owner(known)
        self._commit(holder.name, edit, author, message)
        return self.version(id)

    def _forbid(self, owner: Domain, error: Forbidden, author: Iri, message: str) -> None:
        """Have the journal say that somebody asked for what he has no right to."""

        def refuse(said: frozenset[Triple], members: Members) -> frozenset[Triple]:
            raise error

        self._commit(owner.name, refuse, author, message)

    def _commit(
        self,
        domain: str,
        edit: Callable[[frozenset[Triple], Members], frozenset[Triple]],
        author: Iri,
        message: str,
    ) -> None:
        self._commits.replace([Act(domain, RULES_SOURCE, edit)], author=author, message=message)

    def _check_names(self, found: RuleSet, sets: Iterable[RuleSet], now: datetime) -> None:
        """Check that no other set has a rule of the same name: it may have been drafted since."""
        mine = binding_of(found, self._catalog)
        for other in self.known(sets, now):
            same = names(mine) & names(other)
            if same and (other.owner, other.name) != (mine.owner, mine.name):
                raise WrongStage(
                    f"<{found.id}> has a rule {min(same)!r}, and so has <{other.id}>: draft it "
                    "anew with another name, or withdraw the other."
                )

    def _look(self, found: RuleSet) -> RulePreview:
        files = {"rules": found.turtle}
        return self._previewing.preview(files, domain=found.owner, name=found.name)

    def _owner(self, found: RuleSet) -> Domain:
        return self._catalog.get_domain(found.owner)


def _version(owner: Domain, name: str, number: int) -> Iri:
    return Iri(f"{owner.uri_space}rules/{name}/{number}")
