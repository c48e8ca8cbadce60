"""The journal: a chain of what happened, in an order that no clock can turn."""

import json
import os
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column
from sqlalchemy import Table as SqlTable

from isogloss.model.governance import Severity, ValidationResult
from isogloss.model.journal import Attempt, Difference, Entry, Outcome
from isogloss.model.rdf import Iri, Literal, Quad, Term, text
from isogloss.store import checks, entries
from isogloss.store import journal as journals
from isogloss.store.graph import BEGINNING, Mark
from isogloss.store.journal import Journal
from isogloss.store.schema import METADATA
from isogloss.vocab import XSD

TORTURE = bool(os.environ.get("ISOGLOSS_TORTURE"))
A, B, P, G = Iri("urn:a"), Iri("urn:b"), Iri("urn:p"), Iri("urn:g")
OTHER = Iri("urn:other")
INTEGER = Literal("01", XSD.integer)


def difference(added: set[Quad] | None = None, removed: set[Quad] | None = None) -> Difference:
    return Difference(frozenset(added or ()), frozenset(removed or ()))


def attempt(id: str = "one", message: str = "Why.") -> Attempt:
    return Attempt(id, "digest", Iri("urn:author"), ("shop",), (G,), message)


def commit(journal: Journal, id: str, change: Difference) -> Entry:
    with journal.write() as pen:
        pen.make(change)
        return pen.record(attempt(id), Outcome.COMMITTED, change)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    journal = Journal(tmp_path / "journal.sqlite", durable=False)
    yield journal
    journal.close()


RESULTS = tuple(
    ValidationResult(
        A, Iri("urn:rule"), path, value, Iri("urn:component"), severity, "name", 'It\'s "so" \u2028'
    )
    for path, value, severity in (
        (P, None, Severity.VIOLATION),
        (None, A, Severity.WARNING),
        (P, INTEGER, Severity.INFO),
        (P, text("e\u0301 😀", "en-us"), Severity.VIOLATION),
    )
)


@pytest.fixture
def told(journal: Journal) -> Journal:
    """Three commits, a refusal and something forbidden, so that no table or column is empty."""
    commit(journal, "one", difference({Quad(A, P, INTEGER, G), Quad(A, P, text("a", "en"), G)}))
    commit(journal, "two", difference({Quad(A, P, B, G)}, {Quad(A, P, INTEGER, G)}))
    with journal.write() as pen:
        change = difference({Quad(B, P, A, G)})
        pen.record(attempt("no"), Outcome.REFUSED, change, results=RESULTS)
        pen.record(attempt("never"), Outcome.FORBIDDEN, difference(), reason="You may not.")
    commit(journal, "three", difference({Quad(A, P, INTEGER, G)}, {Quad(A, P, B, G)}))
    return journal


def test_each_entry_holds_the_hash_of_the_one_before(told: Journal) -> None:
    with told.connection() as connection:
        rows = list(connection.exec_driver_sql("SELECT * FROM entry ORDER BY position").mappings())
    assert [row["previous"] for row in rows] == ["", *(row["hash"] for row in rows[:-1])]
    assert [row["hash"] for row in rows] == [entries.digest(dict(row)) for row in rows]
    assert told.head == Mark(3, rows[-1]["hash"])
    assert list(checks.journal(told)) == []


def test_attempts_that_failed_are_entries_without_a_commit_of_their_own(told: Journal) -> None:
    found = told.entries()
    assert [entry.position for entry in found] == [5, 4, 3, 2, 1]
    assert [entry.sequence for entry in found] == [3, None, None, 2, 1]
    assert found[1].outcome is Outcome.FORBIDDEN
    assert found[1].reason == "You may not."
    assert found[2].outcome is Outcome.REFUSED
    assert told.at(3).describe([B]) == {B: []}


def test_results_come_back_as_they_were(told: Journal) -> None:
    assert told.entries()[2].results == RESULTS


def test_entries_are_read_newest_first_before_a_position_or_by_commit(told: Journal) -> None:
    assert [entry.position for entry in told.entries(newest=2)] == [5, 4]
    assert [entry.position for entry in told.entries(before=3)] == [2, 1]
    assert [entry.attempt.id for entry in told.entries(sequences=[1, 3])] == ["three", "one"]
    assert told.entries(sequences=[]) == []


