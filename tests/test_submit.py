"""course.submit(): the button says what is missing, and makes one file that can be collected."""

import base64
import html
import json
import os
import re
import shutil
import subprocess
import sys
import time
from types import SimpleNamespace

import nbformat
import pytest

import course
from autograder.collect.work import assignment_of, cells_of, help_of
from autograder.grade import intake, pictures
from course.submit import ALL_PICTURES, LARGEST_GRADED, LARGEST_PICTURE, LONGEST_HELP, PICTURES
from tests.course_scripts import NAMES, ROOT, cells, exercises

NAME = "02_load_balancer"
CODE = "class RoundRobin:\n    def pick(self, servers):\n        return servers[0]"


@pytest.fixture
def mine(tmp_path, monkeypatch):
    """A student's own copy of a notebook, in the kernel's folder; the kernel knows its path."""
    path = tmp_path / f"{NAME}.ipynb"
    shutil.copy(ROOT / "notebooks" / NAME / f"{NAME}.ipynb", path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("JPY_SESSION_NAME", str(path))
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    monkeypatch.delenv("JUPYTERHUB_USER", raising=False)
    return path


def change(path, edit):
    """Edit the notebook's cells on disk: edit(cells by grade id, all cells)."""
    notebook = nbformat.read(path, as_version=4)
    known = {
        cell.metadata.nbgrader.grade_id: cell
        for cell in notebook.cells
        if "nbgrader" in cell.metadata
    }
    edit(known, notebook.cells)
    path.write_text(nbformat.writes(notebook), encoding="utf-8")


def twin(cell):
    """Return a copy of a cell as JupyterLab makes it: with the same metadata."""
    return nbformat.from_dict({**cell, "id": "another"})


def press(name="ada", notebook=None, used=""):
    """Press the button; return what is then said, as HTML."""
    box = course.submit(notebook)
    (field, help_used, button), said = box.children[0].children, box.children[1]
    field.value, help_used.value = name, used
    button.click()
    return html.unescape(said.value)


def download(said):
    """Return (file name, bytes) of the one link."""
    [(name, data)] = re.findall(r'download="([^"]+)" href="data:[^,]+;base64,([^"]+)"', said)
    return name, base64.b64decode(data)


def test_the_file_is_the_notebook_as_saved(mine):
    name, data = download(press())
    assert name == f"{NAME}__ada.ipynb" and data == mine.read_bytes()


def test_what_helped_is_in_the_file_for_the_teacher_and_changes_no_cell(mine):
    before = mine.read_bytes()
    said = "an AI assistant, for B; Älva, <b>aloud</b>"
    _, data = download(press(used=f" {said} "))
    assert mine.read_bytes() == before and help_of(data) == said
    assert assignment_of(data) == NAME and cells_of(data) == cells_of(before)
    assert help_of(download(press(used=" "))[1]) == ""
    assert len(help_of(download(press(used="x" * 5000))[1])) == LONGEST_HELP
    folder = mine.parent / "ada"
    folder.mkdir()
    (folder / f"{NAME}.ipynb").write_bytes(data)
    assert intake.take(folder, NAME, {"round_robin"}).help == said


def test_what_is_not_written_is_said_and_can_be_handed_in(mine):
    said = press()
    assert f"Not written yet: exercise {', '.join('ABCDE'[: len(exercises(NAME))])}." in said
    assert "the answer in words" in said and "Download" in said

    unwritten = nbformat.read(mine, as_version=4)
    unwritten = next(cell.source for cell in unwritten.cells if "Exercise D: count" in cell.source)

    def solve(known, _):
        for cell in cells(NAME):
            if cell.kind in ("solution", "answer"):
                known[cell.grade_id].source = cell.text

    change(mine, solve)
    assert "Not written" not in press() and "Download" in press()
    change(mine, lambda known, _: known["health_checker"].update(source=unwritten))
    assert "Not written yet: exercise D." in press()


def test_a_missing_cell_is_said(mine):
    change(mine, lambda known, every: every.remove(known["least_connections"]))
    said = press()
    assert 'The cell "least_connections" is missing' in said and "href" not in said


def test_a_doubled_cell_is_said(mine):
    change(mine, lambda known, every: every.append(twin(known["explain"])))
    said = press()
    assert '"explain" is there 2 times' in said and "href" not in said


def ran(monkeypatch, *texts):
    """Let the kernel have run these cells."""
    history = SimpleNamespace(input_hist_raw=["", *texts])
    shell = SimpleNamespace(history_manager=history, user_ns={})
    ipython = SimpleNamespace(get_ipython=lambda: shell)
    monkeypatch.setitem(sys.modules, "IPython", ipython)


def test_what_was_run_must_be_what_is_saved(mine, monkeypatch):
    change(mine, lambda known, _: known["round_robin"].update(source=CODE))
    ran(monkeypatch, CODE.replace("[0]", "[1]"))
    said = press()
    assert "What you last ran" in said and "round_robin" in said and "href" not in said
    ran(monkeypatch, CODE.replace("[0]", "[1]"), CODE + "\n")
    assert "Download" in press()
    ran(monkeypatch, "class RoundRobinElse:\n    pass")
    assert "Download" in press()


def test_a_save_long_ago_is_said(mine):
    os.utime(mine, (time.time() - 600,) * 2)
    assert "saved 10 minutes ago" in press() and "Changed anything since?" in press()
    os.utime(mine)
    assert "Changed anything since?" not in press()


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("Ada Lovelace", "Ada-Lovelace"),
        ("  ada@example.org ", "ada@example.org"),
        ("../../etc/passwd", "etc-passwd"),
        ("a__b/c+d", "a_b-c-d"),
        ("Ōtomo 太郎", "Ōtomo-太郎"),
        ('<b onclick="x">', "b-onclick-x"),
    ],
)
def test_the_name_stands_in_the_files_name(mine, name, file):
    assert download(press(name))[0] == f"{NAME}__{file}.ipynb"


