"""An author's way: the title cell, `autograder new`, and what must not be forgotten."""

import re

import pytest

from autograder.build.inventory import missing
from autograder.build.title import titles
from tests.course_scripts import EVERY, ROOT, setup
from tests.explorers import pictured

TITLES = {title.name: title for title in titles(ROOT)}


def test_nothing_is_forgotten():
    lacking = missing(ROOT)
    assert not lacking, "\n".join(lacking)


@pytest.mark.parametrize("name", EVERY)
def test_the_call_worth_showing_is_a_picture_that_can_be_moved(name, monkeypatch):
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    monkeypatch.chdir(ROOT / "notebooks" / name)
    title, namespace = TITLES[name], {"__name__": "__main__"}
    exec(setup(name), namespace)
    explorer = eval(title.shown, namespace)
    for control, value in title.moved.items():
        explorer.controls[control].value = value
    assert pictured(explorer)
    assert re.fullmatch(r"explore\w*\(.*\)", title.shown)
