"""`autograder grade`: what stock nbgrader gives, and it finishes after a kill."""

import fcntl
import gc
import hashlib
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from datetime import datetime

import nbformat
import pytest
from click.testing import CliRunner
from nbgrader.api import Gradebook, SubmittedAssignment
from nbgrader.plugins import LateSubmissionPlugin

from autograder.build.release import build
from autograder.cli import main
from autograder.collect import lms, receipts
from autograder.grade import execute, intake, records
from autograder.grade import grade as grading
from autograder.grade.assignment import Assignment
from autograder.grade.grade import Settings
from autograder.grade.sandbox.client import Importer
from autograder.grade.sandbox.limits import Limits
from autograder.gradebook.write import Scores
from benchmarks.grading import dask
from tests import classroom, postgresql, programs
from tests.course_scripts import ROOT, exercises
from tests.importing import Borrowed

NAME = "02_load_balancer"
RECEIVED = "2026-03-01 12:00:00 UTC"


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    """A course with one notebook and nobody in it."""
    return classroom.make_course(tmp_path_factory.mktemp("grading") / "course", [NAME])


@pytest.fixture(autouse=True)
def one_importer(monkeypatch):
    monkeypatch.setattr(execute, "Importer", Borrowed)


@pytest.fixture
def course(empty, tmp_path):
    """A copy of it."""
    return shutil.copytree(empty, tmp_path / "course")


def a_class(course, students=4):
    for number in range(students):
        classroom.hand_in(course, f"s{number}", NAME, classroom.varied(NAME, number), RECEIVED)
    return course


def graded(course, settings=None, students=()):
    """Grade and return the records by student."""
    _, found = grading.grade(course, NAME, settings or Settings(), students)
    return {record.student: record for record in found}


def written_at(course):
    """Return when each student's record was written."""
    return {path.stem: path.stat().st_mtime_ns for path in records.folder(course, NAME).iterdir()}


def command(*words):
    """Run the command; return what it printed."""
    return CliRunner().invoke(main, ["grade", *map(str, words)])


def one_line(result):
    """Return the one sentence of a command that could not be carried out."""
    assert result.exit_code == 1 and result.exception.code == 1
    lines = [line for line in result.output.splitlines() if line]
    assert len(lines) == 1 and lines[0].startswith("Error: "), result.output
    return lines[0]


A_TENTH_AN_HOUR = """
from nbgrader.plugins import LateSubmissionPlugin

class ATenthAnHour(LateSubmissionPlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return score * total_seconds_late / 36_000

c.AssignLatePenalties.plugin_class = ATenthAnHour
"""


def test_a_late_penalty_is_the_same(course, tmp_path):
    """One student is late, one is not, and both hand in something worse; by nbgrader's plugin."""
    with open(course / "nbgrader_config.py", "a") as file:
        file.write(A_TENTH_AN_HOUR)
    due = datetime(2026, 3, 1, 12)
    with Gradebook(f"sqlite:///{course / 'grading' / 'gradebook.db'}") as gradebook:
        gradebook.update_or_create_assignment(NAME, duedate=due)
    solved = classroom.written(NAME, classroom.solutions(NAME))
    times = {"late": "2026-03-01 14:30:00 UTC", "timely": "2026-03-01 11:59:59 UTC"}
    for student, received in times.items():
        classroom.hand_in(course, student, NAME, solved, received)
    stock = shutil.copytree(course, tmp_path / "stock")
    for penalty, words in ((4.25, []), (1.0, ["--force"])):
        graded(course)
        classroom.nbgrader(stock, "autograde", NAME, *words)
        rows = classroom.gradebook_rows(course, NAME)
        assert rows == classroom.gradebook_rows(stock, NAME)
        assert {row[7] for row in rows if row[:2] == ("late", "grade")} == {penalty}
        some = dict(list(classroom.solutions(NAME).items())[:1])
        for folder in (course, stock):
            shutil.rmtree(folder / "grading" / "submitted")
            for student, received in times.items():
                worse = classroom.written(NAME, some)
                classroom.hand_in(folder, student, NAME, worse, received)


def penalties(course):
    rows = classroom.gradebook_rows(course, NAME)
    return {row[0]: row[7] for row in rows if row[1] == "grade"}


