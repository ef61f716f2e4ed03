"""autograder collect: whose each file is, what is taken, and that nothing is lost or believed."""

import csv
import hashlib
import io
import json
import os
import shutil
import time
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from nbgrader.api import Gradebook

from autograder.build.release import put_environment_on_path
from autograder.cli import main
from autograder.collect import archive, identify, lms, receipts
from autograder.collect.archive import files_in
from autograder.collect.claims import Unidentified, claim
from autograder.files import FILE_BYTES
from autograder.gradebook.read import Student
from tests.course_scripts import ROOT
from tests.programs import nbgrader

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
    (f"{ONE}__ada - Copy.ipynb", ("ada", ONE), ("ada", ONE)),
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


def people(paths, roster=(), **options):
    """Return who handed in the files at these paths."""
    claims = [claim(path.split("/"), KNOWN) for path in paths]
    return identify.people(claims, roster, KNOWN, **options)


@pytest.mark.parametrize(("path", "enrolled", "unknown"), NAMES)
def test_names_say_whose_and_which(path, enrolled, unknown):
    for roster, expected in ((ROSTER, enrolled), ((), unknown)):
        if expected:
            [person] = people([path], roster)
            assert (person.id, claim(path.split("/"), KNOWN).assignment) == expected


def test_canvas_says_what_is_late_and_which_is_newer():
    early = claim([f"kleineva_7_100_{ONE}.ipynb"], KNOWN)
    late = claim([f"kleineva_LATE_7_101_{ONE}-1.ipynb"], KNOWN)
    assert (early.late, late.late) == (False, True)
    assert early.order < late.order
    assert claim([f"{ONE}__ada.ipynb"], KNOWN).late is None


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        (f"{ONE}.ipynb", "does not say whose it is"),
        (f"{ONE}__ada - Kopija.ipynb", "no other signs in STUDENT than letters"),
        (f"{ONE}__zoe.ipynb", "zoe, who is not in the gradebook"),
        (f"kleineva_7_8_{ONE}.ipynb", "eva1 or eva2"),
        (f"Eva Klein_7_assignsubmission_file_/{ONE}.ipynb", "eva1 or eva2"),
    ],
)
def test_doubt_is_said(path, problem):
    [doubt] = people([path], ROSTER)
    assert isinstance(doubt, Unidentified) and problem in str(doubt)


def test_an_lms_is_believed_before_the_student():
    [person] = people([f"lovelaceada_12345_1_{ONE}__ben.ipynb"], ROSTER)
    assert person.id == "ada" and person.notes == ("the file says ben",)


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
    course.enroll()  # without a class list they might be several people's
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
    for name in (f"{ONE}__ada", f"{ONE}__ben", f"canvas/kleineva_1_2_{ONE}__eva1"):
        course.drop(f"{name}.ipynb", notebook(name))
    course.drop(f"canvas/kleineva_LATE_2_2_{ONE}__eva2.ipynb", notebook("late"))
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
        course.drop(name, notebook(assignment="") if "ipynb" in name else b"read me")
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


def test_only_notebooks_archives_and_small_files_are_read(course):
    large, book = bytes(FILE_BYTES + 1), notebook("x" * (FILE_BYTES + 1))
    course.drop("lecture.mp4", large)
    course.drop("notes.txt", b"small")
    course.drop("download.zip", zipped({"data.bin": large, f"{ONE}__ada.IPYNB.txt": book}))
    found = {one.parts[-1]: one.data for one in files_in(course.inbox)}
    unread = {"lecture.mp4": None, "data.bin": None}
    assert found == {**unread, "notes.txt": b"small", f"{ONE}__ada.IPYNB.txt": book}


def test_what_is_not_read_keeps_nothing_else_out(course):
    """A text of 200 MB packs to 200 kB; many a student's zip holds such a thing."""
    files = {"data.txt": bytes(60_000_000), f"../{ONE}__eve.ipynb": notebook()}
    course.drop("download.zip", zipped(files | {f"{ONE}__ada.ipynb": notebook()}))
    lines = course.collect()
    assert "is not a notebook" in row_of(lines, "data.txt") and course.students() == ["ada"]
    assert "points outside" in row_of(lines, "__eve")


