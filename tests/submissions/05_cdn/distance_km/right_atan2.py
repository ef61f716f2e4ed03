def distance_km(a, b):
    (lat1, lon1), (lat2, lon2) = a, b
    p, q, d = math.radians(lat1), math.radians(lat2), math.radians(lon2 - lon1)
    y = math.hypot(math.cos(q) * math.sin(d), math.cos(p) * math.sin(q) - math.sin(p) * math.cos(q) * math.cos(d))
    x = math.sin(p) * math.sin(q) + math.cos(p) * math.cos(q) * math.cos(d)
    return 6371.0 * math.atan2(y, x)


def nearest_edge(user, edges):
    try:
        return min(filter(lambda edge: edge.online, edges), key=lambda edge: distance_km(user, edge.location))
    except ValueError:
        raise NoEdgeOnline from None
