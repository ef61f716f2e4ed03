# loses: edge_cache_hidden_3
# keys are not the urls
# asks: Somebody looks into your copies for a url. Do they find it?
class EdgeCache:
    def __init__(self, origin):
        self.origin = origin
        self.stored = {}

    def fetch(self, url, now):
        copy = self.stored.get(hash(url))
        if copy and now < copy[1]:
            return copy[0], "HIT"
        try:
            body, max_age = self.origin(url)
        except OriginDown:
            if not copy:
                raise
            return copy[0], "STALE"
        if max_age > 0:
            self.stored[hash(url)] = (body, now + max_age)
        else:
            self.stored.pop(hash(url), None)
        return body, "MISS"