def test_an_archive_that_is_too_large_is_read_up_to_there(course, monkeypatch):
    monkeypatch.setattr(archive, "LARGEST_ARCHIVE", (10_000, 3_000))
    names = ["ada", "ben", "cleo", "dora"]
    inner = zipped({f"{ONE}__{name}.ipynb": notebook(name * 250) for name in names})
    course.drop("download.zip", zipped({"inner.zip": inner, f"{ONE}__eve.ipynb": notebook()}))
    lines = course.collect()
    assert course.students() == ["ada", "ben", "cleo", "eve"]
    assert "holds more than 50,000 files or 0 MB: the files after" in row_of(lines, "inner.zip ")
    monkeypatch.setattr(archive, "LARGEST_ARCHIVE", (3_000, 9_000))  # what is inside counts, too
    assert [one.parts[-1] for one in files_in(course.inbox) if one.data is None] == ["download.zip"]


def test_an_archive_whose_directory_goes_backwards_takes_no_longer(course):
    """Each member would unpack the archive around it from its beginning."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as inner:
        for number in range(300):
            inner.writestr(f"{number}.txt", os.urandom(20_000))
        inner.filelist.reverse()
    course.drop("download.zip", zipped({"inner.zip": packed.getvalue()}))
    reads = []
    real = zipfile.ZipExtFile.read

    def counted(self, n=-1):
        data = real(self, n)
        reads.append(len(data))
        return data

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(zipfile.ZipExtFile, "read", counted)
        assert len(list(files_in(course.inbox))) == 300
    assert sum(reads) < 3 * len(packed.getvalue())


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
    nbgrader(course.root, "zip_collect", ONE, f"--FileNameCollectorPlugin.named_regexp={pattern}")
    assert course.students() == ["ben"] and course.submitted("ben") == notebook("b")


@pytest.mark.parametrize("text", ["9" * 40 + "h", "2026-03-01 12:00:00 /dev/zero", "yesterday"])
def test_a_timestamp_of_another_form_is_none(tmp_path, text):
    (tmp_path / "timestamp.txt").write_text(text)
    assert receipts.stamped(tmp_path) is None


def test_a_hidden_folder_is_no_student_and_is_said(course):
    for name in (f".ada/{ONE}.ipynb", f"ben/.Trash/{ONE}__ben.ipynb", f"ben/{ONE}__ben.ipynb"):
        course.drop(name)
    lines = course.collect()
    assert course.students() == ["ben"]
    for folder in (".ada", ".Trash"):
        line = row_of(lines, f"{folder}/")
        assert line.startswith("NOT TAKEN") and f"is in the hidden folder {folder}: rename" in line


# what comes along with a notebook


def test_the_files_next_to_a_notebook_go_with_it(course):
    moodle = "Ada Lovelace_471_assignsubmission_file_"
    files = {
        f"{moodle}/{ONE}.ipynb": notebook(),
        f"{moodle}/helper.py": b"x = 1",
        f"{moodle}/data/cities.csv": b"a,b",
        f"{moodle}/.git/config": b"hidden",
        f"{moodle}/timestamp.txt": b"2020-01-01 00:00:00 UTC",
        f"{moodle}/{'m' * 201}.txt": b"long",
        f"{moodle}/lecture.mp4": bytes(FILE_BYTES + 1),
        f"{moodle}/more.zip": zipped({"helper.py": b"x = 2"}),
        "Ben Otomo_472_assignsubmission_file_/helper.py": b"of nobody's notebook",
    }
    download = course.drop("download.zip", zipped(files))
    lines = course.collect()
    folder = course.root / "grading" / "submitted" / "Ada-Lovelace" / ONE
    there = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert there == {f"{ONE}.ipynb", "timestamp.txt", "helper.py", "data/cities.csv"}
    assert (folder / "helper.py").read_bytes() == b"x = 1"
    assert course.timestamp("Ada-Lovelace").year > 2020
    line = row_of(lines, f"{moodle}/helper.py")
    assert line.startswith("collected  Ada-Lovelace") and "goes with download.zip/Ada" in line
    for name in ("timestamp.txt", "mmm.txt", "lecture.mp4", "more.zip", ".git", "Ben Otomo"):
        assert row_of(lines, name).startswith("NOT TAKEN"), name
    assert "9 files: 3 collected, 6 not taken" in lines[-2]
    before = course.everything()
    assert "3 unchanged" in course.collect()[-2] and course.everything() == before
    files[f"{moodle}/helper.py"] = b"x = 3"  # also where the notebook is the same
    download.write_bytes(zipped(files))
    course.collect()
    assert (folder / "helper.py").read_bytes() == b"x = 3"
    kept = {path.read_bytes() for path in (course.root / "grading/collected").rglob("helper.py")}
    assert b"x = 3" in kept


def test_whose_file_a_helper_is_the_lms_says(course):
    names = [f"lovelaceada_5_{number}_" for number in (1, 2)]
    course.drop(f"{names[0]}{ONE}.ipynb")
    course.drop(f"{names[1]}helper-1.py", b"x = 1")  # handed in again
    course.drop("otomoben_6_3_other.py", b"x = 2")
    course.drop(f"{ONE}__cleo.ipynb")
    course.drop("helper.py", b"x = 3")  # next to all, and nobody's
    course.collect()
    submitted = course.root / "grading" / "submitted"
    there = {path.parent.parent.name: path.name for path in submitted.rglob("*.py")}
    assert there == {"lovelaceada-5": "helper.py"}


def test_an_older_notebooks_files_do_not_replace_those_that_count(course):
    course.drop(f"ada/new/{ONE}.ipynb", notebook("new"))
    course.drop("ada/new/helper.py", b"new")
    course.drop(f"ada/old/{ONE}.ipynb", notebook("old"), age=100)
    course.drop("ada/old/helper.py", b"old")
    course.drop(f"ada/{ONE}.ipynb", notebook("oldest"), age=200)
    course.enroll()
    lines = course.collect()
    folder = course.root / "grading" / "submitted" / "ada" / ONE
    assert (folder / "helper.py").read_bytes() == b"new"
    assert row_of(lines, "ada/old/helper.py").startswith("NOT TAKEN")


def test_no_helper_is_written_through_a_link_or_over_a_folder(course, tmp_path):
    (tmp_path / "outside").mkdir()
    folder = course.root / "grading" / "submitted" / "ada" / ONE
    (folder / "helper.py").mkdir(parents=True)
    (folder / "data").symlink_to(tmp_path / "outside")
    course.drop(f"ada/{ONE}.ipynb")
    course.drop("ada/helper.py", b"x = 1")
    course.drop("ada/data/x.csv", b"x")
    lines = course.collect()
    assert sum("something else is in its place" in line for line in lines) == 2
    assert not list((tmp_path / "outside").iterdir()) and course.submitted("ada")


# what else comes along, and names


def test_jupyters_own_copies_are_nobodys(course):
    for name in ("ada", "ben"):
        course.drop(f"{name}/{ONE}.ipynb", notebook(name), age=100)
        course.drop(f"{name}/.ipynb_checkpoints/{ONE}-checkpoint.ipynb", notebook("before"))
    lines = course.collect()
    assert course.students() == ["ada", "ben"]
    assert sum("is Jupyter's, not a student's" in line for line in lines) == 2
    assert course.submitted("ada") == notebook("ada")


def test_names_in_a_zip_that_does_not_say_that_they_are_utf8(course):
    names = [f"Zoë Müller_471_assignsubmission_file_/{ONE}.ipynb", f"{ONE}__김민준.ipynb"]
    data = zipped({name: notebook(name) for name in names})
    for at, field in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):  # as `zip -r` writes it
        flagged = [place for place in range(len(data)) if data[place : place + 4] == at]
        for place in flagged:
            flags = int.from_bytes(data[place + field : place + field + 2], "little") & ~0x800
            spot = slice(place + field, place + field + 2)
            data = data[: spot.start] + flags.to_bytes(2, "little") + data[spot.stop :]
    course.drop("download.zip", data)
    course.collect()
    assert course.students() == ["Zoë-Müller", "김민준"]


def test_a_notebook_is_one_whatever_its_ending(course):
    course.drop(f"ada/{ONE}.txt", notebook("one"))
    course.drop("ben/Untitled.json", notebook("two"))
    course.drop(f"cleo/{ONE}.ipynb.txt", b"{ damaged")
    lines = course.collect()
    assert course.students() == ["ada", "ben", "cleo"]
    assert "damaged" in row_of(lines, "cleo")


def test_a_name_that_is_too_long_keeps_nobody_else_out(course):
    long = f"{ONE}__{'m' * 300}.ipynb"
    course.drop("download.zip", zipped({long: notebook(), f"{ONE}__zoe.ipynb": notebook("z")}))
    course.drop(f"{ONE}__{'n' * 200}.ipynb")
    deep = "a/" * 20_000
    course.drop("deep.zip", zipped({f"{deep}{name}/{ONE}.ipynb": b"" for name in "bc"}))
    lines = course.collect("--add")
    assert "its name is too long" in row_of(lines, "mmm") and course.students() == ["zoe"]
    assert "more than 100 bytes" in row_of(lines, "nnn")
    assert sum("its name is too long" in line for line in lines) == 3


def test_a_class_list_comes_in_before_the_first_collecting(course):
    """As the guide says; so that nothing is made of the names in files."""
    people = "id,first_name,last_name,email,lms_user_id\nal1,Ada,Lovelace,ada@example.org,12345\n"
    (course.root / "students.csv").write_text(people, encoding="utf-8")
    course.database.parent.mkdir()
    nbgrader(course.root, "db", "student", "import", "students.csv")
    course.drop(f"renamed_12345_1_{ONE}.ipynb")
    course.drop(
        f"{MOODLE.format(471, TWO)}".replace("Eva Klein", "Ada Lovelace"), notebook(assignment=TWO)
    )
    course.drop(f"{ONE}__zoe.ipynb")
    assert "zoe, who is not in the gradebook" in row_of(course.collect(), "zoe")
    assert course.students() == ["al1"] and course.submitted("al1", TWO)


# what Canvas says of the time

FAKE = f"mallory_1_1_{ONE}.ipynb"
LATER = (DUE + timedelta(days=2)).isoformat()


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")
@pytest.mark.parametrize(
    "files",
    [
        {FAKE: notebook()},
        {f"Mallory_4_assignsubmission_file_/{FAKE}": notebook()},
        {"mallory_LATE_1_1_work.zip": zipped({FAKE: notebook()})},
        {"work.zip": zipped({FAKE: notebook()}), "other.txt": b""},
        {FAKE: notebook(), f"{ONE}__ada.ipynb": notebook("ada")},
        {FAKE: notebook(), f"lovelaceada_2_2_{ONE}.ipynb": notebook("ada"), "read.me": b""},
    ],
)
def test_a_name_like_canvas_does_not_wash_lateness_off(course, files):
    course.enroll(due=DUE.replace(tzinfo=None))
    for name, data in files.items():
        course.drop(name, data)
    lines = course.collect("--add", "--received", LATER)
    assert "late by 2 d 0 h" in row_of(lines, "mallory_1_1")


def test_a_download_of_canvas_is_believed(course):
    course.enroll(due=DUE.replace(tzinfo=None))
    names = [f"lovelaceada_12345_1_{ONE}.ipynb", f"otomoben_7_2_{ONE}.ipynb"]
    files = {name: notebook(name) for name in names}
    course.drop("submissions.zip", zipped(files))
    assert course.collect("--received", LATER)[-1] == "2 files: 2 collected; 0 late."
    alone = course.drop("alone/submissions.zip", zipped({names[0]: notebook("again")}))
    assert course.collect("--received", LATER, source=alone)[-1].endswith("0 late.")


def test_a_wrong_time_of_receipt_is_corrected(course):
    course.enroll(due=DUE.replace(tzinfo=None))
    course.drop(f"{ONE}__ada.ipynb")
    assert "late by" in row_of(course.collect(), "ada")
    early = DUE - timedelta(hours=2)
    lines = course.collect("--received", early.isoformat())
    assert "received 2026-03-01 10:00 UTC, as you say" in row_of(lines, "ada")
    assert lines[-1].endswith("0 late.") and course.timestamp("ada") == early
    latest = list(receipts.read(course.root / "grading" / "receipts.csv").values())
    assert [one.time for one in latest] == [early]
    assert course.collect()[-1] == "1 files: 1 unchanged; 0 late."


def test_what_an_lms_calls_a_student_is_kept(course):
    course.drop("c.zip", zipped({f"lovelaceada_12345_1_{ONE}.ipynb": notebook("ada")}))
    course.drop(MOODLE.format(471, ONE), notebook("eva"))
    for _ in range(2):
        course.collect()
        assert lms.read(course.root) == [
            lms.Known(ONE, "Eva-Klein", "Moodle", "471", "Eva Klein"),
            lms.Known(ONE, "lovelaceada-12345", "Canvas", "12345", "lovelaceada", "1"),
        ]
    course.drop(f"other/{MOODLE.format(472, ONE)}", notebook("another Eva"))
    lines = course.collect(source=course.inbox / "other")
    assert "number was 471, is 472: are they two people?" in row_of(lines, "472")


def test_rows_from_before_canvas_numbers_of_files_were_kept_stay(course):
    old = f"assignment,student,lms,number,name\n{ONE},ada,Canvas,12345,lovelaceada\n"
    path = lms.path_of(course.root)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(old, encoding="utf-8")
    before = lms.Known(ONE, "ada", "Canvas", "12345", "lovelaceada")
    assert lms.read(course.root) == [before] and lms.files([before], ONE, "Canvas") == {}
    lms.add(course.root, [before])
    assert path.read_text(encoding="utf-8") == old
    now = replace(before, file="67")
    lms.add(course.root, [now, before])
    assert lms.read(course.root) == [before, now]
    assert path.read_text(encoding="utf-8").splitlines()[1:] == [
        f"{ONE},ada,Canvas,12345,lovelaceada,",
        f"{ONE},ada,Canvas,12345,lovelaceada,67",
    ]


def test_the_newest_file_in_an_lms_and_nobody_who_may_be_somebody_else():
    def canvas(student, number, file):
        return lms.Known(ONE, student, "Canvas", number, student, file)

    known = [
        *(canvas("ada", "1", file) for file in ("99", "101", "100", "")),
        *(canvas("two", number, "5") for number in ("2", "3")),
        *(canvas(student, "4", "6") for student in ("ben", "cleo")),
        canvas("anonymous", "anon_x", "7"),
        lms.Known(TWO, "ada", "Canvas", "1", "ada", "900"),
        lms.Known(ONE, "eva", "Moodle", "471", "Eva Klein"),
    ]
    assert lms.files(known, ONE, "Canvas") == {"ada": canvas("ada", "1", "101")}
    assert list(lms.files(known, ONE, "Moodle")) == ["eva"]


# what an LMS says of the time

WORKSHEET_HEAD = "Identifier,Full name,Email address,Status,Last modified (submission),Grade\n"


def worksheet(course, *said, name="Grades-Toy-99.csv"):
    """Put Moodle's grading worksheet next to the download; participants 471, 472 … ."""
    lines = [
        f'Participant {471 + number},A B,a@b,Submitted,"{time}",\n'
        for number, time in enumerate(said)
    ]
    path = course.root.parent / name
    path.write_text("\ufeff" + WORKSHEET_HEAD + "".join(lines), encoding="utf-8")
    return path


