# loses: caching_resolver_hidden
# remembers the latest hundred locations only
# asks: How many locations may ask?
class CachingResolver:
    def __init__(self, dns, ttl):
        self.dns, self.ttl, self.answers = dns, ttl, {}

    def resolve(self, location, now):
        if location in self.answers:
            center, asked = self.answers[location]
            if now < asked + self.ttl:
                return center
        center = self.dns.resolve(location)
        self.answers[location] = (center, now)
        if len(self.answers) > 100:
            del self.answers[next(iter(self.answers))]
        return center
