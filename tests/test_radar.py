"""Who makes the same mistake: fingerprints, names, a comment for all, a question for each."""

import json
import re
import sys
from contextlib import closing
from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from nbgrader.api import Gradebook

from autograder.audit.fingerprints import observed
from autograder.build import mistakes
from autograder.cli import main
from autograder.grade import execute, grade, records
from autograder.grade.fingerprint import Observed, of_exercise
from autograder.grade.records import Record
from autograder.pages import radar
from course import questions, verdicts
from tests import classroom
from tests.course_scripts import NAMES, ROOT, cells, checks, exercises, names_before, run
from tests.importing import Borrowed

NAME = "02_load_balancer"
FOLDER = ROOT / "tests" / "submissions"
EVERY = 12  # of all wrong submissions one in so many is run: benchmarks/radar.py runs all
SAMPLE = sorted(FOLDER.rglob("wrong_*.py"))[::EVERY]
ALWAYS_THE_FIRST = {  # one mistake, written by two students
    "ada": "class RoundRobin:\n    def pick(self, servers):\n        return servers[0]\n",
    "ben": """\
class RoundRobin:
    turn = 0

    def pick(self, views):
        chosen = [view for view in views][self.turn]
        return chosen
""",
}


def known_names(exercise):
    """Return what the course's file calls each fingerprint, of all exercises of that name."""
    return radar.known(ROOT, NAME)[exercise]


def test_every_mistake_has_a_sentence_a_question_and_a_fingerprint():
    for name in NAMES:
        table = mistakes.fingerprints(ROOT, name)
        assert list(table) == sorted(exercises(name))
        for exercise in exercises(name):
            found = mistakes.mistakes(ROOT, name, exercise)
            named = [each for names in table[exercise].values() for each in names]
            assert sorted(named) == [one.name for one in found]
            for one in found:
                where = f"{name}/{exercise}/{one.name}"
                assert one.sentence and one.question.rstrip('"').endswith(("?", ".")), where
                assert "?" in one.question and "# asks" not in one.sentence, where