def moodles(course, *students):
    """Put Moodle's archive into the inbox; return its path."""
    files = {
        f"{name}_{471 + number}_assignsubmission_file_/{ONE}.ipynb": notebook(name)
        for number, name in enumerate(students)
    }
    files[f"{students[0]}_471_assignsubmission_onlinetext_/onlinetext.html"] = b"<p>hello</p>"
    return course.drop("Course-Toy-99.zip", zipped(files))


@pytest.fixture
def utc(monkeypatch):
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("utc")
@pytest.mark.parametrize(
    "said",
    [  # the same moment, as Moodle's languages "English" and "English (United States)" write it
        "Sunday, 1 March 2026, 11:30 AM",
        "Sunday, 1 March 2026, 11:30\N{NARROW NO-BREAK SPACE}AM",
        "Sunday, March 1, 2026, 11:30 AM",
        "1 March 2026, 11:30",
    ],
)
def test_moodles_worksheet_says_when_each_arrived(course, said):
    course.enroll(due=DUE.replace(tzinfo=None))
    download = moodles(course, "Ada Lovelace", "Ben Ōtomo")
    sheet = worksheet(course, said, "Tuesday, 3 March 2026, 2:00 PM")
    lines = course.collect("--received", LATER, "--times", str(sheet), source=download)
    assert "received 2026-03-01 11:30 UTC, says Moodle" in row_of(
        lines, "471_assignsubmission_file"
    )
    assert "late by 2 d 2 h; received 2026-03-03 14:00 UTC, says Moodle" in row_of(lines, "Ben")
    assert course.timestamp("ada") == datetime(2026, 3, 1, 11, 30, tzinfo=UTC)
    assert lines[-2].endswith("1 late.")


