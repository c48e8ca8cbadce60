"""What awaits a steward: mappings to approve of, findings to look at, conflicts to settle."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol

from isogloss.meaning.conflicts import Claim, claim_of
from isogloss.model.agreement import Agreement, Awaiting, Finding, QueueItem, Status
from isogloss.model.meaning import Mapping
from isogloss.model.rdf import Iri
from isogloss.services.agreements import Agreements
from isogloss.services.catalog import Catalog
from isogloss.services.compositions import Compositions
from isogloss.services.description import local_name
from isogloss.services.judge import Clock
from isogloss.services.mapping_desk import DECIDERS
from isogloss.services.meaning import Meanings
from isogloss.services.ownership import Ownership
from isogloss.services.term_names import name_of

_CLAIMS = {
    "polyseme": "share a word, and may mean two things",
    "synonym": "share no word, and may mean one thing",
}

Flows = Callable[[Iri, Iri], int]
"""Counts the column edges between columns that represent two terms."""


class Reason(Protocol):
    """A piece of evidence."""

    @property
    def sentence(self) -> str:
        """What it says, in words."""


class Candidate(Protocol):
    """Two terms that detection says a steward should look at."""

    @property
    def kind(self) -> str:
        """What may be so, as polyseme or synonym."""

    @property
    def one(self) -> Iri:
        """A term."""

    @property
    def other(self) -> Iri:
        """Another term."""

    @property
    def score(self) -> float:
        """How likely it is, 0 to 1."""

    @property
    def evidence(self) -> Sequence[Reason]:
        """Why, the weightiest first."""

    @property
    def fingerprint(self) -> str:
        """What changes with the evidence."""


Detect = Callable[[], Sequence[Candidate]]
"""Finds candidates in the newest state, the likeliest first."""


class StewardQueue:
    """The newest state, as stewards should see it."""

    def __init__(
        self,
        catalog: Catalog,
        meanings: Meanings,
        agreements: Agreements,
        ownership: Callable[[], Ownership],
        clock: Clock,
        *,
        detect: Detect = lambda: (),
        flows: Flows = lambda one, other: 0,
    ) -> None:
        self._catalog = catalog
        self._meanings = meanings
        self._agreements = agreements
        self._ownership = ownership
        self._clock = clock
        self._compositions = Compositions(catalog, meanings, clock)
        self._detect = detect
        self._flows = flows

    def candidates(self) -> tuple[Candidate, ...]:
        """List what was found and is open: nobody dismissed it as it is, or maps it already.

        A mapping that is proposed is looked at by itself, and one that ended settles nothing; nor
        does what a source only states, and nobody has reviewed.
        """
        dismissed = {
            (one.finding.key, one.finding.fingerprint) for one in self._agreements.dismissals()
        }
        mapped = {frozenset(one.terms) for one in self._opened()}
        mapped |= {frozenset((one.subject, one.object)) for one in self._holding()}
        return tuple(
            one
            for one in self._detect()
            if (finding_of(one).key, one.fingerprint) not in dismissed
            and frozenset((one.one, one.other)) not in mapped
        )

    def queue(self, person: Iri) -> tuple[QueueItem, ...]:
        """List what awaits a person, what would settle most lineage first."""
        members = self._ownership().memberships
        mine = {m.domain for m in members if m.member == person and m.role in DECIDERS}
        if not mine:
            return ()
        items = [
            *self._mappings(person, mine),
            *self._stated(mine),
            *self._conflicts(mine),
            *self._candidates(mine),
        ]
        order = list(Awaiting)
        # Sorting keeps the likeliest candidates first among equals.
        return tuple(sorted(items, key=lambda item: (-item.flows, order.index(item.kind))))

    def _mappings(self, person: Iri, mine: set[Iri]) -> Iterator[QueueItem]:
        for one in self._agreements.all().values():
            lacking = self._agreements.lacking(one)
            said = {vote.domain for vote in one.votes if vote.delegate == person}
            if mine.intersection(lacking) - said:
                names = ", ".join(self._domain(domain) for domain in lacking)
                mapping = one.mapping
                why = f"{self._told(mapping)}: {local_name(one.proposer)} proposed it, and "
                why += f"{names} {'has' if len(lacking) == 1 else 'have'} yet to approve."
                yield self._item(Awaiting.MAPPING, *one.terms, why, (one.id,))

    def _stated(self, mine: set[Iri]) -> Iterator[QueueItem]:
        """List what sources state that cannot approve of it, and nobody has decided about."""
        now, agreed = self._clock(), self._agreements.all()
        settled = {_claim(one) for one in self._holding()}
        settled |= {
            _claim(one.mapping)
            for one in agreed.values()
            if one.is_open(now) or one.mapping.status != Status.APPROVED
        }
        for mapping in self._meanings.mappings():
            over = mapping.valid_until is not None and mapping.valid_until <= now
            ends = mapping.subject, mapping.object
            if mapping.id in agreed or mapping.status != Status.PROPOSED or over:
                continue
            if _claim(mapping) in settled or not self._concerns(ends, mine):
                continue
            match = local_name(mapping.predicate).removesuffix("Match")
            owners = " and ".join(map(self._domain, mapping.stated_by))
            denied = " --not" if mapping.negated else ""
            why = (
                f"{self._told(mapping)}: stated by a source of {owners}, which settles "
                "nothing. Propose it anew to settle it: isogloss map propose "
                f'"{self._name(ends[0])}" {match} "{self._name(ends[1])}"{denied} --confidence '
                f'{1 if mapping.confidence is None else mapping.confidence:g} -m "…"'
            )
            yield self._item(Awaiting.STATED, *ends, why, (mapping.id,))

    def _conflicts(self, mine: set[Iri]) -> Iterator[QueueItem]:
        for found in self._compositions.conflicts():
            if self._concerns(found.terms, mine):
                one, other = found.terms[0], found.terms[-1]
                yield self._item(Awaiting.CONFLICT, one, other, found.sentence, found.mappings)

    def _candidates(self, mine: set[Iri]) -> Iterator[QueueItem]:
        for one in self.candidates():
            if self._concerns((one.one, one.other), mine):
                names = f"{self._name(one.one)} and {self._name(one.other)}"
                claim = _CLAIMS.get(one.kind, one.kind)
                reasons = " ".join(reason.sentence for reason in one.evidence)
                why = f"{names} {claim} ({one.score:.2f}). {reasons}".strip()
                finding = finding_of(one)
                yield self._item(Awaiting.CANDIDATE, one.one, one.other, why, (), finding)

    def _item(
        self,
        kind: Awaiting,
        one: Iri,
        other: Iri,
        why: str,
        mappings: tuple[Iri, ...],
        finding: Finding | None = None,
    ) -> QueueItem:
        flows = 0 if one == other else self._flows(one, other)
        return QueueItem(kind, one, other, why, flows, mappings, finding)

    def _opened(self) -> Iterator[Agreement]:
        now = self._clock()
        return (one for one in self._agreements.all().values() if one.is_open(now))

    def _holding(self) -> list[Mapping]:
        now = self._clock()
        return [one for one in self._meanings.mappings() if one.holds(now)]

    def _concerns(self, terms: Iterable[Iri], mine: set[Iri]) -> bool:
        domain_of = self._catalog.term_ids()
        return any(domain_of.get(term) in mine for term in terms)

    def _told(self, mapping: Mapping) -> str:
        says = f"{'not ' if mapping.negated else ''}{local_name(mapping.predicate)}"
        return f"{self._name(mapping.subject)} {says} {self._name(mapping.object)}"

    def _name(self, term: Iri) -> str:
        known = self._catalog.terms([term])[0]
        return name_of(self._catalog, known) if known else term

    def _domain(self, id: Iri) -> str:
        known = self._catalog.domains_by_id([id])[0]
        return known.name if known else id


def finding_of(candidate: Candidate) -> Finding:
    """Say what a steward dismisses who dismisses a candidate."""
    return Finding(candidate.kind, candidate.one, candidate.other, candidate.fingerprint)


def _claim(mapping: Mapping) -> Claim:
    return claim_of(mapping.subject, mapping.predicate, mapping.object, mapping.negated)