def test_a_late_penalty_follows_points_by_hand_and_dates(course):
    """Right in what is told, without grading again: export; and after `grade` without --force."""
    with open(course / "nbgrader_config.py", "a") as file:
        file.write(A_TENTH_AN_HOUR)
    url = f"sqlite:///{course / 'grading' / 'gradebook.db'}"
    with Gradebook(url) as gradebook:
        gradebook.update_or_create_assignment(NAME, duedate=datetime(2026, 3, 1, 12))
    solved = classroom.written(NAME, classroom.solutions(NAME), "An answer.")
    for student, hour in (("late", 13), ("later", 14), ("timely", 11)):
        classroom.hand_in(course, student, NAME, solved, f"2026-03-01 {hour}:00:00 UTC")
    graded(course)
    assert penalties(course) == {"late": 1.7, "later": 3.4, "timely": None}
    with Gradebook(url) as gradebook:
        gradebook.find_grade("explain", NAME, NAME, "late").manual_score = 3
        gradebook.db.commit()
    words = ["export", "--root", str(course), "--to", str(course / "grades.csv")]
    assert CliRunner().invoke(main, words).exit_code == 0
    assert penalties(course) == {"late": 2.0, "later": 3.4, "timely": None}
    with Gradebook(url) as gradebook:
        gradebook.grant_extension(NAME, "late", hours=1)
        gradebook.update_or_create_assignment(NAME, duedate=datetime(2026, 3, 1, 10))
    graded(course)  # nothing is run again
    assert penalties(course) == {"late": 4.0, "later": 6.8, "timely": 1.7}


def test_the_gradebook_holds_no_submission_that_is_written(course):
    with closing(Assignment(course, NAME)) as assignment:
        notebook = assignment.cells
        for number in range(5):
            assignment.scores.save(f"s{number}", NAME, notebook, None)
        gc.collect()
        held = [each for each in gc.get_objects() if isinstance(each, SubmittedAssignment)]
        assert len(held) <= 1 and assignment.scores.students(NAME) == {f"s{n}" for n in range(5)}


def test_a_due_date_changed_while_grading_holds_for_the_next_submission(course):
    received = datetime(2026, 3, 1, 12)
    with closing(Assignment(course, NAME)) as assignment:
        lateness = assignment.scores.lateness
        lateness.plugin_class = type("Seen", (Counting,), {"late": []})
        for student, due in (("s0", datetime(2026, 3, 2)), ("s1", datetime(2026, 3, 1))):
            with Gradebook(assignment.scores.url) as gradebook:
                gradebook.update_or_create_assignment(NAME, duedate=due)
            assignment.scores.save(student, NAME, assignment.cells, received)
        assert lateness.plugin_class.late == ["s1"]


def test_a_row_that_somebody_adds_in_the_same_moment_is_used(course, monkeypatch):
    with closing(Assignment(course, NAME)) as assignment:
        add = assignment.scores.gradebook.add_student

        def both_add(student):
            with Gradebook(assignment.scores.url) as gradebook:  # such as formgrader
                gradebook.add_student(student, last_name="Lovelace")
            return add(student)

        monkeypatch.setattr(assignment.scores.gradebook, "add_student", both_add)
        assignment.scores.save("ada", NAME, assignment.cells, None)
        assert assignment.scores.students(NAME) == {"ada"}
        assert assignment.scores.gradebook.find_student("ada").last_name == "Lovelace"


class Counting(LateSubmissionPlugin):
    """Notes who is late."""

    late: list

    def late_submission_penalty(self, student_id, score, total_seconds_late):
        self.late.append(student_id)


def test_scores_that_cannot_be_written_are_one_students_refusal(course):
    """The class's own plugin fails for one, one has a name that no table has room for."""
    text = (course / "nbgrader_config.py").read_text()
    plugin = """
from nbgrader.plugins import LateSubmissionPlugin

class Fails(LateSubmissionPlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return {"s0": 0, "s2": 0}[student_id]

c.AssignLatePenalties.plugin_class = Fails
"""
    (course / "nbgrader_config.py").write_text(text + plugin)
    with Gradebook(f"sqlite:///{course / 'grading' / 'gradebook.db'}") as gradebook:
        gradebook.update_or_create_assignment(NAME, duedate=datetime(2026, 2, 1))
    a_class(course, 3)
    classroom.hand_in(course, "語" * 50, NAME, classroom.varied(NAME, 9), RECEIVED)
    for _ in range(2):
        found = graded(course)
        status = {student: record.status for student, record in found.items()}
        [long] = set(status) - {"s0", "s1", "s2"}
        assert status == {"s0": "graded", "s1": "refused", "s2": "graded", long: "refused"}
        assert "its scores cannot be written (KeyError: 's1')" in found["s1"].sentence
        assert "more than 128 bytes" in found[long].sentence and long.startswith("語" * 30)
    with Gradebook(f"sqlite:///{course / 'grading' / 'gradebook.db'}") as gradebook:
        assert {each.id for each in gradebook.students} == {"s0", "s2"}


