# loses: fingerprint_hidden_2
# CSS/ is not css/: urls are told apart by case
# asks: Are /CSS/a.css and /css/a.css one url?
class EdgeCache(EdgeCache):
    def invalidate(self, prefix):
        gone = [url for url in self.stored if url.lower().startswith(prefix.lower())]
        for url in gone:
            del self.stored[url]
        return len(gone)


def fingerprint(path, content):
    digits = hashlib.sha256(content).hexdigest()[:8]
    folder, slash, name = path.rpartition("/")
    stem, dot, end = name.rpartition(".")
    return folder + slash + (f"{stem}.{digits}.{end}" if dot else f"{name}.{digits}")
