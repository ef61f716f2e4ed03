"""Real SQLite files: what is wrong with one is said in one sentence that names it."""

import sqlite3

import pytest

from course.engine import database
from course.engine.database import DatabaseUnavailable


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "photos é#1.db"
    connection = database.create_file(path)
    connection.execute("CREATE TABLE photos (id INTEGER PRIMARY KEY, title TEXT)")
    connection.execute("INSERT INTO photos VALUES (1, 'sea')")
    connection.close()
    return path


def refused(call):
    """Return the sentence of the DatabaseUnavailable that `call()` raises."""
    with pytest.raises(DatabaseUnavailable) as caught:
        call()
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_what_is_written_is_read_by_another_connection(path):
    connection = database.open_file(path)
    assert connection.execute("SELECT title FROM photos").fetchall() == [("sea",)]
    connection.execute("UPDATE photos SET title = 'hill'")  # autocommit: no transaction stays open
    other = database.open_file(path, patience=0)
    assert other.execute("SELECT title FROM photos").fetchall() == [("hill",)]
    connection.close()
    other.close()


def test_a_missing_file_is_not_made(tmp_path):
    missing = tmp_path / "gone.db"
    assert f"{missing}: no such file" in refused(lambda: database.open_file(missing))
    assert not missing.exists()
    assert "a folder" in refused(lambda: database.open_file(tmp_path))


def test_a_new_file_never_overwrites(path, tmp_path):
    assert "exists already" in refused(lambda: database.create_file(path))
    far = tmp_path / "no" / "new.db"
    assert f"no folder {far.parent}" in refused(lambda: database.create_file(far))


def test_a_file_that_is_no_database(tmp_path):
    letter = tmp_path / "letter.db"
    letter.write_text("Dear database, " * 100)
    assert f"{letter}: this file is not a SQLite database" in refused(
        lambda: database.open_file(letter)
    )


def test_a_locked_file(path):
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    said = refused(lambda: database.open_file(path, patience=0.05))
    assert f"{path}: another program holds its lock" in said
    holder.execute("ROLLBACK")
    connection = database.open_file(path, patience=0.05)
    holder.execute("BEGIN IMMEDIATE")

    def write():
        with database.sentences(path):
            connection.execute("DELETE FROM photos")

    assert "holds its lock" in refused(write)
    holder.execute("ROLLBACK")
    assert connection.execute("SELECT count(*) FROM photos").fetchone() == (1,)
    connection.close()
    holder.close()


def test_a_file_that_goes_while_it_is_open(path):
    connection = database.open_file(path)
    path.unlink()

    def write():
        with database.sentences(path):
            connection.execute("INSERT INTO photos VALUES (2, 'hill')")

    assert "moved" in refused(write)
    connection.close()


def test_other_errors_keep_their_words_and_foreign_ones_pass(path):
    connection = database.open_file(path)

    def ask():
        with database.sentences(path):
            connection.execute("SELEKT 1")

    assert "syntax error" in refused(ask)
    connection.close()
    with pytest.raises(KeyError), database.sentences(path):
        raise KeyError("not of the database")
