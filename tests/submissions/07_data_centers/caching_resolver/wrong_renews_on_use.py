# loses: caching_resolver_check
# every use makes the answer younger
# asks: An answer is used all the time and never asked for again. When does it expire?
class CachingResolver:
    def __init__(self, dns, ttl):
        self.dns, self.ttl, self.answers = dns, ttl, {}

    def resolve(self, location, now):
        if location in self.answers and now < self.answers[location][1] + self.ttl:
            center = self.answers[location][0]
        else:
            center = self.dns.resolve(location)
        self.answers[location] = (center, now)
        return center
