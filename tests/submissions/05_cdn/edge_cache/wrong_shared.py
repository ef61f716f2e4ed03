# loses: edge_cache_hidden_3
# one dict for all edges of the world
# asks: Make two edges and store a page in one. What does the other have?
class EdgeCache:
    stored = {}

    def __init__(self, origin):
        self.origin = origin

    def fetch(self, url, now):
        copy = self.stored.get(url)
        if copy and now < copy[1]:
            return copy[0], "HIT"
        try:
            body, max_age = self.origin(url)
        except OriginDown:
            if not copy:
                raise
            return copy[0], "STALE"
        if max_age > 0:
            self.stored[url] = (body, now + max_age)
        else:
            self.stored.pop(url, None)
        return body, "MISS"
