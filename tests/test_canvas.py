"""autograder push canvas, against a server that knows Canvas' documentation."""

import csv
import importlib
import json
import shutil
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from nbgrader.api import Gradebook

from autograder.build.release import put_environment_on_path
from autograder.cli import main
from autograder.errors import CourseError
from autograder.gradebook.read import Student
from autograder.term import canvas_api
from autograder.term.canvas import matched
from autograder.term.canvas_api import User, address
from autograder.term.settings import path_of
from tests.course_scripts import ROOT
from tests.fake_canvas import ASSIGNMENT, BUSY, COURSE, OURS, TOKEN, FakeCanvas, served

NAME = "01_toy"
STUDENTS = {  # id: last name, e-mail, Canvas' number; points of the check, and whether one waits
    "ada": ("Lovelace", "", "101", 17.25, False),
    "ben": ("Otomo", "", "", 12, False),
    "cleo": ("Roy", "Cleo@Example.org", "", 9.125, False),
    "dora": ("Fox", "", "104", 5, True),
    "eve": ("Young", "", "", 3, False),
    "finn": ("Berg", "", "106", 8, False),
    "gus": ("Hill", "", "107", 7, False),
    "hal": ("Kay", "", "108", None, False),
}
SENT = {101: 17.25, 102: 12.0, 103: 9.12}  # what the first push brings, by Canvas' numbers
pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")  # nbgrader's


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A course's folder with a gradebook, and a page of feedback for ada, ben and finn."""
    put_environment_on_path()
    root = tmp_path_factory.mktemp("course")
    (root / "grading").mkdir()
    (root / "solutions").mkdir()
    shutil.copy(ROOT / "nbgrader_config.py", root)
    with Gradebook(f"sqlite:///{root / 'grading' / 'gradebook.db'}") as gradebook:
        gradebook.add_assignment(NAME)
        gradebook.add_notebook(NAME, NAME)
        gradebook.add_grade_cell("check", NAME, NAME, max_score=20, cell_type="code")
        gradebook.add_source_cell("check", NAME, NAME, source="pass", cell_type="code")
        for student, (last, email, number, points, waits) in STUDENTS.items():
            gradebook.add_student(student, last_name=last, email=email, lms_user_id=number)
            gradebook.add_submission(NAME, student)
            grade = gradebook.find_grade("check", NAME, NAME, student)
            grade.auto_score, grade.needs_manual_grade = points, waits
        gradebook.db.commit()
    for student in ("ada", "ben", "finn"):
        path = root / "grading" / "records" / NAME / f"{student}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"status": "refused", "sentence": f"For {student}: x"}))
    return root


@pytest.fixture
def course(made, tmp_path):
    return Path(shutil.copytree(made, tmp_path / "course"))


@pytest.fixture
def remote(monkeypatch):
    """Canvas, with the class as it is before anything was sent."""
    canvas = FakeCanvas()
    canvas.add(101, "Lovelace, Ada", sis_user_id="somebody else's")
    canvas.add(102, "Otomo, Ben", 11.5, login_id="ben")
    canvas.add(103, "Roy, Cleo", email="cleo@example.org")
    canvas.add(104, "Fox, Dora", login_id="dora")
    canvas.add(106, "Berg, Finn", 8.0, points_deducted=1)
    canvas.add(107, "Hill, Gus", excused=True)
    canvas.add(108, "Kay, Hal")
    canvas.add(999, "Student, Test")
    monkeypatch.setattr(canvas_api, "POLL", 0.0)
    monkeypatch.setattr(canvas_api, "PAUSES", (0.0, 0.0))
    monkeypatch.setenv("CANVAS_TOKEN", TOKEN)
    with served(canvas):
        monkeypatch.setenv("CANVAS_URL", canvas.url)
        yield canvas
        assert canvas.wrong == []


def push(course, *words, typed=None, numbers=(COURSE, ASSIGNMENT)):
    where = ["--course", str(numbers[0]), "--assignment", str(numbers[1])] if numbers else []
    words = ["push", "canvas", *where, NAME, *words, "--root", str(course)]
    ran = CliRunner().invoke(main, words, input=typed)
    assert ran.exception is None or isinstance(ran.exception, SystemExit), ran.exception
    assert TOKEN not in ran.output
    return ran


def well(course, *words, **options):
    ran = push(course, *words, **options)
    assert ran.exit_code == 0, ran.output
    return ran.output


def sentence_of(ran):
    assert ran.exit_code == 1, ran.output
    said = [line for line in ran.output.splitlines() if line.startswith("Error: ")]
    assert len(said) == 1, ran.output
    return said[0]


def changed(before, canvas):
    """Return the scores that are others than before."""
    return {user: score for user, score in canvas.scores().items() if score != before[user]}


