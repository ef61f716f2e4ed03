"""A page of feedback, ours beside stock nbgrader's: python benchmarks/feedback.py

One solved submission of a notebook is graded by stock nbgrader, copied to a class of `--students`,
and both commands write its feedback, as processes of their own, in turn.
"""

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import click
import nbformat
from nbgrader.api import Gradebook

from autograder.build import script as sources

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent


def make_class(folder, name, students):
    """Grade one solved submission and give every student a copy of it and of its scores."""
    (folder / "solutions").mkdir(parents=True)
    shutil.copy(ROOT / "solutions" / f"{name}.py", folder / "solutions")
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    run(folder, "nbgrader", "generate_assignment", name)
    notebook = nbformat.read(folder / "notebooks" / name / f"{name}.ipynb", as_version=4)
    cells = sources.read(folder / "solutions" / f"{name}.py")
    solutions = {cell.grade_id: cell.text for cell in cells if cell.kind == "solution"}
    for cell in notebook.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        cell.source = solutions.get(grade_id, cell.source)
    target = folder / "grading" / "submitted" / "student000" / name / f"{name}.ipynb"
    target.parent.mkdir(parents=True)
    nbformat.write(notebook, target)
    run(folder, "nbgrader", "autograde", name)
    with Gradebook(f"sqlite:///{folder / 'grading' / 'gradebook.db'}") as gradebook:
        first = gradebook.find_submission_notebook(name, name, "student000")
        scores = {grade.name: grade.auto_score for grade in first.grades}
        for number in range(1, students):
            student = f"student{number:03d}"
            gradebook.add_student(student)
            gradebook.add_submission(name, student)
            copy = gradebook.find_submission_notebook(name, name, student)
            for grade in copy.grades:
                grade.auto_score = scores[grade.name]
            shutil.copytree(
                folder / "grading" / "autograded" / "student000",
                folder / "grading" / "autograded" / student,
            )
        gradebook.db.commit()


def run(folder, *words):
    """Run a command of this environment in the folder; return its seconds and CPU seconds."""
    path = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        [BIN / words[0], *words[1:]],
        cwd=folder,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
    )
    seconds, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise click.ClickException(done.stderr[-2000:])
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds, used


@click.command()
@click.option("--students", default=30)
@click.option("--notebook", default="02_load_balancer")
@click.option("--keep", type=click.Path(path_type=Path), help="Leave the class in this folder.")
def main(students, notebook, keep):
    """Make the class, write its feedback both ways, print what a student's page costs."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = keep or Path(temporary) / "class"
        make_class(folder, notebook, students)
        print(f"{notebook}, {students} students")
        print(
            "| feedback | s | ms a student | CPU ms a student | KB a page |\n|---|---|---|---|---|"
        )
        for title, words in (
            ("nbgrader generate_feedback", ("nbgrader", "generate_feedback", notebook, "--force")),
            ("autograder feedback", ("autograder", "feedback", notebook)),
        ):
            seconds, used = run(folder, *words)
            page = folder / "grading" / "feedback" / "student000" / notebook / f"{notebook}.html"
            size = page.stat().st_size / 1000
            each = (1000 * seconds / students, 1000 * used / students)
            print(f"| {title} | {seconds:.1f} | {each[0]:.0f} | {each[1]:.0f} | {size:.0f} |")


if __name__ == "__main__":
    main()
