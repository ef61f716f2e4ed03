"""A folder of students' files, or an LMS's bulk download, into grading/submitted/.

Every file is either taken or listed with the reason why not. What is taken is kept under
grading/collected/ASSIGNMENT/STUDENT/, and the newest of a student's files for an assignment also
stands in grading/submitted/STUDENT/ASSIGNMENT/, with the time of receipt in timestamp.txt. Doing it
again changes nothing, and what was cut off in the middle is finished by doing it again.
"""

import hashlib
import os
import shutil
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from autograder import receipts, whose
from autograder.classroom import Class, CollectError
from autograder.receipts import Receipt
from autograder.unpack import LITTER, Found, files_in

COLLECTED, UNCHANGED, OLDER, NOT_TAKEN = "collected", "unchanged", "older", "NOT TAKEN"


@dataclass(frozen=True)
class Row:
    """What became of one file."""

    place: str
    outcome: str  # one of the four above
    student: str = ""
    assignment: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Taken:
    """A file whose student and assignment are known."""

    place: str
    student: str
    assignment: str
    sha256: str
    kept: Path  # where its bytes are
    order: tuple[int, float, int]
    received: datetime
    notes: tuple[str, ...] = ()

    def row(self, outcome: str, *notes: str) -> Row:
        """Return what became of it."""
        return Row(self.place, outcome, self.student, self.assignment, (*self.notes, *notes))

    @property
    def receipt(self) -> Receipt:
        """Return the row for grading/receipts.csv."""
        received = self.received.isoformat(timespec="seconds")
        return Receipt(self.assignment, self.student, received, self.sha256)


def collect(
    to: Class,
    source: Path,
    assignment: str = "",
    received: datetime | None = None,
    add: bool = False,
) -> list[Row]:
    """Take the files of a folder or archive; return a row for every one of them.

    assignment: only this one, and files that do not say which one they are of belong to it.
    received: when they arrived (now). add: also take students who are not in the gradebook.
    CollectError, UnpackError: nothing was taken.
    """
    if assignment and assignment not in to.assignments:
        known = ", ".join(to.assignments)
        raise CollectError(f"{assignment}: no such assignment, there are {known}.")
    received = (received or datetime.now(UTC)).replace(microsecond=0)
    files = files_in(source)
    rows: list[Row] = []
    groups: dict[tuple[str, str], list[Taken]] = defaultdict(list)
    try:
        keep = to.data / "grading" / "collected"
        keep.mkdir(parents=True, exist_ok=True)
        _sweep(keep)
        with tempfile.TemporaryDirectory(prefix=".incoming-", dir=keep) as incoming:
            for number, found in enumerate(files):
                one = _taken(to, found, Path(incoming, str(number)), assignment, received, add)
                if isinstance(one, Row):
                    rows.append(one)
                else:
                    groups[one.student, one.assignment].append(one)
            came = receipts.read(receipts.path_of(to.data))
            for group in groups.values():
                rows += _finished(to, group, came)
    except OSError as error:
        place = error.filename or keep
        raise CollectError(
            f"{place}: cannot be written ({error.strerror}): "
            "make room or close what has it open, then collect again: nothing is lost."
        ) from error
    if not rows:
        raise CollectError(f"{source}: is empty: give the folder with the students' files.")
    return sorted(rows, key=lambda row: (row.outcome != NOT_TAKEN, row.place))


def _sweep(keep: Path) -> None:
    """Remove what a collecting left behind that was killed more than an hour ago."""
    for left in keep.glob(".incoming-*"):
        if time.time() - left.stat().st_mtime > 3600:
            shutil.rmtree(left)


def _taken(
    to: Class, found: Found, incoming: Path, wanted: str, received: datetime, add: bool
) -> Taken | Row:
    """Return the file, with its bytes in `incoming`, or a row that says why it cannot be taken."""
    name = found.parts[-1]
    if set(found.parts) & set(LITTER) or name.startswith("._"):
        return Row(found.place, NOT_TAKEN, notes=("is the operating system's, not a student's",))
    if found.problem:
        return Row(found.place, NOT_TAKEN, notes=(found.problem,))
    if not name.lower().endswith(".ipynb"):
        return Row(found.place, NOT_TAKEN, notes=("is no notebook",))
    said = whose.claim(found.parts, to.assignments)
    inside = whose.assignment_inside(found.data, to.assignments)
    assignment = inside or said.assignment or wanted
    notes = []
    if not assignment:
        problem = "does not say which assignment it is of: use --assignment NAME"
        return Row(found.place, NOT_TAKEN, said.typed or said.called, notes=(problem,))
    if wanted and assignment != wanted:
        problem = f"is of {assignment}, not of {wanted}"
        return Row(found.place, NOT_TAKEN, said.typed or said.called, assignment, (problem,))
    if inside and said.assignment not in (inside, ""):
        notes.append(f"is named {said.assignment}, and holds {inside}")
    try:
        student, note = whose.student(said, list(to.roster), add)
    except whose.WhoseError as error:
        return Row(found.place, NOT_TAKEN, "", assignment, (str(error),))
    notes += [note] if note else []
    if not inside and not _is_notebook(found.data):
        notes.append("is damaged: grading will say it")
    received, lateness = _receipt_time(to, student, assignment, received, said.late)
    notes += [lateness] if lateness else []
    incoming.write_bytes(found.data)
    return Taken(
        found.place,
        student,
        assignment,
        hashlib.sha256(found.data).hexdigest(),
        incoming,
        (said.order[0], found.modified, said.order[1]),
        received,
        tuple(notes),
    )


