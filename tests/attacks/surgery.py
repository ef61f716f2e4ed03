"""What is done to the notebook's file: cells tagged, retyped, copied, deleted; files cut."""

import json
from copy import deepcopy
from pathlib import Path

from nbformat import NotebookNode, v4

from tests.attacks.making import (
    ALL_POINTS,
    NAME,
    Attack,
    Places,
    notebook,
    save,
    surgery,
)


def mark(cell: NotebookNode) -> dict:
    """Return nbgrader's metadata of a cell."""
    return cell.metadata.get("nbgrader", {})


def checks(attacked: NotebookNode) -> list[NotebookNode]:
    """Return the check cells."""
    return [cell for cell in attacked.cells if mark(cell).get("grade") and "code" in cell.cell_type]


def tag(name: str):
    """Return a change that tags all checks."""

    def change(attacked: NotebookNode) -> None:
        for cell in checks(attacked):
            cell.metadata["tags"] = [name]

    return change


def delete(attacked: NotebookNode) -> None:
    """Delete all checks."""
    gone = {cell.id for cell in checks(attacked)}
    attacked.cells = [cell for cell in attacked.cells if cell.id not in gone]


def edit(attacked: NotebookNode) -> None:
    """Have all checks pass."""
    for cell in checks(attacked):
        cell.source = "'ok'"


def duplicate(attacked: NotebookNode) -> None:
    """Have each check twice, the second time with nothing to fail."""
    doubled = []
    for cell in attacked.cells:
        doubled.append(cell)
        if cell in checks(attacked):
            doubled.append(v4.new_code_cell("1000", id=cell.id, metadata=deepcopy(cell.metadata)))
    attacked.cells = doubled


def duplicate_exactly(attacked: NotebookNode) -> None:
    """Copy all marked cells as they are."""
    attacked.cells = [
        deepcopy(cell) for cell in attacked.cells for _ in range(2 if mark(cell) else 1)
    ]


def retype(attacked: NotebookNode) -> None:
    """Have no check be code."""
    for cell in checks(attacked):
        cell.cell_type = "markdown"
        del cell["outputs"], cell["execution_count"]


def retype_solutions(attacked: NotebookNode) -> None:
    """Have the solutions be raw cells, as a slip of the keyboard makes them."""
    for cell in attacked.cells:
        if mark(cell).get("solution") and cell.cell_type == "code":
            cell.cell_type = "raw"
            del cell["outputs"], cell["execution_count"]


def strip_metadata(attacked: NotebookNode) -> None:
    """Take all metadata away."""
    for cell in attacked.cells:
        cell.metadata = {}
    attacked.metadata = {}


def strip_all(attacked: NotebookNode) -> None:
    """Take metadata and ids away, as an old editor does."""
    strip_metadata(attacked)
    for cell in attacked.cells:
        del cell["id"]
    attacked.nbformat_minor = 4


def version(number: int):
    """Return a change of nbgrader's schema version."""

    def change(attacked: NotebookNode) -> None:
        for cell in attacked.cells:
            if mark(cell):
                cell.metadata.nbgrader.schema_version = number

    return change


def set_marks(**values: object):
    """Return a change of all of nbgrader's metadata."""

    def change(attacked: NotebookNode) -> None:
        for cell in attacked.cells:
            if mark(cell):
                cell.metadata.nbgrader.update(values)

    return change


def forge_outputs(attacked: NotebookNode) -> None:
    """Say that all checks have run and gave full marks."""
    for cell in checks(attacked):
        cell.execution_count = 1
        data = {"text/plain": "1000", "text/html": "<script>alert(1)</script>"}
        cell.outputs = [v4.new_output("execute_result", data, execution_count=1)]


def take_ids(attacked: NotebookNode) -> None:
    """Have the first cell, and no other, carry the marks of a check."""
    for cell in checks(attacked):
        own = v4.new_code_cell("'ok'", metadata=deepcopy(cell.metadata))
        cell.metadata = {}
        cell.source = "pass"
        attacked.cells.insert(0, own)


def swap_ids(attacked: NotebookNode) -> None:
    """Have solutions say that they are checks, and checks that they are solutions."""
    for cell in attacked.cells:
        name = mark(cell).get("grade_id", "")
        if name.endswith("_check"):
            cell.metadata.nbgrader.grade_id = name.removesuffix("_check")
        elif name and "hidden" not in name and cell.cell_type == "code":
            cell.metadata.nbgrader.grade_id = f"{name}_check"


def other_kernel(attacked: NotebookNode) -> None:
    """Ask for a kernel that is the attacker's own."""
    attacked.metadata.kernelspec = {"name": "evil", "display_name": "evil", "language": "sh"}
    attacked.metadata.language_info = {"name": "sh", "codemirror_mode": ["x"] * 100}


