"""`autograder audit`: weak checks are found out, on the smallest course that the builder takes."""

import ast
import os
import signal
import time

import pytest
from click.testing import CliRunner

from autograder.audit import audit, equivalent
from autograder.audit.mutants import mutants_of, operators
from autograder.audit.pool import ChildLimits, ForkPool
from autograder.cli import main
from autograder.errors import CourseError
from course.checks import SEED
from tests.course_scripts import EVERY, NAMES, ROOT, cells
from tests.toy_course import SCRIPT, make_course

WEAK = SCRIPT.replace("seen = alpha(21)", "seen = alpha(2)").replace(
    'seen == 42, f"alpha(21) returned {seen}, expected 42: twice 21"', 'seen == 4, "twice 2"'
)
NOTHING = equivalent.Listed()
LOOP = """\
    total = 0
    while number > 0:
        number -= 1
        total += 2
    return total
"""
WAS = "return 2 * number  # secret of alpha"
LINE = "return 2 + number  # secret of alpha"
ENTRY = '[[equivalent]]\nnotebook = "01_toy"\nexercise = "alpha"\n'
ENTRY += f'was = "{WAS}"\nline = "{{line}}"\nwhy = "so"\n'


def audited(folder, listed=NOTHING):
    """Return {exercise: its audit} of the toy course in the folder."""
    return {e.exercise: e for e in audit.audit_notebook(folder, "01_toy", 2, listed)}


@pytest.fixture(scope="module")
def found(weak):
    return audited(weak)


@pytest.fixture(scope="module")
def weak(tmp_path_factory):
    """A course whose exercise alpha is only ever asked for twice 2, with four submissions."""
    folder = make_course(tmp_path_factory.mktemp("weak"), WEAK)
    submissions = folder / "tests" / "submissions" / "01_toy" / "alpha"
    submissions.mkdir(parents=True)
    for name, text in {
        "right_sum.py": "def alpha(number):\n    return number + number\n",
        "right_none.py": "def alpha(number):\n    return None\n",
        "wrong_thrice.py": "# loses: alpha_hidden\ndef alpha(number):\n    return 3 * number\n",
        "wrong_square.py": "# loses: alpha_hidden\ndef alpha(number):\n    return number**2\n",
    }.items():
        (submissions / name).write_text(text, encoding="utf-8")
    return folder


def test_a_weak_check_lets_mutants_survive_and_a_strong_one_does_not(found):
    survivors = {(mutant.was, mutant.line) for mutant in found["alpha"].survivors}
    # by hand: of number + - * / // % ** << >> & | ^ 2 at 2, only these give 4
    assert survivors == {(WAS, LINE), (WAS, "return 2 ** number  # secret of alpha")}
    assert found["alpha"].mutants == found["alpha"].killed.total() + 2
    assert not found["beta"].survivors and found["beta"].mutants == found["alpha"].mutants > 10


def test_submissions_that_are_judged_wrongly_are_told(found):
    alpha = found["alpha"]
    assert alpha.submissions == {"right": 1, "wrong": 1}
    assert sorted(problem.partition(":")[0] for problem in alpha.problems) == [
        "right_none.py loses points",
        "wrong_square.py passes alpha_hidden",
    ]


def test_the_command_shows_survivors_and_fails_below_the_minimum(weak):
    (weak / equivalent.FILE).write_text(
        ENTRY.format(line=LINE) + ENTRY.format(line="return 7"), encoding="utf-8"
    )
    shown = CliRunner().invoke(main, ["audit", "--root", str(weak), "--minimum", "99"])
    assert shown.exit_code == 1
    for line in (
        f"- {WAS}",
        "+ return 2 ** number  # secret of alpha",
        "stale: no survivor of alpha is this one, listed as equivalent",
        "less than 99 % of the mutants die in 01_toy",
        "2 submissions are judged wrongly",
    ):
        assert line in shown.output
    assert f"+ {LINE}" not in shown.output  # it is listed as equivalent
    rows = [line.split() for line in shown.output.splitlines() if line.startswith("  alpha")]
    ((_, mutants, alike, killed, survived, share, *_),) = rows
    assert (alike, survived) == ("1", "1") and int(killed) == int(mutants) - 2
    assert float(share) == pytest.approx(100 * int(killed) / (int(mutants) - 1), abs=0.05)


def test_an_endless_mutant_dies_and_a_solution_that_fails_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(audit, "LEAST_SECONDS", 1)
    one = SCRIPT.replace("    return 2 * number  # secret of alpha\n", LOOP)
    alpha = audited(make_course(tmp_path / "endless", one))["alpha"]
    assert alpha.killed["took too long"] >= 1  # `pass` for `number -= 1`, for one
    bad = SCRIPT.replace("return 2 * number  # secret of beta", "return 3 * number")
    with pytest.raises(CourseError, match=r"solution of beta fails: .*beta"):
        audited(make_course(tmp_path / "bad", bad))


def test_right_code_must_pass_whatever_the_seed(tmp_path):
    from_seed = "from course.checks import SEED\nseen = alpha(21) + (SEED == 7)"
    script = SCRIPT.replace("seen = alpha(21)", from_seed)
    folder = make_course(tmp_path, script)
    right = folder / "tests" / "submissions" / "01_toy" / "alpha" / "right_sum.py"
    right.parent.mkdir(parents=True)
    right.write_text("def alpha(number):\n    return number + number\n", encoding="utf-8")
    problems = audited(folder)["alpha"].problems
    assert len(problems) == 2 and all("alpha_hidden: with seed 7" in told for told in problems)
    assert sorted(told.split()[0] for told in problems) == ["right_sum.py", "the"]


