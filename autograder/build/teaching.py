"""What a teacher needs next to a notebook, from its script and the submissions of the tests.

notes(root, name)        → Markdown: questions, films, mistakes, what may be left out; no solutions
syllabus(root, names, …) → Markdown: a table of weeks, with each notebook's question and minutes

The mistakes are the wrong submissions under tests/submissions/, each with its sentence. Together
they tell what the hidden checks look for: the notes are for teachers.
"""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

from autograder.build import script, title
from autograder.build.mistakes import mistakes
from autograder.build.script import Cell
from autograder.course import chosen, is_graded

CALL = re.compile(r"(?:explore|replay)\w*\(.*\)")
FOLD = re.compile(r"<details>\s*<summary>(?P<head>.*?)</summary>(?P<text>.*?)</details>", re.DOTALL)
STEP = re.compile(r"^\d+\. .*(?:\n(?!\d+\. |\n).+)*", re.MULTILINE)
TERM = re.compile(r"\*\*([^*\n]*\w)\*\*")
PRIVATE = (
    "*For teachers: the mistakes tell what the hidden checks look for. Worked solutions are not "
    "in these notes.*"
)
PRACTICE = "Optional: practice, without points or hidden checks."
SEEN = "Mistakes that a student's own checks show:"
UNSEEN = "Mistakes that only a hidden check notices:"
NO_MISTAKES = "*No mistakes are recorded for it (tests/submissions/).*"


def notes(root: Path, name: str) -> str:
    """Return the teaching notes of a notebook; SourceError if its script cannot be read."""
    cells = script.read(root / "solutions" / f"{name}.py")
    about = title.of(cells, name)
    exercises = [cell for cell in cells if cell.kind == "solution"]
    practice = {cell.grade_id for cell in exercises if cell.optional}
    points = sum(cell.points for cell in cells if cell.exercise not in practice)
    asked = f"**{about.question[0].upper()}{about.question[1:]}** " if about.question else ""
    worth = f"; {points:g} points" if points else ""
    parts = [
        f"# {about.heading}: teaching notes",
        f"{asked}About {about.minutes} minutes for a student{worth}.",
        PRIVATE,
        *_new(cells),
        *_section("Ask before anything is shown", _under(cells, "## Predict")),
        *_projector(cells),
        *(_exercise(root, name, cells, cell, letter) for cell, letter in script.letters(cells)),
        *_section("Discuss, or write at home", _under(cells, "## Explain")),
        *_section("When time is short", _short(cells, exercises)),
    ]
    return "\n\n".join(part.strip() for part in parts if part) + "\n"


def syllabus(root: Path, names: Sequence[str] = (), start: date | None = None) -> str:
    """Return a table with a graded notebook a week, in order; welcomes are in the first week.

    names: the notebooks (default: all). start: the day on which week 1 begins.
    """
    wanted = chosen(root, names)
    rows, week = ["| week | notebook | its question | minutes |", "|---|---|---|---|"], 1
    welcomed = False
    for about in (each for each in title.titles(root) if each.name in wanted):
        graded = is_graded(about.name)
        week += graded and welcomed
        welcomed = welcomed or graded
        begins = f", {start + timedelta(weeks=week - 1)}" if start else ""
        rows.append(f"| {week}{begins} | {about.heading} | {about.question} | {about.minutes} |")
    return "\n".join(rows)


def _section(heading: str, text: str) -> list[str]:
    return [f"## {heading}", text] if text else []


def _under(cells: Sequence[Cell], heading: str) -> str:
    """Return the text below a heading, up to the next one or the cell's end."""
    for cell in cells:
        if not cell.is_code and (found := re.search(f"(?m)^{heading}.*$", cell.text)):
            return re.split(r"(?m)^##? ", cell.text[found.end() :])[0].strip()
    return ""


