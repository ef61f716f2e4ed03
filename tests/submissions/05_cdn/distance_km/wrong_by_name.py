# loses: distance_km_hidden_2
# looks the winner up by its name; two edges of one name become one
# asks: Two edges carry the same name. Which one do you return?
def distance_km(a, b):
    up = math.sin(math.radians(b[0] - a[0]) / 2) ** 2
    along = math.sin(math.radians(b[1] - a[1]) / 2) ** 2
    h = up + math.cos(math.radians(a[0])) * math.cos(math.radians(b[0])) * along
    return 2 * 6371 * math.asin(math.sqrt(min(1.0, h)))


def nearest_edge(user, edges):
    far = {edge.name: distance_km(user, edge.location) for edge in edges if edge.online}
    if not far:
        raise NoEdgeOnline
    best = min(far, key=far.get)
    return next(edge for edge in edges if edge.name == best and edge.online)
