"""A class for tests and benchmarks: a course's folder, and submissions made of solutions."""

import random
import shutil
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import nbformat

from autograder.course import configuration
from tests.course_scripts import ROOT, cells, exercises
from tests.programs import nbgrader

ANSWER = "Because waiting grows without end near full use."


def make_course(folder: Path, names: Iterable[str]) -> Path:
    """Make a course's folder with the named notebooks, as a clone has it, and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / "solutions").mkdir(exist_ok=True)
        shutil.copy(ROOT / "solutions" / f"{name}.py", folder / "solutions")
        shutil.copytree(ROOT / "notebooks" / name, folder / "notebooks" / name)
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    for name in names:
        nbgrader(folder, "generate_assignment", name)
    return folder


@cache
def solutions(name: str) -> dict[str, str]:
    """Return the worked solutions of a notebook by grade id."""
    return {cell.grade_id: cell.text for cell in cells(name) if cell.kind == "solution"}


def released(name: str) -> nbformat.NotebookNode:
    """Return a notebook as a student gets it."""
    return nbformat.read(ROOT / "notebooks" / name / f"{name}.ipynb", as_version=4)


def written(name: str, texts: dict[str, str], answer: str = "") -> nbformat.NotebookNode:
    """Return a student's notebook with `texts` in the cells of these grade ids."""
    notebook = released(name)
    for cell in notebook.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        if grade_id in texts:
            cell.source = texts[grade_id]
        if grade_id == "explain" and answer:
            cell.source = answer
    return notebook


def hand_in(
    course: Path, student: str, name: str, notebook: nbformat.NotebookNode, received: str = ""
) -> Path:
    """Put a notebook where nbgrader collects it; return the submission's folder."""
    folder = course / "grading" / "submitted" / student / name
    folder.mkdir(parents=True)
    nbformat.write(notebook, folder / f"{name}.ipynb")
    if received:
        (folder / "timestamp.txt").write_text(received)
    return folder


def varied(name: str, number: int) -> nbformat.NotebookNode:
    """Return the notebook of the class's student `number`: some exercises right, some wrong."""
    rng = random.Random(number)
    texts = {}
    for exercise in exercises(name):
        kind = rng.choice(["worked", "worked", "right", "wrong", "stub"])
        if kind == "worked":
            texts[exercise] = solutions(name)[exercise]
        elif kind != "stub":
            found = sorted((ROOT / "tests" / "submissions" / name / exercise).glob(f"{kind}_*.py"))
            texts[exercise] = rng.choice(found).read_text(encoding="utf-8")
    return written(name, texts, ANSWER if rng.random() < 0.7 else "")


def gradebook_rows(course: Path, name: str) -> list[tuple]:
    """Return all that the gradebook holds of an assignment's submissions, in a fixed order."""
    from nbgrader.api import Gradebook

    url = configuration(course, course).CourseDirectory.db_url
    rows = []
    with Gradebook(url) as gradebook:
        for submission in gradebook.assignment_submissions(name):
            for notebook in submission.notebooks:
                late = (submission.timestamp, notebook.late_submission_penalty)
                for grade in notebook.grades:
                    scores = (grade.auto_score, grade.manual_score, grade.needs_manual_grade)
                    rows.append((submission.student_id, "grade", grade.name, *scores, *late))
                for comment in notebook.comments:
                    said = (comment.auto_comment, comment.manual_comment)
                    rows.append((submission.student_id, "comment", comment.name, *said))
    return sorted(rows, key=repr)
