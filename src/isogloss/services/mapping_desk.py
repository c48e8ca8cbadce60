"""Where steps in the lives of mappings are taken, one after another, before all is committed."""

from collections import defaultdict
from collections.abc import Callable, Collection, Set
from dataclasses import replace
from datetime import datetime
from hashlib import sha256

from isogloss.errors import Forbidden, InvalidArgument, NotFound, WrongStage
from isogloss.meaning.approval import lacking, status_of
from isogloss.meaning.conflicts import Claim, claim_of
from isogloss.model.access import Role
from isogloss.model.agreement import (
    Agreement,
    Choice,
    Dismissal,
    Finding,
    MappingDraft,
    Status,
    Step,
    TranslationDraft,
)
from isogloss.model.catalog import Domain
from isogloss.model.meaning import Mapping
from isogloss.model.rdf import Iri, Triple
from isogloss.model.rules import Vote
from isogloss.services.agreements import found_in
from isogloss.services.delegates import WRITERS, Members, check_role_anywhere
from isogloss.services.mapping_drafts import translation_of
from isogloss.services.mapping_records import (
    agreement_triples,
    dismissal_triples,
    read_agreements,
    record_of,
)
from isogloss.services.ownership import OPERATOR
from isogloss.vocab import OWL, RDF

DECIDERS = frozenset({Role.STEWARD, Role.OWNER})
"""Whoever may write the words of a domain decides about them."""

Said = frozenset[Triple]


