"""Graded notebooks → grading/feedback/STUDENT/ASSIGNMENT/NAME.html, where nbgrader looks for it.

One connection, one template, one reading of the gradebook for all students; a student whose
notebook cannot be read is one sentence, and the others get their pages.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import nbformat

from autograder.errors import CourseError
from autograder.files import write_atomic
from autograder.grade import records
from autograder.grade.records import Record
from autograder.gradebook import read as class_data
from autograder.gradebook.read import Places
from autograder.pages import feedback_page, safe_html
from autograder.pages.feedback_page import Course, Mark, Section

# what nbgrader's own release_feedback needs beside the page, and what it may look like
BESIDE = {
    "timestamp.txt": re.compile(r"[\w :.+/-]{1,60}\s*"),
    "submission_secret.txt": re.compile(r"[0-9a-f]{32,256}\s*"),
}
NOTEBOOK_BYTES = 50_000_000


@dataclass(frozen=True)
class Outcome:
    """One student's page: where it is, or why there is none."""

    student: str
    pages: tuple[Path, ...] = ()
    problem: str = ""


@dataclass
class Graded:
    """What the gradebook says about one student's copy of a notebook."""

    marks: dict[str, Mark]
    comments: dict[str, str]

    @property
    def score(self) -> float:
        return sum(mark.score for mark in self.marks.values())

    @property
    def points(self) -> float:
        return sum(mark.points for mark in self.marks.values())


@dataclass(frozen=True)
class Assignment:
    """All that is read once for a class."""

    name: str
    students: tuple[str, ...]
    courses: dict[str, Course]  # notebook → the course's side of it
    graded: dict[tuple[str, str], Graded]  # (student, notebook)
    penalties: dict[str, float]  # student → points


def write_feedback(root: Path, assignment: str, student: str = "") -> Iterator[Outcome]:
    """Write the pages of an assignment, of one student or all; yield an outcome a student.

    Raises CourseError when there is no such assignment, or no such student in it.
    """
    places = class_data.places(root)
    read = _read(places, assignment)
    recorded = {path.stem for path in (places.records / assignment).glob("*.json")}
    students = sorted({*read.students, *recorded})
    if student and student not in students:
        raise CourseError(f"{student}: no submission of {assignment} by this student is graded.")
    for one in [student] if student else students:
        yield _of_student(places, read, one)


def _read(places: Places, assignment: str) -> Assignment:
    with class_data.opened(places.course.db_url) as connection:
        wanted = class_data.assignments(connection, (assignment,))
        works = class_data.works(connection, wanted)
        graded: dict[tuple[str, str], Graded] = defaultdict(lambda: Graded({}, {}))
        for row in class_data.marks(connection, assignment):
            mark = Mark(float(row.score or 0), float(row.points), bool(row.waits))
            graded[row.student, row.notebook].marks[row.cell] = mark
        for student, notebook, cell, comment in class_data.comments(connection, assignment):
            graded[student, notebook].comments[cell] = comment
        sources: dict[str, dict[str, str]] = defaultdict(dict)
        for notebook, cell, source in class_data.sources(connection, assignment):
            sources[notebook][cell] = source or ""
    courses = {}
    for notebook, texts in sources.items():
        release = places.folder("release", ".", assignment) / f"{notebook}.ipynb"
        try:
            released = nbformat.read(release, as_version=4).cells if release.is_file() else []
            courses[notebook] = feedback_page.course_of(texts, released)
        except Exception as error:  # whatever nbformat makes of a damaged file
            raise CourseError(
                f"{release}: cannot be read ({_said(error)}): run `autograder build {assignment}`."
            ) from error
    penalties = {work.student: work.penalty for work in works}
    return Assignment(assignment, tuple(penalties), courses, dict(graded), penalties)


def _of_student(places: Places, read: Assignment, student: str) -> Outcome:
    """Write one student's pages; whatever is wrong with their notebook is a sentence."""
    folder = places.folder("feedback", student, read.name)
    autograded = places.folder("autograded", student, read.name)
    record = records.read(places.grading.parent, read.name, student)
    refusal = (
        ""
        if record is None or record.status in ("graded", "unreadable")
        else (record.sentence or record.status)
    )
    pages, problems = [], []
    for notebook, course in read.courses.items():
        source, target = autograded / f"{notebook}.ipynb", folder / f"{notebook}.html"
        graded = read.graded.get((student, notebook), Graded({}, {}))
        try:
            parts = []
            if source.is_file():
                if not graded.marks:
                    raise ValueError("the gradebook has no score for it")
                if source.stat().st_size > NOTEBOOK_BYTES:
                    raise ValueError(f"it has more than {NOTEBOOK_BYTES // 1_000_000} MB")
                cells = nbformat.read(source, as_version=4).cells
                parts = feedback_page.sections(
                    cells, course, graded.marks, graded.comments, _is_of(record, source)
                )
            elif not refusal:
                raise ValueError("there is no autograded notebook: grade this submission again")
            text = _rendered(read, student, notebook, graded, parts, refusal)
            target.parent.mkdir(parents=True, exist_ok=True)
            write_atomic(target, text, mode=0o644)
            pages.append(target)
        except Exception as error:  # one student's notebook never stops the others' pages
            problems.append(f"{notebook}.ipynb: {_said(error)}")
            if not isinstance(error, OSError):  # of a full disk the earlier page knows nothing
                with suppress(OSError):
                    target.unlink(missing_ok=True)  # of an earlier grading: it would be wrong now
    try:
        if pages:
            _put_beside(folder, [autograded, places.folder("submitted", student, read.name)])
    except OSError as error:
        problems.append(f"beside the page: {_said(error)}")
    return Outcome(student, tuple(pages), "; ".join(problems))


def _said(error: Exception) -> str:
    """Return in one short line what an error says."""
    return " ".join(f"{error}".split(": '")[0].split())[:200] or type(error).__name__


def _is_of(record: Record | None, autograded: Path) -> bool:
    """Say whether an autograded notebook is the one that the record is about.

    `autograder grade` writes the record last; stock nbgrader, used afterwards, writes none.
    """
    if record is None or record.status != "graded":
        return False
    return record.written >= autograded.stat().st_mtime_ns


def _rendered(
    read: Assignment,
    student: str,
    notebook: str,
    graded: Graded,
    parts: list[Section],
    refusal: str,
) -> str:
    penalty = read.penalties.get(student, 0.0)
    return safe_html.page(
        "feedback.html",
        assignment=read.name,
        notebook=notebook,
        student=student,
        score=max(0.0, graded.score - penalty),
        points=graded.points,
        penalty=penalty,
        waits=any(mark.waits for mark in graded.marks.values()),
        sections=parts,
        refusal=refusal,
    )


def _put_beside(folder: Path, origins: list[Path]) -> None:
    """Write nbgrader's two small files beside the page, if they are what nbgrader writes."""
    for name, pattern in BESIDE.items():
        for origin in origins:
            path = origin / name
            if path.is_symlink() or not path.is_file() or path.stat().st_size > 300:
                continue
            text = path.read_text(encoding="utf-8", errors="replace")
            if pattern.fullmatch(text):
                write_atomic(folder / name, text, mode=0o644)
                break
