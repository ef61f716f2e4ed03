"""How fast `autograder grade` is, next to stock `nbgrader autograde` in the same run.

    python benchmarks/grading.py              all tables (about half an hour)
    python benchmarks/grading.py speed        a class of 30: stock, ours, and the cells alone
    python benchmarks/grading.py growth       300 submissions against 30; memory
    python benchmarks/grading.py cluster      300 over a Dask cluster with one and with two workers
    python benchmarks/grading.py kills        killed 20 times at random moments

The class: notebook 02, each student a random mix of right and wrong answers and stubs
(tests/submissions), so that some checks fail and some solutions are slow, as in a real class.
"""

import argparse
import importlib
import os
import random
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from autograder.build import script as sources
from tests import classroom

NAME = "02_load_balancer"
RECEIVED = "2026-03-01 12:00:00 UTC"
CORES = os.cpu_count() or 1


def a_class(folder: Path, students: int) -> Path:
    """Make a course with a class of this many students, nothing graded."""
    course = classroom.make_course(folder, [NAME])
    for number in range(students):
        notebook = classroom.varied(NAME, number)
        classroom.hand_in(course, f"student{number:03}", NAME, notebook, RECEIVED)
    return course


def copy_of(course: Path, name: str) -> Path:
    """Return an ungraded copy of a course, next to it."""
    return Path(shutil.copytree(course, course.parent / name))


def grade_command(course: Path, *options: str) -> list[str]:
    """Return the command that grades the class with ours."""
    code = "from autograder.cli import main; main()"
    return [sys.executable, "-c", code, "grade", NAME, "--root", str(course), *options]


