"""Attacks on the grader, handed in between two honest students, and graded in one class."""

import csv
import hashlib
import os
import re
import shutil
import socket
import sqlite3
import stat
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner
from nbconvert.exporters import HTMLExporter
from nbformat import v4
from nbgrader.api import Gradebook
from nbgrader.server_extensions.formgrader import handlers

import course as course_package
from autograder.cli import main
from autograder.course import configuration
from autograder.grade import grade as grading
from autograder.grade.grade import Settings
from autograder.grade.records import Record
from autograder.grade.sandbox.client import Sandbox, SandboxUnavailable
from autograder.grade.sandbox.limits import Limits
from tests.attacks import ATTACKS, NAME, Places
from tests.attacks.making import code, notebook, student
from tests.attacks.times import FORGED
from tests.classroom import gradebook_rows, hand_in, make_course, varied
from tests.course_scripts import ROOT

LIMITS = Limits(
    cell_seconds=1.0, notebook_seconds=30.0, memory_bytes=512 << 20, disk_bytes=32 << 20
)
CANARY = "canary-4711-{}"
MARKER = f"attack-marker-{os.getpid()}"
RECEIVED = "2026-03-01T12:00:00+00:00"
STUDENTS = {student(attack, number): attack for number, attack in enumerate(ATTACKS)}
WRITTEN = (
    "grading/autograded",
    "grading/source",
    "grading/records",
    "grading/gradebook.db",
    "grading/salt",
)


def refusal() -> str:
    """Return why there can be no namespaces here, "" if there can."""
    try:
        Sandbox([], Limits()).close()
    except SandboxUnavailable as error:
        return str(error)
    return ""


REFUSAL = refusal()
shut_in = pytest.mark.skipif(bool(REFUSAL), reason=REFUSAL or "namespaces can be had")


@dataclass
class Class:
    """A graded class, and what was seen around it."""

    course: Path
    records: dict[str, Record]
    rows: list[tuple]
    before: dict[str, str]
    after: dict[str, str]
    reached: list[str]


def honest(course: Path) -> None:
    """Have the honest students hand in: all right, and some of it."""
    hand_in(course, "aaa", NAME, notebook(True), "2026-03-01 10:00:00 UTC")
    hand_in(course, "zzz", NAME, varied(NAME, 5), "2026-03-02 10:00:00 UTC")


def snapshot(*folders: Path) -> dict[str, str]:
    """Return what stands in the folders, without what grading writes."""
    found = {}
    for folder in folders:
        for parent, names, files in os.walk(folder):
            names[:] = [name for name in names if name != "__pycache__"]
            for name in names + files:
                path = Path(parent) / name
                about = path.lstat()
                inside = path.relative_to(folder).as_posix()
                if inside.startswith(WRITTEN):
                    continue
                plain = stat.S_ISREG(about.st_mode) and about.st_size < 1 << 30
                data = path.read_bytes() if plain else b""
                digest = hashlib.sha256(data).hexdigest()
                found[str(path)] = f"{about.st_mode:o} {about.st_size} {digest}"
    return found


def alive() -> list[str]:
    """Return the processes that grading has started and that are still there."""
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit() and int(entry) != os.getpid():
            try:
                environment = Path(f"/proc/{entry}/environ").read_bytes()
            except OSError:
                continue
            if MARKER.encode() in environment:
                found.append(Path(f"/proc/{entry}/cmdline").read_bytes().decode())
    return found


@contextmanager
def listening() -> Iterator[tuple[int, str, list[str]]]:
    """Listen on the loopback network and on an abstract Unix socket; yield who came."""
    reached: list[str] = []
    name = f"attack-{os.getpid()}"
    network = socket.create_server(("127.0.0.1", 0))
    datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    datagrams.bind(network.getsockname())
    local = socket.socket(socket.AF_UNIX)
    local.bind(f"\0{name}")
    local.listen()
    datagrams.settimeout(0.2)

    def hear(one: socket.socket) -> None:
        while not done.is_set():
            try:
                reached.append(str(one.recv(100) if one is datagrams else one.accept()[0]))
            except OSError:
                continue

    done = threading.Event()
    sockets = (network, local, datagrams)
    for one in sockets:
        one.settimeout(0.2)
    threads = [threading.Thread(target=hear, args=[one]) for one in sockets]
    for thread in threads:
        thread.start()
    try:
        yield network.getsockname()[1], name, reached
    finally:
        done.set()
        for thread in threads:
            thread.join()
        for one in sockets:
            one.close()


