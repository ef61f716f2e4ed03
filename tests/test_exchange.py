"""nbgrader's exchange as the course configures it: release, fetch, submit, collect, autograde."""

import shutil

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI
from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import (
    ExchangeCollect,
    ExchangeFetchAssignment,
    ExchangeReleaseAssignment,
    ExchangeSubmit,
)
from nbgrader.utils import get_username

from autograder.build.release import build
from autograder.course import configuration
from tests import programs
from tests.test_attacks import shut_in
from tests.toy_course import make_course

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")  # nbgrader's
NAME = "01_toy"
SOLVED = {"alpha": "return 2 * number", "beta": "return number + number"}


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A built course with an exchange of its own, as for a class on one JupyterHub."""
    root = make_course(tmp_path_factory.mktemp("instructor"))
    build(root)
    return root


@pytest.fixture
def config(course, tmp_path):
    """The course's configuration; the exchange and the student's home are this test's own."""
    config = configuration(course, course)
    (tmp_path / "home").mkdir()
    config.Exchange.root = str(tmp_path / "exchange")
    config.Exchange.cache = str(tmp_path / "cache")
    config.Exchange.assignment_dir = str(tmp_path / "home")
    yield config
    for left in ("submitted", "autograded"):
        shutil.rmtree(course / "grading" / left, ignore_errors=True)


def step(kind, config):
    """Run one step of nbgrader's exchange as its command does."""
    layout = CourseDirectory(config=config, assignment_id=NAME)
    kind(coursedir=layout, authenticator=Authenticator(config=config), config=config).start()


def solve(path):
    """Write two of the three exercises into the student's notebook."""
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        if grade_id in SOLVED:
            cell.source = f"def {grade_id}(number):\n    {SOLVED[grade_id]}"
    nbformat.write(notebook, path)


def test_release_fetch_submit_collect_and_autograde(course, config, tmp_path):
    student = get_username()
    step(ExchangeReleaseAssignment, config)
    released = tmp_path / "exchange" / "zero-to-millions" / "outbound" / NAME
    assert [path.name for path in released.iterdir()] == [f"{NAME}.ipynb"]

    step(ExchangeFetchAssignment, config)
    mine = tmp_path / "home" / NAME / f"{NAME}.ipynb"
    assert mine.read_bytes() == (course / "notebooks" / NAME / f"{NAME}.ipynb").read_bytes()
    solve(mine)
    step(ExchangeSubmit, config)
    step(ExchangeCollect, config)
    collected = course / "grading" / "submitted" / student / NAME
    assert (collected / f"{NAME}.ipynb").read_bytes() == mine.read_bytes()
    assert (collected / "timestamp.txt").exists()

    api = NbGraderAPI(CourseDirectory(config=config))
    assert api.get_submitted_students(NAME) == {student}
    assert api.autograde(NAME, student)["success"]
    with Gradebook(config.CourseDirectory.db_url) as gradebook:
        scores = {
            grade.name: grade.auto_score
            for grade in gradebook.find_submission_notebook(NAME, NAME, student).grades
        }
    assert scores == {
        "alpha_check": 3,
        "alpha_hidden": 3,
        "beta_check": 3,
        "beta_hidden": 3,
        "gamma_check": 0,
        "gamma_hidden": 0,
        "explain": 0,  # not answered: nothing for a person to read
    }


def test_submitting_again_counts_when_collected_again(course, config, tmp_path):
    student = get_username()
    for kind in (ExchangeReleaseAssignment, ExchangeFetchAssignment, ExchangeSubmit):
        step(kind, config)
    step(ExchangeCollect, config)
    mine = tmp_path / "home" / NAME / f"{NAME}.ipynb"
    solve(mine)
    step(ExchangeSubmit, config)
    config.ExchangeCollect.update = True
    step(ExchangeCollect, config)
    collected = course / "grading" / "submitted" / student / NAME / f"{NAME}.ipynb"
    assert collected.read_bytes() == mine.read_bytes()


TELLS = """
from pathlib import Path
for place in ({folder!r}, "/tmp"):
    try:
        Path(place, "student-was-here").write_text(str(list(Path({folder!r}).iterdir())))
    except OSError:
        pass
def alpha(number):
    return 2 * number
"""


@pytest.fixture
def harmful(course, config):
    """A submission whose code would write into the course's folder; where it would write."""
    folder = course / "grading" / "submitted" / "mallory" / NAME
    folder.mkdir(parents=True)
    notebook = nbformat.read(course / "notebooks" / NAME / f"{NAME}.ipynb", as_version=4)
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "alpha":
            cell.source = TELLS.format(folder=str(course / "solutions"))
    nbformat.write(notebook, folder / f"{NAME}.ipynb")
    written = course / "solutions" / "student-was-here"
    yield written
    written.unlink(missing_ok=True)


@shut_in
def test_formgraders_button_runs_no_code_as_the_instructor(config, harmful):
    """Manage Assignments → submissions → lightning; then what stock nbgrader would do."""
    api = NbGraderAPI(CourseDirectory(config=config))
    answer = api.autograde(NAME, "mallory")
    assert answer["success"], answer
    assert "mallory: 2 of 6 checks passed" in answer["log"]
    assert not harmful.exists()
    config.GradeInSandbox.trusted = True
    assert NbGraderAPI(CourseDirectory(config=config), config=config).autograde(NAME, "mallory")
    assert harmful.exists()  # so the attack is one


@shut_in
def test_nbgrader_autograde_by_habit_runs_no_code_as_the_instructor(course, config, harmful):
    ran = programs.run(["nbgrader", "autograde", NAME, "--student=mal*", "--force"], course)
    assert ran.returncode == 0, ran.stderr
    assert "mallory: 2 of 6 checks passed" in ran.stderr
    assert not harmful.exists()


def test_where_nothing_can_be_shut_in_nothing_is_run(config, harmful, monkeypatch):
    monkeypatch.setattr("sys.platform", "darwin")
    answer = NbGraderAPI(CourseDirectory(config=config)).autograde(NAME, "mallory")
    assert not answer["success"] and not harmful.exists()
    (line,) = answer["log"].splitlines()
    assert "on Linux only: grade on a Linux machine" in line
    assert "--GradeInSandbox.trusted=True" in line


def test_the_first_command_warns_of_nothing(config):
    """Its release is in the clone, and is meant to go."""
    api = NbGraderAPI(CourseDirectory(config=config), config=config)
    answer = api.generate_assignment(NAME)
    assert answer["success"] and "Removing" not in answer["log"], answer


def test_what_cannot_be_graded_is_said_to_formgrader(course, config, harmful):
    (course / "grading" / "submitted" / "mallory" / NAME / f"{NAME}.ipynb").write_text("{")
    answer = NbGraderAPI(CourseDirectory(config=config)).autograde(NAME, "mallory")
    assert not answer["success"]
    assert "mallory: not graded: 01_toy.ipynb is not a complete notebook" in answer["log"]
