"""autograder roster and remove: who is in the class, by an LMS's own files, and who leaves."""

import csv
import json
import shutil
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner
from nbgrader.api import Gradebook

from autograder.answers import record
from autograder.answers.record import Entry
from autograder.cli import main
from autograder.course import configuration
from autograder.grade import grade, records
from autograder.gradebook import class_file
from autograder.gradebook.read import Student
from autograder.gradebook.write import Scores
from autograder.term import class_list, removal, sent
from tests.programs import nbgrader
from tests.toy_course import make_course

ONE = "01_toy"
pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")  # nbgrader's
CANVAS_TEST = '"Student, Test",9999,,f7ab3a9c1b2d4e5f60718293a4b5c6d7e8f90123,Web 101,\n'
CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Toy (4711)\n"
    ",,,,,Manual Posting\n"
    "    Points Possible,,,,,20\n"
    '"Lovelace, Ada",12345,S1,ada@example.org,Web 101,17\n'
    '"van der Berg, Jr., Ben",12346,S2,ben@example.org,"Web 101, Web 102",\n' + CANVAS_TEST
)
MOODLE = (
    '\ufeff"First name","Last name","ID number","Email address",Groups\n'
    "Ada,Lovelace,m1,ada@example.org,\n"
    "Ben,Ōtomo,m2,ben@example.org,G1\n"
)
WORKSHEET = (
    "Identifier,Full name,Email address,Status,Grade,Last modified (submission)\n"
    'Participant 471,Ada Lovelace,ada@example.org,Submitted,,"Tuesday, 24 November 2026, 9:00 PM"\n'
    "Participant 472,Ben Ōtomo,ben@example.org,No submission,,-\n"
)
NBGRADER = (
    "id,first_name,last_name,email,lms_user_id\nada,Ada,Lovelace,ada@example.org,7\nben,,,,\n"
)
ADA, BEN = ("Ada", "Lovelace", "ada@example.org"), ("Ben", "Ōtomo", "ben@example.org")

LISTS = {  # by what it is: its bytes, the students
    "canvas": (
        CANVAS.encode(),
        [
            Student("ada@example.org", *ADA, "12345"),
            Student("ben@example.org", "Jr., Ben", "van der Berg", "ben@example.org", "12346"),
        ],
    ),
    "canvas, no logins": (
        b'Student,ID,SIS User ID,SIS Login ID,Section\n"Lovelace, Ada",12345,,,Web\n',
        [Student("lovelaceada-12345", "Ada", "Lovelace", "", "12345")],
    ),
    "canvas, names apart": (
        b"LastName,FirstName,ID,SIS Login ID,Section\nLovelace,Ada,12345,al1,Web\n",
        [Student("al1", "Ada", "Lovelace", "", "12345")],
    ),
    "canvas, semicolons": (
        CANVAS.replace(", ", "~").replace(",", ";").replace("~", ", ").encode("utf-8-sig"),
        [
            Student("ada@example.org", *ADA, "12345"),
            Student("ben@example.org", "Jr., Ben", "van der Berg", "ben@example.org", "12346"),
        ],
    ),
    "moodle": (MOODLE.encode(), [Student("m1", *ADA), Student("m2", *BEN)]),
    "moodle, surname": (
        "sep=;\nFirst name;Surname;Email address\nAda;Lovelace;ada@example.org\n".encode("utf-16"),
        [Student("ada@example.org", *ADA)],
    ),
    "moodle, some without a number": (
        MOODLE.replace("m2", "").encode(),
        [Student("ada@example.org", *ADA), Student("ben@example.org", *BEN)],
    ),
    "worksheet": (
        WORKSHEET.encode(),
        [
            Student("ada@example.org", "", "Ada Lovelace", "ada@example.org"),
            Student("ben@example.org", "", "Ben Ōtomo", "ben@example.org"),
        ],
    ),
    "nbgrader": (NBGRADER.encode(), [Student("ada", *ADA, "7"), Student("ben")]),
    "tabs": (
        NBGRADER.replace(",", "\t").encode("utf-16"),
        [Student("ada", *ADA, "7"), Student("ben")],
    ),
    "plain": (
        "Student\n# the first week\nada\n\nBen Ōtomo\ncleo@example.org\n".encode(),
        [
            Student("ada"),
            Student("Ben-Ōtomo", last_name="Ben Ōtomo"),
            Student("cleo@example.org", email="cleo@example.org"),
        ],
    ),
    "twice the same": (b"ada\nben\nada\n", [Student("ada"), Student("ben")]),
}


