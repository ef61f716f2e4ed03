# loses: caching_resolver_hidden_2
# notes the time before it asks: after a failure the old answer counts as fresh
# asks: The question fails. What does your note of the time say now?
class CachingResolver:
    def __init__(self, dns, ttl):
        self.dns, self.ttl, self.asked, self.center = dns, ttl, {}, {}

    def resolve(self, location, now):
        if location not in self.asked or now >= self.asked[location] + self.ttl:
            self.asked[location] = now
            try:
                self.center[location] = self.dns.resolve(location)
            except Exception:
                if location not in self.center:
                    del self.asked[location]
                raise
        return self.center[location]
