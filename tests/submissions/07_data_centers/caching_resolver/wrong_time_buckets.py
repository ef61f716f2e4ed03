# loses: caching_resolver_check
# all answers expire at full multiples of ttl
# asks: You asked just before a full multiple of ttl. How long does your answer live?
class CachingResolver:
    def __init__(self, dns, ttl):
        self.dns, self.ttl, self.answers = dns, ttl, {}

    def resolve(self, location, now):
        if not self.ttl:
            return self.dns.resolve(location)
        key = (location, now // self.ttl)
        if key not in self.answers:
            self.answers[key] = self.dns.resolve(location)
        return self.answers[key]
