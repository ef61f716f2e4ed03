# loses: distance_km_check
# forgets that math.sin wants radians
# asks: In which unit does math.sin expect its angle?
def distance_km(a, b):
    h = math.sin((b[0] - a[0]) / 2) ** 2 + math.cos(a[0]) * math.cos(b[0]) * math.sin((b[1] - a[1]) / 2) ** 2
    return 2 * 6371 * math.asin(math.sqrt(min(1.0, h)))


def nearest_edge(user, edges):
    online = [edge for edge in edges if edge.online]
    if not online:
        raise NoEdgeOnline
    return min(online, key=lambda edge: distance_km(user, edge.location))
