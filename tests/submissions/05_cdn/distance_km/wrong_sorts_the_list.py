# loses: distance_km_hidden_2
# sorts the list it was given
# asks: Is the caller's list in its old order after your call?
def distance_km(a, b):
    lat1, lon1, lat2, lon2 = map(math.radians, (*a, *b))
    h = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * 6371 * math.asin(math.sqrt(min(1.0, h)))


def nearest_edge(user, edges):
    edges.sort(key=lambda edge: distance_km(user, edge.location))
    for edge in edges:
        if edge.online:
            return edge
    raise NoEdgeOnline
