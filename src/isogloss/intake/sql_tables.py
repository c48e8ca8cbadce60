"""Which table a name in SQL means, and how its columns are spelled."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

Parts = tuple[str, ...]


class Tables:
    """The tables that are known, found by as much of their names as is written.

    Case is not looked at: `"Id"` and `id` of one table would be one.
    """

    def __init__(
        self, schema: Mapping[str, Sequence[str]], unordered: Collection[str] = ()
    ) -> None:
        """Know tables by their dotted names, with their columns, but for some in order."""
        self._unordered: set[str] = set()
        self._columns: dict[str, tuple[str, ...] | None] = {}
        self._by_last: defaultdict[str, list[str]] = defaultdict(list)
        for name, columns in schema.items():
            self.learn(name, columns)
        self._unordered = set(unordered)

    def learn(self, name: str, columns: Sequence[str] | None) -> None:
        """Know a table from now on; its columns are None where they are not known."""
        if name not in self._columns:
            self._by_last[_parts(name)[-1]].append(name)
        self._unordered.discard(name)
        self._columns[name] = tuple(columns) if columns is not None else None

    def known(self) -> dict[str, tuple[str, ...]]:
        """Give the tables whose columns are known, with these."""
        return {name: columns for name, columns in self._columns.items() if columns is not None}

    def order(self, name: str) -> tuple[str, ...] | None:
        """Give the columns of a table in their order; None if it is not known."""
        return None if name in self._unordered else self._columns.get(name)

    def columns(self, name: str) -> tuple[str, ...] | None:
        """Give the columns of a table as they are spelled; None if they are not known."""
        return self._columns.get(name)

    def find(self, written: Parts) -> tuple[str, ...]:
        """Find the tables that a name may mean, the best alone if there is one; sorted.

        A name may leave out the database or schema that a known table has, or have one that
        the known name of two parts or more leaves out.
        """
        parts = tuple(part.casefold() for part in written)
        found = []
        for name in self._by_last.get(parts[-1], ()):
            known = _parts(name)
            if known == parts:
                return (name,)
            short, long = sorted((known, parts), key=len)
            if long[-len(short) :] == short and (short is parts or len(short) > 1):
                found.append(name)
        return tuple(sorted(found))


def _parts(name: str) -> Parts:
    return tuple(part.casefold() for part in name.split("."))