@pytest.mark.parametrize("kind", LISTS)
def test_each_systems_list_is_read(kind, tmp_path):
    data, expected = LISTS[kind]
    path = tmp_path / "list.csv"
    path.write_bytes(data)
    assert list(class_list.read(path).students.values()) == expected


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    """A course that has given nothing out: no gradebook yet."""
    root = make_course(tmp_path_factory.mktemp("roster") / "course")
    (root / "notebooks" / ONE).mkdir(parents=True)
    return root


@pytest.fixture(scope="module")
def made(empty, tmp_path_factory):
    """The same with a gradebook, one assignment and nobody in it: making one takes a second."""
    root = Path(shutil.copytree(empty, tmp_path_factory.mktemp("roster") / "course"))
    (root / "grading").mkdir()
    with Gradebook(f"sqlite:///{root / 'grading' / 'gradebook.db'}") as gradebook:
        gradebook.add_assignment(ONE)
        gradebook.add_notebook(ONE, ONE)
    return root


@pytest.fixture
def course(made, tmp_path):
    return Path(shutil.copytree(made, tmp_path / "course"))


def run(course, *words, **options):
    ran = CliRunner().invoke(main, [*map(str, words), "--root", str(course)], **options)
    assert ran.exception is None or isinstance(ran.exception, SystemExit), ran.exception
    return ran


def listed(course, text, *words):
    """Bring a list in; return what was said."""
    path = course / "list.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    ran = run(course, "roster", path, *words)
    assert ran.exit_code == 0, ran.output
    return ran.output


def students(course):
    """Return the students as nbgrader's own class has them."""
    with Gradebook(f"sqlite:///{course / 'grading' / 'gradebook.db'}") as gradebook:
        return {
            one.id: (one.first_name, one.last_name, one.email, one.lms_user_id)
            for one in gradebook.students
        }


def test_it_says_what_it_took_for_what_and_what_it_left_out(course):
    assert listed(course, CANVAS).splitlines() == [
        "Canvas' gradebook export: ids from SIS Login ID, names from Student, Canvas' numbers from "
        "ID, e-mail addresses from SIS Login ID.",
        "added  ada@example.org  Ada Lovelace           ada@example.org",
        "added  ben@example.org  Jr., Ben van der Berg  ben@example.org",
        "2 students: 2 added.",
        "Left out: a line without a student; the line Points Possible; Canvas' Test Student.",
    ]


def test_a_person_chooses_the_column_with_the_ids(course):
    said = listed(course, CANVAS, "--id", "sis user id")
    assert "ids from SIS User ID" in said and set(students(course)) == {"S1", "S2"}


def test_a_list_comes_before_anything_else(empty, tmp_path):
    """There is no gradebook yet: it is made."""
    course = Path(shutil.copytree(empty, tmp_path / "course"))
    listed(course, NBGRADER, "--dry-run")
    assert not (course / "grading").exists()
    listed(course, NBGRADER)
    assert students(course)["ada"] == (*ADA, "7")


def test_a_changed_list_updates_adds_and_names_who_is_missing(course):
    listed(course, NBGRADER + "zoe,Zoe,Zett,,\n")
    changed = "id,first_name,last_name,email\nada,Ada,King,,\ncleo,,,c@example.org\nben,,,\n"
    before = students(course)
    said = listed(course, changed, "--dry-run")
    assert students(course) == before and "Nothing was written" in said
    said = listed(course, changed).splitlines()
    assert " ".join(said[1].split()) == "updated ada Ada King ada@example.org was Ada Lovelace"
    assert " ".join(said[2].split()) == "added cleo c@example.org"
    assert said[3] == "3 students: 1 added, 1 updated, 1 unchanged."
    assert said[4] == "Not in the list, and kept: zoe (`autograder remove ID` removes one)."
    assert students(course) == {
        "ada": ("Ada", "King", "ada@example.org", "7"),
        "ben": (None, None, None, None),
        "cleo": (None, None, "c@example.org", None),
        "zoe": ("Zoe", "Zett", None, None),
    }
    again = students(course)
    assert "3 students: 3 unchanged." in listed(course, changed) and students(course) == again


