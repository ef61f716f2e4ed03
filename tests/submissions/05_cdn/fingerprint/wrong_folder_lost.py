# loses: fingerprint_check
# leaves the folder out
# asks: Where was the file, and where does your new name say it is?
class EdgeCache(EdgeCache):
    def invalidate(self, prefix):
        gone = [url for url in self.stored if url.startswith(prefix)]
        for url in gone:
            del self.stored[url]
        return len(gone)


def fingerprint(path, content):
    digits = hashlib.sha256(content).hexdigest()[:8]
    folder, slash, name = path.rpartition("/")
    stem, dot, end = name.rpartition(".")
    return (f"{stem}.{digits}.{end}" if dot else f"{name}.{digits}")
