"""Two senses side by side, attribute by attribute.

What nobody has said is unknown, and never taken as "any".
"""

from collections.abc import Callable, Collection
from collections.abc import Mapping as Map
from dataclasses import dataclass, replace

from isogloss.meaning.chains import Network
from isogloss.meaning.predicates import Relation
from isogloss.meaning.reasoning import Attribute, Comparison, Match, conclude
from isogloss.meaning.windows import in_words, is_within
from isogloss.meaning.words import normalise
from isogloss.model.meaning import Sense, Taxonomy, TermKind
from isogloss.model.rdf import Iri

Conjuncts = Callable[[str], frozenset[str] | None]
"""Splits a condition in SQL into what must all be true, each normalised; None if unreadable."""

_TURNED = {Match.NARROWER: Match.BROADER, Match.BROADER: Match.NARROWER}
_MATCH_OF = {
    Relation.EXACT: Match.EQUAL,
    Relation.BROAD: Match.NARROWER,
    Relation.NARROW: Match.BROADER,
    Relation.NOT_EXACT: Match.DISJOINT,
}
_MAPPED = {Relation.EXACT, Relation.BROAD, Relation.NARROW, Relation.CLOSE}
_COUNTED = ("counts", "grain")
_AMOUNT = ("population", "event", "filter", "grain")
_NEEDED = {
    TermKind.ENTITY: ("population", "identifier", "event", "filter"),
    TermKind.FLAG: ("population", "identifier", "event", "window", "filter"),
    TermKind.DIMENSION: ("population", "event"),
    TermKind.IDENTIFIER: ("population", "identifier", "unique_within"),
    TermKind.CODE: ("identifier", "unique_within"),
}
"""What must be known of both, by kind; of the rest, what one of them states."""


@dataclass(frozen=True)
class _Grounds:
    taxonomy: Taxonomy
    network: Network
    conjuncts: Conjuncts
    convertible: Collection[frozenset[str]]
    senses: Map[Iri, Sense]
    compared: frozenset[frozenset[Iri]] = frozenset()

    def relate(self, one: Sense, other: Sense) -> Comparison:
        attributes = []
        for name, match in _MATCHES.items():
            a, b = _value(one, name), _value(other, name)
            if a is None and b is None:
                continue
            found = match(self, a, b) if a is not None and b is not None else Match.UNKNOWN
            if name == "window" and {one.event, other.event} <= self._absences.keys():
                # Whoever was silent for 60 days was so for 30.
                found = _TURNED.get(found, found)
            shown = (self._shown(name, a), self._shown(name, b))
            attributes.append(Attribute(name, *shown, found))
        lacking = (n for n in _needed(one) if None in (_value(one, n), _value(other, n)))
        return Comparison(one, other, tuple(attributes), tuple(lacking))

    @property
    def _absences(self) -> Map[Iri, Iri]:
        return self.taxonomy.absences

    def _shown(self, name: str, value: str | None) -> str | None:
        if value is None:
            return None
        return in_words(value) if name == "window" else self.taxonomy.labels.get(Iri(value), value)

    def equal(self, one: str, other: str) -> Match:
        return Match.EQUAL if normalise(one) == normalise(other) else Match.DIFFERENT

    def concept(self, one: str, other: str) -> Match:
        first, second = Iri(one), Iri(other)
        chain = self.network.chains(first, second, most=1).best
        if first == second or (chain and chain.relation is Relation.EXACT):
            return Match.EQUAL
        above_first = {first, *self.taxonomy.broader.get(first, ())}
        above_second = {second, *self.taxonomy.broader.get(second, ())}
        if second in above_first or (chain and chain.relation is Relation.BROAD):
            return Match.NARROWER
        if first in above_second or (chain and chain.relation is Relation.NARROW):
            return Match.BROADER
        pairs = (frozenset((a, b)) for a in above_first for b in above_second)
        apart = any(pair in self.taxonomy.disjoint for pair in pairs)
        return Match.DISJOINT if apart else Match.UNKNOWN

    def event(self, one: str, other: str) -> Match:
        missed, also = self._absences.get(Iri(one)), self._absences.get(Iri(other))
        if one == other or missed is None or also is None:
            return self.concept(one, other)
        # Whoever did nothing at all has not done this either.
        match = self.concept(missed, also)
        return Match.UNKNOWN if match is Match.DISJOINT else _TURNED.get(match, match)

    def identifier(self, one: str, other: str) -> Match:
        if self.concept(one, other) is Match.EQUAL:
            return Match.EQUAL
        chain = self.network.chains(Iri(one), Iri(other), most=1).best
        is_mapped = chain is not None and chain.relation in _MAPPED
        return Match.MAPPED if is_mapped or self._converts(one, other) else Match.DIFFERENT

    def scope(self, one: str, other: str) -> Match:
        return Match.EQUAL if self.concept(one, other) is Match.EQUAL else Match.DIFFERENT

    def window(self, one: str, other: str) -> Match:
        inside, outside = is_within(one, other), is_within(other, one)
        if one == other or (inside and outside):
            return Match.EQUAL
        return _side(inside) if inside or outside else Match.DIFFERENT

    def filter(self, one: str, other: str) -> Match:
        first, second = self.conjuncts(one), self.conjuncts(other)
        if one == other or (first is not None and first == second):
            return Match.EQUAL
        if first is None or second is None or not (first < second or second < first):
            return Match.UNKNOWN
        # Each condition more leaves out rows.
        return _side(first > second)

    def measured(self, one: str, other: str) -> Match:
        if one == other:
            return Match.EQUAL
        return Match.CONVERTIBLE if self._converts(one, other) else Match.DIFFERENT

    def _converts(self, one: str, other: str) -> bool:
        return frozenset((one, other)) in self.convertible

    def counted(self, one: str, other: str) -> Match:
        match = self.concept(one, other)
        first, second = self.senses.get(Iri(one)), self.senses.get(Iri(other))
        pair = frozenset((Iri(one), Iri(other)))
        # A term that counts itself, by way of others, says nothing new when it comes round.
        if match is not Match.UNKNOWN or not (first and second) or pair in self.compared:
            return match
        deeper = replace(self, compared=self.compared | {pair}).relate(first, second)
        relation = conclude(deeper)
        return _MATCH_OF.get(relation, Match.UNKNOWN) if relation else Match.UNKNOWN


