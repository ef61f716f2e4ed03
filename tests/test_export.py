"""autograder export: read back as spreadsheets, Canvas and Moodle do, it is the same class."""

import csv
import re
import shutil
import sqlite3
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from nbgrader.api import Gradebook
from nbgrader.plugins import CsvExportPlugin
from sqlalchemy.exc import OperationalError

from autograder.build.release import put_environment_on_path
from autograder.cli import main
from autograder.gradebook.database import unusable
from autograder.gradebook.export import (
    CanvasExporter,
    CsvExporter,
    Grades,
    MoodleExporter,
    canvas_table,
    guarded,
    moodle_table,
    unguarded,
    unmatched,
)
from autograder.gradebook.read import Student
from tests.course_scripts import ROOT
from tests.programs import nbgrader

ONE, TWO = "01_toy", "02_other"
STUDENTS = {  # id: first name, last name, email, Canvas' number
    "ada": ("Ada", "Lovelace", "ada@example.org", "12345"),
    "ben": ("Ben", "van der Berg, Jr.", "ben@example.org", ""),
    "cleo": ("=HYPERLINK(A1)", "-1+1", "@cleo@example.org", ""),
    "dora": ('Do"ra', "Ōtomo; the second", "", ""),
    "eve": ("'=1", "'t Hooft", "+eve@example.org", ""),
}
SCORES = {  # (assignment, student): raw points, penalty
    (ONE, "ada"): (17.25, 0),
    (ONE, "ben"): (12, 2),
    (ONE, "cleo"): (0, 0),
    (TWO, "ada"): (20, 0),
    (TWO, "eve"): (1, 5),
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A course's folder with a gradebook."""
    put_environment_on_path()
    root = tmp_path_factory.mktemp("course")
    (root / "grading").mkdir()
    (root / "solutions").mkdir()
    config = (ROOT / "nbgrader_config.py").read_text(encoding="utf-8")
    (root / "nbgrader_config.py").write_text(config, encoding="utf-8")
    with Gradebook(f"sqlite:///{root / 'grading' / 'gradebook.db'}") as gradebook:
        for name in (ONE, TWO):
            gradebook.add_assignment(name, duedate=datetime(2026, 3, 1, 12))
            gradebook.add_notebook(name, name)
            gradebook.add_grade_cell("check", name, name, max_score=17, cell_type="code")
            gradebook.add_solution_cell("explain", name, name)
            gradebook.add_grade_cell("explain", name, name, max_score=3, cell_type="markdown")
        for student, (first, last, email, number) in STUDENTS.items():
            details = {"first_name": first, "last_name": last, "email": email}
            gradebook.add_student(student, lms_user_id=number, **details)
        for (name, student), (points, penalty) in SCORES.items():
            grade_one(gradebook, name, student, points, penalty)
    return root


def grade_one(gradebook, name, student, points, penalty):
    gradebook.add_submission(name, student, timestamp=datetime(2026, 3, 1, 13))
    notebook = gradebook.find_submission_notebook(name, name, student)
    notebook.late_submission_penalty = penalty
    check = gradebook.find_grade("check", name, name, student)
    check.auto_score, check.needs_manual_grade = min(points, 17), False
    written = gradebook.find_grade("explain", name, name, student)
    written.manual_score, written.needs_manual_grade = points - min(points, 17), student == "ben"
    if student == "ada":
        gradebook.find_comment("explain", name, name, student).manual_comment = "=Well, done\nAda"
    gradebook.db.commit()


pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")  # nbgrader's


@pytest.fixture
def course(made, tmp_path):
    return Path(shutil.copytree(made, tmp_path / "course"))


def run(course, *words):
    ran = CliRunner().invoke(main, ["export", *words, "--root", str(course)])
    assert ran.exception is None or isinstance(ran.exception, SystemExit), ran.exception
    return ran


def export(course, kind, *words):
    """Return the rows that the command wrote, and the lines it said."""
    to = course / f"{kind}.csv"
    ran = run(course, "--format", kind, "--to", str(to), *words)
    assert ran.exit_code == 0, ran.output
    with open(to, encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file)), ran.output.splitlines()


def score(name, student):
    points, penalty = SCORES.get((name, student), (0, 0))
    return max(0, points - penalty)


FORMULAS = ["=1", "+1", "-1", "@x", "\tx", "\rx", " =1", "'=1", "''-1", "＝1", "\n=1", "\0x"]
HARMLESS = ["", "Ada", "'t Hooft", "O'Neil", "1-1", "Ada = Eve", "''"]


@pytest.mark.parametrize("text", FORMULAS + HARMLESS)
def test_guarded_texts_are_harmless_and_come_back(text):
    cell = guarded(text)
    assert not re.match(r"\s*[=+\-@\t\r\0＝＋－＠]", cell) and unguarded(cell) == text
    assert (cell == text) == (text in HARMLESS)


