# loses: edge_cache_check
# once stored, always served
# asks: The page changed at the origin yesterday. When do your users see that?
class EdgeCache:
    def __init__(self, origin):
        self.origin = origin
        self.stored = {}

    def fetch(self, url, now):
        copy = self.stored.get(url)
        if copy:
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
