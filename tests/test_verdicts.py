"""What a student sees of a check: in a kernel, in the grader, and in course.check()."""

import re

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.grade.sandbox.client import Sandbox
from autograder.grade.sandbox.limits import Limits
from course import overview
from course.checks import attempt, plain
from course.submit import CannotTell
from course.texts import HIDDEN_CHECK_RELEASED
from course.verdicts import PASSED, ROWS, Verdict, html_of, verdict_on
from tests.course_scripts import NAMES, ROOT, cells, solved
from tests.importing import shared_importer
from tests.test_attacks import shut_in

PICKED = (
    'seen = [pick(["a", "b"])]\n',
    'assert seen == ["b"], f"pick should give b; yours gave {seen}"',
)
SERVED = (
    """import simpy
env = simpy.Environment()
worker = simpy.Resource(env, 1)
ends = []
for _ in range(2):
    env.process(serve(env, worker, ends))
env.run()
seen = ends
""",
    'assert seen == [1, 2], f"two requests should end at 1 and 2 s; yours: {seen}"',
)
TRIED = (
    """from course.checks import attempt
seen = attempt(lambda: rate(-1))
""",
    'assert seen.get("raised") == "ValueError", f"rate(-1) should raise ValueError; yours: {seen}"',
)
# a student's mistake: what is written, the check, and all that is shown below the headline
MISTAKES = {
    "another value": (
        "def pick(names):\n    return names[0]",
        PICKED,
        ["pick should give b; yours gave ['a']"],
    ),
    "print for return": (
        "def pick(names):\n    print(names[1])",
        PICKED,
        ["pick should give b; yours gave [None]"],
    ),
    "an error": (
        "def pick(names):\n    last = len(names)\n    return names[last]",
        PICKED,
        [
            "IndexError: list index out of range",
            "In your code, line 3:",
            "    1  def pick(names):",
            "    2      last = len(names)",
            "→   3      return names[last]",
        ],
    ),
    "a parameter is missing": (
        "def pick():\n    return 1",
        PICKED,
        ["TypeError: pick() takes 0 positional arguments but 1 was given"],
    ),
    "not run": (
        "del pick",
        PICKED,
        ["pick is not there: run the cells above; did one of them end in an error?"],
    ),
    "not plain": (
        "def pick(names):\n    return set(names[:1])",
        PICKED,
        [
            "TypeError: your code gave {'a'} (set): a check can judge numbers, texts, True, False, "
            "None, lists and tuples of these, and dicts with texts as keys"
        ],
    ),
    "not written": (
        "def pick(names):\n    raise NotImplementedError('Exercise A: choose one')",
        PICKED,
        ["Exercise A is not written yet: choose one"],
    ),
    "no yield": (
        "def serve(env, worker, ends):\n    ends.append(env.now)",
        SERVED,
        [
            "serve(…) returned None, expected a generator: "
            "without a yield it is over before any time has passed."
        ],
    ),
    "a generator that is not a process": (
        "def work(env):\n    yield env.timeout(1)\n\n"
        "def serve(env, worker, ends):\n    yield work(env)\n    ends.append(env.now)",
        SERVED,
        [
            "serve yielded a generator: a process yields SimPy events only, "
            "and a generator must be started first: yield env.process(work(…))."
        ],
    ),
    "a number that is not an event": (
        "def serve(env, worker, ends):\n    yield 1",
        SERVED,
        ["serve yielded 1: a process yields SimPy events only, such as a timeout."],
    ),
    "an error in a process": (
        "def serve(env, worker, ends):\n    yield env.timeout(1)\n    ends.add(env.now)",
        SERVED,
        [
            "AttributeError: 'list' object has no attribute 'add'",
            "In your code, line 3:",
            "    1  def serve(env, worker, ends):",
            "    2      yield env.timeout(1)",
            "→   3      ends.add(env.now)",
        ],
    ),
    "another error": (
        "def rate(x):\n    return 1 / (x + 1)",
        TRIED,
        [
            "rate(-1) should raise ValueError; yours: an error, "
            "ZeroDivisionError: division by zero (line 2)"
        ],
    ),
    "no error": (
        "def rate(x):\n    return x",
        TRIED,
        ["rate(-1) should raise ValueError; yours: -1"],
    ),
}
# in the grader the lines of a check cannot be looked up: the call is not named
IN_THE_GRADER = {"no yield": ("serve(…)", "A process")}
RIGHT = "def pick(names):\n    return names[1]"


