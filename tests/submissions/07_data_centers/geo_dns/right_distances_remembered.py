class GeoDNS:
    def __init__(self, centers):
        self.centers, self.orders = list(centers), {}

    def resolve(self, location):
        if location not in self.orders:
            far = [distance_km(location, center.location) for center in self.centers]
            self.orders[location] = sorted(range(len(far)), key=far.__getitem__)
        alive = (self.centers[n] for n in self.orders[location] if self.centers[n].healthy)
        try:
            return next(alive)
        except StopIteration:
            raise NoHealthyCenter from None
