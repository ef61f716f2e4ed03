"""A student in real JupyterLab: open, run all, move a slider, solve, validate, in one notebook;
make the file to hand in, of another one; then every notebook solved: it runs, every picture has its
words, every control is in reach of the keyboard, and nothing is cut off, also on a phone."""

import io
import os
import re
import shutil
import time
from contextlib import contextmanager

import nbformat
import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from click.testing import CliRunner
from PIL import Image
from playwright.sync_api import expect

from autograder.cli import main
from tests import looks
from tests.classroom import solutions, written
from tests.course_scripts import NAMES, ROOT, exercises, setup
from tests.jupyterlab import (
    PANEL,
    cell_locator,
    cells_with_errors,
    chromium,
    find_chromium,
    lab_server,
    new_page,
    new_picture,
    open_next_notebook,
    open_notebook,
    output_text,
    run_all_cells,
    run_cell,
    save,
    slider_handle,
    type_into_cell,
    validate,
)
from tests.jupyterlab import cells as cells_of_page

pytestmark = [
    pytest.mark.skipif(not find_chromium(), reason="no Chromium found (apt install chromium)"),
    pytest.mark.filterwarnings("default"),  # the browser driver's own
]
HANDED_IN = "02_load_balancer"
ROBIN = "class RoundRobin:\n    def pick(self, servers):\n        return servers[0]"
STORY = "03_database_replication"  # has sliders, drop-downs and ticks
# moved by keys: all of STORY, and the first explorer of one where some sliders change nothing to
# see until others have moved
WALKED = {STORY: None, "02_load_balancer": 1}
SECONDS = 60  # that a solved notebook may take
PICTURE = ".explore .explore-picture svg"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A student's copies of two notebooks as released, and of all solved."""
    folder = tmp_path_factory.mktemp("student")
    for name in (STORY, HANDED_IN):
        shutil.copytree(ROOT / "notebooks" / name, folder / name)
    (folder / "solved").mkdir()
    for name in NAMES:
        notebook = written(name, solutions(name))
        for cell in notebook.cells:  # a student has guessed
            cell.source = re.sub(r"^prediction = None", "prediction = 20", cell.source)
        nbformat.write(notebook, folder / "solved" / f"{name}.ipynb")
    one_cell = nbformat.v4.new_code_cell(f"{setup(STORY)}\n\nexplore_capacity(prediction=500)")
    kernel = {"name": "python3", "display_name": "Python 3"}
    one_cell = nbformat.v4.new_notebook(cells=[one_cell], metadata={"kernelspec": kernel})
    nbformat.write(one_cell, folder / "one_cell.ipynb")
    return folder


@pytest.fixture(scope="module")
def server(folder):
    """A JupyterLab over the student's folder."""
    with lab_server(folder) as running:
        yield running


@pytest.fixture(scope="module")
def browser():
    with chromium() as running:
        yield running


@pytest.fixture
def lab(server, browser):
    """A page of its own, which a failing test leaves to no other, and its console errors."""
    with new_page(browser) as (page, errors):
        yield page, errors


@pytest.fixture(scope="module")
def spare():
    """The page that the last test has left, if it has passed: loading another one takes 4 s."""
    return []


@contextmanager
def handed_on(browser, spare):
    """Yield a page and its console errors; the next test goes on with it, unless this one fails."""
    page, errors = spare.pop() if spare else new_page(browser).__enter__()
    errors.clear()
    yield page, errors
    spare.append((page, errors))


def index_of(page, grade_id):
    for index, cell in enumerate(cells_of_page(page)):
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == grade_id:
            return index
    raise LookupError(grade_id)


def checks_of_page(page):
    """Return the indices of the checks that a student sees."""
    found = enumerate(cells_of_page(page))
    return [index for index, cell in found if "\n### JUDGE\n" in cell["source"]]


def first_explore(page):
    """Return the index of the experiment: the first cell that shows a picture with sliders."""
    return next(index for index, cell in enumerate(cells_of_page(page)) if is_explore(cell))


