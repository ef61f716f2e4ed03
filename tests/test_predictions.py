"""Predictions: read out of notebooks, next to what the notebook's own experiment says."""

import math
from types import SimpleNamespace

import nbformat
import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner
from nbformat.v4 import new_code_cell, new_notebook

import course
from autograder.cli import main
from course import predictions
from course.predictions import QUESTIONS, guess_in
from course.start_here.guesses_picture import GuessesPicture
from tests import explorers
from tests.course_scripts import EVERY, ROOT, cells, run


def notebook(text):
    return new_notebook(cells=[new_code_cell("import course"), new_code_cell(text)])


@pytest.mark.parametrize(
    "text, guess",
    [
        ("prediction = 20", 20),
        ("prediction = 2.5  # seconds", 2.5),
        ("prediction=1_000 # ms", 1000),
        ("prediction = None  # ms: put your number here", None),
        ("prediction = '20'", None),
        ("prediction = 0", None),
        ("prediction = -3", None),
        ("prediction = True", None),
        ("prediction = 1e400", None),
        ("prediction = __import__('os').getpid()", None),
        ("prediction = " + "(" * 5000, None),
        ("predictions = 3", None),
    ],
)
def test_a_guess_is_a_number_above_zero_and_nothing_is_run(text, guess):
    assert guess_in(notebook(text).cells) == guess


@pytest.mark.parametrize("name", EVERY)
def test_the_answer_is_that_of_the_notebooks_own_experiment(name):
    """Each notebook asks once; its explorer, as it opens, shows what the guess is held against."""
    texts = [cell.text for cell in cells(name) if cell.is_code]
    assert sum(text.startswith("prediction = None") for text in texts) == 1
    answer = QUESTIONS[name].answer
    if name in MEASURED:
        first, names = texts[0], {}
        run(first, names)
        outcome = names["explore"]().outcome
        assert math.isclose(MEASURED[name](**outcome), answer, rel_tol=0.03)
    else:
        assert math.isclose(FORMULAS[name], answer, rel_tol=1e-3)


FORMULAS = {
    "01_single_server": 0.95 / (1 - 0.95),  # M/M/1: the wait in service times
    "03_database_replication": 100 / 0.2,  # the primary's share of the statements, at 100 a second
    "08_message_queue": (20 - 12) * 60 / (12 - 5),
    # the careful design, as the notebook says: "You can do it for less than 45,000"
    "10_millions_of_users": 45_000,
}
MEASURED = {
    "00_start_here": lambda random, **_: random.mean_wait / 60,
    "02_load_balancer": lambda result, **_: 1000 * result.percentile(99),
    "04_cache": lambda runs, **_: 100 * runs[0].hit_ratio,
    "05_cdn": lambda without, **_: without.percentile(50),
    "06_stateless_tier": lambda result, **_: 100 * result.shares()[-1],
    "07_data_centers": lambda result, **_: result.mean_after,
    "09_logging_metrics_automation": lambda alarms, **_: alarms[0],
}


def test_the_strip_shows_how_guesses_improve():
    asked = list(QUESTIONS)
    made = {
        name: QUESTIONS[name].answer * factor
        for name, factor in zip(asked, (9, 1 / 9, 3, 1 / 3), strict=False)
    }
    finding, words = GuessesPicture(QUESTIONS, made).show()
    assert finding == (
        "4 guesses, typically off by a factor of 5.2; the first 2 by 9.0, the last 2 by 3.0"
    )
    assert words.count("you said") == 4 and "7.4" in words and "500" in words
    one = {asked[3]: 500}
    assert GuessesPicture(QUESTIONS, one).show()[0] == "1 guess, typically off by a factor of 1.0"
    assert GuessesPicture(QUESTIONS, {}).show()[0] == "No guess yet"


def test_guesses_come_from_the_saved_notebooks_and_from_this_kernel(tmp_path, monkeypatch):
    for name, guess in (("01_single_server", 5), ("03_database_replication", None)):
        (tmp_path / name).mkdir()
        nbformat.write(notebook(f"prediction = {guess}"), tmp_path / name / f"{name}.ipynb")
    (tmp_path / "04_cache").mkdir()
    (tmp_path / "04_cache" / "04_cache.ipynb").write_text("{ half")
    assert predictions.found(tmp_path) == {"01_single_server": 5}

    shell = SimpleNamespace(user_ns={"prediction": 700})
    here = tmp_path / "03_database_replication" / "03_database_replication.ipynb"
    monkeypatch.setattr(predictions, "shell_of_this_kernel", lambda: shell)
    monkeypatch.setattr(predictions, "notebook_path", lambda: here)
    assert predictions.found(tmp_path) == {"01_single_server": 5, "03_database_replication": 700}
    shown = course.guesses(tmp_path)
    assert explorers.shown(shown).startswith("2 guesses") and explorers.pictured(shown)
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    assert course.guesses(tmp_path) is None


def test_the_classs_histogram_counts_each_guess_once(tmp_path, monkeypatch):
    name, root = "02_load_balancer", tmp_path / "course"
    made = [100, 150, 199, 200, 480, 500, 2000, 3000, 4999, 90_000]
    for number, guess in enumerate([*made, None]):
        folder = root / "grading" / "submitted" / f"s{number}" / name
        folder.mkdir(parents=True)
        nbformat.write(notebook(f"prediction = {guess}"), folder / f"{name}.ipynb")
    for path in ("solutions", "nbgrader_config.py"):
        (root / path).symlink_to(ROOT / path)
    done = CliRunner().invoke(main, ["predictions", "--root", str(root)])
    assert done.exit_code == 0, done.output
    page = BeautifulSoup((root / "grading" / "predictions.html").read_text(), "html.parser")
    rows = {row.th.text: int(row.td.text) for row in page.select("tbody tr")}
    expected = {"100 to 200": 3, "200 to 500": 2, "500 to 1,000": 1, "1,000 to 2,000": 0}
    expected |= {"2,000 to 5,000": 3, "5,000 to 10,000": 0, "10,000 to 20,000": 0}
    expected |= {"20,000 to 50,000": 0, "50,000 to 100,000": 1}
    assert rows == expected
    assert "10 guesses, 1 handed in without one" in page.text
    fold = page.details.extract().text
    assert "3,040 ms" in fold and "3 of 10 were at most 2 times" in fold
    assert "3,040" not in page.text  # only behind the fold


def test_mistakes_with_predictions_are_one_sentence(tmp_path):
    for words, said in ((["02_loud"], "no such notebook"), ([], "collect first")):
        done = CliRunner().invoke(main, ["predictions", "--root", str(ROOT), *words])
        assert done.exit_code == 1 and said in done.output and done.output.count("\n") == 1
