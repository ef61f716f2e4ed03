"""A submission rebuilt: whose cells stand where, also when some are there twice."""

import base64
import io
import json
import struct

import nbformat
import pytest
from PIL import Image

from autograder.files import Refused
from autograder.grade import intake, pictures
from autograder.grade.execute import OUTPUT_BYTES
from autograder.grade.outputs import kept_outputs, size
from autograder.grade.pictures import PNG, kept_png
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


def png(width, height, extra=b""):
    """Return the beginning of a PNG, which is all that is looked at."""
    return PNG + struct.pack(">I4s2I", 13, b"IHDR", width, height) + extra


LARGEST = encoded(PNG.ljust(pictures.BYTES, b"x"))


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (LARGEST, LARGEST),
        (encoded(PNG.ljust(pictures.BYTES + 1, b"x")), ""),
        ("A" * (4 * pictures.BYTES), ""),
        (f"{encoded(PNG)[:6]}\n{encoded(PNG)[6:]}\n", encoded(PNG)),  # as some notebooks break it
        (f'{encoded(PNG)}"onerror="x', ""),
        (encoded(png(8000, 4000)), encoded(png(8000, 4000))),
        (encoded(png(8001, 4000)), ""),
        (encoded(b"<svg>"), ""),
        ([encoded(PNG)], ""),
        (None, ""),
    ],
)
def test_a_picture_is_kept_if_it_is_a_png_and_not_too_large(given, kept):
    assert kept_png(given) == kept


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("png", {}),
        ("jpeg", {}),
        ("jpeg", {"progressive": True, "comment": b"x" * 300}),
        ("gif", {}),
        ("webp", {}),
        ("webp", {"lossless": True}),
        ("webp", {"exif": b"Exif\0\0"}),
    ],
)
def test_the_size_of_a_picture_is_read_from_its_header(kind, options):
    """Pictures as Pillow writes them, with sides that no header holds by chance."""
    file = io.BytesIO()
    Image.effect_noise((613, 47), 50).convert("RGB").save(file, kind, **options)
    data = file.getvalue()
    assert pictures.picture(f"image/{kind}", encoded(data)) == (encoded(data), 613 * 47)
    with pytest.raises(Refused, match="not what it says"):
        other = "image/png" if kind != "png" else "image/gif"
        pictures.picture(other, encoded(data))


def test_a_frame_larger_than_the_screen_counts():
    """A GIF of 1 × 1 pixel with a frame of 9,000 × 9,000."""
    extension = b"\x21\xf9\x04" + bytes(4) + b"\0"
    frame = b"\x2c" + struct.pack("<4HB", 0, 0, 9000, 9000, 0)
    data = b"GIF89a" + struct.pack("<2HB2x", 1, 1, 0x80) + bytes(6) + extension + frame
    with pytest.raises(Refused, match="9000 × 9000 pixels, more than 32 million"):
        pictures.picture("image/gif", encoded(data))


@pytest.mark.parametrize("kind", ["image/jpeg", "image/gif", "image/webp"])
def test_a_header_that_ends_early_has_no_size(kind):
    begin = {"jpeg": b"\xff\xd8\xff", "gif": b"GIF89a", "webp": b"RIFF....WEBP"}
    data = begin[kind.partition("/")[2]]
    for more in range(20):
        assert pictures.picture(kind, encoded(data + bytes(more))).pixels <= 1


def taken(tmp_path, attachments):
    """Return an answer's attachments as they are taken in, and the notes about them."""
    notebook = classroom.written(NAME, {}, "![a](attachment:a)")
    answer = next(c for c in notebook.cells if c.source == "![a](attachment:a)")
    answer["attachments"] = attachments
    (tmp_path / f"{NAME}.ipynb").write_text(json.dumps(notebook))
    found = intake.take(tmp_path, NAME, set())
    (kept,) = (c for c in found.cells if c["source"] == "![a](attachment:a)")
    return kept.get("attachments", {}), found.notes


def test_what_is_left_out_of_an_answer_is_named(tmp_path):
    kept, notes = taken(
        tmp_path,
        {
            "photo.jpg": {"image/jpeg": encoded(b"\xff\xd8\xff\xe0")},
            "bomb.png": {"image/png": encoded(png(60_000, 60_000))},
            "drawing.svg": {"image/svg+xml": "<svg/>"},
            "nothing.png": None,
            "heic.jpg": {"image/jpeg": encoded(b"ftypheic")},
        },
    )
    assert list(kept) == ["photo.jpg"]
    assert notes == [
        "the picture bomb.png was left out: it has 60000 × 60000 pixels, more than 32 million",
        "the picture drawing.svg was left out: it is not a PNG, JPEG, GIF or WebP picture",
        "the picture nothing.png was left out: it is not a PNG, JPEG, GIF or WebP picture",
        "the picture heic.jpg was left out: it is not what it says (image/jpeg)",
    ]


