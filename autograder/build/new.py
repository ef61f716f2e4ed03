"""A notebook to begin with: script, lab, submissions and tests, which build and pass at once."""

import keyword
import re
from contextlib import suppress
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from autograder.course import scripts
from autograder.errors import CourseError
from autograder.files import reason, write_atomic

SUFFIX = ".txt"  # of the templates: they are not Python before their words are replaced
IMPORTS = re.compile(r"(?m)(^from course\..*\n)+")


def new(root: Path | str, name: str) -> list[Path]:
    """Write a notebook called `name`, such as "11_search", into a course; return the new files.

    They are templates/author/ with the notebook's names in them: three small exercises that an
    author replaces one by one. CourseError, and nothing written, if the name is not NN_name, its
    number is taken, or a file or a lab of that name exists.
    """
    root = Path(root)
    lab = _lab(root, name)
    words = {"NN_name": name, "LAB": lab, "NUMBER": str(int(name[:2]))}
    words["TITLE"] = lab.replace("_", " ").capitalize()
    texts = dict(_filled(files("autograder.build") / "templates" / "author", words))
    for path in texts:
        top = root / Path(*Path(path).parts[: 3 if path.startswith("tests/sub") else 2])
        if top.exists():
            raise CourseError(f"{top}: exists already: choose another name, or remove it.")
    made: list[Path] = []
    try:
        for path, text in texts.items():
            _write(root / path, text, made)
    except BaseException as error:
        for path in reversed(made):
            with suppress(OSError):
                path.rmdir() if path.is_dir() else path.unlink()
        if isinstance(error, OSError):
            raise CourseError(
                f"{root}: cannot write: {reason(error, root)}: see to that."
            ) from error
        raise
    return [root / path for path in texts]


def _lab(root: Path, name: str) -> str:
    """Return the lab's name of a notebook called `name`, which must be good and not yet taken."""
    found = re.fullmatch(r"(\d\d)_([a-z][a-z0-9_]*)", name, re.ASCII)
    if not found or keyword.iskeyword(found[2]):
        raise CourseError(f"{name}: a name is a number and a word, such as 11_search: rename it.")
    number, lab = found.groups()
    numbers = {path.stem[:2]: path.stem for path in scripts(root)}
    if number == "00":
        raise CourseError(f"{name}: the notebook numbered 00 is not graded: choose another number.")
    if number in numbers:
        free = f"{int(max(numbers)) + 1:02}"
        raise CourseError(f"{name}: {number} is {numbers[number]}'s number: take {free}_{lab}.")
    if (root / "course" / f"{lab}.py").exists():
        raise CourseError(f"{name}: course/{lab}.py exists already: choose another name.")
    return lab


def _filled(folder: Traversable, words: dict[str, str], place: str = ""):
    """Yield (path in the course, text) of the templates, with their words replaced."""
    for entry in sorted(folder.iterdir(), key=lambda each: each.name):
        path = f"{place}{entry.name}"
        if entry.is_dir():
            yield from _filled(entry, words, f"{path}/")
        elif entry.name.endswith(SUFFIX):
            text = _replaced(entry.read_text(encoding="utf-8"), words)
            yield _replaced(path.removesuffix(SUFFIX), words), IMPORTS.sub(_sorted, text)


def _replaced(text: str, words: dict[str, str]) -> str:
    return re.sub(r"NN_name|LAB|NUMBER|TITLE", lambda match: words[match[0]], text)


def _sorted(imports: re.Match[str]) -> str:
    """Return lines of imports in ruff's order, which depends on the lab's name."""
    return "".join(sorted(imports[0].splitlines(keepends=True), key=lambda line: line.split()[1]))


def _write(path: Path, text: str, made: list[Path]) -> None:
    """Write a file; append it, and the folders made for it, to `made`."""
    for folder in reversed(path.parents):
        if not folder.exists():
            folder.mkdir()
            made.append(folder)
    write_atomic(path, text)
    made.append(path)
