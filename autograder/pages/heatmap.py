"""Who is in trouble: students × exercises (or × notebooks), the lowest total first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from autograder.gradebook.read import Student
from autograder.pages.items import Work
from autograder.pages.outline import Exercise

IN_FULL = 40  # rows; the rest of a large class is folded
LEVELS = ((1.0, "full"), (0.75, "most"), (0.5, "half"), (1e-9, "some"), (0.0, "none"))


@dataclass(frozen=True)
class Cell:
    """What a cell shows: per cent, or a letter, and the class that colours it."""

    text: str
    level: str


EMPTY = Cell("n", "empty")
WAITS = Cell("w", "waits")
MISSING = Cell("m", "missing")
REFUSED = Cell("r", "missing")
NOTHING = Cell("", "nothing")


@dataclass(frozen=True)
class Row:
    """A student's cells, and the total that the rows are sorted by."""

    student: Student
    cells: list[Cell]
    total: float

    @property
    def total_cell(self) -> Cell:
        return cell(self.total)


@dataclass(frozen=True)
class HeatMap:
    """Headings (short, in full), and rows; `rest` is what a large class folds."""

    columns: list[tuple[str, str]]
    rows: list[Row]
    rest: list[Row]
    left_out: int = 0


def cell(share: float) -> Cell:
    """Return the cell of a share of points, from 0 to 1."""
    level = next((name for least, name in LEVELS if share >= least - 1e-9), "none")
    return Cell(f"{100 * share:.0f}", level)


def of_exercises(
    exercises: Sequence[Exercise],
    works: Mapping[str, Work],
    totals: Mapping[str, float],
    students: Mapping[str, Student],
    alone: bool,
) -> HeatMap:
    """Return the map of one assignment.

    totals: of each student with a submission, from 0 to 1. alone: it is the report's only map, and
    so has every student; otherwise a large class's rest is left out.
    """
    columns = [(exercise.short, exercise.title) for exercise in exercises]
    rows = [
        Row(known(student, students), [_cell(works[student], one) for one in exercises], total)
        for student, total in totals.items()
    ]
    return _map(columns, rows, alone)


def of_assignments(
    columns: Sequence[tuple[str, str]],
    cells: Mapping[str, Sequence[Cell]],
    totals: Mapping[str, float],
    students: Mapping[str, Student],
) -> HeatMap:
    """Return the map of several assignments; cells: of each student, one an assignment."""
    rows = [
        Row(known(student, students), list(cells[student]), total)
        for student, total in totals.items()
    ]
    return _map(list(columns), rows, True)


def known(student: str, students: Mapping[str, Student]) -> Student:
    """Return the student, with the id alone where the gradebook does not have them."""
    return students.get(student, Student(student))


def _map(columns: list[tuple[str, str]], rows: list[Row], alone: bool) -> HeatMap:
    rows.sort(key=lambda row: (row.total, row.student.id))
    rest = rows[IN_FULL:]
    return HeatMap(columns, rows[:IN_FULL], rest if alone else [], 0 if alone else len(rest))


def _cell(work: Work, exercise: Exercise) -> Cell:
    share = work.share(exercise)
    if share is None:
        return WAITS if any(name in work.scores for name in exercise.grade_ids) else NOTHING
    return cell(share) if share or work.has_written(exercise) else EMPTY