@pytest.fixture(scope="module")
def empty_course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course's folder that a class has not handed in to."""
    return make_course(tmp_path_factory.mktemp("class") / "course", [NAME])


@pytest.fixture(scope="module")
def expected(empty_course: Path, tmp_path_factory: pytest.TempPathFactory) -> list[tuple]:
    """The gradebook's rows of the honest students, graded by themselves."""
    course = copied(empty_course, tmp_path_factory.mktemp("honest"))
    honest(course)
    isolation = "process" if REFUSAL else "namespaces"
    _, records = grading.grade(course, NAME, Settings(limits=LIMITS, isolation=isolation))
    assert [record.status for record in records] == ["graded", "graded"]
    return gradebook_rows(course, NAME)


def copied(course: Path, folder: Path) -> Path:
    """Return a copy of an empty course in another folder, which knows its new place."""
    return Path(shutil.copytree(course, folder / "course"))


@pytest.fixture(scope="module")
def attacked(empty_course: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Class]:
    """The class with all attacks, graded once."""
    if REFUSAL:
        pytest.skip(REFUSAL)
    base = tmp_path_factory.mktemp("attacked")
    course = copied(empty_course, base)
    home, scratch, marker = base / "home", base / "scratch", base / MARKER
    for folder in (home / "canary", scratch, marker):
        folder.mkdir(parents=True)
    (home / "canary" / "notes.txt").write_text(CANARY.format("home"))
    with open(course / "solutions" / f"{NAME}.py", "a") as file:
        file.write(f"# {CANARY.format('solutions')}\n")
    with Gradebook(f"sqlite:///{course / 'grading' / 'gradebook.db'}") as gradebook:
        gradebook.add_student("elsewhere", last_name=CANARY.format("gradebook"))
    (course / "grading" / "records").mkdir()
    (course / "grading" / "records" / "notes.json").write_text(CANARY.format("record"))
    honest(course)
    own = v4.new_markdown_cell(CANARY.format("notebook"))
    path = course / "grading" / "submitted" / "aaa" / NAME / f"{NAME}.ipynb"
    shown = nbformat.read(path, as_version=4)
    shown.cells.insert(0, own)
    nbformat.write(shown, path)
    (course / "grading" / "submitted" / "aaa" / NAME / "notes.txt").write_text(
        CANARY.format("submission")
    )
    with pytest.MonkeyPatch.context() as patch, listening() as (port, abstract, reached):
        patch.setenv("CANARY", CANARY.format("environment"))
        patch.setenv("PYTHONPATH", str(marker))
        patch.setattr("tempfile.tempdir", str(scratch))
        places = Places(course, home, port, abstract)
        for name, attack in STUDENTS.items():
            attack.make(course / "grading" / "submitted" / name / NAME, places)
        receipt(course)
        parts = (course, home, scratch, marker, Path(course_package.__file__).parent)
        before = snapshot(*parts)
        settings = Settings(jobs=2, limits=LIMITS)
        _, records = grading.grade(course, NAME, settings)
        found = {record.student: record for record in records}
        yield Class(course, found, gradebook_rows(course, NAME), before, snapshot(*parts), reached)


