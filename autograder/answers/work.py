"""The answers to an assignment's questions, read from where they are, and graded.

Answers stand in the autograded notebooks, questions in the release, rubrics, points and comments in
the gradebook, and who ticked what in a record. A `Desk` joins them; it is asked by one thread.
"""

import hashlib
import json
import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import nbformat

from autograder.answers import alike, record, rubric
from autograder.answers.record import Entry
from autograder.answers.rubric import Rubric
from autograder.build import markers
from autograder.course import configuration
from autograder.errors import CourseError
from autograder.gradebook import database, read
from autograder.gradebook.read import ByHand, Written
from autograder.gradebook.write import Changed, Scores
from autograder.pages.outline import outline

NOTEBOOK_BYTES = 50_000_000
COMMENT_LENGTH = 10_000  # characters
GRADER_LENGTH = 80
PATIENCE = 30.0  # seconds to wait for a locked gradebook: a person is waiting, too
COMMENTS = 20  # of the bank that are shown
WAITS, GRADED, UNANSWERED = "waits", "graded", "unanswered"


@dataclass(frozen=True)
class Question:
    """A question of the assignment, whose answers a person grades."""

    notebook: str
    cell: str
    points: float
    title: str
    text: str  # Markdown
    rubric: Rubric


@dataclass(frozen=True)
class Answer:
    """One student's answer, as it was when it was read."""

    id: str  # says nothing about the student
    student: str
    name: str
    points: float  # the most it can earn
    status: str  # WAITS, GRADED or UNANSWERED
    given: ByHand
    text: str | None  # None: its notebook cannot be read
    is_code: bool
    group: str  # the same for the same words
    entry: Entry | None = None  # the last grade given in the page

    @property
    def holds(self) -> bool:
        """Say whether the record's last grade is the one that the gradebook has."""
        return self.entry is not None and self.entry.is_of(self.given)

    @property
    def grader(self) -> str:
        """Who graded it; "" if it waits, or where only the gradebook knows a grade."""
        return self.entry.grader if self.entry and self.holds and self.status == GRADED else ""

    @property
    def version(self) -> str:
        """A digest of all that a grader has seen of it."""
        seen = f"{self.given!r} {self.text!r}"
        return hashlib.sha256(seen.encode("utf-8", "surrogatepass")).hexdigest()[:16]

    def is_in_part(self, part: int, parts: int) -> bool:
        """Say whether it is in a part, from 1, of so many; the same words are in the same one."""
        return int(self.group[:8], 16) % parts == part - 1


@dataclass(frozen=True)
class Grade:
    """What a person gives an answer."""

    points: float | None  # None: it waits again
    comment: str
    ticks: tuple[float, ...]
    grader: str


