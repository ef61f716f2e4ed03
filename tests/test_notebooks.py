"""Checks on a notebook as it is released: nothing that is not written earns a point.

Solved notebooks are run in test_browser.py, unsolved ones in test_published_tree.py.
"""

import re

import nbformat
import pytest

from tests.course_scripts import EVERY, NAMES, ROOT, cells, names_before, run, verdict


def words_before_the_first_slider(name):
    """Return how many words a student reads before the first explorer: no badge, no folded text."""
    read = ""
    for cell in cells(name):
        if cell.is_code and re.search(r"^explore\w*\(", cell.text, re.MULTILINE):
            break
        read += "" if cell.is_code else cell.text + "\n"
    else:
        raise AssertionError(f"{name} has no explorer")
    read = re.sub(r"<details>.*?</details>|!\[[^\n]*", "", read, flags=re.DOTALL)
    return sum(any(map(str.isalpha, word)) for word in read.split())


@pytest.mark.parametrize("name", EVERY)
def test_the_first_slider_comes_within_400_words(name):
    words = words_before_the_first_slider(name)
    assert words <= 400, f"{name} has {words} words before its first slider: move some below it"


@pytest.mark.parametrize("name", NAMES)
def test_hidden_checks_fail_on_stubs(name):
    release = nbformat.read(ROOT / "notebooks" / name / f"{name}.ipynb", as_version=4)
    stubs = {
        cell.metadata.nbgrader.grade_id: cell.source
        for cell in release.cells
        if cell.metadata.get("nbgrader", {}).get("solution") and cell.cell_type == "code"
    }
    for cell in cells(name):
        if cell.kind == "check":
            namespace = dict(names_before(name, cell.exercise))
            run(stubs[cell.exercise], namespace)
            assert verdict(cell, namespace).startswith("NotImplementedError: Exercise")
