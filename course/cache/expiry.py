"""Entries that expire: how many reads a time to live saves, and how many of them are stale.

    simulate_expiry(TTLCache, ttl=5.0) → ExpiryResult

Here the cache has room for everything. A write goes to the database; what the cache holds of that
photo stays there and is stale, or is removed.
"""

from dataclasses import dataclass

import numpy as np

from course.cache.baselines import expiring
from course.cache.model import what_was_put
from course.cache.traffic import traffic
from course.engine import parameters
from course.engine.component import (
    ComponentError,
    make,
    methods,
    name_of,
    sentences,
    wrong_return,
)

PHOTOS, RATE = 1000, 100.0  # requests/s
LEAVE, REMOVE = "leave the entry", "remove the entry"


@dataclass(frozen=True)
class ExpiryResult:
    """One run of `duration` s, a row per read.

    hit: whether the cache answered; stale: whether the answer was older than the database. purged:
    how many expired entries `purge` dropped at the end; None without a cache of one's own.
    """

    hit: np.ndarray
    stale: np.ndarray
    duration: float
    purged: int | None = None

    def __len__(self):
        return len(self.hit)

    @property
    def hit_ratio(self):
        """Share of the reads that the cache answered (1.0 if there were none)."""
        return float(self.hit.mean()) if len(self) else 1.0

    @property
    def stale_ratio(self):
        """Share of all reads that got something older than what the database had."""
        return float(self.stale.mean()) if len(self) else 0.0

    @property
    def load_rate(self):
        """Loads from the database per second."""
        return float((~self.hit).sum() / self.duration)

    def summary(self):
        """Return the run in words."""
        return (
            f"{len(self):,} reads: {1 - self.hit_ratio:.1%} went to the database, "
            f"{self.stale_ratio:.1%} were stale."
        )


def simulate_expiry(
    component=None,
    *,
    seed=0,
    photos=PHOTOS,
    skew=1.0,
    ttl=5.0,
    write_share=0.05,
    on_write=LEAVE,
    arrival_rate=RATE,
    requests=6000,
):
    """Return the ExpiryResult of `requests` requests at `arrival_rate` requests/s.

    component: a class made with `ttl` (s), or an instance, with `get(key, now)`, `put(key, value,
    now)`, `invalidate(key)` and `purge(now)`; without one the same is worked out photo by photo.
    on_write: whether a write leaves the cache's entry alone (LEAVE) or removes it (REMOVE). The
    other numbers make the traffic, see `traffic`. ValueError names a bad number; ComponentError
    says in one sentence what the component did wrong.
    """
    ttl = parameters.number("ttl", ttl, above=0, unit="s")
    removes = parameters.choice("on_write", on_write, (LEAVE, REMOVE)) == REMOVE
    came = traffic(
        seed=seed,
        photos=photos,
        skew=skew,
        write_share=write_share,
        arrival_rate=arrival_rate,
        requests=requests,
    )
    purged, duration = None, float(came.times[-1])
    if component is None:
        hit, stale = expiring(came, ttl, removes)
    else:
        cache = make(component, seed=seed, ttl=ttl)
        hit, stale = _answered(cache, came, removes)
        purged = _purged(cache, duration)
    return ExpiryResult(hit, stale, duration, purged)


def _answered(cache, came, removes):
    """Return (hit, stale) of each read; the value is the version: the time of the last write."""
    name = name_of(cache)
    get, put, invalidate, _ = methods(cache, "get", "put", "invalidate", "purge")
    version, kept, hits, stale = {}, {}, [], []
    key, now, asks = None, 0.0, "get({key}, {now:.3f})"
    call = asks
    with sentences(lambda: f"{name}.{call.format(key=key, now=now, value=kept.get(key))}"):
        for key, now, writes in came.rows():
            if writes:
                version[key] = now
                if removes:
                    call = "invalidate({key})"
                    invalidate(key)
                    call = asks
                continue
            value = get(key, now)
            if value is None:
                kept[key] = version.get(key, 0.0)
                call = "put({key}, {value}, {now:.3f})"
                put(key, kept[key], now)
                call = asks
                hits.append(False)
                stale.append(False)
            elif type(value) is not float or value != kept.get(key):
                asked = f"{name}.get({key}, {now:.3f})"
                raise ComponentError(wrong_return(asked, value, what_was_put(kept, key)))
            else:
                hits.append(True)
                stale.append(value != version.get(key, 0.0))
    return np.array(hits), np.array(stale)


def _purged(cache, now):
    call = f"{name_of(cache)}.purge({now:.3f})"
    with sentences(call):
        purged = cache.purge(now)
    if isinstance(purged, bool) or not isinstance(purged, int) or purged < 0:
        raise ComponentError(wrong_return(call, purged, "how many entries it dropped"))
    return purged
