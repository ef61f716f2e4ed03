"""A class whose written answers wait: a gradebook and notebooks, made without grading anything."""

import re
import shutil
import time
import warnings
from contextlib import contextmanager
from types import SimpleNamespace

import nbformat
from nbgrader.api import Gradebook
from sqlalchemy.exc import SAWarning

from autograder.build.release import put_environment_on_path
from autograder.course import configuration
from tests import programs
from tests.course_scripts import ROOT, cells

NAME, CELL = "02_load_balancer", "explain"
POINTS = 3  # of the answer
CHECK = 17  # points of the one check, which everybody has


@contextmanager
def gradebook_of(course):
    """Open the class's gradebook; what SQLAlchemy says about nbgrader's own ways is not ours."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SAWarning)
        with Gradebook(configuration(course, course).CourseDirectory.db_url) as gradebook:
            yield gradebook


def make_class(folder, answers, names=None, due=None, received=None, url=""):
    """Make a course's folder with a graded class and return it.

    answers: each student's text, "" for one who left the cell as it was. names: first and last name
    of students. due, received: of the assignment, of all submissions. url: of the gradebook.
    """
    put_environment_on_path()
    (folder / "grading").mkdir(parents=True)
    config = (ROOT / "nbgrader_config.py").read_text(encoding="utf-8")
    if url:
        config += f"\nc.CourseDirectory.db_url = {url!r}\n"
    (folder / "nbgrader_config.py").write_text(config, encoding="utf-8")
    shutil.copytree(ROOT / "notebooks" / NAME, folder / "notebooks" / NAME)
    rubric = next(cell for cell in cells(NAME) if cell.kind == "rubric")
    with gradebook_of(folder) as gradebook:
        gradebook.add_assignment(NAME, duedate=due)
        gradebook.add_notebook(NAME, NAME)
        gradebook.add_grade_cell("check", NAME, NAME, max_score=CHECK, cell_type="code")
        gradebook.add_solution_cell(CELL, NAME, NAME)
        gradebook.add_grade_cell(CELL, NAME, NAME, max_score=POINTS, cell_type="markdown")
        about = {"source": rubric.text, "cell_type": "markdown", "locked": True}
        gradebook.add_source_cell(rubric.grade_id, NAME, NAME, **about)
        for student, text in answers.items():
            first, last = (names or {}).get(student, ("", ""))
            gradebook.add_student(student, first_name=first, last_name=last)
            gradebook.add_submission(NAME, student, timestamp=received)
            check = gradebook.find_grade("check", NAME, NAME, student)
            check.auto_score, check.needs_manual_grade = CHECK, False
            if not text:
                grade = gradebook.find_grade(CELL, NAME, NAME, student)
                grade.auto_score, grade.needs_manual_grade = 0, False
            write_answer(folder, student, text or "*Write your answer here.*")
        gradebook.db.commit()
    return folder


def write_answer(course, student, text, attachments=None, kind="markdown"):
    """Write the student's autograded notebook, with only the answer in it."""
    make = {"markdown": nbformat.v4.new_markdown_cell, "code": nbformat.v4.new_code_cell}
    cell = make[kind](text)
    cell.metadata["nbgrader"] = {"grade_id": CELL, "solution": True, "grade": True, "points": 3}
    if attachments:
        cell["attachments"] = attachments
    folder = course / "grading" / "autograded" / student / NAME
    folder.mkdir(parents=True, exist_ok=True)
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), folder / f"{NAME}.ipynb")


def stored(course, student, cell=CELL):
    """Return what nbgrader has: points by hand, whether it waits, the comment, the penalty."""
    with gradebook_of(course) as gradebook:
        grade = gradebook.find_grade(cell, NAME, NAME, student)
        comment = gradebook.find_comment(cell, NAME, NAME, student).manual_comment
        penalty = grade.notebook.late_submission_penalty
        return grade.manual_score, grade.needs_manual_grade, comment, penalty


@contextmanager
def serving(course, *words):
    """Run `autograder answers` in the course; yield its address and its process."""
    outputs = course / f"output-{time.monotonic_ns()}"
    outputs.mkdir()
    (outputs / "stdout").touch()
    command = ["autograder", "answers", NAME, "--no-browser", "--grader", "bea", *words]
    process = programs.start(command, course, outputs)
    try:
        deadline = time.monotonic() + 60
        while not (found := re.search(r"http://\S+", (outputs / "stdout").read_text())):
            assert process.is_alive() and time.monotonic() < deadline, outputs
            time.sleep(0.02)
        yield SimpleNamespace(address=found[0], process=process)
    finally:
        process.terminate()
        process.join(30)
        assert not process.is_alive()
        process.close()
