"""The record of every change and every refused attempt, and of what was true when.

A write is durable once its transaction has returned: SQLite syncs its log at each commit
(WAL, synchronous=FULL). Rows are only ever added, but for the end of a quad's life.

Source: the SQLite manual, "Write-Ahead Logging" and "PRAGMA synchronous".
"""

import sqlite3
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, create_engine, delete, event, func, insert, select, union
from sqlalchemy.exc import DBAPIError

from isogloss.errors import StoreUnavailable
from isogloss.model.governance import ValidationResult
from isogloss.model.journal import Attempt, Difference, Entry, Outcome
from isogloss.model.rdf import Iri, Quad
from isogloss.store import entries, history
from isogloss.store.dictionary import Dictionary
from isogloss.store.graph import BEGINNING, GraphChange, Mark
from isogloss.store.history import Past
from isogloss.store.named_graphs import CATALOGUE
from isogloss.store.schema import ENTRY, METADATA, TERM
from isogloss.store.schema import QUAD_HISTORY as Q

FILE = "journal.sqlite"


class Journal:
    """An append-only journal in one file; one writer at a time, any number of readers."""

    def __init__(self, path: Path, *, durable: bool = True) -> None:
        """Open the journal in a file, made if need be.

        Raises:
            StoreUnavailable: the file cannot be used.
        """
        self.path = path
        self._engine = create_engine(f"sqlite:///{path}", pool_size=40, max_overflow=40)
        event.listen(self._engine, "connect", _prepare(durable))
        event.listen(self._engine, "begin", _begin)
        with _spoken(f"The journal {path} cannot be opened"), self._engine.begin() as connection:
            METADATA.create_all(connection)
            self._dictionary = Dictionary(connection)
            self._head = _head(connection)

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()

    @property
    def head(self) -> Mark:
        """The newest commit."""
        return self._head

    # Writing

    @contextmanager
    def write(self) -> Iterator["Pen"]:
        """Open the one transaction that a group of changes shares; leaving it makes it durable.

        Raises:
            StoreUnavailable: the disk refused; nothing was written. An exception inside
                comes through, and nothing was written either.
        """
        with _spoken("The mesh is read-only: the journal could not be written"):
            with self._engine.connect() as connection:
                transaction = connection.begin()
                self._dictionary.begin()
                pen = Pen(connection, self._dictionary)
                try:
                    yield pen
                except BaseException:
                    transaction.rollback()
                    raise
                try:
                    transaction.commit()
                except DBAPIError:
                    connection.invalidate()
                    if not self._has(pen):
                        raise
            self._dictionary.settle()
            self._head = pen.head

    def _has(self, pen: "Pen") -> bool:
        # A commit that raised may have been made all the same: only the file can tell.
        with self._engine.connect() as connection:
            query = select(ENTRY.c.hash).where(ENTRY.c.hash == pen.newest)
            return connection.execute(query).scalar() is not None

    # Reading

    def at(self, sequence: int) -> Past:
        """Give the state that a commit made, to read."""
        return Past(self._engine.connect, self._dictionary, sequence)

    @contextmanager
    def reading(self, sequence: int) -> Iterator[Past]:
        """Open the state that a commit made, for whoever asks it many things in a row."""
        with self._engine.connect() as connection:
            yield Past(history.borrowed(connection), self._dictionary, sequence)

    def sequence_at(self, instant: datetime) -> int:
        """Find the newest commit that was there at an instant; 0 if there was none."""
        with self._engine.connect() as connection:
            query = select(func.max(ENTRY.c.sequence)).where(ENTRY.c.at <= entries.instant(instant))
            return connection.execute(query).scalar() or 0

    def instant_of(self, sequence: int) -> datetime:
        """Find when a commit was made; before the first, nothing had been."""
        with self._engine.connect() as connection:
            query = select(ENTRY.c.at).where(ENTRY.c.sequence == sequence)
            found = connection.execute(query).scalar()
            return datetime.fromisoformat(found) if found else datetime.fromtimestamp(0, UTC)

    def entries(
        self,
        *,
        newest: int = 50,
        before: int | None = None,
        sequences: Collection[int] | None = None,
    ) -> list[Entry]:
        """Read entries, newest first: all or commits of given numbers, before a position."""
        query = select(ENTRY).order_by(ENTRY.c.position.desc()).limit(newest)
        if before is not None:
            query = query.where(ENTRY.c.position < before)
        if sequences is not None:
            query = query.where(ENTRY.c.sequence.in_(sequences))
        with self._engine.connect() as connection:
            return [entries.read(dict(row)) for row in connection.execute(query).mappings()]

    def commits_touching(self, subjects: Collection[Iri]) -> list[int]:
        """List the commits that began or ended a statement about subjects, newest first."""
        with self._engine.connect() as connection:
            return history.commits_touching(connection, self._dictionary, subjects)

    def changed(
        self, sequence: int, predicates: Collection[Iri], classes: Collection[Iri], most: int
    ) -> list[Quad]:
        """List quads that a commit began or ended; `store.history` says which."""
        with self._engine.connect() as connection:
            return history.changed(
                connection, self._dictionary, sequence, predicates, classes, most
            )

    def commits_changing(
        self, after: int, predicates: Collection[Iri], classes: Collection[Iri]
    ) -> list[int]:
        """List the commits after one that began or ended such quads, in order."""
        with self._engine.connect() as connection:
            return history.commits_changing(
                connection, self._dictionary, after, predicates, classes
            )

    def ever_parts(self, of: Iri, down: Collection[Iri], up: Collection[Iri]) -> set[Iri]:
        """Collect a resource and what was ever its part; `store.history` says what that is."""
        with self._engine.connect() as connection:
            return history.ever_parts(connection, self._dictionary, of, down, up)

    def difference(
        self, start: int, end: int, subjects: Collection[Iri] | None = None
    ) -> Difference:
        """Compare the states of two commits, of some subjects or of everything."""
        with self._engine.connect() as connection:
            if start > end:
                back = history.difference(connection, self._dictionary, end, start, subjects)
                return Difference(back.removed, back.added)
            return history.difference(connection, self._dictionary, start, end, subjects)

    def change_since(self, mark: Mark) -> GraphChange:
        """Tell how a graph that stands at a mark gets to the head."""
        with self._engine.connect() as connection:
            head = self._head.sequence
            return history.change_since(connection, self._dictionary, mark.sequence, head)

    def change_by(self, pen: "Pen") -> GraphChange:
        """Tell how a graph that stands where a pen began gets to the head, where it ended."""
        with self._engine.connect() as connection:
            return history.graph_change(
                connection, self._dictionary, self._head.sequence, pen.change
            )

    def mark_of(self, sequence: int) -> Mark | None:
        """Find the mark of a commit; None if there is no such commit."""
        if sequence == 0:
            return BEGINNING
        with self._engine.connect() as connection:
            query = select(ENTRY.c.hash).where(ENTRY.c.sequence == sequence)
            found = connection.execute(query).scalar()
            return Mark(sequence, found) if found else None

    def compact(self) -> None:
        """Drop terms that nothing says, as refused changes leave them, and give back the space.

        Raises:
            StoreUnavailable: the disk refused.
        """
        said = union(*(select(column) for column in (Q.c.s, Q.c.p, Q.c.o, Q.c.g)))
        with _spoken(f"The journal {self.path} could not be written"):
            with self._engine.begin() as connection:
                connection.execute(delete(TERM).where(TERM.c.id.not_in(said)))
            self._dictionary.forget()
            # VACUUM takes no transaction, and every connection of the engine begins one.
            with closing(self._engine.raw_connection()) as bare:
                bare.cursor().execute("VACUUM")

    def connection(self) -> Connection:
        """Open a connection for whoever checks or copies the whole journal."""
        return self._engine.connect()