@pytest.mark.usefixtures("utc")
def test_the_worksheet_corrects_earlier_and_later(course):
    """Collected next morning, everybody seems late; or by a wrong --received, nobody does."""
    course.enroll(due=DUE.replace(tzinfo=None))
    download = moodles(course, "Ada Lovelace", "Ben Ōtomo")
    for first, late in ((DUE + timedelta(hours=20), 2), (DUE - timedelta(days=9), 0)):
        shutil.rmtree(course.root / "grading" / "submitted", ignore_errors=True)
        (course.root / "grading" / "receipts.csv").unlink(missing_ok=True)
        said = course.collect("--received", first.isoformat(), source=download)
        assert said[-2].endswith(f"{late} late.") and "as you say" in row_of(
            said, "471_assignsubmission_file"
        )
        sheet = worksheet(course, "Sunday, 1 March 2026, 11:30 AM", "Sunday, 1 March 2026, 1:00 PM")
        for _ in range(2):
            lines = course.collect("--times", str(sheet), source=download)
            assert lines[-2].startswith("3 files: 2 unchanged") and lines[-2].endswith("1 late.")
            assert course.timestamp("ada") == datetime(2026, 3, 1, 11, 30, tzinfo=UTC)
            assert course.timestamp("ben") == datetime(2026, 3, 1, 13, tzinfo=UTC)
            assert len(course.receipts()) == 4
        lines = course.collect(source=download)
        assert "received 2026-03-01 13:00 UTC, as before" in row_of(lines, "Ben")


