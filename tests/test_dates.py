"""autograder due and extend: what is set holds for nbgrader, for points that exist, and is told."""

import csv
import shutil
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from nbformat import v4
from nbgrader.api import Gradebook
from nbgrader.preprocessors import AssignLatePenalties

from autograder.build.release import put_environment_on_path
from autograder.cli import main
from autograder.course import configuration
from autograder.errors import CourseError
from autograder.gradebook import class_file, read, spelling
from autograder.gradebook.write import scores_of
from tests.course_scripts import ROOT

ONE, TWO, LATER = "01_toy", "02_other", "03_later"
DUE = datetime(2026, 3, 1, 12)
LATE = {"ada": timedelta(hours=-1), "ben": timedelta(minutes=10), "cleo": timedelta(hours=30)}
POINTS = 20.0

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")  # nbgrader's


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A course: 01 handed in by three and graded by hand, 02 by nobody, 03 not given out."""
    put_environment_on_path()
    root = tmp_path_factory.mktemp("dates") / "course"
    for folder in ("grading", "solutions", *(f"notebooks/{name}" for name in (ONE, TWO, LATER))):
        (root / folder).mkdir(parents=True)
    shutil.copy(ROOT / "nbgrader_config.py", root)
    with Gradebook(f"sqlite:///{root / 'grading' / 'gradebook.db'}") as gradebook:
        for name in (ONE, TWO):
            gradebook.add_assignment(name)
            gradebook.add_notebook(name, name)
            gradebook.add_grade_cell("check", name, name, max_score=20, cell_type="code")
        gradebook.add_student("dora", email="dora@example.org", first_name="Dora", last_name="Maar")
        for student, late in LATE.items():
            gradebook.add_student(student)
            gradebook.add_submission(ONE, student, timestamp=DUE + late)
            grade = gradebook.find_grade("check", ONE, ONE, student)
            grade.auto_score, grade.manual_score, grade.needs_manual_grade = 17, POINTS, False
        gradebook.db.commit()
    return root


@pytest.fixture
def course(made, tmp_path, monkeypatch):
    monkeypatch.setenv("TZ", "UTC")
    return shutil.copytree(made, tmp_path / "course")


def run(course, *words):
    """Run the command; return what it printed."""
    ran = CliRunner().invoke(main, [*words, "--root", str(course)])
    assert ran.exit_code == 0, ran.output
    return ran.output


def gradebook_of(course):
    return Gradebook(f"sqlite:///{course / 'grading' / 'gradebook.db'}")


def penalties(course):
    """Return the late penalties of 01, as nbgrader's own class gives them."""
    with gradebook_of(course) as gradebook:
        submissions = gradebook.assignment_submissions(ONE)
        return {one.student.id: one.late_submission_penalty or 0.0 for one in submissions}


@pytest.mark.parametrize(
    ("text", "late", "expected"),
    [  # of 20 points
        ("10%/day", timedelta(seconds=1), 2),
        ("10%/day", timedelta(days=1), 2),
        ("10%/day", timedelta(days=1, seconds=1), 4),
        ("10%/day", timedelta(days=30), 20),
        ("10%/day up to 50%", timedelta(days=30), 10),
        ("2.5%/hour", timedelta(minutes=90), 1),
        ("5%/week up to 7.5%", timedelta(days=8), 1.5),
        ("20%", timedelta(days=30), 4),
        ("100%", timedelta(seconds=1), 20),
        ("none", timedelta(days=30), 0),
    ],
)
def test_what_a_penalty_takes_off(text, late, expected):
    assert spelling.penalty(text).taken_off(20, late) == pytest.approx(expected)


@pytest.mark.parametrize("text", ["15min", "2h", "1d12h", "1w", "1w2d3h4min"])
def test_a_span_is_spelled_as_it_is_read(text):
    span = spelling.duration(text)
    assert spelling.duration(spelling.spelled(span)) == span
    unit = {"min": 60, "h": 3600, "d": 86400, "w": 604800}
    expected, number = 0, ""
    for sign in text.replace("min", "m"):  # an independent reading, sign by sign
        if sign.isdigit():
            number += sign
        else:
            expected, number = expected + int(number) * unit[sign.replace("m", "min")], ""
    assert span.total_seconds() == expected


