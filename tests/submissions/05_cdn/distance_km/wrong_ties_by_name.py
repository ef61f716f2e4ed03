# loses: distance_km_hidden_2
# of equally near edges the first by name, not the first in the list
# asks: Two edges are equally near. Which one does the text prefer?
def distance_km(a, b):
    up = math.sin(math.radians(b[0] - a[0]) / 2) ** 2
    along = math.sin(math.radians(b[1] - a[1]) / 2) ** 2
    h = up + math.cos(math.radians(a[0])) * math.cos(math.radians(b[0])) * along
    return 2 * 6371 * math.asin(math.sqrt(min(1.0, h)))


def nearest_edge(user, edges):
    online = [(distance_km(user, edge.location), edge.name, place) for place, edge in enumerate(edges) if edge.online]
    if not online:
        raise NoEdgeOnline
    return edges[min(online)[2]]
