"""How long `autograder report` takes, and how much memory: python benchmarks/report.py

A made-up class (1,000 students × 10 notebooks of 15 checks and one written answer) is put into a
gradebook by bulk inserts, its records beside it; the command then runs as a process of its own.
"""

import json
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import click
from nbgrader import api
from sqlalchemy import insert

from autograder.gradebook import read as class_data

ROOT = Path(__file__).resolve().parent.parent
CHECKS = [f"{part}_{kind}" for part in "abc" for kind in ("check", "check_2", "hidden", "hidden_2")]
CHECKS += ["a_hidden_3", "b_hidden_3", "c_hidden_3"]
MESSAGES = (
    "{n} requests over servers a, b should go a b a b; yours went a a b {n}",
    "NotImplementedError: Exercise A: choose the next server",
    "pick(servers) returned None, expected one of the {n} servers it was given",
    "with seed {n} the queue is {n} long, expected fewer than 20",
)


def make_gradebook(folder, students, notebooks, seed=1):
    """Fill grading/gradebook.db and grading/records/ under the folder, some work missing."""
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    (folder / "grading").mkdir(parents=True)
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    shutil.copytree(ROOT / "solutions", folder / "solutions")
    rng = random.Random(seed)
    names = [f"{number:02d}_notebook" for number in range(1, notebooks + 1)]
    with api.Gradebook(f"sqlite:///{folder / 'grading' / 'gradebook.db'}") as gradebook:
        for name in names:
            gradebook.add_assignment(name)
            gradebook.add_notebook(name, name)
            for check in CHECKS:
                gradebook.add_grade_cell(check, name, name, max_score=1, cell_type="code")
            gradebook.add_grade_cell("explain", name, name, max_score=5, cell_type="markdown")
        cells = {
            name: {cell.name: cell.id for cell in gradebook.find_notebook(name, name).grade_cells}
            for name in names
        }
        made = {assignment.name: assignment for assignment in gradebook.assignments}
        parts = {name: (made[name].id, made[name].notebooks[0].id) for name in names}
        skill = {f"student{number:04d}": rng.betavariate(4, 2) for number in range(students)}
        put(gradebook, api.Student, [{"id": name} for name in skill])
        hard = {(name, check): rng.betavariate(2, 5) for name in names for check in CHECKS}
        for name in names:
            (folder / "grading" / "records" / name).mkdir(parents=True)
            works, books, grades = [], [], []
            for number, student in enumerate(skill):
                if rng.random() < 0.05:
                    continue
                key = f"{name}{number}"
                works.append({"id": key, "assignment_id": parts[name][0], "student_id": student})
                books.append({"id": key, "assignment_id": key, "notebook_id": parts[name][1]})
                said = {}
                for check in CHECKS:
                    passed = rng.random() < skill[student] * (1 - hard[name, check] / 2)
                    message = rng.choice(MESSAGES).format(n=rng.randrange(100))
                    said[check] = {"passed": passed, "message": "" if passed else message}
                    grades.append(grade(key, cells[name][check], float(passed), None, False))
                manual = rng.choice((None, 2.0, 5.0))
                grades.append(grade(key, cells[name]["explain"], None, manual, manual is None))
                record = {"student": student, "assignment": name, "status": "graded"}
                path = folder / "grading" / "records" / name / f"{student}.json"
                path.write_text(json.dumps({**record, "checks": said}), encoding="utf-8")
            put(gradebook, api.SubmittedAssignment, works)
            put(gradebook, api.SubmittedNotebook, books)
            put(gradebook, api.Grade, grades)
        gradebook.db.commit()
    class_data.places(folder)  # nbgrader's source notebooks are made once, not by the report


def grade(notebook, cell, auto, manual, waits):
    return {
        "id": api.new_uuid(),
        "notebook_id": notebook,
        "cell_id": cell,
        "auto_score": auto,
        "manual_score": manual,
        "needs_manual_grade": waits,
    }


def put(gradebook, kind, rows):
    gradebook.db.execute(insert(kind.__table__), rows)


@click.command()
@click.option("--students", default=1000)
@click.option("--notebooks", default=10)
@click.option("--keep", type=click.Path(path_type=Path), help="Leave the class in this folder.")
def main(students, notebooks, keep):
    """Make the class, report on it, print seconds and megabytes."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = keep or Path(temporary) / "class"
        began = time.perf_counter()
        make_gradebook(folder, students, notebooks)
        made = time.perf_counter() - began
        command = [Path(sys.executable).parent / "autograder", "report", "--root", folder]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        began = time.perf_counter()
        subprocess.run(command, check=True)
        seconds = time.perf_counter() - began
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        page = (folder / "grading" / "report.html").stat().st_size
        print(f"{students} students × {notebooks} notebooks (made in {made:.0f} s)")
        print("| s | CPU s | peak MB | page MB |\n|---|---|---|---|")
        peak = after.ru_maxrss / 1024  # the largest child: alembic's run takes less
        print(f"| {seconds:.1f} | {processor:.1f} | {peak:.0f} | {page / 1e6:.2f} |")


if __name__ == "__main__":
    main()
