# loses: caching_resolver_check_2
# hands out an expired answer when the DNS fails
# asks: The answer has expired and the DNS fails. What does the text say should happen?
class CachingResolver:
    def __init__(self, dns, ttl):
        self.dns, self.ttl, self.answers = dns, ttl, {}

    def resolve(self, location, now):
        if location in self.answers and now < self.answers[location][1] + self.ttl:
            return self.answers[location][0]
        try:
            center = self.dns.resolve(location)
        except Exception:
            if location in self.answers:
                return self.answers[location][0]
            raise
        self.answers[location] = (center, now)
        return center
