# loses: fingerprint_hidden
# takes the content for text
# asks: The file is a picture. What type is its content?
class EdgeCache(EdgeCache):
    def invalidate(self, prefix):
        gone = [url for url in self.stored if url.startswith(prefix)]
        for url in gone:
            del self.stored[url]
        return len(gone)


def fingerprint(path, content):
    digits = hashlib.sha256(content.decode().encode()).hexdigest()[:8]
    folder, slash, name = path.rpartition("/")
    stem, dot, end = name.rpartition(".")
    return folder + slash + (f"{stem}.{digits}.{end}" if dot else f"{name}.{digits}")
