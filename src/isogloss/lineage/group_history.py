"""The groups of names at every commit: which names were one dataset, and what it was called."""

from bisect import bisect_right
from typing import Any, NamedTuple

from isogloss.model.rdf import Iri


class Group(NamedTuple):
    """The names of one dataset, sorted; with `folds`, the case of its columns does not matter."""

    canonical: Iri
    members: tuple[Iri, ...]
    folds: bool

    @property
    def merges(self) -> bool:
        """Tell whether columns of it may go by several names."""
        return self.folds or len(self.members) > 1


class GroupHistory:
    """Which group each name was in; one that was never in any is alone."""

    def __init__(self) -> None:
        """Begin with every name alone."""
        self._now: dict[Iri, Group] = {}
        self._past: dict[Iri, list[tuple[int, Group]]] = {}
        self.ever_merged: set[Iri] = set()
        """The names that were ever one with another."""

    def group(self, name: Iri, at: int | None = None) -> Group:
        """Give the group of a name, which may be alone in it, as of a commit."""
        alone = Group(name, (name,), False)
        if at is None:
            return self._now.get(name, alone)
        past = self._past.get(name, [])
        place = bisect_right(past, at, key=lambda entry: entry[0])
        return past[place - 1][1] if place else alone

    def merged(self) -> list[Group]:
        """List the groups of several names, by canonical name."""
        return sorted({group for group in self._now.values() if len(group.members) > 1})

    def since(self, name: Iri) -> int | None:
        """Tell which commit made the group of a name what it is; None if it was ever alone."""
        past = self._past.get(name)
        return past[-1][0] if past else None

    def keep(self, sequence: int, group: Group) -> set[Iri]:
        """Let names be one as of a commit; give those whose group was another one."""
        changed = {name for name in group.members if self.group(name) != group}
        for name in changed:
            past = self._past.setdefault(name, [])
            if past and past[-1][0] == sequence:
                past.pop()
            self._add(name, sequence, group)
        return changed

    def _add(self, name: Iri, sequence: int, group: Group) -> None:
        self._past.setdefault(name, []).append((sequence, group))
        if len(group.members) > 1:
            self.ever_merged.add(name)
        if group.merges:
            self._now[name] = group
        else:
            self._now.pop(name, None)

    def kept(self) -> dict[str, Any]:
        """Give what a file keeps."""
        groups = dict.fromkeys(group for past in self._past.values() for _, group in past)
        numbers = {group: number for number, group in enumerate(groups)}
        return {
            "groups": list(groups),
            "past": [
                [name, [[since, numbers[group]] for since, group in past]]
                for name, past in self._past.items()
            ],
        }

    @classmethod
    def of(cls, kept: dict[str, Any]) -> "GroupHistory":
        """Take up what `kept` gave.

        Raises:
            ValueError, KeyError, TypeError, IndexError: it is not that.
        """
        history = cls()
        groups = [
            Group(canonical, tuple(names), folds) for canonical, names, folds in kept["groups"]
        ]
        for name, past in kept["past"]:
            for since, number in past:
                history._add(name, since, groups[number])
        return history