def check_of(halves, points=1):
    observe, judge = halves
    judge = f"from course.checks import plain as _plain\nseen = _plain(seen)\n{judge}"
    return f"# Check: pick ({points} point{'s' * (points > 1)})\n{observe}### JUDGE\n{judge}"


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """The outputs of each mistake's check, and of one that passes, in one kernel."""
    sources = ["import course", RIGHT, check_of(PICKED, 2)]
    for written, halves, _ in MISTAKES.values():
        sources += [written, check_of(halves)]
    sources += ["1 / 0", "course.check()"]
    notebook = new_notebook(cells=[new_code_cell(source) for source in sources])
    folder = tmp_path_factory.mktemp("verdicts")
    nbformat.write(notebook, folder / "lesson.ipynb")
    where = {"metadata": {"path": str(folder)}}
    NotebookClient(notebook, allow_errors=True, resources=where).execute()
    outputs = [cell.outputs for cell in notebook.cells]
    return {
        "passed": outputs[2],
        **dict(zip(MISTAKES, outputs[4::2], strict=False)),
        "not a check": outputs[-2],
        "course.check()": outputs[-1],
    }


def test_a_check_that_passes_says_so_in_one_line(shown):
    [output] = shown["passed"]
    assert output.output_type == "display_data"  # a result could be read as partial credit
    assert output.data["text/plain"] == "✓ pick · 2 of 2 points"
    assert "<span>✓</span> pick · 2 of 2 points</b>" in output.data["text/html"]


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_one_box_and_a_short_error(shown, mistake):
    written, _, lines = MISTAKES[mistake]
    *before, box, error = shown[mistake]
    assert [output.name for output in before] == ["stdout"] * ("print" in written)
    mark = "○" if mistake == "not written" else "✗"
    assert box.data["text/plain"] == f"{mark} pick · 0 of 1 point"
    assert error.output_type == "error" and error.traceback == lines
    html = box.data["text/html"]
    text = re.sub(r"<style>.*?</style>|<details>.*</details>|<[^>]+>", "", html, flags=re.DOTALL)
    assert len(text.splitlines()) < 12
    assert "<details>" in html or mark == "○"


def test_other_cells_show_errors_as_ever(shown):
    [error] = shown["not a check"]
    assert "ZeroDivisionError" in "\n".join(error.traceback) and len(error.traceback) > 2


def test_a_notebook_without_exercises_is_one_sentence(shown):
    assert "error" not in [output.output_type for output in shown["course.check()"]]


@shut_in
def test_the_grader_keeps_the_same_lines():
    asked = [
        {"kind": kind, "text": text}
        for written, (observe, _), _ in MISTAKES.values()
        for kind, text in (("cell", written), ("observe", observe))
    ]
    before = [{"kind": "cell", "text": RIGHT}]
    with Sandbox(["simpy", "course"], Limits(), importer=shared_importer()) as box:
        answers = box.run([*before, *asked]).answers
    for n, (mistake, (_, (_, judge), lines)) in enumerate(MISTAKES.items()):
        answer = answers[2 * n + 2]
        if "error" not in answer:
            with pytest.raises(AssertionError, match=re.escape(lines[0])):
                exec(judge, {"seen": plain(answer["seen"])})
            continue
        old, new = IN_THE_GRADER.get(mistake, ("", ""))
        assert answer["error"]["traceback"] == [line.replace(old, new) for line in lines]


def test_a_long_sentence_is_cut_and_whole_in_the_fold():
    with pytest.raises(AssertionError) as caught:
        raise AssertionError("x" * 5000 + "end")
    verdict = verdict_on(caught.value)
    assert len(verdict.text) <= 100 * ROWS and verdict.text.endswith("…")
    assert "end" in verdict.folded
    with pytest.raises(AssertionError) as caught:
        raise AssertionError("\n".join("abcdefghijkl"))
    assert verdict_on(caught.value).text == "a\nb\nc\nd\ne\nf …"