def test_a_date_a_penalty_and_grace_hold_for_points_that_exist(course):
    said = run(course, "due", "01", "2026-03-01T12:00", "--penalty", "10%/day", "--grace", "15min")
    assert "01_toy    2026-03-01 12:00  10%/day  15min" in said
    assert "1 late penalty has changed." in said
    assert penalties(course) == {"ada": 0, "ben": 0, "cleo": 4}  # 30 hours are two days begun
    with gradebook_of(course) as gradebook:  # as formgrader and `nbgrader db` see it
        assert gradebook.find_assignment(ONE).duedate == DUE
    run(course, "due", "01", "--grace", "0")
    assert penalties(course) == {"ada": 0, "ben": 2, "cleo": 4}
    run(course, "due", "01", "2026-03-01T10:30")
    assert penalties(course) == {"ada": 2, "ben": 2, "cleo": 4}
    run(course, "due", "all", "--penalty", "20%")
    assert penalties(course) == {"ada": 2, "ben": 2, "cleo": 4}  # what 01 itself says counts
    run(course, "due", "01", "--penalty", "none")
    assert penalties(course) == {"ada": 0, "ben": 0, "cleo": 0}


def test_without_a_date_nobody_is_late(course):
    run(course, "due", "01", "2026-03-01T12:00", "--penalty", "10%/day")
    assert penalties(course)["cleo"] == 4
    run(course, "due", "01", "none")
    assert penalties(course) == {"ada": 0, "ben": 0, "cleo": 0}
    with gradebook_of(course) as gradebook:
        assert gradebook.find_assignment(ONE).duedate is None


def test_a_penalty_that_was_entered_by_hand_stays_where_there_is_no_rule(course):
    with gradebook_of(course) as gradebook:
        gradebook.find_submission_notebook(ONE, ONE, "ben").late_submission_penalty = 5
        gradebook.db.commit()
    run(course, "due", "01", "2026-03-01T12:00")
    assert penalties(course) == {"ada": 0, "ben": 5, "cleo": 0}


def test_penalties_follow_points_by_hand_in_what_is_exported(course):
    run(course, "due", "01", "2026-03-01T12:00", "--penalty", "10%/day")
    with gradebook_of(course) as gradebook:
        gradebook.find_grade("check", ONE, ONE, "cleo").manual_score = 10
        gradebook.db.commit()
    to = course / "grades.csv"
    run(course, "export", "--to", str(to))
    with open(to, encoding="utf-8-sig", newline="") as file:
        rows = {(row["assignment"], row["student_id"]): row for row in csv.DictReader(file)}
    assert float(rows[ONE, "cleo"]["score"]) == 8 and float(rows[ONE, "ben"]["score"]) == 18


def stock_penalty(course, student):
    """Have nbgrader's own step, with the course's configuration, work out a penalty; return it."""
    config = configuration(course, course)
    names = {"notebook": ONE, "assignment": ONE, "student": student}
    resources = {"nbgrader": {**names, "db_url": config.CourseDirectory.db_url}}
    AssignLatePenalties(config=config).preprocess(v4.new_notebook(), resources)
    return penalties(course)[student]


def test_stock_nbgrader_takes_the_same_off(course):
    """Also from a student whose extension is older than the submission."""
    run(course, "due", "01", "2026-03-01T12:00", "--penalty", "10%/day", "--grace", "15min")
    run(course, "extend", "dora", "01", "+1d")
    ours = penalties(course)
    assert {student: stock_penalty(course, student) for student in ours} == ours
    with gradebook_of(course) as gradebook:
        gradebook.add_submission(ONE, "dora", timestamp=DUE + timedelta(hours=30))
        gradebook.find_grade("check", ONE, ONE, "dora").manual_score = 10
        gradebook.db.commit()
    assert stock_penalty(course, "dora") == 1  # six hours late
    with gradebook_of(course) as gradebook:
        assert gradebook.find_submission(ONE, "dora").extension == timedelta(days=1)


def test_an_extension_holds_at_once_and_can_be_taken_away(course):
    run(course, "due", "01", "2026-03-01T12:00", "--penalty", "10%/day")
    assert penalties(course) == {"ada": 0, "ben": 2, "cleo": 4}
    said = run(course, "extend", "cleo", "01", "+1d")
    assert "cleo +1d" in said and "1 late penalty has changed." in said
    assert penalties(course)["cleo"] == 2
    with gradebook_of(course) as gradebook:
        assert gradebook.find_submission(ONE, "cleo").duedate == DUE + timedelta(days=1)
    said = run(course, "extend", "cleo", "01", "2026-03-02T17:00")  # in place of the first
    assert "cleo until 2026-03-02 17:00" in said and penalties(course)["cleo"] == 2
    run(course, "extend", "cleo", "01", "2026-03-02T18:00")
    assert penalties(course)["cleo"] == 0
    assert "cleo" not in run(course, "extend", "cleo", "01", "+0")
    assert penalties(course)["cleo"] == 4
    with gradebook_of(course) as gradebook:
        assert gradebook.find_submission(ONE, "cleo").extension is None


