"""What is thought of flows between columns: the table of `docs/meaning.md`.

The same word is never taken for the same meaning, nor for a different one; and what nobody has
said is unknown, never clean.
"""

from collections.abc import Collection, Iterable, Iterator
from collections.abc import Mapping as Map
from dataclasses import dataclass, field, replace
from itertools import combinations, product

from isogloss.meaning.chains import MAX_LINKS, Chain, Link, Network
from isogloss.meaning.predicates import Relation
from isogloss.meaning.routes import routes
from isogloss.model.meaning import Loss, Mapping, Sense, Taxonomy, Translation
from isogloss.model.rdf import Iri
from isogloss.model.verdicts import BADNESS, Flow, Judgement, Treatment, Verdict

_CHANGES = (Treatment.CHANGE, Treatment.AGGREGATE)
_HOW = {
    Relation.BROAD: "lies within",
    Relation.NARROW: "takes in more than",
    Relation.CLOSE: "is close to",
    Relation.OVERLAPPING: "overlaps",
    Relation.RELATED: "is related to",
}
_MAPPED = (Relation.EXACT, Relation.BROAD, Relation.NARROW, Relation.CLOSE)


@dataclass(frozen=True)
class Vocabulary:
    """What judging needs to know of terms.

    `words` are the normalised labels of each term, `names` what a newcomer reads of it, as in
    product's “active user”, and `homes` whose glossary it is in. `translations` are by the
    mapping that they put to use, and each says how to translate.
    """

    names: Map[Iri, str]
    words: Map[Iri, frozenset[str]]
    senses: Map[Iri, Sense]
    taxonomy: Taxonomy
    translations: Map[Iri, tuple[Translation, ...]]
    homes: Map[Iri, Iri] = field(default_factory=dict)