def test_what_a_student_wrote_is_not_html():
    html = html_of(Verdict("✗", "<script>1</script>", "p", ("<b>",), "<i>"), "# <u>")
    assert not re.search("<(script|b|i|u)>", html.replace("<b><span>✗</span>", ""))


def test_an_attempt_is_printed_in_words_wherever_it_went():
    def rate():
        raise ValueError("x = -1")

    for seen in (attempt(rate), plain(dict(attempt(rate)))):
        assert f"{seen}" == "an error, ValueError: x = -1" and f"{[seen]}" == f"[{seen}]"
        assert seen["bases"] == ["Exception", "BaseException"]
    assert f"{attempt(lambda: 'a')}" == "'a'" and attempt(lambda: 1) == {"returned": 1}


def exercise_cells():
    def check(grade_id, points, text, kind=new_code_cell):
        cell = kind(text)
        cell.metadata["nbgrader"] = {"grade": True, "grade_id": grade_id, "points": points}
        return cell

    return [
        new_markdown_cell("## Exercise A — Pick"),
        check("pick_check", 2, check_of(PICKED)),
        check("pick_hidden", 3, HIDDEN_CHECK_RELEASED),
        new_markdown_cell("## Exercise B — Serve"),
        check("serve_check", 1, check_of(SERVED)),
        new_markdown_cell("## Explain"),
        check("explain", 4, "*Write your answer here.*", new_markdown_cell),
    ]


@pytest.mark.parametrize(
    ("written", "marks", "then"),
    [
        ("", "✗ ✗ ○", "pick is not there"),
        (RIGHT, "✓ ✗ ○", "serve is not there"),
        ("def pick(names):\n    print(1)\n    return 0", "✗ ✗ ○", "pick should give b"),
    ],
)
def test_all_checks_together(written, marks, then, capsys):
    names = {"__name__": "__main__"}
    exec(compile(written, "cell", "exec"), names)
    before = set(names)
    found = overview.examine(exercise_cells(), names)
    assert [one.title for one in found] == ["Exercise A — Pick", "Exercise B — Serve", "Explain"]
    assert [one.hidden for one in found] == [3, 0, 4]
    assert " ".join(one.mark for one in found) == marks
    assert found[0].earned == (2 if marks[0] == PASSED else 0)
    assert then in overview._next(found) and set(names) == before
    assert capsys.readouterr().out == ""


def test_when_all_is_done_the_next_thing_is_to_hand_in():
    cells_ = exercise_cells()
    del cells_[3:5]
    cells_[-1]["source"] = "Because."
    names: dict = {"__name__": "__main__"}
    exec(RIGHT, names)
    found = overview.examine(cells_, names)
    assert "2 of 2 points" in overview._next(found) and "Hand in" in overview._next(found)
    with pytest.raises(CannotTell, match="no exercises"):
        overview.examine(cells_[:1], names)


def test_nothing_is_run_while_nbgrader_executes(monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "validate")
    assert overview.check() is None


@pytest.mark.parametrize("name", NAMES)
def test_every_released_check_is_named_and_folded(name):
    notebook = nbformat.read(ROOT / "notebooks" / name / f"{name}.ipynb", as_version=4)
    visible = [cell for cell in notebook.cells if "\n### JUDGE\n" in cell.source]
    wanted = [cell for cell in cells(name) if cell.kind == "check" and not cell.hidden]
    assert len(visible) == len(wanted) > 4
    for cell, check in zip(visible, wanted, strict=True):
        assert re.match(rf"# Check( \d of \d)?: {check.exercise} \(", cell.source)
        assert cell.metadata.jupyter == {"source_hidden": True}
    hidden = [cell for cell in notebook.cells if "source_hidden" in str(cell.metadata)]
    assert hidden == visible
    sources = [cell.source for cell in notebook.cells]
    all_checks = sources.index("import course\n\ncourse.check()")
    assert sources[all_checks + 1].startswith("## Hand in")
    *solved_ones, explain = overview.examine(notebook.cells, solved(name))
    assert {one.mark for one in solved_ones} == {PASSED} and explain.title == "Explain"
