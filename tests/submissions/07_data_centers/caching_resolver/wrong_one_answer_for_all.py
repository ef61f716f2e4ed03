# loses: caching_resolver_check
# one answer for all places
# asks: Ask from Tokyo and then from Paris. Do both go to one center?
class CachingResolver:
    def __init__(self, dns, ttl):
        self.dns, self.ttl, self.asked = dns, ttl, None

    def resolve(self, location, now):
        if self.asked is None or now >= self.asked + self.ttl:
            self.answer, self.asked = self.dns.resolve(location), now
        return self.answer
