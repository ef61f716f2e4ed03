# loses: geo_dns_check_2
# gives up when the nearest one is dead instead of going to the next
# asks: The nearest center is down. Is there anybody else?
class GeoDNS:
    def __init__(self, centers):
        self.centers = centers

    def resolve(self, location):
        nearest = min(self.centers, key=lambda center: distance_km(location, center.location))
        if not nearest.healthy:
            raise NoHealthyCenter
        return nearest