def test_students_are_found_by_what_the_lms_knows_them_by(course):
    """What collect made of files without a list becomes a person of the list, and keeps its id."""
    with Gradebook(f"sqlite:///{course / 'grading' / 'gradebook.db'}") as gradebook:
        gradebook.add_student("lovelaceada-12345", lms_user_id="12345")
        gradebook.add_student("Ben-Ōtomo", last_name="Ben Ōtomo")
        gradebook.add_student("CLEO@example.org")
    listed(course, CANVAS.replace("van der Berg, Jr., Ben", "Ōtomo, Ben"))
    cleo = "id,email\nc1,cleo@example.org\n"
    assert "found by e-mail address" in listed(course, cleo)
    assert students(course) == {
        "lovelaceada-12345": (*ADA, "12345"),
        "Ben-Ōtomo": (*BEN, "12346"),
        "CLEO@example.org": (None, None, "cleo@example.org", None),
    }


def test_two_of_one_name_are_not_found_by_it(course):
    with Gradebook(f"sqlite:///{course / 'grading' / 'gradebook.db'}") as gradebook:
        gradebook.add_student("Eva-Klein", last_name="Eva Klein")
    two = "id,first_name,last_name\ne1,Eva,Klein\ne2,Eva,Klein\n"
    assert "2 added" in listed(course, two)
    assert set(students(course)) == {"Eva-Klein", "e1", "e2"}


def test_a_full_name_that_nobody_split_does_not_replace_one_that_is(course):
    listed(course, MOODLE.replace("m1", "").replace("m2", ""))
    assert "2 unchanged" in listed(course, WORKSHEET)
    assert students(course)["ada@example.org"][:2] == ("Ada", "Lovelace")


MISTAKES = [  # the file, what else is typed, what the sentence says
    (None, "", "nowhere.csv: cannot be read (No such file or directory): name the table."),
    (b"", "", "is empty: export the class list again."),
    (b"PK\x03\x04", "", "is a spreadsheet or an archive: save it as CSV in UTF-8."),
    ("Zoë\n".encode("latin-1"), "", "is not in UTF-8: save it as “CSV UTF-8” and retry."),
    (b"a\0d\0", "", "is not a text"),
    ("Vorname,Nachname\nAda,L\n", "", "its columns Vorname, Nachname are not those of Canvas'"),
    ("Ada, Lovelace\n", "", "its columns Ada, Lovelace are not those of"),
    ("Identifier,Status\nParticipant 4,x\n", "", "its columns Identifier, Status are not those"),
    ("Student,ID,Section,email\nA,1,W,a@b\n", "", "could be of Canvas' gradebook export and nbgr"),
    ("id,email,ID\na,b@c,d\n", "", "has two columns id: delete one of them."),
    (
        "id,email\na,b@c,d\n",
        "",
        "line 2 has more cells than the first line: put the cell with a ','",
    ),
    ("id,email\n,b@c\n", "", "no column tells all students apart (id): fill the empty cells"),
    ("id,email\na,b@c\n", "--id mail", "--id mail: no such column, there are id, email."),
    ("id,email\na,\n", "--id email", "--id email: is empty in line 2: choose another column."),
    ("a\nb\n", "--id email", "--id email: list.csv has no columns, one id a line: omit it."),
    ("id,email\na,x@y\nb,X@y\n", "", "lines 2 and 3 (a, b) have one e-mail address, X@y: correct"),
    ("id,email\na,x@y\nA,z@y\n", "", "lines 2 and 3 (a, A) have one id, A: correct one of them."),
    ("id,lms_user_id\na,7\nb,7\n", "", "lines 2 and 3 (a, b) have one number, 7: correct one"),
    ("a/b\n", "", "line 1: a/b cannot be an id ('/' in it)"),
    (".a\n", "", "line 1: .a cannot be an id (a dot before it)"),
    ("a" * 101, "", "cannot be an id (longer than 100 bytes)"),
    ("id,email\n", "", "lists no students"),
    ("id,email\nknown,other@y\n", "", "line 2: known is known by its id and other by its e-mail"),
    ("id,email\nx,other@y\nother,z@y\n", "", "lines 2 and 3 are both other of the gradebook"),
]


