# loses: distance_km_hidden_2
# of two edges at one place it takes the last
# asks: Two edges are equally near. Which one does the text prefer?
def distance_km(a, b):
    lat1, lon1, lat2, lon2 = map(math.radians, (*a, *b))
    h = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * 6371 * math.asin(math.sqrt(min(1.0, h)))


def nearest_edge(user, edges):
    best = None
    for edge in edges:
        if edge.online and (
            best is None or distance_km(user, edge.location) <= distance_km(user, best.location)
        ):
            best = edge
    if best is None:
        raise NoEdgeOnline
    return best