@pytest.mark.parametrize("path", SAMPLE, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_course_knows_what_its_wrong_submissions_do(path):
    """The file says what a fresh run does: `autograder mistakes` writes it anew."""
    name, exercise = path.parent.parent.name, path.parent.name
    namespace = names_before(name, exercise)
    run(path.read_text(encoding="utf-8"), namespace, str(path))
    prints = of_exercise(observed(checks(name, exercise), namespace))
    table = mistakes.fingerprints(ROOT, name)[exercise]
    assert any(path.stem in table.get(one, ()) for one in prints)


def test_a_fingerprint_is_of_what_code_does_not_of_how_it_is_written():
    right, lost = Observed(""), Observed("AssertionError", "no", {"raised": "KeyError", "line": 3})
    assert of_exercise({"a": right, "b": right}) == ("", "")
    assert of_exercise({"a": Observed("NotImplementedError", "write it")}) == ("", "")
    elsewhere = Observed("AssertionError", "no", {"raised": "KeyError", "line": 9, "message": "x"})
    other = Observed("AssertionError", "no", {"raised": "ValueError", "line": 3})
    assert of_exercise({"a": lost}) == of_exercise({"a": elsewhere}) != of_exercise({"a": other})
    third, sums = (Observed("AssertionError", "", [each]) for each in (0.3, 0.1 + 0.2))
    assert of_exercise({"a": third}) == of_exercise({"a": sums})
    assert of_exercise({"a": lost, "b": right}) == of_exercise(
        {"a": lost, "b": Observed("", "", 1)}
    )
    assert of_exercise({"a": lost, "b": right}) != of_exercise({"a": right, "b": lost})


def test_groups_are_counted_named_and_sorted():
    prints = {"a": "11 c1", "b": "22 c2", "c": "22 c3", "d": "33 c4", "e": "44 cc", "f": ""}
    found = [Record(who, NAME, "graded", behaviour={"x": one}) for who, one in prints.items()]
    known = {"11": "known by what it does", "cc": "known by what was said"}
    made = [(one.sentence, one.students) for one in radar.groups("x", found, known)]
    assert made == [
        ("", ("b", "c")),
        *((known[key], (who,)) for key, who in [("11", "a"), ("cc", "e")]),
    ]


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Two students with one mistake, one with a known mistake, one who is right."""
    folder = classroom.make_course(tmp_path_factory.mktemp("radar") / "course", [NAME])
    solved = classroom.solutions(NAME)
    wrong = FOLDER / NAME / "round_robin" / "wrong_picks_unhealthy.py"
    one = {"dan": wrong.read_text(encoding="utf-8"), "eve": solved["round_robin"]}
    for student, text in (ALWAYS_THE_FIRST | one).items():
        texts = solved | {"round_robin": text}
        classroom.hand_in(folder, student, NAME, classroom.written(NAME, texts))
    submissions = folder / "tests" / "submissions"
    submissions.mkdir(parents=True)
    (submissions / NAME).symlink_to(FOLDER / NAME)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(execute, "Importer", Borrowed)
        list(grade.grade(folder, NAME)[1])
    return folder


def command(course, *words):
    done = CliRunner().invoke(main, [*words, "--root", str(course)])
    return done.exit_code, done.output


@pytest.mark.skipif(sys.platform != "linux", reason="grading needs Linux")
def test_a_class_is_grouped_named_and_written_to(course):
    found = {record.student: record for record in records.read_all(course, NAME)}
    assert found["eve"].behaviour == {}
    assert {*found["ada"].behaviour} == {"round_robin"}
    assert found["ada"].behaviour == found["ben"].behaviour
    unnamed, named = radar.groups("round_robin", list(found.values()), known_names("round_robin"))
    assert (unnamed.sentence, unnamed.students) == ("", ("ada", "ben"))
    assert (named.sentence, named.students) == ("does not look at health at all", ("dan",))

    assert command(course, "name", NAME, unnamed.short, "always  the first")[0] == 0
    renamed = radar.group_of(course, NAME, unnamed.short)
    assert (renamed.sentence, renamed.students) == ("always the first", unnamed.students)
    assert command(course, "report")[0] == 0
    page = (course / "grading" / "report.html").read_text(encoding="utf-8")
    assert re.search(r"<b>2 students</b>: <i>always the first</i>", page)
    assert re.search(r"<b>1 student</b>: <i>does not look at health at all</i>", page)

    text = "Where do you remember whose turn it is?"
    with closing(Gradebook(f"sqlite:///{course / 'grading' / 'gradebook.db'}")) as gradebook:
        gradebook.find_comment("round_robin", NAME, NAME, "ben").manual_comment = "Nice names."
        gradebook.db.commit()
    assert "2 of 2" in command(course, "comment", NAME, unnamed.short, text)[1]
    assert "0 of 2" in command(course, "comment", NAME, unnamed.short, text)[1]
    with closing(Gradebook(f"sqlite:///{course / 'grading' / 'gradebook.db'}")) as gradebook:
        said = {
            student: gradebook.find_comment("round_robin", NAME, NAME, student).comment
            for student in found
        }
    expected = {"ada": text, "ben": f"Nice names.\n\n{text}", "dan": None}
    assert said == expected | {"eve": None}
    assert command(course, "feedback", NAME, "--student", "ada")[0] == 0
    page = course / "grading" / "feedback" / "ada" / NAME / f"{NAME}.html"
    assert text in page.read_text(encoding="utf-8")


@pytest.mark.skipif(sys.platform != "linux", reason="grading needs Linux")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("name", NAME, "zzz", "x"), "zzz: no such group in 02_load_balancer; there are "),
        (("comment", NAME, "zzz", "x"), "zzz: no such group in 02_load_balancer; there are "),
        (("comment", NAME, "zzz", " "), "The comment is empty: "),
    ],
)
def test_mistakes_with_groups_are_one_sentence(course, words, said):
    code, printed = command(course, *words)
    assert code == 1 and said in printed and "Traceback" not in printed


def test_a_damaged_file_of_names_is_told_and_stays(tmp_path):
    (tmp_path / "solutions").mkdir()
    group = radar.Group("x", "12ab", "", ("ada",))
    radar.named_path(tmp_path).write_text("[02.x\n", encoding="utf-8")
    with pytest.raises(radar.CourseError, match=r"mistakes\.toml: cannot be read .*: correct"):
        radar.give_name(tmp_path, NAME, group, "a name")
    assert radar.named_path(tmp_path).read_text(encoding="utf-8") == "[02.x\n"
    radar.named_path(tmp_path).write_text(f'["{NAME}"]\nx = "y"\n', encoding="utf-8")
    with pytest.raises(radar.CourseError, match="write "):
        radar.known(tmp_path, NAME)


class Shell:
    """As much of a kernel's shell as a failed check needs; what is shown is kept."""

    def __init__(self, seen):
        self.user_ns = {"seen": seen}

    def set_custom_exc(self, *arguments):
        """Do nothing."""

    showtraceback = set_custom_exc


def shown_question(monkeypatch, seen, error):
    kept = []
    shown = verdicts._Shown(Shell(seen))
    monkeypatch.setattr(shown, "show", kept.append)
    shown.before(SimpleNamespace(raw_cell="# Check: round_robin (1 point)\n### JUDGE\n"))
    shown.failed(shown.shell, type(error), error, None)
    return kept[0].question


def test_a_known_mistake_gets_its_question_in_the_checks_box(monkeypatch):
    """Of a picker that does not look at health: a b c a b c, with b down at the third to fifth."""
    asked = "Where does your code ask whether a server is healthy?"
    seen = ["a", "b", "c", "a", "b", "c"]
    failed = AssertionError("6 requests")
    assert shown_question(monkeypatch, seen, failed) == asked
    assert shown_question(monkeypatch, tuple(seen), failed) == asked
    assert shown_question(monkeypatch, seen[:-1], failed) == ""
    assert shown_question(monkeypatch, object(), failed) == ""
    assert shown_question(monkeypatch, seen, TypeError("no check has seen this")) == ""
    box = verdicts.html_of(verdicts.Verdict(verdicts.FAILED, "no", question="<b>?"), "")
    assert "<b>A question:</b> &lt;b&gt;?" in box


def test_what_students_get_holds_no_question_to_read():
    sealed = json.loads(questions.PATH.read_text(encoding="utf-8"))
    every = {
        one.question
        for name in NAMES
        for exercise in exercises(name)
        for one in mistakes.mistakes(ROOT, name, exercise)
    }
    assert len(sealed) > 100
    text = questions.PATH.read_text(encoding="utf-8")
    assert not [asked for asked in every if asked in text]
    assert not [cell for cell in cells(NAME) if cell.grade_id and f'"{cell.grade_id}"' in text]
