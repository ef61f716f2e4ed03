# loses: caching_resolver_check_2
# knows at once that a center has died, as no resolver does
# asks: A center has just died. How would a resolver that has cached an answer know?
class CachingResolver:
    def __init__(self, dns, ttl):
        self.dns, self.ttl, self.answers = dns, ttl, {}

    def resolve(self, location, now):
        if location in self.answers:
            center, asked = self.answers[location]
            if now < asked + self.ttl and center.healthy:
                return center
        center = self.dns.resolve(location)
        self.answers[location] = (center, now)
        return center
