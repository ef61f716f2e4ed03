"""What the course brings along: caches to compare with, and runs without a component.

The caches have `get(key)` → value or None, `put(key, value)`, and room for `capacity` entries; each
has another rule for the entry that is evicted. LRU is missing: it is exercise A.

The runs are not made of objects. They work out from the times of reads, writes and loads what an
expiring cache, a tier of nodes and a stampede do. Objects would be the solutions of exercises B, C
and D in a package that students import, and slower.
"""

import heapq
from bisect import bisect_left, bisect_right
from collections import deque

import numpy as np

from course.cache.traffic import LOOKUP
from course.engine.parameters import NEVER

EMPTY = object()


def stack_distances(keys):
    """Return how many other keys were asked for since each key's last time, inf at its first.

    LRU of any size hits where this is below the size (Mattson, Gecsei, Slutz and Traiger, 1970).
    """
    last, times, distances = {}, [], []
    for now, key in enumerate(keys):
        distance = np.inf
        if key in last:
            place = bisect_left(times, last[key])
            distance = len(times) - 1 - place
            del times[place]
        distances.append(distance)
        last[key] = now
        times.append(now)
    return np.array(distances)


class NoCache:
    """Keeps nothing: every read goes to the database."""

    def get(self, key):
        """Return None."""

    def put(self, key, value):
        """Forget it at once."""


class Fifo:
    """First in, first out: the oldest entry is evicted, however often it is asked for."""

    def __init__(self, capacity):
        self.values, self.slots, self.turn = {}, [EMPTY] * capacity, -1

    def get(self, key):
        """Return the value kept for `key`, or None."""
        return self.values.get(key)

    def put(self, key, value):
        """Keep `value`; a new key takes the slot of another when all are taken."""
        if key not in self.values:
            if not self.slots:
                return
            slot = self._slot()
            self.values.pop(self.slots[slot], None)
            self.slots[slot] = key
        self.values[key] = value

    def _slot(self):
        self.turn = (self.turn + 1) % len(self.slots)
        return self.turn


class RandomEviction(Fifo):
    """Any entry is evicted, all equally likely."""

    def __init__(self, capacity, rng):
        super().__init__(capacity)
        self.rng = rng

    def _slot(self):
        return int(self.rng.random() * len(self.slots))


class Lfu:
    """The entry with the fewest uses is evicted; of equals, the one longest at its count.

    Keys are kept by their number of uses, so that none is searched (Shah, Mitra, Matani, 2010).
    """

    def __init__(self, capacity):
        self.capacity, self.values, self.uses = capacity, {}, {}
        self.used = {1: {}}  # number of uses → keys
        self.fewest = 1

    def get(self, key):
        """Return the value kept for `key`, or None; a use."""
        if key in self.values:
            uses = self.uses[key]
            del self.used[uses][key]
            self.uses[key] = uses + 1
            self.used.setdefault(uses + 1, {})[key] = True
            return self.values[key]
        return None

    def put(self, key, value):
        """Keep `value`; when all room is taken the least used is evicted."""
        if key not in self.values:
            if not self.capacity:
                return
            if len(self.values) == self.capacity:
                self._evict()
            self.uses[key], self.fewest = 1, 1
            self.used[1][key] = True
        self.values[key] = value

    def _evict(self):
        while not self.used.get(self.fewest):
            self.fewest += 1
        first = next(iter(self.used[self.fewest]))  # a dict keeps the order they came in
        del self.used[self.fewest][first], self.values[first], self.uses[first]


def expiring(came, ttl, removes):
    """Return (hit, stale) of each read of the Traffic `came`, photo by photo, from load to load.

    ttl: how long an entry lives (s); removes: whether a write removes it.
    """
    reads, writes = {}, {}
    for key, time, writing in came.rows():
        (writes if writing else reads).setdefault(key, []).append(time)
    loaded, old = [], []
    for key, read_at in reads.items():
        written_at, place = [*writes.get(key, ()), NEVER], 0
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
    return hit, stale


def missing(came, on_first, dead):
    """Return which requests of the Traffic `came` go to the database of a tier of cache nodes.

    on_first: which of them are about a photo of cache-1, which is dead from when to when (s). All
    photos are cached at the start.
    """
    since, until = dead
    loaded, changed, miss = {}, {}, []
    for (key, time, writes), first in zip(came.rows(), on_first.tolist(), strict=True):
        if writes:
            changed[key] = time
            miss.append(True)
            continue
        down = first and since <= time < until
        born = until if first and time >= until else -NEVER
        good = not down and loaded.get(key, 0.0) > max(born, changed.get(key, -NEVER))
        if not good and not down:
            loaded[key] = time
        miss.append(not good)
    return np.array(miss)


def everybody_loads(times, works, other, ttl, workers):
    """Return (started, finished, asked) of the requests when each read that misses loads the page.

    other: which requests are other queries; the page is fresh for `ttl` s, first from time 0.
    asked: which of them the database served. Each request's times follow from those before (Kiefer
    and Wolfowitz, 1955, with a list of the loads that are under way).
    """
    free, under_way, fresh_until = [0.0] * workers, deque(), ttl
    started, finished, asked = [], [], []
    rows = zip(times.tolist(), works.tolist(), other.tolist(), strict=True)
    for time, work, is_other in rows:
        while under_way and under_way[0] <= time:
            fresh_until = under_way.popleft() + ttl
        answered = not is_other and time < fresh_until
        if answered:
            start, end = time, time + LOOKUP
        else:
            start = max(time, free[0])
            end = start + work
            heapq.heapreplace(free, end)
            if not is_other:
                under_way.append(end)
        started.append(start)
        finished.append(end)
        asked.append(not answered)
    return np.array(started), np.array(finished), np.array(asked)
