"""A folder of students' files, or an LMS's bulk download, into grading/submitted/.

Every file is either taken or listed with the reason why not. What is taken is kept under
grading/collected/ASSIGNMENT/STUDENT/. A student's newest notebook for an assignment is also put
into grading/submitted/STUDENT/ASSIGNMENT/, with the files next to it and the time of receipt in
timestamp.txt; one that the student has not worked on never counts in place of one that they have.
Collecting the same files again changes nothing, and finishes a collection that was interrupted.
"""

import hashlib
import re
import shutil
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from autograder.collect import identify, lms, receipts, work
from autograder.collect.archive import Found, files_in
from autograder.collect.claims import Person, Unidentified, claim
from autograder.collect.helpers import Helpers
from autograder.collect.rows import (
    BEFORE,
    COLLECTED,
    NO_NOTEBOOK,
    NOT_TAKEN,
    NOW,
    OLDER,
    UNCHANGED,
    UNTOUCHED,
    YOU,
    Read,
    Row,
    Taken,
)
from autograder.collect.times import CANVAS, MOODLE, Times, is_worksheet
from autograder.collect.times import read as read_times
from autograder.course import FOLDERS
from autograder.errors import CourseError
from autograder.files import write_atomic
from autograder.gradebook import class_file
from autograder.gradebook.read import Roster

REMOVED = (
    "was removed from the class: `autograder roster FILE` with a list that has them brings them "
    "back, or --add"
)
WORKSHEET = "is Moodle's grading worksheet: collect again with --times and this file"
KEPT_BY_US = ("grading/collected", "grading/records")
LITTER = {  # parts of paths, and whose such files are
    **dict.fromkeys(("__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini"), "the operating system"),
    ".ipynb_checkpoints": "Jupyter",
}
NOTEBOOK = re.compile(r"\.ipynb(\.(txt|json|ipynb))*$", re.IGNORECASE)


def collect(
    to: Roster,
    source: Path,
    assignment: str = "",
    received: datetime | None = None,
    add: bool = False,
    times: Sequence[Path] = (),
) -> list[Row]:
    """Take the files of a folder or archive; return a row for each of them, those not taken first.

    source: the folder, zip archive or single file to take from; it is only read.
    assignment: take only this one; a file that names no assignment counts as one of it.
    received: when the files arrived (default: now, or when they were first collected).
    add: also take files of students who are not in the gradebook.
    times: an LMS's tables of when its submissions arrived, which count before `received`.
    CourseError if nothing was taken: the source cannot be read, is empty or is the course's own.
    CourseError also if the disk is full or locked: collecting again finishes the work.
    """
    if assignment and assignment not in to.assignments:
        known = ", ".join(to.assignments)
        raise CourseError(f"{assignment}: no such assignment, there are {known}.")
    files, said = files_in(source), read_times(times)
    _refuse_ours(to, source)
    rows: list[Row] = []
    try:
        keep = to.places.grading / "collected"
        keep.mkdir(parents=True, exist_ok=True)
        _sweep(keep)
        with tempfile.TemporaryDirectory(prefix=".incoming-", dir=keep) as incoming:
            collection = _Collection(to, received, add, said, whole=Path(source).is_file())
            ours = {path.resolve() for path in times}
            for number, found in enumerate(files):
                if Path(source, *found.parts).resolve() in ours:
                    continue
                rows += collection.read(found, Path(incoming, str(number)), assignment)
            rows += collection.finished()
        if add:
            taken = {row.student for row in rows if row.outcome != NOT_TAKEN}
            class_file.forget_removed(to.places.root, taken & to.removed)
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


