# loses: fingerprint_check
# splitext says that .htaccess has no extension
# asks: What does the text say about a name that begins with its only dot?
import os.path


class EdgeCache(EdgeCache):
    def invalidate(self, prefix):
        count = 0
        for url in list(self.stored):
            if url[: len(prefix)] == prefix:
                self.stored.pop(url)
                count += 1
        return count


def fingerprint(path, content):
    root, extension = os.path.splitext(path)
    return f"{root}.{hashlib.sha256(content).digest()[:4].hex()}{extension}"
