class GeoDNS:
    def __init__(self, centers):
        self.all = tuple(centers)

    def resolve(self, location):
        for center in sorted(self.all, key=lambda each: distance_km(location, each.location)):
            if center.healthy:
                return center
        raise NoHealthyCenter
