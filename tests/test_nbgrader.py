"""Stock nbgrader on the course: generate, autograde, feedback and export, for three students."""

import csv
import shutil

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.validator import Validator

from autograder.build.release import build
from autograder.grade import grade as grading
from tests.classroom import gradebook_rows, nbgrader
from tests.course_scripts import NAMES, ROOT, cells, exercises

FEEDBACK = NAMES[:2]  # stock's; `autograder feedback` has tests of its own
STUDENTS = {"ada": "all right", "ben": "half right", "cleo": "nothing done"}


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """The repository as a fresh clone has it, after the whole cycle over all notebooks."""
    folder = tmp_path_factory.mktemp("course")
    shutil.copytree(ROOT / "solutions", folder / "solutions")
    shutil.copytree(ROOT / "notebooks", folder / "notebooks")
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    released = {
        name: (folder / "notebooks" / name / f"{name}.ipynb").read_bytes() for name in NAMES
    }
    for name in NAMES:
        nbgrader(folder, "generate_assignment", name)
        assert (folder / "notebooks" / name / f"{name}.ipynb").read_bytes() == released[name]
        for student in STUDENTS:
            submit(folder, name, student)
        nbgrader(folder, "autograde", name)
        grade_by_hand(folder, name, "ada", 3)
    for name in FEEDBACK:
        nbgrader(folder, "generate_feedback", name)
    nbgrader(folder, "export", f"--to={folder / 'grades.csv'}")
    return folder


def solved_by(student, name):
    """Return the grade ids of the exercises that the student solved: all, the first half, none."""
    ids = exercises(name)
    return {"ada": ids, "ben": ids[: (len(ids) + 1) // 2], "cleo": []}[student]


def submit(folder, name, student):
    """Put the student's notebook where nbgrader collects it: released, with solutions typed in."""
    notebook = nbformat.read(folder / "notebooks" / name / f"{name}.ipynb", as_version=4)
    solutions = {cell.grade_id: cell.text for cell in cells(name) if cell.kind == "solution"}
    for cell in notebook.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        if grade_id in solved_by(student, name):
            cell.source = solutions[grade_id]
        if grade_id == "explain" and student == "ada":
            cell.source = "Because waiting grows without end near full use."
    target = folder / "grading" / "submitted" / student / name / f"{name}.ipynb"
    target.parent.mkdir(parents=True)
    nbformat.write(notebook, target)


def grade_by_hand(folder, name, student, points):
    """Do what an instructor does in formgrader with the written answer."""
    with Gradebook(f"sqlite:///{folder / 'grading' / 'gradebook.db'}") as gradebook:
        grade = gradebook.find_grade("explain", name, name, student)
        assert grade.needs_manual_grade
        grade.manual_score = points
        grade.needs_manual_grade = False
        gradebook.db.commit()


def expected(student, name):
    points = sum(
        cell.points
        for cell in cells(name)
        if cell.kind == "check" and cell.exercise in solved_by(student, name)
    )
    return points + (3 if student == "ada" else 0)


@pytest.fixture(scope="module")
def ours(course, tmp_path_factory):
    """The same submissions, graded by `autograder grade` into a gradebook of its own."""
    folder = tmp_path_factory.mktemp("ours") / "course"
    for part in ("solutions", "notebooks", "grading/submitted"):
        shutil.copytree(course / part, folder / part)
    shutil.copy(course / "nbgrader_config.py", folder)
    build(folder)
    for name in NAMES:
        _, found = grading.grade(folder, name, grading.Settings(jobs=1))
        assert [record.status for record in found] == ["graded"] * len(STUDENTS)
        grade_by_hand(folder, name, "ada", 3)
    return folder


def test_autograder_grade_gives_the_same_row_for_row(course, ours):
    for name in NAMES:
        assert gradebook_rows(ours, name) == gradebook_rows(course, name)


def test_exported_grades_are_exact(course):
    with open(course / "grades.csv", encoding="utf-8") as file:
        rows = {(row["student_id"], row["assignment"]): row for row in csv.DictReader(file)}
    assert set(rows) == {(student, name) for student in STUDENTS for name in NAMES}
    for (student, name), row in rows.items():
        assert float(row["max_score"]) == 20
        assert float(row["score"]) == expected(student, name), (student, name)
    for name in NAMES:
        assert expected("ada", name) == 20 and expected("cleo", name) == 0
        assert 0 < expected("ben", name) < 17


def test_every_check_is_scored_by_its_own_exercise(course):
    with Gradebook(f"sqlite:///{course / 'grading' / 'gradebook.db'}") as gradebook:
        for name in NAMES:
            submission = gradebook.find_submission_notebook(name, name, "ben")
            for grade in submission.grades:
                mine = any(grade.name.startswith(f"{part}_") for part in solved_by("ben", name))
                assert grade.score == (grade.max_score if mine else 0), grade.name


def test_the_grader_sees_the_rubric_and_the_student_does_not(course):
    for name in NAMES:
        rubric = next(cell.text for cell in cells(name) if cell.kind == "rubric")
        line = max(rubric.splitlines(), key=len)
        autograded = course / "grading" / "autograded" / "ada" / name / f"{name}.ipynb"
        assert line in "\n".join(c.source for c in nbformat.read(autograded, as_version=4).cells)
        assert line not in (ROOT / "notebooks" / name / f"{name}.ipynb").read_text(encoding="utf-8")


def test_feedback_shows_no_hidden_check(course):
    for name in FEEDBACK:
        for student in STUDENTS:
            page = course / "grading" / "feedback" / student / name / f"{name}.html"
            text = page.read_text(encoding="utf-8")
            assert "BEGIN HIDDEN" not in text and "MARK SCHEME" not in text
            assert text.count("Hidden check: ") == sum(cell.hidden for cell in cells(name))
            for cell in cells(name):
                if cell.hidden:
                    longest = max(cell.halves()[1].splitlines(), key=len)
                    assert longest.strip() not in text


def test_all_that_nbgrader_writes_is_under_grading(course):
    assert sorted(path.name for path in course.iterdir()) == [
        "grades.csv",
        "grading",
        "nbgrader_config.py",
        "notebooks",
        "solutions",
    ]
    assert sorted(path.name for path in (course / "grading").iterdir()) == [
        "autograded",
        "feedback",
        "gradebook.db",
        "source",
        "submitted",
    ]


@pytest.mark.parametrize("name", NAMES)
def test_validate_passes_what_is_solved(course, name):
    """What the Validate button runs: the student's copy, visible checks only."""
    assert failures(course, "ada", name) == ""


def test_validate_fails_what_is_not(course):
    failed = failures(course, "cleo", NAMES[0])  # the others: in the browser
    assert "NotImplementedError" in failed and "Exercise A: " in failed


def failures(course, student, name):
    notebook = course / "grading" / "submitted" / student / name / f"{name}.ipynb"
    return str(Validator().validate(str(notebook)).get("failed", ""))
