"""Why a hidden check failed: small cases, true sentences, and nothing told that is secret."""

import contextlib
import io
import random
from contextlib import closing
from dataclasses import replace

import nbformat
import pytest
from click.testing import CliRunner

from autograder.build import markers
from autograder.cli import main
from autograder.grade import records
from autograder.grade.judge import Judge
from autograder.grade.sandbox.client import Sandbox
from autograder.grade.why import calls, shown
from autograder.grade.why.bench import LIMITS, Bench
from autograder.grade.why.explain import explained
from autograder.grade.why.inputs import check_of, size
from autograder.grade.why.recorder import recording
from autograder.grade.why.smallest import smallest
from course.engine.servers import make_views
from tests.importing import Borrowed
from tests.programs import nbgrader, run
from tests.toy_course import SCRIPT, make_course

NAME = "01_toy"
SECRET = "known-to-the-observing-half"
RIGHT = """\
class Bag:
    def __init__(self, room):
        self.room, self.things = room, []

    def add(self, thing):
        if thing in self.things:
            return "there"
        self.things = [*self.things, thing][-self.room :]
        return len(self.things)
"""
FORGETFUL = RIGHT.replace("[-self.room :]", "[: self.room]")  # keeps the oldest
SHARED = "class Bag:\n    things = []\n" + RIGHT.split("\n", 1)[1].replace(
    "self.room, self.things = room, []", "self.room = room"
).replace("self.things = [*self.things, thing][-self.room :]", "self.things.append(thing)").replace(
    "return len(self.things)", "return min(self.room, len(self.things))"
)
CHECK = f"""\
import random
from course.checks import SEED

_rng, _runs, _marks = random.Random(SEED), [], []
for _ in range(20):
    _runs.append((2, [_rng.choice("abcdef") for _ in range(30)]))
    _marks.append(_rng.random())
### OBSERVE
_note, seen = "{SECRET}", []
for (_room, _things), _mark in zip(_runs, _marks, strict=True):
    _bag = Bag(_room)
    seen.append([_bag.add(_thing) for _thing in _things])
"""
JUDGE = """\
assert len(seen) == 20, "20 bags"
for (_room, _things), _got in zip(_runs, seen, strict=True):
    _kept = []
    for _number, _thing in enumerate(_things):
        _want = "there" if _thing in _kept else min(_room, len(_kept) + 1)
        _kept = _kept if _want == "there" else [*_kept, _thing][-_room:]
        assert _got[_number] == _want, f"{_things}: expected {_want}, got {_got[_number]}"
"""
DRAW, _, OBSERVE = CHECK.partition("### OBSERVE\n")
BAG = check_of("bag_hidden", DRAW + OBSERVE, markers.PLAIN + DRAW + JUDGE)
SEEDS = [11, 12, 13]


@pytest.fixture(scope="module")
def bench():
    with Sandbox([], LIMITS, "process", importer=Borrowed()) as sandbox, closing(Judge()) as judge:
        yield Bench(sandbox, judge, [RIGHT])


def why(bench, own):
    return explained(bench, [own], [BAG], SEEDS, {"bag": RIGHT}).get("bag_hidden")


def test_the_smallest_case_has_nothing_to_leave_out(bench):
    """By hand: the oldest is kept only if three came, and that is seen at the next one only."""
    case = smallest(bench, [FORGETFUL], [BAG], SEEDS)["bag_hidden"]
    ((room, things),) = case.changed["_runs"]
    assert case.seed in SEEDS and room == 2 and size(case.seen) == 4
    first, second, third, last = things
    assert len({first, second, third}) == 3 and last in (first, third)
    want, got = ("there", 2) if last == third else (2, "there")
    assert case.message == f"{things}: expected {want}, got {got}"


def test_a_case_fails_in_a_process_that_ran_nothing_else(bench):
    """A class that remembers across objects fails at once after another case, or another check."""
    checks = [BAG, replace(BAG, name="bag_hidden_2")]
    found = smallest(bench, [SHARED], checks, SEEDS)
    assert set(found) == {"bag_hidden", "bag_hidden_2"}
    for case in found.values():
        seen = []
        for text in (SHARED, RIGHT):
            names = {}
            exec(text, names)
            seen.append([[bag.add(each) for each in things] for bag, things in made(names, case)])
        assert seen[0] != seen[1], case.changed


