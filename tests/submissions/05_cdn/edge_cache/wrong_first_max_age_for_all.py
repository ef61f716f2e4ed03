# loses: edge_cache_hidden
# the first answer's max_age is used for ever
# asks: The next page has another max_age. Do you read it?
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
            self.stored[url] = (body, now + self.stored.setdefault('age', (max_age, 0))[0])
        else:
            self.stored.pop(url, None)
        return body, "MISS"
