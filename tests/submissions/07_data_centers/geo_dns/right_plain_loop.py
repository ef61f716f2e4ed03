class GeoDNS:
    def __init__(self, centers):
        self.centers = centers

    def resolve(self, location):
        best, best_distance = None, float("inf")
        for center in self.centers:
            if not center.healthy:
                continue
            distance = distance_km(center.location, location)
            if best is None or distance < best_distance:
                best, best_distance = center, distance
        if best is None:
            raise NoHealthyCenter("all data centers are down")
        return best
