"""The second halves of all checks, handed what no solution gives: nothing of it passes."""

import pytest

from autograder.grade.judge import NOT_JUDGED, Judge, Verdict
from autograder.grade.seeds import hidden_seed
from tests.course_scripts import ROOT, cells

NOTEBOOKS = sorted(path.stem for path in (ROOT / "solutions").glob("[0-9]*.py"))[1:]
NAN = float("nan")
KEYS = ("first", "again", "other seed", "picked", "returned", "raised", "result", "answers")
NO_ANSWERS = [
    None,
    True,
    0,
    NAN,
    "",
    "ok",
    [],
    [NAN] * 7,
    [True] * 400,
    [[]] * 5,
    {},
    {"returned": NAN},
    {"raised": "ValueError", "bases": ["Exception"], "message": ""},
    dict.fromkeys(KEYS, True),
    {key: [] for key in KEYS},
]


@pytest.fixture(scope="module")
def judge():
    used = Judge()
    yield used
    used.close()


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_no_check_passes_for_what_is_no_answer(judge: Judge, name: str) -> None:
    halves = {cell.grade_id: cell.halves()[1] for cell in cells(name) if cell.kind == "check"}
    passed = []
    for grade_id, half in halves.items():
        verdicts = judge.judge([(half, answer) for answer in NO_ANSWERS], 4711)
        passed += [
            f"{grade_id}: {answer!r}"
            for answer, verdict in zip(NO_ANSWERS, verdicts, strict=True)
            if verdict.passed
        ]
    assert not passed
    assert len(halves) > 8


def test_a_judge_that_was_killed_takes_no_points() -> None:
    judge = Judge()
    try:
        for _ in range(2):
            assert judge.judge([("assert seen == 1", 1)], None) == [Verdict(True)]
            assert judge.process
            judge.process.kill()
            judge.process.wait()
        first, second = judge.judge([("import os; os._exit(1)", 1), ("assert seen == 1", 1)], None)
        assert (first.passed, first.kind) == (False, NOT_JUDGED) and second.passed
    finally:
        judge.close()


def test_a_judge_takes_no_more_time_than_it_is_given(judge: Judge) -> None:
    (verdict,) = judge.judge([("while True:\n    pass\n", 1)], None, 0.2)
    assert verdict == Verdict(False, "TooSlow", "judging took more than 0.2 s")


def test_a_submission_keeps_the_seed_that_it_was_first_graded_with() -> None:
    assert hidden_seed(bytes(32), "02_load_balancer", "ada", "0" * 64) == 135_109_790


def test_a_judge_has_the_seed_of_the_hidden_inputs_for_one_case_only(judge: Judge) -> None:
    half = [("from course.checks import SEED\nassert seen == SEED", 4711)]
    passed = [judge.judge(half, seed)[0].passed for seed in (4711, None, 4712)]
    assert passed == [True, False, False]
