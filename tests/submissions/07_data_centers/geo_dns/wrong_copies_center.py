# loses: geo_dns_hidden
# returns a new center that looks the same, not one of those given
# asks: The caller compares your center with theirs by `is`. Are they the same object?
class GeoDNS:
    def __init__(self, centers):
        self.centers = centers

    def resolve(self, location):
        healthy = [center for center in self.centers if center.healthy]
        if not healthy:
            raise NoHealthyCenter
        best = min(healthy, key=lambda center: distance_km(location, center.location))
        return Center(best.name, best.location)
