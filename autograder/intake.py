"""What a student handed in, read without trust: a notebook's cells and small files, or a sentence.

Nothing here follows a link, blocks on a pipe, or raises because of what a student's file is.
"""

import base64
import hashlib
import json
import os
import stat
import sys
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

NOTEBOOK_BYTES = 20 << 20
FILE_BYTES = 2 << 20
FILES_BYTES = 8 << 20
FILES = 100
LEFT_OUT = {"timestamp.txt", ".ipynb_checkpoints", "__pycache__", ".DS_Store", "__MACOSX"}


class Refused(Exception):
    """A submission that cannot be graded: one sentence that says why and what to do."""


@dataclass
class Submission:
    """What can be graded: the notebook's cells as they were read, and files beside it."""

    cells: list[Any]
    digest: str  # SHA-256 of the notebook's bytes, in hex
    name: str  # of the file
    files: dict[str, bytes] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def files_as_text(self) -> dict[str, str]:
        """The files, with base64 contents."""
        return {name: base64.b64encode(data).decode() for name, data in self.files.items()}


def take(folder: Path, assignment: str, grade_ids: set[str]) -> Submission:
    """Read a submission's folder; raises Refused with the sentence for the instructor.

    grade_ids: of the assignment's cells. A notebook of another name is taken when it is the only
    one that has most of them.
    """
    if folder.is_symlink() or folder.parent.is_symlink() or not folder.is_dir():
        raise Refused(f"{folder.name} is not a folder: put the student's notebook into a folder")
    notes: list[str] = []
    files = _plain_files(folder, notes)
    name = _notebook_name(files, folder, assignment, grade_ids, notes)
    data = files.pop(name)
    cells = _cells(name, data)
    kept: dict[str, bytes] = {}
    for other in sorted(files):
        if other.endswith(".ipynb"):
            notes.append(f"{other}: another notebook, left out")
        elif reason := _shadows(other):
            notes.append(f"{other}: refused, {reason}")
        else:
            kept[other] = files[other]
    return Submission(cells, hashlib.sha256(data).hexdigest(), name, kept, notes)


def _plain_files(folder: Path, notes: list[str]) -> dict[str, bytes]:
    """Return the contents of the plain files of a folder by relative name; note what is refused."""
    found: dict[str, bytes] = {}
    total = 0
    for path in _walk(folder, notes):
        name = path.relative_to(folder).as_posix()
        most = NOTEBOOK_BYTES if name.endswith(".ipynb") else FILE_BYTES
        try:
            data = read(path, most)
        except Refused as refused:
            notes.append(f"{name}: refused, {refused}")
            continue
        if not name.endswith(".ipynb"):
            total += len(data)
            if len(found) >= FILES or total > FILES_BYTES:
                notes.append(
                    f"{name}: refused, too many files or more than {FILES_BYTES >> 20} MiB"
                )
                continue
        found[name] = data
    return found


def _walk(folder: Path, notes: list[str]) -> list[Path]:
    paths = []
    for parent, folders, names in os.walk(folder, followlinks=False):
        for name in list(folders):
            if name in LEFT_OUT:
                folders.remove(name)
            elif (Path(parent) / name).is_symlink():
                folders.remove(name)
                notes.append(f"{name}: refused, a symbolic link")
        paths += [Path(parent) / name for name in names if name not in LEFT_OUT]
    return sorted(paths)


def read(path: Path, most: int) -> bytes:
    """Return the bytes of a plain file; nothing is followed, and a pipe is not waited for."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        link = path.is_symlink()
        raise Refused("a symbolic link" if link else f"{error.strerror}") from error
    with open(handle, "rb") as file:
        about = os.fstat(handle)
        if not stat.S_ISREG(about.st_mode):
            raise Refused("not a plain file")
        if about.st_size > most:
            raise Refused(f"{about.st_size / 2**20:.1f} MiB, more than {most >> 20} MiB")
        return file.read(most)


def _notebook_name(
    files: dict[str, bytes], folder: Path, assignment: str, grade_ids: set[str], notes: list[str]
) -> str:
    expected = f"{assignment}.ipynb"
    if expected in files:
        return expected
    complaint = next((note for note in notes if note.startswith(expected)), "")
    if complaint:
        raise Refused(f"{complaint}: ask for the notebook itself, smaller (no outputs)")
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


def _is_alike(data: bytes, grade_ids: set[str]) -> bool:
    try:
        cells = _cells("", data)
    except Refused:
        return False
    found = set()
    for cell in cells:
        metadata = cell.get("metadata") if isinstance(cell, dict) else None
        mark = metadata.get("nbgrader") if isinstance(metadata, dict) else None
        if isinstance(mark, dict) and isinstance(mark.get("grade_id"), str):
            found.add(mark["grade_id"])
    return bool(grade_ids) and len(found & grade_ids) > len(grade_ids) / 2


def _cells(name: str, data: bytes) -> list[Any]:
    """Return the cells of a notebook's JSON; Refused when it has none that can be understood."""
    try:
        notebook = json.loads(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise Refused(f"{name} is not UTF-8 (byte {error.start}): ask for it anew") from error
    except RecursionError as error:
        raise Refused(f"{name} is nested too deep to be a notebook: ask for it anew") from error
    except ValueError as error:
        raise Refused(
            f"{name} is no whole notebook, its JSON ends or breaks ({error}): ask for it anew"
        ) from error
    version = notebook.get("nbformat") if isinstance(notebook, dict) else None
    if version != 4:
        said = f"nbformat {version!r}" if isinstance(version, int) else "no notebook"
        raise Refused(f"{name} is {said}, not nbformat 4: have it opened and saved in JupyterLab")
    cells = notebook.get("cells")
    if not isinstance(cells, list):
        raise Refused(f"{name} has no list of cells: ask for it anew")
    return cells


def _shadows(name: str) -> str:
    """Return why a file would be imported in place of a module, "" if it would not."""
    parts = name.split("/")
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
