"""A whole term at a small size: what is exported is what a table of our own says, to the cent."""

import pytest

from tests.test_attacks import shut_in
from tests.whole_term import play, student

pytestmark = shut_in
NAME = "02_load_balancer"


def test_the_grades_of_a_whole_term_are_those_worked_out_without_the_grader(tmp_path):
    said = []
    exported, expected = play(tmp_path / "course", 10, [NAME], said.append)
    assert set(exported) == set(expected) == {student(number) for number in range(9)}
    for who, points in expected.items():
        assert exported[who] == pytest.approx(points, abs=0.005), who
    different = {round(points[NAME], 2) for points in expected.values()}
    assert len(different) >= 6  # else any table would do
    assert len(said) > 12
