"""All checks of a notebook that its student can see, run together: what is done, what comes next.

    course.check()  → a table of the exercises and their points, and a button that runs it again

The checks come from the notebook as it was last saved, and look at what this kernel has run.
"""

import contextlib
import io
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any

from course.submit import CannotTell, notebook_path, read, shell_of_this_kernel, text_of
from course.texts import ANSWER, HIDDEN_CHECK
from course.verdicts import COLOURS, JUDGE, PASSED, UNWRITTEN, Verdict, verdict_on

if TYPE_CHECKING:
    from ipywidgets import VBox

STYLE = "text-align: left; padding: 2px 16px 2px 0; white-space: normal; vertical-align: top"


@dataclass
class Exercise:
    """An exercise and the verdicts on its visible checks.

    hidden: points of its hidden checks, or of a written answer, which come when it is graded.
    """

    title: str
    earned: float = 0
    points: float = 0
    hidden: float = 0
    verdicts: list[Verdict] = field(default_factory=list)

    @property
    def mark(self) -> str:
        """The mark of all its checks together: that of the first one that did not pass."""
        return self.open.mark if self.open else PASSED

    @property
    def open(self) -> Verdict | None:
        """The first verdict that is not PASSED."""
        return next((each for each in self.verdicts if each.mark != PASSED), None)


def check(notebook: str | None = None) -> "VBox | None":
    """Run all checks of this notebook that you can see; show the points and what to do next.

    The checks look at what this kernel has run. While nbgrader executes the notebook, return None.
    notebook: this notebook's file name, in case it cannot be found out.
    """
    if "NBGRADER_EXECUTION" in os.environ:
        return None
    import ipywidgets as widgets

    said = widgets.HTML(answer(notebook))
    button = widgets.Button(description="Run all checks again", layout={"width": "220px"})
    button.on_click(lambda _: said.set_trait("value", answer(notebook)))
    box = widgets.VBox([said, button])
    box.add_class("all-checks")
    return box


def answer(notebook: str | None = None) -> str:
    """Return the HTML of the table."""
    shell = shell_of_this_kernel()
    try:
        content, _ = read(notebook_path(notebook, "course.check"))
        return _page(examine(content["cells"], shell.user_ns if shell else {}))
    except CannotTell as error:
        return f'<div role="status">{escape(str(error))}</div>'


def examine(cells: list[dict[str, Any]], names: Mapping[str, Any]) -> list[Exercise]:
    """Return the exercises of a notebook's cells, with the verdicts of their visible checks.

    names: what the kernel holds. CannotTell if there is no exercise.
    """
    return exercises_of(cells, lambda cell: run(text_of(cell), names))


def exercises_of(
    cells: list[dict[str, Any]], judge: Callable[[dict[str, Any]], Verdict]
) -> list[Exercise]:
    """Return the exercises of a notebook's cells; `judge` gives the verdict of a visible check.

    Checks that are not graded are practice, without points. CannotTell if there is no exercise.
    """
    exercises: list[Exercise] = []
    title = "Practice"
    for cell in cells:
        text, marks = text_of(cell), cell.get("metadata", {}).get("nbgrader", {})
        if heading := re.findall(r"(?m)^## (Exercise [A-Z].*|Explain)$", text):
            title = heading[-1]
        practice = cell["cell_type"] == "code" and not marks and JUDGE.search(text)
        if not (marks.get("grade") or practice):
            continue
        if not exercises or exercises[-1].title != title:
            exercises.append(Exercise(title))
        one, points = exercises[-1], marks.get("points", 0)
        if cell["cell_type"] == "markdown":
            one.hidden += points
            if text.strip() in ("", ANSWER):
                one.verdicts.append(Verdict(UNWRITTEN, "Not written yet: the answer in words"))
        elif text.startswith(HIDDEN_CHECK):
            one.hidden += points
        elif JUDGE.search(text):
            one.verdicts.append(judge(cell))
            one.points += points
            one.earned += points if one.verdicts[-1].mark == PASSED else 0
    if not exercises:
        raise CannotTell("This notebook has no exercises: open one of the course's notebooks.")
    return exercises


def run(text: str, names: Mapping[str, Any]) -> Verdict:
    """Return the verdict of a check's text; what it binds and prints is not kept."""
    mine = dict(names)
    quiet = io.StringIO()
    try:
        with contextlib.redirect_stdout(quiet), contextlib.redirect_stderr(quiet):
            exec(compile(text, "check", "exec"), mine)
    except (Exception, SystemExit) as error:
        return verdict_on(error, "check")
    return Verdict(PASSED)


def _page(exercises: list[Exercise]) -> str:
    heads = "".join(
        f'<th scope="col" style="{STYLE}">{head}</th>'
        for head in ("", "", "points you see", "when it is graded")
    )
    rows = "".join(map(_row, exercises))
    return (
        '<div role="status" style="color: var(--jp-content-font-color1, #222); line-height: 1.5">'
        f'<table style="border-collapse: collapse"><thead><tr>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table><p>{_next(exercises)}</p></div>"
    )


def _row(one: Exercise) -> str:
    seen = f"{one.earned:g} of {one.points:g}" if one.points else ""
    cells = (escape(one.title), seen, f"{one.hidden:g} more" if one.hidden else "")
    mark = f'<b style="color: {COLOURS[one.mark]}">{one.mark}</b>'
    return (
        f'<tr><td style="{STYLE}">{mark}</td>'
        + "".join(f'<td style="{STYLE}">{cell}</td>' for cell in cells)
        + "</tr>"
    )


def _next(exercises: list[Exercise]) -> str:
    """Return what to do next."""
    earned = sum(one.earned for one in exercises)
    points = sum(one.points for one in exercises)
    total = f"<b>{earned:g} of {points:g} points</b> of the checks that you see."
    for one in exercises:
        if one.open:
            said = one.open.sentence.strip().splitlines()[0][:300]
            return f"{total} Next: <b>{escape(one.title)}</b>. {escape(said)}"
    return f"{total} Next: <b>Hand in</b>. Validate first: it runs all in a fresh kernel."
