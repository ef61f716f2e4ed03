# loses: distance_km_check
# the Earth's radius in miles
# asks: In which unit is the radius that you use?
def distance_km(a, b):
    lat1, lon1, lat2, lon2 = map(math.radians, (*a, *b))
    h = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * 3959 * math.asin(math.sqrt(min(1.0, h)))


def nearest_edge(user, edges):
    online = [edge for edge in edges if edge.online]
    if not online:
        raise NoEdgeOnline
    return min(online, key=lambda edge: distance_km(user, edge.location))
