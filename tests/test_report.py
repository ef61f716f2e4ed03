"""The report of a class, held against nbgrader's own objects."""

import base64
import json
import os
import re
import shutil
import sqlite3
import sys
import warnings
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from click.testing import CliRunner
from nbgrader.api import Gradebook
from sqlalchemy.exc import SAWarning

from autograder.cli import main
from autograder.gradebook import read
from autograder.pages import report
from tests import narrow
from tests.toy_course import make_course

CHECKS = {"alpha_check": 3, "alpha_hidden": 3, "beta_check": 4}
SCORES = {  # student → (points of the checks in order, manual points of the answer, penalty)
    "ada": ((3, 3, 4), 3, 0),
    "ben": ((3, 0, 4), 1.5, 0),
    "<b>cleo</b>": ((0, 0, 4), None, 1),
    "dan": ((0, 0, 1), None, 2),
}


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Two assignments and six students, of whom four have handed in the first one."""
    folder = make_course(tmp_path_factory.mktemp("class") / "course")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
        (folder / "grading").mkdir()
        with writing(folder) as gradebook:
            fill(gradebook)
    write_record(folder, "ada", status="graded", isolation="process", checks={})
    said = {"alpha_hidden": {"passed": False, "message": "7 workers: expected 3"}}
    write_record(folder, "ben", status="graded", isolation="process", checks=said)
    said = {
        "alpha_hidden": {
            "passed": False,
            "message": "12 workers: expected 3",
            "kind": "AssertionError",
        },
        "alpha_check": {"passed": False, "kind": "Odd", "message": "<script>alert(1)</script>"},
        "beta_check": {"passed": True, "message": "must not be counted"},
    }
    write_record(folder, "<b>cleo<", status="graded", checks=said, notes=["wrote 3 GB"])
    write_record(folder, "eve", status="refused", sentence="The notebook is cut off.")
    (folder / "grading" / "records" / "01_toy" / "fay.json").write_text("{", encoding="utf-8")
    return folder


@contextmanager
def writing(folder):
    """Open the gradebook; what SQLAlchemy says about nbgrader's own ways is not ours."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SAWarning)
        with Gradebook(f"sqlite:///{folder / 'grading' / 'gradebook.db'}") as gradebook:
            yield gradebook


def fill(gradebook):
    for name in ("01_toy", "02_later"):
        gradebook.add_assignment(name)
        gradebook.add_notebook(name, name)
        for check, points in CHECKS.items():
            gradebook.add_grade_cell(check, name, name, max_score=points, cell_type="code")
        gradebook.add_grade_cell("explain", name, name, max_score=10, cell_type="markdown")
    for student in (*SCORES, "eve", "fay"):
        gradebook.add_student(student, first_name=student.title(), last_name="O'Hara & Co")
    for student, (points, manual, penalty) in SCORES.items():
        gradebook.update_or_create_submission("01_toy", student)
        book = gradebook.find_submission_notebook("01_toy", "01_toy", student)
        book.late_submission_penalty = penalty
        book.flagged = student == "ben"
        for check, got in zip(CHECKS, points, strict=True):
            grade = gradebook.find_grade(check, "01_toy", "01_toy", student)
            grade.auto_score, grade.needs_manual_grade = got, False
        answer = gradebook.find_grade("explain", "01_toy", "01_toy", student)
        answer.manual_score, answer.needs_manual_grade = manual, manual is None
    gradebook.db.commit()


def write_record(folder, student, **content):
    path = folder / "grading" / "records" / "01_toy" / f"{student.replace('/', '')}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")


@pytest.fixture(scope="module")
def page(course):
    target = report.write_report(course)
    assert target == course / "grading" / "report.html"
    return BeautifulSoup(target.read_text(encoding="utf-8"), "html.parser")


def rows(page, words):
    """Return the rows of the table whose caption begins with the words, as texts."""
    for table in page.find_all("table"):
        if table.caption.get_text().startswith(words):
            found = [
                [c.get_text(strip=True) for c in row.find_all(["th", "td"])] for row in table("tr")
            ]
            return found[1:]
    raise AssertionError(f"no table {words!r}")


def test_scores_are_nbgraders_own(course):
    places = read.places(course)
    with read.opened(places.course.db_url) as connection:
        assignments = read.assignments(connection)
        works = {one.student: one for one in read.submissions(connection, assignments)}
    assert set(works) == set(SCORES)
    with Gradebook(places.course.db_url) as gradebook:
        points = {name: one.points for name, one in assignments.items()}
        assert points == {one.name: one.max_score for one in gradebook.assignments}
        for submission in gradebook.assignment_submissions("01_toy"):
            work, penalty = works[submission.student.id], submission.late_submission_penalty
            assert work.penalty == penalty
            assert work.score == max(0, submission.score - penalty), work.student
            assert (work.by_hand > 0) == submission.needs_manual_grade
            assert work.flagged == submission.notebooks[0].flagged
            assert work.ungraded == 0


