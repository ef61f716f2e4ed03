"""A course's folder: its scripts, its own folders, and nbgrader's configuration of it."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from traitlets.config import Config
from traitlets.config.loader import ConfigFileNotFound, PyFileConfigLoader

from autograder.errors import CourseError

FOLDERS = ("solutions", "course", "autograder", "tests", "notebooks", "grading")
"""The course's own folders: nothing is published into them, and no students' files are in them."""

SECRET = tuple(name for name in FOLDERS if name not in ("course", "notebooks"))
"""The folders that no student and no student's code may see."""


def scripts(root: Path | str) -> list[Path]:
    """Return the course's scripts, solutions/NN_name.py, in the order of the notebooks.

    CourseError if there are none: `root` is not a course's folder.
    """
    found = sorted((Path(root) / "solutions").glob("[0-9][0-9]_*.py"))
    if not found:
        raise CourseError(f"{Path(root) / 'solutions'}: no NN_name.py there: wrong folder?")
    return found


def is_graded(name: str) -> bool:
    """Return whether a notebook of this name is graded: all are, but those numbered 00.

    They welcome: nothing is handed in, so they have no exercises and are in no gradebook.
    """
    return not name.startswith("00_")


def chosen(root: Path | str, names: Sequence[str]) -> list[str]:
    """Return the named notebooks, or all if none is named; CourseError for an unknown name."""
    known = [script.stem for script in scripts(root)]
    for name in names:
        if name not in known:
            raise CourseError(f"{name}: no such notebook, there are {', '.join(known)}")
    return list(names) or known


def named(text: str, known: Iterable[str]) -> str:
    """Return the one of the known notebooks that a text names: in full, or as `02` does.

    CourseError if there is none, or more than one.
    """
    known = list(known)
    found = [text] if text in known else [name for name in known if text and name.startswith(text)]
    if len(found) == 1:
        return found[0]
    if found:
        raise CourseError(f"{text}: may be {' or '.join(found)}: write more of the name.")
    raise CourseError(f"{text}: no such notebook, there are {', '.join(known)}.")


def configuration(root: Path | str, data: Path | str) -> Config:
    """Return nbgrader's configuration of the course in `root`, its data under the folder `data`.

    Reading it changes nothing on disk. Where `data` is the course's own folder, the gradebook is
    the one that nbgrader_config.py names; elsewhere it is grading/gradebook.db under `data`.
    CourseError if `root` has no nbgrader_config.py, or one that cannot be read.
    """
    try:
        config = PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()
    except ConfigFileNotFound as error:
        problem = f"{root}: no nbgrader_config.py there: choose the course's folder with --root."
        raise CourseError(problem) from error
    except Exception as error:  # whatever the file's author has written
        problem = f"{root}/nbgrader_config.py: {type(error).__name__}: {error}: correct that line."
        raise CourseError(problem) from error
    config.CourseDirectory.root = str(data)
    if Path(data).resolve() != Path(root).resolve() or "db_url" not in config.CourseDirectory:
        config.CourseDirectory.db_url = f"sqlite:///{Path(data) / 'grading' / 'gradebook.db'}"
    return config
