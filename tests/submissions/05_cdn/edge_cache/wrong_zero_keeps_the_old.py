# loses: edge_cache_hidden_2
# max_age 0 is not stored, but the old copy stays
# asks: A new answer must not be kept, and you have an old copy. Is that still of use?
class EdgeCache:
    def __init__(self, origin):
        self.origin = origin
        self.stored = {}

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
        return body, "MISS"
