"""Whose names are, and so whose word about them counts (decision 14).

A name is of the domain that claims the namespace of its key; where nobody claims it, of those
that describe by hand a dataset of that key; else of the domain in whose space it lies. A dataset
that is described by hand is also of the domain that describes it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable

from isogloss.lineage.claims import claimant
from isogloss.lineage.grouping import Pair, pair, pairs
from isogloss.lineage.platforms import Key, is_minted, key_of
from isogloss.lineage.sayings import Sayings
from isogloss.model.rdf import Iri

_EVERYBODY = Iri("")
"""Stands for the governance group, which may speak of everybody's names."""

_MOST_PAIRED = 100
"""The names of a longer decision are tied to one of them: each pair of them would be too many."""


class Standing:
    """What counts of all that is said, as long as nothing else is said."""

    def __init__(self, said: Sayings, unclaimed: str = "") -> None:
        """Know the spaces of all domains; what lies in `unclaimed` is nobody's."""
        self._said = said
        self._unclaimed = Iri(unclaimed)
        base = unclaimed.removesuffix("unclaimed/")
        spaces = {space: domain for space, domain in said.conventions.spaces if space != base}
        if unclaimed:
            spaces |= {unclaimed: self._unclaimed, base: _EVERYBODY}
        # The narrowest first: it is the one that counts.
        self._spaces = sorted(spaces.items(), key=lambda known: -len(known[0]))
        self._claimants: dict[str, Iri | None] = {}
        self._holders: dict[Key, frozenset[Iri]] = {}

    def spaces_of(self, domains: Collection[Iri]) -> tuple[str, ...]:
        """Give the spaces of some domains."""
        return tuple(space for space, domain in self._spaces if domain in domains)

    def claimants(self, name: Iri) -> set[Iri]:
        """Find the domains that claim the namespaces in which a name is known."""
        found = {self._claimant(key.namespace) for key in self.stated_keys(name)}
        return {domain for domain in found if domain}

    def owners(self, name: Iri) -> frozenset[Iri]:
        """Find the domains whose a name is; none if it is nobody's."""
        found = {domain for key in self.keys(name) for domain in self._holders_of(key)}
        if not is_minted(name) or not found:
            found |= self._describing(name)
        return frozenset(found)

    def keys(self, name: Iri) -> list[Key]:
        """Give the keys under which a name counts.

        That a dataset has several keys is a link between these, and counts as one.
        """
        keys = self._said.keys(name)
        if len(keys) < 2:
            return list(keys)
        told, space = key_of(name), self._space_of(name)
        own = self._said.one_spelling(told) if told else None
        claimed = self._claiming([name])
        first, *rest = sorted(
            keys, key=lambda key: (key != own, not self._may(space, claimed[key]), key)
        )
        if self._may(space, self._holders_of(first)):
            return [first, *(key for key in rest if self._may(space, self._holders_of(key)))]
        return [first]

    def stated_keys(self, name: Iri) -> list[Key]:
        """Give these keys in all spellings that were stated."""
        known, count = self._said.keys(name), self.keys(name)
        stated = self._said.stated_keys(name) if count else ()
        if len(known) < 2:
            return list(stated)
        return [key for key in stated if self._said.one_spelling(key) in count]

    def links(self, one: Iri, other: Iri) -> bool:
        """Tell whether it counts that one name is said to be an alternate of the other."""
        stating = {
            self._space_of(name)
            for name, end in ((one, other), (other, one))
            if self._said.says(name, end)
        }
        owners = self.owners(one) | self.owners(other)
        return not stating.isdisjoint((None, _EVERYBODY)) or owners <= stating

    def decided(self, decision: Iri) -> set[Pair]:
        """Give the pairs of names that a decision is about: one of each is its domain's.

        What the governance group says is one, no domain parts.
        """
        made, mine = self._said.decisions[decision], self.own(decision)
        own = made.names if mine is None else mine
        if made.same and len(made.names) > _MOST_PAIRED and own:
            return {pair(min(own), name) for name in made.names if name != min(own)}
        found = (both for both in pairs(made.names) if not own.isdisjoint(both))
        yields = mine is not None and not made.same
        return {both for both in found if not (yields and self._is_settled(both))}

    def own(self, decision: Iri) -> frozenset[Iri] | None:
        """Give the names that are of a decision's own domain; None if it may decide about all."""
        domain = self._space_of(decision)
        if domain in (None, _EVERYBODY):
            return None
        names = self._said.decisions[decision].names
        return frozenset(name for name in names if domain in self.owners(name))

    def _is_settled(self, both: Pair) -> bool:
        about = self._said.about(both[0]) & self._said.about(both[1])
        return any(self._said.decisions[d].same and self.own(d) is None for d in about)

    def _may(self, domain: Iri | None, owners: Collection[Iri]) -> bool:
        return domain in (None, _EVERYBODY) or {domain}.issuperset(owners)

    def _holders_of(self, key: Key) -> frozenset[Iri]:
        if key not in self._holders:
            names = self._said.of_key(key)
            claiming = self._claiming(names)[key]
            by_hand = (n for n in names if not is_minted(n) and self._said.naming(n).is_dataset)
            describing = {domain for name in by_hand for domain in self._describing(name)}
            self._holders[key] = frozenset(claiming or describing)
        return self._holders[key]

    def _claiming(self, names: Iterable[Iri]) -> defaultdict[Key, set[Iri]]:
        """Find who claims the keys of names: of what they are spelled like, and keys may vary."""
        found: defaultdict[Key, set[Iri]] = defaultdict(set)
        for name in names:
            for stated in self._said.stated_keys(name):
                if domain := self._claimant(stated.namespace):
                    found[self._said.one_spelling(stated)].add(domain)
        return found

    def _describing(self, name: Iri) -> set[Iri]:
        return {d for d in [self._space_of(name)] if d is not None and d != self._unclaimed}

    def _claimant(self, namespace: str) -> Iri | None:
        if namespace not in self._claimants:
            claim = claimant(self._said.conventions.claims, namespace)
            self._claimants[namespace] = claim.domain if claim else None
        return self._claimants[namespace]

    def _space_of(self, iri: Iri) -> Iri | None:
        return next((domain for space, domain in self._spaces if iri.startswith(space)), None)
