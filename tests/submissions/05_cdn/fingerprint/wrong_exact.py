# loses: fingerprint_check_2
# drops only the url that is the prefix
# asks: Two pages are below the prefix. Are both dropped?
class EdgeCache(EdgeCache):
    def invalidate(self, prefix):
        gone = [url for url in self.stored if url == prefix]
        for url in gone:
            del self.stored[url]
        return len(gone)


def fingerprint(path, content):
    digits = hashlib.sha256(content).hexdigest()[:8]
    folder, slash, name = path.rpartition("/")
    stem, dot, end = name.rpartition(".")
    return folder + slash + (f"{stem}.{digits}.{end}" if dot else f"{name}.{digits}")