ROWS = """\
import random
from course.checks import SEED

_rng, _runs = random.Random(SEED), []
for _ in range(20):
    _things = [_rng.choice("abcdef") for _ in range(30)]
    _runs.append((2, _things, [_rng.random() for _ in _things]))
### OBSERVE
seen = {"apart": [Bag(1).add("a"), Bag(1).add("a")], "bags": []}
for _room, _things, _marks in _runs:
    _bag, _pairs = Bag(_room), zip(_things, _marks, strict=True)
    seen["bags"].append([[_bag.add(_thing), _mark] for _thing, _mark in _pairs])
"""
ASKED = """\

assert [len(_got) for _got in seen["bags"]] == [30] * 20, "30 things in each of 20 bags"
assert seen["apart"] == [1, 1], "another bag is empty"
for (_room, _things, _), _got in zip(_runs, seen["bags"], strict=True):
    _kept = []
    for _number, _thing in enumerate(_things):
        _want = "there" if _thing in _kept else min(_room, len(_kept) + 1)
        _kept = _kept if _want == "there" else [*_kept, _thing][-_room:]
        assert _got[_number][0] == _want, f"{_things}: expected {_want}, got {_got[_number][0]}"
"""


def bag(number, rows=ROWS, asked=ASKED):
    draw, _, observe = rows.partition("### OBSERVE\n")
    return check_of(f"bag_hidden_{number}", draw + observe, markers.PLAIN + draw + asked)


def test_a_case_is_about_one_assertion_and_sees_what_that_reads(bench):
    """Its lists belong together; the other assertions would refuse any case with less in it."""
    case = smallest(bench, [FORGETFUL], [bag(2)], SEEDS)["bag_hidden_2"]
    ((_, things, marks),) = case.changed["_runs"]
    assert len(things) == len(marks) == 4 and list(case.seen) == ["bags"] and size(case.seen) == 8
    assert case.message.startswith(f"{things}: expected ")
    (again,) = bench.failed([FORGETFUL], [(case.check, case.seed, case.changed)])
    assert (again.seen, again.message) == (case.seen, case.message)
    assert bench.failed([RIGHT], [(case.check, case.seed, case.changed)]) == [False]


def test_of_two_mistakes_the_one_that_was_said_stays(bench):
    """The shared list fails both: the sentence is the first assertion's, with nothing else seen."""
    case = smallest(bench, [SHARED], [bag(2)], SEEDS)["bag_hidden_2"]
    assert case.message == "another bag is empty" and case.seen == {"apart": [1, "there"]}


def test_an_error_needs_no_more_than_what_raises_it(bench):
    raises = RIGHT.replace(
        "return len(", "return 1 // (thing != 'a' or len(self.things) < 2) * len("
    )
    case = smallest(bench, [raises], [bag(2)], SEEDS)["bag_hidden_2"]
    ((_, things, _),) = case.changed["_runs"]
    assert case.kind == "ZeroDivisionError" and len(things) < 4 and "a" in things[1:]


def test_a_page_has_so_much_processor_time_and_no_more(bench):
    busy = ["while True:\n    pass\n"] * 50
    with bench.within(0.3):
        bench.until(1.0)
        assert bench.observed([], busy) == {}
        assert bench.left <= 0 and bench.observed([], ["seen = 1"]) == {}
    assert bench.observed([], ["seen = 1"])[0]["seen"] == 1


def made(names, case):
    """Yield bags one after another, each with what is put into it."""
    runs = case.changed.get("_runs") or drawn(case.seed)
    return ((names["Bag"](room), things) for room, things in runs)


def drawn(seed):
    rng, runs = random.Random(seed), []
    for _ in range(20):
        runs.append((2, [rng.choice("abcdef") for _ in range(30)]))
        rng.random()
    return runs


def test_the_cell_to_copy_shows_the_mistake(bench):
    found = why(bench, FORGETFUL)
    printed = []
    for text in (RIGHT, FORGETFUL):
        with contextlib.redirect_stdout(io.StringIO()) as out:
            exec(f"{text}\n{found.calls}", {})
        printed.append(out.getvalue())
    assert found.calls.startswith("bag = Bag(2)\nbag.add(") and found.calls.count("\n") == 4
    assert printed[0] != printed[1] and all(text.count("\n") == 1 for text in printed)


def test_each_of_two_checks_has_the_cell_of_its_own_case(bench):
    draw = DRAW.replace("(2, [", "(3, [")
    larger = check_of("bag_hidden_2", draw + OBSERVE, markers.PLAIN + draw + JUDGE)
    found = explained(bench, [FORGETFUL], [larger, BAG], SEEDS, {"bag": RIGHT})
    for name, room in (("bag_hidden", 2), ("bag_hidden_2", 3)):
        assert found[name].calls.startswith(f"bag = Bag({room})\nbag.add("), found[name].calls


