"""Caches that the course brings along, each with another rule for who must go when it is full.

All have `get(key)` → value or None, `put(key, value)`, and room for `capacity` entries.
"""

import numpy as np

NOBODY = object()


class NoCache:
    """Keeps nothing: every read goes to the database."""

    def get(self, key):
        """Return None."""

    def put(self, key, value):
        """Forget it at once."""


class Fifo:
    """First in, first out: the oldest entry goes, however often it is asked for."""

    def __init__(self, capacity):
        self.values, self.slots, self.turn = {}, [NOBODY] * capacity, -1

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
    """Any entry goes, all equally likely."""

    def __init__(self, capacity, rng):
        super().__init__(capacity)
        self.rng = rng

    def _slot(self):
        return int(self.rng.random() * len(self.slots))


class Lfu:
    """The entry with the fewest uses since it came goes; of equals, the one longest at its count.

    Keys by their number of uses, so that nothing has to be searched (Shah, Mitra, Matani, 2010).
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
        """Keep `value`; when all room is taken the least used goes."""
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


def curves(popularity, points=40):
    """Return (sizes, LRU, FIFO or random, ideal): hit ratios of caches of these sizes.

    `popularity` falls. A window of T requests gives a size and its hit ratio: LRU by Che's
    approximation (2002), FIFO and random, which are equally good, by Gelenbe's formula (1973) in
    the form of Dan and Towsley (1990).
    """
    share, many = _alike(popularity)
    windows = np.geomspace(0.3, 60 * len(popularity), points)[:, None]
    asked = share * windows
    held = -np.expm1(-asked)
    kept = asked / (1 + asked)
    sizes = held @ many
    lru = held @ (share * many)
    fifo = np.interp(sizes, kept @ many, kept @ (share * many))
    ideal = np.interp(sizes, np.arange(len(popularity) + 1), np.r_[0.0, np.cumsum(popularity)])
    return sizes, lru, fifo, ideal


def _alike(popularity, groups=400):
    """Return (mean share, how many) of groups of keys that are nearly equally popular."""
    edges = np.unique(np.geomspace(1, len(popularity) + 1, groups).astype(int)) - 1
    many = np.diff(edges)
    return np.add.reduceat(popularity, edges[:-1]) / many, many