def is_written(file, exercise):
    """Return whether a notebook's file has something else in a solution cell than the release."""
    texts = [
        next(
            cell.source
            for cell in cells
            if cell.metadata.get("nbgrader", {}).get("grade_id") == exercise
        )
        for cells in (nbformat.read(file, as_version=4).cells, classroom.released(NAME).cells)
    ]
    return texts[0] != texts[1]


def test_each_submission_has_its_own_hidden_inputs_and_can_be_graded_again_exactly(course):
    a_class(course, 3)
    first = graded(course)
    assert len({record.seed for record in first.values()}) == 3
    for student, record in first.items():  # what tells which two are alike
        file = course / "grading" / "submitted" / student / NAME / f"{NAME}.ipynb"
        assert record.digest == hashlib.sha256(file.read_bytes()).hexdigest()
        written = {name for name in exercises(NAME) if is_written(file, name)}
        assert record.likeness.keys() == written
    before = {
        path: path.read_bytes() for path in (course / "grading" / "autograded").rglob("*.ipynb")
    }
    again = graded(course, Settings(force=True))
    assert again == first
    assert all(path.read_bytes() == text for path, text in before.items())


def test_what_is_graded_is_not_graded_again_unless_it_is_new(course):
    a_class(course, 3)
    assert not any(record.again for record in graded(course).values())
    before = written_at(course)
    (course / "grading" / "submitted" / "s2" / NAME / "timestamp.txt").write_text(
        "2026-03-02 12:00:00 UTC"
    )
    said = command(NAME, "--root", course, "--student", "s2").stdout
    assert said.startswith("1 of them had been graded: the course's checks or cells")
    shutil.rmtree(course / "grading" / "submitted" / "s1")
    solved = classroom.written(NAME, classroom.solutions(NAME), classroom.ANSWER)
    classroom.hand_in(course, "s1", NAME, solved, RECEIVED)
    found = graded(course)
    assert found["s1"].sentence == "17 of 17 checks passed" and not found["s1"].again
    now = written_at(course)
    assert now["s0"] == before["s0"] and now["s1"] > before["s1"]


def test_other_checks_regrade_nobody_unless_that_is_meant(course):
    a_class(course, 2)
    graded(course)
    before = written_at(course)
    script = course / "solutions" / f"{NAME}.py"
    text = script.read_text(encoding="utf-8")
    script.write_text(text.replace("# The balancer does not know how", "# No balancer knows how"))
    build(course, [NAME])  # other prose: no grade can change, so nobody is asked
    graded(course)
    then = written_at(course)
    assert all(then[student] > before[student] for student in before)
    script.write_text(text.replace("should be True, True, False, False; yours", "yours"))
    build(course, [NAME])
    classroom.hand_in(course, "new", NAME, classroom.varied(NAME, 2), RECEIVED)
    said = one_line(command(NAME, "--root", course))
    assert "not those that graded 2 of the submissions" in said and "--regrade" in said
    assert "(different: can_connect_hidden_2)" in said
    assert written_at(course) == then  # not even who is new: all of a class meet the same checks
    assert command(NAME, "--root", course, "--student", "new").exit_code == 0
    result = command(NAME, "--root", course, "--regrade")
    assert "2 of them had been graded" in result.stdout and result.exit_code == 0
    graded(course)


def by_hand(course):
    """Do what an instructor does in formgrader: all answers, and points for a check that failed."""
    with Gradebook(f"sqlite:///{course / 'grading' / 'gradebook.db'}") as gradebook:
        for submission in gradebook.assignment_submissions(NAME):
            for grade in submission.notebooks[0].grades:
                if grade.needs_manual_grade or grade.name == "round_robin_hidden":
                    grade.manual_score, grade.needs_manual_grade = 1, False
        gradebook.db.commit()


