"""A submission rebuilt: whose cells stand where, also when some are there twice."""

import base64
import json

import nbformat
import pytest

from autograder.grade import intake
from autograder.grade.outputs import PNG, PNG_BYTES, kept_png
from autograder.grade.rebuild import rebuild
from tests import classroom

NAME = "02_load_balancer"
HELPER = "def helper(): return 1"


def parts():
    """Return the released notebook, and its first solution, its check and that one's place."""
    notebook = classroom.released(NAME)
    ids = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in notebook.cells]
    solution = ids.index("round_robin")
    check = ids.index("round_robin_check")
    return notebook, solution, check


def own(text):
    return {"cell_type": "code", "source": text, "metadata": {}, "id": f"own-{abs(hash(text))}"}


def order(cells):
    """Return the rebuilt notebook's graded cells and the student's own, in order."""
    notebook, _, _ = parts()
    found = []
    for cell in rebuild(notebook, cells).notebook.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        if grade_id or cell.id.startswith("own"):
            found.append(grade_id or cell.source.splitlines()[0])
    return found


def test_a_check_copied_above_its_solution_leaves_own_cells_where_they_were():
    notebook, solution, check = parts()
    cells = notebook.cells
    copy = dict(cells[check])
    handed_in = [*cells[:solution], copy, own(HELPER), *cells[solution:]]
    found = order(handed_in)
    assert found.index(HELPER) < found.index("round_robin") < found.index("round_robin_check")
    assert found.count("round_robin_check") == 1


def test_a_check_copied_to_the_end_leaves_own_cells_where_they_were():
    notebook, _, check = parts()
    cells = notebook.cells
    late = "round_robin = None"
    handed_in = [*cells[: check + 1], own(late), *cells[check + 1 :], dict(cells[check])]
    found = order(handed_in)
    assert found.index("round_robin_check") < found.index(late)
    assert found.index(late) < found.index("round_robin_check_2")


def test_an_own_cell_with_the_text_of_a_later_check_stays_an_own_cell():
    notebook, solution, check = parts()
    cells = notebook.cells
    handed_in = [*cells[:solution], own(cells[check].source), own(HELPER), *cells[solution:]]
    found = order(handed_in)
    assert found.index(HELPER) < found.index("round_robin") < found.index("round_robin_check")


def test_a_check_that_has_lost_its_ids_is_found_by_its_text():
    notebook, _, check = parts()
    cells = [dict(cell) for cell in notebook.cells]
    cells[check] = own(cells[check]["source"])
    found = rebuild(notebook, cells)
    assert not found.extra and not found.notes


def test_a_picture_pasted_into_an_answer_stays_if_it_is_one(tmp_path):
    picture = base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"x" * 100).decode()
    notebook = classroom.written(NAME, {})
    answer = next(
        cell
        for cell in notebook.cells
        if cell.metadata.get("nbgrader", {}).get("solution") and cell.cell_type == "markdown"
    )
    answer.source = "![a](attachment:a.png)"
    answer["attachments"] = {
        "a.png": {"image/png": picture, "text/html": "<script>"},
        "b.png": {"image/png": base64.b64encode(b"<svg>").decode()},
        "c.svg": {"image/svg+xml": "<svg/>"},
        "d": None,
    }
    folder = tmp_path / "ada" / NAME
    folder.mkdir(parents=True)
    (folder / f"{NAME}.ipynb").write_text(json.dumps(notebook))
    taken = intake.take(folder, NAME, set())
    grade_id = answer.metadata.nbgrader.grade_id
    made = rebuild(classroom.released(NAME), taken.cells).notebook
    nbformat.validate(made)
    (kept,) = (c for c in made.cells if c.metadata.get("nbgrader", {}).get("grade_id") == grade_id)
    assert kept.attachments == {"a.png": {"image/png": picture}}
    assert sum("attachments" in cell for cell in made.cells) == 1


def encoded(picture):
    return base64.b64encode(picture).decode()


LARGEST = encoded(PNG.ljust(PNG_BYTES, b"x"))


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (LARGEST, LARGEST),
        (encoded(PNG.ljust(PNG_BYTES + 1, b"x")), ""),
        ("A" * (4 * PNG_BYTES), ""),
        (f"{encoded(PNG)[:6]}\n{encoded(PNG)[6:]}\n", encoded(PNG)),  # as some notebooks break it
        (f'{encoded(PNG)}"onerror="x', ""),
        (encoded(b"<svg>"), ""),
        ([encoded(PNG)], ""),
        (None, ""),
    ],
)
def test_a_picture_is_kept_if_it_is_a_png_of_a_mebibyte_at_most(given, kept):
    assert kept_png(given) == kept
