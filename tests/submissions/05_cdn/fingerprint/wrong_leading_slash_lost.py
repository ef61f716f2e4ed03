# loses: fingerprint_hidden
# joins folder and name again: a leading slash is lost
# asks: Compare the beginning of the old and the new path. Is anything missing?
class EdgeCache(EdgeCache):
    def invalidate(self, prefix):
        gone = [url for url in self.stored if url.startswith(prefix)]
        for url in gone:
            del self.stored[url]
        return len(gone)


def fingerprint(path, content):
    *folders, name = [part for part in path.split("/") if part]
    stem, dot, end = name.rpartition(".")
    digits = hashlib.sha256(content).hexdigest()[:8]
    return "/".join([*folders, f"{stem}.{digits}.{end}" if dot else f"{name}.{digits}"])
