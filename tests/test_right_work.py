"""Right work gets all points from `autograder grade`, with its limits, not only in our process.

All right submissions are handed in, as many as go together in one notebook.
"""

import ast
import re

import pytest

from autograder.grade import execute
from autograder.grade import grade as grading
from autograder.grade.grade import Settings
from tests import classroom
from tests.course_scripts import NAMES, ROOT, checks
from tests.importing import Borrowed
from tests.test_attacks import shut_in

pytestmark = shut_in


def right_work(name):
    """Return the right submissions as a few notebooks, each {exercise: text}.

    What builds on another exercise gets that one's worked solution: a subclass may use all that is
    in its base.
    """
    worked, notebooks = classroom.solutions(name), []
    defined = {
        exercise: [node.name for node in ast.parse(text).body if hasattr(node, "name")]
        for exercise, text in worked.items()
    }
    for path in sorted((ROOT / "tests" / "submissions" / name).glob("*/right_*.py")):
        own, text = path.parent.name, path.read_text(encoding="utf-8")
        wanted = {own: text} | {
            exercise: worked[exercise]
            for exercise, names in defined.items()
            if exercise != own and re.search(rf"\b({'|'.join(names)})\b", text)
        }
        for texts in notebooks:
            shared = wanted.keys() & texts.keys()
            if own not in shared and all(texts[each] == wanted[each] for each in shared):
                texts.update(wanted)
                break
        else:
            notebooks.append(wanted)
    return [worked | texts for texts in notebooks]


def lost(folder, name, works):
    """Grade notebooks with these {exercise: text}; return the checks that took points away.

    Of exercises with a text of their own: a worked solution may build on another worked one.
    """
    course, worked = classroom.make_course(folder / "course", [name]), classroom.solutions(name)
    for number, texts in enumerate(works):
        classroom.hand_in(course, f"s{number}", name, classroom.written(name, texts))
    _, found = grading.grade(course, name, Settings())
    records = {record.student: record.checks for record in found}
    return {
        (number, cell.grade_id): records[f"s{number}"][cell.grade_id]
        for number, texts in enumerate(works)
        for exercise, text in texts.items()
        for cell in checks(name, exercise)
        if text != worked[exercise] and not records[f"s{number}"][cell.grade_id]["passed"]
    }


@pytest.fixture(autouse=True)
def one_importer(monkeypatch):
    monkeypatch.setattr(execute, "Importer", Borrowed)


@pytest.mark.parametrize("name", NAMES)
def test_every_right_submission_gets_all_points_in_the_sandbox(name, tmp_path):
    assert not lost(tmp_path, name, right_work(name))
