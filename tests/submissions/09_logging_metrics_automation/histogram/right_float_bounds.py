class Histogram:
    def __init__(self, bounds):
        self.bounds = [float(bound) for bound in bounds]
        self.counts = [0] * (len(self.bounds) + 1)

    def observe(self, value):
        self.counts[len([bound for bound in self.bounds if bound < value])] += 1

    def merge(self, other):
        if other.bounds != self.bounds:
            raise ValueError(f"these bounds differ from mine: {[round(bound) for bound in other.bounds]}")
        both = Histogram(self.bounds)
        for place, (mine, theirs) in enumerate(zip(self.counts, other.counts)):
            both.counts[place] = mine + theirs
        return both

    def quantile(self, q):
        rank = max(math.ceil(q * sum(self.counts)), 1)
        for place, bound in enumerate([*self.bounds, float("inf")]):
            if sum(self.counts[: place + 1]) >= rank:
                return float(bound)
