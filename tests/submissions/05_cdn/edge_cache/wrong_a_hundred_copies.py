# loses: edge_cache_hidden
# a limit that nobody asked for: a hundred copies, then the oldest goes
# asks: Does the text limit the number of copies?
class EdgeCache:
    def __init__(self, origin):
        self.origin = origin
        self.stored = {}

    def fetch(self, url, now):
        body, expires = self.stored.get(url, (None, None))
        if expires is not None and now < expires:
            return body, "HIT"
        try:
            new, max_age = self.origin(url)
        except OriginDown:
            if expires is None:
                raise
            return body, "STALE"
        self.stored.pop(url, None)
        if max_age > 0:
            self.stored[url] = new, now + max_age
            if len(self.stored) > 100:
                del self.stored[next(iter(self.stored))]
        return new, "MISS"