def test_no_cell_of_any_format_is_a_formula(course):
    for kind in ("csv", "canvas", "moodle"):
        rows, _ = export(course, kind, "--column", f"{ONE}==cmd|' /C calc'!A0")
        cells = [cell for row in rows for cell in row]
        assert any("cmd|" in cell for cell in cells) and any("HYPERLINK" in cell for cell in cells)
        assert not [cell for cell in cells if re.match(r"\s*[=+\-@]", cell)]


def test_csv_is_nbgraders_own_with_names_made_harmless(course):
    (head, *rows), said = export(course, "csv")
    stock = course / "stock.csv"
    with Gradebook(f"sqlite:///{course / 'grading' / 'gradebook.db'}") as gradebook:
        # nbgrader's own writes no quotes: only students whose names need none
        CsvExportPlugin(to=str(stock), student=["ada", "cleo", "eve"]).export(gradebook)
    with open(stock, encoding="utf-8", newline="") as file:
        theirs_head, *theirs = list(csv.reader(file))
    assert head == theirs_head
    ours = [[unguarded(cell) for cell in row] for row in rows]
    assert [row for row in ours if row[3] in ("ada", "cleo", "eve")] == theirs
    assert {(row[0], row[3]): float(row[9]) for row in rows} == {
        (name, student): score(name, student) for name in (ONE, TWO) for student in STUDENTS
    }
    assert said[0].endswith("5 students, 2 assignments.") and said[1].startswith("1 submissions")


def canvas_import(rows, people):
    """Return {(heading, student id): grade} as Canvas' importer would take it, and the points.

    people: what Canvas knows: (number, SIS id, login, "Last, First").
    """
    head, *rest = rows
    assert "Student" in head[0] and "ID" in head[1] and re.search(r"SIS\s+User\s+ID", head[2])
    assert re.search(r"SIS\s+Login\s+ID", head[3]) and "Section" in head[4]
    points, taken = {}, {}
    for row in rest:
        assert len(row) == len(head)
        if "Points Possible" in row[0]:
            points = dict(zip(head[5:], map(float, row[5:]), strict=True))
            continue
        finders = [(0, row[1]), (1, row[2]), (2, row[3]), (3, row[0])]
        who = next(p for at, cell in finders if cell for p in people if p[at] == cell)
        for heading, grade in zip(head[5:], row[5:], strict=True):
            if grade:
                taken[heading, who[1]] = float(grade)
    return points, taken


def test_canvas_takes_what_it_documents(course):
    people = [
        (number or str(index), student, f"login-{student}", f"{last}, {first}")
        for index, (student, (first, last, _, number)) in enumerate(STUDENTS.items())
    ]
    rows, _ = export(course, "canvas", "--column", f"{TWO}=Other (4711)")
    points, taken = canvas_import(rows, people)
    assert points == {ONE: 20, "Other (4711)": 20}
    headings = {ONE: ONE, TWO: "Other (4711)"}
    assert taken == {(headings[name], student): score(name, student) for name, student in SCORES}
    assert ["Lovelace, Ada", "12345"] in [row[:2] for row in rows]
    assert re.search(r"\(\d+\)$", rows[0][6])  # how Canvas finds its number


def test_moodle_takes_what_it_documents(course):
    (head, *rows), _ = export(course, "moodle")
    table = [dict(zip(head, row, strict=True)) for row in rows]
    assert {"Email address", "ID number", "First name", "Last name"} <= set(head)
    for column in head:  # feedback stands beside its grades
        assert "(Feedback)" not in column or column.replace("Feedback", "Real") in head
    by_id = {unguarded(row["ID number"]): row for row in table}
    for student, (first, last, email, _) in STUDENTS.items():
        row = {column: unguarded(cell) for column, cell in by_id[student].items()}
        assert (row["First name"], row["Last name"], row["Email address"]) == (first, last, email)
        for name in (ONE, TWO):
            handed_in = (name, student) in SCORES
            assert row[f"{name} (Real)"] == (f"{score(name, student):g}" if handed_in else "")
    assert by_id["ada"][f"{ONE} (Feedback)"] == "explain: =Well, done\nAda"
    assert by_id["ben"][f"{ONE} (Feedback)"].endswith("2 points off for lateness.")


