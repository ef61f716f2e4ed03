# loses: distance_km_hidden_2
# returns a copy, not one of the edges that it was given
# asks: The caller compares your edge with theirs by `is`. Are they the same object?
def distance_km(a, b):
    up = math.sin(math.radians(b[0] - a[0]) / 2) ** 2
    along = math.sin(math.radians(b[1] - a[1]) / 2) ** 2
    h = up + math.cos(math.radians(a[0])) * math.cos(math.radians(b[0])) * along
    return 2 * 6371 * math.asin(math.sqrt(min(1.0, h)))


def nearest_edge(user, edges):
    online = [edge for edge in edges if edge.online]
    if not online:
        raise NoEdgeOnline
    best = min(online, key=lambda edge: distance_km(user, edge.location))
    return type(best)(best.name, best.location, best.online)
