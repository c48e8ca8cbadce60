"""Backups: the journal is all that is needed, and one file."""

import contextlib
import sqlite3
from pathlib import Path

from isogloss.errors import InvalidArgument, JournalDamaged, StoreUnavailable
from isogloss.store import checks
from isogloss.store.folder import Folder
from isogloss.store.graph import BEGINNING, Mark
from isogloss.store.journal import FILE, Journal
from isogloss.store.schema import METADATA


def backup(folder: Path, target: Path) -> Mark:
    """Copy the journal of a mesh, which may be in use, as of one commit; give that commit.

    Raises:
        InvalidArgument: the target is there already, or there is no mesh.
        StoreUnavailable: it could not be written.
    """
    source = folder / FILE
    if target.exists():
        raise InvalidArgument(f"{target} is there already: choose another name.")
    if not source.is_file():
        raise InvalidArgument(f"There is no mesh in {folder}: name its folder with --data.")
    try:
        # SQLite's own copy: consistent while others write (sqlite3_backup_init).
        with (
            contextlib.closing(sqlite3.connect(source, timeout=30)) as old,
            contextlib.closing(sqlite3.connect(target)) as new,
        ):
            old.backup(new)
            # One file, and not one with a log beside it.
            new.execute("PRAGMA journal_mode=DELETE")
            newest = new.execute(
                "SELECT sequence, hash FROM entry WHERE sequence IS NOT NULL "
                "ORDER BY sequence DESC LIMIT 1"
            ).fetchone()
    except (sqlite3.Error, UnicodeDecodeError) as error:
        target.unlink(missing_ok=True)
        raise StoreUnavailable(f"{target} could not be written: {error}.") from error
    return Mark(*newest) if newest else BEGINNING


def restore(file: Path, folder: Path) -> None:
    """Put a backup into a folder that has no mesh, once it is found whole.

    Raises:
        InvalidArgument: there is no such file, or the folder has a mesh.
        JournalDamaged: the backup is not what was written.
    """
    if not file.is_file():
        raise InvalidArgument(f"There is no file {file}: check the path.")
    held = Folder(folder)
    try:
        target = folder / FILE
        if target.exists():
            raise InvalidArgument(
                f"There is a mesh in {folder}: move it away, or restore into another folder."
            )
        problem: str | None
        try:
            with (
                contextlib.closing(
                    sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)
                ) as old,
                contextlib.closing(sqlite3.connect(target)) as new,
            ):
                # To SQLite an empty file is a database, too; and a journal makes its tables.
                named = old.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
                missing = METADATA.tables.keys() - {name for (name,) in named}
                old.backup(new)
            if missing:
                problem = f"It is no journal (it has no table {min(missing)})."
            else:
                journal = Journal(target)
                problem = next(checks.journal(journal), None)
                journal.close()
        except (sqlite3.Error, UnicodeDecodeError, StoreUnavailable) as error:
            problem = f"It is no journal ({error})."
        if problem is not None:
            for rest in folder.glob(f"{FILE}*"):
                rest.unlink()
            raise JournalDamaged(f"{file} is not what a backup wrote. {problem}")
    finally:
        held.release()
