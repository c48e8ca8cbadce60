"""All that is said of the names of datasets as of one commit, and what links them."""

from collections import defaultdict
from typing import Any, NamedTuple

from isogloss.lineage.claims import Claim, Conventions
from isogloss.lineage.platforms import Key, minted_keys, normal
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


class Sayings:
    """What is said, by name, by key and by decision."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.names: dict[Iri, Naming] = {}
        self.decisions: dict[Iri, Decision] = {}
        self.conventions = Conventions()
        self._namespaces: dict[str, str] = {}
        # What follows from those, by name:
        self._keys: dict[Iri, frozenset[Key]] = {}
        self._of_key: defaultdict[Key, set[Iri]] = defaultdict(set)
        self._pointing: defaultdict[Iri, set[Iri]] = defaultdict(set)
        self._deciding: defaultdict[Iri, set[Iri]] = defaultdict(set)

    # Questions

    def knows(self, name: Iri) -> bool:
        """Tell whether somebody speaks of a name."""
        return name in self.names or name in self._pointing or name in self._deciding

    def naming(self, name: Iri) -> Naming:
        """Give all that is said of a name."""
        return self.names.get(name, _NOTHING)

    def stated_keys(self, name: Iri) -> frozenset[Key]:
        """Give the keys of a name, as they were stated."""
        return self.naming(name).keys | minted_keys(name)

    def keys(self, name: Iri) -> frozenset[Key]:
        """Give the keys of a name, each in the one spelling that all its spellings share.

        Keys of names that nobody speaks of any more count no longer.
        """
        return self._keys.get(name, frozenset())

    def of_key(self, key: Key) -> set[Iri]:
        """Give the names that have a key."""
        return self._of_key.get(key, set())

    def alternates(self, name: Iri) -> set[Iri]:
        """Give the names that one says to be one with the other, whichever says so."""
        return {*self.naming(name).alternates, *self._pointing.get(name, ())} - {name}

    def says(self, name: Iri, other: Iri) -> bool:
        """Tell whether it is said of a name that it is one with another."""
        return other in self.naming(name).alternates

    def about(self, name: Iri) -> set[Iri]:
        """Give the decisions that concern a name."""
        return self._deciding.get(name, set())

    def linked(self, name: Iri) -> set[Iri]:
        """Find the names that something links with a name, whatever keeps them apart."""
        found = self.alternates(name)
        for key in self.keys(name):
            found |= self._of_key[key]
        for decision in self.about(name):
            found |= self.decisions[decision].names
        return found - {name}

    def one_spelling(self, key: Key) -> Key:
        """Give the spelling that stands for all of a key, those by aliases included."""
        found = normal(key)
        return Key(self._namespaces.get(found.namespace, found.namespace), found.name)

    # Changes

    def note(self, name: Iri, naming: Naming) -> None:
        """Let exactly this be said of a name."""
        before = self.names.pop(name, _NOTHING)
        for other in before.alternates:
            self._pointing[other].discard(name)
            if not self._pointing[other]:
                del self._pointing[other]
        for other in naming.alternates:
            self._pointing[other].add(name)
        if naming != _NOTHING:
            self.names[name] = naming

    def decide(self, decision: Iri, made: Decision | None) -> set[Iri]:
        """Let a decision be made, or none; give the names that are concerned."""
        before = self.decisions.pop(decision, None)
        if before is not None:
            for name in before.names:
                self._deciding[name].discard(decision)
                if not self._deciding[name]:
                    del self._deciding[name]
        if made is not None:
            self.decisions[decision] = made
            for name in made.names:
                self._deciding[name].add(decision)
        return {*(before.names if before else ()), *(made.names if made else ())}

    def convene(self, conventions: Conventions) -> set[Iri]:
        """Let conventions hold; give the names that are concerned."""
        if conventions == self.conventions:
            return set()
        self.conventions = conventions
        self._namespaces = conventions.representatives()
        return {*self.names, *self._pointing, *self._deciding}

    def register(self, name: Iri) -> None:
        """Know a name by its keys as long as anybody speaks of it."""
        stated = self.stated_keys(name) if self.knows(name) else ()
        now = frozenset(map(self.one_spelling, stated))
        before = self.keys(name)
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

    # Files

    def kept(self) -> dict[str, Any]:
        """Give what a file keeps."""
        return {
            "names": [
                [
                    name,
                    list(naming.keys),
                    list(naming.alternates),
                    naming.is_dataset,
                    list(self.keys(name)),
                ]
                for name, naming in self.names.items()
            ],
            "decisions": [[iri, sorted(d.names), d.same] for iri, d in self.decisions.items()],
            "aliases": sorted(self.conventions.aliases),
            "claims": sorted(self.conventions.claims),
            "spaces": sorted(self.conventions.spaces),
        }

    @classmethod
    def of(cls, kept: dict[str, Any]) -> "Sayings":
        """Take up what `kept` gave.

        Raises:
            ValueError, KeyError, TypeError, IndexError: it is not that.
        """
        said = cls()
        said.convene(
            Conventions(
                frozenset((one, other) for one, other in kept["aliases"]),
                frozenset(Claim(*claim) for claim in kept["claims"]),
                frozenset((space, domain) for space, domain in kept["spaces"]),
            )
        )
        for name, keys, alternates, is_dataset, normal_keys in kept["names"]:
            said.note(
                name,
                Naming(frozenset(Key(*k) for k in keys), frozenset(alternates), is_dataset),
            )
            # To find them anew takes longer than all the rest.
            said._keys[name] = frozenset(Key(*key) for key in normal_keys)
            for key in said._keys[name]:
                said._of_key[key].add(name)
        for decision, names, same in kept["decisions"]:
            said.decide(decision, Decision(frozenset(names), same))
        for name in {*said._pointing, *said._deciding} - said.names.keys():
            said.register(name)
        return said
