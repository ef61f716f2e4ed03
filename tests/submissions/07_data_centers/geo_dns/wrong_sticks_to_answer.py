# loses: geo_dns_check_2
# remembers its answer for a place for ever: that is the resolver's job, and only for a while
# asks: The center of your last answer for this place is down. What do you answer now?
class GeoDNS:
    def __init__(self, centers):
        self.centers, self.answers = centers, {}

    def resolve(self, location):
        if location not in self.answers:
            healthy = [center for center in self.centers if center.healthy]
            if not healthy:
                raise NoHealthyCenter
            self.answers[location] = min(
                healthy, key=lambda center: distance_km(location, center.location)
            )
        return self.answers[location]
