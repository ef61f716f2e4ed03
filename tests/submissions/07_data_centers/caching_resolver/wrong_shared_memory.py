# loses: caching_resolver_hidden
# all resolvers share one memory
# asks: Make two resolvers and ask one. What does the other know?
class CachingResolver:
    answers = {}

    def __init__(self, dns, ttl):
        self.dns, self.ttl = dns, ttl

    def resolve(self, location, now):
        if location in self.answers and now < self.answers[location][1] + self.ttl:
            return self.answers[location][0]
        center = self.dns.resolve(location)
        self.answers[location] = (center, now)
        return center
