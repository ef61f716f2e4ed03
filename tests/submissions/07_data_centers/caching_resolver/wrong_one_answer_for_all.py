# loses: caching_resolver_check
# one answer for all places
class CachingResolver:
    def __init__(self, dns, ttl):
        self.dns, self.ttl, self.asked = dns, ttl, None

    def resolve(self, location, now):
        if self.asked is None or now >= self.asked + self.ttl:
            self.answer, self.asked = self.dns.resolve(location), now
        return self.answer