def test_formgrader_sees_an_extension_whether_or_not_lateness_costs_anything(course):
    run(course, "due", "01", "2026-03-01T12:00")
    run(course, "extend", "ada", "all", "2026-03-03T12:00")  # who was in time
    with gradebook_of(course) as gradebook:
        assert gradebook.find_submission(ONE, "ada").duedate == DUE + timedelta(days=2)


def test_more_time_for_all_holds_for_what_is_given_out_later(course):
    run(course, "extend", "dora@example.org", "all", "+1d")
    run(course, "extend", "dora", "02", "+0")
    for name in (ONE, TWO, LATER):
        run(course, "due", name, "2026-03-01T12:00")
    to = read.roster(course)
    hours = {name: to.extension("dora", name).total_seconds() / 3600 for name in to.assignments}
    assert hours == {ONE: 24, TWO: 0, LATER: 24}
    assert to.deadline("dora", LATER) == datetime(2026, 3, 2, 12, tzinfo=UTC)
    assert to.deadline("ada", LATER) == datetime(2026, 3, 1, 12, tzinfo=UTC)
    with gradebook_of(course) as gradebook:
        assert {one.name for one in gradebook.assignments} == {ONE, TWO}  # 03 is not given out
        gradebook.add_assignment(LATER)  # as `nbgrader generate_assignment` does
        gradebook.add_notebook(LATER, LATER)
    received = DUE + timedelta(hours=20)
    with closing(scores_of(course)) as scores:  # as `autograder grade` does
        scores.save("dora", LATER, v4.new_notebook(), received)
    with gradebook_of(course) as gradebook:
        submission = gradebook.find_submission(LATER, "dora")
        assert (submission.assignment.duedate, submission.extension) == (DUE, timedelta(days=1))
        assert submission.total_seconds_late == 0
    assert "dora" not in run(course, "extend", "dora", "all", "+0")
    with gradebook_of(course) as gradebook:
        assert gradebook.find_submission(LATER, "dora").extension is None


def test_what_formgrader_says_is_shown_and_what_the_file_says_counts(course):
    with gradebook_of(course) as gradebook:
        gradebook.update_or_create_assignment(ONE, duedate=DUE)
        gradebook.grant_extension(ONE, "ben", hours=36)
    assert "01_toy    2026-03-01 12:00  ben +1d12h" in run(course, "due")
    run(course, "due", "01", "2026-03-01T13:00")
    with gradebook_of(course) as gradebook:
        gradebook.update_or_create_assignment(ONE, duedate=DUE)
    said = run(course, "due", "01")
    assert "the gradebook still has 2026-03-01 12:00" in said
    said = run(course, "export", "--to", str(course / "grades.csv"))
    with gradebook_of(course) as gradebook:
        assert gradebook.find_assignment(ONE).duedate == DUE + timedelta(hours=1)
        assert gradebook.find_submission(ONE, "ben").extension == timedelta(hours=36)


def test_the_change_of_a_date_by_another_program_is_told(course, caplog):
    run(course, "due", "01", "2026-03-01T13:00")
    with gradebook_of(course) as gradebook:
        gradebook.update_or_create_assignment(ONE, duedate=DUE)
    caplog.clear()
    run(course, "export", "--to", str(course / "grades.csv"))
    assert caplog.messages == [
        "01_toy is due 2026-03-01 13:00, as grading/class.toml says; the gradebook had "
        "2026-03-01 12:00."
    ]


def test_times_are_those_of_this_computer(course, monkeypatch):
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    try:
        said = run(course, "due", "01", "2026-07-01T12:00")
        assert "2026-07-01 12:00" in said
        with gradebook_of(course) as gradebook:
            assert gradebook.find_assignment(ONE).duedate == datetime(2026, 7, 1, 10)
        run(course, "due", "01", "2026-07-01T12:00+00:00")
        assert "2026-07-01 14:00" in run(course, "due", "01")
    finally:
        monkeypatch.setenv("TZ", "UTC")
        time.tzset()


BY_HAND = """\
# my class, winter
[mail]
from = "me@example.org"     # not ours

[dates.01_toy]    # the first
due = "2026-03-01T12:00"   # by hand, without a zone
penalty = "10%/day"

[extensions.cleo]
all = "1d"
"""


def test_what_is_written_by_hand_counts_and_is_kept(course):
    path = class_file.path_of(course)
    path.write_text(BY_HAND, encoding="utf-8")
    assert "01_toy    2026-03-01 12:00  10%/day" in run(course, "due")
    run(course, "export", "--to", str(course / "grades.csv"))
    assert penalties(course) == {"ada": 0, "ben": 2, "cleo": 2}
    run(course, "extend", "ben", "01", "+1h")
    run(course, "due", "02", "2026-04-01T12:00")
    lines = path.read_text(encoding="utf-8").splitlines()
    kept = list(filter(None, BY_HAND.splitlines()))
    assert [line for line in lines if line in kept] == kept
    assert "[extensions.ben]" in lines and "[dates.02_other]" in lines


