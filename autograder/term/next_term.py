"""The next term: all data of the last one are put aside in one move, and a new term begins.

put_aside(root, "2026-autumn")  → grading/ is now grading-2026-autumn/, and a new one is there
"""

import os
import re
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from autograder.build import release
from autograder.course import chosen, configuration
from autograder.errors import CourseError
from autograder.files import reason
from autograder.grade import seeds
from autograder.gradebook import database, read
from autograder.gradebook.write import Scores

LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,80}")
PROCESSES = Path("/proc")


@dataclass(frozen=True)
class Aside:
    """What was done: where last term's data are, and which assignments the new gradebook has."""

    folder: Path
    assignments: tuple[str, ...]


def put_aside(root: Path, label: str = "", again: bool = False) -> Aside:
    """Rename grading/ to grading-LABEL/, and make a new grading/ with a salt of its own.

    label: of last term, such as 2026-autumn (default: today's date). again: put the assignments of
    last term into the new gradebook, and build their notebooks; otherwise it begins empty.
    CourseError if there is no grading/, the label is taken, something uses the gradebook, or
    anything else goes wrong: then all is as it was.
    """
    root = Path(root).resolve()
    label = (label or f"{date.today():%Y-%m-%d}").removeprefix("grading-")
    if not LABEL.fullmatch(label):
        raise CourseError(f"--last {label}: write letters, digits, - and _, such as 2026-autumn.")
    grading, target = root / "grading", root / f"grading-{label}"
    places = read.places(root)
    if not grading.is_dir():
        raise CourseError(f"{grading}: is not there, so there is no term to put aside.")
    if os.path.lexists(target):
        raise CourseError(f"{target}: is there already: give last term another name with --last.")
    names = tuple(sorted(read.in_gradebook(root))) if again else ()
    chosen(root, names)
    gradebook = _gradebook(root, places)
    try:
        with _used_by_no_one(root, gradebook):
            grading.rename(target)
            try:
                grading.mkdir(mode=target.stat().st_mode & 0o777)
                seeds.salt(root)
                if names:
                    release.build(root, names)
            except BaseException:
                shutil.rmtree(grading, ignore_errors=True)
                target.rename(grading)
                raise
    except OSError as error:
        raise CourseError(f"{grading}: is as it was: {reason(error, grading)}.") from error
    return Aside(target, names)


def _gradebook(root: Path, places: read.Places) -> Path | None:
    """Return the gradebook's file, None if there is none in grading/.

    CourseError if the gradebook is elsewhere and has a class in it: it would not be put aside.
    """
    url = places.course.db_url
    address = database.address(url)
    file = Path(address.database or "").resolve()
    if address.get_backend_name() == "sqlite" and file.is_relative_to(places.grading.resolve()):
        return file if file.is_file() else None
    config = configuration(root, root)
    config.CourseDirectory.db_url = url
    with closing(Scores(config, places.course.course_id)) as scores:
        is_in_use = bool(scores.enrolled())
    if is_in_use:
        raise CourseError(
            f"{database.shown(url)}: this gradebook is not in grading/ and has students: set "
            "db_url in nbgrader_config.py to a new database for the new term, and call again."
        )
    return None


@contextmanager
def _used_by_no_one(root: Path, gradebook: Path | None) -> Iterator[None]:
    """Raise CourseError if a grading is at work, or a program has the gradebook open.

    Inside the `with` no grading can begin.
    """
    with ExitStack() as held:
        if sys.platform != "win32" and seeds.salt_path(root).is_file():  # as `autograder grade`
            import fcntl

            try:
                lock = held.enter_context(open(seeds.salt_path(root), "r+"))
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise CourseError(f"a grading is at work in {root}: wait until it ends.") from error
        busy = gradebook and (_who_writes(gradebook) or _who_has_open(gradebook))
        if busy:
            raise CourseError(
                f"{gradebook}: {busy} has it open: end that (formgrader: end JupyterLab), and call "
                "again."
            )
        yield


def _who_writes(gradebook: Path) -> str:
    """Return "a program" if one is writing the gradebook, or else ""."""
    with closing(sqlite3.connect(f"{gradebook.as_uri()}?mode=rw", uri=True, timeout=0)) as database:
        try:
            database.execute("BEGIN EXCLUSIVE")
            database.rollback()
        except sqlite3.OperationalError as error:
            return "a program" if "locked" in str(error) else ""
        except sqlite3.DatabaseError:  # damaged: put aside like the rest
            return ""
    return ""


def _who_has_open(gradebook: Path) -> str:
    """Return which process has the gradebook open, or ""; only Linux tells.

    Formgrader keeps it open for as long as its server runs, and would go on writing the old one.
    """
    for link in PROCESSES.glob("[0-9]*/fd/*"):
        with suppress(OSError):  # somebody else's, or it has just ended
            if os.readlink(link) == str(gradebook):
                process = link.parents[1]
                program = (process / "comm").read_text().strip()
                return f"the process {process.name} ({program})"
    return ""
