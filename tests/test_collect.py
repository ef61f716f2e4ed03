"""autograder collect: whose each file is, what is taken, and that nothing is lost or believed."""

import csv
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import time
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from nbgrader.api import Gradebook

from autograder.build.release import _put_environment_on_path as put_environment_on_path
from autograder.cli import main
from autograder.collect import identify, receipts
from autograder.collect.archive import files_in
from autograder.collect.identify import Unidentified
from autograder.gradebook.read import Student
from tests.course_scripts import ROOT

ONE, TWO = "01_toy", "02_other"
KNOWN = [ONE, TWO]
DUE = datetime(2026, 3, 1, 12, tzinfo=UTC)
ROSTER = (
    Student("ada", "Ada", "Lovelace", "ada.l@example.org", "12345"),
    Student("ben", "Ben", "Ōtomo", "ben@example.org"),
    Student("eva1", "Eva", "Klein"),
    Student("eva2", "Eva", "Klein"),
)


def notebook(text="answer", assignment=ONE):
    """Return the bytes of a student's notebook."""
    cell = {"cell_type": "code", "source": text, "metadata": {"nbgrader": {"grade_id": "alpha"}}}
    cell |= {"outputs": [], "execution_count": None}
    about = {"course": {"assignment": assignment, "cells": ["alpha"]}} if assignment else {}
    content = {"nbformat": 4, "nbformat_minor": 5, "metadata": about, "cells": [cell]}
    return json.dumps(content).encode()


