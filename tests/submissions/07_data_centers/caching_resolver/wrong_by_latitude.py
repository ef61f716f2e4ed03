# loses: caching_resolver_hidden
# two places of one latitude share an answer
# asks: Rome and New York are about equally far north. Do they share a center?
class CachingResolver:
    def __init__(self, dns, ttl):
        self.dns, self.ttl, self.answers = dns, ttl, {}

    def resolve(self, location, now):
        if location[0] in self.answers:
            center, asked = self.answers[location[0]]
            if now < asked + self.ttl:
                return center
        center = self.dns.resolve(location)
        self.answers[location[0]] = (center, now)
        return center
