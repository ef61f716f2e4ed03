"""A student in real JupyterLab: open, run all, move a slider, solve, validate; then every slider by
keyboard alone, every picture with its words, and nothing cut off, also on a phone."""

import shutil

import pytest

from tests import looks
from tests.course_scripts import NAMES, ROOT, cells, exercises
from tests.jupyterlab import (
    cell_locator,
    cells_with_errors,
    chromium_page,
    find_chromium,
    lab_server,
    new_picture,
    open_notebook,
    run_all_cells,
    run_cell,
    save,
    type_into_cell,
    validate,
)
from tests.jupyterlab import cells as cells_of_page

pytestmark = [
    pytest.mark.skipif(not find_chromium(), reason="no Chromium found (apt install chromium)"),
    pytest.mark.filterwarnings("default"),  # the browser driver's own
]
PICTURE = ".explore img.explore-picture"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A JupyterLab over a student's own copy of the released notebooks."""
    folder = tmp_path_factory.mktemp("student")
    for name in NAMES:
        shutil.copytree(ROOT / "notebooks" / name, folder / name)
    with lab_server(folder) as running:
        yield running


@pytest.fixture
def lab(server):
    """A page, and the errors that its console shows."""
    with chromium_page() as (page, errors):
        yield page, errors


def index_of(page, grade_id):
    for index, cell in enumerate(cells_of_page(page)):
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == grade_id:
            return index
    raise LookupError(grade_id)


def first_explore(page):
    """Return the index of the experiment: the first cell that shows a picture with sliders."""
    sources = [
        cell["source"] if cell["cell_type"] == "code" else "" for cell in cells_of_page(page)
    ]
    return next(index for index, source in enumerate(sources) if "\nexplore(" in f"\n{source}")


@pytest.mark.parametrize("name", NAMES)
def test_a_student_explores_solves_and_validates(lab, server, name):
    page, errors = lab
    open_notebook(page, server, f"{name}/{name}.ipynb")
    run_all_cells(page)
    first, *others = exercises(name)
    # Run All stops at the first check: nothing is solved yet
    [(failed, kind, message)] = cells_with_errors(page)
    assert failed == index_of(page, f"{first}_check")
    assert kind == "NotImplementedError" and message.startswith("Exercise A: ")

    experiment = first_explore(page)
    with new_picture(page, experiment, PICTURE):
        handle = cell_locator(page, experiment).locator(".widget-slider .noUi-handle").first
        at_end = handle.get_attribute("aria-valuenow") == handle.get_attribute("aria-valuemax")
        handle.press("ArrowLeft" if at_end else "ArrowRight")

    solve(page, name, first)
    run_cell(page, index_of(page, first))
    run_cell(page, index_of(page, f"{first}_check"))
    assert cells_with_errors(page) == []
    save(page)
    said = validate(page)
    assert "failed" in said and "NotImplementedError: Exercise B" in said
    assert "Exercise A" not in said

    for exercise in others:
        solve(page, name, exercise)
    run_all_cells(page)
    assert cells_with_errors(page) == []
    explores = [index for index, cell in enumerate(cells_of_page(page)) if is_explore(cell)]
    assert len(explores) > len(exercises(name))
    for index in explores:
        cell_locator(page, index).locator(PICTURE).wait_for(state="visible")
    assert_all_can_be_seen_and_reached(page, explores)
    assert cells_with_errors(page) == [] and errors == []


def assert_all_can_be_seen_and_reached(page, explores):
    pictures, problems = looks.look_into_pictures(page)
    assert pictures >= len(explores) and problems == []
    assert looks.look(page) == []
    controls = looks.count_controls(page)
    assert controls >= 3 * len(explores)
    reached, unmoved = looks.walk_by_keyboard(page, explores[0] - 1, controls)
    assert len(reached) == controls and {cell for cell, _ in reached} == set(explores)
    assert unmoved == []
    looks.narrow(page)
    assert looks.look(page) == []
    looks.darken(page)
    assert looks.look(page) == []


def solve(page, name, exercise):
    solution = next(cell.text for cell in cells(name) if cell.grade_id == exercise)
    type_into_cell(page, index_of(page, exercise), solution)


def is_explore(cell):
    return cell["cell_type"] == "code" and cell["source"].startswith("explore")