MISTAKES = [  # words, what the sentence says
    ("due 1 2026-03-01T12:00", "1: no such notebook, there are 01_toy, 02_other, 03_later."),
    ("due 0 2026-03-01T12:00", "0: may be 01_toy or 02_other or 03_later: write more"),
    ("due 01 2026-03-01", "2026-03-01: write a day and a time, such as 2026-12-01T23:59"),
    ("due 01 2026-13-01T12:00", "write a time such as 2026-12-01T23:59"),
    ("due 01 tomorrow", "tomorrow: write a day and a time"),
    ("due all 2026-03-01T12:00", "all: not everything is due at once"),
    ("due 01 --penalty 10", "--penalty 10: write 10%/day"),
    ("due 01 --penalty 110%/day", "--penalty 110%/day: write 10%/day"),
    ("due 01 --penalty 10%/month", "write 10%/day"),
    ("due 01 --grace 15", "--grace 15: write 15min, 12h, 2d or 1w"),
    ("due 01 --grace 1m", "--grace 1m: write 15min"),
    ("due --grace 15min", "name the notebook, or `all`"),
    ("extend adaa 01 +1d", "adaa: no such student: did you mean ada?"),
    ("extend zoe 01 +1d", "zoe: no such student: `autograder roster FILE` adds some"),
    ("extend ada 09 +1d", "09: no such notebook"),
    ("extend ada 01 +1y", "1y: write 15min, 12h, 2d or 1w, or a time"),
    ("extend ada 01 2026-02-01T12:00", "01_toy is due 2026-03-01 12:00: write a later time"),
]


@pytest.mark.parametrize(("words", "says"), MISTAKES)
def test_each_mistake_is_one_sentence_and_changes_nothing(course, words, says):
    run(course, "due", "01", "2026-03-01T12:00", "--penalty", "10%/day")
    path = class_file.path_of(course)
    before = (path.read_bytes(), penalties(course))
    ran = CliRunner().invoke(main, [*words.split(), "--root", str(course)])
    assert ran.exit_code == 1 and says in ran.output, ran.output
    assert ran.output.startswith("Error: ") and ran.output.count("\n") == 1
    assert (path.read_bytes(), penalties(course)) == before


IN_THE_FILE = [  # what stands there, what the sentence says
    ("[dates.01_toy\n", "class.toml: cannot be read ("),
    ("dates = 1\n", "dates: write a table such as [dates.02_load_balancer]"),
    ("[dates.01_toy]\ndeu = 1\n", "[dates.01_toy]: holds something else than due, penalty, grace"),
    ("[dates.01_toy]\ndue = 2026-03-01\n", "due = 2026-03-01: write a day and a time"),
    ("[dates.01_toy]\npenalty = 10\n", "[dates.01_toy] penalty = 10: write 10%/day"),
    ("[dates.01_toy]\ngrace = 15\n", "[dates.01_toy] grace = 15: write 15min"),
    ("[dates.all]\ndue = 2026-03-01T12:00:00\n", "all cannot be due at once"),
    ("[dates.01]\npenalty = 'none'\n", "01: no such assignment, there are 01_toy, 02_other"),
    ("[extensions]\nada = '1d'\n", "[extensions.ada]: write lines such as"),
    ("[extensions.ada]\n01_toy = 'soon'\n", "[extensions.ada] 01_toy = soon: write 15min"),
    ("removed = 'ada'\n", 'removed: write a list of ids such as ["ada"]'),
]


@pytest.mark.parametrize(("text", "says"), IN_THE_FILE)
def test_each_mistake_in_the_file_is_one_sentence_that_names_the_place(course, text, says):
    path = class_file.path_of(course)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CourseError) as caught:
        class_file.removed(course)
        read.roster(course)
    assert says in str(caught.value)
    ran = CliRunner().invoke(main, ["due", "01", "none", "--root", str(course)])
    if "removed" not in text:
        assert ran.exit_code == 1 and says in ran.output and ran.output.count("\n") == 1
    assert path.read_text(encoding="utf-8") == text


def test_a_penalty_that_the_class_takes_from_elsewhere_is_not_set_silently(course):
    with open(course / "nbgrader_config.py", "a") as file:
        file.write("\nfrom nbgrader.plugins import LateSubmissionPlugin as Mine\n")
        file.write("c.AssignLatePenalties.plugin_class = Mine\n")
    words = ["due", "01", "--penalty", "10%/day", "--root", str(course)]
    ran = CliRunner().invoke(main, words)
    assert "late penalties come from LateSubmissionPlugin: write" in ran.output
    assert not class_file.path_of(course).exists()
