"""Checks on a notebook as it is released: nothing that is not written earns a point.

Solved notebooks are run in test_browser.py, unsolved ones in test_published_tree.py.
"""

import nbformat
import pytest

from tests.course_scripts import NAMES, ROOT, cells, names_before, run, verdict


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
