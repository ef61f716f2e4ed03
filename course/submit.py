"""The cell under "Hand in" of a notebook: check that the work is complete, and make a file of it.

    course.submit()  → fields for your name and the help you used, a button, and below them what is
                       missing or the file

Nothing is sent anywhere. The file is the notebook as it was last saved, for the browser to
download, so this works on Binder, too. Its name has the student's: 02_load_balancer__ada.ipynb.
"""

import base64
import json
import os
import re
import sys
import time
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unicodedata import category, normalize

from course.texts import ANSWER, UNWRITTEN

if TYPE_CHECKING:
    from ipywidgets import VBox

LARGEST = 5_000_000  # bytes; above, something is left out: browsers limit a link's data
LARGEST_GRADED = 20 << 20  # bytes; above, nothing is graded
PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")  # others are left out
LARGEST_PICTURE = 4 << 20  # bytes; larger ones are left out
ALL_PICTURES = 12 << 20  # characters of base64; what comes after so many is left out
LINKED = re.compile(r"!\[[^\]]*\]\(\s*(?!attachment:|data:)([^)\s]+)")  # pictures, not pasted
LONGEST_HELP = 400  # characters that a student says about the help they used
STALE = 120  # seconds since the last save; JupyterLab saves every two minutes by itself
WARNING = "#A33B00"  # dark orange: contrast 6.6 on white
PRESS_AGAIN = "then press the button again"


class CannotTell(Exception):
    """The notebook cannot be looked at; str() is one sentence for the student."""


@dataclass(frozen=True)
class Finding:
    """What was found in a saved notebook.

    assignment: its name. problems: sentences, each a reason why it cannot be handed in yet. notes:
    sentences worth knowing, such as which exercises are not written yet.
    """

    assignment: str
    problems: tuple[str, ...]
    notes: tuple[str, ...]


def submit(notebook: str | None = None) -> "VBox | None":
    """Return a field for your name and a button that checks your work and makes the file.

    In another field you may say which help you used; what you write goes into the file, for your
    teacher, and is not graded. Below them stands what is missing, or a link to the file. Save the
    notebook before you press the button. While nbgrader executes the notebook, return None.
    notebook: this notebook's file name, in case it cannot be found out.
    """
    if "NBGRADER_EXECUTION" in os.environ:
        return None
    import ipywidgets as widgets

    wide = {"width": "min(420px, 100% - 4px)"}
    name = widgets.Text(
        value=os.environ.get("JUPYTERHUB_USER", ""),
        description="Your name",
        placeholder="as your course knows you, such as ada",
        layout=wide,
    )
    used = widgets.Text(
        description="Help used",
        placeholder="optional: an AI assistant, for B",
        layout=wide,
    )
    button = widgets.Button(
        description="Check and make the file", button_style="primary", layout={"width": "220px"}
    )
    said = widgets.HTML()
    said.add_class("submit-said")
    button.on_click(lambda _: said.set_trait("value", answer(name.value, notebook, used.value)))
    fields = widgets.Box([name, used, button], layout={"flex_flow": "row wrap"})
    box = widgets.VBox([fields, said])
    box.add_class("submit")
    return box


def answer(name: str, notebook: str | None = None, used: str = "") -> str:
    """Return the HTML that is shown when the button is pressed: what is missing, or the file.

    used: what the student says about the help they used.
    """
    try:
        student = plain_name(name)
        path = notebook_path(notebook)
        content, saved = read(path)
        found = examine(content, path.stem, inputs_run())
    except CannotTell as error:
        return _listed("Not yet:", [str(error)])
    if found.problems:
        return _listed("Not yet:", found.problems)
    data, left_out = _file(path, content, used.strip()[:LONGEST_HELP])
    if len(data) > LARGEST_GRADED:
        return _listed("Not yet:", [_too_large(content, len(data))])
    notes = list(found.notes)
    if left_out:
        notes.append(
            f"The notebook is large, so the file leaves out {' and '.join(left_out)}. "
            "They do not count, and your notebook keeps them."
        )
    age = max(0, int(time.time() - saved))
    if age > STALE:
        notes.insert(0, f"Changed anything since? Save (Ctrl + S), {PRESS_AGAIN}.")
    return _link(f"{found.assignment}__{student}.ipynb", data, age) + _listed("", notes)