def receipt(course: Path) -> None:
    """Write the instructor's receipt of the forged timestamp."""
    name = next(name for name, attack in STUDENTS.items() if attack.name == FORGED)
    data = (course / "grading" / "submitted" / name / NAME / f"{NAME}.ipynb").read_bytes()
    with open(course / "grading" / "receipts.csv", "w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["assignment", "student", "received", "sha256"])
        rows.writerow([NAME, name, RECEIVED, hashlib.sha256(data).hexdigest()])


def points(rows: list[tuple], name: str) -> float:
    """Return a student's automatic points."""
    return sum(row[3] or 0 for row in rows if row[0] == name and row[1] == "grade")


@pytest.mark.parametrize("name", STUDENTS)
def test_attack_earns_what_its_code_does(attacked: Class, name: str) -> None:
    attack, record = STUDENTS[name], attacked.records[name]
    said = " | ".join([record.sentence, *record.notes])
    assert record.status == ("refused" if attack.refused else "graded"), said
    assert attack.least <= points(attacked.rows, name) <= attack.most, said
    assert attack.says in said


@pytest.mark.parametrize("name", STUDENTS)
def test_what_the_instructor_reads_is_plain(attacked: Class, name: str) -> None:
    record = attacked.records[name]
    assert record.sentence
    assert len(record.notes) <= 30
    for text in [record.sentence, *record.notes]:
        assert text.isprintable() and len(text) <= 500, ascii(text)
        assert "Traceback" not in text
    for check in record.checks.values():
        check["message"].encode()


@shut_in
def test_command_says_one_line_for_each_note(
    attacked: Class, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = list(attacked.records.values())
    monkeypatch.setattr(grading, "grade", lambda *_: (len(records), iter(records)))
    ran = CliRunner().invoke(main, ["grade", NAME, "--root", str(attacked.course)])
    assert ran.exit_code == 0 and "Traceback" not in ran.output
    lines = [line for line in ran.stdout.splitlines() if line.startswith("m")]
    notes = sum(len(each.notes) for each in records if each.status == "graded")
    assert len(lines) == notes + sum(each.status == "refused" for each in records)
    assert all(line.isprintable() for line in lines)


def test_honest_students_get_what_they_get_alone(attacked: Class, expected: list[tuple]) -> None:
    rows = [row for row in attacked.rows if row[0] in ("aaa", "zzz")]
    assert rows == expected
    assert points(rows, "aaa") == 17.0


def test_no_output_holds_what_was_to_be_found(attacked: Class) -> None:
    for name, attack in STUDENTS.items():
        path = attacked.course / "grading" / "autograded" / name / NAME / f"{NAME}.ipynb"
        assert path.exists() == (not attack.refused), name
        if attack.refused:
            continue
        for cell in nbformat.read(path, as_version=4).cells:
            text = str(cell.get("outputs", ""))
            assert not re.search("canary-[0-9]", text), f"{name}: {text}"
            if not cell.metadata.get("nbgrader", {}).get("grade"):  # what a student sees
                assert "BEGIN HIDDEN" not in text and "_rng.sample(" not in text, name
            for output in cell.get("outputs", ()):
                shown = set(output.get("data", {}))
                assert shown <= {"text/plain", "image/png"}, name
                assert "<" not in output.get("data", {}).get("image/png", ""), name


def test_nothing_is_written_but_the_grading(attacked: Class) -> None:
    changed = {
        path
        for path in attacked.before.keys() | attacked.after.keys()
        if attacked.before.get(path) != attacked.after.get(path)
    }
    assert not changed
    students = {row[0] for row in attacked.rows}
    graded = {name for name, attack in STUDENTS.items() if not attack.refused}
    assert students == graded | {"aaa", "zzz"}
    for path in (attacked.course / "grading" / "autograded").rglob("*"):
        assert path.is_dir() or (path.is_file() and not path.is_symlink()), path


def test_nothing_is_alive(attacked: Class) -> None:
    assert alive() == []


def test_nobody_was_reached(attacked: Class) -> None:
    assert attacked.reached == []


def test_receipt_counts_and_not_the_forged_file(attacked: Class) -> None:
    name = next(name for name, attack in STUDENTS.items() if attack.name == FORGED)
    assert attacked.records[name].received == RECEIVED
    times = {str(row[6]) for row in attacked.rows if row[0] == name and row[1] == "grade"}
    assert times == {"2026-03-01 12:00:00"}


# in the grader's own name, so that nothing is tried that could end more than its own run
KILLS_ITS_SUPERVISOR = """
import os, signal, time
os.kill(os.getppid(), signal.SIGKILL)
time.sleep(60)
"""
STARTS_MANY = """
import os, time
for _ in range(200):
    if os.fork() == 0:
        os.setsid()
        time.sleep(60)
        os._exit(0)
time.sleep(1)
"""
BY_PROCESS = ("os._exit", "an infinite loop", "3 GB of memory", "40 detached processes")


def test_limits_hold_with_process_isolation(
    empty_course: Path, expected: list[tuple], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    course = copied(empty_course, tmp_path)
    (tmp_path / MARKER).mkdir()
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / MARKER))
    honest(course)
    tried = [attack for attack in ATTACKS if attack.name in BY_PROCESS]
    tried.append(code("kills its supervisor", KILLS_ITS_SUPERVISOR, right=True))
    tried.append(code("starts many", STARTS_MANY, right=True, says="more processes than it may"))
    places = Places(course, tmp_path, 9, "nobody")
    names = [student(attack, number) for number, attack in enumerate(tried)]
    for name, attack in zip(names, tried, strict=True):
        attack.make(course / "grading" / "submitted" / name / NAME, places)
    slow = replace(LIMITS, cell_seconds=3.0)  # in 1 s a slow machine has not started 200 processes
    _, records = grading.grade(course, NAME, Settings(isolation="process", limits=slow))
    found = {record.student: record for record in records}
    rows = gradebook_rows(course, NAME)
    for name, attack in zip(names, tried, strict=True):
        assert attack.least <= points(rows, name) <= attack.most, found[name]
        assert attack.says in " ".join(found[name].notes)
    assert [row for row in rows if row[0] in ("aaa", "zzz")] == expected
    assert alive() == []


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """Have a disk of a few MiB at the folder; skips the test where that may not be done."""
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", folder], capture_output=True, text=True
    )
    if mounted.returncode:
        pytest.skip(f"no small disk can be mounted: {mounted.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


def test_a_full_disk_ends_the_batch_with_one_sentence(
    empty_course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with small_disk(tmp_path / "disk"):
        course = copied(empty_course, tmp_path / "disk")
        honest(course)
        for number in range(6):
            hand_in(course, f"m{number}", NAME, varied(NAME, number))
        filler = course / "filler"
        with open(filler, "wb") as file, suppress(OSError):
            file.write(bytes(100 << 20))
        filler_size = filler.stat().st_size
        with open(filler, "r+b") as file:
            file.truncate(filler_size - (260 << 10))
        command = ["grade", NAME, "--root", str(course), "--jobs", "2"]
        if REFUSAL:
            command += ["--isolation", "process"]
        ran = CliRunner().invoke(main, command)
        assert isinstance(ran.exception, SystemExit) and ran.exit_code == 1, ran.exception
        last = ran.stderr.splitlines()[-1]
        assert last.startswith("Error: ") and "Traceback" not in ran.output, ran.output
        assert not list((course / "grading" / "records" / NAME).glob(".*"))
        with closing(sqlite3.connect(course / "grading" / "gradebook.db")) as database:
            assert database.execute("pragma integrity_check").fetchall() == [("ok",)]
        filler.unlink()
        ran = CliRunner().invoke(main, command)
        assert ran.exit_code == 0, ran.output
        assert "8 of 8 submissions are graded" in ran.stdout
        assert len({row[0] for row in gradebook_rows(course, NAME)}) == 8


EVIL = """\
<script>alert(1)</script>

**My answer** <img src=x onerror="alert(2)"> and [a link](javascript:alert(3))

<details><summary>Hint</summary>as in the course's own cells</details>
<iframe src="evil.html"></iframe>
"""


def in_formgrader(text: str, cells: list | None = None, **resources: object) -> str:
    """Return formgrader's page of a cell: its own template, with the course's configuration."""
    config = configuration(ROOT, ROOT)
    config.HTMLExporter.template_name = "formgrade"
    config.HTMLExporter.extra_template_basedirs = [handlers.template_path]
    pasted = {"a b.jpg": {"image/jpeg": "/9j/4A=="}, "c.svg": {"image/svg+xml": "<svg/>"}}
    cell = v4.new_markdown_cell(text, attachments=pasted)
    words = ("assignment_id", "notebook_id", "submission_id", "student", "last_name", "first_name")
    known = dict.fromkeys((*words, "notebook_path", "base_url"), "x") | {"index": 0, "total": 1}
    shown, _ = HTMLExporter(config=config).from_notebook_node(
        v4.new_notebook(cells=cells or [cell]), resources=known | resources
    )
    return str(shown)


def test_formgrader_shows_the_pictures_of_an_answer() -> None:
    page = in_formgrader("![photo](attachment:a%20b.jpg) ![drawing](attachment:c.svg)")
    assert '<img alt="photo" src="data:image/jpeg;base64,/9j/4A=="/>' in page
    assert '<img alt="drawing"/>' in page


def test_formgrader_shows_code_in_colours_if_it_is_not_too_long() -> None:
    page = in_formgrader("x", cells=[v4.new_code_cell("def f(): pass  # <b>")])
    assert '<span class="k">def</span>' in page and "&lt;b&gt;" in page
    started = time.process_time()
    assert "u'\\N{u'" in in_formgrader("x", cells=[v4.new_code_cell("u'\\N{" * 20_000)])
    assert time.process_time() - started < 4  # it took five seconds more


def test_formgrader_shows_a_students_name_without_its_script() -> None:
    evil = "<img src=x onerror=alert(1)>"
    for names in ({"student": evil, "first_name": None}, {"last_name": evil, "first_name": "'"}):
        page = in_formgrader("x", **names)
        assert "&lt;img src=x" in page and "<img" not in page


def test_formgrader_shows_a_students_text_without_its_script() -> None:
    page = in_formgrader(EVIL)
    shown = page[page.index("<strong>My answer</strong>") - 200 :]
    assert "<details>" in shown
    for evil in ("<script>alert", "<img src=x", 'href="javascript', "<iframe"):
        assert evil not in page