def test_calls_end_where_they_cannot_be_written_or_raise():
    rows = [[0, "", "2", False], [0, "add", "'a'", False]]
    lines = [(0, "bag = LRUBag(2)"), (0, "bag.add('a')")]
    assert calls.lines_of("LRUBag", rows) == lines
    assert calls.lines_of("LRUBag", [rows[0], [0, "add", None, False], rows[1]]) == lines[:1]
    assert calls.lines_of("LRUBag", [rows[0], [*rows[1][:3], True], rows[1]]) == lines
    assert calls.cell(calls.lines_of("LRUBag", rows)) == "bag = LRUBag(2)\nprint(bag.add('a'))"
    assert calls.cell(calls.lines_of("LRUBag", rows * 20)) == ""


def test_calls_end_with_the_first_that_differs():
    texts = [
        "bag = Bag(2)",
        "bag.add('a')",
        "bag_2 = Bag(1)",
        "len(bag)",
        "bag.add('b')",
        "bag.x()",
    ]
    lines = [(int("bag_2" in text), text) for text in texts]
    until = calls.until_it_differs(lines, [None, 1, None, 1, 2, 3], [None, 1, None, 1, 1, 1])
    assert until == lines[:5]
    assert calls.cell(until) == "\n".join([*texts[:3], "print(bag.add('b'))"])
    own = [line for line in lines[:5] if line[0] == 0]
    ends = [[own[0], own[-1]], [own[0], own[-1]], [own[0], *own[-2:]]]
    assert calls.shorter(until) == [*ends, own, lines[:5]]
    again = [*lines, (0, "bag.take('a')")]  # the last one, the last two, those on 'a', …
    own = [line for line in again if line[0] == 0]
    assert calls.shorter(again)[2] == [own[0], own[1], own[-1]]
    assert calls.shorter([(-1, "f(1)"), (-1, "f(2)")])[0] == [(-1, "f(2)")]
    assert calls.shorter([]) == []
    assert calls.until_it_differs(lines[:2], [None, 1], [None, 1]) == []
    assert calls.until_it_differs(lines[:2], [None, True], [None, 1]) == lines[:2]
    assert calls.until_it_differs(lines[:2], [None, 0.1 + 0.2], [None, 0.3]) == []


def test_what_is_not_plain_is_recorded_as_the_call_that_made_it():
    made, names = [], {"make_views": make_views, "sorted": sorted}
    bag = recording(type("Bag", (), {"add": lambda self, thing: None}), made, names)()
    views = names["make_views"]({"a": 0}, out=["a"])
    for thing in ("a", ("b", 1.5), views, list(views), object(), float("inf"), "x" * 301):
        bag.add(thing)
    written = ["", "'a'", "('b', 1.5)", "make_views({'a': 0}, out=['a'])"]
    assert [row[2] for row in made] == [*written, *[None] * 4]
    assert names["sorted"] is sorted


def test_a_check_that_the_worked_solution_fails_tells_nothing():
    with Sandbox([], LIMITS, "process", importer=Borrowed()) as sandbox, closing(Judge()) as judge:
        assert smallest(Bench(sandbox, judge, [SHARED]), [FORGETFUL], [BAG], SEEDS) == {}


def test_the_right_class_has_no_case(bench):
    assert smallest(bench, [RIGHT], [BAG], SEEDS) == {}


LOOKS = RIGHT.replace("return len(self.things)", "return {}(self)")
SPY = """
def spy(self):
    try:
        1 / 0
    except ZeroDivisionError as error:
        frame = getattr(getattr(error, "__trace" + "back__"), "tb_" + "frame")
        while getattr(frame, "f_" + "co" + "de").co_name != "<module>":
            frame = getattr(frame, "f_" + "ba" + "ck")
        return {what}
"""
TELLS = {
    "all names": "repr(getattr(frame, 'f_' + 'glo' + 'bals'))[-400:]",
    "a text": "getattr(frame, 'f_' + 'glo' + 'bals')['_note']",
    "backwards": "getattr(frame, 'f_' + 'glo' + 'bals')['_note'][::-1]",
    "letters": "list(getattr(frame, 'f_' + 'glo' + 'bals')['_note'] * 9)",
    "numbers": "[ord(each) + 9000 for each in getattr(frame, 'f_' + 'glo' + 'bals')['_note'] * 9]",
}