class _Collection:
    """The files of one download: whose they are is clear only when all have been read."""

    def __init__(
        self, to: Roster, received: datetime | None, add: bool, times: Times, whole: bool
    ) -> None:
        self.to, self.add, self.times, self.whole = to, add, times, whole
        self.source = YOU if received else NOW
        self.received = (received or datetime.now(UTC)).replace(microsecond=0)
        self.came = receipts.read(receipts.path_of(to.places.root))
        self.before = lms.read(to.places.root)
        self.books: list[Read] = []
        self.others: list[Read] = []
        self.released = cache(self._released)

    def _released(self, assignment: str) -> work.Released:
        folder = self.to.places.folder("release", ".", assignment)
        return work.released(folder / f"{assignment}.ipynb")

    def read(self, found: Found, incoming: Path, wanted: str) -> Iterator[Row]:
        """Keep a file's bytes in `incoming`, or yield a row that says why it is not taken."""
        name, data = found.parts[-1], found.data
        litter = next((LITTER[part] for part in found.parts if part in LITTER), "")
        if litter or name.startswith("._"):
            whose = litter or "the operating system"
            yield Row(found.place, NOT_TAKEN, notes=(f"is {whose}'s, not a student's",))
        elif found.problem:
            yield Row(found.place, NOT_TAKEN, notes=(found.problem,))
        elif data is None:
            yield Row(found.place, NOT_TAKEN, notes=(NO_NOTEBOOK,))
        else:
            said = claim(found.parts, self.to.assignments)
            one = Read(found.place, said, found.modified, incoming)
            if len(found.parts) == 1 and is_worksheet(data):
                yield Row(found.place, NOT_TAKEN, notes=(WORKSHEET,))
                return
            if not (NOTEBOOK.search(name) or _holds_cells(data)):
                incoming.write_bytes(data)
                self.others.append(one)
                return
            answer = self._book(one, data, wanted)
            if isinstance(answer, Row):
                yield answer
            else:
                incoming.write_bytes(data)
                self.books.append(answer)

    def _book(self, one: Read, data: bytes, wanted: str) -> Read | Row:
        """Return a notebook with its assignment, or a row that says why it is not taken."""
        said = one.said
        inside = work.assignment_of(data)
        inside = inside if inside in self.to.assignments else ""
        assignment = inside or said.assignment or wanted
        who = said.typed or said.called
        if hidden := next((part for part in said.parts[:-1] if part.startswith(".")), ""):
            problem = f"is in the hidden folder {hidden}: rename the folder if it is a student's"
            return Row(one.place, NOT_TAKEN, who, assignment, (problem,))
        if work.solution_of(data):
            return Row(one.place, NOT_TAKEN, who, notes=(work.A_SOLUTION,))
        if not assignment:
            problem = "does not say which assignment it is of: use --assignment NAME"
            return Row(one.place, NOT_TAKEN, who, notes=(problem,))
        if wanted and assignment != wanted:
            problem = f"is of {assignment}, not of {wanted}"
            return Row(one.place, NOT_TAKEN, who, assignment, (problem,))
        notes = []
        if inside and said.assignment not in (inside, ""):
            notes.append(f"is named {said.assignment}, and holds {inside}")
        cells = work.cells_of(data)
        if cells is None:
            notes.append("is damaged: grading will say it")
        done = work.WORKED if cells is None else self.released(assignment).work_in(cells)
        if done < work.WORKED:
            notes.append(work.SAID)
        return replace(
            one, said=replace(said, assignment=assignment), notes=tuple(notes), work=done
        )

    def finished(self) -> Iterator[Row]:
        """Store what was read; yield a row for each file."""
        submitted = Path(self.to.places.folder("submitted", ".", "."))
        there = [path.parent.name for path in submitted.glob("[!.]*/*/")]
        claims = [one.said for one in self.books]
        people = identify.people(
            claims, self.to.students, self.to.assignments, self.add, sorted(there)
        )
        every = [one.said for one in (*self.books, *self.others)]
        sure = {lms: identify.downloads_of(lms, every, self.whole) for lms in (MOODLE, CANVAS)}
        self._check_times()
        groups: dict[tuple[str, str], list[Taken]] = defaultdict(list)
        for one, person in zip(self.books, people, strict=True):
            if isinstance(person, Unidentified):
                yield Row(one.place, NOT_TAKEN, "", one.said.assignment, (str(person),))
            elif person.id in self.to.removed and not self.add:
                yield Row(one.place, NOT_TAKEN, person.id, one.said.assignment, (REMOVED,))
            else:
                groups[person.id, one.said.assignment].append(self._taken(one, person, sure))
        helpers = Helpers(self.others, [one for group in groups.values() for one in group])
        for group in groups.values():
            yield from self._group(group, helpers)
        yield from helpers.left()

    def _check_times(self) -> None:
        """Raise CourseError if it is not clear which assignment Canvas' times are of."""
        files = [one.said for one in self.books if one.said.lms == CANVAS]
        several = sorted({said.assignment for said in files})
        if len(several) > 1 and any(lms == CANVAS for lms, _ in self.times):
            raise CourseError(
                f"--times: Canvas' times are of one assignment, and the files of "
                f"{' and '.join(several)}: collect one by one, with --assignment NAME."
            )

    def _taken(self, one: Read, by: Person, sure: dict[str, set[tuple[str, ...]]]) -> Taken:
        said, notes = one.said, [*by.notes, *one.notes]
        time = self.times.get((said.lms, said.lms_user))
        believed = time is not None or (said.lms == CANVAS and not said.late)
        if believed and said.parts[: said.level] not in sure[said.lms]:
            said, time = replace(said, late=said.late or None), None
            of = {CANVAS: "Canvas'", MOODLE: "Moodle's"}[said.lms]
            notes.append(f"is named as by {said.lms}, and not in a download of {of} files alone")
        data = one.kept.read_bytes()
        number, copy = said.order
        taken = Taken(
            one.place,
            by.id,
            said.assignment,
            hashlib.sha256(data).hexdigest(),
            one.kept,
            (one.work, number, one.modified, copy),
            said,
            by,
            self.received,
            self.source,
            notes=tuple(notes),
        )
        if time:
            return taken.at(time, self.to, f"says {said.lms}")
        return taken.at(self.received, self.to, self.source)

    def _group(self, group: list[Taken], helpers: Helpers) -> Iterator[Row]:
        """Store one student's files for one assignment; yield a row for each."""
        problem = identify.namesakes(one.said for one in group)
        # a file that does not come from an LMS names its student
        strangers = [one for one in group if problem and one.said.lms]
        yield from (one.row(NOT_TAKEN, problem) for one in strangers)
        group = [one for one in group if one not in strangers]
        if not group:
            return
        *older, newest = sorted(group, key=lambda one: one.order)
        folder, keep = self._folders(newest)
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
            arrived.append(one := self._dated(one))
            kept = _keep(one, keep).relative_to(self.to.places.root)
            if one.work < newest.work:
                yield one.row(UNTOUCHED, f"a worked one counts, this is {kept}")
            else:
                newer = "a newer" if one.order[:3] < newest.order[:3] else "another"
                yield one.row(OLDER, f"{newer} one counts, this is {kept}")
        newest, row = self._placed(newest)
        arrived.append(newest)
        yield row
        helpers.put(newest, row, folder, keep / newest.sha256[:16])
        new = [one.receipt for one in arrived if self._is_new(one)]
        receipts.append(receipts.path_of(self.to.places.root), new)
        lms.add(self.to.places.root, (_key_of(one) for one in group if one.said.lms))

    def _is_new(self, one: Taken) -> bool:
        return _key(one) not in self.came or self.came[_key(one)].time != one.received

    def _folders(self, one: Taken) -> tuple[Path, Path]:
        """Return the folders of the submission and of all files kept for it."""
        kept = self.to.places.grading / "collected" / one.assignment / one.student
        return self.to.places.folder("submitted", one.student, one.assignment), kept

    def _dated(self, one: Taken) -> Taken:
        """Return the file with the time at which it was first received.

        The LMS corrects that time, and so does a person who says that it was earlier.
        """
        known = self.came.get(_key(one))
        if known is None or one.by_lms or (one.source == YOU and one.received < known.time):
            return one
        return one.at(known.time, self.to, BEFORE)

    def _placed(self, one: Taken) -> tuple[Taken, Row]:
        """Put a student's newest file where nbgrader looks, unless a later one is already there.

        Return the file with its time of receipt, and its row.
        """
        folder, keep = self._folders(one)
        target = folder / f"{one.assignment}.ipynb"
        there = target.read_bytes() if target.is_file() else None
        current = "" if there is None else hashlib.sha256(there).hexdigest()
        known = self.came.get((one.assignment, one.student, current))
        since = (known.time if known else receipts.stamped(folder)) if current else None
        one = self._dated(one)
        if one.sha256 == current:
            if since and since < one.received and not one.by_lms:
                one = one.at(since, self.to, BEFORE)  # through the exchange: keep its time
            elif self._is_new(one) and (known or one.by_lms):
                _stamp(folder, one.received)
            return one, one.row(UNCHANGED)
        done = -1 if there is None else self._work_in(there, one.assignment)
        if one.work < done:
            kept = _keep(one, keep).relative_to(self.to.places.root)
            return one, one.row(UNTOUCHED, f"a worked one counts, this is {kept}")
        if one.work == done:
            if _key(one) in self.came:
                return one, one.row(OLDER, "came before, and a newer one counts")
            if since and since > one.received:
                kept = _keep(one, keep).relative_to(self.to.places.root)
                return one, one.row(OLDER, f"one of {since:%F %R} UTC counts, this is {kept}")
        if current and not any(key[2] == current for key in self.came):
            _keep(replace(one, sha256=current, kept=target), keep, "before-")
        folder.mkdir(parents=True, exist_ok=True)
        data = _keep(one, keep).read_bytes()
        # The time first: interrupted in between, a new file would seem as old as the one before.
        _stamp(folder, one.received)
        write_atomic(target, data, sync=True)
        notes = ["in place of an older one"] if one.work == done else []
        notes += ["in place of an untouched one"] if 0 <= done < one.work else []
        return one, one.row(COLLECTED, *notes, *self._other_number(one))

    def _work_in(self, data: bytes, assignment: str) -> int:
        cells = work.cells_of(data)
        return work.WORKED if cells is None else self.released(assignment).work_in(cells)

    def _other_number(self, one: Taken) -> list[str]:
        """Return a note if an LMS gave this student another number before."""
        said = one.said
        numbers = {
            known.number
            for known in self.before
            if (known.student, known.lms) == (one.student, said.lms)
            # Moodle's differ between assignments
            and (said.lms == "Canvas" or known.assignment == one.assignment)
        }
        if not numbers or said.lms_user in numbers:
            return []
        before = " and ".join(sorted(numbers))
        return [f"{said.lms}'s number was {before}, is {said.lms_user}: are they two people?"]


def _holds_cells(data: bytes) -> bool:
    """Return whether a file is a notebook, whatever its name."""
    return b'"nbformat"' in data and bool(work.cells_of(data))


def _stamp(folder: Path, received: datetime) -> None:
    stamp = received.strftime("%Y-%m-%d %H:%M:%S.%f UTC")
    write_atomic(folder / "timestamp.txt", stamp, sync=True)


def _key(one: Taken) -> tuple[str, str, str]:
    return one.assignment, one.student, one.sha256


def _key_of(one: Taken) -> lms.Known:
    """Return how the LMS named a file."""
    said = one.said
    file = str(said.order[0]) if said.lms == "Canvas" else ""
    return lms.Known(one.assignment, one.student, said.lms, said.lms_user, said.called, file)


def _keep(one: Taken, folder: Path, prefix: str = "") -> Path:
    """Keep a file under a name made of its hash; return the path."""
    kept = folder / f"{prefix}{one.sha256[:16]}.ipynb"
    if not kept.exists():
        folder.mkdir(parents=True, exist_ok=True)
        write_atomic(kept, one.kept.read_bytes(), sync=True)
    return kept
