# loses: geo_dns_hidden
# looks at the first eight centers only
# asks: How many centers may there be?
class GeoDNS:
    def __init__(self, centers):
        self.centers = centers[:8]

    def resolve(self, location):
        healthy = [center for center in self.centers if center.healthy]
        if not healthy:
            raise NoHealthyCenter
        return min(healthy, key=lambda center: distance_km(location, center.location))
