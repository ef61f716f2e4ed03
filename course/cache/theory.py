"""Closed formulas of the cache: FIFO's hit ratio, the ceiling, what a time to live costs."""

import numpy as np

from course.cache.traffic import RATE
from course.engine.parameters import NEVER
from course.engine.theory import ttl_hit_ratio


def fifo_curve(popularity, points=40):
    """Return (sizes, hit ratios) of FIFO, and of random eviction, which is equally good.

    popularity: the share of the requests of each key, falling. A window of T requests gives a size
    and its hit ratio by Gelenbe's formula (1973), in the form of Dan and Towsley (1990).
    """
    share, many = _alike(popularity)
    asked = share * np.geomspace(0.3, 60 * len(popularity), points)[:, None]
    kept = asked / (1 + asked)
    return kept @ many, kept @ (share * many)


def _alike(popularity, groups=400):
    """Return (mean share, how many) of groups of keys that are nearly equally popular."""
    edges = np.unique(np.geomspace(1, len(popularity) + 1, groups).astype(int)) - 1
    many = np.diff(edges)
    return np.add.reduceat(popularity, edges[:-1]) / many, many


def ceiling(popularity, *, write_share=0.0, ttl=NEVER, arrival_rate=RATE):
    """Return the hit ratio of a cache with room for everything: what expiry and writes leave.

    An entry lives for `ttl` s or until a write, whichever comes first; a load then serves all reads
    of that life.
    """
    reads = arrival_rate * (1 - write_share) * popularity
    writes = arrival_rate * write_share * popularity
    if write_share:
        life = -np.expm1(-writes * ttl) / writes
    elif ttl == NEVER:
        return 1.0
    else:
        life = ttl
    return float(popularity @ ttl_hit_ratio(reads, life))


def expiry_shares(popularity, ttls, *, arrival_rate, write_share, removes=False):
    """Return (share of reads that load, share that are stale) for each of `ttls` (s).

    Poisson reads at rate r and writes at rate w of a photo. From one load to the next there are
    r T + 1 reads; the read at age t is stale with probability 1 − e^(−w t). If a write removes the
    entry, it lives (1 − e^(−w T)) / w seconds on average and is never stale.
    """
    reads = arrival_rate * (1 - write_share) * popularity[:, None]
    writes = arrival_rate * write_share * popularity[:, None] + 1e-12
    ttls = np.asarray(ttls, dtype=float)
    fresh = -np.expm1(-writes * ttls) / writes
    if removes:
        loads = 1 - popularity @ ttl_hit_ratio(reads, fresh)
        return loads, np.zeros(len(ttls))
    loads = 1 - popularity @ ttl_hit_ratio(reads, ttls)
    return loads, popularity @ (reads * (ttls - fresh) / (1 + reads * ttls))