def plain_name(name: str) -> str:
    """Return the name as it is used in the file's name; CannotTell if nothing of it is left."""
    # a vowel sign or an accent (category M) belongs to its letter; what is not shown is left out
    letters = [
        letter if letter.isalnum() or letter in "_.@-" or category(letter)[0] == "M" else " "
        for letter in normalize("NFC", name)
        if category(letter) != "Cf"
    ]
    plain = re.sub("_{2,}", "_", "-".join("".join(letters).split())).strip("-._")
    if not plain:
        raise CannotTell(f"Write your name into the field, {PRESS_AGAIN}.")
    return plain


def notebook_path(notebook: str | None = None, call: str = "course.submit") -> Path:
    """Return the path of the notebook that this kernel belongs to; CannotTell if it is not clear.

    Jupyter's server tells each kernel that it starts (JPY_SESSION_NAME), and so does VS Code (in a
    variable). A notebook that has been renamed since is found if it is alone in its folder.
    call: what the student called, to which the sentence adds the file's name.
    """
    shell = shell_of_this_kernel()
    told = notebook or (shell and shell.user_ns.get("__vsc_ipynb_file__"))
    told = told or os.environ.get("JPY_SESSION_NAME")
    if told and Path(told).is_file():
        return Path(told)
    here = sorted(path for path in Path().glob("*.ipynb") if path.is_file())
    if len(here) == 1 and not notebook:
        return here[0].resolve()
    wrong = f"{told} is not there. " if told else ""
    names = ", ".join(path.name for path in here) or "none"
    raise CannotTell(
        f"{wrong}Which notebook is this? Put its file name into this cell, as in "
        f'{call}("02_load_balancer.ipynb"), and run it (here are: {names}).'
    )


def read(path: Path) -> tuple[dict[str, Any], float]:
    """Return a saved notebook's content, and when it was saved; CannotTell if it is not one."""
    try:
        saved = path.stat().st_mtime
        content = json.loads(path.read_bytes())
    except OSError as error:
        raise CannotTell(f"{path.name} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise CannotTell(
            f"{path.name}, as it is on disk, is not a notebook: save (Ctrl + S), {PRESS_AGAIN}."
        ) from error
    if not isinstance(content, dict) or not isinstance(content.get("cells"), list):
        raise CannotTell(f"{path.name} has no cells: is it a notebook of this course?")
    return content, saved


def examine(content: dict[str, Any], stem: str, run: list[str]) -> Finding:
    """Return what is missing from a notebook, there twice, not saved, or not written yet.

    content: the notebook's JSON. stem: its file's name, used if the notebook does not say which one
    it is. run: the texts of all cells that this kernel has run, oldest first. CannotTell if it has
    no exercises.
    """
    about = content.get("metadata", {}).get("course", {})
    cells: dict[str, list[str]] = {}
    for cell in content["cells"]:
        grade_id = cell.get("metadata", {}).get("nbgrader", {}).get("grade_id")
        if grade_id:
            cells.setdefault(grade_id, []).append(text_of(cell))
    if not cells:
        raise CannotTell("This notebook has no exercises: open one of the course's notebooks.")
    expected = about.get("cells", list(cells))
    problems, notes, letters = [], [], []
    for grade_id in expected:
        if grade_id not in cells:
            problems.append(
                f'The cell "{grade_id}" is missing. Bring it back with Edit, Undo Cell Operation, '
                "or copy your work into a fresh notebook."
            )
    for grade_id, texts in cells.items():
        if len(texts) > 1:
            problems.append(f'The cell "{grade_id}" is there {len(texts)} times: keep one.')
        elif _not_what_was_run(texts[0], run):
            problems.append(
                f'What you last ran in "{grade_id}" is not what is saved: '
                f"run the cell, save (Ctrl + S), {PRESS_AGAIN}."
            )
        letters += UNWRITTEN.findall(texts[0])
        if grade_id == "explain" and texts[0].strip() in ("", ANSWER):
            notes.append("Not written yet: the answer in words, under Explain.")
    notes += _pictures_left_out(content["cells"])
    if letters:
        notes.insert(0, f"Not written yet: exercise {', '.join(sorted(set(letters)))}.")
    return Finding(str(about.get("assignment", stem)), tuple(problems), tuple(notes))


def unwritten() -> list[str]:
    """Return the letters of the exercises that are not written yet in this kernel's notebook."""
    try:
        content, _ = read(notebook_path())
    except CannotTell:
        return []
    texts = [text_of(cell) for cell in content["cells"]]
    return sorted({letter for text in texts for letter in UNWRITTEN.findall(text)})


