"""One dataset has one node, under however many names: which it is, now and at any commit.

Nothing is rewritten for it: names, links and decisions are stated, and which of them are one
follows from all that is stated, in whichever order it came.
"""

import json
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from isogloss.lineage.grouping import Pair, pair, pairs, united
from isogloss.lineage.platforms import (
    Key,
    folds_columns,
    is_minted,
    minted_keys,
    normal,
    normal_namespace,
)
from isogloss.model.rdf import Iri


class Naming(NamedTuple):
    """All that is said of one name: its keys, its symlinks, whether it is a dataset."""

    keys: frozenset[Key] = frozenset()
    alternates: frozenset[Iri] = frozenset()
    is_dataset: bool = False


_NOTHING = Naming()


class Decision(NamedTuple):
    """What somebody decided: that names are one dataset, or that they are not."""

    names: frozenset[Iri]
    same: bool


class Claim(NamedTuple):
    """A domain's claim to namespaces; * stands for any characters, `space` is where it writes."""

    pattern: str
    domain: Iri
    space: str

    def fits(self, namespace: str) -> bool:
        """Tell whether a namespace is among those that are claimed; linear in it.

        >>> Claim("postgres://shop-*:5432", Iri("urn:a"), "").fits("postgres://shop-eu:5432")
        True
        """
        first, *rest = self.pattern.split("*")
        if not rest:
            return namespace == first
        *middle, last = rest
        at, end = len(first), len(namespace) - len(last)
        if not namespace.startswith(first) or not namespace.endswith(last) or end < at:
            return False
        for part in middle:
            at = namespace.find(part, at, end)
            if at < 0:
                return False
            at += len(part)
        return True


_MOST_PAIRED = 100
"""The names of a longer decision are chained: each pair of them would be too many."""


@dataclass(frozen=True)
class Conventions:
    """What holds for all names: pairs of namespaces that are one, and who claims which."""

    aliases: frozenset[tuple[str, str]] = frozenset()
    claims: frozenset[Claim] = frozenset()


class Group(NamedTuple):
    """The names of one dataset, sorted; with `folds`, the case of its columns does not matter."""

    canonical: Iri
    members: tuple[Iri, ...]
    folds: bool

    @property
    def merges(self) -> bool:
        """Tell whether columns of it may go by several names."""
        return self.folds or len(self.members) > 1


class Reason(NamedTuple):
    """Why two names are one: "key", "symlink", "alias" of namespaces, "decision"; or "split"."""

    one: Iri
    other: Iri
    why: str
    decision: Iri | None = None


def claimant(claims: Iterable[Claim], namespace: str) -> Claim | None:
    """Find whose a namespace is: the longest text before the first *, then the smaller IRI.

    >>> wide = Claim("snowflake://acme*", Iri("urn:a"), "")
    >>> narrow = Claim("snowflake://acme-shop*", Iri("urn:b"), "")
    >>> claimant([wide, narrow], "snowflake://acme-shop2").domain
    'urn:b'
    """
    return min(
        (claim for claim in claims if claim.fits(namespace)),
        key=lambda claim: (-len(claim.pattern.partition("*")[0]), claim.domain, claim.pattern),
        default=None,
    )


