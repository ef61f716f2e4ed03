# loses: geo_dns_hidden
# degrees on a flat map instead of kilometres: wrong near the date line and the poles
# asks: How far apart are longitude 179 and longitude −179?
class GeoDNS:
    def __init__(self, centers):
        self.centers = centers

    def resolve(self, location):
        healthy = [center for center in self.centers if center.healthy]
        if not healthy:
            raise NoHealthyCenter

        def apart(center):
            (a, b), (c, d) = location, center.location
            return (a - c) ** 2 + (b - d) ** 2

        return min(healthy, key=apart)