@pytest.mark.parametrize("tells", TELLS)
def test_code_that_looks_around_tells_its_student_nothing(bench, tells):
    spying = SPY.replace("{what}", TELLS[tells]).replace(
        ".co_name", ".__getattribute__('co_' 'name')"
    )
    found = why(bench, spying + LOOKS.format("spy"))
    told = "" if found is None else found.sentence + found.calls
    assert SECRET not in told and SECRET[::-1] not in told
    assert "'k', 'n', 'o'" not in told and f"{ord('k') + 9000}, {ord('n') + 9000}" not in told


def test_code_that_names_frames_is_not_run_again():
    for text in (
        "sys._getframe(1)",
        "e.__traceback__",
        "import inspect",
        "x.f_back",
        "gc.get_objects()",
    ):
        assert shown.looks_around(["x = 1", text])
    assert not shown.looks_around([RIGHT, FORGETFUL, SHARED])


EXERCISE = """\
### RULE: alpha doubles any number.
seen = alpha(21)
### JUDGE
assert seen == 42, f"alpha(21) returned {seen}, expected 42: twice 21"
"""
REDRAWN = """\
### RULE: alpha doubles any number.
### INPUTS
import random
from course.checks import SEED

_rng = random.Random(SEED)
_numbers = [_rng.randrange(1000, 10**6) for _ in range(40)]
### OBSERVE
seen = [alpha(_number) for _number in _numbers]
### JUDGE
for _number, _got in zip(_numbers, seen, strict=True):
    assert _got == 2 * _number, f"alpha({_number}) returned {_got}, expected {2 * _number}"
assert seen, "nothing was seen"
"""


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """One student whose alpha is wrong for large numbers, and whose beta is wrong, too."""
    assert EXERCISE in SCRIPT
    folder = make_course(
        tmp_path_factory.mktemp("why") / "course", SCRIPT.replace(EXERCISE, REDRAWN)
    )
    nbgrader(folder, "generate_assignment", NAME)
    notebook = nbformat.read(folder / "notebooks" / NAME / f"{NAME}.ipynb", as_version=4)
    for cell in notebook.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        if grade_id in ("alpha", "beta"):
            cell.source = f"def {grade_id}(number):\n    return 4 if number == 2 else 5"
    target = folder / "grading" / "submitted" / "ada" / NAME / f"{NAME}.ipynb"
    target.parent.mkdir(parents=True)
    nbformat.write(notebook, target)
    ran = run(["autograder", "grade", NAME, "--isolation", "process"], folder)
    assert ran.returncode == 0, ran.stderr
    return folder


def page(course, *words):
    ran = CliRunner().invoke(main, ["feedback", NAME, "--root", str(course), *words])
    assert ran.exit_code == 0, ran.output
    path = course / "grading" / "feedback" / "ada" / NAME / f"{NAME}.html"
    return ran.output, path.read_text(encoding="utf-8")


def test_the_page_shows_the_case_and_no_secret(course):
    said, text = page(course)
    record = records.read(course, NAME, "ada")
    rng = random.Random(record.seed)
    graded = [str(rng.randrange(1000, 10**6)) for _ in range(40)]
    assert said == f"wrote 1 page of {NAME} under grading/feedback/\n"
    assert text.count("The smallest case found") == 1  # beta's check draws nothing
    assert "This check is about: beta doubles any number." in text
    assert "returned 5, expected" in text and "To see it, copy these lines" in text
    secrets = [str(record.seed), "randrange", "_numbers", "BEGIN HIDDEN", *graded]
    assert not [secret for secret in secrets if secret in text]


@pytest.mark.parametrize("when", ["never", "after 2999-01-01"])
def test_an_exam_shows_no_case(course, when):
    _, text = page(course, "--explain", when)
    assert "smallest case" not in text and "This check is about: alpha doubles" in text


@pytest.mark.parametrize("when", ["soon", "after", "after noon", "now 2026-12-01"])
def test_when_must_be_a_time(course, when):
    words = ["feedback", NAME, "--root", str(course), "--explain", when]
    ran = CliRunner().invoke(main, words)
    assert ran.exit_code == 1 and ran.output.count("\n") == 1 and f"after {when}"[6:] in ran.output


def test_without_worked_solutions_the_pages_are_written_all_the_same(course):
    source = course / "grading" / "source" / NAME / f"{NAME}.ipynb"
    kept = source.rename(source.with_suffix(".away"))
    try:
        said, text = page(course)
    finally:
        kept.rename(source)
    assert "without the smallest failing cases of all: " in said and "--explain never" in said
    assert "smallest case" not in text and "alpha doubles any number" in text
