# loses: fingerprint_check_2
# removes keys of the dict it loops over
# asks: What happens to a loop over a dict when the dict changes?
class EdgeCache(EdgeCache):
    def invalidate(self, prefix):
        count = 0
        for url in self.stored:
            if url.startswith(prefix):
                del self.stored[url]
                count += 1
        return count


def fingerprint(path, content):
    digits = hashlib.sha256(content).hexdigest()[:8]
    folder, slash, name = path.rpartition("/")
    stem, dot, end = name.rpartition(".")
    return folder + slash + (f"{stem}.{digits}.{end}" if dot else f"{name}.{digits}")
