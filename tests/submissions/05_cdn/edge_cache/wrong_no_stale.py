# loses: edge_cache_check_2
# an old copy is no help when the origin is down
# asks: The origin is down, and you have an old copy. Is that better than an error?
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
            raise
        if max_age > 0:
            self.stored[url] = (body, now + max_age)
        else:
            self.stored.pop(url, None)
        return body, "MISS"
