# loses: distance_km_check_2
# returns None where nobody is online
# asks: Nobody is online. What does the text say should happen?
def distance_km(a, b):
    lat1, lon1, lat2, lon2 = map(math.radians, (*a, *b))
    h = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * 6371 * math.asin(math.sqrt(min(1.0, h)))


def nearest_edge(user, edges):
    return min((e for e in edges if e.online), key=lambda e: distance_km(user, e.location), default=None)
