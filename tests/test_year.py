"""From one term to the next: last term's data are put aside whole, or nothing is touched."""

import fcntl
import os
import shutil
import sqlite3
from contextlib import closing

import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner
from nbgrader.api import Gradebook

from autograder.build.release import build
from autograder.cli import main
from autograder.grade import records, seeds
from autograder.gradebook.read import in_gradebook
from autograder.pages.report import write_report
from tests.toy_course import make_course

LAST = "grading-2026-autumn"


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A course whose term is over: an assignment, a student, a file."""
    folder = make_course(tmp_path_factory.mktemp("year") / "course")
    build(folder, ["01_toy"])
    with Gradebook(f"sqlite:///{folder / 'grading' / 'gradebook.db'}") as gradebook:
        gradebook.add_student("ada")
    seeds.salt(folder)
    (folder / "grading" / "submitted" / "ada").mkdir(parents=True)
    (folder / "grading" / "submitted" / "ada" / "notes.txt").write_text("hello")
    return folder


@pytest.fixture
def course(finished, tmp_path):
    """A copy of it."""
    return shutil.copytree(finished, tmp_path / "course")


def new_term(course, *words):
    return CliRunner().invoke(main, ["term", "new", "--root", str(course), *words])


def files_in(folder):
    return {
        path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def students(course):
    with Gradebook(f"sqlite:///{course / 'grading' / 'gradebook.db'}") as gradebook:
        return [student.id for student in gradebook.students]


def test_a_new_term_begins_with_nothing_and_the_last_one_is_whole(course):
    before = files_in(course / "grading")
    result = new_term(course, "--last", "2026-autumn")
    assert result.exit_code == 0, result.output
    assert result.output.startswith(f"last term is in {LAST}/, complete")
    assert (
        "no assignments yet" in result.output and "checks are those of last term" in result.output
    )
    assert files_in(course / LAST) == before
    assert [path.name for path in (course / "grading").iterdir()] == ["salt"]
    assert seeds.salt(course).hex() not in (course / LAST / "salt").read_text()
    assert in_gradebook(course) == set()
    result = new_term(course, "--last", LAST)
    assert result.exit_code == 1 and f"{LAST}: is there already" in result.output


def test_the_assignments_of_last_term_may_be_given_again(course):
    shutil.rmtree(course / "notebooks")
    result = new_term(course, "--again")
    assert "grading/ is new, with 01_toy: no students" in result.output
    assert in_gradebook(course) == {"01_toy"} and students(course) == []
    assert (course / "notebooks" / "01_toy" / "01_toy.ipynb").is_file()


@pytest.mark.parametrize("what", ["a grading", "a reader", "a writer", "a script", "a disk"])
def test_while_something_runs_or_fails_all_stays_as_it_was(course, what, monkeypatch):
    before = files_in(course / "grading")
    words = []
    database = closing(sqlite3.connect(course / "grading" / "gradebook.db"))
    with open(seeds.salt_path(course)) as salt, database as connection:
        if what == "a grading":
            fcntl.flock(salt, fcntl.LOCK_EX)
            said = "a grading is at work"
        elif what == "a reader":  # as formgrader, which keeps the gradebook open
            connection.execute("SELECT count(*) FROM student").fetchone()
            said = f"the process {os.getpid()} ("
        elif what == "a writer":
            monkeypatch.setattr("autograder.term.next_term.PROCESSES", course)  # as on a Mac
            connection.execute("BEGIN IMMEDIATE")
            said = "a program has it open"
        else:
            connection.close()
        if what == "a script":
            script = course / "solutions" / "01_toy.py"
            script.write_text(script.read_text().replace("points=3", "points=4"))
            words, said = ["--again"], "add up to"
        elif what == "a disk":
            monkeypatch.setattr("autograder.grade.seeds.write_atomic", no_room)
            said = "is as it was: No space left on device"
        result = new_term(course, *words)
    assert result.exit_code == 1 and said in result.output, result.output
    assert files_in(course / "grading") == before
    assert not list(course.glob("grading-*"))


def no_room(path, *_, **more):
    raise OSError(28, "No space left on device", str(path))


def test_a_gradebook_that_would_stay_is_told_before_anything_moves(course, tmp_path):
    elsewhere = tmp_path / "elsewhere.db"
    (course / "grading" / "gradebook.db").rename(elsewhere)
    with open(course / "nbgrader_config.py", "a") as config:
        config.write(f'\nc.CourseDirectory.db_url = "sqlite:///{elsewhere}"\n')
    result = new_term(course)
    assert result.exit_code == 1
    assert "elsewhere.db: this gradebook is not in grading/ and has students" in result.output
    assert not list(course.glob("grading-*"))
    elsewhere.unlink()
    assert new_term(course).exit_code == 0


def test_what_students_say_of_help_is_in_the_report(course):
    page = course / "grading" / "report.html"
    write_report(course)
    assert "Help that students say they used" not in page.read_text(encoding="utf-8")
    for student, said in (("ada", "an <i>AI</i>, for B"), ("ben", "")):
        records.write(course, records.Record(student, "01_toy", "graded", help=said))
    write_report(course)
    (table,) = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser").select("#help ~ div")
    cells = [cell.get_text() for cell in table.select("tbody > tr > *")]
    assert cells == ["ada", "01 · Toy", "an <i>AI</i>, for B"]


@pytest.mark.parametrize("name", ["../out", "a b", "", ".."])
def test_a_wrong_name_is_one_sentence(course, name):
    if name == "":
        shutil.rmtree(course / "grading")
    result = new_term(course, "--last", name)
    assert result.exit_code == 1 and result.output.count("\n") == 1
    assert "such as 2026-autumn" in result.output or "no term to put aside" in result.output
