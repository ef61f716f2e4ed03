"""The worked solution of a notebook, as a class may see it once the assignment is over.

    path_of(name)   → where it stands in the students' tree
    notebook(path)  → its text: worked solutions, visible checks, the model answer

It has no hidden checks, no rubric and no grade ids, and its metadata say what it is: nbgrader and
the Hand in button do not take it for a student's work, `autograder collect` and `grade` refuse it.
"""

import re
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.build import lint, markers, script
from autograder.errors import CourseError

FOLDER = "solutions"
HEAD = (
    "**The worked solution** of [this notebook](../notebooks/{name}/{name}.ipynb). It cannot be "
    "handed in. There are other right ways to write each exercise."
)
MODEL_ANSWER = "**A model answer:**\n\n"
LINK = re.compile(r"\]\(\.\./(?=\d\d_)")  # to another notebook


def path_of(name: str) -> str:
    """Return the path of a notebook's worked solution in the students' tree (with /)."""
    return f"{FOLDER}/{name}_solution.ipynb"


def notebook(path: Path) -> str:
    """Return the text of the worked solution of a script; SourceError if the script has a fault."""
    cells, name = script.read(path), path.stem
    lint.check(path, cells)
    made = script.notebook_of(cells, name)
    made.metadata["course"] = {"solution_of": name}
    made.cells = [_shown(cell, name) for cell in made.cells if not _is_left_out(cell)]
    start = nbformat.v4.new_markdown_cell(HEAD.format(name=name), id="worked-solution")
    made.cells.insert(0, start)
    text = nbformat.writes(made) + "\n"
    if markers.marks_secret(text):  # a marker that the builder does not know as one
        raise CourseError(f"{path.name}: a hidden region would be published: look at its markers.")
    return text


def _is_left_out(cell: NotebookNode) -> bool:
    """Return whether a cell is secret, or only for handing in."""
    if any(markers.begins(cell.source, region) for region in markers.SECRET):
        return True
    if cell.cell_type == "markdown":
        return cell.source == script.ALL_CHECKS or cell.source.startswith("## Hand in")
    return bool(re.search(r"^course\.(submit|check)\(\)", cell.source, re.MULTILINE))


def _shown(cell: NotebookNode, name: str) -> NotebookNode:
    """Return a cell without markers and without what nbgrader knows it by.

    Its links lead where they should from FOLDER, and its badge leads to this notebook.
    """
    marked = markers.marker_lines(cell.source)
    lines = [line for number, line in enumerate(cell.source.split("\n")) if number not in marked]
    cell.source = "\n".join(lines)
    if cell.cell_type == "markdown":
        cell.source = LINK.sub("](../notebooks/", cell.source)
        badge = f"lab/tree/notebooks/{name}/{name}.ipynb"
        cell.source = cell.source.replace(badge, f"lab/tree/{path_of(name)}")
        if cell.metadata.pop("nbgrader", None):
            cell.source = MODEL_ANSWER + cell.source
    cell.metadata.pop("nbgrader", None)
    return cell
