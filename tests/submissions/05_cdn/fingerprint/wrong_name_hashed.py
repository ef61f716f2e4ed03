# loses: fingerprint_check
# the fingerprint of the path: a new version keeps its name
# asks: The content changes and the path does not. What does your name do?
class EdgeCache(EdgeCache):
    def invalidate(self, prefix):
        gone = [url for url in self.stored if url.startswith(prefix)]
        for url in gone:
            del self.stored[url]
        return len(gone)


def fingerprint(path, content):
    digits = hashlib.sha256(path.encode()).hexdigest()[:8]
    folder, slash, name = path.rpartition("/")
    stem, dot, end = name.rpartition(".")
    return folder + slash + (f"{stem}.{digits}.{end}" if dot else f"{name}.{digits}")
