# loses: caching_resolver_hidden_2
# turns every failure of the DNS into NoHealthyCenter
# asks: The DNS has a programming error. What does the caller learn?
class CachingResolver:
    def __init__(self, dns, ttl):
        self.dns, self.ttl, self.answers = dns, ttl, {}

    def resolve(self, location, now):
        if location in self.answers and now < self.answers[location][1] + self.ttl:
            return self.answers[location][0]
        try:
            center = self.dns.resolve(location)
        except Exception:
            raise NoHealthyCenter from None
        self.answers[location] = (center, now)
        return center