def test_where_the_outcome_counts_the_lucky_are_told_from_the_right(tmp_path):
    drawn = "from course.checks import SEED\nseen = alpha(SEED % 2)"
    judge = 'from course.checks import SEED\nassert seen == 2 * (SEED % 2), "twice 0 or 1"'
    script = (
        SCRIPT.replace("return 2 * number  # secret of alpha", "return 2 * (number + 0)")
        .replace('seen = alpha(2)\n### JUDGE\nassert seen == 4, f"', "seen = alpha(1)\n### JUDGE\n")
        .replace("alpha(2) returned {seen}, expected 4: twice 2", 'assert seen == 2, "twice 1')
        .replace("seen = alpha(21)", drawn)
        .replace('assert seen == 42, f"alpha(21) returned {seen}, expected 42: twice 21"', judge)
    )
    outcome = equivalent.GradedByOutcome("01_toy", "alpha", 2, "any way to the result")
    alpha = audited(make_course(tmp_path, script), equivalent.Listed(outcomes=(outcome,)))["alpha"]
    assert SEED % 2 == 1  # so all are asked for twice 1 at first; seed 2 then asks for twice 0
    # by hand: what gives 2 at 1, but not 0 at 0; and what gives both
    lucky = {f"return 2 {sign} (number + 0)" for sign in ("/", "//", "**")}
    assert {mutant.line for mutant in alpha.survivors} == lucky | {"return 2 * (number ** 0)"}
    right = {f"return 2 * (number {sign} 0)" for sign in ("-", "|", "^", "<<", ">>")}
    assert {mutant.line for mutant, entry in alpha.equivalent if entry is outcome} == right


def test_a_child_that_sleeps_hoards_or_leaves_another_behind_is_ended(tmp_path):
    endings, beat = [], tmp_path / "beat"

    def hoard():
        return len([bytes(1 << 24) for _ in range(1 << 20)])

    def leave_behind():
        if not os.fork():
            while True:
                beat.write_text(str(time.monotonic()), encoding="utf-8")
                time.sleep(0.02)
        time.sleep(0.2)
        return "left"

    limits = ChildLimits(cpu_seconds=5, wall_seconds=0.6, memory_bytes=1 << 27)
    forks = ForkPool(2)
    work_of_children = (
        lambda: time.sleep(60),
        hoard,
        leave_behind,
        lambda: {"seen": 1},
        lambda: os.kill(os.getpid(), signal.SIGTERM),
    )
    for work in work_of_children:
        forks.start(work, limits, endings.append)
        forks.wait()
    sleeping, hoarding, leaving, answering, killed = endings
    assert sleeping.died == "took too long" and sleeping.wall_seconds < 3
    assert hoarding.died.startswith("ended with 1")
    assert (leaving.answer, leaving.died) == ("left", "")
    assert (answering.answer, answering.died) == ({"seen": 1}, "")
    assert killed.died == "died of SIGTERM"
    last = beat.read_text(encoding="utf-8")
    time.sleep(0.1)
    assert beat.read_text(encoding="utf-8") == last  # the grandchild beats no more


def test_mutants_differ_from_the_solution_in_its_region_only():
    solution = next(cell for cell in cells("02_load_balancer") if cell.kind == "solution")
    head, _, rest = solution.text.partition("### BEGIN SOLUTION")
    mutants = list(mutants_of(solution.text, operators()))
    assert len({mutant.text for mutant in mutants}) == len(mutants) > 30
    for mutant in mutants:
        assert mutant.text.startswith(head) and mutant.text != solution.text
        assert ast.dump(ast.parse(mutant.text)) != ast.dump(ast.parse(solution.text))
    assert ("self.last = server.name", "pass") in {(m.was, m.line) for m in mutants}
    assert rest  # there was a region


def test_mistakes_in_calling_it_are_one_sentence(tmp_path):
    folder = make_course(tmp_path)

    def said(*arguments):
        result = CliRunner().invoke(main, ["audit", "--root", str(folder), *arguments])
        assert result.exit_code == 1 and result.output.count("\n") == 1, result.output
        return result.output

    assert "02_toy: no such notebook, there are 01_toy" in said("02_toy")
    (folder / equivalent.FILE).write_text("[[equivalent]\n", encoding="utf-8")
    assert "equivalent_mutants.toml: is not TOML" in said()
    (folder / equivalent.FILE).write_text('[[equivalent]]\nlien = "x"\n', encoding="utf-8")
    said_of_it = said()
    assert "'lien': an [[equivalent]] has notebook, exercise, was, line, why" in said_of_it


def test_the_welcome_has_nothing_to_audit_and_gets_no_row():
    (welcome,) = set(EVERY) - set(NAMES)
    assert audit.audit_notebook(ROOT, welcome, 1, ()) == []
    assert list(audit.notebook_lines([], [])) == []


def test_the_list_of_equivalent_mutants_names_exercises_and_says_why():
    listed = equivalent.read(ROOT).mutants
    assert len(set(listed)) == len(listed) > 10
    for entry in listed:
        solution = [c.text for c in cells(entry.notebook) if c.grade_id == entry.exercise]
        assert len(solution) == 1 and len(entry.why) > 15, entry
        lines = [line.strip() for line in solution[0].splitlines()]
        assert entry.was in lines and entry.line not in lines, entry
