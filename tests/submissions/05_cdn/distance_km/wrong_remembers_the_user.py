# loses: distance_km_hidden_2
# answers a user that it knows from memory, though the edges are others by now
# asks: The same user comes back, but other edges are online now. Whom do you send them to?
def distance_km(a, b):
    up = math.sin(math.radians(b[0] - a[0]) / 2) ** 2
    along = math.sin(math.radians(b[1] - a[1]) / 2) ** 2
    h = up + math.cos(math.radians(a[0])) * math.cos(math.radians(b[0])) * along
    return 2 * 6371 * math.asin(math.sqrt(min(1.0, h)))


KNOWN = {}


def nearest_edge(user, edges):
    if user in KNOWN and KNOWN[user] in edges and KNOWN[user].online:
        return KNOWN[user]
    online = [edge for edge in edges if edge.online]
    if not online:
        raise NoEdgeOnline
    KNOWN[user] = min(online, key=lambda edge: distance_km(user, edge.location))
    return KNOWN[user]
