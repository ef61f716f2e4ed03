"""What a student handed in, read without trust: a notebook's cells and small files, or a reason.

Nothing here follows a link or waits for a pipe, and whatever a student's file is, the only
exception is Refused.
"""

import base64
import hashlib
import json
import os
import sys
from collections import deque
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

from autograder.collect.work import A_SOLUTION, Released, help_of, is_worked, solution_of
from autograder.files import (
    FILE_BYTES,
    FILE_NAME,
    FILES,
    FILES_BYTES,
    PARTS,
    Refused,
    parts_of,
    read_untrusted,
)
from autograder.grade import pictures

NOTEBOOK_BYTES = 20 << 20
PICTURES_CHARACTERS = 12 << 20  # base64 of all pictures pasted into a notebook's cells
CELLS = 5000
ENTRIES = 1000  # looked at
LEFT_OUT = {"timestamp.txt", ".ipynb_checkpoints", "__pycache__", ".DS_Store", "__MACOSX"}


@dataclass
class Submission:
    """What can be graded: the notebook's cells as they were read, and the files next to it."""

    cells: list[Any]
    digest: str  # SHA-256 of the notebook's bytes, in hex
    name: str  # of the file
    files: dict[str, bytes] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    help: str = ""  # that the student says they used

    @property
    def files_as_text(self) -> dict[str, str]:
        """The files, with base64 contents."""
        return {name: base64.b64encode(data).decode() for name, data in self.files.items()}


def take(
    folder: Path, assignment: str, grade_ids: set[str], released: Released | None = None
) -> Submission:
    """Read a submission's folder; raises Refused with the sentence for the instructor.

    grade_ids: of the assignment's cells. A notebook with another name is taken when it is the only
    one with most of them, or if `released` says that only this one was worked on.
    """
    if folder.is_symlink() or folder.parent.is_symlink() or not folder.is_dir():
        raise Refused(f"{folder.name} is not a folder: put the student's notebook into a folder")
    notes: list[str] = []
    expected = f"{assignment}.ipynb"
    files = _plain_files(folder, expected, notes)
    if released:
        _leave_out_untouched(files, grade_ids, released, notes)
    name = _notebook_name(files, folder, assignment, grade_ids, notes)
    data = files.pop(name)
    cells = _cells(name, data, notes)
    if solution_of(data):
        raise Refused(f"{name} {A_SOLUTION}: ask for their own")
    kept: dict[str, bytes] = {}
    for other in sorted(files):
        if other.endswith(".ipynb"):
            notes.append(f"{other}: another notebook, left out")
        elif reason := _shadows(other, expected):
            notes.append(f"{other}: refused, {reason}")
        else:
            kept[other] = files[other]
    digest = hashlib.sha256(data).hexdigest()
    return Submission(cells, digest, name, kept, notes, help_of(data))


def _plain_files(folder: Path, expected: str, notes: list[str]) -> dict[str, bytes]:
    """Return the contents of the plain files of a folder by relative name; note what is refused.

    The expected notebook comes first, and has room whatever else is there.
    """
    found: dict[str, bytes] = {}
    left = {True: 2 * NOTEBOOK_BYTES, False: FILES_BYTES}
    for name in _names(folder, expected, notes):
        book = name.endswith(".ipynb")
        try:
            data = read_untrusted(folder / name, NOTEBOOK_BYTES if book else FILE_BYTES)
        except Refused as refused:
            notes.append(f"{name}: refused, {refused}")
            continue
        left[book] -= len(data)
        if len(found) > FILES or left[book] < 0:
            notes.append(
                f"files were refused from {name} on: more than {FILES}, or more than "
                f"{FILES_BYTES >> 20} MiB"
            )
            break
        found[name] = data
    return found


def _names(folder: Path, expected: str, notes: list[str]) -> list[str]:
    """Return the relative names of the files in a folder, upper folders first; follow no links."""
    names: list[str] = []
    waiting = deque([""])
    while waiting:
        parent = waiting.popleft()
        try:
            with os.scandir(folder / parent) as listed:
                entries = sorted(listed, key=lambda entry: (entry.name != expected, entry.name))
        except OSError as error:
            notes.append(f"{parent}: refused, {error.strerror}")
            continue
        for entry in entries:
            name = f"{parent}{entry.name}"
            if entry.name in LEFT_OUT:
                continue
            if len(names) + len(waiting) > ENTRIES:
                notes.append(f"files were left out from {name} on: more than {ENTRIES}")
                return names
            if len(os.fsencode(name)) > FILE_NAME:
                notes.append(f"{name[:40]} …: refused, a name of more than {FILE_NAME} bytes")
            elif entry.is_symlink():
                notes.append(f"{name}: refused, a symbolic link")
            elif entry.is_dir(follow_symlinks=False):
                waiting.append(f"{name}/")
            else:
                names.append(name)
    return names


def _notebook_name(
    files: dict[str, bytes], folder: Path, assignment: str, grade_ids: set[str], notes: list[str]
) -> str:
    expected = f"{assignment}.ipynb"
    if expected in files:
        return expected
    complaint = next((note for note in notes if note.startswith(f"{expected}: ")), "")
    if complaint:
        raise Refused(
            f"{complaint}: ask for the notebook itself, without outputs if they are large"
        )
    others = [name for name in files if name.endswith(".ipynb")]
    alike = [name for name in others if _is_alike(files[name], grade_ids)]
    if len(alike) == 1:
        notes.append(f"{alike[0]} was taken for {expected}: it has its cells")
        return alike[0]
    if alike:
        raise Refused(
            f"{' and '.join(sorted(alike))} could both be {expected}: rename the one that counts"
        )
    there = f" (there is {', '.join(sorted(others))}, which is not it)" if others else ""
    raise Refused(f"no {expected} was handed in{there}: ask for it")


