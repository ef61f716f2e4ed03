"""Closed formulas of the replicated database: what it can carry, and how much of it is stale."""

import numpy as np

from course.database_replication.model import APPLY, SERVICE_TIME
from course.database_replication.traffic import SESSIONS
from course.engine.parameters import NEVER
from course.engine.theory import stale_probability


def capacity(read_share, replicas, service_time=SERVICE_TIME):
    """Return the statements/s at which the first node is busy all the time.

    read_share: share of the statements that read; service_time: seconds of a node per statement.
    Without replicas the primary does everything. With them it does the writes, and each replica its
    part of the reads and all the writes again, at APPLY of their work.
    """
    writes = 1 - read_share
    busiest = max(writes, read_share / replicas + APPLY * writes) if replicas else 1.0
    return 1 / (busiest * service_time)


def write_bound(read_share, service_time=SERVICE_TIME):
    """Return the statements/s that no number of replicas exceeds; inf when nothing is written."""
    return 1 / ((1 - read_share) * service_time) if read_share < 1 else float("inf")


def stale_share(lags, write_rate, duration=NEVER, keys=SESSIONS):
    """Return, for each of `lags` (s, mean), the share of a replica's reads that are stale.

    Poisson writes (`write_rate`/s) to `keys` equally likely keys: the age of a key's last write is
    exponential, and a read at that age is stale with stale_probability. The run lasts
    `duration` s, and nothing was written before it.
    """
    shares = []
    for lag in lags:
        if lag <= 0 or write_rate <= 0:
            shares.append(0.0)
            continue
        oldest = min(lag * (np.log1p(write_rate * lag) + 10), duration)
        ages = (np.arange(200) + 0.5) * oldest / 200
        rate = write_rate / keys
        density = rate * np.exp(-rate * ages) * (1 - ages / duration)
        stale = stale_probability(ages, lag, write_rate)
        shares.append(float((density * stale).sum() * oldest / 200))
    return np.array(shares)