def _pictures_left_out(cells: list[dict[str, Any]]) -> list[str]:
    """Return a sentence for each picture in a text that whoever grades it will not see."""
    said, room = [], ALL_PICTURES
    for cell in cells:
        is_answer = cell.get("metadata", {}).get("nbgrader", {}).get("grade_id") == "explain"
        for name in LINKED.findall(text_of(cell)) if is_answer else ():
            said.append(
                f"The picture {name} is not in the notebook and will not be seen: copy it and "
                "paste it into the cell while you edit it."
            )
        for name, kinds in cell.get("attachments", {}).items():
            kind = next((kind for kind in PICTURES if kind in kinds), "")
            size = len("".join(kinds.get(kind, "")))
            if not kind:
                said.append(
                    f"The picture {name} will be left out, as it is not a PNG, JPEG, GIF or WebP: "
                    "paste a screenshot of it instead."
                )
            elif size * 3 // 4 > LARGEST_PICTURE or size > room:
                said.append(
                    f"The picture {name} will be left out, as it is too large "
                    f"({size * 3 / 4 / 1e6:.1f} MB; at most {LARGEST_PICTURE >> 20} MB each and "
                    f"{(ALL_PICTURES >> 20) * 3 // 4} MB in all): paste a smaller one."
                )
            else:
                room -= size
    return said


def inputs_run() -> list[str]:
    """Return the texts of all cells that this kernel has run, oldest first; [] outside a kernel."""
    shell = shell_of_this_kernel()
    return list(shell.history_manager.input_hist_raw) if shell else []


def shell_of_this_kernel() -> Any:
    """Return IPython's shell, or None outside of it; a kernel has imported IPython already."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython else None


def text_of(cell: dict[str, Any]) -> str:
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(source)


def _not_what_was_run(saved: str, run: list[str]) -> bool:
    """Return whether the newest run of a cell with the same class or function differs from it."""
    first = re.search(r"(?m)^(class|def) .*$", saved)
    if not first:
        return False
    begins = re.compile(rf"(?m)^{re.escape(first.group())}\s*$")
    newest = next((text for text in reversed(run) if begins.search(text)), saved)
    return newest.strip() != saved.strip()


def _file(path: Path, content: dict[str, Any], used: str) -> tuple[bytes, list[str]]:
    """Return the bytes to hand in, and what was left out if the file is too large."""
    data, left_out = path.read_bytes(), []
    if used:
        content.setdefault("metadata", {}).setdefault("course", {})["help"] = used
        data = _packed(content)
    if len(data) > LARGEST and content.get("metadata", {}).pop("widgets", None):
        left_out.append("the saved state of its sliders")
        data = _packed(content)
    outputs = [cell for cell in content["cells"] if cell.get("outputs")]
    if len(data) > LARGEST and outputs:
        left_out.append("its outputs")
        for cell in outputs:
            cell["outputs"] = []
        data = _packed(content)
    return data, left_out


def _packed(content: dict[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, indent=1).encode()


def _too_large(content: dict[str, Any], size: int) -> str:
    """Return what makes a notebook too large to be graded, and what to do."""
    largest = max(content["cells"], key=lambda cell: len(json.dumps(cell)))
    begins = text_of(largest).strip().partition("\n")[0][:60]
    return (
        f"The notebook has {size / 1e6:,.0f} MB without its outputs, and more than "
        f"{LARGEST_GRADED / 1e6:.0f} MB cannot be graded. Most of it is in the cell that begins "
        f'with "{begins}": take the large picture or text out, save (Ctrl + S), {PRESS_AGAIN}.'
    )


def _link(name: str, data: bytes, age: int) -> str:
    ago = f"{age} seconds" if age < STALE else f"{age // 60} minutes"
    href = "data:application/octet-stream;base64," + base64.b64encode(data).decode()
    return (
        f'<p role="status"><a download="{escape(name)}" href="{href}" '
        f'style="font-weight: bold; text-decoration: underline">Download {escape(name)}</a>'
        f" ({len(data) / 1000:,.0f} kB, saved {ago} ago)"
        " and hand it in the way your course says.</p>"
    )


def _listed(heading: str, sentences: list[str] | tuple[str, ...]) -> str:
    if not sentences:
        return ""
    items = "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences)
    top = f'<b style="color: {WARNING}">{heading}</b>' if heading else ""
    return f'<div role="status" style="line-height: 1.5">{top}<ul>{items}</ul></div>'
