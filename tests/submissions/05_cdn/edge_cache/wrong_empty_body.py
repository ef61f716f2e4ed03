# loses: edge_cache_hidden_3
# an empty body is taken for no body
# asks: The origin answers with an empty page. Has it answered?
class EdgeCache:
    def __init__(self, origin):
        self.origin = origin
        self.stored = {}

    def fetch(self, url, now):
        body, until = self.stored.get(url, (None, 0))
        if body and now < until:
            return body, "HIT"
        try:
            fresh, max_age = self.origin(url)
        except OriginDown:
            if not body:
                raise
            return body, "STALE"
        self.stored.pop(url, None)
        if max_age:
            self.stored[url] = (fresh, now + max_age)
        return fresh, "MISS"
