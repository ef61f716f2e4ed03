def _unit(point):
    lat, lon = (math.radians(degrees) for degrees in point)
    return (math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat))


def distance_km(a, b):
    u, v = _unit(a), _unit(b)
    chord = min(2.0, math.dist(u, v))
    return 2 * 6371 * math.asin(chord / 2)


def nearest_edge(user, edges):
    ranked = sorted((e for e in edges if e.online), key=lambda e: distance_km(e.location, user))
    if ranked:
        return ranked[0]
    raise NoEdgeOnline
