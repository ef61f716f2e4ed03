# loses: edge_cache_check_2
# says nothing when there is nothing
# asks: The origin is down, and you have nothing. What does the text say should happen?
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
                return None, "MISS"
            return copy[0], "STALE"
        if max_age > 0:
            self.stored[url] = (body, now + max_age)
        else:
            self.stored.pop(url, None)
        return body, "MISS"
