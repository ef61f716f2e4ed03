"""The database that nbgrader's gradebook is in: a connection to it, and what can be wrong with it.

That is one CourseError, with the same sentence for reading and for writing (`unusable`).
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nbgrader import api
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.pool import NullPool

from autograder.errors import CourseError

OLDER = "it is not nbgrader's, or an older nbgrader made it: run `nbgrader db upgrade`."
FIXES = {  # words of a database's error → what to do about it; the first that is found counts
    "locked": "close the program that writes it (formgrader, a grading) and try again.",
    "no such": OLDER,
    "does not exist": OLDER,
    "disk is full": "make room and try again: what is graded stays.",
    "readonly": "allow writing there and try again: what is graded stays.",
    "disk I/O": "make room, or allow writing there, and try again: what is graded stays.",
    "unable to open": "allow reading and writing there and try again: what is graded stays.",
    "": "restore it from a copy, or grade again into a new one.",
}
NO_SERVER = "is the server running, and the db_url in nbgrader_config.py right?"
NO_DRIVER = "install that driver, or correct the db_url in nbgrader_config.py."


@contextmanager
def opened(db_url: str) -> Iterator[Connection]:
    """Give a connection to the gradebook at a SQLAlchemy URL, for the functions of read.py.

    CourseError if there is no gradebook (a missing one is never made), or if it cannot be read.
    """
    engine = _engine(db_url)
    try:
        with engine.connect() as connection:
            yield connection
    except DBAPIError as error:
        raise unusable(db_url, error) from error
    finally:
        engine.dispose()


def address(db_url: str) -> URL:
    """Return where the gradebook is; CourseError if that is not a database's address."""
    try:
        return make_url(db_url)
    except ArgumentError as error:  # not quoted: there may be a password in it
        raise CourseError(
            "nbgrader_config.py: its db_url is not a database's address: "
            "write sqlite:///PATH or postgresql+psycopg://USER@HOST/NAME."
        ) from error


def _engine(db_url: str) -> Engine:
    url = address(db_url)
    if url.get_backend_name() == "sqlite":
        if not url.database or not Path(url.database).is_file():
            raise CourseError(
                f"{url.database}: no gradebook there: run `nbgrader generate_assignment NAME` and "
                "`autograder grade NAME` first, or choose the course's folder with --root."
            )
        place = Path(url.database).resolve().as_uri() + "?mode=rw"  # never makes a new one
        return create_engine(
            "sqlite://", creator=lambda: sqlite3.connect(place, uri=True), poolclass=NullPool
        )
    try:
        return create_engine(url)
    except (ImportError, ArgumentError) as error:
        raise unusable(db_url, error) from error


def shown(db_url: str) -> str:
    """Return how a page or an error names the gradebook: its file, or its address, no password."""
    url = address(db_url)
    is_file = url.get_backend_name() == "sqlite"
    return str(url.database) if is_file else url.render_as_string(hide_password=True)


def unusable(db_url: str, error: Exception, done: str = "read") -> CourseError:
    """Return what to tell of a gradebook that cannot be used: why, and what to do about it.

    error: SQLAlchemy's or nbgrader's. done: what cannot be done with the gradebook.
    """
    said = _said(error)
    is_server = make_url(db_url).get_backend_name() != "sqlite"
    if isinstance(error, ImportError | ArgumentError):
        fix = NO_DRIVER
    elif is_server and isinstance(error, OperationalError | api.InvalidEntry):
        fix = NO_SERVER
    else:
        fix = next(fix for words, fix in FIXES.items() if words in said)
    return CourseError(f"{shown(db_url)}: the gradebook cannot be {done} ({said}): {fix}")


def _said(error: Exception) -> str:
    """Return in one line what the database said."""
    own = getattr(error, "orig", None)
    return " ".join(str(own).split()) if own else str(error).partition("\n")[0]
