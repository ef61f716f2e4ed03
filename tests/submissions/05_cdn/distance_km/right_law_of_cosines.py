RADIUS = 6371


def distance_km(a, b):
    lat1, lon1 = math.radians(a[0]), math.radians(a[1])
    lat2, lon2 = math.radians(b[0]), math.radians(b[1])
    cosine = math.sin(lat1) * math.sin(lat2) + math.cos(lat1) * math.cos(lat2) * math.cos(lon1 - lon2)
    return RADIUS * math.acos(max(-1.0, min(1.0, cosine)))


def nearest_edge(user, edges):
    best, shortest = None, math.inf
    for edge in edges:
        if edge.online:
            km = distance_km(user, edge.location)
            if km < shortest:
                best, shortest = edge, km
    if best is None:
        raise NoEdgeOnline("every edge is offline")
    return best
