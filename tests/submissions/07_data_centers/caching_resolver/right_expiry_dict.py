class CachingResolver:
    def __init__(self, dns, ttl):
        self.dns, self.ttl = dns, ttl
        self.center, self.until = {}, {}

    def resolve(self, location, now):
        if now >= self.until.get(location, now):
            self.center[location] = self.dns.resolve(location)
            self.until[location] = now + self.ttl
        return self.center[location]