def no_cells(attacked: NotebookNode) -> None:
    """Put what is not a cell between the cells."""
    junk: list = [
        None,
        7,
        [],
        "text",
        {},
        {"cell_type": "code"},
        {"cell_type": "code", "source": 3},
    ]
    junk.append({"cell_type": ["code"], "source": {}, "metadata": 5, "id": {"a": 1}})
    junk.append({"cell_type": "code", "source": "1", "metadata": {"nbgrader": {"grade_id": []}}})
    attacked.cells = [*junk, *attacked.cells, *junk]


def many_copies(attacked: NotebookNode) -> None:
    """Copy one check 3,000 times."""
    attacked.cells += [deepcopy(checks(attacked)[0]) for _ in range(3000)]


def bytes_of(right: bool = True) -> bytes:
    """Return a notebook's file."""
    return json.dumps(notebook(right), indent=1).encode()


def file(name: str, data, file_name: str = NAME, **expected: object) -> Attack:
    """Return the attack of a file with the bytes `data()` as the notebook."""

    def make(folder: Path, places: Places) -> None:
        folder.mkdir(parents=True)
        (folder / f"{file_name}.ipynb").write_bytes(data())

    return Attack(name, make, **expected)


def refused(name: str, data, says: str, **expected: object) -> Attack:
    """Return the attack of a notebook that nobody can grade."""
    return file(name, data, says=says, refused=True, **expected)


def nbformat_of(number: int) -> bytes:
    return bytes_of().replace(b'"nbformat": 4', f'"nbformat": {number}'.encode())


def empty(folder: Path, places: Places) -> None:
    """Hand in nothing."""
    folder.mkdir(parents=True)


def two(folder: Path, places: Places) -> None:
    """Hand in two notebooks, neither under the assignment's name."""
    save(notebook(True), folder, "mine")
    save(notebook(False), folder, "mine (1)")


def two_one_named(folder: Path, places: Places) -> None:
    """Hand in the notebook, and another one that is right."""
    save(notebook(False), folder)
    save(notebook(True), folder, "other")


def renamed(folder: Path, places: Places) -> None:
    """Hand in the notebook as a browser names the second download."""
    save(notebook(True), folder, f"{NAME} (1)")


FULL = {"least": ALL_POINTS, "most": ALL_POINTS}
ATTACKS = [
    surgery("checks tagged skip-execution", tag("skip-execution")),
    surgery("checks tagged raises-exception", tag("raises-exception")),
    surgery("checks deleted", delete, says="was deleted: it is back"),
    surgery("checks deleted beside right code", delete, right=True, says="it is back"),
    surgery("checks edited", edit, says="was changed"),
    surgery("checks duplicated with a number", duplicate),
    surgery("cells duplicated beside right code", duplicate_exactly, right=True, says="once"),
    surgery("checks retyped", retype),
    surgery("solutions retyped beside right code", retype_solutions, right=True, says="again"),
    surgery("metadata stripped", strip_metadata),
    surgery("metadata stripped beside right code", strip_metadata, right=True),
    surgery("ids stripped too beside right code", strip_all, right=True),
    surgery("schema version 1", version(1), right=True),
    surgery("schema version 9", version(9), right=True),
    surgery("a thousand points in the metadata", set_marks(points=1000), right=True),
    surgery("all cells solutions", set_marks(solution=True, grade=False)),
    surgery("all cells checks", set_marks(solution=False, grade=True, locked=True)),
    surgery("outputs forged in the file", forge_outputs),
    surgery("a check's grade id on an own cell", take_ids),
    surgery("grade ids swapped", swap_ids, most=ALL_POINTS),
    surgery("another kernel", other_kernel, right=True),
    surgery("cells that are none", no_cells, right=True, says="not a cell"),
    surgery("3000 copies of a check", many_copies, right=True),
    refused("cut JSON", lambda: bytes_of()[:-500], "JSON"),
    refused("empty file", lambda: b"", "JSON"),
    refused("nbformat 3", lambda: nbformat_of(3), "nbformat 3"),
    refused("nbformat 5", lambda: nbformat_of(5), "nbformat 5"),
    refused("not UTF-8", lambda: bytes_of().replace(b"answer of my", b"answer\xff of my"), "UTF-8"),
    refused("80 MB notebook", lambda: bytes_of() + b" " * (80 << 20), "more than", stock=False),
    refused("JSON nested too deep", lambda: b"[" * 200_000, "deep"),
    refused("a number of a million digits", lambda: b'{"nbformat": 1' + b"0" * 1_000_000, "digits"),
    refused("a list for a notebook", lambda: b"[1, 2]", "not a notebook"),
    refused("cells are no list", lambda: b'{"nbformat": 4, "cells": {"a": 1}}', "no list of cells"),
    file("a byte order mark", lambda: b"\xef\xbb\xbf" + bytes_of(), **FULL),
    Attack("empty folder", empty, says="no 02_load_balancer.ipynb", refused=True),
    Attack("two notebooks, none with its name", two, says="could both be", refused=True),
    Attack("two notebooks, one right", two_one_named, says="another notebook"),
    Attack("renamed notebook", renamed, says="was taken for", **FULL),
]
