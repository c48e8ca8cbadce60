"""What is true now, behind one protocol with two engines: `embedded` and `remote`.

The graph follows the journal: it can be thrown away and made again from it. It holds the
mark of the last commit it has, written in the same call as the data.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from isogloss.model.rdf import Iri, Quad


class Mark(NamedTuple):
    """A commit: its sequence number, and the hash that its journal row has.

    The hash tells two journals apart that have equally many commits.
    """

    sequence: int
    hash: str


BEGINNING = Mark(0, "")
"""The mark before the first commit."""


@dataclass(frozen=True, slots=True)
class GraphChange:
    """What brings a graph from one state to the next; applied twice it changes nothing more.

    First every (subject, predicate, graph) of `cleared` loses all its objects, then `removed`
    goes, then `added` comes. Engines rewrite literals ("01" and "1" become one), so a literal
    is taken out by clearing and putting back what else is true.
    """

    cleared: frozenset[tuple[Iri, Iri, Iri]]
    removed: frozenset[Quad]
    added: frozenset[Quad]


class Reader(Protocol):
    """What can be asked of one state of the mesh, be it the current one or a past one."""

    @property
    def sequence(self) -> int:
        """Number of the commit that the answers are true of; 0 before the first."""

    def quads(self, graphs: Collection[Iri] | None = None) -> Iterator[Quad]:
        """Yield the quads of some named graphs, of all but the system's if None, in no order."""

    def describe(self, subjects: Iterable[Iri]) -> dict[Iri, list[Quad]]:
        """Find what is said of each subject, in no order; [] for one nobody speaks of."""

    def referrers(self, predicate: Iri, objects: Iterable[Iri]) -> dict[Iri, tuple[Iri, ...]]:
        """Find the subjects that point at each object by `predicate`, sorted."""

    def statements(self, predicate: Iri, object_: Iri | None = None) -> Iterator[Quad]:
        """Yield every quad with this predicate (and object), in no order."""


class Graph(Reader, Protocol):
    """A store of quads that follows the journal."""

    @property
    def mark(self) -> Mark:
        """The last commit that the graph has, as kept since it was opened."""

    def read_mark(self) -> Mark:
        """Read the mark from the engine itself; BEGINNING where there is none.

        Raises:
            StoreUnavailable: the engine does not answer, or holds something else as a mark.
        """

    def apply(self, change: GraphChange, mark: Mark) -> None:
        """Make a change and move the mark, in one call: all or nothing.

        Raises:
            StoreUnavailable: the engine refused or did not answer; it may or may not have
                made the change, and to apply it again is safe.
        """

    def rebuild(self, quads: Iterable[Quad], mark: Mark) -> None:
        """Throw everything away and hold exactly these quads, the system's graphs included.

        Raises:
            StoreUnavailable: the engine refused or did not answer; call it again.
        """

    def differences(self, quads: Iterable[Quad]) -> Iterator[str]:
        """Compare with what should be there, as this engine writes it; a sentence a difference.

        The system's graphs are compared too, the mark's is not.
        """

    def compact(self) -> None:
        """Give back disk space, if the engine has a way to."""

    def reopen(self) -> None:
        """Make a new start with the engine after an error, and read its mark.

        Raises:
            StoreUnavailable: it cannot be opened, or does not answer.
        """

    def close(self) -> None:
        """Let go of the engine; the graph cannot be used any more."""