class Identity:
    """The groups of names, kept up to date commit by commit."""

    def __init__(self, unclaimed: str = "") -> None:
        """Begin with nothing; what lies in the space `unclaimed` is called so last of all."""
        self.unclaimed = unclaimed
        self._conventions = Conventions()
        self._namespaces: dict[str, str] = {}
        self._names: dict[Iri, Naming] = {}
        self._decisions: dict[Iri, Decision] = {}
        # What follows from those, by name:
        self._keys: dict[Iri, frozenset[Key]] = {}
        self._of_key: defaultdict[Key, set[Iri]] = defaultdict(set)
        self._pointing: defaultdict[Iri, set[Iri]] = defaultdict(set)
        self._deciding: defaultdict[Iri, set[Iri]] = defaultdict(set)
        self._groups: dict[Iri, Group] = {}
        self._past: dict[Iri, list[tuple[int, Group]]] = {}
        self.ever_merged: set[Iri] = set()
        """The names that were ever one with another."""

    # Questions

    def group(self, name: Iri, at: int | None = None) -> Group:
        """Give the group of a name, which may be alone in it, as of a commit."""
        alone = Group(name, (name,), False)
        if at is None:
            return self._groups.get(name, alone)
        past = self._past.get(name, [])
        place = bisect_right(past, at, key=lambda entry: entry[0])
        return past[place - 1][1] if place else alone

    def naming(self, name: Iri) -> Naming:
        """Give all that is said of a name now."""
        return self._names.get(name, _NOTHING)

    def knows(self, name: Iri) -> bool:
        """Tell whether somebody speaks of a name."""
        return name in self._names or name in self._pointing or name in self._deciding

    def names(self) -> Iterator[Iri]:
        """List all names that something is said of."""
        return iter(self._names)

    @property
    def decisions(self) -> Mapping[Iri, Decision]:
        """Give the decisions by IRI."""
        return self._decisions

    def keys(self, name: Iri) -> frozenset[Key]:
        """Give the keys of a name, as they are stated now."""
        return self.naming(name).keys | minted_keys(name)

    def merged(self) -> list[Group]:
        """List the groups of several names, by canonical name."""
        return sorted({group for group in self._groups.values() if len(group.members) > 1})

    def since(self, name: Iri) -> int | None:
        """Tell which commit made the group of a name what it is; None if it was ever alone."""
        past = self._past.get(name)
        return past[-1][0] if past else None

    def reasons(self, names: Collection[Iri]) -> list[Reason]:
        """Tell why some names are one, and which of them somebody keeps apart."""
        found = []
        for one, other in pairs(names):
            nobody: set[Iri] = set()
            about = self._deciding.get(one, nobody) & self._deciding.get(other, nobody)
            for decision in sorted(about):
                why = "decision" if self._decisions[decision].same else "split"
                found.append(Reason(one, other, why, decision))
            shared = {normal(key) for key in self.keys(one)} & {
                normal(key) for key in self.keys(other)
            }
            if shared:
                found.append(Reason(one, other, "key"))
            elif not self._keys_of(one).isdisjoint(self._keys_of(other)):
                found.append(Reason(one, other, "alias"))
            if other in self._alternates(one):
                found.append(Reason(one, other, "symlink"))
        return found

    def decisions_about(self, names: Collection[Iri]) -> dict[Iri, Decision]:
        """Find the decisions that concern any of some names, by IRI."""
        found = {decision for name in names for decision in self._deciding.get(name, ())}
        return {decision: self._decisions[decision] for decision in sorted(found)}

    # Changes

    def restate(
        self,
        sequence: int,
        names: Mapping[Iri, Naming],
        decisions: Mapping[Iri, Decision | None] | None = None,
        conventions: Conventions | None = None,
    ) -> set[Iri]:
        """Let exactly this be said of these names and decisions, as of commit `sequence`.

        Returns:
            the names whose group is another one now, or of which some member is newly known,
            or no longer known, as a dataset.
        """
        touched: set[Iri] = set()
        datasets: set[Iri] = set()
        for name, naming in names.items():
            before = self._names.get(name, Naming())
            if naming == before:
                continue
            if naming.is_dataset != before.is_dataset:
                datasets.add(name)
            touched |= {name, *before.alternates, *naming.alternates}
            self._note(name, before, naming)
        for decision, made in (decisions or {}).items():
            touched |= self._decide(decision, made)
        if conventions is not None and conventions != self._conventions:
            self._conventions = conventions
            self._namespaces = _representatives(conventions.aliases)
            touched |= {*self._names, *self._pointing, *self._deciding}
        # A name that is newly in a key's group, or no longer, touches all of that key.
        neighbours = {other for name in touched for other in self._linked(name)}
        for name in touched:
            self._register(name)
        neighbours |= {other for name in touched for other in self._linked(name)}
        changed = self._regroup(sequence, touched | neighbours)
        for name in datasets:
            changed |= {*self.group(name).members}
        return changed

    def _note(self, name: Iri, before: Naming, naming: Naming) -> None:
        for other in before.alternates:
            self._pointing[other].discard(name)
            if not self._pointing[other]:
                del self._pointing[other]
        for other in naming.alternates:
            self._pointing[other].add(name)
        if naming == Naming():
            self._names.pop(name, None)
        else:
            self._names[name] = naming

    def _decide(self, decision: Iri, made: Decision | None) -> set[Iri]:
        before = self._decisions.pop(decision, None)
        if before is not None:
            for name in before.names:
                self._deciding[name].discard(decision)
                if not self._deciding[name]:
                    del self._deciding[name]
        if made is not None:
            self._decisions[decision] = made
            for name in made.names:
                self._deciding[name].add(decision)
        return {*(before.names if before else ()), *(made.names if made else ())}

    def _register(self, name: Iri) -> None:
        """Know a name by its keys as long as anybody speaks of it."""
        now = frozenset(self._keys_of(name)) if self.knows(name) else frozenset[Key]()
        before = self._keys.get(name, frozenset())
        for key in before - now:
            self._of_key[key].discard(name)
            if not self._of_key[key]:
                del self._of_key[key]
        for key in now - before:
            self._of_key[key].add(name)
        if now:
            self._keys[name] = now
        else:
            self._keys.pop(name, None)

    def _keys_of(self, name: Iri) -> set[Key]:
        found = {normal(key) for key in self.keys(name)}
        return {Key(self._namespaces.get(key.namespace, key.namespace), key.name) for key in found}

    def _alternates(self, name: Iri) -> set[Iri]:
        stated = self._names[name].alternates if name in self._names else frozenset()
        return {*stated, *self._pointing.get(name, ())} - {name}

    def _linked(self, name: Iri) -> set[Iri]:
        """Find the names that something links with a name, whatever keeps them apart."""
        found = self._alternates(name)
        for key in self._keys.get(name, ()):
            found |= self._of_key[key]
        for decision in self._deciding.get(name, ()):
            found |= self._decisions[decision].names
        return found - {name}

    # Groups

    def _regroup(self, sequence: int, touched: Iterable[Iri]) -> set[Iri]:
        changed: set[Iri] = set()
        seen: set[Iri] = set()
        for name in touched:
            if name in seen:
                continue
            component, fresh = {name}, [name]
            while fresh:
                following = self._linked(fresh.pop()) - component
                component |= following
                fresh.extend(following)
            seen |= component
            for members in self._split(component):
                changed |= self._keep(sequence, members)
        return changed

    def _split(self, component: set[Iri]) -> list[tuple[Iri, ...]]:
        if len(component) == 1:
            return [tuple(component)]
        concerned = {d for name in component for d in self._deciding.get(name, ())}
        confirmed: set[Pair] = set()
        splits: set[Pair] = set()
        for decision in concerned:
            made = self._decisions[decision]
            if made.same and len(made.names) > _MOST_PAIRED:
                confirmed.update(pair(*two) for two in pairwise(sorted(made.names)))
            else:
                (confirmed if made.same else splits).update(pairs(made.names))
        links = {pair(name, other) for name in component for other in self._alternates(name)}
        for key in {key for name in component for key in self._keys.get(name, ())}:
            same = self._of_key[key]
            # A chain does where nothing is to be kept apart, however many there are.
            links.update(pairs(same) if splits else pairwise(sorted(same)))
        return united(component, confirmed - splits, links - splits, splits)

    def _keep(self, sequence: int, members: tuple[Iri, ...]) -> set[Iri]:
        # Keys of names that nobody speaks of any more count no longer.
        folds = any(
            folds_columns(key.namespace)
            for name in members
            if name in self._keys
            for key in self.keys(name)
        )
        canonical = members[0] if len(members) == 1 else min(members, key=self._rank(members))
        group = Group(canonical, members, folds)
        changed = set()
        for name in members:
            if self.group(name) == group:
                continue
            changed.add(name)
            past = self._past.setdefault(name, [])
            if past and past[-1][0] == sequence:
                past.pop()
            past.append((sequence, group))
            if len(members) > 1:
                self.ever_merged.add(name)
            if group.merges:
                self._groups[name] = group
            else:
                self._groups.pop(name, None)
        return changed

    def _rank(self, members: tuple[Iri, ...]) -> Callable[[Iri], tuple[bool, bool, bool, Iri]]:
        """Rank the names of a group; the least is what the dataset is called."""
        claims = [
            claim
            for name in members
            for key in self.keys(name)
            if (claim := claimant(self._conventions.claims, key.namespace))
        ]
        spaces = tuple(claim.space for claim in claims if claim.space)

        def rank(name: Iri) -> tuple[bool, bool, bool, Iri]:
            by_hand = name in self._names and self._names[name].is_dataset and not is_minted(name)
            claimed = bool(spaces) and name.startswith(spaces)
            unclaimed = bool(self.unclaimed) and name.startswith(self.unclaimed)
            return (not by_hand, not claimed, unclaimed, name)

        return rank

    # Files

    def save(self, file: Path) -> None:
        """Write everything to a file."""
        groups = dict.fromkeys(group for past in self._past.values() for _, group in past)
        numbers = {group: number for number, group in enumerate(groups)}
        kept = {
            "names": [
                [
                    name,
                    list(naming.keys),
                    list(naming.alternates),
                    naming.is_dataset,
                    list(self._keys.get(name, ())),
                ]
                for name, naming in self._names.items()
            ],
            "decisions": [[iri, sorted(d.names), d.same] for iri, d in self._decisions.items()],
            "aliases": sorted(self._conventions.aliases),
            "claims": sorted(self._conventions.claims),
            "groups": list(groups),
            "past": [
                [name, [[since, numbers[group]] for since, group in past]]
                for name, past in self._past.items()
            ],
        }
        file.write_text(json.dumps(kept, separators=(",", ":")))

    @classmethod
    def load(cls, file: Path, unclaimed: str = "") -> "Identity":
        """Read what `save` wrote.

        Raises:
            OSError, ValueError, KeyError, TypeError, IndexError: it is not that.
        """
        kept = json.loads(file.read_text())
        identity = cls(unclaimed)
        identity._conventions = Conventions(
            frozenset(map(tuple, kept["aliases"])), frozenset(Claim(*c) for c in kept["claims"])
        )
        identity._namespaces = _representatives(identity._conventions.aliases)
        for name, keys, alternates, is_dataset, normal_keys in kept["names"]:
            stated = Naming(frozenset(Key(*k) for k in keys), frozenset(alternates), is_dataset)
            identity._note(name, Naming(), stated)
            # To find them anew takes longer than all the rest.
            identity._keys[name] = frozenset(Key(*key) for key in normal_keys)
            for key in identity._keys[name]:
                identity._of_key[key].add(name)
        for decision, names, same in kept["decisions"]:
            identity._decide(decision, Decision(frozenset(names), same))
        for name in {*identity._pointing, *identity._deciding} - identity._names.keys():
            identity._register(name)
        groups = [
            Group(canonical, tuple(names), folds) for canonical, names, folds in kept["groups"]
        ]
        for name, past in kept["past"]:
            identity._past[name] = [(since, groups[number]) for since, number in past]
            if any(len(group.members) > 1 for _, group in identity._past[name]):
                identity.ever_merged.add(name)
            if (group := identity._past[name][-1][1]).merges:
                identity._groups[name] = group
        return identity


def _representatives(aliases: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Find for each namespace that has an alias the one that stands for all of them."""
    links = [
        pair(Iri(normal_namespace(one)), Iri(normal_namespace(other))) for one, other in aliases
    ]
    names = {name for link in links for name in link}
    return {name: group[0] for group in united(names, (), links, ()) for name in group}
