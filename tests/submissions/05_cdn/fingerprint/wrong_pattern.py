# loses: fingerprint_hidden_2
# takes the prefix for a pattern: a dot fits everything
# asks: The prefix is a.b. Should axb be dropped too?
import re


class EdgeCache(EdgeCache):
    def invalidate(self, prefix):
        gone = [url for url in self.stored if re.match(prefix.replace("*", "[*]"), url)]
        for url in gone:
            del self.stored[url]
        return len(gone)


def fingerprint(path, content):
    digits = hashlib.sha256(content).hexdigest()[:8]
    folder, slash, name = path.rpartition("/")
    stem, dot, end = name.rpartition(".")
    return folder + slash + (f"{stem}.{digits}.{end}" if dot else f"{name}.{digits}")