@pytest.mark.parametrize("name", ["", "   ", "../..", "__"])
def test_without_a_name_it_is_asked_for(mine, name):
    said = press(name)
    assert "Write your name" in said and "href" not in said


def test_on_a_hub_the_name_is_known(mine, monkeypatch):
    monkeypatch.setenv("JUPYTERHUB_USER", "ben")
    assert course.submit().children[0].children[0].value == "ben"


def test_a_renamed_notebook_is_found_and_keeps_its_assignment(mine):
    mine.rename(mine.with_name("Untitled.ipynb"))
    name, data = download(press())
    assert name == f"{NAME}__ada.ipynb" and data == mine.with_name("Untitled.ipynb").read_bytes()


def test_if_the_notebook_cannot_be_told_it_is_asked_for(mine):
    mine.rename(mine.with_name("one.ipynb"))
    shutil.copy(mine.with_name("one.ipynb"), mine.with_name("two.ipynb"))
    said = press()
    assert "Which notebook is this?" in said and "one.ipynb, two.ipynb" in said
    assert "Download" in press(notebook="two.ipynb")
    assert "three.ipynb is not there" in press(notebook="three.ipynb")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('{"cells": [', "is not a notebook"),
        ("[]", "has no cells"),
        ('{"cells": [], "metadata": {}}', "has no exercises"),
    ],
)
def test_what_is_not_a_notebook_of_the_course_is_named(mine, text, sentence):
    mine.write_text(text)
    assert sentence in press() and "href" not in press()


def test_a_file_too_large_for_a_link_leaves_outputs_out(mine):
    def print_much(known, _):
        known["round_robin"]["outputs"] = [nbformat.v4.new_output("stream", text="x" * 6_000_000)]

    change(mine, print_much)
    said = press()
    _, data = download(said)
    assert "leaves out its outputs. They do not count" in said and len(data) < 1_000_000
    kept, whole = json.loads(data)["cells"], json.loads(mine.read_bytes())["cells"]
    assert [cell["source"] for cell in kept] == [cell["source"] for cell in whole]


