# loses: fingerprint_hidden
# a dot in a folder counts as one of the name
# asks: A folder is called v1.2. Where does the file's extension begin?
class EdgeCache(EdgeCache):
    def invalidate(self, prefix):
        gone = [url for url in self.stored if url.startswith(prefix)]
        for url in gone:
            del self.stored[url]
        return len(gone)


def fingerprint(path, content):
    digits = hashlib.sha256(content).hexdigest()[:8]
    stem, dot, end = path.rpartition(".")
    return f"{stem}.{digits}.{end}" if dot else f"{path}.{digits}"