class Course:
    """A course's folder with two assignments, and what `autograder collect` does to it."""

    def __init__(self, folder, enrolled=None):
        self.enrolled = enrolled
        self.root, self.inbox = folder / "course", folder / "inbox"
        for name in KNOWN:
            (self.root / "notebooks" / name).mkdir(parents=True)
        (self.root / "solutions").mkdir()
        config = (ROOT / "nbgrader_config.py").read_text(encoding="utf-8")
        (self.root / "nbgrader_config.py").write_text(config, encoding="utf-8")
        self.inbox.mkdir()

    @property
    def database(self):
        return self.root / "grading" / "gradebook.db"

    def enroll(self, due=None):
        """Give the course a gradebook with the students of ROSTER."""
        self.database.parent.mkdir(exist_ok=True)
        shutil.copy(self.enrolled, self.database)
        with Gradebook(f"sqlite:///{self.database}") as gradebook:
            for name in KNOWN:
                gradebook.update_or_create_assignment(name, duedate=due)

    def drop(self, name, data=None, age=0.0):
        """Put a file into the inbox, `age` seconds old; return its path."""
        path = self.inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(notebook() if data is None else data)
        os.utime(path, (time.time() - age,) * 2)
        return path

    def collect(self, *words, source=None):
        """Run the command; return its lines, of which the first are the table."""
        ran = self.run("collect", str(source or self.inbox), *words)
        assert ran.exit_code == 0, ran.output
        return ran.output.splitlines()

    def run(self, *words):
        ran = CliRunner().invoke(main, [*words, "--root", str(self.root)])
        assert ran.exception is None or isinstance(ran.exception, SystemExit), ran.exception
        return ran

    def submitted(self, student, assignment=ONE):
        path = self.root / "grading" / "submitted" / student / assignment / f"{assignment}.ipynb"
        return path.read_bytes() if path.exists() else None

    def students(self):
        folder = self.root / "grading" / "submitted"
        return sorted(path.name for path in folder.iterdir()) if folder.exists() else []

    def timestamp(self, student, assignment=ONE):
        folder = self.root / "grading" / "submitted" / student / assignment
        text = (folder / "timestamp.txt").read_text(encoding="utf-8")
        return datetime.strptime(text, "%Y-%m-%d %H:%M:%S.%f UTC").replace(tzinfo=UTC)

    def receipts(self):
        path = self.root / "grading" / "receipts.csv"
        with open(path, encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def everything(self):
        return {
            str(path.relative_to(self.root)): path.read_bytes()
            for path in sorted((self.root / "grading").rglob("*"))
            if path.is_file()
        }


@pytest.fixture(scope="module")
def enrolled(tmp_path_factory):
    """A gradebook with the students of ROSTER: a new one takes a second."""
    put_environment_on_path()
    database = tmp_path_factory.mktemp("gradebook") / "gradebook.db"
    with Gradebook(f"sqlite:///{database}") as gradebook:
        for person in ROSTER:
            details = {key: getattr(person, key) for key in ("first_name", "last_name")}
            details |= {"email": person.email, "lms_user_id": person.lms_user_id}
            gradebook.add_student(person.id, **details)
    return database


@pytest.fixture
def course(tmp_path, enrolled):
    return Course(tmp_path, enrolled)


def zipped(files, **options):
    """Return the bytes of a zip archive of {name: bytes}."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, **options) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return packed.getvalue()


def row_of(lines, name):
    return next(line for line in lines if name in line)


# whose a file is

NAMES = [  # path, (student, assignment) by the roster, and without one
    (f"{ONE}__ada.ipynb", ("ada", ONE), ("ada", ONE)),
    (f"{ONE}__ada (1).ipynb", ("ada", ONE), ("ada", ONE)),
    (f"{TWO}__Ada-Lovelace.ipynb", ("ada", TWO), ("Ada-Lovelace", TWO)),
    (f"{ONE}__ADA.L@example.org.ipynb", ("ada", ONE), ("ADA.L@example.org", ONE)),
    (f"{ONE}__otomo-ben.ipynb", ("ben", ONE), ("otomo-ben", ONE)),
    (f"{ONE}__Ada Lovelace (2).ipynb", ("ada", ONE), ("Ada-Lovelace", ONE)),
    (f"{ONE}__O'Neil Rory.ipynb", None, ("O-Neil-Rory", ONE)),
    (f"lovelaceada_12345_67890_{TWO}-1.ipynb", ("ada", TWO), ("lovelaceada-12345", TWO)),
    (f"lovelaceada_LATE_99_678_{ONE}.ipynb", ("ada", ONE), ("lovelaceada-99", ONE)),
    (f"renamed_12345_67890_{ONE}__ada-2.ipynb", ("ada", ONE), ("renamed-12345", ONE)),
    (f"kleineva_77_67890_{ONE}__eva2.ipynb", ("eva2", ONE), ("kleineva-77", ONE)),
    (f"sub.zip/ōtomoben_5_6_{ONE}.ipynb", ("ben", ONE), ("ōtomoben-5", ONE)),
    (f"Ada Lovelace_471_assignsubmission_file_/{ONE}.ipynb", ("ada", ONE), ("Ada-Lovelace", ONE)),
    (f"Ben Ōtomo_9_assignsubmission_file_{TWO}.ipynb", ("ben", TWO), ("Ben-Ōtomo", TWO)),
    (f"m.zip/Ben Ōtomo_9_assignsubmission_file_/my.zip/{TWO}.ipynb", ("ben", TWO), None),
    (f"ada/{ONE}/{ONE}.ipynb", ("ada", ONE), ("ada", ONE)),
    (f"monday/{ONE}__ada.ipynb", ("ada", ONE), ("ada", ONE)),
    (f"{ONE}__7_8_9.ipynb", None, ("7_8_9", ONE)),
]


@pytest.mark.parametrize(("path", "enrolled", "unknown"), NAMES)
def test_names_say_whose_and_which(path, enrolled, unknown):
    said = identify.claim(path.split("/"), KNOWN)
    if enrolled:
        assert (identify.student(said, list(ROSTER))[0], said.assignment) == enrolled
    if unknown:
        assert (identify.student(said, [])[0], said.assignment) == unknown


def test_canvas_says_what_is_late_and_which_is_newer():
    early = identify.claim([f"kleineva_7_100_{ONE}.ipynb"], KNOWN)
    late = identify.claim([f"kleineva_LATE_7_101_{ONE}-1.ipynb"], KNOWN)
    assert (early.late, late.late) == (False, True)
    assert early.order < late.order
    assert identify.claim([f"{ONE}__ada.ipynb"], KNOWN).late is None


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        (f"{ONE}.ipynb", "does not say whose it is"),
        (f"{ONE}__ada - Copy.ipynb", "no other signs in STUDENT than letters"),
        (f"{ONE}__zoe.ipynb", "zoe, who is not in the gradebook"),
        (f"kleineva_7_8_{ONE}.ipynb", "eva1 or eva2"),
        (f"Eva Klein_7_assignsubmission_file_/{ONE}.ipynb", "eva1 or eva2"),
    ],
)
def test_doubt_is_said(path, problem):
    with pytest.raises(Unidentified, match=problem):
        identify.student(identify.claim(path.split("/"), KNOWN), list(ROSTER))


def test_an_lms_is_believed_before_the_student():
    student, note = identify.student(
        identify.claim([f"lovelaceada_12345_1_{ONE}__ben.ipynb"], KNOWN), list(ROSTER)
    )
    assert student == "ada" and "ben" in note


MOODLE = "Eva Klein_{}_assignsubmission_file_/{}.ipynb"
NAMESAKES = [  # names of two people's files, whether eva1 is in the gradebook, what is said
    ([MOODLE.format(number, ONE) for number in (471, 472)], False, "Eva Klein (471, 472)"),
    ([MOODLE.format(number, ONE) for number in (471, 472)], True, "Eva Klein (471, 472)"),
    ([f"kleineva_{user}_9{user}_{ONE}.ipynb" for user in (7, 8)], True, "kleineva (7, 8)"),
]


@pytest.mark.parametrize(("names", "known", "who"), NAMESAKES)
def test_two_of_one_name_do_not_become_one(course, names, known, who):
    if known:
        course.enroll()
        with Gradebook(f"sqlite:///{course.database}") as gradebook:
            gradebook.remove_student("eva2")
    for name in names:
        course.drop(name, notebook(name))
    course.drop(f"{ONE}__ada.ipynb")
    lines = course.collect()
    assert course.students() == ["ada"]
    for name in names:
        line = row_of(lines, name)
        assert "NOT TAKEN" in line and f"two people are called {who}: move their files" in line
    for student, name in zip(("eva1", "eva2"), names, strict=True):  # the mend
        shutil.move(course.inbox / name, course.inbox / f"{ONE}__{student}.ipynb")
    course.collect("--add")
    assert [course.submitted(student) for student in ("eva1", "eva2")] == list(map(notebook, names))


def test_a_file_moved_out_of_the_download_is_taken_beside_namesakes(course):
    names = [MOODLE.format(number, ONE) for number in (471, 472)]
    course.drop("download.zip", zipped({name: notebook(name) for name in names}))
    course.drop(f"{ONE}__Eva-Klein.ipynb", notebook("mended"))
    assert course.collect()[-2] == "3 files: 1 collected, 2 not taken; 0 late."
    assert course.submitted("Eva-Klein") == notebook("mended")


def test_one_person_has_another_number_in_each_of_moodles_assignments(course):
    course.drop(MOODLE.format(471, ONE), notebook())
    course.drop(MOODLE.format(582, TWO), notebook(assignment=TWO))
    course.drop(f"again/{MOODLE.format(471, ONE)}", notebook("again"), age=9)
    assert course.collect()[-1] == "3 files: 2 collected, 1 older; 0 late."


# what is taken


def test_a_folder_of_files(course):
    course.drop(f"{ONE}__ada.ipynb", notebook("one"))
    course.drop(f"{ONE}__ben.ipynb", notebook("two"))
    course.drop(f"{TWO}__ada.ipynb", notebook("three", TWO))
    before = datetime.now(UTC).replace(microsecond=0)
    lines = course.collect()
    assert lines[-1] == "3 files: 3 collected; 0 late."
    assert course.submitted("ada") == notebook("one")
    assert course.submitted("ben") == notebook("two")
    assert course.submitted("ada", TWO) == notebook("three", TWO)
    assert before <= course.timestamp("ada") <= datetime.now(UTC)
    rows = {(row["assignment"], row["student"], row["sha256"]): row for row in course.receipts()}
    digest = hashlib.sha256(notebook("one")).hexdigest()
    assert datetime.fromisoformat(rows[ONE, "ada", digest]["received"]) == course.timestamp("ada")
    assert len(rows) == 3


def test_twice_changes_nothing(course):
    course.drop(f"{ONE}__ada.ipynb", notebook("old"), age=100)
    course.drop(f"{ONE}__ada (1).ipynb", notebook("new"))
    course.collect("--received", "2026-01-01T00:00Z")
    before = course.everything()
    lines = course.collect()
    assert course.everything() == before
    assert lines[-1] == "2 files: 1 unchanged, 1 older; 0 late."


def test_of_doubles_the_newest_counts_and_the_older_are_kept(course):
    course.drop("a/02_other__ada.ipynb", notebook("middle", TWO), age=50)
    course.drop("b/02_other__ada.ipynb", notebook("newest", TWO), age=10)
    course.drop("c/02_other__ada.ipynb", notebook("oldest", TWO), age=90)
    course.drop("d/02_other__ada.ipynb", notebook("newest", TWO), age=95)
    lines = course.collect()
    assert course.submitted("ada", TWO) == notebook("newest", TWO)
    assert "older" in row_of(lines, " a/") and "older" in row_of(lines, " c/")
    assert "twice" in row_of(lines, " d/")
    kept = {path.read_bytes() for path in (course.root / "grading/collected").rglob("*.ipynb")}
    assert kept == {notebook(age, TWO) for age in ("newest", "middle", "oldest")}
    assert len(course.receipts()) == 3


def test_canvas_numbers_say_which_is_newer(course):
    names = [f"lovelaceada_1_90_{ONE}.ipynb", f"lovelaceada_1_101_{ONE}-1.ipynb"]
    course.drop("submissions.zip", zipped({names[1]: notebook("2"), names[0]: notebook("1")}))
    course.collect()
    assert course.submitted("lovelaceada-1") == notebook("2")


def test_handing_in_again_counts_and_nothing_is_thrown_away(course):
    course.drop(f"{ONE}__ada.ipynb", notebook("first"))
    course.collect("--received", "2026-01-01T00:00Z")
    course.drop(f"{ONE}__ada.ipynb", notebook("second"))
    course.collect("--received", "2026-01-02T00:00Z")
    assert course.submitted("ada") == notebook("second")
    assert course.timestamp("ada") == datetime(2026, 1, 2, tzinfo=UTC)
    course.drop(f"{ONE}__ada.ipynb", notebook("first"))  # the old one again
    lines = course.collect()
    assert "a newer one counts" in row_of(lines, "ada") and "0 late" in lines[-1]
    assert course.submitted("ada") == notebook("second")
    kept = {path.read_bytes() for path in (course.root / "grading/collected").rglob("*.ipynb")}
    assert kept == {notebook("first"), notebook("second")}


def test_what_was_there_before_is_kept(course):
    folder = course.root / "grading" / "submitted" / "ada" / ONE
    folder.mkdir(parents=True)
    (folder / f"{ONE}.ipynb").write_bytes(notebook("by the exchange"))
    (folder / "helper.py").write_text("x = 1")
    course.drop(f"{ONE}__ada.ipynb", notebook("by mail"))
    course.collect()
    assert course.submitted("ada") == notebook("by mail")
    assert (folder / "helper.py").exists()
    kept = {path.read_bytes() for path in (course.root / "grading/collected").rglob("*.ipynb")}
    assert kept == {notebook("by the exchange"), notebook("by mail")}


def test_what_came_earlier_does_not_replace_what_came_later(course):
    course.drop(f"late/{ONE}__ada.ipynb", notebook("tuesday"))
    course.drop(f"monday/{ONE}__ada.ipynb", notebook("monday"))
    course.collect("--received", "2026-01-06T00:00Z", source=course.inbox / "late")
    lines = course.collect("--received", "2026-01-05T00:00Z", source=course.inbox / "monday")
    assert "one of 2026-01-06 00:00 UTC counts" in row_of(lines, "older")
    assert course.submitted("ada") == notebook("tuesday")
    assert course.timestamp("ada") == datetime(2026, 1, 6, tzinfo=UTC)
    kept = {path.read_bytes() for path in (course.root / "grading/collected").rglob("*.ipynb")}
    assert kept == {notebook("monday"), notebook("tuesday")}
    assert [row["received"][:10] for row in course.receipts()] == ["2026-01-06", "2026-01-05"]
    before = course.everything()
    course.collect("--received", "2026-01-05T00:00Z", source=course.inbox / "monday")
    assert course.everything() == before


def by_exchange(course, stamp, data=None):
    """Put ada's submission where `nbgrader collect` puts it, with its timestamp.txt."""
    folder = course.root / "grading" / "submitted" / "ada" / ONE
    folder.mkdir(parents=True)
    (folder / f"{ONE}.ipynb").write_bytes(notebook() if data is None else data)
    (folder / "timestamp.txt").write_text(stamp)


@pytest.mark.parametrize(
    ("stamp", "received", "late"),
    [
        ("2026-02-28 10:00:00.500000 UTC", "2026-02-28T10:00:00+00:00", 0),
        ("2026-03-01 14:00:00 UTC", "2026-03-01T14:00:00+00:00", 1),
        ("2026-03-09 10:00:00 UTC", "2026-03-02T00:00:00+00:00", 1),  # the earlier
        ("2999-01-01 00:00:00 UTC", "2026-03-02T00:00:00+00:00", 1),  # cannot be true
        ("some time", "2026-03-02T00:00:00+00:00", 1),
    ],
)
def test_collecting_does_not_move_the_time_of_the_exchange(course, stamp, received, late):
    course.enroll(due=DUE.replace(tzinfo=None))
    by_exchange(course, stamp)
    course.drop(f"{ONE}__ada.ipynb")
    for _ in range(2):
        lines = course.collect("--received", "2026-03-02T00:00Z")
        assert lines[-1] == f"1 files: 1 unchanged; {late} late."
        assert [row["received"] for row in course.receipts()] == [received]


def test_what_the_exchange_brought_later_counts(course):
    by_exchange(course, "2026-01-06 10:00:00 UTC", notebook("tuesday"))
    course.drop(f"{ONE}__ada.ipynb", notebook("monday"))
    course.collect("--received", "2026-01-05T00:00Z")
    assert course.submitted("ada") == notebook("tuesday")
    course.drop(f"{ONE}__ada.ipynb", notebook("wednesday"))
    course.collect("--received", "2026-01-07T00:00Z")
    assert course.submitted("ada") == notebook("wednesday")


def test_a_timestamp_that_cannot_be_true_keeps_nothing_out(course):
    by_exchange(course, "2999-01-01 00:00:00 UTC", notebook("for ever"))
    course.drop(f"{ONE}__ada.ipynb", notebook("mended"))
    course.collect()
    assert course.submitted("ada") == notebook("mended")


def test_what_was_in_time_is_not_called_late_when_collected_again(course):
    course.enroll(due=DUE.replace(tzinfo=None))
    course.drop(f"{ONE}__ada.ipynb")
    course.collect("--received", (DUE - timedelta(hours=1)).isoformat())
    lines = course.collect("--received", (DUE + timedelta(hours=1)).isoformat())
    assert lines[-1] == "1 files: 1 unchanged; 0 late."


def test_a_removed_submission_comes_back_with_its_own_time(course):
    course.drop(f"{ONE}__ada.ipynb")
    course.collect("--received", "2026-01-01T00:00Z")
    (course.root / "grading" / "submitted" / "ada" / ONE / f"{ONE}.ipynb").unlink()
    course.collect()
    assert course.submitted("ada") == notebook()
    assert course.timestamp("ada") == datetime(2026, 1, 1, tzinfo=UTC)
    assert len(course.receipts()) == 1


def test_moodle_and_canvas_downloads_as_archive_or_unpacked(course):
    course.enroll()
    moodle = {
        f"Ada Lovelace_471_assignsubmission_file_/{ONE}.ipynb": notebook("m"),
        "Ada Lovelace_471_assignsubmission_onlinetext_/onlinetext.html": b"<p>hello</p>",
        "Ben Ōtomo_472_assignsubmission_file_/work.zip": zipped({f"{ONE}.ipynb": notebook("z")}),
    }
    course.drop("Course-Toy-99.zip", zipped(moodle))
    for name, data in moodle.items():
        course.drop(f"unpacked/{name}", data)
    course.drop(f"eva/kleineva_LATE_7_8_{ONE}__eva1.ipynb", notebook("c"))
    lines = course.collect()
    assert course.students() == ["ada", "ben", "eva1"]
    assert [course.submitted(student) for student in course.students()] == [
        notebook("m"),
        notebook("z"),
        notebook("c"),
    ]
    assert sum("is not a notebook" in line for line in lines) == 2
    assert "late, says Canvas" in row_of(lines, "eva1")
    assert course.submitted("ada") == notebook("m")


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")  # nbgrader's add_submission
def test_late_is_said_by_the_due_date_the_extension_and_canvas(course):
    course.enroll(due=DUE.replace(tzinfo=None))
    with Gradebook(f"sqlite:///{course.database}") as gradebook:
        gradebook.add_submission(ONE, "ben")
        gradebook.grant_extension(ONE, "ben", days=1)
    for name in (f"{ONE}__ada", f"{ONE}__ben", f"kleineva_1_2_{ONE}__eva1"):
        course.drop(f"{name}.ipynb", notebook(name))
    course.drop(f"kleineva_LATE_1_2_{ONE}__eva2.ipynb", notebook("late"))
    lines = course.collect("--received", (DUE + timedelta(hours=2, minutes=5)).isoformat())
    assert "late by 2 h 05 min" in row_of(lines, "__ada")
    assert "late" not in row_of(lines, "__ben")
    assert "late" not in row_of(lines, "__eva1") and course.timestamp("eva1") == DUE
    assert "late by" in row_of(lines, "__eva2")
    assert lines[-1].endswith("2 late.")


def test_what_is_not_taken_is_listed_and_stays(course):
    course.enroll()
    stays = {
        "readme.txt": "is not a notebook",
        f"{ONE}.ipynb": "does not say whose",
        f"{ONE}__zoe.ipynb": "not in the gradebook",
        "homework__ada.ipynb": "which assignment",
        "__MACOSX/._01_toy__ada.ipynb": "operating system",
    }
    for name in stays:
        course.drop(name, notebook(assignment=""))
    course.drop(f"{ONE}__ada.ipynb")
    lines = course.collect()
    for name, problem in stays.items():
        assert "NOT TAKEN" in row_of(lines, name) and problem in row_of(lines, name)
        assert (course.inbox / name).exists()
    assert course.students() == ["ada"]
    assert "5 not taken" in lines[-2]
    course.collect("--add")
    assert course.students() == ["ada", "zoe"]


def test_content_says_which_assignment(course):
    course.drop("Untitled__ada.ipynb", notebook(assignment=TWO))
    course.drop(f"{ONE}__ben.ipynb", notebook(assignment=TWO))
    course.drop("ada/Untitled.ipynb", notebook("renamed"))
    lines = course.collect()
    assert course.submitted("ada") == notebook("renamed")
    assert course.submitted("ben", TWO) and course.submitted("ben") is None
    assert f"is named {ONE}, and holds {TWO}" in row_of(lines, "__ben")


def test_only_one_assignment(course):
    course.drop(f"{ONE}__ada.ipynb")
    course.drop(f"{TWO}__ada.ipynb", notebook(assignment=TWO))
    course.drop("ben/work.ipynb", notebook("w", assignment=""))
    lines = course.collect("--assignment", ONE)
    assert course.students() == ["ada", "ben"] and course.submitted("ada", TWO) is None
    assert f"is of {TWO}, not of {ONE}" in row_of(lines, f"{TWO}__ada")


@pytest.mark.parametrize("data", [b"\xff\xfe\x00 not text", notebook()[:-20], b""])
def test_damaged_notebooks_are_taken_with_a_note(course, data):
    course.drop(f"{ONE}__ada.ipynb", data)
    assert "damaged" in row_of(course.collect(), "ada")
    assert course.submitted("ada") == data


# what is not believed


def test_links_are_not_followed(course, tmp_path):
    (tmp_path / "secret").write_text("secret")
    (course.inbox / f"{ONE}__ada.ipynb").symlink_to(tmp_path / "secret")
    (course.inbox / "folder").symlink_to(tmp_path)
    os.mkfifo(course.inbox / f"{ONE}__ben.ipynb")
    course.drop(f"{ONE}__cleo.ipynb")
    lines = course.collect()
    assert course.students() == ["cleo"]
    assert sum("links are not followed" in line for line in lines) == 2
    assert "not an ordinary file" in row_of(lines, "__ben")


def test_nothing_is_written_through_a_link(course, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (course.root / "grading" / "submitted").mkdir(parents=True)
    (course.root / "grading" / "submitted" / "ada").symlink_to(outside)
    folder = course.root / "grading" / "submitted" / "ben" / ONE
    folder.mkdir(parents=True)
    (folder / f"{ONE}.ipynb").symlink_to(outside / "target")
    course.drop(f"{ONE}__ada.ipynb")
    course.drop(f"{ONE}__ben.ipynb")
    lines = course.collect()
    assert "is a link" in row_of(lines, "__ada") and list(outside.iterdir()) == []
    assert course.submitted("ben") == notebook() and not (folder / f"{ONE}.ipynb").is_symlink()


def link_in_zip():
    member = zipfile.ZipInfo(f"{ONE}__ben.ipynb")
    member.external_attr = 0o120777 << 16
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(member, "/etc/passwd")
    return packed.getvalue()


def broken_zip():
    good = zipped({f"{ONE}__ben.ipynb": os.urandom(5000)})
    return good[:2000] + b"\0" * 100 + good[2100:]


def newer_zip():
    """Return an archive that asks for version 9.0 of the format."""
    data = bytearray(zipped({f"{ONE}__ben.ipynb": notebook()}))
    data[data.index(b"PK\x01\x02") + 6] = 90
    return bytes(data)


def broken_lzma():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr(f"{ONE}__ben.ipynb", os.urandom(5000))
    start = packed.getvalue().index(b".ipynb") + len(".ipynb")
    return packed.getvalue()[: start + 4] + b"\xff" * 900 + packed.getvalue()[start + 904 :]


ARCHIVES = {
    "slip": (zipped({f"../../{ONE}__ben.ipynb": notebook()}), "points outside"),
    "absolute": (zipped({f"/tmp/{ONE}__ben.ipynb": notebook()}), "points outside"),
    "windows": (zipped({f"..\\{ONE}__ben.ipynb": notebook()}), "points outside"),
    "bomb": (zipped({f"{ONE}__ben.ipynb": bytes(49_000_000)}), "unpack to 49 MB"),
    "huge": (zipped({f"{ONE}__ben.ipynb": os.urandom(400_000) + bytes(50_000_000)}), "50 MB"),
    "deep": (zipped({"a.zip": zipped({"b.zip": zipped({f"{ONE}__ben.ipynb": b"{}"})})}), "inside"),
    "no zip": (b"PK\x03\x04 and then nothing", "not a zip archive"),
    "broken": (broken_zip(), "damaged"),
    "newer": (newer_zip(), "not a zip archive that can be opened (zip file version 9.0)"),
    "newer inside": (zipped({"ben.zip": newer_zip()}), "zip file version 9.0"),
    "lzma": (broken_lzma(), "damaged"),
    "link": (link_in_zip(), "links are not followed"),
}


@pytest.mark.parametrize("kind", ARCHIVES)
def test_dangerous_archives_are_refused_in_one_sentence(course, kind):
    data, sentence = ARCHIVES[kind]
    course.drop("download.zip", data)
    course.drop(f"{ONE}__ada.ipynb")
    lines = course.collect()
    assert len(lines) == 4 and sentence in row_of(lines, "download.zip")
    assert course.students() == ["ada"]


def test_an_encrypted_member_is_listed(course):
    data = bytearray(zipped({f"{ONE}__ben.ipynb": notebook()}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    course.drop("download.zip", bytes(data))
    assert "encrypted" in row_of(course.collect(), "ben")


def test_names_are_fit_for_a_terminal(course):
    (course.inbox / os.fsdecode(b"\xff__ada.ipynb")).write_bytes(notebook(assignment=""))
    red = {f"\x1b[31m\n1 files: 9 collected/{ONE}__ben.ipynb": notebook()}
    course.drop("download.zip", zipped(red))
    course.drop(f"\x1b[32mzoe/{ONE}.ipynb")
    course.enroll()
    lines = course.collect()
    assert "is of \\x1b[32mzoe, who" in row_of(lines, "zoe")
    assert len(lines) == 5 and "\\udcff__ada" in row_of(lines, "__ada")
    assert "\\x1b[31m\\n1 files" in row_of(lines, "ben") and "\x1b" not in "".join(lines)
    missing = course.run("collect", str(course.inbox / os.fsdecode(b"\x1b\n\xfe")))
    assert "\\x1b\\n\\udcfe: no such folder" in sentence_of(missing)


def test_only_what_can_be_a_notebook_is_read(course):
    course.drop("lecture.mp4", b"large")
    course.drop("download.zip", zipped({"data.bin": b"large", f"{ONE}__ada.IPYNB": notebook()}))
    found = {one.parts[-1]: one.data for one in files_in(course.inbox, only=".ipynb")}
    assert found == {"lecture.mp4": b"", "data.bin": b"", f"{ONE}__ada.IPYNB": notebook()}
    everything = {one.parts[-1]: one.data for one in files_in(course.inbox)}
    assert everything["lecture.mp4"] == everything["data.bin"] == b"large"


# what a person can do wrong


def sentence_of(ran):
    assert ran.exit_code == 1
    lines = ran.output.splitlines()
    assert len(lines) == 1 and lines[0].startswith("Error: "), ran.output
    return lines[0]


def test_wrong_arguments_are_one_sentence(course):
    assert "no such folder" in sentence_of(course.run("collect", "nowhere"))
    elsewhere = CliRunner().invoke(main, ["collect", ".", "--root", str(course.inbox)])
    assert "choose the course's folder" in sentence_of(elsewhere)
    assert "is empty" in sentence_of(course.run("collect", str(course.inbox)))
    course.drop(f"{ONE}__ada.ipynb")
    inbox = str(course.inbox)
    wrong = sentence_of(course.run("collect", inbox, "--assignment", "03_none"))
    assert "03_none" in wrong and ONE in wrong
    assert "write a time such as" in sentence_of(course.run("collect", inbox, "--received", "soon"))
    assert "future" in sentence_of(course.run("collect", inbox, "--received", "2999-01-01"))
    assert course.students() == []


@pytest.mark.parametrize(
    "place",
    [
        *(".", "..", "grading", "notebooks", f"notebooks/{ONE}", "solutions", "link"),
        *(f"grading/{step}/ada" for step in ("source", "submitted", "autograded", "feedback")),
        *("grading/collected", "course", "autograder/x.zip", "tests/submissions"),
    ],
)
def test_the_courses_own_files_are_not_students_work(course, place):
    path = course.root / place
    if place == "link":
        path.symlink_to(course.root / "notebooks")
    if place.endswith(".zip"):
        path.parent.mkdir()
        path.write_bytes(zipped({f"{ONE}__ada.ipynb": notebook()}))
    else:
        path.mkdir(parents=True, exist_ok=True)
        (path / f"{ONE}__ada.ipynb").write_bytes(notebook())
    said = sentence_of(course.run("collect", str(path)))
    assert "the course's own" in said and "give a folder with nothing but" in said
    assert course.students() in ([], ["ada"]) and not course.submitted("ada")


@pytest.mark.parametrize("place", ["downloads", f"grading/downloaded/{ONE}", "notebooks-mailed"])
def test_a_folder_for_downloads_may_be_in_the_course(course, place):
    (course.root / place).mkdir(parents=True)
    (course.root / place / f"{ONE}__ada.ipynb").write_bytes(notebook())
    assert course.collect(source=course.root / place)[-1] == "1 files: 1 collected; 0 late."


@pytest.mark.parametrize(("where", "function"), [(os, "scandir"), (Path, "is_dir")])
def test_a_folder_that_may_not_be_read_is_one_sentence(course, monkeypatch, where, function):
    real = getattr(where, function)

    def closed(path, *rest):
        if str(path) == str(course.inbox):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path, *rest)

    course.drop(f"{ONE}__ada.ipynb")
    monkeypatch.setattr(where, function, closed)
    said = sentence_of(course.run("collect", str(course.inbox)))
    assert f"{course.inbox}: cannot be read (Permission denied)" in said


def test_no_gradebook_is_fine_and_a_broken_one_is_one_sentence(course):
    course.drop(f"{ONE}__ada.ipynb")
    course.collect()
    assert not course.database.exists()  # and collecting makes none
    course.database.write_bytes(b"not a database at all, but long enough to be read" * 100)
    assert "gradebook" in sentence_of(course.run("collect", str(course.inbox)))


def test_a_full_disk_is_one_sentence_and_doing_it_again_finishes(course, monkeypatch):
    course.drop(f"{ONE}__ada.ipynb")
    course.drop(f"{ONE}__ben.ipynb")
    real, calls = Path.replace, []

    def full(path, target):
        calls.append(path)
        if len(calls) == 4:
            raise OSError(28, "No space left on device", str(target))
        return real(path, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", full)
        assert "No space left" in sentence_of(course.run("collect", str(course.inbox)))
    assert not [name for name in course.everything() if Path(name).name.startswith(".")]
    course.collect()
    undisturbed = Course(course.root.parent / "again")
    undisturbed.inbox = course.inbox
    undisturbed.collect()
    assert set(course.everything()) == set(undisturbed.everything())
    assert len(course.receipts()) == 2


def test_cut_off_before_its_receipt_a_file_does_not_get_the_time_of_an_older_one(
    course, monkeypatch
):
    course.drop(f"{ONE}__ada.ipynb", notebook("first"))
    course.collect("--received", "2026-01-01T00:00Z")
    course.drop(f"{ONE}__ada.ipynb", notebook("second"))
    real = Path.replace

    def killed(path, target):
        real(path, target)
        raise OSError(28, "No space left on device", str(target))

    for _ in range(3):  # what the one before has finished is not done again
        with monkeypatch.context() as patch:
            patch.setattr(Path, "replace", killed)
            course.run("collect", str(course.inbox), "--received", "2026-01-09T00:00Z")
    course.collect("--received", "2026-01-09T00:00Z")
    assert course.submitted("ada") == notebook("second")
    assert course.receipts()[-1]["received"] == "2026-01-09T00:00:00+00:00"


def test_receipts_survive_a_row_cut_short(tmp_path):
    path = tmp_path / "receipts.csv"
    first = receipts.Receipt(ONE, "ada", "2026-01-01T00:00:00+00:00", "a" * 64)
    receipts.append(path, [first])
    path.write_bytes(path.read_bytes() + b"01_toy,ben,2026-01-")
    last = receipts.Receipt(ONE, "cleo, the second", "2026-01-01T00:00:00+00:00", "b" * 64)
    receipts.append(path, [last])
    assert list(receipts.read(path).values()) == [first, last]


RECEIPT = f"{ONE},Zoë,2026-01-01T00:00:00+00:00,{'a' * 64}"
HEADER = ",".join(receipts.COLUMNS)


@pytest.mark.parametrize("text", [f"\ufeff{HEADER}\r\n{RECEIPT}\r\n", f"{HEADER}\n{RECEIPT}"])
def test_receipts_survive_a_careful_spreadsheet(tmp_path, text):
    (tmp_path / "receipts.csv").write_bytes(text.encode())
    [receipt] = receipts.read(tmp_path / "receipts.csv").values()
    assert (receipt.assignment, receipt.student) == (ONE, "Zoë")


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (f"{HEADER}\n{RECEIPT}\n".encode("cp1252"), "is not CSV in UTF-8"),
        (f"{HEADER}\n{RECEIPT}\n{'x' * 200_000}".encode(), "is not CSV in UTF-8"),
        (f"{HEADER}\n{RECEIPT}\n".replace(",", ";").encode(), f"its first line is not {HEADER}"),
        (f"{RECEIPT}\n".encode(), f"its first line is not {HEADER}"),
        (
            f"{HEADER}\n{ONE},Zoë,01.01.2026 00:00,{'a' * 64}\n".encode(),
            "'01.01.2026 00:00' of Zoë is not a time",
        ),
    ],
)
def test_receipts_that_a_spreadsheet_changed_are_one_sentence(course, data, problem):
    path = course.root / "grading" / "receipts.csv"
    path.parent.mkdir()
    path.write_bytes(data)
    course.drop(f"{ONE}__ada.ipynb")
    said = sentence_of(course.run("collect", str(course.inbox)))
    assert f"receipts.csv: {problem}" in said
    assert "a spreadsheet may have changed it" in said and "UTF-8." in said
    assert course.students() == [] and path.read_bytes() == data


def test_nbgraders_own_zip_collect_works(course):
    archive = course.root / "grading" / "downloaded" / ONE / "archive"
    archive.mkdir(parents=True)
    (archive / "submissions.zip").write_bytes(zipped({f"{ONE}__ben.ipynb": notebook("b")}))
    pattern = r".+/(?P<file_id>\w+?)__(?P<student_id>\w+)\.ipynb"
    ran = subprocess.run(
        [
            *(sys.executable, "-m", "nbgrader", "zip_collect", ONE),
            f"--FileNameCollectorPlugin.named_regexp={pattern}",
        ],
        cwd=course.root,
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr
    assert course.students() == ["ben"] and course.submitted("ben") == notebook("b")


@pytest.mark.parametrize("text", ["9" * 40 + "h", "2026-03-01 12:00:00 /dev/zero", "yesterday"])
def test_a_timestamp_of_another_form_is_none(tmp_path, text):
    (tmp_path / "timestamp.txt").write_text(text)
    assert receipts.stamped(tmp_path) is None
