# loses: histogram_check
# the overflow is said to be the last bound
# asks: A value is above the last bound. How large may it be?
class Histogram:
    def __init__(self, bounds):
        self.bounds = list(bounds)
        self.counts = [0] * (len(self.bounds) + 1)

    def observe(self, value):
        place = 0
        while place < len(self.bounds) and value > self.bounds[place]:
            place += 1
        self.counts[place] += 1

    def merge(self, other):
        if self.bounds != other.bounds:
            raise ValueError(f"bounds {other.bounds} are not {self.bounds}")
        new = Histogram(self.bounds)
        new.counts = [a + b for a, b in zip(self.counts, other.counts)]
        return new

    def quantile(self, q):
        count = sum(self.counts)
        if not count:
            return None
        rank = max(1, math.ceil(q * count))
        for place, bound in enumerate(self.bounds):
            rank -= self.counts[place]
            if rank <= 0:
                return bound
        return self.bounds[-1]
