"""Whether a student has worked on a notebook, and that work is never replaced by less of it."""

import json

import nbformat
import pytest

from autograder.collect.work import NOTES, UNTOUCHED, WORKED, Released, cells_of
from autograder.files import PARTS
from tests import classroom
from tests.test_collect import ONE, TWO, course, enrolled, row_of, zipped  # noqa: F401

NAME = "02_load_balancer"


def marked(grade_id, text, kind="code"):
    mark = {"grade_id": grade_id, "solution": True, "grade": kind == "markdown", "locked": False}
    cell = {"cell_type": kind, "source": text, "metadata": {"nbgrader": mark}, "id": grade_id}
    return cell | ({"outputs": [], "execution_count": None} if kind == "code" else {})


def notebook(assignment=ONE, code="raise NotImplementedError", answer="*Write here.*", own=""):
    """Return the bytes of a notebook with one exercise and one answer."""
    cells = [marked("alpha", code), marked("explain", answer, "markdown")]
    cells += [{"cell_type": "markdown", "source": own, "metadata": {}}] if own else []
    about = {"course": {"assignment": assignment}}
    return json.dumps(
        {"nbformat": 4, "nbformat_minor": 5, "metadata": about, "cells": cells}
    ).encode()


@pytest.fixture
def inbox(course):  # noqa: F811
    """A course whose two assignments are released."""
    for name in (ONE, TWO):
        path = course.root / "notebooks" / name / f"{name}.ipynb"
        path.write_bytes(notebook(name))
    return course


def edited(edit):
    """Return the cells of the released notebook after `edit(cells by grade id, all cells)`."""
    notebook = classroom.released(NAME)
    known = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell for cell in notebook.cells}
    edit(known, notebook.cells)
    return json.loads(nbformat.writes(notebook))["cells"]


def solved(known, every):
    known["round_robin"].source = classroom.solutions(NAME)["round_robin"]


def without_marks(known, every):
    solved(known, every)
    for cell in every:
        cell.metadata.pop("nbgrader", None)


def answer_without_marks(known, every):
    every.remove(known["explain"])
    every.append(nbformat.v4.new_markdown_cell("Because queues grow."))


EDITS = [
    (lambda known, every: None, UNTOUCHED),
    (lambda known, every: every.remove(known["explain"]), UNTOUCHED),
    (
        lambda known, every: known["round_robin"].update(source=known["round_robin"].source + "\n"),
        0,
    ),
    (lambda known, every: known["round_robin_check"].update(source="assert True"), UNTOUCHED),
    (lambda known, every: every.append(nbformat.v4.new_code_cell("1 + 1")), NOTES),
    (lambda known, every: known["explain"].update(source="Because."), WORKED),
    (solved, WORKED),
    (without_marks, WORKED),
    (answer_without_marks, WORKED),
]


@pytest.mark.parametrize(("edit", "work"), EDITS)
def test_a_solution_or_an_answer_that_differs_is_work(edit, work):
    release = Released(tuple(json.loads(nbformat.writes(classroom.released(NAME)))["cells"]))
    assert release.work_in(edited(edit)) == work


def test_an_older_release_is_known_by_its_own_checksums():
    newer = classroom.released(NAME)
    for cell in newer.cells:
        if cell.metadata.get("nbgrader", {}).get("solution"):
            cell.source += "  # clearer"
    for release in (Released(tuple(newer.cells)), Released()):
        assert release.work_in(edited(lambda known, every: None)) < WORKED
        assert release.work_in(edited(solved)) == WORKED


@pytest.mark.parametrize(
    "cells", [[], [None, 1, "x"], [{"metadata": {"nbgrader": 1}, "source": 1}]]
)
def test_what_is_no_cell_is_no_work(cells):
    release = Released(tuple(json.loads(notebook())["cells"]))
    assert release.work_in(cells) == UNTOUCHED


MOODLE = "Ada Lovelace_{}_assignsubmission_file_/{}"


