"""Words that may mean several things, and things that may have several words, with evidence.

The same label is never taken as the same meaning, nor as a different one: what counts is what the
definitions, attributes, columns and lineage say. Nothing here is a fact; a steward decides.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from collections.abc import Mapping as Map
from dataclasses import asdict, dataclass
from enum import StrEnum
from itertools import combinations

from isogloss.meaning.evidence import (
    Evidence,
    Found,
    Known,
    Represented,
    gather,
    of_labels,
    weigh,
)
from isogloss.meaning.reasoning import Comparison
from isogloss.meaning.texts import Text, rarity, read
from isogloss.meaning.words import words_of
from isogloss.model.catalog import Term
from isogloss.model.meaning import Sense
from isogloss.model.rdf import Iri

LIKELY = 0.5
"""From this chance on a candidate is shown."""

COMMON = 300
"""A word that more definitions have does not bring two terms together."""

NEAREST = 40
"""With so many others, those that share the rarest words, a term is compared as a synonym."""


class CandidateKind(StrEnum):
    """What may be so."""

    POLYSEME = "polyseme"  # one word, two meanings
    SYNONYM = "synonym"  # two words, one meaning


@dataclass(frozen=True, slots=True)
class Candidate:
    """Two terms that a steward should look at.

    `score` is how likely the claim is, from 0 to 1. The fingerprint changes with the labels, the
    definitions and the attributes of either, so that what is dismissed stays so until then.
    """

    kind: CandidateKind
    one: Iri
    other: Iri
    score: float
    evidence: tuple[Evidence, ...]  # the weightiest first
    fingerprint: str


@dataclass(frozen=True)
class Facts:
    """What is known besides labels and definitions; all of it may be empty."""

    senses: Map[Iri, Sense]
    compare: Callable[[Sense, Sense], Comparison]
    columns: Map[Iri, Sequence[Represented]]
    copies: Collection[frozenset[Iri]]  # pairs of terms at both ends of an identity edge


def candidates(
    terms: Iterable[Term],
    facts: Facts,
    *,
    settled: Collection[frozenset[Iri]] = frozenset(),
    dismissed: Collection[str] = frozenset(),
) -> tuple[Candidate, ...]:
    """Find what stewards should look at, the likeliest first.

    Args:
        terms: of all glossaries; two of one domain are not compared.
        facts: what else is known of them.
        settled: pairs of which approved mappings already tell how they relate.
        dismissed: fingerprints of candidates that somebody has dismissed.
    """
    known = {term.id: term for term in terms}
    detector = Detector(known, facts)
    pairs = dict.fromkeys(detector.of_one_word(), CandidateKind.POLYSEME)
    for pair in detector.alike():
        pairs.setdefault(pair, CandidateKind.SYNONYM)
    found = (
        detector.judge(kind, *pair)
        for pair, kind in pairs.items()
        if frozenset(pair) not in settled and known[pair[0]].domain != known[pair[1]].domain
    )
    likely = [c for c in found if c and c.fingerprint not in dismissed]
    return tuple(sorted(likely, key=lambda c: (-c.score, c.kind, c.one, c.other)))


def fingerprint(one: Term, other: Term, senses: Map[Iri, Sense]) -> str:
    """Sum up what a steward has seen who dismisses two terms; their order does not matter."""
    seen = sorted(
        [
            term.id,
            sorted((label.text, label.language or "", label.kind) for label in term.labels),
            term.label,
            sorted(term.other_labels),
            term.definition or "",
            asdict(senses[term.id]) if term.id in senses else {},
        ]
        for term in (one, other)
    )
    return hashlib.sha256(json.dumps(seen).encode()).hexdigest()


class Detector:
    """All terms, read once."""

    def __init__(self, terms: Map[Iri, Term], facts: Facts) -> None:
        self._terms = terms
        self._facts = facts
        self._known = {
            iri: Known(
                words_of(term),
                read(term.definition) if term.definition else None,
                tuple(facts.columns.get(iri, ())),
            )
            for iri, term in terms.items()
        }
        self._labels: dict[str, Text] = {}
        self._rarity = rarity(known.text for known in self._known.values() if known.text)

    def judge(self, kind: CandidateKind, one: Iri, other: Iri) -> Candidate | None:
        """Weigh what is known of two terms; None if the claim is unlikely."""
        found = self.measure(kind, one, other)
        score, evidence = weigh(found, same=kind is CandidateKind.SYNONYM)
        if score < LIKELY:
            return None
        seen = fingerprint(self._terms[one], self._terms[other], self._facts.senses)
        return Candidate(kind, one, other, score, evidence, seen)

    def measure(self, kind: CandidateKind, one: Iri, other: Iri) -> dict[str, Found]:
        """Measure what there is to measure of two terms."""
        senses = self._facts.senses
        mine, theirs = senses.get(one), senses.get(other)
        found = gather(
            self._known[one],
            self._known[other],
            self._rarity,
            self._facts.compare(mine, theirs) if mine and theirs else None,
            copied=frozenset((one, other)) in self._facts.copies,
        )
        if kind is CandidateKind.SYNONYM:
            found |= of_labels(self._label(one), self._label(other))
        return found

    def of_one_word(self) -> Iterator[tuple[Iri, Iri]]:
        """Pair the terms that share a label."""
        by_word: defaultdict[str, list[Iri]] = defaultdict(list)
        for iri, known in sorted(self._known.items()):
            for word in known.words:
                by_word[word].append(iri)
        for sharing in by_word.values():
            yield from combinations(sharing, 2)

    def alike(self) -> Iterator[tuple[Iri, Iri]]:
        """Pair terms that share rare words, attributes or columns, or of which one is copied."""
        yield from (
            (one, other)
            for one, other in map(sorted, self._facts.copies)
            if one in self._known and other in self._known
        )
        yield from self._by_shared(lambda known: known.text.words if known.text else ())
        yield from self._by_shared(lambda known: [c.name.casefold() for c in known.columns])
        by_attributes: defaultdict[tuple[Iri, Iri], list[Iri]] = defaultdict(list)
        for iri, sense in sorted(self._facts.senses.items()):
            if iri in self._known and sense.population and sense.event:
                by_attributes[sense.population, sense.event].append(iri)
        for sharing in by_attributes.values():
            if len(sharing) <= COMMON:
                yield from combinations(sharing, 2)

    def _by_shared(self, marks: Callable[[Known], Iterable[str]]) -> Iterator[tuple[Iri, Iri]]:
        having: defaultdict[str, list[Iri]] = defaultdict(list)
        for iri, known in sorted(self._known.items()):
            for mark in set(marks(known)):
                having[mark].append(iri)
        rare = {mark: iris for mark, iris in having.items() if 1 < len(iris) <= COMMON}
        for iri, known in sorted(self._known.items()):
            shared: defaultdict[Iri, float] = defaultdict(float)
            for mark in sorted(set(marks(known)) & rare.keys()):
                for other in rare[mark]:
                    shared[other] += 1 / len(rare[mark])
            shared.pop(iri, None)
            for other in sorted(shared, key=lambda o: (-shared[o], o))[:NEAREST]:
                yield (iri, other) if iri < other else (other, iri)

    def _label(self, term: Iri) -> Text:
        words = self._known[term].words
        word = words[0] if words else ""
        if word not in self._labels:
            self._labels[word] = read(word)
        return self._labels[word]
