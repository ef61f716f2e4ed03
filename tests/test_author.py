"""An author's way: the title cell, `autograder new`, and what must not be forgotten."""

import os
import re
import shutil
import subprocess
import sys

import pytest
from click.testing import CliRunner

from autograder.build.inventory import missing
from autograder.build.title import titles
from autograder.cli import main
from tests.course_scripts import EVERY, ROOT, setup
from tests.explorers import pictured

TITLES = {title.name: title for title in titles(ROOT)}


def test_nothing_is_forgotten():
    lacking = missing(ROOT)
    assert not lacking, "\n".join(lacking)


@pytest.mark.parametrize("name", EVERY)
def test_the_call_worth_showing_is_a_picture_that_can_be_moved(name, monkeypatch):
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    monkeypatch.chdir(ROOT / "notebooks" / name)
    title, namespace = TITLES[name], {"__name__": "__main__"}
    exec(setup(name), namespace)
    explorer = eval(title.shown, namespace)
    for control, value in title.moved.items():
        explorer.controls[control].value = value
    assert pictured(explorer)
    assert re.fullmatch(r"explore\w*\(.*\)", title.shown)


# --- an eleventh notebook ------------------------------------------------------------------------

NAME, LAB = "11_archive", "archive"  # sorted before course.engine
IGNORED = shutil.ignore_patterns(".*", "__pycache__", "build", "grading", "*.egg-info")
BUILDER = ROOT / "autograder" / "build"