def waiting(course):
    rows = classroom.gradebook_rows(course, NAME)
    return {(row[0], row[2]) for row in rows if row[1] == "grade" and row[5]}


@pytest.fixture
def interruptible():
    """SIGINT has its usual effect, which a shell takes from what it starts in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_what_was_graded_by_hand_waits_again_only_where_it_has_changed(course, monkeypatch):
    solved = classroom.solutions(NAME)
    for student in ("same", "other", "wrong", "killed"):
        classroom.hand_in(course, student, NAME, classroom.written(NAME, solved, "One answer."))
    graded(course)
    assert waiting(course) == {(who, "explain") for who in ("same", "other", "wrong", "killed")}
    by_hand(course)
    assert not waiting(course)
    texts = {
        "other": classroom.written(NAME, solved, "Another answer."),
        "wrong": classroom.written(NAME, solved | {"round_robin": ""}, "One answer."),
        "killed": classroom.written(NAME, solved, "Another answer."),
    }
    for student, notebook in texts.items():
        shutil.rmtree(course / "grading" / "submitted" / student)
        classroom.hand_in(course, student, NAME, notebook)
    with monkeypatch.context() as patched:  # between the folder and the gradebook
        patched.setattr(Scores, "save", lambda *_: signal.raise_signal(signal.SIGINT))
        with pytest.raises(KeyboardInterrupt):
            graded(course, students=["killed"])
    graded(course, Settings(force=True))
    expected = {("other", "explain"), ("killed", "explain"), ("killed", "round_robin_hidden")}
    assert waiting(course) == expected | {("wrong", "round_robin_hidden")}


def test_killed_at_any_moment_the_next_run_finishes(course, tmp_path):
    a_class(course, 3)
    undisturbed = shutil.copytree(course, tmp_path / "undisturbed")
    started = time.monotonic()
    graded(undisturbed)
    seconds = time.monotonic() - started
    rows, rng = classroom.gradebook_rows(undisturbed, NAME), random.Random(2)
    written = set()
    for attempt in range(3):
        mine = shutil.copytree(course, tmp_path / f"killed{attempt}")
        process = programs.start(["autograder", "grade", NAME], mine, tmp_path)
        folder, deadline = records.folder(mine, NAME), time.monotonic() + 60
        while len(list(folder.glob("*.json"))) < attempt and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(rng.uniform(0, seconds / 4))
        process.kill()
        process.join()
        written.add(len(list(folder.glob("*.json"))))
        graded(mine)
        assert classroom.gradebook_rows(mine, NAME) == rows
        left = [path.name for path in folder.iterdir() if path.suffix != ".json"]
        assert not left
    assert max(written) > 0  # some were killed in the middle of the class


@pytest.mark.usefixtures("interruptible")
def test_two_interrupts_end_it_at_once_and_without_a_traceback(course, tmp_path):
    slow = classroom.released(NAME)
    slow.cells.insert(0, nbformat.v4.new_code_cell("import time; time.sleep(60)"))
    classroom.hand_in(course, "slow", NAME, slow)
    (tmp_path / "tmp").mkdir()
    said = tmp_path / "said"
    script = "from autograder.cli import main; main()"
    with open(said, "wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", script, "grade", NAME, "--root", str(course), "--jobs", "1"],
            env=os.environ | {"PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path / "tmp")},
            stdout=output,
            stderr=output,
        )

        def wait_for(happened):
            deadline = time.monotonic() + 60
            while not happened() and process.poll() is None and time.monotonic() < deadline:
                time.sleep(0.02)

        wait_for(lambda: list((tmp_path / "tmp").glob("autograder-*/tmp*")))  # a run has begun
        process.send_signal(signal.SIGINT)
        wait_for(lambda: b"Stopping" in said.read_bytes())
        process.send_signal(signal.SIGINT)
        assert process.wait(9) == 130  # not when the cell is stopped
    assert "Stopping when" in said.read_text() and "Traceback" not in said.read_text()
    assert "Exception" not in said.read_text()


def test_a_locked_gradebook_is_waited_for(course):
    a_class(course, 2)
    lock = sqlite3.connect(course / "grading" / "gradebook.db", check_same_thread=False)
    lock.execute("BEGIN EXCLUSIVE")
    threading.Timer(20, lock.rollback).start()  # longer than SQLite waits by itself
    assert {record.status for record in graded(course).values()} == {"graded"}
    lock.close()
    assert len(classroom.gradebook_rows(course, NAME)) == 2 * 24


def test_what_lies_where_the_command_is_called_is_not_imported(course, monkeypatch):
    a_class(course, 1)
    here = course / "grading" / "submitted" / "s0" / NAME
    for name in ("json.py", "course.py", "resource.py"):
        (here / name).write_text("import os; os._exit(3)")
    before = graded(course)["s0"].checks
    monkeypatch.setattr(execute, "Importer", Importer)  # one of its own, started here
    monkeypatch.chdir(here)
    assert graded(course, Settings(force=True))["s0"].checks == before
    assert any(check["passed"] for check in before.values())


def test_two_gradings_at_once_are_refused(course):
    a_class(course, 1)
    graded(course)
    with open(course / "grading" / "salt") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert "another `autograder grade` is at work" in one_line(command(NAME, "--root", course))
    assert command(NAME, "--root", course).exit_code == 0


def test_a_salt_that_is_damaged_is_told_and_not_used(course):
    a_class(course, 1)
    (course / "grading" / "salt").write_text("")
    assert "restore it from a copy" in one_line(command(NAME, "--root", course))


def test_a_file_that_cannot_be_read_is_one_sentence(course, monkeypatch):
    a_class(course, 1)
    graded(course)
    salt = course / "grading" / "salt"
    salt.write_bytes(b"\xff" * 64)
    assert "restore it from a copy" in one_line(command(NAME, "--root", course))
    salt.unlink()
    salt.mkdir()  # as root may read all files: what stands there is none
    assert f"{salt}: Is a directory: make room or fix it" in one_line(
        command(NAME, "--root", course)
    )
    monkeypatch.setattr("sys.platform", "darwin")
    assert "grading needs Linux" in one_line(command(NAME, "--root", course))


def test_a_released_notebook_that_was_run_regrades_nobody_and_one_that_was_cut_is_told(course):
    a_class(course, 1)
    graded(course)
    before = written_at(course)
    path = course / "notebooks" / NAME / f"{NAME}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.execution_count, cell.outputs = 3, [nbformat.v4.new_output("stream", text="x")]
    nbformat.write(notebook, path)
    graded(course)
    graded(course, Settings(limits=Limits(cell_seconds=20.0)))
    assert written_at(course) == before
    notebook.cells = [cell for cell in notebook.cells if "Hidden check" not in cell.source]
    nbformat.write(notebook, path)
    said = one_line(command(NAME, "--root", course))
    assert f"{NAME}.ipynb: " in said and f"was deleted there: run `autograder build {NAME}`" in said
    path.write_text("[1, 2")
    assert f"not a notebook (NotJSONError): run `autograder build {NAME}`" in one_line(
        command(NAME, "--root", course)
    )


def test_receipts_that_a_spreadsheet_has_changed_are_told(course):
    a_class(course, 1)
    (course / "grading" / "receipts.csv").write_bytes(b"assignment;student\n\xe4;b\n")
    assert "receipts.csv" in one_line(command(NAME, "--root", course))


def test_a_broken_file_handed_in_later_leaves_what_the_earlier_grading_told(course):
    a_class(course, 1)
    first = graded(course)["s0"]
    (course / "grading" / "submitted" / "s0" / NAME / f"{NAME}.ipynb").write_text("{")
    second = graded(course)["s0"]
    assert second.status == "refused" and "not a complete notebook" in second.sentence
    assert (second.seed, second.checks) == (first.seed, first.checks)


def test_what_nobody_has_thought_of_is_one_refusal_and_not_the_end(course, monkeypatch):
    a_class(course, 2)
    take = intake.take

    def fails(folder, *rest):
        if "s0" in str(folder):
            raise ArithmeticError("never seen")
        return take(folder, *rest)

    monkeypatch.setattr(intake, "take", fails)
    found = graded(course)
    assert [found[name].status for name in ("s0", "s1")] == ["refused", "graded"]
    assert "ArithmeticError: never seen" in found["s0"].sentence


def test_a_folder_with_a_name_that_is_no_text_is_refused(course):
    a_class(course, 1)
    submitted = course / "grading" / "submitted"
    shutil.copytree(submitted / "s0", submitted / os.fsdecode(b"M\xfcller"))
    shutil.copytree(submitted / "s0", submitted / "<b>&")  # formgrader would run it
    shutil.copytree(submitted / "s0", submitted / "o'neil")
    ran = command(NAME, "--root", course)
    assert ran.exit_code == 0 and "2 of 4 submissions are graded" in ran.output
    assert "its folder's name has & < > in it: rename it" in ran.output
    assert "is not plain text: rename it" in ran.output


def test_no_name_of_a_folder_ends_grading_or_is_another_students(course):
    a_class(course, 1)
    submitted = course / "grading" / "submitted"
    for name in ("m" * 245, "\x01" * 70, "m\x01", r"m\x01"):
        shutil.copytree(submitted / "s0", submitted / name)
    found = graded(course)
    assert len(found) == 5 and found["s0"].status == found[r"m\x01"].status == "graded"
    for record in found.values():
        assert records.read(course, NAME, record.student) == record


def test_an_untouched_notebook_does_not_take_a_grade_away(course):
    """Such as a blank one that was handed in again through the exchange."""
    texts = dict(list(classroom.solutions(NAME).items())[:1])
    folder = classroom.hand_in(course, "ada", NAME, classroom.written(NAME, texts), RECEIVED)
    first = graded(course)["ada"]
    rows = classroom.gradebook_rows(course, NAME)
    nbformat.write(classroom.released(NAME), folder / f"{NAME}.ipynb")
    (folder / "timestamp.txt").write_text("2026-03-02 12:00:00 UTC")
    for _ in range(2):
        kept = graded(course)["ada"]
        assert kept.status == "refused" and "it is untouched" in kept.sentence
        assert kept.checks == first.checks and classroom.gradebook_rows(course, NAME) == rows
    nbformat.write(classroom.written(NAME, texts), folder / f"{NAME}-Copy1.ipynb")
    copied = graded(course)["ada"]  # with a worked copy next to it
    assert copied.status == "graded" and copied.checks == first.checks
    assert f"left out {NAME}.ipynb: no one has worked on it" in copied.notes
    (folder / f"{NAME}-Copy1.ipynb").unlink()
    forced = graded(course, Settings(force=True))["ada"]
    assert forced.status == "graded" and not any(one["passed"] for one in forced.checks.values())


def test_who_was_removed_from_the_gradebook_stays_removed(course):
    a_class(course, 2)
    before = graded(course)
    with Gradebook(f"sqlite:///{course / 'grading' / 'gradebook.db'}") as gradebook:
        gradebook.remove_student("s0")
    for settings in (None, Settings(force=True)):
        found = graded(course, settings)
        assert found["s0"].status == "refused" and "autograder roster" in found["s0"].sentence
        assert found["s1"].status == "graded"
        assert records.read(course, NAME, "s0") == before["s0"]
    with Gradebook(f"sqlite:///{course / 'grading' / 'gradebook.db'}") as gradebook:
        assert [each.id for each in gradebook.students] == ["s1"]
    told = CliRunner().invoke(main, ["feedback", NAME, "--root", str(course)])
    assert told.exit_code == 0 and "s0: left out: was removed from the gradebook" in told.output
    assert not (course / "grading" / "feedback" / "s0").exists()
    assert "wrote 1 page" in told.output
    with Gradebook(f"sqlite:///{course / 'grading' / 'gradebook.db'}") as gradebook:
        gradebook.add_student("s0")
    assert graded(course)["s0"].status == "graded"


def test_a_hidden_folder_is_not_left_out_without_a_word(course):
    a_class(course, 1)
    submitted = course / "grading" / "submitted"
    for hidden in (".ada", ".ipynb_checkpoints"):  # the second one is Jupyter's
        shutil.copytree(submitted / "s0", submitted / hidden)
    found = graded(course)
    assert sorted(found) == [".ada", "s0"] and found["s0"].status == "graded"
    assert found[".ada"].status == "refused" and "begins with a dot" in found[".ada"].sentence


def test_what_an_lms_calls_a_student_goes_into_the_gradebook(course):
    """Where it has nothing yet; and from there into the exports."""
    ids = ("lovelaceada-12345", "Eva-Klein", "ben")
    for student in ids:
        classroom.hand_in(course, student, NAME, classroom.released(NAME), RECEIVED)
    lms.add(
        course,
        [
            lms.Known(NAME, ids[0], "Canvas", "12345", "lovelaceada"),
            lms.Known(NAME, ids[1], "Moodle", "471", "Eva Klein"),
            lms.Known(NAME, "ben", "Canvas", "7", "otomoben"),
        ],
    )
    with Gradebook(f"sqlite:///{course / 'grading' / 'gradebook.db'}") as gradebook:
        gradebook.add_student("ben", lms_user_id="77", last_name="Otomo")
    graded(course)
    with Gradebook(f"sqlite:///{course / 'grading' / 'gradebook.db'}") as gradebook:
        found = {one.id: (one.lms_user_id, one.last_name) for one in gradebook.students}
    assert found == {ids[0]: ("12345", None), ids[1]: (None, "Eva Klein"), "ben": ("77", "Otomo")}


def test_a_course_in_a_folder_with_brackets(course, tmp_path):
    a_class(course, 1)
    moved = course.rename(tmp_path / "course [2026] *")
    assert graded(moved)["s0"].status == "graded"


def test_postgresql_as_the_gradebook(course, tmp_path):
    reason = postgresql.missing()
    if reason:
        pytest.skip(reason)
    a_class(course, 1)
    sqlite = shutil.copytree(course, tmp_path / "sqlite")
    graded(sqlite)
    with postgresql.server() as url:
        url = url.replace("postgresql://", "postgresql+psycopg://")
        config = course / "nbgrader_config.py"
        config.write_text(f"{config.read_text()}\nc.CourseDirectory.db_url = {url!r}\n")
        classroom.nbgrader(course, "generate_assignment", NAME)
        graded(course)
        assert classroom.gradebook_rows(course, NAME) == classroom.gradebook_rows(sqlite, NAME)


def test_a_dask_cluster_gives_the_same_and_survives_a_worker(course, tmp_path):
    a_class(course, 5)
    local = shutil.copytree(course, tmp_path / "local")
    graded(local)
    with dask(2) as (address, workers):
        _, found = grading.grade(course, NAME, Settings(scheduler=address))
        next(found)
        workers[0].kill()
        assert len(list(found)) == 4
    assert classroom.gradebook_rows(course, NAME) == classroom.gradebook_rows(local, NAME)


@pytest.mark.parametrize("written", ["2026-04-01T10:00:00+00:00", "2026-04-01T12:00+02:00"])
def test_receipts_count_not_the_students_timestamp(course, written):
    """Also one that somebody has written by hand, in a zone of their own."""
    folder = classroom.hand_in(course, "ada", NAME, classroom.varied(NAME, 0), "1999-01-01 UTC")
    digest = hashlib.sha256((folder / f"{NAME}.ipynb").read_bytes()).hexdigest()
    receipts.append(receipts.path_of(course), [receipts.Receipt(NAME, "ada", written, digest)])
    assert graded(course)["ada"].received == "2026-04-01T10:00:00+00:00"
    with Gradebook(f"sqlite:///{course / 'grading' / 'gradebook.db'}") as gradebook:
        assert gradebook.find_submission(NAME, "ada").timestamp == datetime(2026, 4, 1, 10)


def test_process_isolation_is_said(course):
    a_class(course, 1)
    result = command(NAME, "--root", course, "--isolation", "process")
    assert result.exit_code == 0 and "was not shut in" in result.output
    assert records.read(course, NAME, "s0").isolation == "process"


@pytest.mark.parametrize("isolation", ["namespaces", "process"])
def test_a_loop_that_never_ends_costs_its_own_points_only(course, isolation):
    texts = dict(classroom.solutions(NAME))
    texts["round_robin"] = "import time\n" + texts["round_robin"].replace(
        "        for server in servers[start:]",
        "        while True: time.sleep(1)  # it need not be busy\n"
        "        for server in servers[start:]",
    )
    classroom.hand_in(course, "ada", NAME, classroom.written(NAME, texts))
    record = graded(course, Settings(isolation=isolation, limits=Limits(cell_seconds=1)))["ada"]
    lost = {name for name, check in record.checks.items() if not check["passed"]}
    assert lost == {name for name in record.checks if name.startswith("round_robin_")}
    assert "loop that never ends" in record.checks["round_robin_check"]["message"]


def test_mistakes_at_the_command_are_one_sentence(course, tmp_path):
    assert "no submissions of 02_load_balancer" in one_line(command(NAME, "--root", course))
    a_class(course, 1)
    assert "nobody handed in no" in one_line(command(NAME, "--root", course, "--student", "nobody"))
    said = one_line(command("99_what", "--root", course))
    assert f"99_what is not in the gradebook, which has {NAME}: run" in said
    assert "wrong folder?" in one_line(command(NAME, "--root", tmp_path))
    (course / "grading" / "gradebook.db").unlink()
    assert "no gradebook yet" in one_line(command(NAME, "--root", course))
    (course / "grading" / "gradebook.db").write_text("this is no database, whatever its name says")
    said = one_line(command(NAME, "--root", course))
    assert "not a database" in said and "restore it from a copy" in said


def test_no_scheduler_is_one_sentence(course, monkeypatch):
    a_class(course, 1)
    monkeypatch.setattr(execute, "SCHEDULER_SECONDS", 1)
    said = one_line(command(NAME, "--root", course, "--scheduler", "tcp://127.0.0.1:9"))
    assert "no Dask scheduler answers at tcp://127.0.0.1:9" in said


def test_a_record_tells_what_each_check_said_and_the_student(course):
    notebook = classroom.released(NAME)
    notebook.metadata.course.help = "an assistant,\nfor B"
    classroom.hand_in(course, "cleo", NAME, notebook)
    record = graded(course)["cleo"]
    assert record.sentence == "0 of 17 checks passed"
    messages = {check["message"] for check in record.checks.values()}
    assert all(message.startswith("Exercise ") for message in messages)
    assert len(messages) >= len(exercises(NAME))
    text = (records.folder(course, NAME) / "cleo.json").read_text(encoding="utf-8")
    assert json.loads(text)["student"] == "cleo"
    assert records.read(course, NAME, "cleo").help == "an assistant,\\nfor B"  # on one line


def test_a_damaged_record_says_so_and_is_graded_again(course):
    a_class(course, 1)
    first = graded(course)["s0"]
    path = records.path_of(course, NAME, "s0")
    for text in ("{", "[1]", '{"checks": {"a": 7}}', '{"notes": 7}'):
        path.write_text(text)
        (damaged,) = records.read_all(course, NAME)
        assert damaged.status == "unreadable" and "s0.json cannot be read" in damaged.sentence
    assert graded(course)["s0"] == first == records.read(course, NAME, "s0")
    path.write_text("{")
    (course / "grading" / "submitted" / "s0" / NAME / f"{NAME}.ipynb").write_text("{")
    assert graded(course)["s0"].isolation == "namespaces"


def test_a_cell_that_ends_early_here_only_is_noted(course):
    """By what the student's file shows: it ran there to its end, with an error, or not at all."""
    notebook = classroom.written(NAME, {"can_connect": "import no_such_module"})
    early, shown = "open('/data.csv')", "raise KeyError('shown')"
    texts = [early, shown, "1 / 0  # not run", "print(1)", "RoundRobin().pick([])"]
    notebook.cells += [nbformat.v4.new_code_cell(text) for text in texts]
    for cell in notebook.cells:
        if cell.cell_type == "code" and "not run" not in cell.source:
            cell.execution_count = 1
    error = nbformat.v4.new_output("error", ename="KeyError", evalue="'shown'", traceback=[])
    next(cell for cell in notebook.cells if cell.source == shown).outputs = [error]
    classroom.hand_in(course, "ada", NAME, notebook)
    classroom.hand_in(course, "cleared", NAME, nbformat.from_dict(cleared(notebook)))
    found = graded(course)
    said = "ended early here, not for the student"
    noted = {
        name: [note.partition(":")[0].partition(f" {said}")[0] for note in record.notes]
        for name, record in found.items()
    }
    assert noted["ada"] == ["can_connect", f"an own cell ({early})"]
    own = [f"an own cell ({text})" for text in (early, shown, "1 / 0  # not run")]
    assert noted["cleared"] == ["can_connect", *own]
    assert "No module named 'no_such_module'" in found["ada"].notes[0]


def cleared(notebook):
    """Return a notebook without outputs, as nbstripout leaves it."""
    bare = json.loads(json.dumps(notebook))
    for cell in bare["cells"]:
        if cell["cell_type"] == "code":
            cell |= {"outputs": [], "execution_count": None}
    return bare
