"""The world of notebook 10: every tier of the course, a day of traffic, six incidents, a bill.

    simulate(design, traffic=PUBLISHED) → DayResult

There is no clock and no SimPy here: a day has hundreds of millions of requests, so they are
counted, not followed one by one. In each half minute so many come to each tier; it serves what it
can and refuses the rest (photos wait in their queue instead). Latencies are drawn for a sample of
the served requests: the way, the waits by formula (theory.waits), and the work.
"""

from dataclasses import dataclass

import numpy as np

from course.engine import parameters, workload
from course.engine.parameters import NEVER
from course.millions_of_users import sheet
from course.millions_of_users.baselines import TWO_OF_EACH
from course.millions_of_users.days import PUBLISHED, PUBLISHED_INCIDENTS, draw_incidents
from course.millions_of_users.design import Architecture, design_of
from course.millions_of_users.latency import answer_times
from course.millions_of_users.tiers import flow
from course.millions_of_users.traffic import Incidents, Traffic

SAMPLE = 12_000  # requests whose latency is drawn


@dataclass(frozen=True)
class DayResult:
    """One design's day. Arrays have an entry for each half minute of it.

    times: s after midnight, when each step begins. offered, served: requests in each step, as
    expected numbers (fractions, too). refused: dict of tier → the requests it refused in each step.
    busy: dict of tier → utilization in each step, of the busiest data center; above 1, more came
    than it can do. web_servers: how many ran, in all data centers. latency: seconds of a sample of
    the served requests, sorted; came_in: the step in which each of them came. lost_writes:
    acknowledged and then lost, per million. costs: dollars a month by what they pay for.
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
    came_in: np.ndarray
    lost_writes: float
    costs: dict

    @property
    def availability(self):
        """Share of the requests that were answered; of an upload, the photo in time, too."""
        return float(self.served.sum() / self.offered.sum())

    @property
    def p95_latency(self):
        """Seconds within which 95 % of *all* requests were answered; NEVER if 5 % were not."""
        rank = 0.95 / max(self.availability, 1e-9)
        return float(np.quantile(self.latency, rank)) if rank <= 1 else NEVER

    @property
    def cost(self):
        """The whole bill, in dollars a month."""
        return float(sum(self.costs.values()))

    @property
    def nothing_counts(self):
        """Why no goal counts, in words, or "": too expensive, or more than 1 % is not answered."""
        if self.cost > 1.5 * self.traffic.budget:
            return "no company pays such a bill"
        return "it answers less than 99 %" if self.availability < 0.99 else ""

    @property
    def goals(self):
        """A dict of goal → whether it is met; none is if `nothing_counts`."""
        goal = self.traffic
        met = {
            "availability": self.availability >= goal.availability,
            "p95 latency": self.p95_latency <= goal.p95_latency,
            "lost writes": self.lost_writes <= goal.lost_writes,
            "cost": self.cost <= goal.budget,
        }
        return {name: bool(fine and not self.nothing_counts) for name, fine in met.items()}

    def summary(self):
        """Return the day in words: the four figures, each with its goal."""
        goal = self.traffic
        slow = "never" if self.p95_latency == NEVER else f"{1000 * self.p95_latency:.0f} ms"
        return (
            f"{self.availability:.3%} answered (goal {goal.availability:.2%}), p95 {slow} (goal "
            f"{1000 * goal.p95_latency:.0f} ms), {self.lost_writes:,.1f} writes per million lost "
            f"(goal {goal.lost_writes:g}), {self.cost:,.0f} dollars a month (budget "
            f"{goal.budget:,.0f})"
        )

    def broke(self, share=0.01):
        """Return [(tier, s after midnight, share refused)] of the tiers that broke, in that order.

        A tier breaks in the first step in which it refuses more than `share` of the requests that
        come to the site. The share refused is of the whole day's requests.
        """
        first = []
        for tier, refused in self.refused.items():
            steps = np.flatnonzero(refused > share * self.offered)
            if steps.size:
                lost = float(refused.sum() / self.offered.sum())
                first.append((tier, float(self.times[steps[0]]), lost))
        return sorted(first, key=lambda row: (row[1], -row[2]))


def simulate(component=None, *, seed=0, traffic=PUBLISHED, incidents=None):
    """Return the DayResult of a design on a day of `traffic`.

    component: an Architecture, or a function `design(traffic)` that returns one; without one, two
    of everything. traffic: a Traffic, which holds the goals, too.
    incidents: an Incidents; by default those of the published day for PUBLISHED, otherwise drawn
    from `seed`. The sample of latencies is drawn from `seed`, too.
    ValueError names a bad seed; ComponentError says in a sentence what a design function did wrong.
    """
    seed = parameters.count("seed", seed, at_least=0, at_most=2**63)
    if incidents is None:
        incidents = PUBLISHED_INCIDENTS if traffic is PUBLISHED else draw_incidents(seed)
    design = design_of(TWO_OF_EACH if component is None else component, traffic)
    return result_of(flow(design, traffic, incidents), seed)


def result_of(day, seed):
    """Return the DayResult of a Flow; its sample of latencies is drawn from `seed`."""
    latency, came_in = answer_times(day, workload.stream(seed, "answers"), SAMPLE)
    return DayResult(
        architecture=day.design,
        traffic=day.traffic,
        incidents=day.incidents,
        times=day.times,
        offered=day.offered,
        served=day.served,
        refused=day.refused,
        busy=day.busy,
        web_servers=day.web_servers.sum(axis=1),
        latency=latency,
        came_in=came_in,
        lost_writes=day.lost_writes,
        costs=_bill(day),
    )


def _bill(flow):
    """Return a month's costs (dollars) by what they pay for, if every day is like this one."""
    design, centers = flow.design, flow.design.data_centers
    return {
        "data centers": centers * sheet.DATA_CENTER,
        "web servers": float(flow.web_servers.mean(axis=0).sum()) * sheet.WEB_SERVER,
        "database": centers * design.shards * (1 + design.replicas) * sheet.DATABASE_NODE,
        "cache": centers * design.cache_gb * sheet.CACHE_GB,
        "queue workers": centers * design.queue_workers * sheet.QUEUE_WORKER,
        "bytes": float(_bytes(flow).sum()),
    }


def _bytes(flow):
    """Return what the bytes of each step cost a month (dollars)."""
    gigabytes = sheet.DAYS / 1e6  # a month for each KB a day
    pages = (flow.reads + flow.writes + flow.uploads).sum(axis=1)
    from_centers = flow.files.sum(axis=1) * sheet.FILE_KB + pages * sheet.PAGE_KB
    from_edges = flow.edge * (sheet.FILE_KB / sheet.EDGE_HITS if flow.design.cdn else 0.0)
    return gigabytes * (from_centers * sheet.ORIGIN_GB + from_edges * sheet.EDGE_GB)


def bill_so_far(flow):
    """Return how much of a month's bill has come together since midnight, at each step's end.

    As the month's, if every day were like this one until then and cost nothing afterwards: dollars
    that end, at midnight, at `DayResult.cost`.
    """
    bill, steps = _bill(flow), flow.times.size
    running = flow.web_servers.sum(axis=1)
    changing = running / running.sum() * bill["web servers"] + _bytes(flow)
    fixed = sum(bill.values()) - bill["web servers"] - bill["bytes"]
    return np.cumsum(changing) + fixed / steps * np.arange(1, steps + 1)
