"""One dataset has one node, under however many names: which it is, now and at any commit.

Nothing is rewritten for it: names, links and decisions are stated, and which of them are one
follows from all that is stated, in whichever order it came.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from isogloss.lineage.claims import Conventions
from isogloss.lineage.group_history import Group, GroupHistory
from isogloss.lineage.grouping import Pair, pair, pairs, united
from isogloss.lineage.platforms import Key, folds_columns, is_minted, normal
from isogloss.lineage.sayings import Decision, Naming, Sayings
from isogloss.lineage.standing import Standing
from isogloss.model.rdf import Iri


class Reason(NamedTuple):
    """Why two names are one: "key", "symlink", "alias" of namespaces, "decision"; or "split"."""

    one: Iri
    other: Iri
    why: str
    decision: Iri | None = None


class Identity:
    """The groups of names, kept up to date commit by commit."""

    def __init__(self, unclaimed: str = "") -> None:
        """Begin with nothing; what lies in the space `unclaimed` is called so last of all."""
        self.unclaimed = unclaimed
        self._said = Sayings()
        self._history = GroupHistory()

    # Questions

    def group(self, name: Iri, at: int | None = None) -> Group:
        """Give the group of a name, which may be alone in it, as of a commit."""
        return self._history.group(name, at)

    def naming(self, name: Iri) -> Naming:
        """Give all that is said of a name now."""
        return self._said.naming(name)

    def knows(self, name: Iri) -> bool:
        """Tell whether somebody speaks of a name."""
        return self._said.knows(name)

    def names(self) -> Iterator[Iri]:
        """List all names that something is said of."""
        return iter(self._said.names)

    @property
    def decisions(self) -> Mapping[Iri, Decision]:
        """Give the decisions by IRI."""
        return self._said.decisions

    @property
    def ever_merged(self) -> set[Iri]:
        """The names that were ever one with another."""
        return self._history.ever_merged

    def keys(self, name: Iri) -> frozenset[Key]:
        """Give the keys of a name, as they are stated now."""
        return self._said.stated_keys(name)

    def merged(self) -> list[Group]:
        """List the groups of several names, by canonical name."""
        return self._history.merged()

    def since(self, name: Iri) -> int | None:
        """Tell which commit made the group of a name what it is; None if it was ever alone."""
        return self._history.since(name)

    def standing(self) -> Standing:
        """Tell whose names are, until something else is said."""
        return Standing(self._said, self.unclaimed)

    def reasons(self, names: Collection[Iri]) -> list[Reason]:
        """Tell why some names are one, and which of them somebody keeps apart."""
        found = []
        said, standing = self._said, self.standing()
        for one, other in pairs(names):
            for decision in sorted(said.about(one) & said.about(other)):
                if (one, other) in standing.decided(decision):
                    why = "decision" if said.decisions[decision].same else "split"
                    found.append(Reason(one, other, why, decision))
            if not set(standing.keys(one)).isdisjoint(standing.keys(other)):
                spelled = ({normal(key) for key in self.keys(name)} for name in (one, other))
                why = "alias" if next(spelled).isdisjoint(next(spelled)) else "key"
                found.append(Reason(one, other, why))
            if other in said.alternates(one) and standing.links(one, other):
                found.append(Reason(one, other, "symlink"))
        return found

    def suggestions(self) -> list[Reason]:
        """List the links that do not count, as not all of those have stated them whose they are.

        What is one for another reason, or is kept apart, is not among them.
        """
        said, standing = self._said, self.standing()
        found: dict[Pair, Reason] = {}
        for name in said.names:
            links = [
                (other, "symlink")
                for other in said.alternates(name)
                if not standing.links(name, other)
            ]
            for key in said.keys(name) - {*standing.keys(name)}:
                links += [(min(said.of_key(key) - {name}, default=name), "key")]
            for other, why in links:
                groups = pair(self.group(name).canonical, self.group(other).canonical)
                if groups[0] != groups[1] and not self._is_kept_apart(standing, name, other):
                    found.setdefault(groups, Reason(*pair(name, other), why))
        return sorted(found.values())

    def splits(self) -> list[Reason]:
        """List which names somebody keeps apart."""
        standing = self.standing()
        return sorted(
            Reason(one, other, "split", decision)
            for decision, made in self._said.decisions.items()
            if not made.same
            for one, other in standing.decided(decision)
        )

    def decisions_about(self, names: Collection[Iri]) -> dict[Iri, Decision]:
        """Find the decisions that concern any of some names, by IRI."""
        found = {decision for name in names for decision in self._said.about(name)}
        return {decision: self._said.decisions[decision] for decision in sorted(found)}

    def _is_kept_apart(self, standing: Standing, one: Iri, other: Iri) -> bool:
        return any(
            not self._said.decisions[decision].same
            and pair(one, other) in standing.decided(decision)
            for decision in self._said.about(one) & self._said.about(other)
        )

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
        said = self._said
        for name, naming in names.items():
            before = said.naming(name)
            if naming == before:
                continue
            if naming.is_dataset != before.is_dataset:
                datasets.add(name)
            touched |= {name, *before.alternates, *naming.alternates}
            said.note(name, naming)
        for decision, made in (decisions or {}).items():
            touched |= said.decide(decision, made)
        if conventions is not None:
            touched |= said.convene(conventions)
        # A name that is newly in a key's group, or no longer, touches all of that key.
        neighbours = {other for name in touched for other in said.linked(name)}
        for name in touched:
            said.register(name)
        neighbours |= {other for name in touched for other in said.linked(name)}
        changed = self._regroup(sequence, touched | neighbours)
        for name in datasets:
            changed |= {*self.group(name).members}
        return changed

    def _regroup(self, sequence: int, touched: Iterable[Iri]) -> set[Iri]:
        changed: set[Iri] = set()
        seen: set[Iri] = set()
        standing = self.standing()
        for name in touched:
            if name in seen:
                continue
            component, fresh = {name}, [name]
            while fresh:
                following = self._said.linked(fresh.pop()) - component
                component |= following
                fresh.extend(following)
            seen |= component
            for members in self._split(component, standing):
                changed |= self._history.keep(sequence, self._grouped(members, standing))
        return changed

    def _split(self, component: set[Iri], standing: Standing) -> list[tuple[Iri, ...]]:
        if len(component) == 1:
            return [tuple(component)]
        said = self._said
        confirmed: set[Pair] = set()
        splits: set[Pair] = set()
        late: set[Iri] = set()
        for decision in {d for name in component for d in said.about(name)}:
            same = said.decisions[decision].same
            (confirmed if same else splits).update(standing.decided(decision))
            if not same:
                late |= standing.own(decision) or set()
        links = {
            pair(name, other)
            for name in component
            for other in said.alternates(name)
            if standing.links(name, other)
        }
        by_key: defaultdict[Key, list[Iri]] = defaultdict(list)
        for name in sorted(component):
            for key in standing.keys(name):
                by_key[key].append(name)
        for names in by_key.values():
            # A chain does where nothing is to be kept apart, however many there are.
            links.update(pairs(names) if splits else pairwise(names))
        return united(component, confirmed - splits, links - splits, splits, late)

    def _grouped(self, members: tuple[Iri, ...], standing: Standing) -> Group:
        folds = any(
            folds_columns(key.namespace) for name in members for key in standing.stated_keys(name)
        )
        alone = len(members) == 1
        canonical = members[0] if alone else min(members, key=self._rank(members, standing))
        return Group(canonical, members, folds)

    def _rank(
        self, members: tuple[Iri, ...], standing: Standing
    ) -> Callable[[Iri], tuple[bool, bool, bool, Iri]]:
        """Rank the names of a group; the least is what the dataset is called."""
        spaces = standing.spaces_of({d for name in members for d in standing.claimants(name)})

        def rank(name: Iri) -> tuple[bool, bool, bool, Iri]:
            by_hand = self._said.naming(name).is_dataset and not is_minted(name)
            claimed = bool(spaces) and name.startswith(spaces)
            unclaimed = bool(self.unclaimed) and name.startswith(self.unclaimed)
            return (not by_hand, not claimed, unclaimed, name)

        return rank

    # Files

    def save(self, file: Path) -> None:
        """Write everything to a file."""
        kept = self._said.kept() | self._history.kept()
        file.write_text(json.dumps(kept, separators=(",", ":")))

    @classmethod
    def load(cls, file: Path, unclaimed: str = "") -> "Identity":
        """Read what `save` wrote.

        Raises:
            OSError, ValueError, KeyError, TypeError, IndexError: it is not that.
        """
        kept = json.loads(file.read_text())
        identity = cls(unclaimed)
        identity._said = Sayings.of(kept)
        identity._history = GroupHistory.of(kept)
        return identity
