# loses: distance_km_check_2
# does not look at online
# asks: Where does your code ask whether an edge is online?
def distance_km(a, b):
    lat1, lon1, lat2, lon2 = map(math.radians, (*a, *b))
    h = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * 6371 * math.asin(math.sqrt(min(1.0, h)))


def nearest_edge(user, edges):
    if not edges:
        raise NoEdgeOnline
    return min(edges, key=lambda edge: distance_km(user, edge.location))
