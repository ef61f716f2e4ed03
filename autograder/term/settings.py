"""grading/class.toml: what a class has of its own, a table for each kind of work.

Each reader knows its own table and leaves the others alone.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autograder.errors import CourseError
from autograder.files import reason

KINDS = {str: "text in quotes", int: "a whole number", dict: "a table"}


def path_of(root: Path) -> Path:
    """Return where the settings of the class in the course's folder `root` are."""
    return Path(root) / "grading" / "class.toml"


def table(root: Path, name: str, known: Mapping[str, type]) -> dict[str, Any]:
    """Return one table of the file; an empty one if there is no file, or no such table in it.

    known: the table's settings and their types. CourseError if the file cannot be read, or if the
    table holds another setting or another type.
    """
    path = path_of(root)
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise CourseError(f"{reason(error, path)}: allow reading it.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CourseError(f"{path}: is not TOML ({error}): correct that line.") from error
    found = content.get(name, {})
    if not isinstance(found, dict):
        raise CourseError(f"{path}: {name} = {found!r}: write it as a table, [{name}].")
    for key, value in found.items():
        if key not in known:
            raise CourseError(
                f"{path}: [{name}] has no setting {key!r}, it has {', '.join(known)}: "
                "correct or remove that line."
            )
        if type(value) is not known[key]:
            kind = KINDS[known[key]]
            raise CourseError(f"{path}: [{name}] {key} = {value!r}: must be {kind}.")
    return found
