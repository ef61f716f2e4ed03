# loses: geo_dns_hidden
# of two equally near centers it takes the last one in the list
# asks: Two centers are equally near. Which one does the text prefer?
class GeoDNS:
    def __init__(self, centers):
        self.centers = centers

    def resolve(self, location):
        best = None
        for center in self.centers:
            if center.healthy and (
                best is None
                or distance_km(location, center.location) <= distance_km(location, best.location)
            ):
                best = center
        if best is None:
            raise NoHealthyCenter
        return best
