class EdgeCache(EdgeCache):
    def invalidate(self, prefix):
        before = len(self.stored)
        kept = {url: copy for url, copy in self.stored.items() if not url.startswith(prefix)}
        self.stored = kept
        return before - len(kept)


def fingerprint(path, content):
    parts = path.split("/")
    pieces = parts[-1].split(".")
    digits = hashlib.sha256(content).hexdigest()[:8]
    if len(pieces) == 1:
        pieces.append(digits)
    else:
        pieces.insert(-1, digits)
    parts[-1] = ".".join(pieces)
    return "/".join(parts)
