"""What does each design of notebook 10 get, on how many days, and how long does one day take?

    python benchmarks/capstone.py [--seeds 100]

First table: the published day, with the bill. Second: exercise D's points (of 8) over that many
seeds of eight hidden days each, and on how many seeds each goal holds. Third: how near the careful
designs come to each threshold. Last: the seconds that one day and one move of a slider take on one
core (processor time).
"""

import argparse
import io
import statistics
import sys
import time
from contextlib import redirect_stdout
from dataclasses import dataclass, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from course.millions_of_users import (
    DOUBLED,
    LAST_YEAR,
    ONE_BIG,
    ONE_OF_EACH,
    PUBLISHED,
    TUNED,
    TWO_OF_EACH,
    Architecture,
    explore,
    explore_design,
    simulate,
)
from tests.capstone import MOST, WORTH, careful, hidden, points, submitted

CAREFUL = ("worked solution", "tier by tier", "generate and test")
MUCH = Architecture(900, True, 9, 900, True, 4, 900, 9, "least connections")
EVERYTHING = Architecture(
    100_000, True, 1_000, 1_000_000, True, 4, 100_000, 10_000, "least connections"
)


def doubled(design):
    """Return an Architecture with twice as much of everything but data centers."""
    numbers = ("web_servers", "replicas", "cache_gb", "queue_workers", "shards")
    return replace(design, **{name: 2 * getattr(design, name) for name in numbers})


def make_designs():
    """Return {name: Architecture, or function of the traffic}, baselines first."""
    with redirect_stdout(io.StringIO()):  # the notebook's own prints
        worked = careful()
        return {
            "one of each": ONE_OF_EACH,
            "two of each": TWO_OF_EACH,
            "one big server room": ONE_BIG,
            "last year's": LAST_YEAR,
            "last year's, doubled": DOUBLED,
            "tuned to published day": TUNED,
            "worked one's constant": worked(PUBLISHED),
            "much of everything": MUCH,
            "everything at its most": EVERYTHING,
            "ignores the crowd": submitted("wrong_ignores_the_crowd"),
            "ignores a dead center": submitted("wrong_ignores_the_dead_data_center"),
            "worked one, doubled": lambda traffic: doubled(worked(traffic)),
            "worked solution": worked,
            "tier by tier": submitted("right_tier_by_tier"),
            "generate and test": submitted("right_generate_and_test"),
        }


@dataclass(frozen=True)
class Hidden:
    """What is kept of a hidden day: the goals met, and how near each figure came to its goal."""

    goals: dict
    availability: float
    p95_latency: float
    lost: float
    cost: float


def kept(day):
    """Return the Hidden of a DayResult, which holds half a megabyte."""
    goal = day.traffic
    lost, cost = day.lost_writes / goal.lost_writes, day.cost / goal.budget
    return Hidden(day.goals, day.availability, day.p95_latency, lost, cost)


def published_table(days):
    """Return the lines of the first table; `days`: design → DayResult of the published day."""
    goal = PUBLISHED
    yield f"{'the published day':24}{'answered':>10}{'p95':>10}{'lost':>11}{'$ a month':>15}  goals"
    budget = f"{goal.budget:,.0f}"
    yield (
        f"{'(goals)':24}{goal.availability:10.2%}{1000 * goal.p95_latency:7.0f} ms"
        f"{goal.lost_writes:11,.0f}{budget:>15}"
    )
    for name, day in days.items():
        slow = day.p95_latency
        slow = "never" if slow == float("inf") else f"{1000 * slow:.0f} ms"
        met = ", ".join(goal for goal, fine in day.goals.items() if fine) or "none"
        yield (
            f"{name:24}{day.availability:10.3%}{slow:>10}{day.lost_writes:11,.1f}{day.cost:15,.0f}"
            f"  {'all' if all(day.goals.values()) else met}"
        )


def points_table(days, results, seeds):
    """Return the lines of the second table; `results`: design → [hidden days] of each seed."""
    yield f"{f'points of {MOST}, {seeds} seeds':24}{'least':>7}{'mean':>7}{'most':>6}  " + "".join(
        f"{goal:>14}" for goal in WORTH
    )
    for name, of_seeds in results.items():
        goals = [[day.goals for day in of_seed] for of_seed in of_seeds]
        found = [points(days[name].goals, of_seed) for of_seed in goals]
        held = "".join(
            f"{sum(all(day[goal] for day in of_seed) for of_seed in goals):>7} / {seeds:<4}"
            for goal in WORTH
        )
        yield f"{name:24}{min(found):7}{statistics.mean(found):7.2f}{max(found):6}  {held}"


def margins_table(results):
    """Return the lines of the third table: the worst of all hidden days against its goal."""
    heads = f"{'answered':>10}{'p95':>9}{'lost / goal':>13}{'cost / budget':>15}"
    yield f"{'worst hidden day':24}{heads}"
    for name in CAREFUL:
        days = [day for of_seed in results[name] for day in of_seed]
        cost = [day.cost for day in days]
        yield (
            f"{name:24}{min(day.availability for day in days):10.3%}"
            f"{1000 * max(day.p95_latency for day in days):6.0f} ms"
            f"{max(day.lost for day in days):13.2f}"
            f"{min(cost):8.2f}–{max(cost):.2f}"
        )


def processor_seconds(call, repeats=20):
    """Return (median, longest) processor time of a call, after one to warm up."""
    call()
    taken = []
    for _ in range(repeats):
        begin = time.process_time()
        call()
        taken.append(time.process_time() - begin)
    return statistics.median(taken), max(taken)


def times_table(worked, first):
    """Return the lines of the last table."""
    yield f"{'a whole day, the first in this process':42}{1000 * first:6.0f} ms"
    calls = {"a whole day, design included": lambda: simulate(worked)}
    for name, explorer in (("", explore()), ("_design", explore_design(worked))):
        calls[f"a slider's move in explore{name}"] = explorer.refresh
    for name, call in calls.items():
        median, longest = processor_seconds(call)
        yield f"{name:42}{1000 * median:6.0f} ms, longest {1000 * longest:.0f} ms"


def main():
    """Print the four tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=100)
    seeds, begin = parser.parse_args().seeds, time.process_time()
    simulate(TUNED)
    first = time.process_time() - begin
    designs = make_designs()
    days = {name: simulate(design) for name, design in designs.items()}
    results = {
        name: [list(map(kept, hidden(design, seed))) for seed in range(seeds)]
        for name, design in designs.items()
    }
    tables = published_table(days), points_table(days, results, seeds), margins_table(results)
    for table in (*tables, times_table(designs["worked solution"], first)):
        print(*(line.rstrip() for line in table), sep="\n", end="\n\n")


if __name__ == "__main__":
    main()