def test_what_differs_is_shown_asked_about_and_sent(course, remote):
    before = remote.scores()
    said = well(course, typed="y\n")
    lines = [" ".join(line.split()) for line in said.splitlines()]
    assert lines[0] == "Load balancer in Canvas: assignment 34 of course 12, 20 points"
    assert lines[1:4] == [
        "ada Lovelace, Ada - → 17.25",
        "ben Otomo, Ben 11.5 → 12",
        "cleo Roy, Cleo - → 9.12",
    ]
    assert "3 students to change, 1 as in Canvas." in lines
    for student, why in (
        ("dora", "waits for a grade by hand"),
        ("eve", "not found in Canvas."),
        ("gus", "excused in Canvas"),
        ("hal", "not graded yet"),
    ):
        assert any(line.startswith(f"Left out: {student}: {why}") for line in lines)
    assert f"Send this to {remote.url}?" in said and lines[-1] == "3 grades written"
    assert changed(before, remote) == SENT
    assert remote.asked("POST") == [f"{OURS}/submissions/update_grades"]
    assert len([path for path in remote.asked("GET") if "/progress/" in path]) == 3
    assert "0 students to change, 4 as in Canvas." in well(course, "--yes")
    assert len(remote.asked("POST")) == 1


@pytest.mark.parametrize(("words", "typed"), [(["--dry-run"], "y\n"), ([], "n\n"), ([], "")])
def test_without_a_yes_nothing_is_sent(course, remote, words, typed):
    before = remote.scores()
    ran = push(course, *words, "--feedback", typed=typed)
    assert "ada" in ran.output and "17.25" in ran.output
    assert not changed(before, remote) and {method for method, _ in remote.requests} == {"GET"}


def test_what_waits_is_sent_when_asked_for(course, remote):
    before = remote.scores()
    well(course, "--waiting", "--yes")
    assert changed(before, remote) == {**SENT, 104: 5.0}


def sent_rows(course):
    with open(course / "grading" / "sent.csv", encoding="utf-8", newline="") as file:
        return [(row["student"], row["way"], row["to"]) for row in csv.DictReader(file)]


def page(course, student):
    return (course / "grading" / "feedback" / student / NAME / f"{NAME}.html").read_bytes()


def test_pages_of_feedback_are_attached_once(course, remote):
    said = well(course, "--feedback", "--yes")
    assert "3 pages attached" in said and "4 students to change" in said
    assert "Canvas takes 1 off as well" in said  # finn's grade is the same, his page is new
    files = {user: files for user, _, files in remote.comments}
    assert files == {
        user: [(f"{NAME}.html", page(course, student))]
        for user, student in ((101, "ada"), (102, "ben"), (106, "finn"))
    }
    assert {text for _, text, _ in remote.comments} == {f"Feedback on {NAME}: the attached page."}
    assert sent_rows(course)[0] == ("ada", "canvas", f"{COURSE}/{ASSIGNMENT}/101")
    assert "0 students to change" in well(course, "--feedback", "--yes")
    record = course / "grading" / "records" / NAME / "ben.json"
    record.write_text(json.dumps({"status": "refused", "sentence": "Other: x"}))
    well(course, "--feedback", "--yes")
    assert [user for user, _, _ in remote.comments] == [101, 102, 106, 102]
    assert remote.comments[-1][2][0][1] == page(course, "ben")


def test_a_second_run_finishes_what_the_first_did_not(course, remote):
    """The first ends while ben's page is uploaded."""
    before = remote.scores()
    well(course, "--dry-run")  # how many requests it takes to see
    looks = len(remote.requests)
    remote.requests.clear()
    remote.fail_after = looks + 1 + 3 + 4 + 4 + 1  # job, polls, look again, ada's page, and ben's
    said = sentence_of(push(course, "--feedback", "--yes"))
    assert "1 page attached, then: " in said and "cannot be reached" in said
    assert changed(before, remote) == SENT and [one[0] for one in remote.comments] == [101]
    remote.fail_after = None
    said = well(course, "--feedback", "--yes")
    assert "2 pages attached" in said and "0 grades written" in said
    assert [one[0] for one in remote.comments] == [101, 102, 106]


@pytest.mark.parametrize("statuses", [[403], [429], [429, 403]])
def test_what_canvas_was_too_busy_for_is_asked_again(course, remote, statuses):
    before = remote.scores()
    remote.busy = list(statuses)
    well(course, "--feedback", "--yes")
    assert not remote.busy and changed(before, remote) == SENT and len(remote.comments) == 3


def test_a_canvas_that_is_busy_time_and_again(course, remote):
    before = remote.scores()
    remote.busy_every = 3
    well(course, "--feedback", "--yes")
    assert changed(before, remote) == SENT and len(remote.comments) == 3
    assert len(remote.asked("PUT")) > 3 or len(remote.asked("POST")) > 1 + 3 + 3


def test_no_file_is_sent_again_from_its_end(course, remote):
    remote.busy_with_files = True
    assert "too busy" in sentence_of(push(course, "--feedback", "--yes"))
    assert len([path for path in remote.asked("POST") if path == "/upload"]) == 1
    remote.busy_with_files = False
    well(course, "--feedback", "--yes")
    assert [files[0][1] for _, _, files in remote.comments] == [
        page(course, student) for student in ("ada", "ben", "finn")
    ]


