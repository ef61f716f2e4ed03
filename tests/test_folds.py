"""What an expert's chart shows stands behind a tick, which is off as a picture opens."""

import pytest

from course import load_balancer, logging_and_automation, single_server
from tests.course_scripts import solved
from tests.explorers import drawn, moving, options

FOLDS = {
    "days": lambda: single_server.explore(),
    "every": lambda: single_server.explore_database(solved("01_single_server")["choose_database"]),
    "tail": lambda: load_balancer.explore(),
    "pair": lambda: logging_and_automation.explore_alert(
        solved("09_logging_metrics_automation")["Alert"]
    ),
}


@pytest.mark.parametrize("fold", FOLDS)
def test_a_fold_is_closed_adds_marks_and_leaves_nothing_behind(fold):
    explorer = FOLDS[fold]()
    tick = explorer.controls[fold]
    assert tick.value is False and options(tick) == [False, True]
    closed, words = moving(explorer), drawn(explorer)
    tick.value = True
    opened, more = moving(explorer), drawn(explorer)
    assert sum(map(len, opened)) > sum(map(len, closed)) + 50
    assert len(more) >= len(words)
    tick.value = False
    assert moving(explorer) == closed and drawn(explorer) == words
