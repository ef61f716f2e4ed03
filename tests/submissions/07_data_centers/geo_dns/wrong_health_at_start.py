# loses: geo_dns_check_2
# looks at health once, when it is made
# asks: A center dies an hour after you were made. When do you look?
class GeoDNS:
    def __init__(self, centers):
        self.centers = [center for center in centers if center.healthy]

    def resolve(self, location):
        if not self.centers:
            raise NoHealthyCenter
        return min(self.centers, key=lambda center: distance_km(location, center.location))
