"""A folder of students' files, or an LMS's bulk download, into grading/submitted/.

Every file is either taken or listed with the reason why not. What is taken is kept under
grading/collected/ASSIGNMENT/STUDENT/. A student's newest file for an assignment is also put into
grading/submitted/STUDENT/ASSIGNMENT/, with the time of receipt in timestamp.txt. Collecting the
same files again changes nothing, and finishes a collection that was interrupted.
"""

import hashlib
import shutil
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from autograder.collect import identify, receipts
from autograder.collect.archive import LITTER, Found, files_in
from autograder.collect.receipts import Receipt
from autograder.course import FOLDERS
from autograder.errors import CourseError
from autograder.files import write_atomic
from autograder.gradebook.read import Roster

KEPT_BY_US = ("grading/collected", "grading/records")
COLLECTED, UNCHANGED, OLDER, NOT_TAKEN = "collected", "unchanged", "older", "NOT TAKEN"
Receipts = dict[tuple[str, str, str], Receipt]


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
    """A file of a known student for a known assignment."""

    place: str
    student: str
    assignment: str
    sha256: str
    kept: Path  # where its bytes are
    order: tuple[int, float, int]  # the larger, the newer
    said: identify.Claim
    received: datetime
    late: str = ""  # by how much
    notes: tuple[str, ...] = ()

    def row(self, outcome: str, *notes: str) -> Row:
        """Return what became of it."""
        late = (self.late,) if self.late else ()
        return Row(self.place, outcome, self.student, self.assignment, (*self.notes, *late, *notes))

    def at(self, time: datetime, to: Roster, sure: bool = False) -> "Taken":
        """Return this file as received at `time`, with a note if that was late.

        Unless `sure`, a file from Canvas that Canvas does not call late counts as received by the
        due date at the latest.
        """
        due = to.deadline(self.student, self.assignment)
        marked = self.said.late or (None if sure else self.said.late)
        received, late = receipts.arrival(time, due, marked)
        return replace(self, received=received, late=late)

    @property
    def receipt(self) -> Receipt:
        """Return the row for grading/receipts.csv."""
        received = self.received.isoformat(timespec="seconds")
        return Receipt(self.assignment, self.student, received, self.sha256)


def collect(
    to: Roster,
    source: Path,
    assignment: str = "",
    received: datetime | None = None,
    add: bool = False,
) -> list[Row]:
    """Take the files of a folder or archive; return a row for each of them, those not taken first.

    source: the folder, zip archive or single file to take from; it is only read.
    assignment: take only this one; a file that names no assignment counts as one of it.
    received: when the files arrived (default: now).
    add: also take files of students who are not in the gradebook.
    CourseError if nothing was taken: the source cannot be read, is empty or is the course's own.
    CourseError also if the disk is full or locked: collecting again finishes the work.
    """
    if assignment and assignment not in to.assignments:
        known = ", ".join(to.assignments)
        raise CourseError(f"{assignment}: no such assignment, there are {known}.")
    received = (received or datetime.now(UTC)).replace(microsecond=0)
    files = files_in(source, only=".ipynb")
    _refuse_ours(to, source)
    rows: list[Row] = []
    groups: dict[tuple[str, str], list[Taken]] = defaultdict(list)
    try:
        keep = to.places.grading / "collected"
        keep.mkdir(parents=True, exist_ok=True)
        _sweep(keep)
        with tempfile.TemporaryDirectory(prefix=".incoming-", dir=keep) as incoming:
            for number, found in enumerate(files):
                one = _taken(to, found, Path(incoming, str(number)), assignment, received, add)
                if isinstance(one, Row):
                    rows.append(one)
                else:
                    groups[one.student, one.assignment].append(one)
            came = receipts.read(receipts.path_of(to.places.root))
            for group in groups.values():
                rows += _finished(to, group, came)
    except OSError as error:
        place = error.filename or keep
        raise CourseError(
            f"{place}: cannot be written ({error.strerror}): "
            "make room or close what has it open, then collect again: nothing is lost."
        ) from error
    if not rows:
        raise CourseError(f"{source}: is empty: give the folder with the students' files.")
    return sorted(rows, key=lambda row: (row.outcome != NOT_TAKEN, row.place))


def _refuse_ours(to: Roster, source: Path) -> None:
    """Raise CourseError if the course's own notebooks would be taken for students' work."""
    steps = ("source", "release", "submitted", "autograded", "feedback")
    names = [getattr(to.places.course, f"{step}_directory") for step in steps]
    source = Path(source).resolve()
    for name in (*(name for name in FOLDERS if name != "grading"), *KEPT_BY_US, *names):
        own = Path(to.places.root, name).resolve()
        if source.is_relative_to(own) or own.is_relative_to(source):
            raise CourseError(
                f"{source}: holds the course's own {name}, or is in it: "
                "give a folder with nothing but the students' files, such as downloads."
            )


def _sweep(keep: Path) -> None:
    """Remove what a killed collection left behind more than an hour ago."""
    for left in keep.glob(".incoming-*"):
        if time.time() - left.stat().st_mtime > 3600:
            shutil.rmtree(left)