def autograder(*words, root):
    done = CliRunner().invoke(main, [*map(str, words), "--root", str(root)])
    return done.exit_code, done.output


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A copy of the course with an eleventh notebook, made by the command and released."""
    folder = tmp_path_factory.mktemp("author") / "course"
    shutil.copytree(ROOT, folder, ignore=IGNORED)
    shutil.copytree(BUILDER, folder / "autograder" / "build")
    code, said = autograder("new", NAME, root=folder)
    assert code == 0, said
    assert said.count("\n") == 10 and "wrote course/archive/model.py\n" in said
    assert (
        "wrote 18 submissions under tests/submissions/11_archive/\n11_archive still needs" in said
    )
    assert autograder("build", NAME, root=folder)[0] == 0
    return folder


def test_a_new_notebook_passes_the_tests_as_it_is(course):
    tests = [f"test_{LAB}", "test_submissions", "test_release", "test_notebooks", "test_repository"]
    chosen = f"{NAME} or {LAB} or test_the_release"
    environment = os.environ | {"PYTHONPATH": str(course)}
    for command in (
        ["pytest", "-q", "-p", "no:cacheprovider", "-k", chosen, *(f"tests/{t}.py" for t in tests)],
        ["ruff", "check", "course", "solutions", "tests"],
        ["ruff", "format", "--check", "course", "tests"],
    ):
        ran = [sys.executable, "-m", *command]
        done = subprocess.run(ran, cwd=course, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
        assert command[0] != "pytest" or int(re.search(r"(\d+) passed", done.stdout)[1]) > 50


def paste(path, after, line):
    """Write the line below the last one that begins with `after`."""
    lines = path.read_text(encoding="utf-8").splitlines()
    last = max(number for number, each in enumerate(lines) if each.startswith(after))
    path.write_text("\n".join([*lines[: last + 1], line, *lines[last + 1 :], ""]), encoding="utf-8")


@pytest.fixture(scope="module")
def complete(course):
    """The same course after its author has done all that the command says is needed."""
    [sentence] = missing(course)
    title = next(each for each in titles(course) if each.name == NAME)
    assert f"table: {title.readme_row};" in sentence and f": # {title.welcome_row};" in sentence
    paste(course / "README.md", "| [10 ", title.readme_row)
    paste(course / "solutions" / "00_start_here.py", "# | [10 · ", f"# {title.welcome_row}")
    paste(course / "docs" / "reference.md", "```", f".. automodule:: course.{LAB}")
    paste(course / "docs" / "labs.md", "![", f"## {title.heading}")
    shutil.copy(
        course / "docs" / "labs" / "10_millions_of_users.png", course / f"docs/labs/{NAME}.png"
    )
    assert missing(course) == []
    return course


PIECES = {  # file: what the sentence says when it is deleted
    f"notebooks/{NAME}/{NAME}.ipynb": "its release (run `autograder build`)",
    f"course/{LAB}/__init__.py": f"its lab, course/{LAB}/__init__.py",
    f"tests/test_{LAB}.py": f"tests of its lab, tests/test_{LAB}.py",
    f"docs/labs/{NAME}.png": f"docs/labs/{NAME}.png in docs/labs.md (run `python docs/screenshot",
    f"tests/submissions/{NAME}/by_key/right_loop.py": f"1 more tests/submissions/{NAME}/by_key/rig",
    f"tests/submissions/{NAME}/fewest/wrong_most.py": f"1 more tests/submissions/{NAME}/fewest/wro",
}
LINES = {  # file and a text in it: what the sentence says when its line is deleted
    ("README.md", f"{NAME}.ipynb"): f"a row in README.md's table: | [11 Archive](notebooks/{NAME}/",
    ("solutions/00_start_here.py", f"{NAME}.ipynb"): "00_start_here.py: # | [11 · Archive](../11_a",
    ("docs/reference.md", f"course.{LAB}"): f"an entry `.. automodule:: course.{LAB}`",
    ("docs/labs.md", "11 · Archive"): f"its picture, docs/labs/{NAME}.png",
    (f"solutions/{NAME}.py", "**Time:**"): 'the time, "about 75 minutes"',
}


def test_what_an_author_forgets_is_named_with_the_fix(complete):
    course = complete
    for path, expected in PIECES.items():
        kept = (course / path).read_bytes()
        (course / path).unlink()
        [sentence] = missing(course)
        assert sentence.startswith(f"{NAME} still needs ") and expected in sentence
        assert ";" not in sentence  # nothing else
        (course / path).write_bytes(kept)
    for (path, text), expected in LINES.items():
        kept = (course / path).read_text(encoding="utf-8")
        lines = [line for line in kept.splitlines() if text not in line]
        (course / path).write_text("\n".join(lines), encoding="utf-8")
        assert expected in missing(course)[0]
        (course / path).write_text(kept, encoding="utf-8")
    script = course / "solutions" / f"{NAME}.py"
    kept = script.read_text(encoding="utf-8")
    script.write_text(re.sub(r'question=".*?" shown=".*?"', "", kept, count=1), encoding="utf-8")
    assert 'question="…" in its title cell; shown="…" in its title cell' in missing(course)[0]
    script.write_text(kept, encoding="utf-8")
    assert missing(course) == []


def test_rows_of_no_notebook_and_rows_out_of_order_are_named(complete):
    course = complete
    readme = course / "README.md"
    kept = readme.read_text(encoding="utf-8")
    row = "| [12 Gone](notebooks/12_gone/12_gone.ipynb) | why? | 5 |"
    paste(readme, "| [10 ", row)
    assert f"README.md has a row that no title cell gives: take out {row}" in missing(course)
    lines = kept.splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("| [03 "))
    lines[at], lines[at + 1] = lines[at + 1], lines[at]
    readme.write_text("\n".join(lines), encoding="utf-8")
    assert any("README.md has the rows of its table not in" in each for each in missing(course))
    readme.write_text(kept, encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("search", "search: a name is a number and a word, such as 11_search: rename it."),
        ("12_Search", "a name is a number and a word"),
        ("12_class", "a name is a number and a word"),
        ("../12_x", "a name is a number and a word"),
        ("00_welcome", "the notebook numbered 00 is not graded: choose another number."),
        ("04_store", "04 is 04_cache's number: take 12_store."),
        ("12_cache", "course/cache: exists already: choose another name, or remove it."),
        ("12_checks", "course/checks.py exists already: choose another name."),
    ],
)
def test_a_name_that_is_bad_or_taken_is_refused_and_nothing_is_written(course, name, said):
    before = sorted(course.rglob("*"))
    code, output = autograder("new", name, root=course)
    assert (code, output.count("\n")) == (1, 1) and said in output
    assert sorted(course.rglob("*")) == before


def test_an_interrupted_command_leaves_nothing_half_written(course, monkeypatch):
    before, written = sorted(course.rglob("*")), []

    def full(path, text):
        if len(written) == 20:
            raise OSError(28, "No space left on device", str(path))
        written.append(path)
        path.write_text(text, encoding="utf-8")

    monkeypatch.setattr("autograder.build.new.write_atomic", full)
    code, output = autograder("new", "12_other", root=course)
    assert code == 1 and "cannot write: No space left on device" in output
    assert len(written) == 20 and sorted(course.rglob("*")) == before
