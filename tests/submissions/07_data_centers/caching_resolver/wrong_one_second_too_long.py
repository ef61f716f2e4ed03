# loses: caching_resolver_check
# still serves at exactly asked + ttl
# asks: Asked at 0 with a ttl of 60. Is the answer valid at 60?
class CachingResolver:
    def __init__(self, dns, ttl):
        self.dns, self.ttl, self.answers = dns, ttl, {}

    def resolve(self, location, now):
        if location in self.answers and now <= self.answers[location][1] + self.ttl:
            return self.answers[location][0]
        center = self.dns.resolve(location)
        self.answers[location] = (center, now)
        return center
