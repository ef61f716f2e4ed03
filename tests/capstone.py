"""The points of exercise 10-D as its six checks give them, for tests and benchmarks/capstone.py."""

import random

from course.millions_of_users import draw_days, simulate
from tests.course_scripts import ROOT, names_before, run, solved

NAME = "10_millions_of_users"
WORTH = {"availability": 2, "p95 latency": 2, "lost writes": 1, "cost": 1}  # on the hidden days
MOST = 2 + sum(WORTH.values())


def careful():
    """Return the worked solution's `design`."""
    return solved(NAME)["design"]


def submitted(name):
    """Return the function `design` of a file in tests/submissions."""
    path = ROOT / "tests" / "submissions" / NAME / "design" / f"{name}.py"
    names = dict(names_before(NAME, "design"))
    run(path.read_text(encoding="utf-8"), names, name)
    return names["design"]


def hidden(design, seed):
    """Return the DayResults of the eight hidden days of a seed, as the checks simulate them."""
    days = enumerate(draw_days(random.Random(seed)))
    return [simulate(design, traffic=day, seed=8 * seed + number) for number, day in days]


def points(published, days):
    """Return D's points (of MOST): `published` and `days` are the goals met, by name."""
    found = int(published["availability"] and published["p95 latency"])
    found += int(published["lost writes"] and published["cost"])
    return found + sum(worth for goal, worth in WORTH.items() if all(day[goal] for day in days))