def test_a_student_explores_solves_and_validates(server, browser, spare):
    with handed_on(browser, spare) as (page, errors):
        open_notebook(page, server, f"{STORY}/{STORY}.ipynb")
        run_all_cells(page)
        first = exercises(STORY)[0]
        failed = cells_with_errors(page)  # Run All goes on after a check
        assert [index for index, _, _ in failed] == checks_of_page(page)
        assert all(kind == "NotImplementedError" for _, kind, _ in failed)
        assert failed[0][2].startswith("Exercise A: ")
        check = cell_locator(page, failed[0][0])  # the box stands in the error's place
        assert output_text(page, failed[0][0]).count("Exercise A is not written yet: ") == 1
        assert check.locator(".jp-OutputArea-child").count() == 2
        assert check.locator(".jp-InputPlaceholder").inner_text().startswith("# Check")  # folded
        for plugin in ("create-assignment", "formgrader"):  # an instructor's
            assert not page.evaluate(f"jupyterapp.isPluginActivated('@jupyter/nbgrader:{plugin}')")

        experiment = first_explore(page)
        cell_locator(page, experiment).get_by_role("button", name="Go on without a guess").click()
        cell_locator(page, experiment).locator(PICTURE).first.wait_for(state="visible")
        with new_picture(page, experiment):
            handle = cell_locator(page, experiment).locator(".widget-slider .noUi-handle").first
            at_end = handle.get_attribute("aria-valuenow") == handle.get_attribute("aria-valuemax")
            handle.press("ArrowLeft" if at_end else "ArrowRight")

        solve(page, first)
        run_cell(page, index_of(page, first))
        run_cell(page, index_of(page, f"{first}_check"))
        assert cells_with_errors(page) == failed[1:]
        assert output_text(page, index_of(page, f"{first}_check")).startswith(f"✓ {first}")
        save(page)
        said = validate(page)
        assert "failed" in said and "Exercise B is not written yet: " in said
        assert "Exercise A" not in said and "Traceback" not in said
        assert errors == []
        save(page)  # next morning, with another kernel, there are the last pictures
        page.evaluate("jupyterapp.shell.currentWidget.sessionContext.shutdown()")
        open_notebook(page, server, f"{STORY}/{STORY}.ipynb")
        cell_locator(page, experiment).locator(PICTURE).first.wait_for(state="visible")
        page.wait_for_function("!document.body.innerText.includes('Error displaying widget')")


def test_the_file_to_hand_in_is_downloaded_and_collected(folder, server, browser, spare, tmp_path):
    inbox, class_ = tmp_path / "inbox", tmp_path / "class"
    path = f"{HANDED_IN}/{HANDED_IN}.ipynb"
    with handed_on(browser, spare) as (page, errors):
        open_notebook(page, server, path)
        sources = [cell["source"] for cell in cells_of_page(page)]
        [hand_in] = [index for index, source in enumerate(sources) if "course.submit()" in source]
        robin = next(index for index, source in enumerate(sources) if "class RoundRobin" in source)
        run_cell(page, hand_in)
        type_into_cell(page, robin, ROBIN)
        run_cell(page, robin)  # and not saved

        output = cell_locator(page, hand_in).locator(".submit")
        output.get_by_role("textbox", name="Your name").fill("Ada Lovelace")
        assert output.get_by_role("textbox", name="Help used").input_value() == ""
        button = output.get_by_role("button", name="Check and make the file")
        button.press("Enter")
        output.get_by_text("What you last ran").wait_for()
        assert output.get_by_role("link").count() == 0

        save(page)
        button.click()
        link = output.get_by_role("link", name="Download")
        with page.expect_download() as downloading:
            link.click()
        name = downloading.value.suggested_filename
        downloading.value.save_as(inbox / name)
        output.screenshot(path=os.environ.get("SUBMIT_PICTURE", tmp_path / "submit.png"))
        assert errors == []
    assert name == f"{HANDED_IN}__Ada-Lovelace.ipynb"
    assert (inbox / name).read_bytes() == (folder / path).read_bytes()
    assert ROBIN.splitlines()[-1] in (inbox / name).read_text(encoding="utf-8")

    shutil.copytree(ROOT / "notebooks", class_ / "notebooks")
    (class_ / "solutions").mkdir()
    config = (ROOT / "nbgrader_config.py").read_text(encoding="utf-8")
    (class_ / "nbgrader_config.py").write_text(config, encoding="utf-8")
    collected = CliRunner().invoke(main, ["collect", str(inbox), "--root", str(class_)])
    assert "1 files: 1 collected; 0 late." in collected.output
    handed_in = class_ / "grading" / "submitted" / "Ada-Lovelace" / HANDED_IN
    assert (handed_in / f"{HANDED_IN}.ipynb").read_bytes() == (inbox / name).read_bytes()


@pytest.mark.parametrize("name", NAMES)
def test_solved_it_runs_without_a_complaint_and_all_can_be_seen_and_reached(
    server, browser, spare, name
):
    path = f"solved/{name}.ipynb"
    with handed_on(browser, spare) as (page, errors):
        if page.url == "about:blank":
            open_notebook(page, server, path)
        else:
            open_next_notebook(page, path)
        assert not looks.ask_kernel(page, "None", "'explore' in globals()")  # it is emptied
        assert_all_runs_and_is_in_reach(page, name)
        assert errors == []


