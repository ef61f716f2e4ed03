class Copy:
    def __init__(self, body, expires):
        self.body, self.expires = body, expires


class EdgeCache:
    def __init__(self, origin):
        self.origin = origin
        self.stored = {}

    def fetch(self, url, now):
        copy = self.stored.get(url)
        if copy is not None and now < copy.expires:
            return copy.body, "HIT"
        try:
            return self._ask(url, now), "MISS"
        except OriginDown:
            if copy is None:
                raise
        return copy.body, "STALE"

    def _ask(self, url, now):
        body, max_age = self.origin(url)
        if url in self.stored:
            del self.stored[url]
        if max_age:
            self.stored[url] = Copy(body, now + max_age)
        return body
