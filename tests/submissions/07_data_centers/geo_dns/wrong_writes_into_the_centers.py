# loses: geo_dns_hidden
# remembers the distance in the center itself, in place of its location
# asks: Look at a center after your call. Is all of it as it was?
class GeoDNS:
    def __init__(self, centers):
        self.centers = centers

    def resolve(self, location):
        healthy = [center for center in self.centers if center.healthy]
        if not healthy:
            raise NoHealthyCenter
        for center in healthy:
            center.location = (round(center.location[0], 2), round(center.location[1], 2))
        return min(healthy, key=lambda center: distance_km(location, center.location))
