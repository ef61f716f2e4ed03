"""Solved notebooks as a kernel runs them, in < 60 s; hidden checks on stubs.

Unsolved ones are run in test_published_tree.py, in an environment of their own.
"""

import time

import nbformat
import pytest
from nbclient import NotebookClient

from autograder.build import script as sources
from tests.course_scripts import (
    NAMES,
    ROOT,
    cells,
    exercises,
    names_before,
    run,
    sentences,
    verdict,
)

SECONDS = 60


def executed(notebook, monkeypatch):
    """Run all cells, whatever fails, as a student's kernel would; return (notebook, seconds)."""
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    started = time.monotonic()
    NotebookClient(notebook, timeout=SECONDS, allow_errors=True, kernel_name="python3").execute()
    return notebook, time.monotonic() - started


def errors(cell):
    return [output for output in cell.get("outputs", ()) if output.output_type == "error"]


@pytest.mark.parametrize("name", NAMES)
def test_a_solved_notebook_runs_without_a_complaint(name, monkeypatch):
    notebook, seconds = executed(sources.notebook_of(cells(name), name), monkeypatch)
    for cell in notebook.cells:
        assert not errors(cell), f"{cell.source[:80]}: {errors(cell)[0].evalue}"
        stderr = [output for output in cell.get("outputs", ()) if output.get("name") == "stderr"]
        assert not stderr, f"{cell.source[:80]}: {stderr[0].text}"
    assert seconds < SECONDS
    said = sentences(notebook)
    assert len(said) > len(exercises(name))  # the experiment, and the student's own in each
    assert not [text for text in said if text.startswith(("Not written", "Stopped"))]


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
