"""The attacks of tests/attacks through stock nbgrader and through ours, as a Markdown table.

    python benchmarks/attacks.py [FIRST LAST]

Stock nbgrader does not shut code in, so it gets the attacks that are marked as harmless enough,
each in a throw-away copy of the course with an honest student after it, and ends after SECONDS.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from autograder.grade import grade as grading
from autograder.grade.grade import Settings
from tests import test_attacks as attacked
from tests.attacks import ALL_POINTS, NAME, Attack, Places
from tests.attacks.making import notebook, student
from tests.classroom import gradebook_rows, hand_in, make_course
from tests.programs import UNCONFINED

SECONDS = 150
CANARY = attacked.CANARY
ELSEWHERE = "'/tmp', '/etc', '/home', '/var', "  # stock runs on the whole machine: not to be read


def main() -> None:
    first, last = map(int, sys.argv[1:3]) if len(sys.argv) == 3 else (0, 10_000)
    chosen = list(attacked.STUDENTS.items())[first:last]
    with tempfile.TemporaryDirectory(prefix="attacks-") as base:
        os.environ["PYTHONPATH"] = f"{base}/{attacked.MARKER}"
        os.environ["CANARY"] = CANARY.format("environment")
        empty = make_course(Path(base) / "empty", [NAME])
        with open(empty / "solutions" / f"{NAME}.py", "a") as file:
            file.write(f"# {CANARY.format('solutions')}\n")
        ours = graded_by_us(empty, Path(base) / "ours", [attack for _, attack in chosen])
        print("| attack | its code earns | stock: points | stock: side effects | ours |")
        print("|---|---|---|---|---|")
        for number, (_, attack) in enumerate(chosen):
            points, effects = "not run", ""
            if attack.stock:
                points, effects = graded_by_stock(empty, Path(base) / f"stock{number}", attack)
            most = f"{attack.most:g}" if attack.least == attack.most else f"≤ {attack.most:g}"
            earns = "cannot be graded" if attack.refused else most
            print(
                f"| {attack.name} | {earns} | {points} | {effects} | {ours[attack.name]} |",
                flush=True,
            )


def graded_by_us(empty: Path, folder: Path, attacks: list[Attack]) -> dict[str, str]:
    """Return what our grader makes of each attack: points, and the first note."""
    with attacked.listening() as (port, abstract, reached):
        course = Path(shutil.copytree(empty, folder / "course"))
        names = {}
        for number, attack in enumerate(attacks):
            names[student(attack, number)] = attack
            place = course / "grading" / "submitted" / student(attack, number) / NAME
            attack.make(place, Places(course, folder, port, abstract))
        _, records = grading.grade(course, NAME, Settings(limits=attacked.LIMITS))
        done = {record.student: record for record in records}
        rows = gradebook_rows(course, NAME)
    assert not reached
    told = {}
    for name, attack in names.items():
        record = done[name]
        if record.status == "refused":
            told[attack.name] = f"refused: {record.sentence}"
        else:
            points = f"{attacked.points(rows, name):g}"
            told[attack.name] = "; ".join([points, *record.notes[:1]])
    return {name: text.replace("|", "\\|") for name, text in told.items()}


def graded_by_stock(empty: Path, folder: Path, attack: Attack) -> tuple[str, str]:
    """Return the points that stock nbgrader gives, and what else happened."""
    course = Path(shutil.copytree(empty, folder / "course"))
    config = course / "nbgrader_config.py"  # made for the copy, which stands elsewhere
    assert str(empty) not in config.read_text()
    submitted = course / "grading" / "submitted"
    with attacked.listening() as (port, abstract, reached):
        attack.make(submitted / "mmm" / NAME, Places(course, folder, port, abstract))
        for path in (submitted / "mmm").rglob("*.ipynb"):
            if path.is_file() and path.stat().st_size < 1 << 20:
                text = path.read_bytes()
                path.write_bytes(text.replace(ELSEWHERE.encode(), b""))
        hand_in(course, "zzz", NAME, notebook(True), "2026-03-02 10:00:00 UTC")
        before = attacked.snapshot(course)
        effects = []
        ended = stock(course)
        if not ended:
            effects.append(f"hangs (ended after {SECONDS} s)")
        left = attacked.alive()
        after = attacked.snapshot(course)
        shutil.copytree(empty / "solutions", course / "solutions", dirs_exist_ok=True)
        rows = gradebook_rows(course, NAME)  # reads the configuration, which needs solutions
    if attacked.points(rows, "zzz") != ALL_POINTS:
        effects.append("the honest student after it has no grade, or another")
    if left:
        effects += ["left a process"] * ended
        end_left_processes()
    if reached:
        effects.append("reached the network")
    found = set()
    for path in (course / "grading" / "autograded").rglob("*"):
        if path.is_file():
            found |= set(re.findall(rb"canary-[0-9]+-([a-z]+)", path.read_bytes()))
    effects += [f"read the {kind.decode()}" for kind in sorted(found)]
    if any(before.get(path) != after.get(path) for path in before | after):
        effects.append("wrote to the course's folder")
    if spoilt(course):
        effects.append("wrote the gradebook")
    points = f"{attacked.points(rows, 'mmm'):g}" if any(row[0] == "mmm" for row in rows) else "none"
    shutil.rmtree(folder, ignore_errors=True)
    return points, ", ".join(effects)


def stock(course: Path) -> bool:
    """Run stock `nbgrader autograde`; return whether it ended by itself."""
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    command = [sys.executable, "-m", "nbgrader", "autograde", NAME, UNCONFINED]
    log = course.parent / "log"
    with open(log, "wb") as file:
        ran = subprocess.Popen(
            command,
            cwd=course,
            env={**os.environ, "PATH": path},
            stdout=file,
            stderr=file,
            stdin=subprocess.DEVNULL,
        )
        try:
            ran.wait(SECONDS)
        except subprocess.TimeoutExpired:
            ran.kill()
            ran.wait()
            return False
    return True


def spoilt(course: Path) -> bool:
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course / 'grading' / 'gradebook.db'}") as gradebook:
        return any(each.first_name == "spoilt" for each in gradebook.students)


def end_left_processes() -> None:
    """End what an attack has left behind: processes with our marker in their environment."""
    for entry in os.listdir("/proc"):
        if entry.isdigit() and int(entry) != os.getpid():
            try:
                if attacked.MARKER.encode() in Path(f"/proc/{entry}/environ").read_bytes():
                    os.kill(int(entry), signal.SIGKILL)
            except OSError:
                continue


if __name__ == "__main__":
    main()