def _is_notebook(data: bytes) -> bool:
    return data.lstrip()[:1] == b"{" and data.rstrip()[-1:] == b"}"


def _receipt_time(
    to: Class, student: str, assignment: str, received: datetime, late: bool | None
) -> tuple[datetime, str]:
    """Return when the file arrived and a note if that was late.

    Canvas marks what is late: what it does not mark was there by the due date, whenever it is
    collected.
    """
    due = to.due.get(assignment)
    if due is None:
        return received, "late, says Canvas" if late else ""
    due += to.extensions.get((assignment, student), timedelta())
    if received <= due:
        return received, "late, says Canvas" if late else ""
    if late is False:
        return due, ""
    return received, f"late by {_span(received - due)}"


def _span(time: timedelta) -> str:
    minutes = int(time.total_seconds() // 60)
    days, hours = divmod(minutes // 60, 24)
    return f"{days} d {hours} h" if days else f"{hours} h {minutes % 60:02} min"


def _finished(
    to: Class, group: list[Taken], came: dict[tuple[str, str, str], Receipt]
) -> Iterator[Row]:
    """Put one student's files for one assignment in their places; yield a row for each."""
    *older, newest = sorted(group, key=lambda one: one.order)
    folder = to.submitted(newest.student, newest.assignment)
    keep = to.data / "grading" / "collected" / newest.assignment / newest.student
    for path in (folder, folder.parent, keep, keep.parent):
        if path.is_symlink():
            problem = f"{path} is a link: remove it, it leads out of grading/"
            yield from (one.row(NOT_TAKEN, problem) for one in group)
            return
    target = folder / f"{newest.assignment}.ipynb"
    current = hashlib.sha256(target.read_bytes()).hexdigest() if target.is_file() else ""
    new, seen = [], {newest.sha256}
    for one in older:
        if one.sha256 in seen:
            yield one.row(UNCHANGED, "the same file is there twice")
            continue
        seen.add(one.sha256)
        new += [] if _key(one) in came else [one]
        kept = _keep(one, keep)
        yield one.row(OLDER, f"a newer one counts, this is {kept.relative_to(to.data)}")
    before = came.get(_key(newest))
    if newest.sha256 == current:
        new += [] if before else [newest]
        yield newest.row(UNCHANGED)
    elif before and current:
        yield newest.row(OLDER, "came before, and a newer one counts")
    else:
        if current and not any(key[2] == current for key in came):
            _keep(replace(newest, sha256=current, kept=target), keep, "before-")
        newest = replace(newest, received=before.time) if before else newest
        new += [] if before else [newest]
        folder.mkdir(parents=True, exist_ok=True)
        _replace(_keep(newest, keep).read_bytes(), target)
        stamp = newest.received.strftime("%Y-%m-%d %H:%M:%S.%f UTC")
        _replace(stamp.encode(), folder / "timestamp.txt")
        yield newest.row(COLLECTED, *(["in place of an older one"] if current else []))
    receipts.append(receipts.path_of(to.data), [one.receipt for one in new])


def _key(one: Taken) -> tuple[str, str, str]:
    return one.assignment, one.student, one.sha256


def _keep(one: Taken, folder: Path, prefix: str = "") -> Path:
    """Keep the bytes of a file under a name made of them; return where."""
    kept = folder / f"{prefix}{one.sha256[:16]}.ipynb"
    if not kept.exists():
        folder.mkdir(parents=True, exist_ok=True)
        _replace(one.kept.read_bytes(), kept)
    return kept


def _replace(data: bytes, target: Path) -> None:
    """Write all of it or nothing; what stood there before, also a link, is replaced."""
    partial = target.with_name(f".{target.name}.partial")
    partial.unlink(missing_ok=True)
    with open(partial, "xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(target)
