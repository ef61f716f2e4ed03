# loses: distance_km_check
# degrees as if the Earth were a sheet of paper
# asks: How long is one degree of longitude at the equator, and how long near the pole?
def distance_km(a, b):
    return 111.19 * math.hypot(a[0] - b[0], a[1] - b[1])


def nearest_edge(user, edges):
    online = [edge for edge in edges if edge.online]
    if not online:
        raise NoEdgeOnline
    return min(online, key=lambda edge: distance_km(user, edge.location))
