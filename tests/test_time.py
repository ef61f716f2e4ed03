"""Time belongs to the checks: whatever a student's own cells take, each check has its turn."""

import pytest

from autograder.grade import execute
from autograder.grade.execute import OWN_TRIES, TRIES, Bench
from autograder.grade.sandbox.limits import Limits
from tests.importing import shared_importer
from tests.test_attacks import shut_in

pytestmark = shut_in
SLEEP = "import time\nprint('experiment')\ntime.sleep(0.3)"
SOLUTION = {"kind": "cell", "text": "def double(x): return 2 * x"}
WITHOUT = "hidden checks ran without own cells that took long"
JUDGE = "assert seen == 6, 'double(3) is 6'"
CHECKS = [
    {"kind": kind, "id": f"double_{kind}", "text": "seen = double(3)", "judge": JUDGE}
    for kind in ("visible", "hidden")
]


@pytest.fixture(autouse=True)
def short(monkeypatch):
    """Own cells of a tenth of a second are long, and a busy machine changes no limit."""
    monkeypatch.setattr(execute, "LONG", 0.1)
    monkeypatch.setattr(execute, "stretch", lambda: 1.0)


def assessed(above: list[dict], below: tuple = (), **limits: float) -> dict:
    """Return the outcome of a notebook with cells above the solution and below the checks."""
    bench = Bench(["random"], Limits(**limits), importer=shared_importer())
    cells = [*above, SOLUTION, *CHECKS, *below]
    try:
        return bench.assess({"cells": cells, "files": {}, "seed": 1})
    finally:
        bench.close()


def own(text: str) -> dict:
    return {"kind": "own", "text": text}


def passed(outcome: dict) -> list[bool]:
    return [check["passed"] for check in outcome["checks"].values()]


def said(outcome: dict) -> list[str]:
    """Return what each cell put out: its text, or why it was stopped."""
    return [
        "".join(output.get("text", output.get("evalue", "")) for output in outputs)
        for _, outputs in sorted(outcome["outputs"].items())
    ]


def test_more_experiments_than_there_is_time_for_cost_no_check() -> None:
    outcome = assessed([own(SLEEP)] * 4, own_seconds=0.8)
    assert passed(outcome) == [True, True]
    stopped, left_out = execute.WHY["own time"].format(own=0.8), execute.OWN_REST
    assert said(outcome) == ["experiment\n", "experiment\n", stopped, left_out, ""]
    assert outcome["notes"] == [f"cell 3: {stopped}", WITHOUT]


def test_experiments_that_fit_once_are_not_repeated() -> None:
    outcome = assessed([own(SLEEP)] * 2, own_seconds=0.9)
    assert passed(outcome) == [True, True] and said(outcome)[:2] == ["experiment\n"] * 2
    assert outcome["notes"] == [WITHOUT]


def test_many_own_cells_that_end_the_run_cost_no_check() -> None:
    ends = [own("import os; os._exit(0)")] * (TRIES + 2)
    outcome = assessed([own(SLEEP), *ends, own("print(1)")])
    assert passed(outcome) == [True, True]
    assert said(outcome)[0] == "experiment\n"
    assert said(outcome).count(execute.OWN_REST) == len(ends) - OWN_TRIES
    assert len(outcome["notes"]) == OWN_TRIES + 1


def test_an_own_cell_without_end_below_the_checks_costs_no_check() -> None:
    outcome = assessed([], (own("while True: pass"),), own_seconds=0.5)
    assert passed(outcome) == [True, True]


def test_an_own_cell_that_keeps_processors_busy_costs_no_check() -> None:
    outcome = assessed([own("1"), own("while True: pass")], processors=0.0, burst_seconds=0.7)
    assert passed(outcome) == [True, True] and said(outcome)[2] == ""
    outcome = assessed(
        [{"kind": "cell", "text": "while True: pass"}], processors=0, burst_seconds=0.7
    )
    assert passed(outcome) == [False, False]


def test_graded_cells_have_their_own_limit_and_experiments_do_not_add_to_it() -> None:
    """A solution's cell that takes long is graded: its time is that of the checks."""
    slow = {"kind": "cell", "text": "import time; time.sleep(1.0)"}
    outcome = assessed([own(SLEEP), slow], notebook_seconds=1.8, own_seconds=9.0)
    assert passed(outcome) == [True, False]
    assert outcome["checks"]["double_hidden"]["message"] == execute.REST