def _taken(
    to: Roster, found: Found, incoming: Path, wanted: str, received: datetime, add: bool
) -> Taken | Row:
    """Return the file, with its bytes in `incoming`, or a row that says why it cannot be taken."""
    name = found.parts[-1]
    if set(found.parts) & set(LITTER) or name.startswith("._"):
        return Row(found.place, NOT_TAKEN, notes=("is the operating system's, not a student's",))
    if found.problem:
        return Row(found.place, NOT_TAKEN, notes=(found.problem,))
    if not name.lower().endswith(".ipynb"):
        return Row(found.place, NOT_TAKEN, notes=("is not a notebook",))
    said = identify.claim(found.parts, to.assignments)
    inside = identify.assignment_inside(found.data, to.assignments)
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
        student, note = identify.student(said, list(to.students), add)
    except identify.Unidentified as error:
        return Row(found.place, NOT_TAKEN, "", assignment, (str(error),))
    notes += [note] if note else []
    if not inside and not _is_notebook(found.data):
        notes.append("is damaged: grading will say it")
    incoming.write_bytes(found.data)
    one = Taken(
        found.place,
        student,
        assignment,
        hashlib.sha256(found.data).hexdigest(),
        incoming,
        (said.order[0], found.modified, said.order[1]),
        said,
        received,
        notes=tuple(notes),
    )
    return one.at(received, to)


def _is_notebook(data: bytes) -> bool:
    return data.lstrip()[:1] == b"{" and data.rstrip()[-1:] == b"}"


def _finished(to: Roster, group: list[Taken], came: Receipts) -> Iterator[Row]:
    """Store one student's files for one assignment; yield a row for each."""
    problem = identify.namesakes(one.said for one in group)
    # a file that does not come from an LMS names its student
    strangers = [one for one in group if problem and one.said.lms]
    yield from (one.row(NOT_TAKEN, problem) for one in strangers)
    group = [one for one in group if one not in strangers]
    if not group:
        return
    *older, newest = sorted(group, key=lambda one: one.order)
    folder, keep = _folders(to, newest)
    for path in (folder, folder.parent, keep, keep.parent):
        if path.is_symlink():
            problem = f"{path} is a link: remove it, it leads out of grading/"
            yield from (one.row(NOT_TAKEN, problem) for one in group)
            return
    seen = {newest.sha256}
    arrived = []
    for one in older:
        if one.sha256 in seen:
            yield one.row(UNCHANGED, "the same file is there twice")
            continue
        seen.add(one.sha256)
        arrived.append(one := _dated(to, one, came))
        kept = _keep(one, keep).relative_to(to.places.root)
        yield one.row(OLDER, f"a newer one counts, this is {kept}")
    newest, row = _placed(to, newest, came)
    arrived.append(newest)
    yield row
    new = [one.receipt for one in arrived if _key(one) not in came]
    receipts.append(receipts.path_of(to.places.root), new)


def _folders(to: Roster, one: Taken) -> tuple[Path, Path]:
    """Return the folders of the submission and of all files kept for it."""
    kept = to.places.grading / "collected" / one.assignment / one.student
    return to.places.folder("submitted", one.student, one.assignment), kept


def _dated(to: Roster, one: Taken, came: Receipts) -> Taken:
    """Return the file with the time at which it was first received."""
    return one.at(came[_key(one)].time, to, True) if _key(one) in came else one


def _placed(to: Roster, one: Taken, came: Receipts) -> tuple[Taken, Row]:
    """Put a student's newest file where nbgrader looks, unless a later one is already there.

    Return the file with its time of receipt, and its row.
    """
    folder, keep = _folders(to, one)
    target = folder / f"{one.assignment}.ipynb"
    current = hashlib.sha256(target.read_bytes()).hexdigest() if target.is_file() else ""
    known = came.get((one.assignment, one.student, current))
    since = (known.time if known else receipts.stamped(folder)) if current else None
    one = _dated(to, one, came)
    if one.sha256 == current:
        if since and since < one.received:
            one = one.at(since, to, True)  # received through the exchange: keep its time
        return one, one.row(UNCHANGED)
    if current and _key(one) in came:
        return one, one.row(OLDER, "came before, and a newer one counts")
    if since and since > one.received:
        kept = _keep(one, keep).relative_to(to.places.root)
        return one, one.row(OLDER, f"one of {since:%F %R} UTC counts, this is {kept}")
    if current and not any(key[2] == current for key in came):
        _keep(replace(one, sha256=current, kept=target), keep, "before-")
    folder.mkdir(parents=True, exist_ok=True)
    data = _keep(one, keep).read_bytes()
    # The time first: interrupted in between, a new file would seem as old as the one before.
    stamp = one.received.strftime("%Y-%m-%d %H:%M:%S.%f UTC")
    write_atomic(folder / "timestamp.txt", stamp, sync=True)
    write_atomic(target, data, sync=True)
    return one, one.row(COLLECTED, *(["in place of an older one"] if current else []))


def _key(one: Taken) -> tuple[str, str, str]:
    return one.assignment, one.student, one.sha256


def _keep(one: Taken, folder: Path, prefix: str = "") -> Path:
    """Keep a file under a name made of its hash; return the path."""
    kept = folder / f"{prefix}{one.sha256[:16]}.ipynb"
    if not kept.exists():
        folder.mkdir(parents=True, exist_ok=True)
        write_atomic(kept, one.kept.read_bytes(), sync=True)
    return kept