@pytest.mark.usefixtures("utc")
def test_a_name_like_moodles_does_not_wash_lateness_off(course):
    """A worksheet counts for what comes in a download of Moodle's files alone."""
    course.enroll(due=DUE.replace(tzinfo=None))
    sheet = worksheet(course, "Sunday, 1 March 2026, 11:30 AM")
    course.drop(f"Ada Lovelace_471_assignsubmission_file_/{ONE}.ipynb", notebook("by mail"))
    course.drop(f"{ONE}__ben.ipynb")
    lines = course.collect("--received", LATER, "--times", str(sheet))
    line = row_of(lines, "471_assignsubmission_file")
    assert "late by 2 d" in line and "not in a download of Moodle's files alone" in line


@pytest.mark.usefixtures("utc")
def test_a_worksheet_in_the_download_is_named_and_taken_on_wish(course):
    course.enroll(due=DUE.replace(tzinfo=None))
    for number, name in enumerate(("Ada Lovelace", "Ben Ōtomo")):
        course.drop(f"{name}_{471 + number}_assignsubmission_file_/{ONE}.ipynb", notebook(name))
    sheet = worksheet(course, "Sunday, 1 March 2026, 11:30 AM", "-")
    sheet = sheet.rename(course.inbox / sheet.name)
    lines = course.collect("--received", LATER)
    assert "is Moodle's grading worksheet: collect again with --times" in row_of(lines, "Grades")
    lines = course.collect("--received", LATER, "--times", str(sheet))
    assert lines[-1] == "2 files: 2 unchanged; 1 late."  # the worksheet knows nothing of ben
    assert course.timestamp("ada") == datetime(2026, 3, 1, 11, 30, tzinfo=UTC)
    inner = course.drop(f"Ben Ōtomo_472_assignsubmission_file_/{sheet.name}", sheet.read_bytes())
    assert inner.exists() and "is not a notebook" not in lines[-1]
    [line] = [line for line in course.collect() if "file_/Grades" in line]  # a student's own
    assert "worksheet" not in line


