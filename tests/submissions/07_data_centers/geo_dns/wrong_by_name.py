# loses: geo_dns_hidden
# looks the winner up by its name; two centers of one name become one
# asks: Two centers carry the same name. Which one do you return?
class GeoDNS:
    def __init__(self, centers):
        self.centers = centers

    def resolve(self, location):
        far = {c.name: distance_km(location, c.location) for c in self.centers if c.healthy}
        if not far:
            raise NoHealthyCenter
        best = min(far, key=far.get)
        return next(c for c in self.centers if c.name == best and c.healthy)
