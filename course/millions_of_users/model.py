"""The world of notebook 10: every tier of the course, a day of traffic, six incidents, a bill.

    simulate(design, traffic=PUBLISHED) → DayResult

Requests are counted, not followed one by one: in each half minute so many come to each tier, it
serves what it can, and refuses the rest (the photos of uploads wait instead). How long requests
take is drawn for a sample of those served: the way, the waits by formula (theory.waits), the work.
"""

from dataclasses import dataclass

import numpy as np

from course.engine import parameters, workload
from course.millions_of_users.bill import bill
from course.millions_of_users.days import PUBLISHED, PUBLISHED_INCIDENTS, draw_incidents
from course.millions_of_users.design import TWO_OF_EACH, Architecture, design_of
from course.millions_of_users.latency import answer_times
from course.millions_of_users.tiers import flow
from course.millions_of_users.traffic import Incidents, Traffic

SAMPLE = 12_000  # requests whose latency is drawn


@dataclass(frozen=True)
class DayResult:
    """One design's day. Columns have a row a step; requests are expected numbers (fractions too).

    refused: dict tier → requests it refused in each step, and busy: dict tier → how busy it was (of
    the data centers' worst one; above 1: more came than it can do). latency: seconds, a sorted
    sample of the served. lost_writes: per million; costs: dollars a month by what they pay for.
    """

    architecture: Architecture
    traffic: Traffic
    incidents: Incidents
    times: np.ndarray
    offered: np.ndarray
    served: np.ndarray
    refused: dict
    busy: dict
    web_servers: np.ndarray
    latency: np.ndarray
    lost_writes: float
    costs: dict

    @property
    def availability(self):
        """Share of the requests that were answered (an upload: its photo in time, too)."""
        return float(self.served.sum() / self.offered.sum())

    @property
    def p95_latency(self):
        """Seconds within which 95 % of *all* requests were answered; inf if 5 % never were."""
        rank = 0.95 / max(self.availability, 1e-9)
        return float(np.quantile(self.latency, rank)) if rank <= 1 else float("inf")

    @property
    def cost(self):
        """Dollars a month."""
        return float(sum(self.costs.values()))

    @property
    def nothing_counts(self):
        """Why no goal counts, in words, or "": nobody pays for it, or hardly anybody is served."""
        if self.cost > 1.5 * self.traffic.budget:
            return "nobody pays such a bill"
        return "it answers less than 99 %" if self.availability < 0.99 else ""

    @property
    def goals(self):
        """Which goals are met, by name; none if `nothing_counts`."""
        goal = self.traffic
        met = {
            "availability": self.availability >= goal.availability,
            "p95 latency": self.p95_latency <= goal.p95_latency,
            "lost writes": self.lost_writes <= goal.lost_writes,
            "cost": self.cost <= goal.budget,
        }
        return {name: bool(fine and not self.nothing_counts) for name, fine in met.items()}

    def summary(self):
        """Return the day in words, with the goals."""
        goal = self.traffic
        slow = "never" if self.p95_latency == float("inf") else f"{1000 * self.p95_latency:.0f} ms"
        return (
            f"{self.availability:.3%} answered (goal {goal.availability:.2%}), p95 {slow} (goal "
            f"{1000 * goal.p95_latency:.0f} ms), {self.lost_writes:,.1f} writes per million lost "
            f"(goal {goal.lost_writes:g}), {self.cost:,.0f} dollars a month (budget "
            f"{goal.budget:,.0f})"
        )

    def broke(self, share=0.01):
        """Return the tiers that refused, the first first: (tier, s after midnight, share refused).

        A tier broke at the first step in which it refused more than `share` of the requests that
        came to the site; its own share is of the whole day's.
        """
        first = []
        for tier, refused in self.refused.items():
            steps = np.flatnonzero(refused > share * self.offered)
            if steps.size:
                lost = float(refused.sum() / self.offered.sum())
                first.append((tier, float(self.times[steps[0]]), lost))
        return sorted(first, key=lambda row: (row[1], -row[2]))


def simulate(component=None, *, seed=0, traffic=PUBLISHED, incidents=None):
    """Return the DayResult of an Architecture, or of a function `design(traffic)` that returns one.

    component: two of everything without one.
    incidents: those of the published day for PUBLISHED, otherwise drawn from `seed`, from which
    the sample of latencies is drawn, too. ComponentError says in a sentence what a design function
    did wrong.
    """
    seed = parameters.count("seed", seed, at_least=0, at_most=2**63)
    if incidents is None:
        incidents = PUBLISHED_INCIDENTS if traffic is PUBLISHED else draw_incidents(seed)
    design = design_of(TWO_OF_EACH if component is None else component, traffic)
    day = flow(design, traffic, incidents)
    return DayResult(
        architecture=design,
        traffic=traffic,
        incidents=incidents,
        times=day.times,
        offered=day.offered,
        served=day.served,
        refused=day.refused,
        busy=day.busy,
        web_servers=day.web_servers.sum(axis=1),
        latency=answer_times(day, workload.stream(seed, "answers"), SAMPLE),
        lost_writes=day.lost_writes,
        costs=bill(day),
    )
