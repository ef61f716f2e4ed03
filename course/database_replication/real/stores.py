"""Real databases behind one small interface: SQLite files, or schemas on PostgreSQL servers.

A store is one node. `create()` makes its tables, `connect()` gives the calling thread a session of
its own, `drop()` removes everything. A session runs one read of the traffic (`run`), runs a write
and logs it in one transaction (`write`), and stores applied values (`put`).
"""

import os
import secrets
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from course.database_replication.traffic import SESSIONS
from course.engine import database
from course.engine.database import DatabaseUnavailable

SQLITE, POSTGRESQL = "SQLite files", "PostgreSQL"
TABLES = (
    "CREATE TABLE photos (owner INTEGER PRIMARY KEY, version INTEGER NOT NULL)",
    "CREATE TABLE log (lsn INTEGER PRIMARY KEY, owner INTEGER, version INTEGER)",
)


class Session:
    """One thread's connection to a node; `mark` stands for a parameter in its SQL."""

    def __init__(self, connection, errors, mark):
        self.connection, self.errors, self.mark = connection, errors, mark

    def run(self, sql):
        """Run a read; return the first value of its first row, or None."""
        with self.errors():
            row = self.connection.execute(sql).fetchone()
        return None if row is None else row[0]

    def write(self, sql, lsn, key):
        """Run a write and log it, both or neither."""
        log = f"INSERT INTO log VALUES ({self.mark}, {self.mark}, {self.mark})"
        with self._transaction():
            self.connection.execute(sql)
            self.connection.execute(log, (lsn, key, lsn))

    def put(self, values):
        """Store a replica's values of some keys: what its component has applied."""
        change = f"UPDATE photos SET version = {self.mark} WHERE owner = {self.mark}"
        with self._transaction():
            for key, version in values.items():
                self.connection.execute(change, (version, key))

    def create(self):
        """Make the tables, with a photo of every session."""
        row = f"INSERT INTO photos VALUES ({self.mark}, {self.mark})"
        with self._transaction():
            for table in TABLES:
                self.connection.execute(table)
            for key in range(SESSIONS):
                self.connection.execute(row, (key, 0))

    def contents(self):
        """Return all photos, as (owner, version) pairs in order."""
        with self.errors():
            rows = self.connection.execute("SELECT owner, version FROM photos ORDER BY owner")
            return [tuple(row) for row in rows.fetchall()]

    @contextmanager
    def _transaction(self):
        with self.errors():
            self.connection.execute("BEGIN")
            try:
                yield
            except BaseException:
                self.connection.rollback()
                raise
            self.connection.execute("COMMIT")

    def close(self):
        """Give the connection back."""
        with self.errors():
            self.connection.close()


class SqliteStore:
    """A node that is a SQLite file in `folder`."""

    def __init__(self, folder, name):
        self.path = Path(folder) / f"{name}.sqlite"

    def create(self):
        """Make the file with its tables."""
        session = self._session(database.create_file(self.path))
        try:
            with session.errors():
                session.connection.execute("PRAGMA journal_mode = WAL")
            session.create()
        finally:
            session.close()

    def connect(self):
        """Return a Session of the calling thread."""
        session = self._session(database.open_file(self.path))
        with session.errors():
            session.connection.execute("PRAGMA synchronous = NORMAL")
        return session

    def _session(self, connection):
        return Session(connection, lambda: database.sentences(self.path), "?")

    def drop(self):
        """Do nothing: the file is removed with its folder."""


class PostgresStore:
    """A node that is a schema of its own on the server that an environment variable names."""

    def __init__(self, variable, url, name):
        self.variable, self.url = variable, url
        self.schema = f"zero_to_millions_{name.replace('-', '_')}_{secrets.token_hex(6)}"
        self.created = False

    def create(self):
        """Make the schema with its tables."""
        session = self.connect()
        try:
            with session.errors():
                session.connection.execute(f"CREATE SCHEMA {self.schema}")
            self.created = True
            session.create()
        finally:
            session.close()

    def connect(self):
        """Return a Session of the calling thread."""
        with self._sentences():
            connection = _psycopg().connect(self.url, autocommit=True, connect_timeout=3)
        session = Session(connection, self._sentences, "%s")
        try:
            with self._sentences():
                connection.execute(f"SET search_path TO {self.schema}")
        except BaseException:
            connection.close()
            raise
        return session

    def drop(self):
        """Remove the schema with everything in it."""
        if self.created:
            session = self.connect()
            try:
                with session.errors():
                    session.connection.execute(f"DROP SCHEMA IF EXISTS {self.schema} CASCADE")
            finally:
                session.close()

    @contextmanager
    def _sentences(self):
        """Turn an error of the server into one sentence that names the variable, not its value."""
        psycopg = _psycopg()
        try:
            yield
        except psycopg.ProgrammingError as error:
            if error.sqlstate is None:  # the address could not even be read: do not repeat it
                said = "it is not an address such as postgresql://user:password@host:5432/database"
            else:
                said = self._first_line(error)
            raise DatabaseUnavailable(f"PostgreSQL, {self.variable}: {said}.") from None
        except psycopg.Error as error:
            fix = "Is the server running, and is the address right?"
            text = f"PostgreSQL, {self.variable}: {self._first_line(error)}. {fix}"
            raise DatabaseUnavailable(text) from None

    def _first_line(self, error):
        lines = [line.strip() for line in str(error).strip().splitlines() if line.strip()]
        text = (lines or [type(error).__name__])[0]
        try:
            password = urlsplit(self.url).password
        except ValueError:
            password = None
        return text.replace(password, "…") if password else text


def _psycopg():
    try:
        import psycopg
    except ImportError:
        text = "PostgreSQL needs the package psycopg: pip install 'psycopg[binary]'."
        raise DatabaseUnavailable(text) from None
    return psycopg


def kinds():
    """Return the kinds of databases that can be used here: PostgreSQL if DATABASE_URL is set."""
    return [SQLITE, POSTGRESQL] if os.environ.get("DATABASE_URL") else [SQLITE]


def stores(kind, names, folder):
    """Return a store for each of the `names`, the primary's first; nothing is created yet.

    On PostgreSQL, replica n is on the server DATABASE_URL_n, or else on the primary's.
    """
    if kind == SQLITE:
        return [SqliteStore(folder, name) for name in names]
    if not os.environ.get("DATABASE_URL"):
        text = "DATABASE_URL names no PostgreSQL server: set it before you start JupyterLab."
        raise DatabaseUnavailable(text)
    made = []
    for number, name in enumerate(names):
        variable = f"DATABASE_URL_{number}" if number else "DATABASE_URL"
        if not os.environ.get(variable):
            variable = "DATABASE_URL"
        made.append(PostgresStore(variable, os.environ[variable], name))
    return made
