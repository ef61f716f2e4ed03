"""Teaching notes and the syllabus: all that a teacher needs is there, and no solution."""

import re

import pytest
from click.testing import CliRunner

from autograder.build import teaching
from autograder.cli import main
from tests.course_scripts import EVERY, NAMES, ROOT, cells, exercises
from tests.test_release import open_lines, secret_lines
from tests.toy_course import SCRIPT, make_course


@pytest.mark.parametrize("name", NAMES)
def test_notes_hold_every_film_every_mistake_and_no_solution(name):
    text = teaching.notes(ROOT, name)
    for cell in cells(name):
        if cell.kind == "code" and re.match(r"(explore|replay)\w*\([^\n]*\)$", cell.text):
            assert f"`{cell.text}`" in text
    for exercise in exercises(name):
        files = list((ROOT / "tests" / "submissions" / name / exercise).glob("wrong_*.py"))
        assert len(teaching.mistakes(ROOT, name, exercise)) == len(files) > 3
        for path in files:
            loses, second = path.read_text(encoding="utf-8").splitlines()[:2]
            said = second.removeprefix("# ")
            assert said != second, f"{path}: its second line says what is wrong with it"
            assert f"- {said}" in text
            if "_hidden" in loses:
                assert text.rindex(said) > text.index(teaching.UNSEEN)
    seen = open_lines(name)
    leaked = [line for line in secret_lines(name) if line not in seen and line in text]
    assert not leaked
    assert "### BEGIN" not in text


def test_notes_tell_what_may_be_left_out_what_to_ask_and_what_to_explain(tmp_path):
    text = SCRIPT.replace("# ## The idea\n", "# ## The idea\n# A **queue**. **Left:** a row.\n")
    text = text.replace("# ## Predict\n", "# ## Predict\n# How many wait?\n")
    text = text.replace("return 2 * number  # secret of beta", "return alpha(number)")
    text = text.replace("# ## Explain\n# Why?", "# ## Explain\n# Why not?")
    step = "# %% [markdown]\n# 1. *Ten more*: who waits?\n# 2. *Less*: and now?\n\n"
    text = text.replace("# %%\nexplore(beta)", step + "# %%\nexplore(beta)")
    course = make_course(tmp_path / "course", text)
    notes = teaching.notes(course, "01_toy")
    assert "Words to explain: queue." in notes
    assert "## Ask before anything is shown\n\nHow many wait?\n" in notes
    asked = "### Sliders: `explore(beta)` (needs `beta`)\n\n1. *Ten more*: who waits?\n2. *Less*"
    assert asked in notes
    assert "No other exercise uses B C: any of them can be left out." in notes
    assert "## Exercise A — alpha\n\n6 points, 3 of them by hidden checks.\n" in notes
    assert notes.count(teaching.NO_MISTAKES) == 3 and "; 20 points." in notes
    optional = text.replace('# %% solution="gamma"', '# %% solution="gamma" optional=True')
    (course / "solutions" / "01_toy.py").write_text(optional, encoding="utf-8")
    practice = teaching.notes(course, "01_toy")
    assert "; 15 points." in practice
    assert f"## Exercise C — gamma\n\n{teaching.PRACTICE}\n" in practice
    assert "## Discuss, or write at home\n\nWhy not?" in notes and "model answer" not in notes


def command(*words):
    return CliRunner().invoke(main, list(map(str, words)))


def test_the_command_writes_where_no_student_looks(tmp_path):
    course = make_course(tmp_path / "course")
    result = command("teaching", "--root", course)
    page = course / "grading" / "teaching" / "01_toy.md"
    assert result.output == f"wrote {page}\n"
    assert page.read_text(encoding="utf-8") == teaching.notes(course, "01_toy")
    (tmp_path / "file").write_text("")
    for words, said in (
        (["02_toy"], "02_toy: no such notebook, there are 01_toy\n"),
        (["--to", tmp_path / "file" / "in"], "choose another folder with --to.\n"),
    ):
        result = command("teaching", "--root", course, *words)
        assert result.exit_code == 1 and result.output.startswith("Error: ")
        assert result.output.endswith(said) and result.output.count("\n") == 1


def test_the_syllabus_has_a_notebook_a_week_with_its_minutes():
    result = command("syllabus", "--root", ROOT, "--start", "2027-02-15")
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in result.output.splitlines()]
    weeks = [row[0] for row in rows[2:]]
    assert weeks[:3] == ["1, 2027-02-15", "1, 2027-02-15", "2, 2027-02-22"]
    assert weeks[-1] == "10, 2027-04-19" and len(weeks) == len(EVERY)
    for name, row in zip(EVERY, rows[2:], strict=True):
        opening = cells(name)[0].text
        assert f"bout {row[3]} minutes" in opening and f"# {row[1]}\n" in opening
    page = (ROOT / "docs" / "term" / "syllabus.md").read_text(encoding="utf-8")
    assert teaching.syllabus(ROOT) in page, "docs/term/syllabus.md: `autograder syllabus` prints it"
    some = command("syllabus", "--root", ROOT, "02_load_balancer", "04_cache").output.splitlines()
    assert [line.split("|")[1].strip() for line in some[2:]] == ["1", "2"]
    result = command("syllabus", "--root", ROOT, "--start", "Monday")
    assert result.output == "Error: --start Monday: write a date such as 2027-01-11.\n"
