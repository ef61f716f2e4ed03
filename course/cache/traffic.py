"""The traffic: who reads and writes which photo when."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from course.engine import parameters, workload
from course.engine.parameters import NEVER

PHOTOS, RATE = 10_000, 300.0  # requests/s
LOOKUP = 0.001  # seconds that the cache takes to answer
LOAD_TIME = 0.02  # seconds that a query takes of the database on average


@dataclass(frozen=True)
class Traffic:
    """Requests in order of their `times` (s): the photo each is about, and whether it writes.

    works: the seconds of the database that each needs, if it gets there.
    """

    times: np.ndarray
    keys: np.ndarray
    writes: np.ndarray
    works: np.ndarray

    def rows(self):
        """Return an iterator over (key, time, writes) of each request, in plain Python values."""
        columns = (self.keys, self.times, self.writes)
        return zip(*(column.tolist() for column in columns), strict=True)


def traffic(
    *,
    seed,
    photos,
    skew,
    write_share,
    arrival_rate,
    requests,
    load_time=LOAD_TIME,
    new_every=NEVER,
):
    """Return the Traffic of `requests` requests, Poisson at `arrival_rate` requests/s.

    skew: the exponent of Zipf's law, by which photos are popular; photo 0 is the most popular.
    write_share: share of the requests that write. new_every: after how long (s) other photos become
    the favourites. ValueError names a bad number.
    """
    return _traffic(
        parameters.count("seed", seed, at_least=0, at_most=2**63),
        parameters.count("photos", photos, at_most=1_000_000),
        parameters.number("skew", skew, at_least=0, at_most=10),
        parameters.number("write_share", write_share, at_least=0, at_most=1),
        parameters.number("arrival_rate", arrival_rate, above=0, unit="requests/s"),
        parameters.count("requests", requests),
        parameters.number("load_time", load_time, above=0, unit="s"),
        parameters.time("new_every", new_every, above=0),
    )


@lru_cache(maxsize=8)
def _traffic(seed, photos, skew, write_share, arrival_rate, requests, load_time, new_every):
    times = workload.poisson_arrivals(workload.stream(seed, "arrivals"), arrival_rate, requests)
    keys = workload.zipf_keys(workload.stream(seed, "keys"), photos, skew, requests)
    keys = (keys + 997 * (times // new_every).astype(int)) % photos
    writes = workload.stream(seed, "writes").uniform(size=requests) < write_share
    works = workload.exponential_work(workload.stream(seed, "work"), load_time, requests)
    for column in (times, keys, writes, works):
        column.flags.writeable = False  # shared by all who ask for the same traffic
    return Traffic(times, keys, writes, works)