class Desk:
    """The answers of one assignment, for reading and grading.

    root: the course's folder. assignment: its name, or how the name begins. CourseError, here and
    from each method, for an unknown assignment or question, and if the gradebook cannot be used.
    """

    def __init__(self, root: Path, assignment: str) -> None:
        self.places = read.places(root)
        self.url = self.places.course.db_url
        with database.opened(self.url) as connection:
            self.assignment = _meant(assignment, list(read.assignments(connection)))
        self._notebooks: dict[Path, tuple[tuple[int, int], dict[str, tuple[str, bool]]]] = {}

    def close(self) -> None:
        """Close the gradebook."""
        if "scores" in self.__dict__:
            self.scores.close()

    @cached_property
    def scores(self) -> Scores:
        """The gradebook's writer; opened when the first grade is given."""
        config = configuration(self.places.root, self.places.root)
        return Scores(config, self.places.course.course_id, PATIENCE)

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """The assignment's questions, in the order of its notebooks."""
        with database.opened(self.url) as connection:
            texts = read.sources(connection, self.assignment)
            sources = {(book, cell): text or "" for book, cell, text in texts}
            asked = read.questions(connection, self.assignment)
        found = []
        for notebook, cell, points in sorted(asked, key=self._place):
            own, below = (sources.get((notebook, name), "") for name in (cell, f"{cell}_rubric"))
            scheme = own if markers.begins(own, markers.MARK_SCHEME) else below
            title, text = self._question(notebook, cell)
            found.append(Question(notebook, cell, points, title, text, rubric.read(scheme)))
        if not found:
            raise CourseError(f"{self.assignment}: no question of it is graded by hand.")
        return tuple(found)

    def question(self, cell: str) -> Question:
        """Return the question with this grade id; "" means the first."""
        for question in self.questions:
            if cell in ("", question.cell):
                return question
        known = ", ".join(question.cell for question in self.questions)
        raise CourseError(f"{cell}: no such question of {self.assignment}, it has {known}.")

    def title(self, notebook: str) -> str:
        """Return what students know a notebook as; its name if the release has no title."""
        cells = [
            nbformat.from_dict({**one, "source": _source(one)}) for one in self._released(notebook)
        ]
        return outline(notebook, cells, {}).title

    def answers(self, question: Question) -> list[Answer]:
        """Return the answers to a question, those with the same words next to each other.

        Their order says nothing about who wrote them. Students whose work has not been graded yet
        are left out.
        """
        with database.opened(self.url) as connection:
            rows = read.written(connection, self.assignment)
            people = read.students(connection)
        entries = record.read(self.places.root, self.assignment)
        found = []
        for row in rows:
            if (row.notebook, row.cell) != (question.notebook, question.cell):
                continue
            entry = entries.get((row.student, row.notebook, row.cell))
            if row.given.points is not None or self._path(row.student, row.notebook).is_file():
                found.append(self._answer(row, people[row.student].name, entry))
        return sorted(found, key=lambda answer: (answer.group, answer.id))

    def attachments(self, answer: Answer, question: Question) -> dict[str, dict[str, str]]:
        """Return the pictures that a student has put into an answer, by name and MIME type."""
        if "attachment:" not in (answer.text or ""):
            return {}
        return self._cells(answer.student, question.notebook)[question.cell].get("attachments", {})

    def grade(self, question: Question, answer_id: str, version: str, grade: Grade) -> None:
        """Write a grade, at once.

        version: of the answer that the grader has seen. Raises Changed if the answer or its grade
        has become another since; CourseError for points, a comment or a name that cannot be.
        """
        given = _checked(grade, question)
        answer = self.find(self.answers(question), answer_id)
        if answer.version != version:
            raise Changed
        entry = Entry(
            *(answer.student, question.notebook, question.cell, given.points, given.comment),
            *(grade.ticks, question.rubric.digest, grade.grader, record.now()),
        )
        names = {
            "student": answer.student,
            "assignment": self.assignment,
            "notebook": question.notebook,
            "cell": question.cell,
        }
        root, assignment = self.places.root, self.assignment
        try:
            # the record first, then the commit: a grade that is saved never lacks its ticks
            self.scores.grade_by_hand(
                *(names, given.points, given.comment, answer.given),
                lambda: record.append(root, assignment, entry),
            )
        except OSError as error:
            raise CourseError(
                f"{record.path_of(root, assignment)}: cannot be written ({error.strerror}): "
                "make room, or allow writing there, and save again."
            ) from error

    @staticmethod
    def find(answers: Sequence[Answer], answer_id: str) -> Answer:
        """Return the answer with this id; CourseError if there is none."""
        for answer in answers:
            if answer.id == answer_id:
                return answer
        raise CourseError("This answer is no longer there: reload the page.")

    def _released(self, notebook: str) -> list[Any]:
        folder = self.places.folder("release", ".", self.assignment)
        return _cells_of(folder / f"{notebook}.ipynb")

    def _place(self, asked: tuple[str, str, float]) -> tuple[str, int]:
        """Return where a question stands: its notebook, and which cell of it."""
        notebook, cell, _ = asked
        names = [_about(one).get("grade_id") for one in self._released(notebook)]
        return notebook, names.index(cell) if cell in names else len(names)

    def _question(self, notebook: str, cell: str) -> tuple[str, str]:
        """Return a question's heading and text: the release's last text above the answer."""
        text = ""
        for one in self._released(notebook):
            if _about(one).get("grade_id") == cell:
                break
            if one.get("cell_type") == "markdown":
                text = _source(one)
        *_, heading, below = re.split(r"(?m)^#{1,6} +(.*\S)", f"## {cell}\n{text}")
        return heading, below.strip()

    def _answer(self, row: Written, name: str, entry: Entry | None) -> Answer:
        text, is_code = self._text(row)
        status = WAITS if row.given.waits else UNANSWERED if row.unanswered else GRADED
        key = f"{row.student}\0{row.notebook}\0{row.cell}".encode()
        return Answer(
            id=hashlib.sha256(key).hexdigest()[:16],
            student=row.student,
            name=name or row.student,
            points=row.points,
            status=status,
            given=row.given,
            text=text,
            is_code=is_code,
            group=alike.digest(text or row.student),
            entry=entry,
        )

    def _text(self, row: Written) -> tuple[str | None, bool]:
        """Return the text of an answer, None if it cannot be read, and whether it is code.

        Notebooks are read once, and again when they have changed.
        """
        path = self._path(row.student, row.notebook)
        try:
            now = path.stat()
        except OSError:
            return None, False
        state = (now.st_mtime_ns, now.st_size)
        if self._notebooks.get(path, ((0, 0),))[0] != state:
            cells = self._cells(row.student, row.notebook)
            self._notebooks[path] = (
                state,
                {name: (_source(one), one["cell_type"] == "code") for name, one in cells.items()},
            )
        return self._notebooks[path][1].get(row.cell, (None, False))

    def _cells(self, student: str, notebook: str) -> dict[str, Any]:
        """Return the cells that a student wrote, by grade id."""
        graded = {}
        for cell in _cells_of(self._path(student, notebook)):
            if _about(cell).get("solution"):
                graded[str(_about(cell).get("grade_id"))] = cell
        return graded

    @lru_cache(maxsize=4096)  # noqa: B019 - a desk lives as long as its command
    def _path(self, student: str, notebook: str) -> Path:
        return self.places.folder("autograded", student, self.assignment) / f"{notebook}.ipynb"


