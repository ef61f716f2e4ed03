# loses: edge_cache_check_2
# throws the old copy away, then asks
# asks: The copy is old and the origin is down. What can you still give?
class EdgeCache:
    def __init__(self, origin):
        self.origin = origin
        self.stored = {}

    def fetch(self, url, now):
        copy = self.stored.get(url)
        if copy and now < copy[1]:
            return copy[0], "HIT"
        self.stored.pop(url, None)
        copy = None
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
