"""Look whether the journal is what was written, and the history what the journal adds up to."""

from collections import defaultdict
from collections.abc import Iterator

from sqlalchemy import Connection, or_, select
from sqlalchemy.exc import DBAPIError

from isogloss.model.rdf import Iri, Literal, Quad
from isogloss.store import dictionary as terms
from isogloss.store import entries
from isogloss.store.dictionary import Dictionary
from isogloss.store.journal import Journal
from isogloss.store.schema import ENTRY, TERM
from isogloss.store.schema import QUAD_HISTORY as Q

_AT_ONCE = 1000


def journal(journal: Journal) -> Iterator[str]:
    """Yield a sentence for each difference; nothing when all is as it was written."""
    try:
        with journal.connection() as connection:
            yield from _file(connection)
            yield from _chain(journal, connection)
            yield from _terms(connection)
            yield from _history(connection)
    # A cell that was tampered with may hold anything, a number that no term has or a text
    # where bytes were; SyntaxError is what Oxigraph says of N-Quads.
    except (DBAPIError, LookupError, SyntaxError, TypeError, ValueError) as error:
        yield f"The journal cannot be read ({getattr(error, 'orig', None) or repr(error)})."


def _file(connection: Connection) -> Iterator[str]:
    if connection.dialect.name == "sqlite":
        for (said,) in connection.exec_driver_sql("PRAGMA integrity_check(20)"):
            if said != "ok":
                yield f"The journal's file is damaged: {said}."


def _chain(journal: Journal, connection: Connection) -> Iterator[str]:
    previous, position, sequence = "", 0, 0
    for row in connection.execute(select(ENTRY).order_by(ENTRY.c.position)).mappings():
        stored = dict(row)
        position += 1
        if stored["position"] != position:
            yield f"Entry {position} is missing."
            position = stored["position"]
        if stored["previous"] != previous:
            yield f"Entry {position} does not follow the entry before it."
        if stored["hash"] != entries.digest(stored):
            yield f"Entry {position} was changed: its hash does not match what it says."
        if stored["sequence"] is not None:
            sequence += 1
            if stored["sequence"] != sequence:
                yield f"Entry {position} should be commit {sequence}."
        previous = stored["hash"]
    if sequence != journal.head.sequence:
        yield f"The newest commit should be {journal.head.sequence}, and is {sequence}."


def _terms(connection: Connection) -> Iterator[str]:
    for number, digest, value, datatype, language in connection.execute(select(TERM)):
        term = Literal(value, Iri(datatype), language) if datatype else Iri(value)
        whole = datatype or (datatype, language) == (None, None)
        if terms.digest(term) != digest or not whole:
            yield f"Term {number} was changed: it reads {value[:100]!r}."


def _history(connection: Connection) -> Iterator[str]:
    commits = connection.execute(
        select(ENTRY.c.sequence, ENTRY.c.payload)
        .where(ENTRY.c.sequence.is_not(None))
        .order_by(ENTRY.c.sequence)
    )
    dictionary = Dictionary(connection)
    last = 0
    for part in terms.chunks(commits, _AT_ONCE):
        first, last = part[0].sequence, part[-1].sequence
        began, ended = _lives(connection, dictionary, first, last)
        for sequence, payload in part:
            change = entries.unpack(payload)
            if began[sequence] != change.added or ended[sequence] != change.removed:
                odd = (began[sequence] ^ change.added) | (ended[sequence] ^ change.removed)
                first_odd = min(map(str, odd))
                yield f"The history of commit {sequence} differs from its entry: {first_odd}."
    nowhere = or_(Q.c.since > last, Q.c.until > last, Q.c.since < 1, Q.c.until <= Q.c.since)
    if connection.execute(select(Q.c.s).where(nowhere)).first():
        yield f"The history has a life that lies not within the commits 1 to {last}."


def _lives(
    connection: Connection, dictionary: Dictionary, first: int, last: int
) -> tuple[defaultdict[int, set[Quad]], defaultdict[int, set[Quad]]]:
    """Collect by commit the quads that it began, and those that it ended."""
    found = []
    for column in (Q.c.since, Q.c.until):
        by_commit: defaultdict[int, set[Quad]] = defaultdict(set)
        query = select(Q.c.s, Q.c.p, Q.c.o, Q.c.g, column).where(column.between(first, last))
        for rows in terms.chunks(connection.execute(query), 20_000):
            known = dictionary.terms(connection, {number for row in rows for number in row[:4]})
            for s, p, o, g, commit in rows:
                quad = Quad(known[s], known[p], known[o], known[g])  # type: ignore[arg-type]
                by_commit[commit].add(quad)
        found.append(by_commit)
    return found[0], found[1]
