"""The whole way, tier by tier: how many users each step serves, how fast, for how much."""

from dataclasses import dataclass, replace

from course.millions_of_users.baselines import ONE_OF_EACH
from course.millions_of_users.days import PUBLISHED
from course.millions_of_users.model import simulate
from course.millions_of_users.traffic import Incidents

STEPS = (
    ("01 one server", {}),
    ("02 load balancer, 40 servers", {"web_servers": 40, "balancer": "least connections"}),
    ("03 four replicas", {"replicas": 4}),
    ("04 cache, 260 GB", {"cache_gb": 260}),
    ("05 CDN", {"cdn": True}),
    ("06 stateless, autoscaled", {"autoscale": True}),
    ("07 three data centers", {"data_centers": 3}),
    ("08 queue, 60 workers", {"queue_workers": 60}),
    ("09 metrics, automation", {}),
    ("10 eight shards", {"shards": 8}),
)


@dataclass(frozen=True)
class Grown:
    """One step of the way: the most users a day that it serves, and what that is like.

    At half of these users: p95_latency (s), cost_per_thousand (dollars a month for 1,000 users) and
    lost_writes (per million, on a day with incidents). breaks_next: the tier that refuses first
    when more come.
    """

    name: str
    users: float
    p95_latency: float
    cost_per_thousand: float
    lost_writes: float
    breaks_next: str


def grow(steps=STEPS):
    """Return a list with the Grown of each step; a step keeps what those before it have built.

    steps: pairs (name, dict of changes to an Architecture). A design serves so many users if, on a
    day without incidents, it answers 99 % of the requests of a site like the published one, and
    95 % of them within a second.
    """
    design, way = ONE_OF_EACH, []
    for name, changes in steps:
        design = replace(design, **changes)
        peak = most(design)
        half = sized(peak / 2)
        calm = simulate(design, traffic=half, incidents=Incidents())
        more = simulate(design, traffic=sized(1.4 * peak), incidents=Incidents())
        way.append(
            Grown(
                name=name,
                users=float(f"{sized(peak).users:.2e}"),  # found within 1 %
                p95_latency=calm.p95_latency,
                cost_per_thousand=calm.cost / half.users * 1000,
                lost_writes=simulate(design, traffic=half).lost_writes,
                breaks_next=more.broke()[0][0] if more.broke() else "the way there",
            )
        )
    return way


def most(design):
    """Return the highest peak (requests/s) at which a design still serves, within 1 %."""
    low = high = 1.0
    while _serves(design, high):
        low, high = high, 2 * high
    while high > 1.01 * low:
        middle = (low * high) ** 0.5
        low, high = (middle, high) if _serves(design, middle) else (low, middle)
    return low


def _serves(design, peak):
    day = simulate(design, traffic=sized(peak), incidents=Incidents())
    return day.availability >= 0.99 and day.p95_latency <= 1.0


def sized(peak):
    """Return a day like the published one with another `peak` (requests/s)."""
    return replace(PUBLISHED, peak=float(peak))


def table(way):
    """Return the way, a list of Grown, as lines of text."""
    rows = [f"{'step':30}{'users a day':>12}{'p95':>8}{'$ per 1,000':>13}{'lost':>9}  breaks next"]
    for step in way:
        rows.append(
            f"{step.name:30}{step.users:12,.0f}{1000 * step.p95_latency:5.0f} ms"
            f"{step.cost_per_thousand:13.2f}{step.lost_writes:9,.0f}  {step.breaks_next}"
        )
    return "\n".join(rows)