def saved_with(mine, **metadata):
    """Save the notebook with a short output, and with this in its metadata."""
    content = json.loads(mine.read_bytes())
    code = next(cell for cell in content["cells"] if cell["cell_type"] == "code")
    code["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "short"}]
    content["metadata"] |= metadata
    mine.write_text(json.dumps(content))


def test_the_saved_state_of_sliders_is_left_out_first(mine):
    saved_with(mine, widgets={"state": "x" * 22_000_000})
    said = press()
    data = download(said)[1]
    assert "leaves out the saved state of its sliders. They" in said and len(data) < 1_000_000
    kept = json.loads(data)
    assert "widgets" not in kept["metadata"] and kept["metadata"]["course"]
    assert any(cell.get("outputs") for cell in kept["cells"])


def test_what_is_too_large_to_be_graded_makes_no_file(mine):
    assert LARGEST_GRADED == intake.NOTEBOOK_BYTES
    change(mine, lambda known, _: known["explain"].update(source="My answer\n" + "x" * 21_000_000))
    said = press()
    assert "21 MB cannot be graded" in said and 'begins with "My answer"' in said
    assert "Not yet" in said and "Download" not in said


def test_a_picture_that_will_be_left_out_is_said(mine):
    """As the grader decides; it says the same of them to the instructor, when it is too late."""
    png, tiff = base64.b64encode(pictures.PNG).decode(), {"image/tiff": "SUkqAA=="}
    pasted = {"small.png": {"image/png": png}, "plan.tif": tiff}
    jpeg = base64.b64encode(b"\xff\xd8\xff" + bytes(5 << 20)).decode()
    pasted["large.jpg"] = {"image/jpeg": jpeg}
    answer = "See ![a](attachment:small.png), ![b](mine/plan.png) and ![c](https://a.org/c.png)."
    change(mine, lambda known, _: known["explain"].update(source=answer, attachments=pasted))
    said = press()
    assert "Download" in said and "small.png" not in said.split("kB, saved")[1]
    assert "plan.tif will be left out, as it is not a PNG, JPEG, GIF or WebP" in said
    assert "large.jpg will be left out, as it is too large (5.2 MB; at most 4 MB each" in said
    for name in ("mine/plan.png", "https://a.org/c.png"):
        assert f"The picture {name} is not in the notebook" in said
    notes = []
    intake._cells("it", mine.read_bytes(), notes)
    assert sorted(note.split()[2] for note in notes) == ["large.jpg", "plan.tif"]
    many = {f"{n}.png": {"image/png": png + "A" * (3 << 20)} for n in range(5)}
    change(mine, lambda known, _: known["explain"].update(attachments=many))
    assert "The picture 4.png will be left out" in press()
    assert (pictures.BYTES, intake.PICTURES_CHARACTERS, tuple(pictures.BEGINNINGS)) == (
        LARGEST_PICTURE,
        ALL_PICTURES,
        PICTURES,
    )


def test_while_nbgrader_executes_it_does_and_costs_nothing(monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    assert course.submit() is None
    program = "import course, sys; course.submit(); print(sorted(sys.modules))"
    modules = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    heavy = {"ipywidgets", "IPython", "numpy", "nbformat", "nbgrader", "matplotlib"}
    assert modules.returncode == 0 and not heavy & set(eval(modules.stdout))


def test_every_graded_notebook_has_the_button_and_knows_its_cells():
    for name in NAMES:
        notebook = nbformat.read(ROOT / "notebooks" / name / f"{name}.ipynb", as_version=4)
        assert sum("course.submit()" in cell.source for cell in notebook.cells) == 1
        graded = [
            cell.grade_id for cell in cells(name) if cell.kind in ("solution", "check", "answer")
        ]
        assert notebook.metadata.course == {"assignment": name, "cells": graded}