def test_the_table_of_scores(page):
    assert rows(page, "Points, late penalties taken off") == [
        ["01_toy", "20", "4", "6.1", "0.0", "2.2", "5.8", "9.6", "13.0", "2", "2"],
        ["02_later", "20", "0", "none yet"],
    ]


def test_scores_are_counted_in_bins(page):
    counts = [int(count) for _, count in rows(page, "Submissions by score")]
    assert counts == [1, 1, 0, 0, 1, 0, 1, 0, 0, 0]  # 0, 3, 8.5 and 13 of 20
    assert report._bins([20, 25, 2], 20)[9] == (18, 20, 2)
    assert report._bins([20, 25, 2], 20)[1] == (2, 4, 1)


def test_the_hardest_check_comes_first(page):
    assert rows(page, "Passed") == [
        ["alpha_hidden", "3", "1", "4", "25 %"],
        ["alpha_check", "3", "2", "4", "50 %"],
        ["beta_check", "4", "3", "4", "75 %"],
    ]


def test_messages_that_differ_in_numbers_are_one(page):
    found = rows(page, "Messages that differ")
    assert found[0][:2] == ["alpha_hidden", "2"] and found[0][2] in (
        "7 workers: expected 3",
        "12 workers: expected 3",
    )
    assert found[1] == ["alpha_check", "1", "Odd: <script>alert(1)</script>"] and len(found) == 2


def test_whom_to_look_at(page):
    looks = {row[0]: row[1:] for row in rows(page, "Not graded, refused")}
    assert looks.pop("eve") == ["01_toy", "refused", "The notebook is cut off."]
    assert looks.pop("ben") == ["01_toy", "flagged", "Flagged in formgrader."]
    assert looks.pop("<b>cleo<") == ["01_toy", "graded", "wrote 3 GB"]
    status, words = looks.pop("fay")[1:]
    assert status == "unreadable" and words.startswith("fay.json cannot be read")
    assert not looks


def test_who_has_no_submission(page):
    """All but those with a submission or a record; not for what no student has handed in."""
    assert "Every student has a submission" in page.get_text()


def test_a_student_without_a_submission_is_named(course, tmp_path):
    other = copy_of(course, tmp_path)
    (other / "grading" / "records" / "01_toy" / "eve.json").unlink()
    text = report.write_report(other).read_text(encoding="utf-8")
    page = BeautifulSoup(text, "html.parser")
    assert rows(page, "Students of the gradebook") == [["eve", "Eve O'Hara & Co", "01_toy"]]


def test_weak_isolation_is_said(page):
    notices = [notice.get_text() for notice in page.find_all(class_="notice")]
    assert len(notices) == 1 and notices[0].startswith("01_toy: 2 submissions were graded with")


def test_without_records_the_page_says_what_is_not_known(course, tmp_path):
    other = copy_of(course, tmp_path)
    shutil.rmtree(other / "grading" / "records")
    text = report.write_report(other).read_text(encoding="utf-8")
    assert "has no room for messages" in text and "alone." in text
    assert "&lt;b&gt;cleo&lt;/b&gt;" not in text  # nothing to look at, so not named


def test_a_submission_without_scores_is_to_be_looked_at(course, tmp_path):
    other = copy_of(course, tmp_path)
    with writing(other) as gradebook:
        gradebook.update_or_create_submission("01_toy", "eve")
    (other / "grading" / "records" / "01_toy" / "eve.json").unlink()
    page = BeautifulSoup(report.write_report(other).read_text(encoding="utf-8"), "html.parser")
    looks = {row[0]: row[1:] for row in rows(page, "Not graded, refused")}
    assert looks["eve"][1:] == [
        "not graded",
        "3 checks have no score: grade this submission again.",
    ]
    assert rows(page, "Passed")[0] == ["alpha_hidden", "3", "1", "4", "25 %"]


def copy_of(course, tmp_path):
    return Path(shutil.copytree(course, tmp_path / "copy"))


def test_the_page_can_be_read_without_seeing_it(page):
    assert page.html["lang"] == "en" and page.title.get_text()
    levels = [int(heading.name[1]) for heading in page.find_all(re.compile("h[1-6]"))]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    pictures = page.find_all("img")
    assert len(pictures) == 3 and all(len(picture["alt"]) > 40 for picture in pictures)
    for table in page.find_all("table"):
        assert table.caption and all(head.get("scope") for head in table.find_all("th"))
    for link in page.find_all("a"):
        assert page.find(id=link["href"].removeprefix("#")), link


def test_the_page_loads_and_runs_nothing(page):
    assert not page.find_all(["script", "link", "iframe", "object", "form"])
    assert not [
        tag for tag in page.find_all(True) if any(key.startswith("on") for key in tag.attrs)
    ]
    for picture in page.find_all("img"):
        kind, data = picture["src"].split(",")
        assert kind == "data:image/svg+xml;base64" and b"<svg" in base64.b64decode(data)
    assert not re.search(r"url\(|@import", page.style.get_text())
    assert "default-src 'none'" in page.find("meta", {"http-equiv": True})["content"]


