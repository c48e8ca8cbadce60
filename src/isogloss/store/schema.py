"""The tables of the journal; SQLite keeps them, and nothing here is SQLite's alone.

`entry` says what happened, `quad_history` what was true when: a quad is true from the commit
`since` until, not including, the commit `until`; NULL means that it still is. `term` gives
numbers to terms, whose text is exactly as it was submitted.
"""

from typing import Any

from sqlalchemy import Column, Index, Integer, LargeBinary, MetaData, String, Table, Text, text

METADATA = MetaData()

_LIVE: dict[str, Any] = {
    name: text("until IS NULL") for name in ("sqlite_where", "postgresql_where")
}

ENTRY = Table(
    "entry",
    METADATA,
    Column("position", Integer, primary_key=True),
    Column("sequence", Integer, unique=True),  # NULL for what was not committed
    Column("id", String(64), nullable=False, unique=True),
    Column("request", String(64), nullable=False),
    Column("at", String(32), nullable=False, index=True),  # ISO 8601 in UTC, so text order is time
    Column("author", Text, nullable=False),
    Column("domains", Text, nullable=False),  # JSON array
    Column("graphs", Text, nullable=False),  # JSON array
    Column("message", Text, nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("added", Integer, nullable=False),
    Column("removed", Integer, nullable=False),
    Column("verdict", Text, nullable=False),  # JSON
    Column("payload", LargeBinary, nullable=False),  # zlib of lines "+ quad" and "- quad"
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)

TERM = Table(
    "term",
    METADATA,
    Column("id", Integer, primary_key=True),
    # A digest of the rest: long literals have no place in an index.
    Column("digest", LargeBinary(16), nullable=False, unique=True),
    Column("value", Text, nullable=False),
    Column("datatype", Text),  # NULL for an IRI
    Column("language", String(64)),
)

QUAD_HISTORY = Table(
    "quad_history",
    METADATA,
    # In this order, so that what is said of one subject lies together.
    Column("s", Integer, primary_key=True),
    Column("p", Integer, primary_key=True),
    Column("o", Integer, primary_key=True),
    Column("g", Integer, primary_key=True),
    Column("since", Integer, primary_key=True),
    Column("until", Integer),
    Index("quad_history_by_object", "p", "o"),
    Index("quad_history_by_graph", "g"),
    # What is true now, found without walking over all that was: a source that changes a
    # thousand times has a thousand times as much past.
    Index("quad_live_by_graph", "g", "p", "o", **_LIVE),
    Index("quad_live_by_subject", "s", **_LIVE),
    Index("quad_history_since", "since"),
    Index("quad_history_until", "until"),
    sqlite_with_rowid=False,
)
