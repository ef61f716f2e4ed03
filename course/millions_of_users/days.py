"""The days: one published, with its incidents, and others drawn from a seed."""

from dataclasses import replace

import numpy as np

from course.engine import workload
from course.millions_of_users.traffic import KINDS, SITES, Incidents, Traffic


def draw_incidents(seed):
    """Return the Incidents of one day: all six, at least two and a half hours apart.

    In the evening, at about 17:00 and 20:00 in either order, the crowd comes and one of the two
    largest data centers dies; the machines die earlier. The same seed gives the same Incidents.
    """
    rng = workload.stream(seed, "incidents")
    starts = (6.0 + 2.75 * np.arange(6) + rng.uniform(0, 0.25, 6)) * 3600
    order = [*rng.permutation(4), *(4 + rng.permutation(2))]
    times = {kind: float(starts[number]) for kind, number in zip(KINDS, order, strict=True)}
    return Incidents(**times, center=int(rng.integers(12)), region=int(rng.integers(2)))


PEAKS = {"small": (1_000, 2_000), "medium": (6_000, 10_000), "large": (32_000, 48_000)}
EVEN = (1.0, 2.0)  # a weight in this range: a large region has at most twice another's users
UPLOADS = (0.01, 0.04)  # of the pages

# weights of the large regions, crowd, its rise (s), goal for lost writes (per million), uploads
SLOW = (((1.7, 2.0), (1.0, 1.25)), (3.6, 4.0), 1800.0, 100.0, (0.03, 0.04))


def draw_days(rng):
    """Return eight Traffics: two small, two medium and four large days, drawn from `rng`.

    rng: a random.Random. Whatever its seed, there are strong crowds that come slowly and with many
    photos, most of their users in one of two regions (on a medium and on large days, where it
    matters), crowds that come fast, and weak crowds with a strict goal for lost writes.
    """
    regions = rng.sample((2, 3, 4), 3)  # how many are large, on the days of weak crowds
    medium = rng.choice((_fast(rng), _weak(regions.pop())))
    kinds = {
        "small": (_fast(rng), _weak(regions.pop())),
        "medium": (SLOW, medium),
        "large": (SLOW, SLOW, _fast(rng), _weak(regions.pop())),
    }
    return [_draw_day(rng, size, *kind) for size in PEAKS for kind in kinds[size]]


def _fast(rng):
    return [EVEN] * rng.choice((3, 4)), (3.2, 4.0), 60.0, rng.choice((100.0, 50.0)), UPLOADS


def _weak(regions):
    return [EVEN] * regions, (1.2, 1.4), 60.0, 50.0, UPLOADS


def _draw_day(rng, name, users, crowd, crowd_rise, lost_writes, uploads):
    """Return one Traffic; `name`: a key of PEAKS, `users`: bounds of the large regions' weights."""
    order = rng.sample(list(SITES), len(SITES))
    weights = [rng.uniform(*bounds) for bounds in users]
    few = [round(rng.uniform(0.002, 0.008), 3) for _ in order[len(users) :]]
    regions = [round(weight / sum(weights) * (1 - sum(few)), 3) for weight in weights] + few
    regions[0] = round(1 - sum(regions[1:]), 3)
    day = Traffic(
        name=name,
        peak=float(round(rng.uniform(*PEAKS[name]), -2)),
        night=round(rng.uniform(0.2, 0.5), 2),
        static_share=round(rng.uniform(0.5, 0.7), 2),
        write_share=round(rng.uniform(0.04, 0.12), 3),
        upload_share=round(rng.uniform(*uploads), 3),
        data_gb=float(round(rng.uniform(200, 1_000), -1)),
        skew=round(rng.uniform(0.75, 1.1), 2),
        regions=dict(zip(order, regions, strict=True)),
        crowd=round(rng.uniform(*crowd), 1),
        crowd_rise=crowd_rise,
        availability=0.9995,
        p95_latency=0.16,
        lost_writes=lost_writes,
        budget=1.0,
    )
    return with_budget(day)


LEAST_BUDGET = 3_000  # dollars a month and data center


def budget(day):
    """Return what the company pays for a site with the Traffic `day`, in dollars a month.

    A power law, fitted by least squares to the bills of 750 carefully designed sites (it misses
    them by 7 %, at most by 20 %), and a third on top. A data center too small for the law needs
    one machine of each kind all the same: LEAST_BUDGET for each.
    """
    large = np.log(day.peak / 8_000)
    fast, crowd = day.crowd_rise < 600, np.log(day.crowd / 3)
    centers = sum(share > 0.1 for share in day.regions.values())
    if day.lost_writes < 75:
        centers = max(centers, 3)
    size = 0.779 * large + 0.029 * large**2 + (0.171 + 0.148 * fast) * crowd + 0.144 * fast
    size += {2: -0.25, 3: 0.0, 4: 0.185}[centers] + 0.338 * np.log(max(day.regions.values()))
    size += 4.94 * day.upload_share + 0.29 * day.write_share - 1.2 * (day.static_share - 0.6)
    size += 0.093 * np.log(day.data_gb / 500) - 0.31 * (day.skew - 0.9)
    return float(round(max(1.33 * np.exp(10.859 + size), LEAST_BUDGET * centers), -2))


def with_budget(day):
    """Return the Traffic `day` with the budget of such a site."""
    return replace(day, budget=budget(day))


PUBLISHED = with_budget(
    Traffic(
        name="published",
        peak=8_000.0,
        night=0.3,
        static_share=0.6,
        write_share=0.08,
        upload_share=0.02,
        data_gb=500.0,
        skew=0.9,
        regions={"North America": 0.45, "Europe": 0.33, "Asia": 0.215, "South America": 0.005},
        crowd=3.0,
        crowd_rise=60.0,
        availability=0.9995,
        p95_latency=0.16,
        lost_writes=100.0,
        budget=1.0,
    )
)
PUBLISHED_INCIDENTS = Incidents(
    web_server=7.0 * 3600,
    cache_node=9.5 * 3600,
    replica=12.0 * 3600,
    primary=14.5 * 3600,
    crowd=17.0 * 3600,
    data_center=20.0 * 3600,
)
