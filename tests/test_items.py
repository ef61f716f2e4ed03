"""How the report counts: against NumPy, by hand, and with code that was copied and renamed."""

import random

import numpy as np
import pytest
from nbformat.v4 import new_code_cell

from autograder.grade import likeness
from autograder.grade.records import Record
from autograder.gradebook.read import Score, Student
from autograder.pages import alike, heatmap, mail, today
from autograder.pages.items import Work, item
from autograder.pages.outline import Exercise

EXERCISE = Exercise("a", "Exercise A", checks={"a_check": "First", "a_hidden": "Rule of a."})


def work(**points):
    return Work({name: Score(earned, 4, False) for name, earned in points.items()})


def a_class(size, seed=1):
    """Students whose check a_hidden passes at random, but a_check only when they are good."""
    rng = random.Random(seed)
    works = []
    for number in range(size):
        good = 4 if number >= size // 2 else 0
        works.append(work(a_check=good, a_hidden=rng.choice([0, 4]), b_check=number / size))
    return works


def test_discrimination_and_correlation_are_those_of_the_books():
    works = a_class(30)
    found = item(EXERCISE, works)
    rest = [one.scores["b_check"].earned for one in works]
    points = [one.scores["a_check"].earned + one.scores["a_hidden"].earned for one in works]
    assert found.correlation == pytest.approx(np.corrcoef(points, rest)[0, 1])
    right = [one == 8 for one in points]  # b_check grows with the place in the list
    assert found.discrimination == pytest.approx((sum(right[20:]) - sum(right[:10])) / 10)
    for check in found.checks:
        passed = [one.scores[check.name].earned == 4 for one in works]
        others = [sum(s.earned for n, s in one.scores.items() if n != check.name) for one in works]
        assert check.correlation == pytest.approx(np.corrcoef(passed, others)[0, 1])
        assert check.passed == sum(passed) and check.graded == 30


def test_a_check_that_good_students_fail_is_odd():
    works = [
        work(a_check=4 * (number >= 12), a_hidden=4 * (number < 12), b_check=number / 6)
        for number in range(24)
    ]
    hidden = item(EXERCISE, works).checks[1]
    assert hidden.correlation < 0 and hidden.is_odd
    works = [work(a_check=4 * (n >= 12), a_hidden=4 * (n >= 9), b_check=n / 6) for n in range(24)]
    assert not any(check.is_odd for check in item(EXERCISE, works).checks)


@pytest.mark.parametrize(("size", "passed"), [(19, 9), (24, 2), (24, 22), (24, 24)])
def test_too_few_students_make_no_check_odd(size, passed):
    works = [work(a_check=4, a_hidden=4 * (n < passed), b_check=n / 6) for n in range(size)]
    assert not any(check.is_odd for check in item(EXERCISE, works).checks)


def test_few_students_have_no_discrimination_and_no_correlation():
    found = item(EXERCISE, a_class(1))
    assert found.discrimination is None and found.correlation is None
    assert item(EXERCISE, a_class(8)).discrimination is None
    assert item(EXERCISE, []).graded == 0


STUB = 'class Cache:\n    def get(self, key):\n        raise NotImplementedError("Exercise A: x")\n'
FIRST = """
class Cache:
    def get(self, key):
        order = [each for each in self.order if each != key]
        while len(order) >= self.capacity and order:
            dropped = order.pop(0)
            del self.values[dropped]
        if key in self.values:
            self.order = order + [key]
        return self.values.get(key, None) if self.capacity > 0 else None
"""
OTHER = """
class Cache:
    def get(self, key):
        for place in range(len(self.table)):
            name, value = self.table[place]
            if name == key and not self.closed:
                self.table[place], self.table[-1] = self.table[-1], self.table[place]
                return value
        try:
            return self.backup[key] or self.other(key)
        except KeyError:
            return None
"""
RENAMED = (
    FIRST.replace("order", "queue").replace("dropped", "gone").replace("each", "k")
    + "\n\n# my own idea\n"
).replace("del self", "del  self")


