# loses: geo_dns_hidden
# sorts the caller's list
class GeoDNS:
    def __init__(self, centers):
        self.centers = centers

    def resolve(self, location):
        self.centers.sort(key=lambda center: distance_km(location, center.location))
        for center in self.centers:
            if center.healthy:
                return center
        raise NoHealthyCenter
