# loses: fingerprint_check_2
# says nothing
# asks: What does the caller want to know after a purge?
class EdgeCache(EdgeCache):
    def invalidate(self, prefix):
        gone = [url for url in self.stored if url.startswith(prefix)]
        for url in gone:
            del self.stored[url]


def fingerprint(path, content):
    digits = hashlib.sha256(content).hexdigest()[:8]
    folder, slash, name = path.rpartition("/")
    stem, dot, end = name.rpartition(".")
    return folder + slash + (f"{stem}.{digits}.{end}" if dot else f"{name}.{digits}")
