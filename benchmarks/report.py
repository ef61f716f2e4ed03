"""How long `autograder report` takes for a large class, how much memory, and how large its page is.

    python benchmarks/report.py                    1,000 students × 10 notebooks
    python benchmarks/report.py --students 200     fewer

Nothing is graded: the rows of the gradebook and the records are written as a grading leaves them,
with the course's own checks, messages of some length, and code that a few students share.
"""

import argparse
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from nbgrader.api import Gradebook

from autograder.grade import records
from autograder.grade.records import Record
from tests import classroom
from tests.course_scripts import NAMES, cells

RECEIVED = "2026-03-01 12:00:00.000000"
PRINTS = 25  # fingerprints of an exercise's code; of longer ones there are about as many


def a_class(folder: Path, students: int) -> Path:
    """Make a course with all notebooks, each handed in by nearly all of the class."""
    course = classroom.make_course(folder, NAMES)
    database = course / "grading" / "gradebook.db"
    with Gradebook(f"sqlite:///{database}") as gradebook:
        for number in range(students):
            name = f"s{number:04}"
            gradebook.add_student(name, last_name=f"Student {number}", email=f"{name}@uni.example")
    with sqlite3.connect(database) as connection:
        for name in NAMES:
            for number in range(students):
                _hand_in(connection, course, name, number)
    return course


def _hand_in(connection: sqlite3.Connection, course: Path, name: str, number: int) -> None:
    """Write what a grading writes of one submission; one student in fifty has none."""
    rng = random.Random(f"{name} {number}")
    if rng.random() < 0.02:
        return
    student, skill = f"s{number:04}", rng.gauss(0.65, 0.2)
    (assignment,) = connection.execute(
        "SELECT id FROM assignment WHERE name = ?", [name]
    ).fetchone()
    (notebook,) = connection.execute(
        "SELECT id FROM notebook WHERE assignment_id = ?", [assignment]
    ).fetchone()
    submission, book = (os.urandom(16).hex() for _ in range(2))
    connection.execute(
        "INSERT INTO submitted_assignment (id, assignment_id, student_id, timestamp) "
        "VALUES (?, ?, ?, ?)",
        [submission, assignment, student, RECEIVED],
    )
    connection.execute(
        "INSERT INTO submitted_notebook (id, assignment_id, notebook_id, flagged, "
        "late_submission_penalty) VALUES (?, ?, ?, 0, 0)",
        [book, submission, notebook],
    )
    query = (
        "SELECT grade_cells.id, base_cell.name, cell_type, max_score FROM grade_cells "
        "JOIN base_cell ON base_cell.id = grade_cells.id WHERE notebook_id = ?"
    )
    checks, likeness = {}, {}
    for cell, grade_id, cell_type, points in connection.execute(query, [notebook]).fetchall():
        passed = rng.random() < skill
        is_answer = cell_type == "markdown"
        connection.execute(
            "INSERT INTO grade (id, cell_id, notebook_id, auto_score, extra_credit, "
            "needs_manual_grade) VALUES (?, ?, ?, ?, 0, ?)",
            [os.urandom(16).hex(), cell, book, None if is_answer else points * passed, is_answer],
        )
        if not is_answer:
            message = f"call {rng.randrange(99)}: expected {rng.choice('abc')}, " + "got b " * 20
            failed = {"passed": False, "kind": "AssertionError", "message": message}
            checks[grade_id] = {"passed": True} if passed else failed
    for cell in cells(name):
        if cell.kind == "solution":
            pool = random.Random(rng.randrange(400))  # of 1,000 two or three share a text
            prints = (f"{pool.getrandbits(32):x}" for _ in range(PRINTS))
            likeness[cell.grade_id] = " ".join(prints)
    digest = f"{rng.getrandbits(256):064x}"
    records.write(
        course, Record(student, name, "graded", checks=checks, likeness=likeness, digest=digest)
    )


def report(course: Path) -> tuple[float, float, float, float]:
    """Write the report; return seconds, processor seconds, peak memory in MiB, the page's MB."""
    code = "from autograder.cli import main; main()"
    started = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-c", code, "report", "--root", str(course)],
        env=os.environ | {"PYTHONPATH": str(classroom.ROOT)},
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    size = (course / "grading" / "report.html").stat().st_size / 1e6
    processor = usage.ru_utime + usage.ru_stime
    return time.monotonic() - started, processor, usage.ru_maxrss / 1024, size


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--students", type=int, default=1000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        course = a_class(Path(name) / "course", asked.students)
        seconds, processor, memory, size = report(course)
        print("\n| students | notebooks | seconds | processor seconds | memory, MiB | page, MB |")
        print("|--:|--:|--:|--:|--:|--:|")
        shown = f"{seconds:.1f} | {processor:.1f} | {memory:.0f} | {size:.1f}"
        print(f"| {asked.students} | {len(NAMES)} | {shown} |")


if __name__ == "__main__":
    main()