@pytest.mark.parametrize(("data", "words", "says"), MISTAKES)
def test_each_mistake_is_one_sentence_and_changes_nothing(course, data, words, says, monkeypatch):
    with Gradebook(f"sqlite:///{course / 'grading' / 'gradebook.db'}") as gradebook:
        gradebook.add_student("known", email="known@y")
        gradebook.add_student("other", email="other@y")
    monkeypatch.chdir(course)
    path = Path("list.csv")
    if data is not None:
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
    before = students(course)
    ran = run(
        course, "roster", path if data is not None else "nowhere.csv", *words.split(maxsplit=1)
    )
    assert ran.exit_code == 1 and says in ran.output, ran.output
    assert ran.output.startswith("Error: ") and ran.output.count("\n") == 1
    assert students(course) == before


def test_what_the_lms_knows_its_students_by_goes_back_to_it(course):
    listed(course, CANVAS)
    run(course, "export", "--format", "canvas", "--to", course / "canvas.csv")
    with open(course / "canvas.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))[1:]
    theirs = [line.split('"')[1::2][0] for line in CANVAS.splitlines()[3:5]]
    assert [(row["Student"], row["ID"]) for row in rows] == list(
        zip(theirs, ("12345", "12346"), strict=True)
    )


@pytest.mark.parametrize("numbers", [("m1", "m2"), ("", "")])
def test_moodle_finds_its_students_by_e_mail_and_number(course, numbers):
    """An e-mail address that serves as id is not given for Moodle's ID number."""
    listed(course, MOODLE.replace("m1", numbers[0]).replace("m2", numbers[1]))
    ran = run(course, "export", "--format", "moodle", "--to", course / "moodle.csv")
    assert "roster" not in ran.output
    with open(course / "moodle.csv", encoding="utf-8", newline="") as file:
        rows = [(row["ID number"], row["Email address"]) for row in csv.DictReader(file)]
    assert rows == list(zip(numbers, ("ada@example.org", "ben@example.org"), strict=True))


# who leaves

GONE = "quirina-4711"
BOOK = {
    "nbformat": 4,
    "nbformat_minor": 5,
    "metadata": {"course": {"assignment": ONE}},
    "cells": [],
}


@pytest.fixture
def graded(course):
    """Two students with a submission each, as collecting and grading leave it, and a download."""
    listed(course, f"id,last_name,email\n{GONE},Quirky,quirina@example.org\nben,Ōtomo,\n")
    (course / "inbox").mkdir()
    for student in (GONE, "ben"):
        moodle = course / "inbox" / f"{student}_4_assignsubmission_file_"
        moodle.mkdir()
        (moodle / f"{ONE}.ipynb").write_text(json.dumps(BOOK | {"x": student}))
    assert run(course, "collect", course / "inbox").exit_code == 0
    for student in (GONE, "ben"):
        for step in ("autograded", "feedback"):
            folder = course / "grading" / step / student / ONE
            folder.mkdir(parents=True)
            (folder / f"{ONE}.txt").write_text(f"of {student}")
        records.write(course, records.Record(student, ONE, "graded", checks={"a": {}}))
        with Gradebook(f"sqlite:///{course / 'grading' / 'gradebook.db'}") as gradebook:
            gradebook.add_submission(ONE, student)
        answer = Entry(student, ONE, "explain", 2.0, "good", (1.0, 1.0), "r", "me", "2026-03-01")
        record.append(course, ONE, answer)
        sent.add(course, sent.key(ONE, student, "mail", f"{student}@example.org", b"page"))
        letter = course / "grading" / "mail" / ONE / f"{student}.eml"
        letter.parent.mkdir(parents=True, exist_ok=True)
        letter.write_text(f"To: {student}")
    run(course, "extend", GONE, ONE, "+1d")
    run(course, "extend", "ben", "all", "+1d")
    return course


def told_of(course, *words):
    """Return the files under grading/ that tell of somebody, by their bytes or their names."""
    paths = [path for path in (course / "grading").rglob("*") if path.is_file()]
    return {
        path.relative_to(course).as_posix()
        for path in paths
        for word in words
        if word in str(path.relative_to(course)) or word.encode() in path.read_bytes()
    }


def test_nothing_of_who_is_removed_is_left_but_the_id_that_keeps_them_out(graded):
    others = {
        path: path.read_bytes()
        for path in (graded / "grading").rglob("*")
        if "ben" in str(path) and path.is_file()
    }
    assert len(told_of(graded, GONE, "quirina", "Quirky")) >= 11
    ran = run(graded, "remove", "quirina@example.org", "--yes")
    assert ran.exit_code == 0
    said = ran.output.splitlines()
    assert said[:-1] == [
        f"gradebook: {GONE} (Quirky, quirina@example.org), and what was graded of {ONE}",
        f"grading/submitted/{GONE}: 2 files",
        f"grading/autograded/{GONE}: 1 file",
        f"grading/feedback/{GONE}: 1 file",
        f"grading/collected/{ONE}/{GONE}: 1 file",
        f"grading/records/{ONE}/{GONE}.json",
        f"grading/mail/{ONE}/{GONE}.eml",
        "grading/receipts.csv: 1 line",
        "grading/lms.csv: 1 line",
        "grading/sent.csv: 1 line",
        f"grading/answers/{ONE}.jsonl: 1 line",
        "grading/class.toml: extensions",
    ]
    assert told_of(graded, GONE, "quirina", "Quirky") == {"grading/class.toml"}
    assert (graded / "grading/class.toml").read_text().count(GONE) == 1
    assert set(students(graded)) == {"ben"}
    assert all(path.read_bytes() == data for path, data in others.items()) and len(others) == 7
    assert set(record.read(graded, ONE)) == {("ben", ONE, "explain")}
    assert len(sent.read(graded)) == 1
    assert "all = " in (graded / "grading/class.toml").read_text()
    assert [row.split(",")[1] for row in (graded / "grading/lms.csv").read_text().split()] == [
        "student",
        "ben",
    ]


@pytest.mark.parametrize("answer", ["n\n", ""])
def test_nothing_is_removed_without_a_yes(graded, answer):
    before = {path: path.read_bytes() for path in (graded / "grading").rglob("*") if path.is_file()}
    ran = run(graded, "remove", GONE, input=answer)
    assert (
        ran.exit_code == 1 and "Error: nothing was deleted: answer y, or add --yes." in ran.output
    )
    assert {path: path.read_bytes() for path in before} == before
    assert run(graded, "remove", GONE, input="y\n").exit_code == 0 and GONE not in students(graded)


def outcome_of(course, *words):
    """Collect the download again; return what became of the file of the student who left."""
    lines = run(course, "collect", course / "inbox", *words).output.splitlines()
    return next(line for line in lines if f"{GONE}_4" in line)


def test_who_was_removed_stays_out_until_a_list_or_add_names_them(graded):
    run(graded, "remove", GONE, "--yes")
    assert "not in the gradebook" in outcome_of(graded) and outcome_of(graded)[:9] == "NOT TAKEN"
    run(graded, "remove", "ben", "--yes")  # and now there is no list that she is not in
    assert f"{GONE}  {ONE}" in outcome_of(graded) and "was removed from the" in outcome_of(graded)
    folder = graded / "grading" / "submitted" / GONE / ONE
    folder.mkdir(parents=True)  # as `nbgrader collect` puts it there
    (folder / f"{ONE}.ipynb").write_text(json.dumps(BOOK))
    with closing(Scores(configuration(graded, graded), "zero")) as scores:
        assert scores.enrolled() == set()
    nbgrader(graded, "generate_assignment", ONE)
    _, found = grade.grade(graded, ONE, grade.Settings(isolation="process", jobs=1))
    assert [(one.student, one.status) for one in found] == [(GONE, "refused")]
    shutil.rmtree(folder.parent)
    listed(graded, f"{GONE}\n")
    assert outcome_of(graded)[:9] == "collected" and class_file.removed(graded) == {"ben"}
    run(graded, "remove", GONE, "--yes")
    assert outcome_of(graded, "--add")[:9] == "collected" and outcome_of(graded)[:9] == "unchanged"
    assert class_file.removed(graded) == set()  # ben's file was in the download, too


def test_a_removal_that_stopped_half_way_is_finished_by_the_next(graded, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(
            removal.shutil,
            "rmtree",
            lambda path: (_ for _ in ()).throw(OSError(13, "Permission denied", str(path))),
        )
        ran = run(graded, "remove", GONE, "--yes")
    assert ran.exit_code == 1 and "Permission denied" in ran.output and GONE not in students(graded)
    assert run(graded, "remove", GONE, "--yes").exit_code == 0
    assert told_of(graded, GONE, "quirina", "Quirky") == {"grading/class.toml"}
    again = run(graded, "remove", GONE, "--yes").output
    assert again == f"Error: {GONE}: nothing is left of this student: there is no more to do.\n"
    assert "no such student: did you mean ben?" in run(graded, "remove", "bene").output