def test_an_id_is_found_again_and_cannot_be_given_twice(told: Journal) -> None:
    with told.write() as pen:
        found = pen.find("two")
        assert found is not None
        assert found.sequence == 2
        assert pen.find("four") is None
    with pytest.raises(Exception, match="UNIQUE"), told.write() as pen:
        pen.record(attempt("two"), Outcome.REFUSED, difference())
    assert len(told.entries()) == 5


def test_a_journal_opened_again_goes_on_where_it_was(told: Journal) -> None:
    told.close()
    again = Journal(told.path, durable=False)
    assert again.head == told.head
    assert commit(again, "four", difference({Quad(B, P, B, G)})).sequence == 4
    assert list(checks.journal(again)) == []
    again.close()


def test_a_new_journal_stands_at_the_beginning(journal: Journal) -> None:
    assert journal.head == BEGINNING
    assert journal.mark_of(0) == BEGINNING
    assert journal.mark_of(1) is None
    assert list(journal.at(0).all_quads()) == []
    assert list(checks.journal(journal)) == []


def test_the_mark_of_a_commit_has_its_hash(told: Journal) -> None:
    marks = [told.mark_of(sequence) for sequence in range(4)]
    assert marks[3] == told.head
    assert len({mark.hash for mark in marks if mark}) == 4


class Clock(datetime):
    """A clock that tests set."""

    moment = datetime(2026, 3, 1, tzinfo=UTC)

    @classmethod
    def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
        assert tz is UTC
        return cls.moment