def ours(course: Path, *options: str) -> tuple[float, float]:
    """Grade with ours; return the seconds, and the most memory of the grader's process in MiB."""
    started = time.monotonic()
    process = subprocess.Popen(
        grade_command(course, *options),
        env=os.environ | {"PYTHONPATH": str(classroom.ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    assert process.stderr
    said = process.stderr.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, said[-2000:]
    return time.monotonic() - started, usage.ru_maxrss / 1024


def stock(course: Path) -> float:
    """Grade with nbgrader's own command; return the seconds."""
    started = time.monotonic()
    classroom.nbgrader(course, "autograde", NAME)
    return time.monotonic() - started


def cells_alone(course: Path) -> float:
    """Return the CPU seconds of all submissions' cells and checks, run in bare forked processes."""
    importlib.import_module("course.load_balancer")  # warm, as the cells would have it
    total = 0.0
    judged = {cell.grade_id: cell.text for cell in classroom.cells(NAME) if cell.kind == "check"}
    for path in sorted((course / "grading" / "submitted").rglob("*.ipynb")):
        notebook = classroom.nbformat.read(path, as_version=4)
        texts = []
        for cell in notebook.cells:
            grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
            if cell.cell_type == "code":
                known = grade_id in judged
                texts.append(sources.halves(judged[grade_id]) if known else [cell.source])
        total += _in_a_child(lambda texts=texts: _run(texts))
    return total


def _run(texts: list) -> None:
    names: dict = {"__name__": "__main__"}
    for text in texts:
        try:
            exec(text[0], names)
            if len(text) > 1:
                exec(text[1], {"seen": names["seen"]})
        except Exception:
            continue


def _in_a_child(work: Callable[[], None]) -> float:
    """Return the CPU seconds that the work takes in a forked child."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    pid = os.fork()
    if pid == 0:
        os.environ["NBGRADER_EXECUTION"] = "autograde"
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115
        work()
        os._exit(0)
    os.waitpid(pid, 0)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def speed(folder: Path, students: int) -> None:
    """Compare stock and ours on one class, and both with the cells alone."""
    course = a_class(folder / "speed", students)
    alone = cells_alone(course)
    mine = copy_of(course, "speed-ours")
    seconds, memory = ours(mine)
    theirs = stock(course)
    same = classroom.gradebook_rows(course, NAME) == classroom.gradebook_rows(mine, NAME)
    print(f"\n{students} submissions of {NAME}, {CORES} cores\n")
    print("| grader | seconds | submissions/min | × stock | × (CPU time of the cells / cores) |")
    print("|---|--:|--:|--:|--:|")
    for name, took in (("nbgrader autograde", theirs), ("autograder grade", seconds)):
        rate = 60 * students / took
        print(
            f"| {name} | {took:.1f} | {rate:.0f} | {theirs / took:.2f} | "
            f"{took / (alone / CORES):.2f} |"
        )
    print(f"\nCPU time of the cells: {alone:.2f} s; memory of the grader: {memory:.0f} MiB")
    print(f"scores, comments and penalties the same row for row: {'yes' if same else 'NO'}")


def growth(folder: Path, few: int, many: int) -> None:
    """Ten times the class: ten times the time, and no more memory."""
    print("\n| submissions | seconds | seconds beyond an empty class | memory of the grader, MiB |")
    print("|--:|--:|--:|--:|")
    for students in (few, many):
        course = a_class(folder / f"growth{students}", students)
        seconds, memory = ours(course)
        again, _ = ours(course)  # all is graded: what starting costs
        print(f"| {students} | {seconds:.1f} | {seconds - again:.1f} | {memory:.0f} |")


@contextmanager
def dask(workers: int) -> Iterator[tuple[str, list[subprocess.Popen]]]:
    """A Dask scheduler and workers of one thread each, on loopback."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    environment = os.environ | {"PYTHONPATH": str(classroom.ROOT)}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": environment}
    words = ["--host", "127.0.0.1"]
    scheduler = [sys.executable, "-m", "distributed.cli.dask_scheduler", *words]
    worker = [sys.executable, "-m", "distributed.cli.dask_worker", address, *words]
    processes = [subprocess.Popen([*scheduler, "--port", str(port), "--no-dashboard"], **quiet)]
    for _ in range(workers):
        one = ["--nthreads", "1", "--no-nanny", "--no-dashboard", "--memory-limit", "0"]
        processes.append(subprocess.Popen([*worker, *one], **quiet))
    try:
        from distributed import Client

        with Client(address, timeout="30s") as client:
            client.wait_for_workers(workers, timeout=60)
        yield address, processes[1:]
    finally:
        for process in processes:
            process.terminate()
            process.wait()


def cluster(folder: Path, students: int) -> None:
    """One and two workers; and two of which one is killed in the middle."""
    course, few = a_class(folder / "cluster", students), a_class(folder / "warm", 4)
    undisturbed = None
    print(f"\n{students} submissions over Dask\n")
    print("| workers | seconds | × one worker |\n|---|--:|--:|")
    first = 0.0
    for workers in (1, 2):
        mine = copy_of(course, f"cluster-{workers}")
        with dask(workers) as (address, _):
            ours(copy_of(few, f"warm-{workers}"), "--scheduler", address)  # workers are warm
            seconds, _ = ours(mine, "--scheduler", address)
        first = first or seconds
        print(f"| {workers} | {seconds:.1f} | {first / seconds:.2f} |")
        undisturbed = classroom.gradebook_rows(mine, NAME)
    mine = copy_of(course, "cluster-killed")
    with dask(2) as (address, processes):
        grading = subprocess.Popen(
            grade_command(mine, "--scheduler", address),
            env=os.environ | {"PYTHONPATH": str(classroom.ROOT)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        while not list((mine / "grading").glob("records/*/*.json")):
            time.sleep(0.05)
        processes[0].send_signal(signal.SIGKILL)
        grading.wait()
    same = classroom.gradebook_rows(mine, NAME) == undisturbed
    print(f"\na worker killed in the middle: gradebook the same: {'yes' if same else 'NO'}")


def kills(folder: Path, students: int, times: int) -> None:
    """Kill the grader at random moments, finish, and compare the gradebooks."""
    course = a_class(folder / "kills", students)
    undisturbed = copy_of(course, "kills-undisturbed")
    seconds, _ = ours(undisturbed)
    rows = classroom.gradebook_rows(undisturbed, NAME)
    rng, equal, done = random.Random(1), 0, []
    for number in range(times):
        mine = copy_of(course, f"kills-{number}")
        process = subprocess.Popen(
            grade_command(mine),
            env=os.environ | {"PYTHONPATH": str(classroom.ROOT)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(rng.uniform(0.2, seconds))
        process.send_signal(signal.SIGKILL)
        process.wait()
        done.append(len(list((mine / "grading").glob("records/*/*.json"))))
        ours(mine)
        equal += classroom.gradebook_rows(mine, NAME) == rows
        shutil.rmtree(mine)
    print(f"\n{students} submissions, killed after 0.2 to {seconds:.1f} s, {times} times")
    print(f"records written when killed: {sorted(done)}")
    print(f"gradebooks equal to the undisturbed one: {equal} of {times}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    tables = ("speed", "growth", "cluster", "kills")
    parser.add_argument("tables", nargs="*", default=tables, help=", ".join(tables))
    parser.add_argument("--students", type=int, default=30)
    parser.add_argument("--times", type=int, default=20)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if "speed" in asked.tables:
            speed(folder, asked.students)
        if "growth" in asked.tables:
            growth(folder, asked.students, 10 * asked.students)
        if "cluster" in asked.tables:
            cluster(folder, 10 * asked.students)
        if "kills" in asked.tables:
            kills(folder, 10, asked.times)


if __name__ == "__main__":
    main()
