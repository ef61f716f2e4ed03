# loses: edge_cache_check
# each hit makes the copy live longer
# asks: A page is read all the time and never fetched again. When does it expire?
class EdgeCache:
    def __init__(self, origin):
        self.origin = origin
        self.stored = {}

    def fetch(self, url, now):
        copy = self.stored.get(url)
        if copy and now < copy[1]:
            self.stored[url] = (copy[0], now + copy[2], copy[2])
            return copy[0], "HIT"
        try:
            body, max_age = self.origin(url)
        except OriginDown:
            if not copy:
                raise
            return copy[0], "STALE"
        if max_age > 0:
            self.stored[url] = (body, now + max_age, max_age)
        else:
            self.stored.pop(url, None)
        return body, "MISS"
