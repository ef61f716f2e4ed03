"""What every notebook of a course must have next to its script, so that nothing is forgotten.

missing(root) → a sentence for each notebook that lacks something, with the fixes
"""

from collections.abc import Iterator
from pathlib import Path

from autograder.build import script
from autograder.build.title import Title, of
from autograder.course import is_graded, scripts

RIGHT, WRONG = 2, 4  # submissions that an exercise's checks are held against, at least
WELCOME = "solutions/00_start_here.py"


def missing(root: Path | str) -> list[str]:
    """Return a sentence for each notebook, naming all that it lacks and what to do about each.

    SourceError if a script's cells cannot be read.
    """
    root = Path(root)
    cells = {path.stem: script.read(path) for path in scripts(root)}
    titles = [of(cells[name], name) for name in cells]
    said = []
    for title in titles:
        exercises = [cell.grade_id for cell in cells[title.name] if cell.kind == "solution"]
        lacks = [*_lacks(root, title), *_submissions(root, title.name, exercises)]
        if lacks:
            said.append(f"{title.name} still needs {'; '.join(lacks)}.")
    readme = [title.readme_row for title in titles]
    welcome = [f"# {title.welcome_row}" for title in titles if is_graded(title.name)]
    for file, rows, link in (("README.md", readme, "](notebooks/"), (WELCOME, welcome, "](../")):
        found = [row for row in _lines(root / file) if "| [" in row and link in row]
        strange = [row for row in found if row not in rows]
        said += [f"{file} has a row that no title cell gives: take out {row}" for row in strange]
        if found != rows and sorted(found) == sorted(rows):
            said.append(f"{file} has the rows of its table not in the notebooks' order: sort them.")
    return said


def _lacks(root: Path, title: Title) -> Iterator[str]:
    """Yield what to add for a notebook, but for submissions."""
    name, lab = title.name, title.lab
    for mark, value in (("question", title.question), ("shown", title.shown)):
        if not value:
            yield f'{mark}="…" in its title cell'
    if title.minutes is None:
        yield 'the time, "about 75 minutes", in its title cell'
    if not (root / "notebooks" / name / f"{name}.ipynb").is_file():
        yield "its release (run `autograder build`)"
    if not lab:
        yield "a first import `from course.… import …` of its lab"
    elif not (root / "course" / lab / "__init__.py").is_file():
        yield f"its lab, course/{lab}/__init__.py"
    if lab and not (root / "tests" / f"test_{lab}.py").is_file():
        yield f"tests of its lab, tests/test_{lab}.py"
    if title.readme_row not in _lines(root / "README.md"):
        yield f"a row in README.md's table: {title.readme_row}"
    if is_graded(name):
        if f"# {title.welcome_row}" not in _lines(root / WELCOME):
            yield f"a row in the table of {WELCOME}: # {title.welcome_row}"
        if f".. automodule:: course.{lab}" not in _lines(root / "docs" / "reference.md"):
            yield f"an entry `.. automodule:: course.{lab}` in docs/reference.md"
    shown = f"## {title.heading}" in _lines(root / "docs" / "labs.md")
    if not shown or not (root / "docs" / "labs" / f"{name}.png").is_file():
        yield f"its picture, docs/labs/{name}.png in docs/labs.md (run `python docs/screenshot.py`)"


def _submissions(root: Path, name: str, exercises: list[str]) -> Iterator[str]:
    """Yield which submissions to add for the exercises of a notebook."""
    for exercise in exercises:
        folder = root / "tests" / "submissions" / name / exercise
        for kind, least in (("right", RIGHT), ("wrong", WRONG)):
            lacking = least - len(list(folder.glob(f"{kind}_*.py")))
            if lacking > 0:
                place = f"tests/submissions/{name}/{exercise}/{kind}_….py"
                yield f"{lacking} more {place} (at least {least})"


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