def assert_all_runs_and_is_in_reach(page, name):
    started = time.monotonic()
    run_all_cells(page)
    assert time.monotonic() - started < SECONDS
    assert cells_with_errors(page) == []
    for cell in cells_of_page(page):
        for output in cell.get("outputs", []):
            assert output.get("name") != "stderr", f"{cell['source'][:80]}: {output['text']}"
    explores = [index for index, cell in enumerate(cells_of_page(page)) if is_explore(cell)]
    assert len(explores) > len(exercises(name))  # the experiment, and the student's own in each
    for index in explores:
        cell_locator(page, index).locator(PICTURE).first.wait_for(state="visible")
        sentence = cell_locator(page, index).locator(".explore-sentence").inner_text()
        assert sentence and not sentence.startswith(("Not written", "Stopped")), sentence

    films = [cell for cell in cells_of_page(page) if cell["source"].startswith("replay")]
    halfway = "film => film.player.seek((film.player.reel.start + film.player.reel.end) / 2)"
    page.evaluate(f"document.querySelectorAll('.film').forEach({halfway})")
    assert films and looks.films(page) == [True] * len(films)
    player = "document.querySelector('.film').player"
    page.evaluate(f"{player}.choose(0, {player}.tells[0].findIndex((tells) => tells))")
    page.wait_for_function(f"{player}.story.querySelector('li')")  # the kernel sends the stories

    pictures, problems = looks.look_into_pictures(page)
    assert pictures >= len(explores) and problems == []
    assert looks.look(page) == []
    assert looks.count_controls(page.locator(PANEL)) >= 3 * len(explores)
    assert looks.cells_with_controls(page) == explores and looks.out_of_reach(page) == []
    assert name != STORY or looks.kinds_of_controls(page) == {"slider", "choice", "tick"}
    if name in WALKED:
        walk_by_keyboard(page, explores[: WALKED[name]])
    if name == STORY:
        for part in (".explore-picture", ".explore-sentence", ".film"):
            assert Axe().run(page, context=part).response["violations"] == []
    looks.narrow(page)
    assert looks.look(page) == []
    looks.darken(page)
    assert looks.look(page) == []
    assert cells_with_errors(page) == []


def test_in_notebook_7_a_picture_moves_is_sharp_and_follows_the_theme(lab, server):
    page, errors = lab
    page.set_viewport_size({"width": 1366, "height": 768})
    open_notebook(page, server, "one_cell.ipynb", program="notebooks")
    errors.clear()  # Notebook 7's own, of plugins that only JupyterLab has
    run_cell(page, 0)
    panel = cell_locator(page, 0).locator(PICTURE).first
    panel.wait_for(state="visible")
    explorer = panel.locator("xpath=ancestor::*[contains(@class, 'explore')][last()]")
    top, bottom = explorer.bounding_box()["y"], panel.bounding_box()
    room = page.locator(".jp-Notebook").bounding_box()["height"]
    assert bottom["y"] + bottom["height"] - top <= room  # sliders and picture on one screen
    with new_picture(page, 0):
        cell_locator(page, 0).locator(".noUi-base").first.click(position={"x": 5, "y": 2})
    assert_keys_are_the_controls(page)
    once = Image.open(io.BytesIO(panel.screenshot())).crop((0, 0, 400, 300))
    panel.evaluate("panel => { panel.parentElement.style.zoom = 2; }")  # as at device scale 2
    twice = Image.open(io.BytesIO(panel.screenshot())).crop((0, 0, 800, 600))
    assert detail(twice) > 1.4 * detail(once.resize(twice.size, Image.Resampling.BILINEAR))
    looks.darken(page)
    colour = "e => getComputedStyle(e.parentElement).backgroundColor"
    assert panel.evaluate(colour) == "rgb(17, 17, 17)"
    assert cells_with_errors(page) == [] and errors == []


def assert_keys_are_the_controls(page):
    """The arrows are the slider's, not the notebook's; a value is typed as it is shown."""
    asked = slider_handle(page, 0, "asked for (1/s)")
    for key, expected in (("Home", 50), ("ArrowRight", 100), ("ArrowUp", 150), ("ArrowLeft", 100)):
        asked.press(key)
        expect(asked).to_have_attribute("aria-valuenow", f"{expected}.0")
    assert asked.evaluate("handle => handle === document.activeElement")
    readout = asked.locator(
        "xpath=ancestor::*[contains(@class, 'widget-slider')]//*[@contenteditable='true']"
    )
    for typed, leave, expected in (
        ("1,000", "Enter", 1000),
        ("950", "Tab", 950),
        ("1000", "Tab", 1000),
    ):
        readout.fill(typed)
        readout.press(leave)
        expect(asked).to_have_attribute("aria-valuenow", f"{expected}.0")
        expect(readout).to_have_text(f"{expected:,}")


def detail(picture):
    """Return how much the pixels differ within blocks of 2 × 2: in a stretched picture, little."""
    grey = np.asarray(picture.convert("L")).astype(int)
    height, width = (size // 2 * 2 for size in grey.shape)
    blocks = grey[:height, :width].reshape(height // 2, 2, width // 2, 2)
    return np.ptp(blocks, axis=(1, 3)).mean()


def walk_by_keyboard(page, explores):
    """Reach and move each control.

    That those of the other notebooks change their pictures is asked without a browser, in the
    tests of the labs (`assert_every_step_is_seen`).
    """
    controls = sum(looks.count_controls(cell_locator(page, index)) for index in explores)
    reached, unmoved = looks.walk_by_keyboard(page, explores[0] - 1, controls)
    assert len(reached) == controls and {cell for cell, _ in reached} == set(explores)
    assert unmoved == []


def solve(page, exercise):
    type_into_cell(page, index_of(page, exercise), solutions(STORY)[exercise])


def is_explore(cell):
    return cell["cell_type"] == "code" and cell["source"].startswith("explore")