class Desk:
    """What was decided so far, and who decides now."""

    def __init__(
        self,
        said: Said,
        members: Members,
        owner_of: Callable[[str], Domain | None],
        author: Iri,
        now: datetime,
        space: str,
        sequence: int,
    ) -> None:
        """Take what the source says, and `sequence`, the number of the commit that this will be."""
        self._now = now
        # By mappings and dismissals, so that a step costs what it is about.
        self._parts = _by_record(said)
        self._members = members
        self.touched: dict[Iri, None] = {}
        self._owner_of = owner_of
        self._author = author
        self._space = space
        self._sequence = sequence
        self._proposed = 0
        self._known: dict[Iri, Agreement] = {}
        self._open: dict[Claim, Agreement] | None = None

    @property
    def said(self) -> Said:
        """What the source is to say."""
        return frozenset(triple for part in self._parts.values() for triple in part)

    def about(self, ids: Collection[Iri]) -> Said:
        """Give what it says of mappings and dismissals."""
        return frozenset(triple for id in ids for triple in self._parts.get(id, ()))

    def propose(self, draft: MappingDraft) -> None:
        """Put a mapping to both sides; the author's own approve of it at once.

        Raises:
            Forbidden: the author works in no domain.
            WrongStage: the same is proposed already, or approved.
        """
        check_role_anywhere(self._author, WRITERS, self._members, "propose mappings")
        says = claim_of(draft.subject, Iri(draft.match.value), draft.object, draft.negated)
        known = self._opened().get(says)
        if known is not None and known.is_open(self._now):
            raise WrongStage(
                f"<{known.id}> says the same, and is {known.mapping.status}: there is nothing to "
                "propose."
            )
        self._proposed += 1
        # No two commits have one number, so no two mappings have one name, undone or not.
        id = Iri(f"{self._space}mapping/{self._sequence}-{self._proposed}")
        mapping = Mapping(
            id=id,
            subject=draft.subject,
            predicate=Iri(draft.match.value),
            object=draft.object,
            negated=draft.negated,
            justification=draft.justification,
            confidence=draft.confidence,
            author=draft.author or self._author,
            status=None,
            comment=draft.comment,
            translations=(),
            created=self._now.date(),
            valid_from=draft.valid_from,
            valid_until=draft.valid_until,
            tool=draft.tool,
        )
        offered = [translation_of(mapping, one) for one in draft.translations]
        self._put(self._endorsed(Agreement(mapping, self._author, (), tuple(offered))))

    def decide(self, choice: Choice) -> None:
        """Take a step; raises as `Mappings.decide` does."""
        if isinstance(choice.about, Finding):
            self._dismiss(choice.about, choice.reason)
            return
        found = self._find(choice.about)
        if choice.step is Step.APPROVE:
            self._approve(found, choice.reason)
        elif choice.step is Step.REJECT:
            self._end(found, Status.PROPOSED, choice.reason)
        elif choice.step is Step.RETIRE:
            self._end(found, Status.APPROVED, choice.reason)
        else:
            raise InvalidArgument("What was found of two terms is dismissed, not a mapping.")

    def translate(self, id: Iri, draft: TranslationDraft) -> None:
        """Give a mapping another translation; raises as `Mappings.translate_by` does."""
        found = self._find(id)
        self._mine(found, "translate by it")
        self._check_status(found, {Status.PROPOSED, Status.APPROVED})
        made = translation_of(found.mapping, draft)
        kept = [one for one in found.translations if one.id != made.id]
        # Nobody has approved of it as it is now.
        fresh = replace(found, proposer=self._author, votes=(), translations=(*kept, made))
        self._put(self._endorsed(fresh))

    def undo(self, added: Said, removed: Said, left: Said) -> None:
        """Take back what a commit added and removed; `left` is what it made of the records.

        Raises:
            Forbidden: the author has no longer a right that it took.
        """
        check_role_anywhere(self._author, WRITERS, self._members, "undo decisions")
        before = (left - added) | removed
        for vote in _votes(before) ^ _votes(left):
            if vote.delegate == self._author:
                self._check_decider(frozenset([vote.domain]), "undo what was decided for it")
        kinds = {triple for triple in added | left if triple[1:] == (RDF.type, OWL.Axiom)}
        self.touched |= dict.fromkeys(sorted(triple.subject for triple in kinds))
        restored = _by_record(before)
        for id in {record_of(triple.subject) for triple in added | removed}:
            self._parts[id] = restored.get(id, frozenset())

    def _approve(self, found: Agreement, comment: str) -> None:
        mine = self._mine(found, "approve of it")
        self._check_status(found, {Status.PROPOSED})
        said = {vote.domain for vote in found.votes if vote.delegate == self._author}
        if not mine - said:
            wanted = " or ".join(sorted(map(str, lacking(found, self._sides(found)))))
            raise WrongStage(
                f"{self._author} approves of <{found.id}> already: it takes somebody else, a "
                f"steward of {wanted}."
            )
        self._put(self._voted(found, mine - said, comment))

    def _end(self, found: Agreement, status: Status, reason: str) -> None:
        mine = self._mine(found, "reject it" if status is Status.PROPOSED else "retire it")
        self._check_status(found, {status})
        vote = Vote(min(mine), self._author, False, reason, self._now)
        self._put(replace(found, votes=(*found.votes, vote)))

    def _dismiss(self, finding: Finding, reason: str) -> None:
        sides = frozenset(self._side(term) for term in (finding.one, finding.other))
        self._check_decider(sides, "dismiss what was found of their terms")
        one, other = sorted((finding.one, finding.other))
        digest = sha256(repr((finding.kind, one, other)).encode()).hexdigest()[:16]
        id = Iri(f"{self._space}dismissal/{digest}")
        known = replace(finding, one=one, other=other)
        made = Dismissal(id, known, self._author, reason, self._now)
        self._parts[id] = dismissal_triples(made)

    def _endorsed(self, fresh: Agreement) -> Agreement:
        """Let the author's own sides approve of what he proposes."""
        return self._voted(fresh, self._decides(self._sides(fresh)), "")

    def _voted(self, found: Agreement, domains: Collection[Iri], comment: str) -> Agreement:
        votes = [Vote(domain, self._author, True, comment, self._now) for domain in sorted(domains)]
        return replace(found, votes=(*found.votes, *votes))

    def _put(self, found: Agreement) -> None:
        status = status_of(found, self._sides(found))
        written = replace(found, mapping=replace(found.mapping, status=status.value))
        self._known[found.id] = written
        self._parts[found.id] = agreement_triples(written)
        self.touched.setdefault(found.id)
        if self._open is not None:
            self._open[_said(written.mapping)] = written

    def _find(self, id: Iri) -> Agreement:
        # There may be many, and most steps are about one.
        if id not in self._known:
            self._known |= read_agreements(self._parts.get(id, ()))
        return found_in(self._known, id)

    def _opened(self) -> dict[Claim, Agreement]:
        """Give those that are proposed, or approved and not over, by what they claim."""
        if self._open is None:
            known = read_agreements(self.said).values()
            self._open = {_said(one.mapping): one for one in known if one.is_open(self._now)}
        return self._open

    def _check_status(self, found: Agreement, wanted: Collection[Status]) -> None:
        if found.mapping.status not in wanted:
            needed = " or ".join(sorted(status.value for status in wanted))
            raise WrongStage(
                f"<{found.id}> is {found.mapping.status}, and this takes one that is {needed}."
            )

    def _mine(self, found: Agreement, what: str) -> frozenset[Iri]:
        """Find the sides that the author decides for.

        Raises:
            Forbidden: none.
        """
        sides = self._sides(found)
        self._check_decider(sides, what)
        return self._decides(sides)

    def _check_decider(self, sides: frozenset[Iri], what: str) -> None:
        if not self._decides(sides):
            hint = ": name one of theirs with --as" if self._author == OPERATOR else ""
            raise Forbidden(
                f"{self._author} may not {what}: that takes a steward or owner of "
                f"{' or '.join(sorted(sides))}{hint}."
            )

    def _decides(self, sides: frozenset[Iri]) -> frozenset[Iri]:
        return frozenset(
            m.domain
            for m in self._members
            if m.member == self._author and m.role in DECIDERS and m.domain in sides
        )

    def _sides(self, found: Agreement) -> frozenset[Iri]:
        return frozenset(self._side(term) for term in found.terms)

    def _side(self, term: Iri) -> Iri:
        owner = self._owner_of(term)
        if owner is None:
            raise NotFound(f"<{term}> lies in no domain's space, so nobody can speak for it.")
        return owner.id


def _by_record(said: Said) -> dict[Iri, Set[Triple]]:
    parts: defaultdict[Iri, set[Triple]] = defaultdict(set)
    for triple in said:
        parts[record_of(triple.subject)].add(triple)
    return dict(parts)


def _said(mapping: Mapping) -> Claim:
    return claim_of(mapping.subject, mapping.predicate, mapping.object, mapping.negated)


def _votes(said: Said) -> frozenset[Vote]:
    return frozenset(vote for one in read_agreements(said).values() for vote in one.votes)
