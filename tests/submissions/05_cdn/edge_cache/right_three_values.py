class EdgeCache:
    def __init__(self, origin):
        self.origin = origin
        self.stored = {}

    def fetch(self, url, now):
        if url in self.stored:
            body, at, max_age = self.stored[url]
            if now < at + max_age:
                return body, "HIT"
        try:
            body, max_age = self.origin(url)
        except OriginDown:
            if url in self.stored:
                return self.stored[url][0], "STALE"
            raise
        if max_age == 0:
            self.stored.pop(url, None)
        else:
            self.stored[url] = (body, now, max_age)
        return body, "MISS"