def test_another_weeks_repository_does_not_replace_work(inbox):
    worked = notebook(code="return 1")
    inbox.drop("Week2.zip", zipped({MOODLE.format(471, f"{ONE}.ipynb"): worked}))
    inbox.collect("--received", "2026-01-01T00:00Z")
    repository = {f"our-class-main/notebooks/{ONE}/{ONE}.ipynb": notebook()}
    repository[f"our-class-main/notebooks/{TWO}/{TWO}.ipynb"] = notebook(TWO, "return 2")
    week3 = {MOODLE.format(582, "our-class-main.zip"): zipped(repository)}
    source = inbox.drop("Week3.zip", zipped(week3))
    for _ in range(2):
        lines = inbox.collect("--received", "2026-01-08T00:00Z", source=source)
        line = row_of(lines, f"{ONE}/{ONE}.ipynb")
        assert line.startswith("untouched") and "a worked one counts" in line
        assert inbox.submitted("Ada-Lovelace") == worked
        assert inbox.submitted("Ada-Lovelace", TWO) == notebook(TWO, "return 2")
    assert lines[-1] == "2 files: 1 unchanged, 1 untouched; 0 late."
    assert inbox.timestamp("Ada-Lovelace").day == 1


def test_work_that_came_first_comes_back(inbox):
    """Where an untouched one counts already, the worked one takes its place, however late."""
    inbox.drop(f"new/{ONE}__ada.ipynb")
    inbox.drop(f"new/{ONE}__ada.ipynb", notebook())
    lines = inbox.collect("--received", "2026-01-08T00:00Z", source=inbox.inbox / "new")
    assert "untouched: no exercise or answer is written" in row_of(lines, "ada")
    inbox.drop(f"old/{ONE}__ada.ipynb", notebook(answer="Because."), age=10**6)
    for _ in range(2):
        lines = inbox.collect("--received", "2026-01-01T00:00Z", source=inbox.inbox / "old")
    assert inbox.submitted("ada") == notebook(answer="Because.")
    inbox.collect(source=inbox.inbox / "new")
    assert inbox.submitted("ada") == notebook(answer="Because.")


@pytest.mark.parametrize("worked", [f"{ONE}-Copy1.ipynb", f"{ONE}.ipynb"])
def test_of_equal_times_the_worked_one_counts(inbox, worked):
    files = dict.fromkeys((f"{ONE}-Copy1.ipynb", f"{ONE}.ipynb"), notebook())
    files[worked] = notebook(code="return 1", own="a note")
    other = next(name for name in files if name != worked)
    files[other] = notebook(own="what I tried")
    inbox.drop("m.zip", zipped({MOODLE.format(471, name): data for name, data in files.items()}))
    lines = inbox.collect()
    assert inbox.submitted("Ada-Lovelace") == files[worked]
    line = row_of(lines, other)
    assert line.startswith("untouched") and "newer" not in line


def test_of_two_worked_ones_of_one_time_no_one_is_called_newer(inbox):
    files = {f"{ONE}{copy}.ipynb": notebook(code=f"return {copy!r}") for copy in ("", "-Copy1")}
    inbox.drop("m.zip", zipped({MOODLE.format(471, name): data for name, data in files.items()}))
    assert "another one counts" in row_of(inbox.collect(), "older")


@pytest.mark.parametrize("points", ["[" * 900 + "]" * 900, "1" + "0" * 400, '{"a": 1}', "null"])
def test_whatever_stands_in_a_cells_marks_ends_nothing(inbox, points):
    release = marked("alpha", "x")
    release["metadata"]["nbgrader"] |= {"grade": True, "checksum": "x", "points": "POINTS"}
    data = json.dumps({"nbformat": 4, "cells": [release]}).replace('"POINTS"', points)
    inbox.drop(f"{ONE}__ada.ipynb", data.encode())
    inbox.drop(f"{ONE}__ben.ipynb", notebook(code="return 1"))
    inbox.collect()
    assert inbox.students() == ["ada", "ben"]


def test_a_file_of_very_many_parts_is_not_unpacked():
    """Two million dictionaries of no content take gigabytes."""
    parts = b"{}," * (PARTS + 1)
    assert cells_of(b'{"cells": [%s1]}' % parts[:300]) and not cells_of(b'{"cells": [%s1]}' % parts)
