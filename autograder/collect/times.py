"""When submissions arrived, as the LMS itself says it.

Moodle's grading worksheet has it in "Last modified (submission)", by the number of the participant
that is also in the names of its files (mod/assign of Moodle 4, 2022 or later). Canvas' files and
its gradebook have no times; its API's list of an assignment's submissions has, "submitted_at" by
"user_id", as JSON or as a csv with these two columns. An LMS knows one time a student: that of the
newest submission, which is the one in its download.
"""

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from autograder.collect import tables
from autograder.errors import CourseError

MOODLE, CANVAS = "Moodle", "Canvas"
MODIFIED = "Last modified (submission)"
COLUMNS = {MOODLE: ("Identifier", MODIFIED), CANVAS: ("user_id", "submitted_at")}
ENGLISH = (  # after the day of the week, how Moodle's English and American texts have it
    *("%d %B %Y, %I:%M %p", "%d %B %Y, %H:%M"),
    *("%B %d, %Y, %I:%M %p", "%B %d, %Y, %H:%M"),
)
WEEKDAY = re.compile(r"^[A-Za-z]+day, ")

Times = dict[tuple[str, str], datetime]
"""By LMS and the number that it gives a student's file; UTC."""


def read(paths: Iterable[Path]) -> Times:
    """Return the times in an LMS's tables; CourseError for a file or a time that is none."""
    found: Times = {}
    for path in paths:
        for lms, line, number, said in _rows(path):
            if said in ("", "-"):  # nothing was handed in
                continue
            time = _moodle(said) if lms == MOODLE else _canvas(said)
            if time is None:
                fix = {
                    MOODLE: "download the worksheet again, with Moodle set to English",
                    CANVAS: "write it as Canvas does, 2026-11-24T21:00:00Z",
                }[lms]
                raise CourseError(f"{path}: {line}: {said!r} is not a time: {fix}.")
            if time > datetime.now(UTC):
                raise CourseError(
                    f"{path}: {line}: {said!r} is in the future: set this computer's clock and "
                    "time zone right, or Moodle's time zone in your profile."
                )
            found[lms, number] = time
    return found


def is_worksheet(data: bytes) -> bool:
    """Return whether a file is Moodle's grading worksheet."""
    return MODIFIED.encode() in data.partition(b"\n")[0]


def _rows(path: Path) -> Iterator[tuple[str, str, str, str]]:
    """Yield (LMS, place, number of the student, what is said of the time)."""
    text = tables.text_of(path)
    if text.lstrip().startswith(("[", "{")):
        yield from _of_json(path, text)
        return
    for separator in ",;\t":
        names = tables.heading(text, separator)
        for lms, (number, time) in COLUMNS.items():
            if number in names and time in names:
                places = names.index(number), names.index(time)
                for line, row in list(tables.cells(text, separator))[1:]:
                    who, when = (row[place] if place < len(row) else "" for place in places)
                    if match := re.search(r"\d+$", who):  # Participant 4711
                        yield lms, f"line {line}", match[0], when
                return
    names = max((tables.heading(text, separator) for separator in ",;\t"), key=len)
    raise CourseError(
        f"{path}: its columns {', '.join(names)[:200]} have no times: give Moodle's grading "
        "worksheet in English, or Canvas' list of submissions (user_id, submitted_at)."
    )


def _of_json(path: Path, text: str) -> Iterator[tuple[str, str, str, str]]:
    try:
        rows = json.loads(text)
        assignments = {row.get("assignment_id") for row in rows}
        said = [(str(row["user_id"]), row["submitted_at"] or "") for row in rows]
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise CourseError(
            f"{path}: is not Canvas' list of submissions, with user_id and submitted_at in each: "
            "ask its API for the submissions of one assignment."
        ) from error
    if len(assignments) > 1:
        raise CourseError(f"{path}: is of {len(assignments)} assignments: give one at a time.")
    for place, (number, when) in enumerate(said, start=1):
        yield CANVAS, f"submission {place}", number, str(when)


def _moodle(said: str) -> datetime | None:
    """Return a time as Moodle writes it: by the clock of the person who downloads."""
    day = WEEKDAY.sub("", re.sub(r"\s+", " ", said))
    for form in ENGLISH:
        with suppress(ValueError):
            return datetime.strptime(day, form).astimezone(UTC)
    return None


def _canvas(said: str) -> datetime | None:
    try:
        return datetime.fromisoformat(said).astimezone(UTC)
    except ValueError:
        return None
