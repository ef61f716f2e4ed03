# loses: is_write_hidden
# takes everything that is no SELECT for a write
def is_write(sql):
    text = re.sub(r"'[^']*'|\"[^\"]*\"|--[^\n]*|/\*.*?\*/", " ", sql, flags=re.DOTALL).upper()
    brackets = 1
    while brackets:
        text, brackets = re.subn(r"\([^()]*\)", " ", text)
    words = re.findall(r"\w+", text)
    starts = {"INSERT", "UPDATE", "DELETE", "MERGE", "REPLACE", "TRUNCATE", "CREATE", "ALTER", "DROP"}
    if words[0] == "WITH":
        words = words[next(n for n, w in enumerate(words) if w in starts | {"SELECT"}) :]
    if words[0] == "SELECT":
        return re.search(r"\bFOR (UPDATE|SHARE)\b", " ".join(words)) is not None
    return True


class Router:
    """Sends writes to the primary, reads to the replicas in turn."""

    def __init__(self, primary, replicas):
        self.primary = primary
        self.replicas = replicas
        self.last = -1  # place of the replica used last

    def route(self, sql):
        """Return the database that runs the statement; raise PrimaryDown if none can."""
        if not is_write(sql):
            count = len(self.replicas)
            for step in range(1, count + 1):
                place = (self.last + step) % count
                if self.replicas[place].online:
                    self.last = place
                    return self.replicas[place]
        if not self.primary.online:
            raise PrimaryDown
        return self.primary