def test_what_has_no_score_is_an_empty_cell(course):
    """nbgrader's grant_extension makes a submission before there is one."""
    with Gradebook(f"sqlite:///{course / 'grading' / 'gradebook.db'}") as gradebook:
        gradebook.add_submission(ONE, "dora")
        gradebook.grant_extension(ONE, "dora", days=2)
        notebook = gradebook.find_submission_notebook(ONE, ONE, "dora")
        notebook.late_submission_penalty = 1
        gradebook.db.commit()
    (head, *rows), said = export(course, "canvas")
    cells = {row[2]: row[head.index(ONE)] for row in rows}
    assert cells["dora"] == "" and cells["cleo"] == "0" and cells["ada"] == "17.25"
    assert said[1].startswith("1 submissions still wait")  # ben's
    (head, *rows), _ = export(course, "moodle")
    row = next(row for row in rows if row[2] == "dora")
    assert row[head.index(f"{ONE} (Real)")] == row[head.index(f"{ONE} (Feedback)")] == ""
    (_, *rows), _ = export(course, "csv")
    assert [row[9] for row in rows if (row[0], row[3]) == (ONE, "dora")] == ["0.0"]


@pytest.mark.parametrize("weights", [{}, {TWO: 3.0}, {ONE: 0.0}, {ONE: 0.25, TWO: 0.5}])
def test_a_total_is_the_mean_by_weight(course, weights):
    words = [word for name, weight in weights.items() for word in ("--weight", f"{name}={weight}")]
    (head, *rows), _ = export(course, "total", *words)
    assert head == ["student_id", "last_name", "first_name", "email", ONE, TWO, "total"]
    assert [unguarded(row[0]) for row in rows] == sorted(STUDENTS, key=lambda id: STUDENTS[id][1])
    for student, *_, one, two, total in rows:
        shares = [score(name, student) / 20 for name in (ONE, TWO)]
        told = [float(cell or 0) / 100 for cell in (one, two)]
        assert told == pytest.approx(shares) and (one == "") == ((ONE, student) not in SCORES)
        expected = np.average(shares, weights=[weights.get(name, 1.0) for name in (ONE, TWO)])
        assert float(total) == pytest.approx(100 * expected, abs=0.005)


@pytest.mark.parametrize(
    "words, says",
    [
        (["--format", "total", "--weight", "02_other"], "write ASSIGNMENT=NUMBER"),
        (["--format", "total", "--weight", "02_other=much"], "'much' is no number from 0 up"),
        (["--format", "total", "--weight", "02_other=-1"], "'-1' is no number from 0 up"),
        (["--format", "total", "--weight", "03_none=1"], "--weight 03_none: no such assignment"),
        (["--format", "total", "--weight", f"{ONE}=0", "--weight", f"{TWO}=0"], "nothing counts"),
        (["--weight", f"{ONE}=2"], "add --format total"),
    ],
)
def test_a_wrong_weight_is_one_sentence_and_no_file(course, words, says):
    to = course / "total.csv"
    assert says in sentence_of(run(course, *words, "--to", str(to))) and not to.exists()


def test_one_assignment_only(course):
    rows, _ = export(course, "canvas", "--assignment", TWO)
    assert rows[0][5:] == [TWO] and len(rows) == 2 + len(STUDENTS)


def test_nbgrader_export_plugins_write_the_same(course):
    plugins = {"csv": CsvExporter, "canvas": CanvasExporter, "moodle": MoodleExporter}
    to = course / "theirs.csv"
    with Gradebook(f"sqlite:///{course / 'grading' / 'gradebook.db'}") as gradebook:
        for kind, plugin in plugins.items():
            rows, _ = export(course, kind)
            plugin(to=str(to)).export(gradebook)
            with open(to, encoding="utf-8-sig", newline="") as file:
                assert list(csv.reader(file)) == rows
        CanvasExporter(to=str(to), student=["ada"], assignment=[ONE]).export(gradebook)
        assert to.read_text(encoding="utf-8").splitlines()[2:] == [
            '"Lovelace, Ada",12345,ada,ada,,17.25'
        ]
        with pytest.raises(SystemExit):
            CanvasExporter(to=str(to), student=["zoe"]).export(gradebook)


def test_nbgraders_command_finds_the_plugin(course):
    words = ["export", "--exporter=autograder.gradebook.export.CanvasExporter", "--to=canvas.csv"]
    nbgrader(course, *words)
    assert (course / "canvas.csv").read_text(encoding="utf-8").startswith("Student,ID,SIS User ID")


def sentence_of(ran):
    assert ran.exit_code == 1, ran.output
    lines = ran.output.splitlines()
    assert len(lines) == 1 and lines[0].startswith("Error: "), ran.output
    return lines[0]


