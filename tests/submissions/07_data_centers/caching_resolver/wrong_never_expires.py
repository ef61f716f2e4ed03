# loses: caching_resolver_check
# never asks twice
# asks: The center of an old answer has moved. When do you ask again?
class CachingResolver:
    def __init__(self, dns, ttl):
        self.dns, self.ttl, self.answers = dns, ttl, {}

    def resolve(self, location, now):
        if location not in self.answers:
            self.answers[location] = self.dns.resolve(location)
        return self.answers[location]