def test_a_notebook_of_millions_of_dictionaries_is_refused_before_it_is_read(tmp_path):
    """20 MB of them took 780 MiB of the grader's own memory."""
    (tmp_path / f"{NAME}.ipynb").write_text('{"cells": [' + '{"":{}},' * 2_100_000)
    with pytest.raises(Refused, match="more than 2,000,000 parts: ask for it without its outputs"):
        intake.take(tmp_path, NAME, set())


def test_many_small_bombs_are_one_large_one(tmp_path):
    each = {"image/png": encoded(png(5000, 5000))}
    kept, notes = taken(tmp_path, {f"{n}.png": each for n in range(6)})
    assert len(kept) == 4
    assert notes[0] == "the picture 4.png was left out: all pictures together are too large"
    shown = [{"output_type": "display_data", "data": each} for _ in range(5)]
    assert size(kept_outputs(shown[:4], 100)) < OUTPUT_BYTES < size(kept_outputs(shown, 100))


WORDS = "Because waiting grows without end near full use."


def with_answer(change):
    """Return the rebuilt answer cell, the own cells and the notes after `change(cells, place)`."""
    notebook = classroom.released(NAME)
    cells = [dict(cell) for cell in notebook.cells]
    ids = [cell["metadata"].get("nbgrader", {}).get("grade_id") for cell in cells]
    change(cells, ids.index("explain"))
    made = rebuild(classroom.released(NAME), cells)
    nbformat.validate(made.notebook)
    (answer,) = (
        cell
        for cell in made.notebook.cells
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "explain"
    )
    return answer, [made.notebook.cells[place].source for place in made.extra], made.notes


def words(text=WORDS, kind="markdown", **more):
    return {"cell_type": kind, "source": text, "metadata": {}, **more}


def rewritten(cells, place):
    cells[place] = words()


def below(cells, place):
    cells.insert(place + 1, words())


def below_the_rubric(cells, place):
    cells.insert(place + 2, words())


def at_the_end_of_a_notebook_without_its_ids(cells, place):
    del cells[place]
    cells.append(words())


def below_the_question(cells, place):
    cells[place - 1]["source"] += f"\n\n{WORDS}"


def merged_with_the_question(cells, place):
    cells[place - 1]["source"] += f"\n\n{WORDS}"
    del cells[place]


def in_a_code_cell(cells, place):
    cells.insert(place + 1, words(kind="code"))


def in_a_raw_cell(cells, place):
    cells.insert(place + 1, words(kind="raw"))


def in_the_first_of_two_copies(cells, place):
    cells.insert(place, cells[place] | {"source": WORDS})


@pytest.mark.parametrize(
    "change",
    [
        *(rewritten, below, below_the_rubric, at_the_end_of_a_notebook_without_its_ids),
        *(below_the_question, merged_with_the_question, in_a_code_cell, in_a_raw_cell),
        in_the_first_of_two_copies,
    ],
)
def test_an_answer_is_found_wherever_it_was_written(change):
    answer, own_cells, notes = with_answer(change)
    assert answer.source == WORDS and not own_cells
    assert notes[-1].endswith(": the text near it was taken as the answer")


def nothing(cells, place):
    """Leave the answer as it was released."""


def a_note_elsewhere(cells, place):
    cells.insert(place - 4, words())


def code_below(cells, place):
    cells.insert(place + 1, words("%matplotlib inline\nexplore(RoundRobin)", "code"))
    cells.insert(place + 1, words("!ls", "code"))
    cells.insert(place + 1, words("---"))


def the_question_again(cells, place):
    cells.insert(place, dict(cells[place - 1]) | {"id": "copy"})


def an_older_question(cells, place):
    cells[place - 1]["source"] = "## Explain\n\nWhat did the last edition ask?"


@pytest.mark.parametrize(
    "change", [nothing, a_note_elsewhere, code_below, the_question_again, an_older_question]
)
def test_an_answer_that_was_not_written_is_none(change):
    answer, _, _ = with_answer(change)
    assert answer.source == "*Write your answer here.*"


def test_an_answer_keeps_its_own_cell_and_what_stands_near():
    def change(cells, place):
        cells[place]["source"] = "My answer."
        cells.insert(place + 1, words())

    answer, own_cells, notes = with_answer(change)
    assert (answer.source, own_cells, notes) == ("My answer.", [WORDS], [])


def test_an_answer_in_two_cells_keeps_both_pictures():
    def change(cells, place):
        for letter in "ba":
            picture = encoded(PNG + letter.encode())
            pasted = {"image.png": {"image/png": picture}}
            text = f"{letter} ![x](attachment:image.png)"
            cells.insert(place + 1, words(text, attachments=pasted))

    answer, _, _ = with_answer(change)
    assert answer.source == "a ![x](attachment:image.png)\n\nb ![x](attachment:1-image.png)"
    assert set(answer.attachments) == {"image.png", "1-image.png"}
