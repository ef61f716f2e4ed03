"""What is equal is equal: a check says the same of a value in a notebook and in the grader."""

import json

import pytest

from autograder.build.markers import JUDGE, PLAIN
from autograder.grade.judge import verdict
from autograder.grade.sandbox.client import Sandbox
from autograder.grade.sandbox.limits import Limits
from course.checks import plain
from tests.course_scripts import NAMES, cells
from tests.importing import shared_importer
from tests.test_attacks import shut_in

# what a student's code gives → the plain data that it equals
EQUAL = {
    "np.int64(3)": 3,
    "np.uint8(3)": 3,
    "np.float64(2.5)": 2.5,
    "np.float32(2.5)": 2.5,
    "np.float32(2)": 2.0,
    "np.longdouble(2.5)": 2.5,
    "np.bool_(True)": True,
    "np.str_('a')": "a",
    "np.clip(7, 1, np.int64(5))": 5,
    "np.array([[1, 2], [3, 4]])": [[1, 2], [3, 4]],
    "np.array(3)": 3,
    "[np.int64(1), (np.bool_(False),)]": [1, [False]],
    "{'a': np.int64(1), np.str_('b'): None}": {"a": 1, "b": None},
    "Fraction(6, 2)": 3,
    "Fraction(1, 4)": 0.25,
    "Decimal('3.00')": 3,
    "Decimal('0.25')": 0.25,
    "(1, 2)": [1, 2],
    "OrderedDict(a=(1,))": {"a": [1]},
    "enum.IntEnum('Level', 'low high').high": 2,
    "enum.Enum('Colour', [('red', 'r')], type=str).red": "r",
    "True": True,
    "2.0": 2.0,
    "None": None,
    "'Zürich \\ud800'": "Zürich \ud800",
}
# no plain data: one sentence names it
REFUSED = ["{1: 'a'}", "{None: 1}", "{(1, 2): 3}", "{np.int64(1): 1}", "{1, 2}", "range(3)"]
REFUSED += ["deque([1])", "b'a'", "1j", "Ellipsis", "{'a': 1}.keys()", "bool", "[[{1}]]"]
IMPORTS = """import enum
from collections import OrderedDict, deque
from decimal import Decimal
from fractions import Fraction

import numpy as np
"""
NAMES_IN_USE: dict = {}
exec(IMPORTS, NAMES_IN_USE)


def in_a_notebook(observing: str, judging: str) -> str:
    """Return what goes wrong when a check runs in one piece, as also under stock nbgrader."""
    try:
        exec(f"{observing}{JUDGE}\n{judging}", {})
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return ""


def in_the_grader(answer: dict, judging: str) -> str:
    if "error" in answer:
        return f"{answer['error']['ename']}: {answer['error']['evalue']}"
    found = verdict(judging, answer["seen"], None)
    return "" if found.passed else f"{found.kind}: {found.message}"


@shut_in
def test_a_check_says_the_same_wherever_it_runs() -> None:
    asked = [
        (value, f"assert seen {sign} {want!r}, f'{{seen!r}}'")
        for value, want in EQUAL.items()
        for sign in ("==", "!=")
    ]
    asked += [(value, "assert True, ''") for value in REFUSED]
    halved = [(f"{IMPORTS}seen = {value}\n", PLAIN + judging) for value, judging in asked]
    with Sandbox(["numpy"], Limits(), importer=shared_importer()) as box:
        answers = box.run([{"kind": "observe", "text": text} for text, _ in halved]).answers
    for n, ((value, judging), half) in enumerate(zip(asked, halved, strict=True)):
        said = in_a_notebook(*half)
        assert in_the_grader(answers[n], half[1]) == said, value
        assert (said == "") == (value in EQUAL and "==" in judging), f"{value}: {said}"


def test_what_is_plain_goes_through_json_as_it_is() -> None:
    for value, want in EQUAL.items():
        made = plain(eval(value, NAMES_IN_USE))
        assert made == want and type(made) is type(want), value
        assert json.loads(json.dumps(made)) == made


@pytest.mark.parametrize("value", REFUSED)
def test_what_cannot_be_judged_is_one_sentence(value: str) -> None:
    with pytest.raises(TypeError, match=r"^your code gave .+: a check can judge numbers, .+keys$"):
        plain(eval(value, NAMES_IN_USE))


def test_every_check_of_the_course_judges_plain_data() -> None:
    judging = [cell.halves()[1] for name in NAMES for cell in cells(name) if cell.kind == "check"]
    assert len(judging) > 150 and all(half.startswith(PLAIN) for half in judging)