def test_a_canvas_that_stays_busy_is_one_sentence(course, remote):
    remote.busy = [403] * 3
    said = sentence_of(push(course, "--yes"))
    assert "too busy (rate limit): wait some minutes" in said and not remote.busy
    assert BUSY not in said


def test_grades_that_do_not_arrive_are_named(course, remote):
    remote.loses = {102}
    said = sentence_of(push(course, "--yes"))
    assert "the grades of ben are not there" in said
    remote.loses = set()
    assert "1 grade written" in well(course, "--yes")


def test_a_job_that_fails_or_does_not_end_is_one_sentence(course, remote, monkeypatch):
    remote.job_fails = "Couldn't find User(s) with API ids '101'"
    assert "Couldn't find User(s) with API ids '101'" in sentence_of(push(course, "--yes"))
    remote.job_fails, remote.polls = "", 10
    monkeypatch.setattr(canvas_api, "POLLS", 3)
    remote.submissions[101]["entered_score"] = None
    assert "has not written the grades after" in sentence_of(push(course, "--yes"))


def test_settings_say_where(course, remote, monkeypatch):
    monkeypatch.delenv("CANVAS_URL")
    lines = ["[mail]", "x = 1", "[canvas]", f'url = "{remote.url}/courses/1"', f"course = {COURSE}"]
    lines += ["[canvas.assignments]", f'"{NAME}" = {ASSIGNMENT}']
    path_of(course).write_text("\n".join(lines), encoding="utf-8")
    assert "3 students to change" in well(course, "--dry-run", numbers=None)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"CANVAS_TOKEN": "another"}, "does not accept CANVAS_TOKEN"),
        ({"CANVAS_TOKEN": ""}, "CANVAS_TOKEN is not set"),
        ({"CANVAS_URL": ""}, "which Canvas?"),
        ({"CANVAS_URL": "http://canvas.example.org"}, "would send CANVAS_TOKEN unencrypted"),
        ({"CANVAS_URL": "http://127.0.0.1:1"}, "cannot be reached (ConnectionError)"),
        ({"numbers": (COURSE, 35)}, "has no such course or assignment"),
        ({"numbers": None}, "give Canvas' numbers"),
        ({"points_possible": 100}, "has 100 points, 01_toy has 20: set the points in Canvas to 20"),
        ({"grading_type": "pass_fail"}, "takes no points"),
    ],
)
def test_what_a_person_can_get_wrong_is_one_sentence(course, remote, monkeypatch, change, says):
    numbers = change.pop("numbers", (COURSE, ASSIGNMENT))
    for key, value in change.items():
        if key.isupper():
            monkeypatch.setenv(key, value)
        else:
            remote.assignment[key] = value
    before = remote.scores()
    assert says in sentence_of(push(course, "--yes", numbers=numbers))
    assert not changed(before, remote)
    remote.wrong.clear()  # of an assignment that there is not


def test_without_canvasapi_one_sentence_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "canvasapi.course", None)
    with pytest.raises(CourseError, match=r"pip install -c constraints.txt -e '.\[canvas\]'"):
        importlib.reload(canvas_api)


def test_a_server_that_is_no_canvas_is_one_sentence(course, remote):
    remote.assignment = "<html>Log in</html>"
    assert "does not answer as Canvas does" in sentence_of(push(course, "--yes"))


def test_no_grade_goes_to_somebody_else():
    """A name is not enough, a number stands above all else, and nobody is two students."""
    users = [
        User(1, "Lovelace, Ada", sis_user_id="ada", email="a@example.org"),
        User(2, "Otomo, Ben", login_id="ben@example.org"),
        User(3, "Roy, Cleo", email="both@example.org"),
        User(4, "Roy, Cleo", email="both@example.org"),
    ]

    def found(*students):
        those, problems = matched(students, users)
        return {one: user.id for one, user in those.items()}, problems

    assert found(Student("ada"), Student("x", email="BEN@example.org")) == ({"ada": 1, "x": 2}, {})
    assert found(Student("lovelace", "Ada", "Lovelace")) == (
        {},
        {"lovelace": "not found in Canvas"},
    )
    assert found(Student("ada", lms_user_id="2")) == ({"ada": 2}, {})
    left = {"ada": "not found in Canvas by the number 77"}
    assert found(Student("ada", lms_user_id="77")) == ({}, left)
    left = {"cleo": "found more than once in Canvas"}
    assert found(Student("cleo", email="both@example.org")) == ({}, left)
    those, left = found(Student("ada"), Student("x", lms_user_id="1"))
    assert those == {} and set(left) == {"ada", "x"}
    assert all("and so is another student" in said for said in left.values())


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("canvas.example.org", "https://canvas.example.org"),
        ("https://canvas.example.org/courses/12/assignments/34", "https://canvas.example.org"),
        ("http://127.0.0.1:3000/", "http://127.0.0.1:3000"),
    ],
)
def test_the_address_of_any_page_in_canvas_will_do(text, where):
    assert address(text) == where
