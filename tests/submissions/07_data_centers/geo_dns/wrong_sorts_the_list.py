# loses: geo_dns_hidden
# sorts the caller's list
# asks: Is the caller's list in its old order after your call?
class GeoDNS:
    def __init__(self, centers):
        self.centers = centers

    def resolve(self, location):
        self.centers.sort(key=lambda center: distance_km(location, center.location))
        for center in self.centers:
            if center.healthy:
                return center
        raise NoHealthyCenter
