# loses: geo_dns_check_2
# returns None instead of raising NoHealthyCenter
# asks: No center is healthy. What does the text say should happen?
class GeoDNS:
    def __init__(self, centers):
        self.centers = centers

    def resolve(self, location):
        healthy = [center for center in self.centers if center.healthy]
        return min(healthy, key=lambda c: distance_km(location, c.location), default=None)
