# loses: caching_resolver_hidden_2
# a failure is remembered for the time to live, too
# asks: The DNS failed once. When may you ask again?
class CachingResolver:
    def __init__(self, dns, ttl):
        self.dns, self.ttl, self.answers = dns, ttl, {}

    def resolve(self, location, now):
        if location in self.answers and now < self.answers[location][1] + self.ttl:
            center = self.answers[location][0]
        else:
            try:
                center = self.dns.resolve(location)
            except Exception as error:
                center = error
            self.answers[location] = (center, now)
        if isinstance(center, Exception):
            raise center
        return center