_MATCHES: dict[str, Callable[[_Grounds, str, str], Match]] = {
    "kind": _Grounds.equal,
    "population": _Grounds.concept,
    "identifier": _Grounds.identifier,
    "unique_within": _Grounds.scope,
    "event": _Grounds.event,
    "window": _Grounds.window,
    "filter": _Grounds.filter,
    "grain": _Grounds.equal,
    "unit": _Grounds.measured,
    "currency": _Grounds.measured,
    "timezone": _Grounds.equal,
    "counts": _Grounds.counted,
}


def compare(
    one: Sense,
    other: Sense,
    taxonomy: Taxonomy,
    network: Network,
    *,
    conjuncts: Conjuncts,
    convertible: Collection[frozenset[str]] = frozenset(),
    senses: Map[Iri, Sense] | None = None,
) -> Comparison:
    """Compare two senses, attribute by attribute.

    Args:
        one: whose values are narrower or broader …
        other: … than the values of this one.
        taxonomy: how concepts relate that attributes name.
        network: what approved mappings say of these concepts and of terms that are counted.
        conjuncts: how to read filters.
        convertible: pairs of units, currencies or identifiers between which a translation exists.
        senses: of terms that measures count, to compare these too.
    """
    return _Grounds(taxonomy, network, conjuncts, convertible, senses or {}).relate(one, other)


def _needed(sense: Sense) -> tuple[str, ...]:
    if sense.kind is None:
        return ("kind",)
    if sense.kind is TermKind.MEASURE:
        if sense.counts is not None:
            return _COUNTED
        return *_AMOUNT, "unit" if sense.currency is None else "currency"
    return _NEEDED[sense.kind]


def _value(sense: Sense, name: str) -> str | None:
    value: str | None = getattr(sense, name)
    return value


def _side(is_narrower: bool) -> Match:
    return Match.NARROWER if is_narrower else Match.BROADER