def test_what_a_person_can_do_wrong_is_one_sentence(course, tmp_path):
    to = tmp_path / "grades.csv"
    elsewhere = CliRunner().invoke(main, ["export", "--root", str(tmp_path)])
    assert "choose the course's folder" in sentence_of(elsewhere)
    wrong = sentence_of(run(course, "--to", str(to), "--assignment", "03_none"))
    assert "03_none" in wrong and ONE in wrong
    assert "03_none" in sentence_of(run(course, "--to", str(to), "--column", "03_none=x"))
    assert "ASSIGNMENT=HEADING" in sentence_of(run(course, "--to", str(to), "--column", "x"))
    assert "cannot be written" in sentence_of(run(course, "--to", str(tmp_path / "no" / "x.csv")))
    for folder in (str(tmp_path), "."):
        said = sentence_of(run(course, "--to", folder))
        assert f"{folder}: cannot be written (Is a directory)" in said
    assert not to.exists() and sorted(tmp_path.iterdir()) == [course]


def test_a_missing_locked_or_broken_gradebook_is_one_sentence(course, tmp_path, monkeypatch):
    to = tmp_path / "grades.csv"
    database = course / "grading" / "gradebook.db"
    monkeypatch.setattr(sqlite3, "connect", quick(sqlite3.connect))
    holder = sqlite3.connect(database, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    assert "locked" in sentence_of(run(course, "--to", str(to)))
    holder.close()
    assert run(course, "--to", str(to)).exit_code == 0
    before = to.read_bytes()
    database.write_bytes(b"no database, but long enough to be read as one" * 100)
    assert "gradebook" in sentence_of(run(course, "--to", str(to)))
    database.unlink()
    assert "no gradebook" in sentence_of(run(course, "--to", str(to)))
    assert not database.exists() and to.read_bytes() == before


@pytest.mark.parametrize(
    ("said", "fix"),
    [
        ("database is locked", "close the program that writes it"),
        ("no such table: student", "run `nbgrader db upgrade`"),
        ("database or disk is full", "make room"),
        ("attempt to write a readonly database", "allow writing there"),
        ("file is not a database", "restore it from a copy"),
    ],
)
def test_reading_and_writing_a_gradebook_name_the_same_fix(said, fix):
    error = OperationalError("SELECT 1", {}, sqlite3.OperationalError(said))
    for done in ("read", "written"):
        sentence = str(unusable("sqlite:////c/gradebook.db", error, done))
        assert sentence.startswith(f"/c/gradebook.db: the gradebook cannot be {done} ({said}): ")
        assert fix in sentence and sentence.endswith(".")
    sentence = str(unusable("postgresql+psycopg://ada:secret@h/c", error))
    assert "is the server running" in sentence and "secret" not in sentence


def quick(connect):
    """Return sqlite3.connect that waits for a lock only a moment."""
    return lambda *arguments, **options: connect(*arguments, **{**options, "timeout": 0.1})


def test_only_the_table_for_spreadsheets_begins_with_the_mark_of_utf8(course):
    """Excel takes a file without it for another encoding; an LMS may take it for text."""
    for kind in ("csv", "canvas", "moodle"):
        export(course, kind)
        assert (course / f"{kind}.csv").read_bytes().startswith(b"\xef\xbb\xbf") == (kind == "csv")


def a_class(*students):
    return Grades({}, tuple(Student(**details) for details in students), {}, {})


def test_no_id_that_was_made_of_a_files_name_is_given_for_the_lms_own():
    canvas = {"id": "lovelaceada-12345", "lms_user_id": "12345"}
    moodle = {"id": "Ada-Lovelace", "last_name": "Ada Lovelace"}
    listed = {"id": "ada", "last_name": "Lovelace", "lms_user_id": "7", "email": "a@example.org"}
    given = a_class(canvas, moodle, listed)
    ids = [row[1:4] for row in canvas_table(given, {})[2:]]
    assert ids == [["12345", "", ""], ["", "", ""], ["7", "ada", "ada"]]
    moodle_ids = [row[1:3] for row in moodle_table(given, {})[1:]]
    assert moodle_ids == [["", ""], ["Ada Lovelace", ""], ["Lovelace", "ada"]]


def test_a_class_that_the_lms_cannot_find_is_told():
    nothing, named = a_class({"id": "ada"}), a_class({"id": "ada", "last_name": "Lovelace"})
    number = a_class({"id": "ada", "lms_user_id": "7"})
    mailed = a_class({"id": "ada"}, {"id": "ben", "email": "ben@example.org"})
    for kind, given, said in (
        ("canvas", nothing, "a name or Canvas' number"),
        ("moodle", nothing, "an e-mail address"),
        ("moodle", named, "an e-mail address"),
        ("canvas", named, ""),
        ("canvas", number, ""),
        ("moodle", mailed, ""),
        ("csv", nothing, ""),
        ("canvas", a_class(), ""),
    ):
        sentence = unmatched(kind, given)
        assert bool(sentence) == bool(said) and said in sentence
