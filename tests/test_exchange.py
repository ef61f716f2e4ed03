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