def test_time_goes_on_although_the_clock_goes_back(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journals, "datetime", Clock)
    start = Clock.moment
    minutes = [0, 10, -500, 5, 20]
    for number, minute in enumerate(minutes):
        monkeypatch.setattr(Clock, "moment", start + timedelta(minutes=minute))
        commit(journal, str(number), difference({Quad(A, P, Literal(str(number)), G)}))
    told = [(entry.at - start) // timedelta(minutes=1) for entry in journal.entries()]
    assert told == [20, 10, 10, 10, 0]
    ask = [
        (start - timedelta(days=400), 0),
        (start - timedelta(microseconds=1), 0),
        (start, 1),
        (start + timedelta(minutes=9), 1),
        (start + timedelta(minutes=10), 4),
        (start + timedelta(days=1), 5),
    ]
    assert [journal.sequence_at(instant) for instant, _ in ask] == [number for _, number in ask]


def test_an_instant_means_the_same_in_every_time_zone(told: Journal) -> None:
    at = told.entries(sequences=[2])[0].at
    elsewhere = at.astimezone(datetime.fromisoformat("2026-01-01T00:00+14:00").tzinfo)
    assert told.sequence_at(elsewhere) == told.sequence_at(at) >= 2


def test_what_is_packed_comes_back_exactly() -> None:
    hard: list[Term] = [
        *(
            Literal(value)
            for value in ("", '"\\', "\r\n\t", "\u2028\u2029\x85", "\x00", "- a\n+ b")
        ),
        Literal("1.10", XSD.decimal),
        INTEGER,
        text("x", "en-us"),
        A,
    ]
    change = Difference(
        frozenset(Quad(A, P, term, G) for term in hard[:6]),
        frozenset(Quad(A, P, term, G) for term in hard[6:]),
    )
    assert entries.unpack(entries.pack(change)) == change
    assert entries.unpack(entries.pack(difference())) == difference()


# Tampering


def _columns() -> list[Any]:
    return [
        pytest.param(table, column, id=f"{table.name}-{column.name}")
        for table in METADATA.sorted_tables
        for column in table.columns
    ]


def _other(value: Any) -> list[Any]:
    """Give values that could stand in the place of another."""
    if isinstance(value, bytes):
        return [b"", b"x", value[:-1], value + b"x", zlib.compress(b"nonsense"), "text"]
    if isinstance(value, int):
        return [value + 1, value + 1000, -1, 0, None, "text"]
    if isinstance(value, str):
        return ["", f"{value} ", value.swapcase() + "x", None, b"bytes"]
    return [0, 1, 2, -1, 1000, "text"]


@pytest.mark.parametrize(("table", "column"), _columns())
def test_tampering_with_any_cell_is_found(
    told: Journal, table: SqlTable, column: Column[Any]
) -> None:
    told.close()
    whole = told.path.read_bytes()
    keys = ", ".join(key.name for key in table.primary_key)
    with closing(sqlite3.connect(told.path)) as plain:
        rows = plain.execute(f"SELECT {keys}, {column.name} FROM {table.name}").fetchall()  # noqa: S608
    assert rows
    tampered = 0
    for *key, value in rows if TORTURE else rows[-2:]:
        for other in _other(value):
            if other == value:
                continue
            told.path.write_bytes(whole)
            where = " AND ".join(f"{name.name} = ?" for name in table.primary_key)
            with closing(sqlite3.connect(told.path)) as plain:
                plain.execute("PRAGMA synchronous=OFF")
                try:
                    plain.execute(
                        f"UPDATE {table.name} SET {column.name} = ? WHERE {where}",  # noqa: S608
                        [other, *key],
                    )
                    plain.commit()
                except sqlite3.IntegrityError:
                    continue  # the tables themselves refuse it
                except sqlite3.OperationalError as error:
                    assert "datatype" in str(error)  # noqa: PT017
                    continue
            tampered += 1
            journal = _reopened(told.path)
            assert journal is None or list(checks.journal(journal)), (table, column, key, other)
            if journal:
                journal.close()
    assert tampered


def _reopened(path: Path) -> Journal | None:
    """Open a journal that was tampered with; None if that cannot pass for a journal at all."""
    try:
        return Journal(path, durable=False)
    except (TypeError, ValueError):
        return None


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM entry WHERE position = 2",
        "DELETE FROM entry WHERE position = 3",
        "DELETE FROM quad_history WHERE since = 2",
        "DELETE FROM term WHERE id = (SELECT max(o) FROM quad_history)",
        "INSERT INTO quad_history SELECT o, p, s, g, 2, NULL FROM quad_history WHERE since = 2",
        "INSERT INTO quad_history SELECT s, p, o, g, 0, NULL FROM quad_history WHERE since = 2",
        "INSERT INTO quad_history SELECT s, p, o, g, -1, 0 FROM quad_history WHERE since = 2",
        "INSERT INTO quad_history SELECT s, p, o, g, 9, NULL FROM quad_history WHERE since = 2",
        "INSERT INTO quad_history SELECT s, p, o, g, 3, 1 FROM quad_history WHERE since = 2",
        "UPDATE quad_history SET until = 0 WHERE until IS NULL",
        "UPDATE quad_history SET until = CASE since WHEN 1 THEN NULL ELSE 2 END WHERE o IN "
        "(SELECT o FROM quad_history GROUP BY o HAVING count(*) = 2)",
        "UPDATE entry SET position = position + 100 WHERE position = 5",
        "UPDATE entry SET sequence = NULL, outcome = 'refused' WHERE sequence = 3",
    ],
)
def test_rows_taken_out_put_in_or_exchanged_are_found(told: Journal, statement: str) -> None:
    told.close()
    with closing(sqlite3.connect(told.path)) as plain:
        changed = plain.execute(statement).rowcount
        plain.commit()
    assert changed
    journal = Journal(told.path, durable=False)
    assert list(checks.journal(journal))
    journal.close()


def test_who_rehashes_one_entry_breaks_the_chain(told: Journal) -> None:
    told.close()
    with closing(sqlite3.connect(told.path)) as plain:
        plain.row_factory = sqlite3.Row
        row = dict(plain.execute("SELECT * FROM entry WHERE position = 2").fetchone())
        row["domains"] = json.dumps(["elsewhere"])
        plain.execute(
            "UPDATE entry SET domains = ?, hash = ? WHERE position = 2",
            [row["domains"], entries.digest(row)],
        )
        plain.commit()
    journal = Journal(told.path, durable=False)
    assert any("does not follow" in problem for problem in checks.journal(journal))
    journal.close()


def test_a_file_that_is_no_journal_cannot_be_opened(tmp_path: Path) -> None:
    (tmp_path / "journal.sqlite").write_bytes(b"something else altogether" * 100)
    with pytest.raises(Exception, match="cannot be opened"):
        Journal(tmp_path / "journal.sqlite")
