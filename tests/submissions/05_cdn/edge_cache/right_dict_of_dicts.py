class EdgeCache:
    def __init__(self, origin):
        self.origin = origin
        self.stored = {}

    def fetch(self, url, now):
        known = url in self.stored
        if known and self.stored[url]["until"] > now:
            return self.stored[url]["body"], "HIT"
        answer = None
        try:
            answer = self.origin(url)
        except OriginDown as error:
            if not known:
                raise error
        if answer is None:
            return self.stored[url]["body"], "STALE"
        self.stored[url] = {"body": answer[0], "until": now + answer[1]}
        if not answer[1]:
            self.stored.pop(url)
        return answer[0], "MISS"
