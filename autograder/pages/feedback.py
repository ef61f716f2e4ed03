"""Graded notebooks → grading/feedback/STUDENT/ASSIGNMENT/NAME.html, where nbgrader looks for it.

The gradebook is read once for all students. A student whose notebook cannot be read gets one
sentence, and the others get their pages.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import closing, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path

import nbformat

from autograder.errors import CourseError
from autograder.files import write_atomic
from autograder.grade import records
from autograder.grade.records import Record
from autograder.grade.why.explain import Explainer, Why
from autograder.gradebook import database, read
from autograder.gradebook.read import Places, Score, Student, Submission
from autograder.pages import feedback_page, safe_html
from autograder.pages.feedback_page import Course, Section
from autograder.pages.outline import outline, released_cells

# what nbgrader's own release_feedback needs next to the page, and what it may look like
NEXT_TO_IT = {
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
    unexplained: str = ""  # why no smallest cases could be looked for
    left_out: bool = False  # removed from the gradebook


@dataclass
class Graded:
    """What the gradebook says about one student's copy of a notebook, by grade id."""

    scores: dict[str, Score]
    comments: dict[str, str]


@dataclass(frozen=True)
class ClassWork:
    """All that is read once for a class: one assignment."""

    assignment: str
    courses: dict[str, Course]  # by notebook
    graded: dict[tuple[str, str], Graded]  # by student and notebook
    submissions: dict[str, Submission]  # by student
    enrolled: dict[str, Student]


def write_feedback(
    root: Path, assignment: str, student: str = "", explain: bool = False
) -> Iterator[Outcome]:
    """Write the pages of an assignment, of one student or all; yield an outcome for each student.

    root: the course's folder. The pages of the students in its gradebook and its records go to
    grading/feedback/STUDENT/ASSIGNMENT/, one for each notebook, in place of earlier ones; next to
    them goes what `nbgrader release_feedback` needs. A page is written as its outcome is asked for.
    explain: whether to run classes that failed hidden checks again, for the smallest failing case.

    Raises CourseError if the gradebook or the release cannot be read, if there is no such
    assignment, or no such student in it. What is wrong with one student's notebook or page is the
    outcome's `problem`; an earlier page of an unreadable notebook is removed. Who was graded once
    and is no longer in the gradebook is left out.
    """
    places = read.places(root)
    work = _read(places, assignment)
    recorded = {path.stem for path in records.folder(places.root, assignment).glob("*.json")}
    students = sorted({*work.submissions, *recorded})
    if student and student not in students:
        raise CourseError(f"{student}: no submission of {assignment} by this student is graded.")
    explainer = Explainer(places.root, assignment) if explain else None
    with closing(explainer) if explainer else nullcontext():
        for one in [student] if student else students:
            gone = work.enrolled and one not in work.enrolled
            if gone and records.was_graded(places.root, one):
                yield Outcome(one, left_out=True)
            else:
                yield _of_student(places, work, one, explainer)


def _read(places: Places, assignment: str) -> ClassWork:
    with database.opened(places.course.db_url) as connection:
        wanted = read.assignments(connection, (assignment,))
        submissions = {one.student: one for one in read.submissions(connection, wanted)}
        enrolled = read.students(connection)
        graded: dict[tuple[str, str], Graded] = defaultdict(lambda: Graded({}, {}))
        for student, notebook, cell, score in read.scores(connection, assignment):
            graded[student, notebook].scores[cell] = score
        for student, notebook, cell, comment in read.comments(connection, assignment):
            graded[student, notebook].comments[cell] = comment
        sources: dict[str, dict[str, str]] = defaultdict(dict)
        for notebook, cell, source in read.sources(connection, assignment):
            sources[notebook][cell] = source or ""
    courses = {}
    for notebook, texts in sources.items():
        released = released_cells(places, assignment, notebook)
        about = outline(notebook, released, texts)
        courses[notebook] = feedback_page.course_of(texts, released, about)
    return ClassWork(assignment, courses, dict(graded), submissions, enrolled)


