# loses: distance_km_hidden
# good for short ways only: an east-west degree shrinks with the cosine, but the ground stays flat
# asks: From Tokyo to San Francisco, does the shortest way follow a flat map?
def distance_km(a, b):
    turn = (b[1] - a[1] + 180) % 360 - 180
    middle = math.radians((a[0] + b[0]) / 2)
    return 111.195 * math.hypot(b[0] - a[0], turn * math.cos(middle))


def nearest_edge(user, edges):
    online = [edge for edge in edges if edge.online]
    if not online:
        raise NoEdgeOnline
    return min(online, key=lambda edge: distance_km(user, edge.location))
