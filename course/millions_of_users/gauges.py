"""The gauges below the film's tiers: how much of each goal has been used since midnight."""

from dataclasses import replace

import numpy as np

from course.engine.parameters import NEVER
from course.engine.record import milliseconds
from course.millions_of_users.database import lost_writes
from course.millions_of_users.model import bill_so_far
from course.millions_of_users.picture import p95_in_words
from course.millions_of_users.traffic import STEP
from course.view import style

HEIGHTS = {"refused": 274, "95 % within": 292, "lost writes": 310, "bill": 328}
ZERO, GOAL, MOST = 100, 280, 460  # pixels across a gauge: 0, 1 ×, and 2 × or more
FINE, TOO_MUCH = "fine", "too much"


def draw(scene, names):
    """Draw the gauges with these names into a Scene."""
    top = HEIGHTS["refused"] - 17
    for name in names:
        y = HEIGHTS[name]
        scene.text(4, y, name, size=9)
        scene.line((ZERO, y), (GOAL, y), colour=style.GREEN, width=2)
        scene.line((GOAL, y), (MOST, y), colour=style.VERMILION, width=2)
        scene.line((GOAL, y - 7), (GOAL, y + 7), colour=style.INK)
    scene.text(4, top, "since midnight:", size=9)
    scene.text(GOAL, top, "goal", at="center", size=9)
    scene.text(MOST, top, "twice as much", at="right", size=9)


def show(lane, day, result, names, steps):
    """Let a marker on each gauge say how much of a goal has been used since midnight.

    day, result: the Flow and the DayResult. steps: slices of the day's steps, of which each has a
    keyframe at its end.
    """
    used = {"refused": _refused, "95 % within": _p95, "lost writes": _lost, "bill": _bill}
    for name in names:
        marker = lane.actor(f"{name}, of what is allowed")
        ends = [steps[0].start, *(step.stop for step in steps)]
        for end, share in zip(ends, used[name](day, result, ends), strict=True):
            x = ZERO + (GOAL - ZERO) * min(share, 2.0)
            look = TOO_MUCH if share > 1 else FINE
            marker.at(float(STEP * end), x, HEIGHTS[name], look, size=5)
        marker.tell(STEP * steps[0].start, _words(result)[name])


def _refused(day, result, ends):
    allowed = max(1 - result.traffic.availability, 1e-9) * result.offered.sum()
    return _so_far(result.offered - result.served, ends) / allowed


def _p95(day, result, ends):
    """Return the p95 latency of all requests since midnight, as a share of the goal."""
    served, offered = _so_far(result.served, ends), _so_far(result.offered, ends)
    shares = []
    for end, answered, came in zip(ends, served, offered, strict=True):
        taken = result.latency[result.came_in < end]  # sorted
        rank = 0.95 * came / max(answered, 1e-9)
        last = taken.size - 1
        if last < 0:
            shares.append(0.0)
        elif rank > 1:
            shares.append(NEVER)
        else:
            below, part = divmod(rank * last, 1.0)
            faster, slower = taken[int(below)], taken[min(int(below) + 1, last)]
            p95 = faster + part * (slower - faster)
            shares.append(p95 / result.traffic.p95_latency)
    return shares


def _lost(day, result, ends):
    """Return the writes that were acknowledged and lost with a primary or a data center."""
    per_goal = max(day.writes.sum() / 1e6, 1e-300) * max(result.traffic.lost_writes, 1e-9)
    total = np.zeros(len(ends))
    for kind, other in (("primary", "data_center"), ("data_center", "primary")):
        alone = replace(result.incidents, **{other: NEVER})
        lost = lost_writes(result.architecture, alone, day.writes / STEP)
        total += (STEP * np.array(ends) > getattr(result.incidents, kind)) * lost / per_goal
    return total


def _bill(day, result, ends):
    return _running(bill_so_far(day), ends) / result.traffic.budget


def _so_far(column, ends):
    return _running(np.cumsum(column), ends)


def _running(sums, ends):
    """Return the sums up to each of the steps `ends`, 0 at midnight."""
    return np.concatenate([[0.0], sums])[ends]


def _words(result):
    """Return for each gauge what the whole day comes to, and the goal."""
    goal = result.traffic
    words = {
        "refused": (
            f"{result.availability:.3%} of the whole day's requests are answered",
            f"{goal.availability:.2%}",
        ),
        "95 % within": (
            f"the whole day: 95 % within {p95_in_words(result)}",
            milliseconds(goal.p95_latency),
        ),
        "lost writes": (
            f"{result.lost_writes:,.0f} per million writes are lost in the whole day",
            f"at most {goal.lost_writes:g}",
        ),
        "bill": (f"{result.cost:,.0f} dollars a month", f"{goal.budget:,.0f}"),
    }
    return {name: f"{tells} (goal {aim})." for name, (tells, aim) in words.items()}
