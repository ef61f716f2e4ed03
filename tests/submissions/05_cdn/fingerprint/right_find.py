class EdgeCache(EdgeCache):
    def invalidate(self, prefix):
        count = 0
        for url in list(self.stored):
            if url[: len(prefix)] == prefix:
                self.stored.pop(url)
                count += 1
        return count


def fingerprint(path, content):
    dot = path.rfind(".", path.rfind("/") + 1)
    if dot == -1:
        dot = len(path)
    return f"{path[:dot]}.{hashlib.sha256(content).digest()[:4].hex()}{path[dot:]}"