def _new(cells: Sequence[Cell]) -> list[str]:
    """Return what is new in the notebook: its three bullets, and its terms."""
    bullets = re.search(r"(?m)(^- .+\n?(?:^  .+\n?)*)+", cells[0].text)
    idea: list[str] = []
    for cell in cells:
        if cell.text.startswith("## Exercise"):
            break
        idea += [] if cell.is_code else [cell.text]
    text = "\n".join(idea[1:])
    terms = dict.fromkeys(term for term in TERM.findall(text) if not term.endswith(":"))
    words = f"Words to explain: {', '.join(terms)}." if terms else ""
    return ["## What is new", bullets[0] if bullets else "", words]


def _projector(cells: Sequence[Cell]) -> list[str]:
    """Return the notebook's films and pictures with sliders, what to ask at each, and answers."""
    shown = ["## On the projector"]
    defined = {name for cell in cells if cell.kind == "solution" for name in _defines(cell)}
    text = ""
    for cell in cells:
        if not cell.is_code:
            text = f"{text}\n\n{cell.text}"
            continue
        call = cell.text.strip()
        if cell.kind == "code" and CALL.fullmatch(call):
            kind = "Film" if call.startswith("replay") else "Sliders"
            needs = sorted(name for name in defined if re.search(rf"\b{name}\b", call))
            after = f" (needs {', '.join(f'`{name}`' for name in needs)})" if needs else ""
            said = FOLD.sub("", text).strip()
            last = said.rpartition("\n\n")[2]
            shown.append(f"### {kind}: `{call}`{after}")
            shown.append("\n".join(STEP.findall(said)) or ("" if last.startswith("#") else last))
            for fold in FOLD.finditer(text):
                if not fold["head"].startswith("Hint"):
                    shown.append(f"> *{fold['head']}* {' '.join(fold['text'].split())}")
        text = ""
    return shown


def _exercise(root: Path, name: str, cells: Sequence[Cell], cell: Cell, letter: str) -> str:
    """Return an exercise's heading, its points, and its common mistakes."""
    checks = [each for each in cells if each.kind == "check" and each.exercise == cell.grade_id]
    points = sum(check.points for check in checks)
    hidden = sum(check.points for check in checks if check.hidden)
    heading = next(
        found[0]
        for each in cells
        if (found := re.search(rf"(?m)^## Exercise {letter}\b.*$", each.text))
    )
    worth = f"{points:g} points, {hidden:g} of them by hidden checks."
    lines = [heading, "", PRACTICE if cell.optional else worth]
    found = mistakes(root, name, cell.grade_id)
    for intro, is_hidden in ((SEEN, False), (UNSEEN, True)):
        sentences = [f"- {each.sentence}" for each in found if each.hidden == is_hidden]
        lines += ["", intro, "", *sentences] if sentences else []
    return "\n".join(lines if found else [*lines, "", NO_MISTAKES])


def _short(cells: Sequence[Cell], exercises: Sequence[Cell]) -> str:
    """Return what can be left out: optional parts, and exercises that no other one uses."""
    graded = [cell for cell in cells if cell.kind in ("solution", "check")]
    free = [
        letter
        for cell, letter in script.letters(cells)
        if not any(
            re.search(rf"\b{name}\b", other.text)
            for name in _defines(cell)
            for other in graded
            if cell.grade_id not in (other.grade_id, other.exercise)
        )
    ]
    optional = [
        paragraph
        for cell in cells
        if not cell.is_code
        for paragraph in cell.text.split("\n\n")
        if paragraph.startswith("(Optional")
    ]
    lines = [f"- Marked as optional in the notebook: {' '.join(text.split())}" for text in optional]
    if len(free) < len(exercises):
        lines.append(f"- No other exercise uses {' '.join(free)}: any of them can be left out.")
    elif free:
        lines.append("- No exercise uses another one: any of them can be left out.")
    if free:
        lines.append(
            "- To leave one out for all, mark it as optional before you build for the class: "
            '`# %% solution="…" optional=True`. It is practice then, without points.'
        )
    if any("## In production" in cell.text for cell in cells):
        lines.append("- *In production* can be read at home.")
    return "\n".join(lines)


def _defines(cell: Cell) -> list[str]:
    """Return the classes and functions that a solution cell defines."""
    return re.findall(r"(?m)^(?:class|def) (\w+)", cell.text)
