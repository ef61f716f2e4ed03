# loses: distance_km_hidden
# the cosine of a point to itself may be 1.0000000000000002
# asks: The distance from a point to itself: how exact is the number that you give to the inverse
# function?
def distance_km(a, b):
    lat1, lon1, lat2, lon2 = map(math.radians, (*a, *b))
    cosine = math.sin(lat1) * math.sin(lat2) + math.cos(lat1) * math.cos(lat2) * math.cos(lon1 - lon2)
    return 6371 * math.acos(cosine)


def nearest_edge(user, edges):
    online = [edge for edge in edges if edge.online]
    if not online:
        raise NoEdgeOnline
    return min(online, key=lambda edge: distance_km(user, edge.location))
