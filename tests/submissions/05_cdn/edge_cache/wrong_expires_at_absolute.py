# loses: edge_cache_check
# takes max_age for a time of day
# asks: max_age is 60 and it is 1000 now. When does the copy expire?
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
            self.stored[url] = (body, max_age)
        else:
            self.stored.pop(url, None)
        return body, "MISS"