def record(student, first, second=None, digest=""):
    """Return the record of a student who has written two exercises."""
    texts = {"one": first, "two": second or first.replace("get", "put").replace("None", "0")}
    cells = []
    for name, text in texts.items():
        cells.append(new_code_cell(text))
        cells[-1].metadata["nbgrader"] = {"grade_id": name, "solution": True, "grade": False}
    found = likeness.of_cells(cells, {"one": STUB, "two": STUB})
    return Record(student, "x", "graded", likeness=found, digest=digest)


def test_renamed_code_is_alike_and_other_code_is_not():
    found = alike.pairs([record("ada", FIRST), record("ben", RENAMED), record("cleo", OTHER)])
    assert [one.students for one in found] == [("ada", "ben")]
    assert found[0].share == 1 and found[0].exercises == ("one", "two")


def test_what_many_write_is_how_one_solves_it():
    assert alike.pairs([record(name, FIRST) for name in "abcd"]) == []


def test_one_exercise_alone_may_be_alike_by_chance():
    other = "def put(x):\n" + "".join(f"    x[{n}] = x({n}) % 2 if x else -x\n" for n in range(9))
    assert alike.pairs([record("ada", FIRST, OTHER), record("ben", FIRST, other)]) == []


def test_the_same_file_is_named_and_an_unwritten_one_is_not():
    same = [record(name, OTHER, digest="12") for name in ("ada", "ben", "cleo")]
    found = alike.pairs([*same, record("dan", FIRST, digest="34")])
    assert [(one.students, one.same_file) for one in found] == [
        (("ada", "ben"), True),
        (("ben", "cleo"), True),
        (("ada", "cleo"), False),
    ]
    assert alike.pairs([record(name, STUB, STUB, digest="56") for name in ("ada", "ben")]) == []


def test_a_text_that_is_no_python_or_too_long_has_no_harm():
    assert likeness.fingerprints("(((( '''" * 5000) == set()
    assert likeness.fingerprints("def f(:\n  $$ ]]]") is not None
    assert likeness.fingerprints("") == set()


def test_a_large_class_is_folded():
    students = {f"s{n:03}": Student(f"s{n:03}") for n in range(100)}
    totals = {name: int(name[1:]) / 100 for name in reversed(students)}
    works = {name: work(a_check=4, a_hidden=0) for name in students}
    alone = heatmap.of_exercises([EXERCISE], works, totals, students, True)
    assert [row.student.id for row in alone.rows] == [f"s{n:03}" for n in range(40)]
    assert len(alone.rest) == 60 and alone.left_out == 0
    assert alone.rows[0].cells == [heatmap.Cell("50", "half")]
    one_of_several = heatmap.of_exercises([EXERCISE], works, totals, students, False)
    assert one_of_several.rest == [] and one_of_several.left_out == 60


def test_a_student_with_many_reasons_is_there_once_and_short():
    why = [("ada", f"1 answer in {n}") for n in range(3)] + [("ben", "a"), ("ben", "b")]
    found = today.group("Waiting", "Grade.", why, {"ben": Student("ben", "Ben", "Ito")})
    people = [(one.name, one.why) for one in found.people]
    assert people == [("ada", "3 notebooks"), ("Ben Ito", "a; b")]


def test_a_mail_to_many_is_cut_into_links_that_mail_programs_take():
    addresses = [f"s{n:03}@uni.example" for n in range(95)] + ["", "no address", "a@b,c@d"]
    links = list(mail.to_all(addresses, "A & B"))
    assert [words for words, _ in links] == ["mail to 1–40", "mail to 41–80", "mail to 81–95"]
    assert all(len(link) < 2000 and link.endswith("&subject=A%20%26%20B") for _, link in links)
    assert sum(link.count("@") for _, link in links) == 95
    assert mail.to_one("a@b?cc=c@d", "x") == "" and mail.to_one("ä@b", "x").startswith("mailto:%C3")
