"""Eight seconds of an outage: who asks when, and what is then expected of DNS and resolvers.

    rehearse(GeoDNS, CachingResolver, ttl=2, outage=OUTAGE) → Run

`real` has the same users asked by processes. The DNS protocol counts a TTL in whole seconds.
"""

from dataclasses import dataclass

import numpy as np

from course.data_centers.model import simulate
from course.data_centers.theory import expected_after
from course.data_centers.world import OPENING_ORDER, WEIGHTS, nearest, traffic

CENTERS = OPENING_ORDER[:2]  # the first one dies
SEED, RATE, DURATION = 1, 40.0, 8.0  # requests/s of all cities; s
OUTAGE = (2.0, 6.0)  # s, from and to
TTLS = (0, 1, 2, 4)  # s
OF_DEAD = nearest((True, True)) == 0  # by city, whether the center that dies is the nearest


@dataclass(frozen=True)
class Run:
    """What users saw, by request in order of time.

    times: when each came (s); cities, places: the numbers of its city and of the center that the
    resolver named, -1 for none. failed: whether it got no page. asked: how often the DNS was asked,
    from time 0 on. outage: (from, to) in seconds, or None. noticed: how long (s) after the death
    the DNS knew of it, None if it did not. share: of the run that is over.
    """

    times: np.ndarray
    cities: np.ndarray
    places: np.ndarray
    failed: np.ndarray
    asked: int
    outage: tuple | None
    noticed: float | None = 0.0
    share: float = 1.0

    @property
    def lost(self):
        """How many requests were sent to the dead center."""
        return int((self.failed & (self.places == 0)).sum())


def users(ttl, *, rate=RATE, duration=DURATION):
    """Return the Traffic: who comes when from which city; before time 0 what fills the caches."""
    return traffic(SEED, rate, duration, 0.0, float(ttl))


def formula(ttl, outage):
    """Return (requests sent to the dead center, questions to the DNS) that are expected."""
    rates = RATE * WEIGHTS
    asked = DURATION * float((rates / (1 + rates * ttl)).sum())
    if not outage:
        return 0.0, asked
    after = expected_after(ttl=ttl, lasts=outage[1] - outage[0], rates=rates[OF_DEAD])
    return float(rates[OF_DEAD].sum() * after), asked


def rehearse(geo_dns, caching_resolver, *, ttl, outage=None, rate=RATE, duration=DURATION):
    """Return the Run of the simulation, whose DNS knows of a death at once.

    ComponentError says in one sentence what a component did wrong.
    """
    start, end = outage or (None, OUTAGE[1])
    lasts = {"dies_at": start, "returns_after": end - (start or 0.0)}
    world = {"seed": SEED, "ttl": ttl, "arrival_rate": rate, "duration": duration}
    world |= {"write_share": 0.0, "lag": 0.0, "capacity": 1000.0}  # nobody is refused
    result = simulate(geo_dns, resolver=caching_resolver, **world, **lasts)
    places = np.where(result.place < len(CENTERS), result.place, -1)
    cities, asked = result.traffic.cities, int(result.asked.sum())
    return Run(result.arrived_at, cities, places, result.failed, asked, outage)
