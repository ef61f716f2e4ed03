"""Real SQLite files: open them, and say in one sentence what is wrong with one.

connection = database.open_file(path)
with database.sentences(path):
    connection.execute("SELECT …")
"""

import sqlite3
from pathlib import Path

PATIENCE = 1.0  # seconds to wait for a lock that another program holds


class DatabaseUnavailable(Exception):
    """A database could not be used; str() is a sentence that names it and what to do."""


def create_file(path, *, patience=PATIENCE):
    """Return a connection (autocommit) to a new SQLite file at `path`.

    patience: seconds to wait for another connection's lock. DatabaseUnavailable if the file exists
    already, or cannot be made.
    """
    path = Path(path)
    if path.exists():
        raise DatabaseUnavailable(f"{path} exists already: give the name of a new file.")
    if not path.parent.is_dir():
        raise DatabaseUnavailable(f"{path}: there is no folder {path.parent}; make it first.")
    return _connect(path, "rwc", patience)


def open_file(path, *, patience=PATIENCE):
    """Return a connection (autocommit) to the existing SQLite file at `path`.

    patience: seconds to wait for another connection's lock. DatabaseUnavailable if there is no such
    file, or it cannot be opened.
    """
    path = Path(path)
    if not path.is_file():
        what = "a folder, not a database" if path.is_dir() else "no such file"
        raise DatabaseUnavailable(f"{path}: {what}. Was it moved or deleted?")
    return _connect(path, "rw", patience)


def _connect(path, mode, patience):
    with sentences(path):
        connection = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode={mode}",
            uri=True,
            timeout=patience,
            isolation_level=None,
        )
        try:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except BaseException:
            connection.close()
            raise
        return connection


REASONS = (  # how a message of SQLite begins, and what to tell a person
    ("database is locked", "another program holds its lock; close that program and try again"),
    ("database table is locked", "another connection is using the table; finish that first"),
    ("unable to open", "it cannot be opened; was it moved or deleted?"),
    ("disk i/o error", "it cannot be read or written; was it moved or deleted while open?"),
    ("attempt to write a readonly", "it may only be read; was it moved, deleted or protected?"),
    ("file is not a database", "this file is not a SQLite database"),
    ("database disk image is malformed", "the file is damaged; make it again"),
    ("database or disk is full", "the disk is full; free some space"),
    ("no such table", "a table is missing; was the file made by something else?"),
)


class sentences:
    """Context manager: an SQLite error inside becomes DatabaseUnavailable, which names `path`."""

    def __init__(self, path):
        self.path = path

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        if not isinstance(error, sqlite3.Error):
            return False
        said = str(error)
        for begins, meaning in REASONS:
            if said.lower().startswith(begins):
                raise DatabaseUnavailable(f"{self.path}: {meaning} ({said}).") from error
        raise DatabaseUnavailable(f"{self.path}: {said}.") from error