def _of_student(
    places: Places, work: ClassWork, student: str, explainer: Explainer | None
) -> Outcome:
    """Write one student's pages; what is wrong with their notebook becomes a sentence."""
    folder = places.folder("feedback", student, work.assignment)
    autograded = places.folder("autograded", student, work.assignment)
    record = records.read(places.root, work.assignment, student)
    refusal = (
        ""
        if record is None or record.status in ("graded", "unreadable")
        else _for_the_student(record.sentence or record.status)
    )
    why: Mapping[str, Why] = {}
    pages, problems = [], []
    for notebook, course in work.courses.items():
        source, target = autograded / f"{notebook}.ipynb", folder / f"{notebook}.html"
        graded = work.graded.get((student, notebook), Graded({}, {}))
        try:
            parts = []
            if source.is_file():
                if not graded.scores:
                    raise ValueError("the gradebook has no score for it")
                if source.stat().st_size > NOTEBOOK_BYTES:
                    raise ValueError(f"it has more than {NOTEBOOK_BYTES // 1_000_000} MB")
                cells = nbformat.read(source, as_version=4).cells
                apart = _is_of(record, source)
                if explainer and record and apart:
                    why = explainer.of(record)
                parts = feedback_page.sections(
                    cells, course, graded.scores, graded.comments, apart, why
                )
            elif not refusal:
                raise ValueError("there is no autograded notebook: grade this submission again")
            text = _rendered(work, student, notebook, graded, parts, refusal)
            target.parent.mkdir(parents=True, exist_ok=True)
            write_atomic(target, text, mode=0o644)
            pages.append(target)
        except Exception as error:  # one student's notebook never stops the others' pages
            problems.append(f"{notebook}.ipynb: {_said(error)}")
            if not isinstance(error, OSError):  # after a full disk the earlier page still holds
                with suppress(OSError):
                    target.unlink(missing_ok=True)  # an earlier grading's page would be wrong
    try:
        if pages:
            _put_next_to_it(
                folder, [autograded, places.folder("submitted", student, work.assignment)]
            )
    except OSError as error:
        problems.append(f"next to the page: {_said(error)}")
    unexplained = explainer.problem if explainer else ""
    return Outcome(student, tuple(pages), "; ".join(problems), unexplained)


def _for_the_student(sentence: str) -> str:
    """Return a refusal without what only an instructor needs: of the file's format, what to do."""
    problem, colon, _ = sentence.rpartition(": ")
    if not colon:
        return sentence
    problem = problem.partition(", its JSON")[0]
    return f"{problem}. Open your notebook in JupyterLab, save it, and hand it in again."


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
    work: ClassWork,
    student: str,
    notebook: str,
    graded: Graded,
    parts: list[Section],
    refusal: str,
) -> str:
    submission = work.submissions.get(student)
    known = work.enrolled.get(student, Student(student))
    return safe_html.page(
        "feedback.html",
        title=work.courses[notebook].outline.title,
        student=known.name or student,
        score=submission.score if submission else 0.0,
        points=sum(score.points for score in graded.scores.values()),
        penalty=submission.penalty if submission else 0.0,
        waits=any(score.waits for score in graded.scores.values()),
        sections=parts,
        refusal=refusal,
    )


def _put_next_to_it(folder: Path, origins: list[Path]) -> None:
    """Write nbgrader's two small files next to the page, if they are what nbgrader writes."""
    for name, pattern in NEXT_TO_IT.items():
        for origin in origins:
            path = origin / name
            if path.is_symlink() or not path.is_file() or path.stat().st_size > 300:
                continue
            text = path.read_text(encoding="utf-8", errors="replace")
            if pattern.fullmatch(text):
                write_atomic(folder / name, text, mode=0o644)
                break
