"""Whether `autograder grade` names mistakes rightly, and what that costs.

    python benchmarks/radar.py                both tables
    python benchmarks/radar.py names          all submissions of the tests, through the sandbox
    python benchmarks/radar.py time [COUNT]   a class of notebook 02 (300), with and without

Each submission of tests/submissions stands in a notebook with the other exercises solved, and has
the grader's third run, in the sandbox, where texts hash differently in each process: right ones,
too, which grading would not run a third time.
The processor time is of the grader's own process only: its sandboxes' is not handed up.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from autograder.build import markers, mistakes
from autograder.grade import execute
from autograder.grade.sandbox.limits import Limits
from autograder.pages import radar
from tests.course_scripts import NAMES, ROOT, cells

LIMITS = Limits()
RUNS = 4  # of each kind, in turn: the fastest counts
LOST = {"passed": False, "kind": "AssertionError"}
WITHOUT = """
from autograder.grade.execute import Bench
Bench._behaviour = lambda self, checks, time: {}
"""
COMMAND = "from autograder.cli import main; main()"


def plan(name: str, exercise: str, text: str) -> dict:
    """Return the plan of a notebook with this text in one exercise."""
    made: list[dict] = []
    for cell in cells(name):
        if cell.kind == "check":
            observe, judge = cell.halves()
            kind = "hidden" if cell.hidden else "visible"
            made.append({"kind": kind, "id": cell.grade_id, "text": observe, "judge": judge})
        elif cell.kind in ("code", "solution"):
            mine = cell.kind == "solution" and cell.grade_id == exercise
            made.append({"kind": "cell", "text": text if mine else cell.text})
    return {"seed": 4711, "files": {}, "cells": made}


def names() -> None:
    """Print, by notebook, how many submissions are named rightly."""
    print("| notebook | wrong | named | only its own name | another name | right | named |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    total = [0] * 6
    notes = []
    for name in NAMES:
        known, counts = radar.known(ROOT, name), [0] * 6
        modules = ["course", "numpy", "simpy"]
        bench = execute.Bench(modules, LIMITS, secret=[str(ROOT)])
        for path in sorted(mistakes.folder(ROOT, name).rglob("*.py")):
            exercise, stem = path.parent.name, path.stem
            bench.plan = plan(name, exercise, path.read_text(encoding="utf-8"))
            ids = [cell["id"] for cell in bench.plan["cells"] if "id" in cell]
            mine = {one: LOST for one in ids if markers.exercise_of(one) == exercise}
            found = bench._behaviour(mine, execute.Time(LIMITS))
            fine, _, coarse = found.get(exercise, "").partition(" ")
            called = known[exercise].get(fine) or known[exercise].get(coarse, "")
            if stem.startswith("right_"):
                counts[4] += 1
                counts[5] += bool(called or fine)
                continue
            own = {m.name: m.sentence for m in mistakes.mistakes(ROOT, name, exercise)}[stem]
            counts[0] += 1
            counts[1] += own in called.split(", or: ")
            counts[2] += own == called
            counts[3] += bool(called) and own not in called.split(", or: ")
            if own != called:
                notes.append(f"{name}/{exercise}/{stem}: {called or 'no name'} ({fine or 'none'})")
        bench.close()
        total = [one + other for one, other in zip(total, counts, strict=True)]
        print(f"| {name} | {' | '.join(map(str, counts))} |", flush=True)
    print(f"| all | {' | '.join(map(str, total))} |")
    print("\n".join(notes), file=sys.stderr)


def graded(course: Path, before: str) -> tuple[float, float]:
    """Grade a class once more; return the seconds, and those of the processors."""
    used, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    command = [sys.executable, "-c", before + COMMAND, "grade", "02_load_balancer", "--force"]
    subprocess.run([*command, "--root", str(course)], check=True, capture_output=True)
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    took = time.perf_counter() - began
    return took, spent.ru_utime + spent.ru_stime - used.ru_utime - used.ru_stime


def times(students: int) -> None:
    """Print what grading a class takes with the radar and without, the fastest of RUNS runs."""
    from benchmarks.grading import a_class

    with tempfile.TemporaryDirectory() as folder:
        course = a_class(Path(folder) / "course", students)
        found: dict[str, list[tuple[float, float]]] = {"without": [], "with": []}
        for _ in range(RUNS):
            found["without"].append(graded(course, WITHOUT))
            found["with"].append(graded(course, ""))
    print(f"\n| {students} submissions | seconds | of processor time |\n|---|---:|---:|")
    best = {kind: [min(one) for one in zip(*runs, strict=True)] for kind, runs in found.items()}
    for kind, (took, spent) in best.items():
        print(f"| {kind} the radar | {took:.0f} | {spent:.0f} |")
    ratios = [have / alone for have, alone in zip(best["with"], best["without"], strict=True)]
    print(f"| ratio | {ratios[0]:.2f} | {ratios[1]:.2f} |")
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors", file=sys.stderr)


def main() -> None:
    """Print the tables that were asked for."""
    wanted = sys.argv[1:2]
    if wanted in ([], ["names"]):
        names()
    if wanted in ([], ["time"]):
        times(int(sys.argv[2]) if len(sys.argv) > 2 else 300)


if __name__ == "__main__":
    main()