CANVAS_SAYS = [
    {"user_id": 12345, "assignment_id": 1, "submitted_at": "2026-03-01T11:30:00Z", "late": False},
    {"user_id": 7, "assignment_id": 1, "submitted_at": "2026-03-01T12:30:00Z", "late": True},
    {"user_id": 8, "assignment_id": 1, "submitted_at": None, "late": False},
]


@pytest.mark.parametrize("kind", ["json", "csv"])
def test_canvas_list_of_submissions_says_when_each_arrived(course, kind):
    """Not the moment of collecting: a LATE file would cost more, the later it is collected."""
    course.enroll(due=DUE.replace(tzinfo=None))
    names = [f"lovelaceada_12345_1_{ONE}.ipynb", f"otomoben_LATE_7_2_{ONE}.ipynb"]
    download = course.drop("submissions.zip", zipped({name: notebook(name) for name in names}))
    table = course.root.parent / f"submissions.{kind}"
    text = json.dumps(CANVAS_SAYS)
    if kind == "csv":
        rows = [f"{one['submitted_at'] or ''},{one['user_id']}" for one in CANVAS_SAYS]
        text = "\n".join(["submitted_at,user_id", *rows])
    table.write_text(text, encoding="utf-8")
    before = course.collect("--received", LATER, source=download)
    assert "late by 2 d 0 h" in row_of(before, "LATE")
    assert "received 2026-03-01 12:00 UTC, in time, says Canvas" in row_of(before, "ada")
    lines = course.collect("--received", LATER, "--times", str(table), source=download)
    assert "received 2026-03-01 11:30 UTC, says Canvas" in row_of(lines, "ada")
    assert "late by 0 h 30 min; received 2026-03-01 12:30 UTC, says Canvas" in row_of(lines, "LATE")