@narrow.needs_chromium
@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_overlaps(course, page, width):
    seen = narrow.visit(course / "grading" / "report.html", width)
    assert seen.width == width and not seen.overlaps and not seen.requests and not seen.errors


def luminance(colour):
    if len(colour) == 4:
        colour = "#" + "".join(2 * digit for digit in colour[1:])
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_contrast_of_every_text_on_every_ground(page):
    """WCAG 2.2's ratio: ≥ 4.5 for all colours of text on all backgrounds of the page."""
    style = page.style.get_text()
    texts = set(re.findall(r"[ {;]color: (#[0-9a-f]{3,6});", style))
    grounds = set(re.findall(r"background: (#[0-9a-f]{3,6});", style))
    assert len(texts) >= 3 and len(grounds) >= 2
    for text in texts:
        for ground in grounds:
            ratio = (luminance(ground) + 0.05) / (luminance(text) + 0.05)
            assert ratio >= 4.5, (text, ground, ratio)


def command(*words):
    return CliRunner().invoke(main, ["report", *(str(word) for word in words)])


def test_the_command_says_where_the_page_is(course, tmp_path):
    ran = command("--root", course, "--assignment", "01_toy", "--to", tmp_path / "new" / "x.html")
    assert ran.exit_code == 0 and ran.output == f"wrote {tmp_path / 'new' / 'x.html'}\n"
    text = (tmp_path / "new" / "x.html").read_text(encoding="utf-8")
    assert "01_toy" in text and "02_later" not in text
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["x.html"]


def test_what_a_person_can_get_wrong_is_one_sentence(course, tmp_path):
    empty = make_course(tmp_path / "empty")
    broken, old = (copy_of(course, tmp_path / name) for name in ("broken", "old"))
    (broken / "grading" / "gradebook.db").write_bytes(b"no database" * 1000)
    with sqlite3.connect(old / "grading" / "gradebook.db") as database:
        database.execute("ALTER TABLE submitted_notebook DROP COLUMN late_submission_penalty")
    wrong = {
        "choose the course's folder with --root": ["--root", tmp_path],
        "no gradebook there: run": ["--root", empty],
        "restore it from a copy": ["--root", broken],
        "run `nbgrader db upgrade`": ["--root", old],
        "not an assignment of the gradebook, it has 01_toy, 02_later": [
            *("--root", course, "--assignment", "99_no")
        ],
        "choose another file with --to": ["--root", course, "--to", "/proc/x.html"],
    }
    for sentence, words in wrong.items():
        ran = command(*words)
        assert ran.exit_code == 1 and sentence in ran.output, (sentence, ran.output, ran.exception)
        assert ran.output.count("\n") == 1 and isinstance(ran.exception, SystemExit)
    assert not (empty / "grading" / "gradebook.db").exists()


def test_a_full_disk_leaves_no_half_of_a_page(course, tmp_path, monkeypatch):
    to = tmp_path / "x.html"
    to.write_text("earlier")
    monkeypatch.setattr(Path, "replace", full)
    ran = command("--root", course, "--to", to)
    assert ran.output == (
        f"Error: {to}: cannot be written (No space left on device): "
        "choose another file with --to.\n"
    )
    assert to.read_text() == "earlier" and list(tmp_path.iterdir()) == [to]


def full(path, *arguments):
    raise OSError(28, "No space left on device", str(path))


@pytest.mark.parametrize(
    ("db_url", "words"),
    [
        (
            "postgresql+psycopg://ada:secret@127.0.0.1:1/class",
            [
                "postgresql+psycopg://ada:***@127.0.0.1:1/class: the gradebook cannot be read",
                "is the server running, and the db_url in nbgrader_config.py right?",
            ],
        ),
        (
            "postgresql+pg8000://ada:secret@127.0.0.1:1/class",
            ["No module named 'pg8000'", "install that driver, or correct the db_url"],
        ),
        ("nosql://ada:secret@127.0.0.1/class", ["nosql", "install that driver, or correct"]),
        ("secret, and no address", ["its db_url is not a database's address"]),
    ],
)
def test_a_server_that_cannot_be_reached_is_one_sentence(course, tmp_path, db_url, words):
    other = copy_of(course, tmp_path)
    with open(other / "nbgrader_config.py", "a", encoding="utf-8") as config:
        config.write(f"\nc.CourseDirectory.db_url = {db_url!r}\n")
    ran = command("--root", other)
    assert ran.exit_code == 1 and isinstance(ran.exception, SystemExit), ran.exception
    assert ran.output.count("\n") == 1 and "secret" not in ran.output, ran.output
    assert all(word in ran.output for word in words), ran.output


def test_a_locked_gradebook_is_one_sentence(course, tmp_path, monkeypatch):
    folder = copy_of(course, tmp_path)
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *args, **more: connect(*args, timeout=0, **more))
    holder = connect(folder / "grading" / "gradebook.db")
    holder.execute("BEGIN EXCLUSIVE")
    ran = command("--root", folder)
    holder.close()
    assert ran.exit_code == 1 and "close the program that writes it" in ran.output, ran.output
