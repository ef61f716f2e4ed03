"""The days: one published, with its incidents, and others drawn from a seed."""

from dataclasses import replace

import numpy as np

from course.engine import workload
from course.millions_of_users import sheet
from course.millions_of_users.traffic import SITES, Incidents, Traffic


def draw_incidents(seed):
    """Return the Incidents of one day: all six, the machines' at the worst moment.

    A primary dies between 6:00 and 16:00. In the evening, at about 19:00 and 21:30 in either order,
    the crowd comes and one of the two largest data centers dies. As soon as its users have gone
    elsewhere, a web server, a cache node and a replica die in the other one of the two. The same
    seed gives the same Incidents.
    """
    rng = workload.stream(seed, "incidents")
    evening = rng.permutation((18.75, 21.25)) + rng.uniform(0, 0.25, 2)
    primary, crowd, data_center = (float(3600 * hour) for hour in (rng.uniform(6, 16), *evening))
    with_the_neighbours = data_center + sheet.DNS_TTL
    region = int(rng.integers(2))
    return Incidents(
        web_server=with_the_neighbours,
        cache_node=with_the_neighbours,
        replica=with_the_neighbours,
        primary=primary,
        data_center=data_center,
        crowd=crowd,
        center=1 - region,
        region=region,
    )


PEAKS = {"small": (1_000, 2_000), "medium": (6_000, 10_000), "large": (32_000, 48_000)}
EVEN = (1.0, 2.0)  # a weight in this range: a large region has at most twice another's users
UPLOADS = (0.01, 0.04)  # of the pages

# weights of the large regions, crowd, its rise (s), uploads
SLOW = (((1.7, 2.0), (1.0, 1.25)), (3.6, 4.0), 1800.0, (0.03, 0.04))


def draw_days(rng):
    """Return eight Traffics: two small, two medium and four large days, drawn from `rng`.

    rng: a random.Random. Whatever its seed, there are strong crowds that come slowly and with many
    photos, most of their users in one of two regions (on a medium and on large days, where it
    matters), crowds that come fast, and weak crowds. On the small days, where one machine is much,
    the crowd is weak and one of two data centers dies: then the other has to serve everybody.
    """
    kinds = {
        "small": (_weak(2), _weak(2)),
        "medium": (SLOW, rng.choice((_fast(rng), _weak(rng.choice((2, 3)))))),
        "large": (SLOW, SLOW, _fast(rng), _weak(rng.choice((3, 4)))),
    }
    return [_draw_day(rng, size, *kind) for size in PEAKS for kind in kinds[size]]


def _fast(rng):
    return [EVEN] * rng.choice((3, 4)), (3.2, 4.0), 60.0, UPLOADS


def _weak(regions):
    return [EVEN] * regions, (1.2, 1.4), 60.0, UPLOADS


def _draw_day(rng, name, users, crowd, crowd_rise, uploads):
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
        lost_writes=100.0,
        budget=1.0,
    )
    return with_budget(day)


LEAST_BUDGET = 3_000  # dollars a month and data center
ROOM = 1.33  # the budget over the bill of a carefully designed site, on average


def budget(day):
    """Return what the company pays for a site with the Traffic `day`, in dollars a month.

    A power law, fitted by least squares to the bills of 880 carefully designed sites (it misses
    them by 5 %, at most by 17 %), and a third on top. A data center too small for the law needs
    one machine of each kind all the same: LEAST_BUDGET for each.
    """
    large = np.log(day.peak / 8_000)
    fast, crowd = day.crowd_rise < 600, np.log(day.crowd / 3)
    centers = sum(share > 0.1 for share in day.regions.values())
    size = 0.775 * large + 0.039 * large**2 + (0.46 - 0.133 * fast) * crowd + 0.173 * fast
    size += {2: -0.223, 3: 0.0, 4: 0.122}[centers] + 0.25 * np.log(max(day.regions.values()))
    size += 4.5 * day.upload_share + 0.696 * day.write_share - 1.19 * (day.static_share - 0.6)
    size += 0.063 * np.log(day.data_gb / 500) - 0.147 * (day.skew - 0.9)
    return float(round(max(ROOM * np.exp(10.797 + size), LEAST_BUDGET * centers), -2))


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
