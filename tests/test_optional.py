"""An optional exercise: students may practice it, and no one's points know of it."""

import csv
import shutil

import nbformat
import pytest
from click.testing import CliRunner
from nbgrader.api import Gradebook

from autograder.build.release import build
from autograder.cli import main
from autograder.grade import grade
from course.overview import exercises_of
from course.verdicts import Verdict
from tests.toy_course import SCRIPT, make_course

MARKED = SCRIPT.replace('# %% solution="beta"', '# %% solution="beta" optional=True')
POINTS = 20 - 3 - 3


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Exercise B is optional; ada has written only A and C, and is graded."""
    folder = make_course(tmp_path_factory.mktemp("optional") / "course", MARKED)
    build(folder, ["01_toy"])
    notebook = released(folder)
    for cell in notebook.cells:
        if "Exercise A:" in cell.source or "Exercise C:" in cell.source:
            name = cell.metadata.nbgrader.grade_id
            cell.source = f"def {name}(number):\n    return 2 * number"
    place = folder / "grading" / "submitted" / "ada" / "01_toy"
    place.mkdir(parents=True)
    nbformat.write(notebook, place / "01_toy.ipynb")
    list(grade.grade(folder, "01_toy")[1])
    return folder


def released(course):
    return nbformat.read(course / "notebooks" / "01_toy" / "01_toy.ipynb", as_version=4)


def test_nbgraders_own_gradebook_has_no_points_for_it(course):
    with Gradebook(f"sqlite:///{course / 'grading' / 'gradebook.db'}") as gradebook:
        assert gradebook.find_assignment("01_toy").max_score == POINTS
        submission = gradebook.find_submission("01_toy", "ada")
        assert (submission.max_score, submission.score) == (POINTS, POINTS - 3)
        assert not [each for each in submission.notebooks[0].grades if "beta" in each.name]


def test_pages_and_exports_count_what_counts(course):
    def command(*words):
        result = CliRunner().invoke(main, [*map(str, words), "--root", str(course)])
        assert result.exit_code == 0, result.output

    command("export", "--to", course / "grades.csv")
    with open(course / "grades.csv", newline="", encoding="utf-8-sig") as file:
        (row,) = csv.DictReader(file)
    assert (float(row["max_score"]), float(row["raw_score"])) == (POINTS, POINTS - 3)
    command("feedback", "01_toy")
    page = course / "grading" / "feedback" / "ada" / "01_toy" / "01_toy.html"
    text = page.read_text(encoding="utf-8")
    assert f"{POINTS - 3} of {POINTS} points" in text and "beta (optional)" in text
    command("report")
    assert "beta_" not in (course / "grading" / "report.html").read_text(encoding="utf-8")


def test_a_student_sees_that_it_is_optional_and_can_check_it(course):
    cells = released(course).cells
    texts = "\n".join(cell.source for cell in cells)
    assert "## Exercise B — beta (optional)" in texts and "## Exercise A — alpha\n" in texts
    (check,) = [cell for cell in cells if cell.source.startswith("# Check: beta (practice)\n")]
    assert "### JUDGE" in check.source and "nbgrader" not in check.metadata
    assert texts.count("# Hidden check") == 2
    known = released(course).metadata["course"]["cells"]  # that course.submit() asks for
    assert "beta" in known and not [name for name in known if name.startswith("beta_")]
    plain = [dict(cell) for cell in cells]
    found = {one.title: one for one in exercises_of(plain, lambda cell: Verdict("✓"))}
    optional = found["Exercise B — beta (optional)"]
    assert len(optional.verdicts) == 1 and optional.points == optional.hidden == 0


def test_a_mark_that_says_something_else_is_one_line(course, tmp_path):
    for mark, said in (("optional=3", "optional=3: write optional=True"), ("optional=False", "")):
        folder = tmp_path / mark
        make_course(folder, SCRIPT.replace('solution="beta"', f'solution="beta" {mark}'))
        result = CliRunner().invoke(main, ["build", "--root", str(folder)])
        assert said in result.output and result.exit_code == bool(said)
        shutil.rmtree(folder)