class Pen:
    """The open transaction: it sees what earlier members of the group wrote, nobody else does."""

    def __init__(self, connection: Connection, dictionary: Dictionary) -> None:
        self._connection = connection
        self._dictionary = dictionary
        self._connect = history.borrowed(connection)
        self.head = self.base = _head(connection)
        self._added: set[Quad] = set()
        self._removed: set[Quad] = set()
        self.newest = ""
        """The hash of the last entry that was recorded, of whatever outcome."""

    @property
    def state(self) -> Past:
        """The state after the members so far."""
        return Past(self._connect, self._dictionary, self.head.sequence, newest=True)

    @property
    def change(self) -> Difference:
        """What the members so far made of the state that the first of them met."""
        return Difference(frozenset(self._added), frozenset(self._removed))

    def make(self, change: Difference) -> None:
        """Make a change; the entry that tells of it must follow."""
        history.write(self._connection, self._dictionary, self.head.sequence + 1, change)
        taken_back, put_back = change.removed & self._added, change.added & self._removed
        self._added -= taken_back
        self._removed -= put_back
        self._added |= change.added - put_back
        self._removed |= change.removed - taken_back

    def record(
        self,
        attempt: Attempt,
        outcome: Outcome,
        change: Difference,
        *,
        results: Sequence[ValidationResult] = (),
        reason: str = "",
        rule_sets: Sequence[Iri] = (),
    ) -> Entry:
        """Write the entry of an attempt; a committed one takes the next sequence number."""
        last = self._connection.execute(
            select(ENTRY.c.position, ENTRY.c.at, ENTRY.c.hash)
            .order_by(ENTRY.c.position.desc())
            .limit(1)
        ).first()
        now = datetime.now(UTC)
        committed = outcome is Outcome.COMMITTED
        entry = Entry(
            position=last.position + 1 if last else 1,
            sequence=self.head.sequence + 1 if committed else None,
            # Clocks go back; the order of commits does not.
            at=max(now, datetime.fromisoformat(last.at)) if last else now,
            attempt=attempt,
            outcome=outcome,
            # What the system notes for itself is no change of the author's.
            added=sum(quad.graph != CATALOGUE for quad in change.added),
            removed=sum(quad.graph != CATALOGUE for quad in change.removed),
            results=tuple(results),
            reason=reason,
            hash="",
            rule_sets=tuple(rule_sets),
        )
        row = entries.row(entry, change, last.hash if last else "")
        self._connection.execute(insert(ENTRY), row)
        self.newest = row["hash"]
        if entry.sequence is not None:
            self.head = Mark(entry.sequence, row["hash"])
        return replace(entry, hash=row["hash"])

    def find(self, id: str) -> Entry | None:
        """Find the entry that an author's id names."""
        query = select(ENTRY).where(ENTRY.c.id == id)
        found = self._connection.execute(query).mappings().first()
        return entries.read(dict(found)) if found else None


def _head(connection: Connection) -> Mark:
    found = connection.execute(
        select(ENTRY.c.sequence, ENTRY.c.hash)
        .where(ENTRY.c.sequence.is_not(None))
        .order_by(ENTRY.c.sequence.desc())
        .limit(1)
    ).first()
    return Mark(found.sequence, found.hash) if found else BEGINNING


def _prepare(durable: bool) -> Callable[[sqlite3.Connection, object], None]:
    def prepare(connection: sqlite3.Connection, _: object) -> None:
        # Python's sqlite3 would begin transactions late and lose savepoints: we begin them.
        connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            f"synchronous={'FULL' if durable else 'OFF'}",
            "busy_timeout=10000",
            "cell_size_check=ON",
        ):
            connection.execute(f"PRAGMA {pragma}")

    return prepare


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


@contextmanager
def _spoken(what: str) -> Iterator[None]:
    try:
        yield
    # What SQLite says of a damaged schema quotes it, and need not be UTF-8.
    except (DBAPIError, UnicodeDecodeError) as error:
        said = getattr(error, "orig", error)
        raise StoreUnavailable(
            f"{what} ({said}): make room on the disk, or look at it; nothing was written."
        ) from error