def test_each_time_says_where_it_comes_from(course):
    course.drop(f"{ONE}__ada.ipynb")
    assert row_of(course.collect(), "ada").endswith("received now")
    now = f"received {course.timestamp('ada'):%F %R} UTC, as before"
    assert row_of(course.collect(), "ada").endswith(now)
    assert row_of(course.collect("--received", "2026-01-01T00:00Z"), "ada").endswith(
        "received 2026-01-01 00:00 UTC, as you say"
    )


TIMES = [  # the table, what the sentence says
    ("", "its columns  have no times: give Moodle's grading worksheet in English"),
    ("id,email\na,b\n", "its columns id, email have no times"),
    (f'{WORKSHEET_HEAD}Participant 4,A,a,S,"Sonntag, 1. März 2026, 11:30",\n', "is not a time"),
    (f'{WORKSHEET_HEAD}Participant 4,A,a,S,"1 March 2999, 11:30",\n', "is in the future"),
    ("[1]", "is not Canvas' list of submissions"),
    ('[{"user_id": 1}]', "is not Canvas' list of submissions"),
    ('[{"user_id": 1, "submitted_at": "soon"}]', "submission 1: 'soon' is not a time"),
    (
        json.dumps([{"user_id": 1, "submitted_at": None, "assignment_id": n} for n in (1, 2)]),
        "is of 2 assignments: give one at a time",
    ),
    (None, "cannot be read"),
]


@pytest.mark.parametrize(("text", "says"), TIMES)
def test_what_is_wrong_with_a_table_of_times_is_one_sentence(course, text, says):
    course.drop(f"{ONE}__ada.ipynb")
    table = course.root.parent / "times.csv"
    if text is not None:
        table.write_text(text, encoding="utf-8")
    sentence = sentence_of(course.run("collect", str(course.inbox), "--times", str(table)))
    assert says in sentence and course.students() == []


def test_canvas_times_are_of_one_assignment(course):
    files = {f"lovelaceada_1_1_{ONE}.ipynb": notebook()}
    files |= {f"otomoben_2_2_{TWO}.ipynb": notebook("2", TWO)}
    download = course.drop("submissions.zip", zipped(files))
    table = course.root.parent / "submissions.json"
    table.write_text(json.dumps(CANVAS_SAYS))
    ran = course.run("collect", str(download), "--times", str(table))
    assert "collect one by one, with --assignment NAME" in sentence_of(ran)
    assert course.students() == []
