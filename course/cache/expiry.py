"""Entries that expire: how many reads a time to live saves, and how many of them are stale.

    simulate_expiry(TTLCache, ttl=5.0) → ExpiryResult

Here the cache has room for everything. A write goes to the database; what the cache holds of that
photo stays there and is stale, or is removed.
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass

import numpy as np

from course.cache.model import traffic, what_was_put
from course.engine import parameters, theory
from course.engine.component import (
    ComponentError,
    make,
    name_of,
    raised,
    sentences,
    wrong_return,
)

LEAVE, REMOVE = "leave the entry", "remove the entry"


@dataclass(frozen=True)
class ExpiryResult:
    """One run, a row a read: whether the cache answered, and whether the answer was stale.

    `purged`: how many expired entries `purge` found at the end; None without one.
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
    photos=1000,
    skew=1.0,
    ttl=5.0,
    write_share=0.05,
    on_write=LEAVE,
    arrival_rate=100.0,
    requests=6000,
):
    """Return the ExpiryResult of `requests` requests at `arrival_rate` requests/s.

    component: a class made with `ttl` (s), or an instance, with `get(key, now)`, `put(key, value,
    now)`, `invalidate(key)` and `purge(now)`; without one the same is worked out photo by photo.
    `on_write`: the write leaves the entry in the cache alone, or removes it. ValueError names a bad
    number; ComponentError says in one sentence what the component did wrong.
    """
    ttl = parameters.number("ttl", ttl, above=0, unit="s")
    parameters.choice("on_write", on_write, (LEAVE, REMOVE))
    came = traffic(
        seed=seed,
        photos=photos,
        skew=skew,
        write_share=write_share,
        arrival_rate=arrival_rate,
        requests=requests,
        load_time=0.02,
    )
    if component is None:
        return _photo_by_photo(came, ttl, on_write == REMOVE)
    return _by_the_cache(make(component, seed=seed, ttl=ttl), came, on_write == REMOVE)


def _by_the_cache(cache, came, removes):
    """Ask the student's cache; the value is the version: the time of the last write before it."""
    name = name_of(cache)
    for method in ("get", "put", "invalidate", "purge"):
        if not callable(getattr(cache, method, None)):
            raise ComponentError(f"{name} has no method {method}.")
    get, put, invalidate = cache.get, cache.put, cache.invalidate
    version, kept, hits, stale = {}, {}, [], []
    key, now, call = None, 0.0, "get({key}, {now:.3f})"
    rows = zip(came.keys.tolist(), came.times.tolist(), came.writes.tolist(), strict=True)
    try:
        for key, now, writes in rows:
            if writes:
                version[key] = now
                if removes:
                    call = "invalidate({key})"
                    invalidate(key)
                    call = "get({key}, {now:.3f})"
                continue
            value = get(key, now)
            if value is None:
                kept[key] = version.get(key, 0.0)
                call = "put({key}, {value}, {now:.3f})"
                put(key, kept[key], now)
                call = "get({key}, {now:.3f})"
                hits.append(False)
                stale.append(False)
            elif type(value) is not float or value != kept.get(key):
                asked = f"{name}.get({key}, {now:.3f})"
                raise ComponentError(wrong_return(asked, value, what_was_put(kept, key)))
            else:
                hits.append(True)
                stale.append(value != version.get(key, 0.0))
    except (NotImplementedError, ComponentError):
        raise
    except Exception as error:
        told = call.format(key=key, now=now, value=kept.get(key))
        raise ComponentError(raised(f"{name}.{told}", error)) from error
    return ExpiryResult(np.array(hits), np.array(stale), _duration(came), _purged(cache, name, now))


def _purged(cache, name, now):
    call = f"{name}.purge({now:.3f})"
    with sentences(call):
        purged = cache.purge(now)
    if isinstance(purged, bool) or not isinstance(purged, int) or purged < 0:
        raise ComponentError(wrong_return(call, purged, "how many entries it dropped"))
    return purged


def _photo_by_photo(came, ttl, removes):
    """Return the ExpiryResult without a cache: of each photo, jump from load to load."""
    reads, writes = {}, {}
    rows = zip(came.keys.tolist(), came.times.tolist(), came.writes.tolist(), strict=True)
    for key, time, writing in rows:
        (writes if writing else reads).setdefault(key, []).append(time)
    loaded, old = [], []
    for key, read_at in reads.items():
        written_at, place = [*writes.get(key, ()), np.inf], 0
        while place < len(read_at):
            loaded.append(read_at[place])
            changed = written_at[bisect_left(written_at, read_at[place])]
            ends = read_at[place] + ttl
            until = bisect_left(read_at, min(ends, changed) if removes else ends, place + 1)
            old += read_at[bisect_right(read_at, changed, place, until) : until]
            place = until
    times = came.times[~came.writes]
    hit, stale = np.ones(len(times), dtype=bool), np.zeros(len(times), dtype=bool)
    hit[np.searchsorted(times, loaded)] = False
    stale[np.searchsorted(times, old)] = True
    return ExpiryResult(hit, stale, _duration(came))


def _duration(came):
    return float(came.times[-1])


def in_theory(popularity, ttls, *, arrival_rate, write_share, removes=False):
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
        loads = 1 - popularity @ theory.ttl_hit_ratio(reads, fresh)
        return loads, np.zeros(len(ttls))
    loads = 1 - popularity @ theory.ttl_hit_ratio(reads, ttls)
    return loads, popularity @ (reads * (ttls - fresh) / (1 + reads * ttls))
