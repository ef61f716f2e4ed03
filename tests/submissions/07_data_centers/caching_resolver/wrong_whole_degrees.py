# loses: caching_resolver_hidden
# rounds locations, so that neighbours share an answer
# asks: Two places are half a degree apart. Must they have the same nearest center?
class CachingResolver:
    def __init__(self, dns, ttl):
        self.dns, self.ttl, self.answers = dns, ttl, {}

    def resolve(self, location, now):
        place = round(location[0], 1), round(location[1], 1)
        if place in self.answers:
            center, asked = self.answers[place]
            if now < asked + self.ttl:
                return center
        center = self.dns.resolve(location)
        self.answers[place] = (center, now)
        return center
