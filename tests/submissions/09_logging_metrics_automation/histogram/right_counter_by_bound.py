from collections import Counter


class Histogram:
    def __init__(self, bounds):
        self.bounds = [*bounds, math.inf]
        self.counts = Counter()

    def observe(self, value):
        self.counts[next(bound for bound in self.bounds if value <= bound)] += 1

    def merge(self, other):
        if self.bounds != other.bounds:
            raise ValueError(f"cannot merge {other.bounds[:-1]}")
        new = Histogram(self.bounds[:-1])
        new.counts = self.counts + other.counts
        return new

    def quantile(self, q):
        everything = sorted(self.counts.elements())
        return everything[max(1, math.ceil(q * len(everything))) - 1] if everything else None