def _leave_out_untouched(
    files: dict[str, bytes], grade_ids: set[str], released: Released, notes: list[str]
) -> None:
    """Leave out the assignment's untouched notebooks if there is one that was worked on."""
    alike = [name for name, data in files.items() if name.endswith(".ipynb")]
    alike = [name for name in alike if len(alike) > 1 and _is_alike(files[name], grade_ids)]
    touched = {name: is_worked(files[name], released) for name in alike}
    for name in alike:
        if any(touched.values()) and not touched[name]:
            del files[name]
            notes.append(f"left out {name}: no one has worked on it")


def _is_alike(data: bytes, grade_ids: set[str]) -> bool:
    try:
        cells = _cells("", data, [])
    except Refused:
        return False
    found = set()
    for cell in cells:
        metadata = cell.get("metadata") if isinstance(cell, dict) else None
        mark = metadata.get("nbgrader") if isinstance(metadata, dict) else None
        if isinstance(mark, dict) and isinstance(mark.get("grade_id"), str):
            found.add(mark["grade_id"])
    return bool(grade_ids) and len(found & grade_ids) > len(grade_ids) / 2


def _cells(name: str, data: bytes, notes: list[str]) -> list[Any]:
    """Return the cells of a notebook's JSON; Refused when they cannot be read.

    notes: gets a sentence for each picture in an answer that is left out.
    """
    if parts_of(data) > PARTS:
        raise Refused(f"{name} has more than {PARTS:,} parts: ask for it without its outputs")
    try:
        notebook = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise Refused(f"{name} is not UTF-8 (byte {error.start}): ask for it again") from error
    except RecursionError as error:
        raise Refused(f"{name} is nested too deep to be a notebook: ask for it again") from error
    except json.JSONDecodeError as error:
        raise Refused(
            f"{name} is not a complete notebook, its JSON ends or breaks ({error}): "
            "ask for it again"
        ) from error
    except ValueError as error:
        raise Refused(f"{name} has a number of thousands of digits: ask for it again") from error
    version = notebook.get("nbformat") if isinstance(notebook, dict) else None
    if version != 4:
        said = f"nbformat {version!r}" if isinstance(version, int) else "not a notebook"
        raise Refused(f"{name} is {said}, not nbformat 4: have it opened and saved in JupyterLab")
    cells = notebook.get("cells")
    if not isinstance(cells, list):
        raise Refused(f"{name} has no list of cells: ask for it again")
    room = _Room()
    return [_slim(cell, room, notes) for cell in cells[:CELLS]]


@dataclass
class _Room:
    """What a notebook's pasted pictures may still take."""

    characters: int = PICTURES_CHARACTERS
    pixels: int = pictures.ALL_PIXELS


def _slim(cell: Any, room: _Room, notes: list[str]) -> Any:
    """Return the parts of a cell that are used, so that outputs need not stay in memory.

    Of outputs: whether there is an error among them.
    """
    if not isinstance(cell, dict):
        return None
    metadata = cell.get("metadata")
    mark = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    grade_id = mark.get("grade_id") if isinstance(mark, dict) else None
    kept = {key: cell[key] for key in ("cell_type", "source", "id") if key in cell}
    if isinstance(cell.get("execution_count"), int):
        kept["execution_count"] = cell["execution_count"]
    outputs = cell.get("outputs")
    error = {"output_type": "error"}
    if isinstance(outputs, list) and any(
        isinstance(output, dict) and error.items() <= output.items() for output in outputs
    ):
        kept["outputs"] = [error]
    if pasted := _pictures(cell.get("attachments"), room, notes):
        kept["attachments"] = pasted
    return kept | ({"metadata": {"nbgrader": {"grade_id": grade_id}}} if grade_id else {})


def _pictures(attachments: Any, room: _Room, notes: list[str]) -> dict[str, dict[str, str]]:
    """Return the pictures among a cell's attachments, by name and MIME type."""
    found = {}
    for name, kinds in attachments.items() if isinstance(attachments, dict) else ():
        try:
            if not name.isprintable() or not isinstance(kinds, dict) or not kinds:
                raise Refused("it is not a PNG, JPEG, GIF or WebP picture")
            kind = next((kind for kind in pictures.BEGINNINGS if kind in kinds), "")
            picture = pictures.picture(kind, kinds.get(kind))
            if len(picture.text) > room.characters or picture.pixels > room.pixels:
                raise Refused("all pictures together are too large")
        except Refused as refused:
            notes.append(f"the picture {name} was left out: {refused}")
            continue
        room.characters -= len(picture.text)
        room.pixels -= picture.pixels
        found[name] = {kind: picture.text}
    return found


def _shadows(name: str, expected: str) -> str:
    """Return why a file would replace a module or the notebook, "" if it would not."""
    parts = name.split("/")
    if parts[0] == expected:
        return "its folder has the notebook's name"
    top = parts[0].partition(".")[0]
    importable = len(parts) > 1 or name.endswith((".py", ".pyc", ".so", ".pth", ".pyd"))
    if not importable:
        return ""
    if top in _taken():
        return f"it would be imported in place of the module {top}"
    return ""


@cache
def _taken() -> set[str]:
    own = {"course", "autograder", "sitecustomize", "usercustomize"}
    return set(sys.stdlib_module_names) | set(packages_distributions()) | own
