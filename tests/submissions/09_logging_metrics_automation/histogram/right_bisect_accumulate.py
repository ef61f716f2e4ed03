import bisect
import itertools


class Histogram:
    def __init__(self, bounds):
        self.bounds = tuple(bounds)
        self.counts = [0] * (len(self.bounds) + 1)

    def observe(self, value):
        self.counts[bisect.bisect_left(self.bounds, value)] += 1

    def merge(self, other):
        if self.bounds != other.bounds:
            raise ValueError(f"different bounds: {other.bounds}")
        new = type(self)(self.bounds)
        new.counts = list(map(sum, zip(self.counts, other.counts)))
        return new

    def quantile(self, q):
        reached = list(itertools.accumulate(self.counts))
        if reached[-1] == 0:
            return None
        place = bisect.bisect_left(reached, max(1, math.ceil(q * reached[-1])))
        return (*self.bounds, math.inf)[place]