def comments(answers: Sequence[Answer]) -> list[str]:
    """Return the comments that people have written on these answers, the most used first."""
    used = Counter(answer.given.comment for answer in answers if answer.given.comment)
    return [comment for comment, _ in used.most_common(COMMENTS)]


def _meant(name: str, known: Sequence[str]) -> str:
    """Return the assignment that has this name, or the only one whose name begins like this."""
    found = [one for one in known if one == name] or [one for one in known if one.startswith(name)]
    if len(found) == 1:
        return found[0]
    which = "which of" if found else "not an assignment of the gradebook, it has"
    there = ", ".join(found or known) or "none"
    raise CourseError(f"{name}: {which} {there}{'?' if found else '.'}")


def _checked(grade: Grade, question: Question) -> ByHand:
    """Return what is written of a grade; CourseError if something of it cannot be."""
    points, most = grade.points, question.points
    if points is not None and not (math.isfinite(points) and 0 <= points <= most):
        raise CourseError(f"points = {points:g}: give 0 to {most:g}.")
    if len(grade.comment) > COMMENT_LENGTH:
        length = len(grade.comment)
        raise CourseError(f"The comment has {length:,} characters: {COMMENT_LENGTH:,} are allowed.")
    if not grade.grader.strip() or len(grade.grader) > GRADER_LENGTH:
        raise CourseError(f"Who grades? Write a name of 1 to {GRADER_LENGTH} characters.")
    items = question.rubric.items
    if grade.ticks and not (
        len(grade.ticks) == len(items)
        and all(0 <= tick <= item.points for tick, item in zip(grade.ticks, items, strict=True))
    ):
        raise CourseError("The rubric has changed: reload the page.")
    return ByHand(points, points is None, grade.comment.strip())


def _cells_of(path: Path) -> list[Any]:
    """Return the cells of a notebook that we wrote; none if it is missing or damaged."""
    try:
        if path.stat().st_size > NOTEBOOK_BYTES:
            return []
        return json.loads(path.read_bytes())["cells"]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _about(cell: Any) -> dict[str, Any]:
    """Return what nbgrader says about a cell."""
    return cell.get("metadata", {}).get("nbgrader", {})


def _source(cell: Any) -> str:
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(source)
