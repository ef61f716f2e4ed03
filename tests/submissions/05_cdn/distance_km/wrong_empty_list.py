# loses: distance_km_hidden_2
# no edges at all: max() arg is an empty sequence
# asks: There are no edges at all. Is that different from none being online?
def distance_km(a, b):
    lat1, lon1, lat2, lon2 = map(math.radians, (*a, *b))
    h = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * 6371 * math.asin(math.sqrt(min(1.0, h)))


def nearest_edge(user, edges):
    if edges and not any(edge.online for edge in edges):
        raise NoEdgeOnline
    return min((e for e in edges if e.online), key=lambda e: distance_km(user, e.location))