@dataclass
class Judge:
    """Judges flows by the mappings that hold at one instant."""

    vocabulary: Vocabulary
    network: Network
    _related: dict[Iri, dict[Iri, Chain]] = field(default_factory=dict)

    def judge(self, flow: Flow) -> Judgement:
        """Give the worst of what is to be thought of the terms of both ends."""
        upstream, downstream = flow.upstream.terms, flow.downstream.terms
        if not upstream or not downstream:
            missing = flow.downstream_column if upstream else flow.upstream_column
            return Judgement(
                Verdict.UNKNOWN,
                f"Nobody says what {missing} means: let it represent a term of a glossary.",
            )
        pairs: Iterable[tuple[Iri, Iri]] = product(upstream, downstream)
        if flow.treatment is Treatment.AGGREGATE:
            pairs = map(self._as_counted, pairs)
        if flow.treatment is Treatment.JOIN:
            found = [self._either_way(a, b, flow) for a, b in pairs]
        else:
            found = [self._pair(a, b, flow) for a, b in pairs]
        return max(found, key=lambda judgement: BADNESS[judgement.verdict])

    def compared(self, terms: Collection[Iri], treatment: Treatment) -> set[Iri]:
        """Collect what the terms of one end are compared as: of an aggregate, what they count."""
        counted = map(self._counted, terms) if treatment is Treatment.AGGREGATE else ()
        return {*terms, *counted}

    def touched(self, changed: Iterable[Mapping]) -> set[Iri]:
        """Collect the terms on flows of which mappings may have a say."""
        found: set[Iri] = set()
        for mapping in changed:
            for term in (mapping.subject, mapping.object):
                found |= {term, *self._chains(term), *self._carried(term)}
        return found

    def changed(self, removed: Collection[Mapping], added: Collection[Mapping]) -> "Judge":
        """Judge with some mappings gone and others there; forgets only what they touch."""
        judge = Judge(self.vocabulary, self.network.changed(removed, added))
        stale = self.touched([*removed, *added]) | judge.touched([*removed, *added])
        kept = {term: found for term, found in self._related.items() if term not in stale}
        judge._related.update(kept)
        return judge

    def _either_way(self, one: Iri, other: Iri, flow: Flow) -> Judgement:
        """Judge keys: they meet as well if it is the other one that is translated."""
        ways = (self._pair(one, other, flow), self._pair(other, one, flow))
        translating = [way for way in ways if way.translations] or ways[:1]
        return min(translating, key=lambda way: BADNESS[way.verdict])

    def _pair(self, one: Iri, other: Iri, flow: Flow) -> Judgement:
        first, second = self._name(one), self._name(other)

        def say(verdict: Verdict, reason: str, *links: Iri, by: Collection[Iri] = ()) -> Judgement:
            return Judgement(verdict, reason, one, other, links, tuple(by))

        def say_open(reason: str, *links: Iri) -> Judgement:
            return replace(say(Verdict.CONFLICT, reason, *links), is_open=True)

        if one == other:
            return say(Verdict.SAME, f"Both are {first}.")
        chain = self._chains(one).get(other)
        mappings = tuple(link.mapping.id for link in chain.links) if chain else ()
        if chain and chain.relation is Relation.EXACT and (why := self._doubt(one, other, chain)):
            reason = f"{_upper(first)} was agreed to mean what {second} means, but {why}."
            return say(Verdict.CONFLICT, reason, *mappings)
        used = self._translations(one, other, chain)
        by = [translation.id for translation in used]
        changes = any(t.concordance or t.factor or t.offset for t in used)
        if chain and chain.relation is Relation.EXACT and not changes:
            reason = f"{_upper(first)} means what {second} means, as was agreed."
            return say(Verdict.SAME, reason, *mappings)
        if any(translation.lossiness == Loss.UNTRANSLATABLE for translation in used):
            reason = f"It was agreed that {first} cannot be translated into {second}."
            return say(Verdict.CONFLICT, reason, *mappings, by=by)
        if used and (flow.treatment in _CHANGES or flow.applied.issuperset(by)):
            reason = f"{_upper(first)} is translated into {second} on the way."
            return say(Verdict.TRANSLATED, reason, *mappings, by=by)
        if used and flow.treatment is Treatment.UNTOLD:
            reason = (
                f"{_upper(first)} can be translated into {second}; nobody says whether it was: "
                "let the lineage tell how the values are made."
            )
            return say(Verdict.UNKNOWN, reason, *mappings, by=by)
        if used:
            done = "compared with" if flow.treatment is Treatment.JOIN else "copied into"
            reason = (
                f"{_upper(first)} is {done} {second} as it is, although a translation is known: "
                f"apply {_applying(used)}."
            )
            return say(Verdict.UNTRANSLATED, reason, *mappings, by=by)
        if chain and chain.relation is Relation.NOT_EXACT:
            reason = (
                f"It was agreed that {first} is not {second}, and nobody has said how to "
                "translate: approve a mapping with a translation."
            )
            return say_open(reason, *mappings)
        if chain:
            how = _HOW[chain.relation]
            reason = f"{_upper(first)} {how} {second}; nobody has said how to translate."
            return say(Verdict.DIFFERENT, reason, *mappings)
        if shared := self._words(one) & self._words(other):
            reason = (
                f"{_upper(first)} and {second} share the word “{min(shared)}”, and nobody has "
                "agreed how their meanings relate: map one to the other."
            )
            return say_open(reason)
        if flow.treatment is Treatment.JOIN and flow.is_pair and (why := self._apart(one, other)):
            reason = f"{_upper(first)} is joined with {second}, but {why}: map one to the other."
            return say_open(reason)
        return say(Verdict.DIFFERENT, f"{_upper(first)} and {second} are two words.")

    def _doubt(self, one: Iri, other: Iri, chain: Chain) -> str | None:
        """Tell why terms may not be the same that a chain makes so; None where nothing does."""
        for a, b in combinations(chain.terms, 2):
            home = self.vocabulary.homes.get(a)
            if home is not None and home == self.vocabulary.homes.get(b):
                return f"that makes {self._name(a)} and {self._name(b)} of one glossary the same"
        if self.network.chains(one, other).contradictions():
            return "also that they are not the same"
        return None

    def _translations(self, one: Iri, other: Iri, chain: Chain | None) -> list[Translation]:
        """Find what translates: along a mapping of the two, else along the chain; [] if nothing."""
        for link in self.network.links(one):
            if link.end == other and (found := self._along(link.mapping, one, other)):
                return [found]
        along = [self._carries(link) for link in chain.links] if chain else []
        steps = [found for found in along if found]
        if chain and all(
            found or link.relation is Relation.EXACT
            for found, link in zip(along, chain.links, strict=True)
        ):
            return steps
        # Codes may meet by way of a third list, although nothing is claimed of the terms.
        if self._words(one) & self._words(other):
            for links in routes(self.network, one, other, self._does_carry, most=1):
                return [found for link in links if (found := self._carries(link))]
        return []

    def _carries(self, link: Link) -> Translation | None:
        return self._along(link.mapping, link.start, link.end)

    def _does_carry(self, link: Link) -> bool:
        return self._carries(link) is not None

    def _carried(self, start: Iri) -> set[Iri]:
        """Collect the terms that are reached where every mapping translates."""
        found, fresh = {start}, [start]
        for _ in range(MAX_LINKS):
            links = (link for term in fresh for link in self.network.links(term))
            fresh = list({link.end for link in links if self._does_carry(link)} - found)
            found.update(fresh)
        return found

    def _along(self, mapping: Mapping, start: Iri, end: Iri) -> Translation | None:
        known = self.vocabulary.translations.get(mapping.id, ())
        there = (t for t in known if (t.from_term, t.to_term) == (start, end))
        # Lists and conversions of units are read both ways.
        back = (
            t
            for t in known
            if (t.to_term, t.from_term) == (start, end) and (t.concordance or t.factor or t.offset)
        )
        return next(there, None) or next(back, None)

    def _apart(self, one: Iri, other: Iri) -> str | None:
        """Tell why keys cannot be compared; None where nothing speaks against it."""
        first, second = (self.vocabulary.senses.get(term) for term in (one, other))
        if first is None or second is None:
            return None
        for key, what in (("identifier", "identified by"), ("population", "said of")):
            a, b = getattr(first, key), getattr(second, key)
            if not a or not b or a == b or self._is_above(a, b):
                continue
            chain = self._chains(a).get(b)
            if chain is None or chain.relation not in _MAPPED:
                return f"one is {what} {self._name(a)} and the other {self._name(b)}"
        return None

    def _is_above(self, one: Iri, other: Iri) -> bool:
        broader = self.vocabulary.taxonomy.broader
        return other in broader.get(one, ()) or one in broader.get(other, ())

    def _as_counted(self, pair: tuple[Iri, Iri]) -> tuple[Iri, Iri]:
        """Give what is compared of an aggregate; a measure may be summed up into itself."""
        one, other = pair
        if one == other or one == self._counted(other):
            return one, one
        return self._counted(one), self._counted(other)

    def _counted(self, term: Iri) -> Iri:
        sense = self.vocabulary.senses.get(term)
        return sense.counts if sense and sense.counts else term

    def _chains(self, term: Iri) -> dict[Iri, Chain]:
        if term not in self._related:
            self._related[term] = self.network.related(term)
        return self._related[term]

    def _words(self, term: Iri) -> frozenset[str]:
        return self.vocabulary.words.get(term, frozenset())

    def _name(self, term: Iri) -> str:
        labels = self.vocabulary.taxonomy.labels
        return self.vocabulary.names.get(term) or labels.get(term) or str(term)


def _applying(used: Iterable[Translation]) -> str:
    def words() -> Iterator[str]:
        for translation in used:
            if translation.expression:
                yield f"`{translation.expression}`"
            elif translation.concordance:
                yield f"the concordance {translation.concordance}"
            elif translation.factor or translation.offset:
                yield f"value * {translation.factor or 1} + {translation.offset or 0}"
            else:
                yield translation.id

    return ", then ".join(words())


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
