"""What students get: notebooks that are what the sources give, with nothing secret in them."""

import re

import nbformat
import pytest

from autograder.build import markers
from autograder.build.release import differences
from tests.course_scripts import EVERY, NAMES, ROOT, cells


def released(name):
    return nbformat.read(ROOT / "notebooks" / name / f"{name}.ipynb", as_version=4)


def test_the_release_is_what_the_sources_give():
    assert differences(ROOT) == []
    assert sorted(path.name for path in (ROOT / "notebooks").iterdir() if path.is_dir()) == EVERY


def secret_lines(name):
    """Return the lines of solutions, hidden checks, model answer and rubric.

    Without short ones and imports, which give nothing away.
    """
    for cell in cells(name):
        regions = re.findall(r"### BEGIN [A-Z ]+.*?\n(.*?)\n[ \t]*### END", cell.text, re.DOTALL)
        for region in [cell.text] if cell.kind == "answer" else regions:
            for line in region.splitlines():
                if len(line.strip()) >= 25 and not line.startswith(("import ", "from ")):
                    yield line.strip()


def open_lines(name):
    """Return the lines that the student does see: a secret line may stand there as well."""
    return "\n".join(
        re.sub(r"### BEGIN [A-Z ]+.*?### END", "", cell.text, flags=re.DOTALL)
        for cell in cells(name)
        if cell.kind != "answer"
    )


@pytest.mark.parametrize("name", NAMES)
def test_nothing_secret_is_in_the_release_or_in_the_package(name):
    package = "\n".join(
        path.read_text(encoding="utf-8") for path in sorted((ROOT / "course").rglob("*.py"))
    )
    notebook = "\n".join(cell.source for cell in released(name).cells)
    seen = open_lines(name)
    secrets = [line for line in secret_lines(name) if line not in seen]
    assert len(secrets) > 20
    for line in secrets:
        assert line not in notebook, f"in the release: {line}"
        # shorter ones are idioms, such as `except Exception as error:`
        assert len(line) < 40 or line not in package, f"in course/: {line}"
    for marker in ("BEGIN SOLUTION", "HIDDEN TESTS", "MARK SCHEME"):
        assert marker not in notebook


def test_no_grade_id_is_used_twice():
    for name in NAMES:
        ids = [cell.grade_id for cell in cells(name) if cell.grade_id]
        assert len(ids) == len(set(ids))


@pytest.mark.parametrize("name", NAMES)
def test_the_rule_of_a_hidden_check_holds_no_value_of_its_own(name):
    """A student reads it: names and numbers are those of the exercise's text and stub."""
    exercise, rules = "", []
    for cell in cells(name):
        if cell.kind == "text" or cell.kind == "solution":
            exercise = cell.text if "## Exercise" in cell.text else exercise + cell.text
        for rule in markers.rules(cell.text):
            rules.append(rule)
            for word in re.findall(r"[\w.]*(?:_|\d|[a-z][A-Z])\w*|\b[A-Z]{3,}\b", rule):
                text = markers.without_regions(exercise, markers.SOLUTION)
                assert word in text, f"{cell.grade_id}: {word!r} is not in the exercise"
    assert len(rules) == sum(cell.hidden for cell in cells(name)) == len(set(rules))


@pytest.mark.parametrize("name", NAMES)
def test_stubs_say_which_exercise_is_to_be_written(name):
    for cell in released(name).cells:
        metadata = cell.metadata.get("nbgrader", {})
        if metadata.get("solution") and not metadata["grade"]:
            stubs = re.findall(r"raise NotImplementedError\((.*)\)", cell.source)
            assert stubs and all(re.match(r'"Exercise [A-F]: \w', stub) for stub in stubs)


@pytest.mark.parametrize("name", NAMES)
def test_prose_comes_in_short_sections(name):
    """Each section of the idea has at most about 150 words."""
    text = "\n".join(cell.text for cell in cells(name) if not cell.is_code)
    idea = text[text.index("## The idea") : text.index("## Predict")]
    for section in re.split(r"\n##+ ", idea)[1:]:
        words = len(re.findall(r"\w+", re.sub(r"\]\(\S+\)", "]", section)))
        assert words <= 170, f"{section.splitlines()[0]}: {words} words"
